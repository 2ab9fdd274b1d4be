//! The table of raters' labels, checked once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Name of the candidate that is the majority vote of all raters; no rater or group may have it.
pub const ALL_RATERS: &str = "majority of all raters";

/// What one rater said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RaterLabels {
    /// Who it is.
    pub name: String,
    /// Names of the groups that the rater belongs to, such as "specialists".
    #[serde(default)]
    pub groups: Vec<String>,
    /// For each example a class index, or none.
    pub labels: Vec<Option<u32>>,
}

/// Why a table of labels says nothing of the human level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RaterError {
    /// The table has no raters.
    #[error("no raters; expected at least one, with a label for each example or none")]
    NoRaters,
    /// The table has no examples.
    #[error("no examples; expected at least one that was labelled")]
    NoExamples,
    /// A list is of another length than the first rater's.
    #[error("{whose} has {got} labels; expected {expected}, as many as {first:?} has")]
    UnequalLengths {
        /// Whose list it is.
        whose: String,
        /// Labels it has, missing ones included.
        got: usize,
        /// Labels of the first rater.
        expected: usize,
        /// Name of the first rater.
        first: String,
    },
    /// A rater labelled nothing.
    #[error("rater {rater:?} has no labels; expected at least one")]
    NoLabels {
        /// Who it is.
        rater: String,
    },
    /// Two candidates could not be told apart.
    #[error(
        "{name:?} is the name of two raters, of a rater and a group, or of the vote of all; expected different names"
    )]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// Neither errors nor disagreement can be measured.
    #[error(
        "every label is class {class}; expected at least two classes, or nobody could be wrong"
    )]
    OneClass {
        /// Class index.
        class: u32,
    },
}

/// Labels of several raters on the same examples, with the true labels where they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratings {
    raters: Vec<RaterLabels>,
    reference: Vec<Option<u32>>,
}

impl Ratings {
    /// Takes each rater's labels, and the true label of each example where it is known; an empty
    /// `reference` knows none.
    ///
    /// # Errors
    /// [`RaterError`] without raters or examples, for lists of different lengths, raters without labels,
    /// names used twice, or if all labels, true ones included, are one class.
    pub fn new(
        raters: Vec<RaterLabels>,
        mut reference: Vec<Option<u32>>,
    ) -> Result<Self, RaterError> {
        let first = raters.first().ok_or(RaterError::NoRaters)?;
        let n = first.labels.len();
        if n == 0 {
            return Err(RaterError::NoExamples);
        }
        if reference.is_empty() {
            reference = vec![None; n];
        }
        let lengths = raters
            .iter()
            .map(|rater| (format!("rater {:?}", rater.name), rater.labels.len()));
        for (whose, got) in lengths.chain([("the reference".to_owned(), reference.len())]) {
            if got != n {
                return Err(RaterError::UnequalLengths {
                    whose,
                    got,
                    expected: n,
                    first: first.name.clone(),
                });
            }
        }
        if let Some(rater) = raters
            .iter()
            .find(|rater| rater.labels.iter().all(Option::is_none))
        {
            return Err(RaterError::NoLabels {
                rater: rater.name.clone(),
            });
        }
        let ratings = Self { raters, reference };
        ratings.check_names()?;
        let classes = ratings.classes();
        match classes.first() {
            Some(&class) if classes.len() == 1 => Err(RaterError::OneClass { class }),
            _ => Ok(ratings),
        }
    }

    fn check_names(&self) -> Result<(), RaterError> {
        let mut names = BTreeSet::from([ALL_RATERS]);
        let raters = self.raters.iter().map(|rater| &rater.name);
        for name in raters.chain(self.groups()) {
            if !names.insert(name) {
                return Err(RaterError::DuplicateName { name: name.clone() });
            }
        }
        Ok(())
    }

    /// Number of examples in the table.
    #[must_use]
    pub fn n_examples(&self) -> usize {
        self.reference.len()
    }

    pub(super) fn raters(&self) -> &[RaterLabels] {
        &self.raters
    }

    /// Names of all groups, in alphabetical order.
    pub(super) fn groups(&self) -> BTreeSet<&String> {
        self.raters.iter().flat_map(|rater| &rater.groups).collect()
    }

    pub(super) fn reference(&self, example: usize) -> Option<u32> {
        self.reference[example]
    }

    pub(super) fn has_reference(&self) -> bool {
        self.reference.iter().any(Option::is_some)
    }

    /// Classes that occur, among the true labels too.
    fn classes(&self) -> BTreeSet<u32> {
        let said = self.raters.iter().flat_map(|rater| &rater.labels);
        said.chain(&self.reference).copied().flatten().collect()
    }

    pub(super) fn n_classes(&self) -> usize {
        self.classes().len()
    }

    /// The class that all raters say of everything, if there is one.
    pub(super) fn only_class(&self) -> Option<u32> {
        let mut said = self
            .raters
            .iter()
            .flat_map(|rater| &rater.labels)
            .copied()
            .flatten();
        let first = said.next()?;
        said.all(|label| label == first).then_some(first)
    }

    /// For each example the labels that it has, in the order of the raters.
    pub(super) fn votes(&self) -> Vec<Vec<u32>> {
        let of = |example: usize| self.raters.iter().filter_map(move |r| r.labels[example]);
        (0..self.n_examples())
            .map(|example| of(example).collect())
            .collect()
    }
}
