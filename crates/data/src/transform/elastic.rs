//! The step `elastic`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::affine::Affine;
use super::options::{always, check_probability};
use super::parameter::{Parameter, happens_noted};
use super::pipeline::{Planes, Scratch};
use super::smooth::SmoothField;
use crate::FieldError;
use crate::field_error::check_within;

/// Bends an image: every pixel is taken from a place that is displaced at random, smoothly over space
/// (Simard, Steinkraus and Platt, ICDAR 2003). What comes in has the range's low value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Elastic {
    /// The standard deviation of the displacement in either direction, in pixels.
    pub amplitude: f32,
    /// The standard deviation of the kernel that smooths the displacements, in pixels: the larger, the
    /// gentler the bends.
    pub smoothness: f32,
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

impl Elastic {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        check_within("amplitude", self.amplitude, [0.0, 1000.0])?;
        check_within("smoothness", self.smoothness, [0.5, 1000.0])?;
        check_probability(self.probability)
    }

    pub(super) fn parameter() -> Parameter {
        Parameter::applied("elastic")
    }
}

/// The step on images of one size.
#[derive(Debug)]
pub(super) struct Bend {
    step: Elastic,
    field: SmoothField,
}

impl Bend {
    pub(super) fn new(step: Elastic, planes: Planes) -> Self {
        Self {
            field: SmoothField::new(planes.height, planes.width, step.smoothness),
            step,
        }
    }

    /// Adds displacements to those in `scratch`, seen through the `map` of what comes before.
    ///
    /// Whether there are any.
    pub(super) fn displace(
        &self,
        map: &Affine,
        scratch: &mut Scratch,
        rng: &mut ChaCha8Rng,
    ) -> bool {
        let happens = happens_noted(self.step.probability, rng, &mut scratch.drawn);
        if !happens || self.step.amplitude <= 0.0 {
            return false;
        }
        let n_pixels = scratch.displacement_x.len();
        scratch.other.resize(2 * n_pixels, 0.0);
        let (right, down) = scratch.other.split_at_mut(n_pixels);
        self.field.draw(rng, &mut scratch.spare, right);
        self.field.draw(rng, &mut scratch.spare, down);
        let amplitude = self.step.amplitude;
        let [xx, xy, yx, yy] = [map.xx, map.xy, map.yx, map.yy].map(|m| m as f32 * amplitude);
        let displacements = scratch
            .displacement_x
            .iter_mut()
            .zip(&mut scratch.displacement_y);
        for ((dx, dy), (right, down)) in displacements.zip(right.iter().zip(down.iter())) {
            *dx += xx * right + xy * down;
            *dy += yx * right + yy * down;
        }
        true
    }
}
