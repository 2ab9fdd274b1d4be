//! The step `shear`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::affine::Affine;
use super::options::{always, check_probability};
use super::parameter::{Parameter, Uniform, draw_if};
use crate::FieldError;
use crate::field_error::check_within;

/// Slants an image: rows move sideways, in proportion to their distance from the centre. What comes
/// in has the range's low value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shear {
    /// How far at most an upright line leans to either side, in degrees; drawn uniformly. Positive
    /// is to the right, as italics are.
    pub degrees: f32,
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

impl Shear {
    pub(super) fn check(self) -> Result<(), FieldError> {
        check_within("degrees", self.degrees, [0.0, 60.0])?;
        check_probability(self.probability)
    }

    pub(super) fn parameter(self) -> Parameter {
        Uniform::around_zero(self.degrees).parameter("shear")
    }

    pub(super) fn draw(self, rng: &mut ChaCha8Rng, drawn: &mut Vec<u32>) -> Option<Affine> {
        let degrees = Uniform::around_zero(self.degrees);
        draw_if(self.probability, degrees, rng, drawn).map(|degrees| by(degrees.into()))
    }
}

/// Leans to the right.
pub(super) fn by(degrees: f64) -> Affine {
    Affine {
        xy: degrees.to_radians().tan(),
        ..Affine::IDENTITY
    }
}
