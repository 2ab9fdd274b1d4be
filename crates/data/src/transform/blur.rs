//! The step `blur`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::options::{always, check_probability};
use super::parameter::{Parameter, Uniform, draw_if};
use super::pipeline::{Planes, Scratch, Stage};
use crate::FieldError;
use crate::field_error::check_range;

/// Blurs an image with a Gaussian kernel, cut off at four standard deviations. Beyond its borders the
/// image is mirrored, so that an even one stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blur {
    /// The smallest and the largest standard deviation of the kernel, in pixels, drawn uniformly;
    /// [0, 1] if absent. One below 1/8 leaves the image as it is.
    #[serde(default = "default_radius")]
    pub radius: [f32; 2],
    /// The share of examples that it is done to; 1 if absent.
    #[serde(default = "always")]
    pub probability: f32,
}

fn default_radius() -> [f32; 2] {
    [0.0, 1.0]
}

/// Where the kernel is cut off, in standard deviations; scipy's default.
const TRUNCATE: f32 = 4.0;

impl Blur {
    pub(super) fn check(&self) -> Result<(), FieldError> {
        check_range("radius", self.radius, [0.0, 100.0])?;
        check_probability(self.probability)
    }

    pub(super) fn parameter(&self) -> Parameter {
        Uniform::within(self.radius).parameter("blur")
    }
}

/// The step on images of one size.
#[derive(Debug)]
pub(super) struct BlurPlanes {
    pub(super) step: Blur,
    pub(super) planes: Planes,
}

impl Stage for BlurPlanes {
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng) {
        let radius = Uniform::within(self.step.radius);
        if let Some(sigma) = draw_if(self.step.probability, radius, rng, &mut scratch.drawn) {
            blur(sigma, self.planes, scratch);
        }
    }
}

/// Blurs along the rows, then along the columns.
fn blur(sigma: f32, planes: Planes, scratch: &mut Scratch) {
    let reach = (TRUNCATE * sigma + 0.5) as usize;
    if reach == 0 {
        return;
    }
    let (height, width) = (planes.height, planes.width);
    let padded_width = width + 2 * reach;
    scratch.spare.clear();
    let gaussian = |k: usize| (-0.5 * (k as f32 / sigma).powi(2)).exp();
    scratch.spare.extend((0..=reach).map(gaussian));
    let sum = scratch.spare[0] + 2.0 * scratch.spare[1..].iter().sum::<f32>();
    for weight in &mut scratch.spare {
        *weight /= sum;
    }
    scratch.spare.resize(reach + 1 + padded_width, 0.0);
    let (kernel, padded) = scratch.spare.split_at_mut(reach + 1);

    scratch.other.clear();
    scratch.other.resize(scratch.values.len(), 0.0);
    let rows = scratch.values.chunks_exact(width);
    for (row, out) in rows.zip(scratch.other.chunks_exact_mut(width)) {
        for (i, value) in padded.iter_mut().enumerate() {
            *value = row[mirrored(i, reach, width)];
        }
        add(kernel[0], &padded[reach..reach + width], out);
        for (k, &weight) in kernel.iter().enumerate().skip(1) {
            add(weight, &padded[reach - k..][..width], out);
            add(weight, &padded[reach + k..][..width], out);
        }
    }
    scratch.values.fill(0.0);
    let n_pixels = height * width;
    let channels = scratch.other.chunks_exact(n_pixels);
    for (from, to) in channels.zip(scratch.values.chunks_exact_mut(n_pixels)) {
        for (y, out) in to.chunks_exact_mut(width).enumerate() {
            for i in 0..=2 * reach {
                let row = mirrored(y + i, reach, height);
                add(
                    kernel[i.abs_diff(reach)],
                    &from[row * width..][..width],
                    out,
                );
            }
        }
    }
}

/// The place of `i - before` in a row of `n` that is mirrored at both ends, again and again.
fn mirrored(i: usize, before: usize, n: usize) -> usize {
    let period = 2 * n;
    let i = (i + period - before % period) % period;
    i.min(period - 1 - i)
}

fn add(weight: f32, values: &[f32], out: &mut [f32]) {
    for (out, value) in out.iter_mut().zip(values) {
        *out += weight * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sigma: f32, channels: usize, values: &[f32], expected: &[f32]) {
        let planes = Planes {
            channels,
            height: 4,
            width: 5,
            low: 0.0,
            high: 100.0,
        };
        let mut scratch = Scratch {
            values: values.to_vec(),
            ..Scratch::default()
        };
        blur(sigma, planes, &mut scratch);
        for (found, expected) in scratch.values.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-3,
                "{:?} for {sigma}",
                scratch.values
            );
        }
    }

    #[test]
    fn a_blur_is_that_of_scipy() {
        // scipy 1.17: gaussian_filter(a, sigma, mode='reflect', truncate=4).
        let values = [
            1.0, 3.0, 5.0, 8.0, 11.0, 15.0, 19.0, 23.0, 27.0, 32.0, 36.0, 42.0, 47.0, 52.0, 58.0,
            64.0, 70.0, 76.0, 83.0, 89.0,
        ];
        let little = [
            6.0807, 7.97555, 10.6782, 13.77877, 16.28892, 18.56669, 21.42456, 25.24516, 29.29379,
            32.56472, 39.03362, 42.88, 47.91213, 53.06959, 57.09151, 57.62906, 61.91065, 67.71054,
            73.7118, 78.15406,
        ];
        // The kernel of 25 is wider than the image.
        let much = [
            34.46851, 35.017, 35.90478, 36.79289, 37.34189, 35.70339, 36.2601, 37.16117, 38.06255,
            38.61975, 37.45009, 38.01841, 38.93828, 39.85843, 40.42724, 38.68521, 39.26175,
            40.1949, 41.12833, 41.70533,
        ];
        check(0.8, 1, &values, &little);
        check(3.0, 1, &values, &much);
        check(0.12, 1, &values, &values);
        let (twice, expected) = ([values, [7.0; 20]].concat(), [little, [7.0; 20]].concat());
        check(0.8, 2, &twice, &expected);
    }
}
