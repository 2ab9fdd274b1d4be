//! What a model says of labelled examples, wherever it was trained.

mod table;

use std::collections::BTreeMap;

use plumb_data::Tag;
use plumb_diagnostics::{Distribution, ErrorCount};

pub(crate) use self::table::{Part, Roles, Table};

/// The answers of one model on one set. Every list has one entry per example.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scored {
    /// What an example is called.
    pub(crate) ids: Vec<String>,
    /// The names of the classes.
    pub(crate) classes: Vec<String>,
    /// The right class, an index into `classes`.
    pub(crate) labels: Vec<u32>,
    /// The class that the model names; [`Scored::NO_CLASS`] if it names none.
    pub(crate) predicted: Vec<u32>,
    /// The probability that the model gives that class; none if it was not written down.
    pub(crate) probabilities: Option<Vec<f64>>,
    /// Which kind of data it is; none if that was not written down.
    pub(crate) chunks: Option<Vec<Distribution>>,
    /// What else is known of each example: its slices.
    pub(crate) tags: Vec<Tag>,
}

impl Scored {
    /// What stands for an answer that is no class.
    pub(crate) const NO_CLASS: u32 = u32::MAX;

    /// The one class that is said of every example, where there are other labels too.
    pub(crate) fn only_answer(&self) -> Option<&str> {
        let first = *self.predicted.first()?;
        let is_one = self.predicted.iter().all(|&class| class == first);
        let has_others = self.labels.iter().any(|&label| label != first);
        let name = self.classes.get(first as usize)?;
        (is_one && has_others && self.len() > 1).then_some(name)
    }

    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    /// Per example, whether the answer is wrong.
    pub(crate) fn errors(&self) -> Vec<bool> {
        let pairs = self.labels.iter().zip(&self.predicted);
        pairs.map(|(label, predicted)| label != predicted).collect()
    }

    /// Whether each example's answer is wrong, in the order of their names.
    pub(crate) fn errors_by_id(&self) -> BTreeMap<&str, bool> {
        let ids = self.ids.iter().map(String::as_str);
        ids.zip(self.errors()).collect()
    }

    /// None without examples.
    pub(crate) fn count(&self) -> Option<ErrorCount> {
        ErrorCount::of(&self.errors()).ok()
    }

    /// The errors among the examples at these places; none without any.
    pub(crate) fn count_at(&self, places: &[usize]) -> Option<ErrorCount> {
        let errors = self.errors();
        let n_wrong = places.iter().filter(|&&at| errors[at]).count();
        ErrorCount::new(n_wrong as u64, places.len() as u64).ok()
    }

    /// The errors among the examples of one kind of data; none without such examples.
    pub(crate) fn count_of(&self, kind: Distribution) -> Option<ErrorCount> {
        let chunks = self.chunks.as_ref()?;
        let errors = self.errors();
        let of_kind = || {
            chunks
                .iter()
                .zip(&errors)
                .filter(|(chunk, _)| **chunk == kind)
        };
        let n_wrong = of_kind().filter(|(_, wrong)| **wrong).count();
        ErrorCount::new(n_wrong as u64, of_kind().count() as u64).ok()
    }

    /// The name of a class.
    pub(crate) fn class(&self, class: u32) -> &str {
        self.classes
            .get(class as usize)
            .map_or("none", String::as_str)
    }
}
