//! Smooth patterns, one per class.

use std::f64::consts::TAU;

use rand::RngExt;
use rand_distr::StandardNormal;

use crate::seed::stream;

/// The most waves that a pattern has across the image, in either direction: smooth at 8 pixels, and
/// with 24 free numbers varied enough that no two classes are alike.
const MAX_WAVES: i32 = 2;

/// The pattern of a class, row-major: mean 0, root mean square 1.
///
/// A sum of all waves with at most [`MAX_WAVES`] periods down and across, their sines and cosines
/// with standard normal factors. It goes on periodically, so a shift leaves nothing empty.
pub(super) fn draw(template_seed: u32, class: usize, [height, width]: [usize; 2]) -> Vec<f64> {
    let mut rng = stream(template_seed.into(), "templates patterns");
    rng.set_stream(class as u64);
    let mut pixels = vec![0.0; height * width];
    for down in 0..=MAX_WAVES {
        // A wave and its opposite are the same one.
        let first = if down == 0 { 1 } else { -MAX_WAVES };
        for across in first..=MAX_WAVES {
            let cosine: f64 = rng.sample(StandardNormal);
            let sine: f64 = rng.sample(StandardNormal);
            for (i, pixel) in pixels.iter_mut().enumerate() {
                let (y, x) = ((i / width) as f64, (i % width) as f64);
                let periods =
                    f64::from(down) * y / height as f64 + f64::from(across) * x / width as f64;
                let (sin, cos) = (TAU * periods).sin_cos();
                *pixel += cosine * cos + sine * sin;
            }
        }
    }
    let n = pixels.len() as f64;
    let mean = pixels.iter().sum::<f64>() / n;
    let mean_square = pixels.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    for pixel in &mut pixels {
        *pixel = (*pixel - mean) / mean_square.sqrt();
    }
    pixels
}

/// Writes to `out` the pattern shifted down and to the right; what leaves one side enters at the
/// other. Shifts are smaller than the grid.
pub(super) fn shift(
    pattern: &[f64],
    [height, width]: [usize; 2],
    [down, right]: [isize; 2],
    out: &mut [f64],
) {
    let down = down.rem_euclid(height.cast_signed()) as usize;
    let right = right.rem_euclid(width.cast_signed()) as usize;
    for (y, row) in pattern.chunks_exact(width).enumerate() {
        let y = (y + down) % height;
        let out = &mut out[y * width..(y + 1) * width];
        let (stays, wraps) = row.split_at(width - right);
        out[right..].copy_from_slice(stays);
        out[..right].copy_from_slice(wraps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_mean_0_and_root_mean_square_1_and_depends_on_the_seed_and_the_class() {
        for grid in [[4, 4], [8, 8], [5, 28]] {
            let first = draw(0, 0, grid);
            let n = first.len() as f64;
            assert_eq!(first.len(), grid[0] * grid[1]);
            assert!(first.iter().sum::<f64>().abs() < 1e-9);
            assert!((first.iter().map(|v| v * v).sum::<f64>() / n - 1.0).abs() < 1e-12);
            assert_ne!(draw(0, 1, grid), first);
            assert_ne!(draw(1, 0, grid), first);
        }
    }

    #[test]
    fn a_pattern_is_smooth() {
        // A wave of at most 2 periods over 32 pixels changes by at most 2π·2/32 ≈ 0.39 of its
        // amplitude from pixel to pixel in root mean square; white noise would change by √2.
        let pattern = draw(0, 3, [32, 32]);
        let steps: Vec<f64> = (0..32 * 31).map(|i| pattern[i + 32] - pattern[i]).collect();
        let mean_square = steps.iter().map(|v| v * v).sum::<f64>() / steps.len() as f64;
        assert!(mean_square.sqrt() < 0.4, "{}", mean_square.sqrt());
    }

    #[test]
    fn shifts_as_numpy_rolls() {
        // numpy.roll(numpy.arange(6).reshape(2, 3), shift, axis=(0, 1))
        let check = |by, expected: [f64; 6]| {
            let pattern: Vec<f64> = (0..6).map(f64::from).collect();
            let mut out = vec![0.0; 6];
            shift(&pattern, [2, 3], by, &mut out);
            assert_eq!(out, expected, "{by:?}");
        };
        check([0, 0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        check([1, 0], [3.0, 4.0, 5.0, 0.0, 1.0, 2.0]);
        check([0, 1], [2.0, 0.0, 1.0, 5.0, 3.0, 4.0]);
        check([-1, -1], [4.0, 5.0, 3.0, 1.0, 2.0, 0.0]);
    }
}
