//! Which classes are taken for which: the confusion matrix and its most frequent pairs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::interval::{Confidence, Interval, wilson};
use crate::rate::ErrorCount;

/// Stands in a list of predictions where the model named no class; counts as an error.
pub const NO_PREDICTION: u32 = u32::MAX;

/// Why there is no confusion matrix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfusionError {
    /// There is nothing to count.
    #[error("no examples; expected at least one label with its prediction")]
    NoExamples,
    /// Labels and predictions are of different number.
    #[error("{labels} labels and {predicted} predictions; expected as many of one as of the other")]
    UnequalLengths {
        /// Number of labels.
        labels: usize,
        /// Number of predictions.
        predicted: usize,
    },
    /// An example has no label.
    #[error("example {example} has no label; expected a class index below {NO_PREDICTION}")]
    NoLabel {
        /// Which one, counted from 0.
        example: usize,
    },
}

/// One cell of the matrix that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfusionCell {
    /// Class index of the label.
    pub label: u32,
    /// Class index of the prediction; none if the model named no class.
    pub predicted: Option<u32>,
    /// Examples with this label and this prediction.
    pub n: u64,
}

/// Counts of labels against predictions. Only cells that are not empty are kept, so that very many
/// classes take no more room than there are examples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Cells by label, then by prediction ("none" first).
    pub cells: Vec<ConfusionCell>,
    /// Errors and examples of the whole set.
    pub whole: ErrorCount,
    /// Errors and examples of every class that occurs as a label, by class index.
    pub classes: Vec<ClassError>,
}

/// The error of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassError {
    /// Class index.
    pub class: u32,
    /// Errors among the examples with this label.
    pub count: ErrorCount,
}

/// Whether a taken for b and b taken for a are one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pairing {
    /// Two pairs: which way the confusion goes matters.
    Directed,
    /// One pair, with the smaller class index as its label. An example without a prediction is in a pair
    /// of its own, as before.
    Merged,
}

/// A label and what it is taken for; shares are fractions in 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfusedPair {
    /// Class index of the label; of a merged pair, the smaller index.
    pub label: u32,
    /// Class index that the model named, or none; of a merged pair, the larger index.
    pub predicted: Option<u32>,
    /// Confused examples among all examples of the label (of a merged pair, of both labels).
    pub count: ErrorCount,
    /// Share of all errors of the set.
    pub share_of_errors: f64,
    /// Wilson interval of the count's rate, at the confidence asked for: not corrected for the number of
    /// pairs, so it describes a pair and does not prove it worse than others.
    pub interval: Interval,
}

impl Confusion {
    /// Counts labels against predictions, which are class indices; [`NO_PREDICTION`] is no class.
    ///
    /// # Errors
    /// [`ConfusionError`] without examples, for lists of different lengths, or a label that is none.
    pub fn new(labels: &[u32], predicted: &[u32]) -> Result<Self, ConfusionError> {
        if labels.len() != predicted.len() {
            return Err(ConfusionError::UnequalLengths {
                labels: labels.len(),
                predicted: predicted.len(),
            });
        }
        if let Some(example) = labels.iter().position(|&label| label == NO_PREDICTION) {
            return Err(ConfusionError::NoLabel { example });
        }
        let mut cells = BTreeMap::new();
        let mut classes: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        let (mut errors, mut n) = (0, 0);
        for (&label, &predicted) in labels.iter().zip(predicted) {
            let wrong = u64::from(label != predicted);
            let named = (predicted != NO_PREDICTION).then_some(predicted);
            *cells.entry((label, named)).or_insert(0) += 1;
            let class = classes.entry(label).or_default();
            *class = (class.0 + wrong, class.1 + 1);
            errors += wrong;
            n += 1;
        }
        let whole = ErrorCount::new(errors, n).map_err(|_| ConfusionError::NoExamples)?;
        Ok(Self {
            cells: (cells.into_iter())
                .map(|((label, predicted), n)| ConfusionCell {
                    label,
                    predicted,
                    n,
                })
                .collect(),
            whole,
            classes: (classes.into_iter())
                .filter_map(|(class, (errors, n))| {
                    let count = ErrorCount::new(errors, n).ok()?;
                    Some(ClassError { class, count })
                })
                .collect(),
        })
    }

    /// Examples with this label and this prediction (none: the model named no class).
    #[must_use]
    pub fn count(&self, label: u32, predicted: Option<u32>) -> u64 {
        let key = |cell: &ConfusionCell| (cell.label, cell.predicted);
        let found = self.cells.binary_search_by_key(&(label, predicted), key);
        found.map_or(0, |at| self.cells[at].n)
    }

    /// Error of the examples with this label; none if there are none.
    #[must_use]
    pub fn class(&self, class: u32) -> Option<ErrorCount> {
        let found = self
            .classes
            .binary_search_by_key(&class, |entry| entry.class);
        found.ok().map(|at| self.classes[at].count)
    }

    /// The pairs that are confused at all, the most frequent first, then by class indices.
    #[must_use]
    pub fn pairs(&self, pairing: Pairing, confidence: Confidence) -> Vec<ConfusedPair> {
        let mut pairs: BTreeMap<(u32, Option<u32>), u64> = BTreeMap::new();
        for cell in &self.cells {
            let pair = match cell.predicted {
                Some(named) if named == cell.label => continue,
                Some(named) if pairing == Pairing::Merged => {
                    (cell.label.min(named), Some(cell.label.max(named)))
                }
                _ => (cell.label, cell.predicted),
            };
            *pairs.entry(pair).or_default() += cell.n;
        }
        let examples = |class| self.class(class).map_or(0, ErrorCount::n);
        let mut pairs: Vec<ConfusedPair> = (pairs.into_iter())
            .filter_map(|((label, predicted), n)| {
                let both = match (pairing, predicted) {
                    (Pairing::Merged, Some(named)) => examples(label) + examples(named),
                    _ => examples(label),
                };
                let count = ErrorCount::new(n, both).ok()?;
                Some(ConfusedPair {
                    label,
                    predicted,
                    count,
                    share_of_errors: n as f64 / self.whole.errors() as f64,
                    interval: wilson(count, confidence),
                })
            })
            .collect();
        // Stable, so equal counts stay in the order of their classes.
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.count.errors()));
        pairs
    }
}

#[cfg(test)]
mod tests;
