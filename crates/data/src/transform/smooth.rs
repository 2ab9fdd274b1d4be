//! Random fields that are smooth: for elastic distortion and for textures.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Draws fields of `height × width` numbers, each of mean 0 and deviation 1, smooth over space.
///
/// Independent normal numbers on a grid of knots, interpolated by cubic B-splines. That is as good as
/// smoothing white noise with a kernel of the B-spline's shape, and takes far fewer draws. The sum of
/// the squares of the weights differs a little from place to place; dividing by its root makes the
/// deviation 1 everywhere.
#[derive(Debug, Clone)]
pub(super) struct SmoothField {
    rows: Axis,
    columns: Axis,
}

/// Per position the first of its four knots, and their weights.
#[derive(Debug, Clone)]
struct Axis {
    n_knots: usize,
    at: Vec<(usize, [f32; 4])>,
}

/// The standard deviation of the cubic B-spline, in knots: that of the sum of four independent
/// uniform numbers, sqrt(4/12).
const SPLINE_DEVIATION: f32 = 0.577_350_3;

impl Axis {
    fn new(n: usize, pixels_per_knot: f32) -> Self {
        let at: Vec<_> = (0..n)
            .map(|i| {
                let position = i as f32 / pixels_per_knot;
                let knot = position.floor();
                (knot as usize, unit_weights(position - knot))
            })
            .collect();
        let n_knots = at.last().map_or(0, |(knot, _)| knot + 4);
        Self { n_knots, at }
    }
}

/// The weights of the cubic B-spline at `t` in 0..=1 between its second and its third knot, divided
/// by the root of the sum of their squares.
fn unit_weights(t: f32) -> [f32; 4] {
    let u = 1.0 - t;
    let weights = [
        u * u * u / 6.0,
        (3.0 * t * t * t - 6.0 * t * t + 4.0) / 6.0,
        (3.0 * u * u * u - 6.0 * u * u + 4.0) / 6.0,
        t * t * t / 6.0,
    ];
    let norm = weights.iter().map(|w| w * w).sum::<f32>().sqrt();
    weights.map(|w| w / norm)
}

impl SmoothField {
    /// Fields as smooth as white noise under a kernel of the standard deviation `smoothness` pixels.
    pub(super) fn new(height: usize, width: usize, smoothness: f32) -> Self {
        let pixels_per_knot = smoothness / SPLINE_DEVIATION;
        Self {
            rows: Axis::new(height, pixels_per_knot),
            columns: Axis::new(width, pixels_per_knot),
        }
    }

    /// Draws a field into `out`, of `height × width` numbers. `spare` holds what is between.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng, spare: &mut Vec<f32>, out: &mut [f32]) {
        let width = self.columns.at.len();
        let (n_rows, n_columns) = (self.rows.n_knots, self.columns.n_knots);
        spare.resize(n_rows * width + n_columns, 0.0);
        let (along_rows, knots) = spare.split_at_mut(n_rows * width);
        for row in along_rows.chunks_exact_mut(width) {
            for knot in knots.iter_mut() {
                *knot = rng.sample(StandardNormal);
            }
            for (value, (first, weights)) in row.iter_mut().zip(&self.columns.at) {
                let knots = &knots[*first..first + 4];
                *value = weights.iter().zip(knots).map(|(w, k)| w * k).sum();
            }
        }
        for (row, (first, [a, b, c, d])) in out.chunks_exact_mut(width).zip(&self.rows.at) {
            let knots = |k: usize| along_rows[(first + k) * width..][..width].iter();
            let four = knots(0).zip(knots(1)).zip(knots(2)).zip(knots(3));
            for (value, (((p, q), r), s)) in row.iter_mut().zip(four) {
                *value = a * p + b * q + c * r + d * s;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::seed::stream;

    use super::*;

    #[test]
    fn every_place_has_mean_0_and_deviation_1_and_neighbours_are_alike() {
        let (height, width, n) = (5, 9, 4000);
        let field = SmoothField::new(height, width, 2.0);
        let (mut rng, mut spare) = (stream(7, "test"), Vec::new());
        let mut values = vec![0.0; height * width];
        let (mut sum, mut squares) = (vec![0.0_f64; values.len()], vec![0.0; values.len()]);
        let mut neighbours = 0.0;
        for _ in 0..n {
            field.draw(&mut rng, &mut spare, &mut values);
            for (i, &v) in values.iter().enumerate() {
                sum[i] += f64::from(v);
                squares[i] += f64::from(v * v);
            }
            neighbours += f64::from(values[3] * values[4]);
        }
        let n = f64::from(n);
        for (sum, squares) in sum.iter().zip(&squares) {
            // The standard error of the mean is 1/sqrt(n), that of the variance sqrt(2/n); 5 of each.
            assert!((sum / n).abs() < 5.0 / n.sqrt(), "{}", sum / n);
            assert!((squares / n - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
        }
        // White noise under a Gaussian kernel of deviation s correlates by exp(-d²/4s²) at the
        // distance d: 0.94 for 1 and 2; the B-spline is nearly that kernel.
        let correlation = neighbours / n;
        assert!((correlation - 0.94).abs() < 0.12, "{correlation}");
    }
}
