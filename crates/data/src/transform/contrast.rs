//! The step `contrast`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::options::{always, check_probability};
use super::parameter::{Parameter, Uniform, draw_if};
use super::pipeline::{Scratch, Stage};
use crate::FieldError;
use crate::field_error::check_range;

/// Moves the values of an image away from their mean, or towards it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    /// The smallest and the largest factor on the distance from the mean, drawn uniformly;
    /// [0.7, 1.3] if absent.
    #[serde(default = "default_range")]
    pub range: [f32; 2],
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

fn default_range() -> [f32; 2] {
    [0.7, 1.3]
}

impl Contrast {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        check_range("range", self.range, [0.0, 100.0])?;
        check_probability(self.probability)
    }

    pub(super) fn parameter(&self) -> Parameter {
        Uniform::within(self.range).parameter("contrast")
    }
}

impl Stage for Contrast {
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng) {
        let range = Uniform::within(self.range);
        if let Some(factor) = draw_if(self.probability, range, rng, &mut scratch.drawn) {
            let values = &mut scratch.values;
            let sum: f64 = values.iter().map(|&v| f64::from(v)).sum();
            let mean = (sum / values.len() as f64) as f32;
            for value in values {
                // In this form a factor of 1 changes nothing, not even by rounding.
                *value += (factor - 1.0) * (*value - mean);
            }
        }
    }
}
