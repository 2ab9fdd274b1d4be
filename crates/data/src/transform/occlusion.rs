//! The step `occlusion`.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::options::{always, check_probability};
use super::parameter::{Parameter, happens_noted};
use super::pipeline::{Planes, Scratch, Stage};
use crate::FieldError;
use crate::field_error::check_within;

/// Covers a square part of an image, at a random place wholly inside.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Occlusion {
    /// The side of the square, as a share of the image's height, rounded to whole pixels.
    pub share: f32,
    /// Its value, as a share of the range: 0, the low end, if absent.
    #[serde(default)]
    pub value: f32,
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

impl Occlusion {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        check_within("share", self.share, [0.0, 1.0])?;
        check_within("value", self.value, [0.0, 1.0])?;
        check_probability(self.probability)
    }

    pub(super) fn parameter() -> Parameter {
        Parameter::applied("occlusion")
    }
}

/// The step on images of one size.
#[derive(Debug)]
pub(super) struct Cover {
    pub(super) step: Occlusion,
    pub(super) planes: Planes,
}

impl Stage for Cover {
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng) {
        if !happens_noted(self.step.probability, rng, &mut scratch.drawn) {
            return;
        }
        let Planes { height, width, .. } = self.planes;
        let side = (self.step.share * height as f32).round() as usize;
        let (rows, columns) = (side.min(height), side.min(width));
        let top = rng.random_range(0..=height - rows);
        let left = rng.random_range(0..=width - columns);
        let value = self.planes.at_share(self.step.value);
        for plane in scratch.values.chunks_exact_mut(height * width) {
            for row in plane.chunks_exact_mut(width).skip(top).take(rows) {
                row[left..left + columns].fill(value);
            }
        }
    }
}
