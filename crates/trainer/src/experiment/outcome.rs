use std::collections::BTreeMap;

use plumb_diagnostics::{Human, Options, SetName};

use super::grid::Labels;
use crate::{answers::Answers, sets::PerSet};

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
    /// None where a procedure measured something else.
    pub(crate) sets: Option<PerSet<Answers>>,
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

impl Outcome {
    /// Error rate on a set, a fraction; none if it was not asked.
    pub(crate) fn rate(&self, set: SetName) -> Option<f64> {
        self.sets.as_ref().map(|sets| sets.get(set).count.rate())
    }
}
