//! The step `shift`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::affine::Affine;
use super::options::{always, check_probability};
use super::parameter::{Parameter, Uniform, happens};
use crate::FieldError;
use crate::field_error::check_within;

/// Moves an image to the right or left, and up or down; what comes in has the range's low value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// How far at most in either direction, in pixels; each is drawn uniformly, fractions too.
    pub pixels: f32,
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

impl Shift {
    pub(super) fn check(self) -> Result<(), FieldError> {
        check_within("pixels", self.pixels, [0.0, 1000.0])?;
        check_probability(self.probability)
    }

    pub(super) fn parameters(self) -> [Parameter; 2] {
        let pixels = Uniform::around_zero(self.pixels);
        [pixels.parameter("shift_x"), pixels.parameter("shift_y")]
    }

    pub(super) fn draw(self, rng: &mut ChaCha8Rng, drawn: &mut Vec<u32>) -> Option<Affine> {
        if !happens(self.probability, rng) {
            drawn.extend([0, 0]);
            return None;
        }
        let pixels = Uniform::around_zero(self.pixels);
        let (x, y) = (pixels.draw(rng, drawn), pixels.draw(rng, drawn));
        Some(by(x.into(), y.into()))
    }
}

/// Moves by `x` pixels to the right and `y` down.
pub(super) fn by(x: f64, y: f64) -> Affine {
    Affine {
        x0: -x,
        y0: -y,
        ..Affine::IDENTITY
    }
}
