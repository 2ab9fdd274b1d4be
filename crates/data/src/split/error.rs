//! Why two chunks cannot be split as planned.

use super::SplitPlan;
use crate::{ConcatError, FieldError};

/// Why two chunks cannot be split as planned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SplitError {
    /// The plan leaves a set empty.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Examples of different shapes.
    #[error(
        "general examples have the shape {general:?} and target examples {target:?}; expected the same"
    )]
    Shape {
        /// Shape of a general example.
        general: Vec<usize>,
        /// Shape of a target example.
        target: Vec<usize>,
    },
    /// Values on different scales.
    #[error(
        "general values lie in {}..={} and target values in {}..={}; expected the same range",
        general.0, general.1, target.0, target.1
    )]
    Range {
        /// Range of general values.
        general: (f32, f32),
        /// Range of target values.
        target: (f32, f32),
    },
    /// Classes of different names.
    #[error(
        "general examples have the classes {general:?} and target examples {target:?}; expected the same names"
    )]
    Classes {
        /// Classes of the general chunk.
        general: Vec<String>,
        /// Classes of the target chunk.
        target: Vec<String>,
    },
    /// Examples that derive from the same original could fall into different sets.
    #[error(
        "{n_examples} {chunk} examples derive from {n_originals} originals; expected one example per original"
    )]
    SharedOriginals {
        /// `general` or `target`.
        chunk: &'static str,
        /// Examples of the chunk.
        n_examples: usize,
        /// Distinct originals behind them.
        n_originals: usize,
    },
    /// More target examples are asked for than exist.
    #[error(
        "test = {}, dev = {} and target_in_train = {} ask for {asked} target examples; only {exist} exist",
        plan.test, plan.dev, plan.target_in_train
    )]
    TooFewTarget {
        /// The plan.
        plan: SplitPlan,
        /// Target examples that it asks for.
        asked: usize,
        /// Target examples that exist.
        exist: usize,
    },
    /// Nothing of the training mix would be left for train.
    #[error(
        "train_dev = {} leaves none for train: the training mix has {n_general} general examples \
         and target_in_train = {}",
        plan.train_dev, plan.target_in_train
    )]
    TooFewInMix {
        /// The plan.
        plan: SplitPlan,
        /// General examples that exist.
        n_general: usize,
    },
    /// A class that cannot be learned.
    #[error("the class `{class}` has no example in train; expected at least one")]
    ClassMissing {
        /// The class.
        class: String,
    },
    /// The general chunk and the target's part of the mix do not fit into one buffer.
    #[error(transparent)]
    Concat(#[from] ConcatError),
}

impl SplitError {
    /// The fields of [`SplitPlan`] that are involved, which are also the keys in the config.
    #[must_use]
    pub fn keys(&self) -> &[&'static str] {
        match self {
            Self::Field(error) => std::slice::from_ref(&error.field),
            Self::TooFewTarget { .. } => &["test", "dev", "target_in_train"],
            Self::TooFewInMix { .. } | Self::ClassMissing { .. } => {
                &["train_dev", "target_in_train"]
            }
            _ => &[],
        }
    }
}
