use std::collections::BTreeMap;

use plumb_diagnostics::{Human, Options};

use super::grid::Labels;
use crate::sets::PerSet;

/// What came of one run, as far as claims can be about it.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) labels: Labels,
    pub(crate) seed: u64,
    /// Human level on the target data, or on both kinds alike.
    pub(crate) human: Option<Human>,
    /// On the general data, where that is another.
    pub(crate) human_general: Option<Human>,
    /// The Bayes error, where it is known.
    pub(crate) bayes: Option<f64>,
    pub(crate) sets: PerSet<Answers>,
    pub(crate) parameters: Option<u64>,
    /// Of training.
    pub(crate) seconds: Option<f64>,
    /// What a procedure measured, by name.
    pub(crate) figures: BTreeMap<String, Figure>,
    /// How the run's gaps are judged.
    pub(crate) options: Options,
}

/// What a procedure measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    /// Of the value itself, as far as it is known without other seeds.
    pub(crate) variance: f64,
}

/// What a run's weights say of a set; empty where it was not asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// Equal hashes are equal sets.
    pub(crate) sha256: String,
    /// Per example, whether it was wrong.
    pub(crate) wrong: Vec<bool>,
}

impl Answers {
    pub(crate) fn errors(&self) -> usize {
        self.wrong.iter().filter(|&&wrong| wrong).count()
    }

    /// Error rate, a fraction; none without examples.
    pub(crate) fn rate(&self) -> Option<f64> {
        (!self.wrong.is_empty()).then(|| self.errors() as f64 / self.wrong.len() as f64)
    }
}
