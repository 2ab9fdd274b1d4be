//! How long to train, how often to measure, and how often to save.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use super::KeyError;

/// The training loop.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Train {
    /// Passes over the training set.
    #[schemars(range(min = 1))]
    pub(crate) epochs: u32,
    /// Examples per step.
    #[schemars(range(min = 1))]
    pub(crate) batch_size: usize,
    /// The largest norm that the gradients of all parameters together may have; none: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) clip_norm: Option<f64>,
    /// Examples are mixed in pairs, in shares from the distribution Beta(mixup, mixup); 0: they are not.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub(crate) mixup: f64,
    /// Evaluations in a row without a lower dev error after which training stops; none: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) patience: Option<u32>,
    /// Time for training steps and evaluations, resumed parts included, after which training stops.
    #[serde(
        default,
        with = "humantime_serde::option",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    pub(crate) max_time: Option<Duration>,
    /// The run whose best weights it starts from, in place of fresh ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) init_from: Option<PathBuf>,
    /// Whether layers that don't fit those weights may start with fresh ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) init_partial: bool,
    /// Parts of the network that keep their weights, as in `hidden.0`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) freeze: Vec<String>,
}

/// When the state of a training is saved, beside every new best epoch and the end.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(
    clippy::struct_field_names,
    reason = "the keys of a table that says how often"
)]
pub(crate) struct Checkpointing {
    /// After so many epochs; none: every epoch, but at most one a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) every_epochs: Option<u32>,
    /// After so many steps, also within an epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) every_steps: Option<u64>,
    /// After so much time since the last one, also within an epoch.
    #[serde(with = "humantime_serde")]
    #[schemars(with = "String")]
    pub(crate) every_time: Duration,
}

/// When the four sets are measured during training, and on how much of train.
#[derive(Clone, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Evaluations {
    /// Epochs from one evaluation to the next; none: as few as keep evaluation under a fifth of the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) every_epochs: Option<u32>,
    /// Training examples that the train error is measured on during training, a fixed random part;
    /// none: a tenth, within 5,000 and 20,000. At the end it is always measured on all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub(crate) train_examples: Option<usize>,
}

impl Default for Checkpointing {
    fn default() -> Self {
        Self {
            every_epochs: None,
            every_steps: None,
            every_time: Duration::from_mins(5),
        }
    }
}

impl Train {
    pub(super) fn check(&self) -> Result<(), KeyError> {
        at_least_one("train.epochs", u64::from(self.epochs))?;
        at_least_one("train.batch_size", self.batch_size as u64)?;
        at_least_one_if("train.patience", self.patience.map(u64::from))?;
        some_time("train.max_time", self.max_time)
    }
}

impl Checkpointing {
    pub(super) fn check(&self) -> Result<(), KeyError> {
        at_least_one_if("checkpoint.every_epochs", self.every_epochs.map(u64::from))?;
        at_least_one_if("checkpoint.every_steps", self.every_steps)?;
        some_time("checkpoint.every_time", Some(self.every_time))
    }
}

impl Evaluations {
    pub(super) fn check(&self) -> Result<(), KeyError> {
        at_least_one_if("evaluation.every_epochs", self.every_epochs.map(u64::from))?;
        let n = self.train_examples.map(|n| n as u64);
        at_least_one_if("evaluation.train_examples", n)
    }
}

fn at_least_one_if(key: &str, value: Option<u64>) -> Result<(), KeyError> {
    value.map_or(Ok(()), |value| at_least_one(key, value))
}

pub(super) fn at_least_one(key: &str, value: u64) -> Result<(), KeyError> {
    if value == 0 {
        return Err(KeyError::value(key, "is 0; expected 1 or more"));
    }
    Ok(())
}

fn some_time(key: &str, time: Option<Duration>) -> Result<(), KeyError> {
    if time == Some(Duration::ZERO) {
        let predicate = "is no time at all; expected more, such as \"10m\" or \"1h 30m\"";
        return Err(KeyError::value(key, predicate));
    }
    Ok(())
}
