//! The step `drop`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::options::{always, check_probability};
use super::parameter::{Parameter, happens, happens_noted};
use super::pipeline::{Scratch, Stage};
use crate::FieldError;
use crate::field_error::check_within;

/// Sets features of a vector to their mean over all examples, as if they were not known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DropFeatures {
    /// The probability of each feature to be dropped.
    pub share: f32,
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

impl DropFeatures {
    pub(super) fn check(self) -> Result<(), FieldError> {
        check_within("share", self.share, [0.0, 1.0])?;
        check_probability(self.probability)
    }

    pub(super) fn parameter() -> Parameter {
        Parameter::applied("drop")
    }
}

/// The step with the mean of each feature.
#[derive(Debug)]
pub(super) struct DropToMeans {
    pub(super) step: DropFeatures,
    pub(super) means: Vec<f32>,
}

impl Stage for DropToMeans {
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng) {
        if happens_noted(self.step.probability, rng, &mut scratch.drawn) {
            for (value, mean) in scratch.values.iter_mut().zip(&self.means) {
                if happens(self.step.share, rng) {
                    *value = *mean;
                }
            }
        }
    }
}
