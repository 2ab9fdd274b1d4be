//! A forest in place of a network.

use serde::{Deserialize, Serialize};

use super::{Config, KeyError};

/// The table `[model.forest]`: a random forest (Breiman, Machine Learning 45:5, 2001).
///
/// Each tree is grown on as many examples as train has, drawn from it with replacement class by class; each split
/// is the best of the square root of all features, drawn anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ForestConfig {
    /// How many trees.
    #[schemars(range(min = 1, max = 10_000))]
    pub(crate) trees: u32,
    /// Splits from a tree's root to its leaves at most; without it, trees grow until their leaves are pure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) max_depth: Option<u16>,
    /// The fewest examples that a leaf is made of.
    #[schemars(range(min = 1))]
    pub(crate) min_samples_leaf: usize,
}

/// With 60,000 MNIST digits, hours.
const MAX_TREES: u32 = 10_000;

impl Default for ForestConfig {
    fn default() -> Self {
        Self {
            trees: 100,
            max_depth: None,
            min_samples_leaf: 1,
        }
    }
}

impl ForestConfig {
    /// Checks every value by itself.
    pub(super) fn check(&self) -> Result<(), KeyError> {
        let wrong = |key: &str, found: u64, expected: &str| {
            let predicate = format!("is {found}; expected {expected}");
            Err(KeyError::value(format!("model.forest.{key}"), predicate))
        };
        if !(1..=MAX_TREES).contains(&self.trees) {
            let expected = format!("1 to {MAX_TREES}");
            return wrong("trees", self.trees.into(), &expected);
        }
        if self.max_depth == Some(0) {
            return wrong("max_depth", 0, "1 or more");
        }
        if self.min_samples_leaf == 0 {
            return wrong("min_samples_leaf", 0, "1 or more");
        }
        Ok(())
    }
}

/// Refuses what a forest can't do to its training examples, which it takes as they are. Keys that say how a
/// network is trained stand there unused, so that one config serves both.
pub(super) fn check_unused(config: &Config) -> Result<(), KeyError> {
    if config.model.forest().is_none() {
        return Ok(());
    }
    let is_weighted = |weight: Option<f64>| weight.is_some_and(|weight| (weight - 1.0).abs() > 0.0);
    let given = [
        ("data.augmentation", config.data.augmentation.is_some()),
        (
            "data.split.general_weight",
            is_weighted(config.data.split.general_weight),
        ),
        ("loss.class_weights", config.loss.class_weights.is_some()),
        ("train.init_from", config.train.init_from.is_some()),
        ("train.freeze", !config.train.freeze.is_empty()),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        Some((key, _)) => {
            let predicate = "has no effect on [model.forest], which takes examples as they are";
            Err(KeyError::value(key, predicate).hint("leave it out, or choose a network"))
        }
        None => Ok(()),
    }
}
