//! The step `resize`.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::pipeline::{Planes, Scratch, Stage};
use crate::FieldError;

/// Brings images to another size, with the triangle filter that [`crate::convert`] uses too. Nothing
/// is drawn at random; with it the originals cannot stay beside their copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resize {
    /// The new height and width, in pixels.
    pub size: [usize; 2],
}

/// The largest height and width: a picture of that size takes 64 MiB per channel.
const MAX_SIDE: usize = 4096;

impl Resize {
    pub(super) fn check(self) -> Result<(), FieldError> {
        check_size(self.size)
    }
}

/// Whether images can be made of that height and width.
pub(crate) fn check_size([height, width]: [usize; 2]) -> Result<(), FieldError> {
    if [height, width].iter().all(|n| (1..=MAX_SIDE).contains(n)) {
        return Ok(());
    }
    let message = format!("is {height} × {width}; expected 1 to {MAX_SIDE} pixels each");
    Err(FieldError::new("size", message))
}

/// Brings planes of one size to another.
///
/// The triangle filter: bilinear interpolation where the image grows; where it shrinks, the triangle
/// is as many times wider, so that every pixel counts. Pillow's `resize` with `BILINEAR` is the same.
#[derive(Debug, Clone)]
pub(crate) struct Resampler {
    width: usize,
    rows: Vec<Taps>,
    columns: Vec<Taps>,
}

/// The pixels that one pixel of the result is made of, and their weights.
#[derive(Debug, Clone)]
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Resampler {
    /// From one `[height, width]` to another; all positive.
    pub(crate) fn new(from: [usize; 2], to: [usize; 2]) -> Self {
        Self {
            width: from[1],
            rows: taps(from[0], to[0]),
            columns: taps(from[1], to[1]),
        }
    }

    /// Appends the resized planes to `out`, which then holds as many of the new size. `between` holds
    /// what is between.
    pub(crate) fn apply(&self, planes: &[f32], between: &mut Vec<f32>, out: &mut Vec<f32>) {
        let (width, new_width) = (self.width, self.columns.len());
        between.clear();
        for row in planes.chunks_exact(width) {
            between.extend(self.columns.iter().map(|taps| {
                let pixels = &row[taps.first..][..taps.weights.len()];
                taps.weights
                    .iter()
                    .zip(pixels)
                    .map(|(w, p)| w * p)
                    .sum::<f32>()
            }));
        }
        // The last row's taps end with the last row.
        let height = self.rows.last().map_or(1, |t| t.first + t.weights.len());
        for plane in between.chunks_exact(height * new_width) {
            for taps in &self.rows {
                let start = out.len();
                out.resize(start + new_width, 0.0);
                for (k, weight) in taps.weights.iter().enumerate() {
                    let row = &plane[(taps.first + k) * new_width..][..new_width];
                    for (value, pixel) in out[start..].iter_mut().zip(row) {
                        *value += weight * pixel;
                    }
                }
            }
        }
    }
}

fn taps(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let reach = scale.max(1.0);
    (0..to)
        .map(|i| {
            let centre = (i as f64 + 0.5) * scale;
            let first = (centre - reach + 0.5).max(0.0) as usize;
            let end = ((centre + reach + 0.5) as usize).min(from);
            let triangle = |k: usize| (1.0 - ((k as f64 + 0.5 - centre) / reach).abs()).max(0.0);
            let sum: f64 = (first..end).map(triangle).sum();
            Taps {
                first,
                weights: (first..end).map(|k| (triangle(k) / sum) as f32).collect(),
            }
        })
        .collect()
}

/// The step on images of one size.
#[derive(Debug)]
pub(super) struct ResizePlanes(Resampler);

impl ResizePlanes {
    pub(super) fn new(planes: Planes, step: Resize) -> Self {
        Self(Resampler::new([planes.height, planes.width], step.size))
    }
}

impl Stage for ResizePlanes {
    fn apply(&self, scratch: &mut Scratch, _rng: &mut ChaCha8Rng) {
        scratch.other.clear();
        self.0
            .apply(&scratch.values, &mut scratch.spare, &mut scratch.other);
        std::mem::swap(&mut scratch.values, &mut scratch.other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(to: [usize; 2], expected: &[f32]) {
        let values = [
            1.0, 3.0, 5.0, 8.0, 11.0, 15.0, 19.0, 23.0, 27.0, 32.0, 36.0, 42.0, 47.0, 52.0, 58.0,
            64.0, 70.0, 76.0, 83.0, 89.0,
        ];
        let mut out = Vec::new();
        // Two channels, of which the second is the first times 2.
        let planes = [values, values.map(|v| 2.0 * v)].concat();
        Resampler::new([4, 5], to).apply(&planes, &mut Vec::new(), &mut out);
        assert_eq!(out.len(), 2 * expected.len());
        let expected = expected.iter().copied();
        for (found, expected) in out
            .iter()
            .zip(expected.clone().chain(expected.map(|e| 2.0 * e)))
        {
            assert!((found - expected).abs() < 1e-3, "{out:?}");
        }
    }

    #[test]
    fn a_resize_is_that_of_pillow() {
        // Pillow 13: Image.fromarray(a, mode='F').resize((3, 2), Image.BILINEAR), and to (7, 6).
        check(
            [2, 3],
            &[13.46939, 18.80952, 24.87755, 47.44898, 56.09524, 65.06123],
        );
        check(
            [6, 7],
            &[
                1.0, 2.14286, 3.57143, 5.0, 7.14286, 9.28571, 11.0, 8.0, 9.71429, 11.85714, 14.0,
                16.5, 19.21428, 21.5, 18.5, 20.97619, 24.02381, 27.0, 29.97619, 33.38095, 36.33333,
                32.5, 35.73809, 39.54762, 43.0, 46.45238, 50.33334, 53.66667, 50.0, 53.42857,
                57.57143, 61.5, 65.78571, 70.07143, 73.5, 64.0, 67.42857, 71.71429, 76.0, 81.0,
                85.57143, 89.0,
            ],
        );
        check(
            [4, 5],
            &[
                1.0, 3.0, 5.0, 8.0, 11.0, 15.0, 19.0, 23.0, 27.0, 32.0, 36.0, 42.0, 47.0, 52.0,
                58.0, 64.0, 70.0, 76.0, 83.0, 89.0,
            ],
        );
    }

    #[test]
    fn one_pixel_is_the_mean_under_the_triangle() {
        // Weights 1 - |k - 1| / 3 of three pixels: 2/3, 1, 2/3, of which the sum is 7/3.
        let mut out = Vec::new();
        Resampler::new([1, 3], [1, 1]).apply(&[7.0, 14.0, 0.0], &mut Vec::new(), &mut out);
        assert!(
            (out[0] - (2.0 * 7.0 + 3.0 * 14.0) / 7.0).abs() < 1e-5,
            "{out:?}"
        );
    }
}
