//! The step `scale`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::affine::Affine;
use super::options::{always, check_probability};
use super::parameter::{Parameter, Uniform, draw_if};
use super::pipeline::{Scratch, Stage};
use crate::FieldError;
use crate::field_error::check_range;

/// Enlarges or shrinks an image about its centre; what comes in has the range's low value. All values
/// of a vector are multiplied by one factor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The smallest and the largest factor, drawn uniformly; [0.9, 1.1] if absent.
    #[serde(default = "default_range")]
    pub range: [f32; 2],
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

fn default_range() -> [f32; 2] {
    [0.9, 1.1]
}

impl Scale {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        check_range("range", self.range, [0.01, 100.0])?;
        check_probability(self.probability)
    }

    pub(super) fn parameter(&self) -> Parameter {
        Uniform::within(self.range).parameter("scale")
    }

    fn factor(&self, rng: &mut ChaCha8Rng, drawn: &mut Vec<u32>) -> Option<f32> {
        draw_if(self.probability, Uniform::within(self.range), rng, drawn)
    }

    pub(super) fn draw(&self, rng: &mut ChaCha8Rng, drawn: &mut Vec<u32>) -> Option<Affine> {
        self.factor(rng, drawn).map(|factor| by(factor.into()))
    }
}

/// Enlarges by `factor`.
pub(super) fn by(factor: f64) -> Affine {
    Affine {
        xx: 1.0 / factor,
        yy: 1.0 / factor,
        ..Affine::IDENTITY
    }
}

/// The step on vectors.
#[derive(Debug)]
pub(super) struct ScaleVector(pub(super) Scale);

impl Stage for ScaleVector {
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng) {
        if let Some(factor) = self.0.factor(rng, &mut scratch.drawn) {
            for value in &mut scratch.values {
                *value *= factor;
            }
        }
    }
}
