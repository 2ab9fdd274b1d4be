//! The step `invert`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::options::check_probability;
use super::parameter::{Parameter, happens_noted};
use super::pipeline::{Planes, Scratch, Stage};
use crate::FieldError;

/// Swaps dark and bright.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invert {
    /// The share of examples that it is done to; 0.5 if absent.
    #[serde(default = "half")]
    pub probability: f32,
}

fn half() -> f32 {
    0.5
}

impl Invert {
    pub(super) fn check(self) -> Result<(), FieldError> {
        check_probability(self.probability)
    }

    pub(super) fn parameter() -> Parameter {
        Parameter::applied("invert")
    }
}

/// The step on images with a range of values.
#[derive(Debug)]
pub(super) struct InvertPlanes {
    pub(super) step: Invert,
    pub(super) planes: Planes,
}

impl Stage for InvertPlanes {
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng) {
        if happens_noted(self.step.probability, rng, &mut scratch.drawn) {
            let ends = self.planes.low + self.planes.high;
            for value in &mut scratch.values {
                *value = ends - *value;
            }
        }
    }
}
