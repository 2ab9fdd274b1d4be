//! Error against training examples, as it was measured.

use std::collections::BTreeMap;

use plumb_diagnostics::{Confidence, ErrorCount, Interval, OverSeeds};
use serde::Serialize;

/// What one model size measures at several numbers of examples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// None where nobody says.
    pub(crate) parameters: Option<usize>,
    /// By rising number of examples.
    pub(crate) points: Vec<Point>,
    /// Kept from the fit, to be predicted by it.
    pub(crate) held_out: Vec<Point>,
}

/// All trainings with one number of examples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Point {
    pub(crate) examples: u64,
    pub(crate) trainings: Vec<Training>,
    /// Mean value of the trainings.
    pub(crate) mean: f64,
    /// Of the mean; none for a single value of which nothing else is known.
    pub(crate) interval: Option<Interval>,
}

/// What one training measures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Training {
    /// An error rate as a fraction, or a loss.
    pub(crate) value: f64,
    /// The same number for the same seed at other numbers of examples; none where seeds are not told.
    pub(crate) seed: Option<u64>,
    /// What the value is the rate of, if that is known.
    pub(crate) count: Option<ErrorCount>,
}

impl Point {
    /// Values of which nothing else is known: the interval is Student's over them.
    fn of(examples: u64, trainings: Vec<Training>, confidence: Confidence) -> Self {
        let values: Vec<f64> = trainings.iter().map(|training| training.value).collect();
        let over = OverSeeds::measure(&values, &[], 0.0, confidence);
        Self {
            examples,
            mean: values.iter().sum::<f64>() / values.len() as f64,
            interval: over.filter(|over| over.seeds > 1).map(|over| over.interval),
            trainings,
        }
    }
}

/// Trainings by their number of examples.
#[derive(Clone, Debug, Default)]
pub(super) struct ByExamples(BTreeMap<u64, Vec<Training>>);

impl ByExamples {
    pub(super) fn add(&mut self, examples: u64, training: Training) {
        self.0.entry(examples).or_default().push(training);
    }

    pub(super) fn points(self, confidence: Confidence) -> Vec<Point> {
        let points = self.0.into_iter();
        points
            .map(|(examples, trainings)| Point::of(examples, trainings, confidence))
            .collect()
    }
}
