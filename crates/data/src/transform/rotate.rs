//! The step `rotate`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::affine::Affine;
use super::options::{always, check_probability};
use super::parameter::{Parameter, Uniform, draw_if};
use crate::FieldError;
use crate::field_error::check_within;

/// Turns an image about its centre; what comes in has the range's low value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// How far at most to either side, in degrees; drawn uniformly. Positive is counter-clockwise.
    pub degrees: f32,
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

impl Rotate {
    pub(super) fn check(self) -> Result<(), FieldError> {
        check_within("degrees", self.degrees, [0.0, 180.0])?;
        check_probability(self.probability)
    }

    pub(super) fn parameter(self) -> Parameter {
        Uniform::around_zero(self.degrees).parameter("rotate")
    }

    pub(super) fn draw(self, rng: &mut ChaCha8Rng, drawn: &mut Vec<u32>) -> Option<Affine> {
        let degrees = Uniform::around_zero(self.degrees);
        draw_if(self.probability, degrees, rng, drawn).map(|degrees| by(degrees.into()))
    }
}

/// Turns counter-clockwise, as seen with y down.
pub(super) fn by(degrees: f64) -> Affine {
    let (sin, cos) = degrees.to_radians().sin_cos();
    Affine {
        xx: cos,
        xy: -sin,
        yx: sin,
        yy: cos,
        ..Affine::IDENTITY
    }
}
