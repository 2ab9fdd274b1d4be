//! Why two chunks cannot be split as planned.

use super::{Mistake, Size, SplitPlan};
use crate::{ConcatError, FieldError};

/// What changes chunks so that they are alike.
const CONVERT: &str = "[data.general.convert]";

/// Why two chunks cannot be split as planned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SplitError {
    /// The plan cannot work.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Examples of different shapes.
    #[error(
        "general examples have the shape {general:?} and target examples {target:?}; expected the same \
         ({CONVERT} can change it)"
    )]
    Shape {
        /// Shape of a general example.
        general: Vec<usize>,
        /// Shape of a target example.
        target: Vec<usize>,
    },
    /// Values on different scales.
    #[error(
        "general values lie in {}..={} and target values in {}..={}; expected the same range \
         ({CONVERT} can change it)",
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
        "general examples have the classes {general:?} and target examples {target:?}; expected the \
         same names ({CONVERT} can change them)"
    )]
    Classes {
        /// Classes of the general chunk.
        general: Vec<String>,
        /// Classes of the target chunk.
        target: Vec<String>,
    },
    /// No example has the tag to group by.
    #[error(
        "general examples have the tags {general:?} and target examples {target:?}, none of them \
         `{tag}`; expected one of these, `source` or `original`"
    )]
    NoSuchTag {
        /// The tag.
        tag: String,
        /// Tags of the general chunk.
        general: Vec<String>,
        /// Tags of the target chunk.
        target: Vec<String>,
    },
    /// Some examples lack the tag to group by.
    #[error(
        "{n_missing} of {n_examples} {chunk} examples have no `{tag}`; expected one for each to group by"
    )]
    MissingTag {
        /// The tag.
        tag: String,
        /// `general` or `target`.
        chunk: &'static str,
        /// Examples whose value is empty.
        n_missing: usize,
        /// Examples of the chunk.
        n_examples: usize,
    },
    /// Groups are too large or too few for every set to get one.
    #[error(
        "{set} would be empty: groups by `{group}` stay whole, and there is a choice of {n_groups}, \
         the smallest of {smallest} examples"
    )]
    NoGroup {
        /// The set, or the key of its size.
        set: &'static str,
        /// What groups are made by.
        group: String,
        /// Groups that the set could be drawn from.
        n_groups: usize,
        /// Examples of the smallest of them.
        smallest: usize,
    },
    /// Numbers of originals that cannot be told apart over both chunks.
    #[error("originals have numbers up to 2^64 - 1; expected numbers counted from 0")]
    Originals,
    /// More target examples are asked for than exist.
    #[error(
        "test = {}{}target_in_train = {} ask for {asked} target examples; only {exist} exist",
        plan.test, dev_of_target(plan), plan.target_in_train
    )]
    TooFewTarget {
        /// The plan.
        plan: Box<SplitPlan>,
        /// Target examples that it asks for.
        asked: usize,
        /// Target examples that exist.
        exist: usize,
    },
    /// More general examples are asked for than exist.
    #[error("dev = {} asks for {asked} general examples; only {exist} can be drawn", plan.dev)]
    TooFewGeneral {
        /// The plan.
        plan: Box<SplitPlan>,
        /// General examples that it asks for.
        asked: usize,
        /// General examples that share no group with test or with the target's part of the mix.
        exist: usize,
    },
    /// Nothing of the pool would be left for train.
    #[error(
        "test = {}, dev = {} and train_dev = {} leave none for train: both chunks together have \
         {exist} examples",
        plan.test, plan.dev, plan.train_dev
    )]
    TooFewInPool {
        /// The plan.
        plan: Box<SplitPlan>,
        /// Examples of both chunks.
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
        plan: Box<SplitPlan>,
        /// General examples of the mix.
        n_general: usize,
    },
    /// More examples are asked for than are left for train.
    #[error("train = {train} asks for {asked} examples; only {left} are left for train")]
    TooFewLeft {
        /// The size that is asked for.
        train: Size,
        /// How many examples that is.
        asked: usize,
        /// Examples left for train.
        left: usize,
    },
    /// A class that cannot be learned.
    #[error("the class `{class}` has no example in train; expected at least one")]
    ClassMissing {
        /// The class.
        class: String,
    },
    /// A class that is too rare for so small a set.
    #[error(
        "the class `{class}` has no example among the {n} that train = {train} keeps; expected at \
         least one, so a larger train"
    )]
    ClassTooRare {
        /// The class.
        class: String,
        /// The size that is asked for.
        train: Size,
        /// How many examples that is.
        n: usize,
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
            Self::NoSuchTag { .. } | Self::MissingTag { .. } => &["group"],
            Self::NoGroup { set, .. } => match *set {
                "test" => &["test", "group"],
                "dev" => &["dev", "group"],
                "target_in_train" => &["target_in_train", "group"],
                _ => &["train_dev", "group"],
            },
            Self::TooFewTarget { plan, .. } => match plan.mistake {
                Some(Mistake::DevFromGeneral) => &["test", "target_in_train"],
                _ => &["test", "dev", "target_in_train"],
            },
            Self::TooFewGeneral { .. } => &["dev"],
            Self::TooFewInPool { .. } => &["test", "dev", "train_dev"],
            Self::TooFewInMix { .. } | Self::ClassMissing { .. } => {
                &["train_dev", "target_in_train"]
            }
            Self::TooFewLeft { .. } | Self::ClassTooRare { .. } => &["train"],
            _ => &[],
        }
    }
}

/// Dev's part of a sentence on target examples.
fn dev_of_target(plan: &SplitPlan) -> String {
    match plan.mistake {
        Some(Mistake::DevFromGeneral) => " and ".into(),
        _ => format!(", dev = {} and ", plan.dev),
    }
}
