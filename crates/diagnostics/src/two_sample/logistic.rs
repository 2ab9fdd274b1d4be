//! A logistic regression with standardized features and a ridge, large enough for a two-sample test.

/// Standard deviations beyond which a feature counts no further: one outlier decides nothing.
const FARTHEST: f64 = 10.0;
/// Newton steps at most. From zero weights about six reach the tolerance.
const MAX_STEPS: usize = 20;
/// Steps of the inner solver at most: an inexact Newton direction does as well.
const MAX_INNER_STEPS: usize = 20;
/// Gradient, against the features' unit spread, from which on nothing is learned any more.
const TOLERANCE: f64 = 1e-6;

/// Tells rows of two samples apart.
pub(super) struct Logistic {
    means: Vec<f64>,
    /// One over the standard deviation; 0 for a feature that was constant.
    scales: Vec<f64>,
    /// One weight per feature, then the bias.
    weights: Vec<f64>,
}

impl Logistic {
    /// Learns from rows of which the first `from_first` are from the first sample, the others from the
    /// second; at least one row.
    ///
    /// Minimizes the mean log loss plus half the ridge times the squared weights, by Newton's method
    /// with conjugate gradients (Nocedal and Wright, "Numerical Optimization", 2006, section 7.1). The
    /// ridge is features per row: a prior by which all features together move the log odds by about 1.
    pub(super) fn fit<T: Copy + Into<f64>>(rows: &[&[T]], from_first: usize) -> Self {
        let width = rows.first().map_or(0, |row| row.len());
        let (means, scales) = spread(rows, width);
        let mut model = Self {
            means,
            scales,
            weights: vec![0.0; width + 1],
        };
        let problem = Problem {
            rows: rows.iter().map(|row| model.standardized(row)).collect(),
            from_first,
            ridge: width as f64 / rows.len() as f64,
        };
        model.weights = problem.minimum(width + 1);
        model
    }

    /// Probability that a row is from the second sample.
    pub(super) fn probability<T: Copy + Into<f64>>(&self, row: &[T]) -> f64 {
        sigmoid(dot(&self.standardized(row), &self.weights))
    }

    /// Features in standard deviations from their mean, then a 1 for the bias.
    fn standardized<T: Copy + Into<f64>>(&self, row: &[T]) -> Vec<f64> {
        let scales = self.means.iter().zip(&self.scales);
        row.iter()
            .zip(scales)
            .map(|(&value, (mean, scale))| {
                let z = (value.into() - mean) * scale;
                // Differences of the largest numbers overflow; such a feature says nothing.
                if z.is_nan() {
                    0.0
                } else {
                    z.clamp(-FARTHEST, FARTHEST)
                }
            })
            .chain([1.0])
            .collect()
    }
}

/// The means of features and one over their standard deviations. Goes through whole rows, since those lie in one piece.
fn spread<T: Copy + Into<f64>>(rows: &[&[T]], width: usize) -> (Vec<f64>, Vec<f64>) {
    let n = rows.len() as f64;
    let mut means = vec![0.0; width];
    for row in rows {
        for (mean, &value) in means.iter_mut().zip(*row) {
            *mean += value.into() / n;
        }
    }
    let mut squares = vec![0.0; width];
    for row in rows {
        for ((sum, mean), &value) in squares.iter_mut().zip(&means).zip(*row) {
            *sum += (value.into() - mean).powi(2);
        }
    }
    let scale = |(square, mean): (&f64, &f64)| {
        let sd = (square / n).sqrt();
        // Rounding gives even a constant feature some spread.
        let constant = sd <= 1e-12 * mean.abs();
        if constant { 0.0 } else { sd.recip() }
    };
    let scales = squares.iter().zip(&means).map(scale).collect();
    (means, scales)
}

struct Problem {
    rows: Vec<Vec<f64>>,
    from_first: usize,
    ridge: f64,
}

impl Problem {
    fn minimum(&self, width: usize) -> Vec<f64> {
        let mut weights = vec![0.0; width];
        let mut loss = self.loss(&weights);
        for _ in 0..MAX_STEPS {
            let chances: Vec<f64> = self
                .rows
                .iter()
                .map(|row| sigmoid(dot(row, &weights)))
                .collect();
            let gradient = self.gradient(&weights, &chances);
            if dot(&gradient, &gradient).sqrt() < TOLERANCE {
                break;
            }
            let direction = self.newton_direction(&gradient, &chances);
            let Some(better) = self.line_search(&weights, &direction, loss) else {
                break;
            };
            (weights, loss) = better;
        }
        weights
    }

    fn loss(&self, weights: &[f64]) -> f64 {
        let losses = self.rows.iter().enumerate().map(|(i, row)| {
            let odds = dot(row, weights);
            // log(1 + exp(±odds)), written so that nothing overflows.
            let against = if i < self.from_first { odds } else { -odds };
            against.max(0.0) + (-against.abs()).exp().ln_1p()
        });
        losses.sum::<f64>() / self.rows.len() as f64 + self.ridge / 2.0 * dot(weights, weights)
    }

    fn gradient(&self, weights: &[f64], chances: &[f64]) -> Vec<f64> {
        let n = self.rows.len() as f64;
        let mut gradient: Vec<f64> = weights.iter().map(|w| self.ridge * w).collect();
        for (i, (row, chance)) in self.rows.iter().zip(chances).enumerate() {
            let target = if i < self.from_first { 0.0 } else { 1.0 };
            add(&mut gradient, (chance - target) / n, row);
        }
        gradient
    }

    /// Solves `hessian · direction = −gradient` by conjugate gradients.
    fn newton_direction(&self, gradient: &[f64], chances: &[f64]) -> Vec<f64> {
        let mut direction = vec![0.0; gradient.len()];
        let mut residual: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut search = residual.clone();
        let mut squared = dot(&residual, &residual);
        let enough = 1e-4 * squared; // a hundredth of the gradient's length
        for _ in 0..MAX_INNER_STEPS {
            let curved = self.times_hessian(&search, chances);
            let curvature = dot(&search, &curved);
            if curvature <= 0.0 {
                break;
            }
            let step = squared / curvature;
            add(&mut direction, step, &search);
            add(&mut residual, -step, &curved);
            let now = dot(&residual, &residual);
            if now < enough {
                break;
            }
            let keep = now / squared;
            for (s, r) in search.iter_mut().zip(&residual) {
                *s = r + keep * *s;
            }
            squared = now;
        }
        direction
    }

    fn times_hessian(&self, vector: &[f64], chances: &[f64]) -> Vec<f64> {
        let n = self.rows.len() as f64;
        let mut product: Vec<f64> = vector.iter().map(|v| self.ridge * v).collect();
        for (row, chance) in self.rows.iter().zip(chances) {
            let weight = chance * (1.0 - chance) / n;
            add(&mut product, weight * dot(row, vector), row);
        }
        product
    }

    /// The whole step, or as many times halved as lowers the loss; none if only rounding is left.
    fn line_search(
        &self,
        weights: &[f64],
        direction: &[f64],
        loss: f64,
    ) -> Option<(Vec<f64>, f64)> {
        (0..30).find_map(|halvings| {
            let mut moved = weights.to_vec();
            add(&mut moved, 0.5_f64.powi(halvings), direction);
            let lower = self.loss(&moved);
            (lower < loss).then_some((moved, lower))
        })
    }
}

fn sigmoid(odds: f64) -> f64 {
    (1.0 + (-odds).exp()).recip()
}

/// Eight sums side by side: one alone waits for each addition before the next.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_eights, a_rest) = a.as_chunks::<8>();
    let (b_eights, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a_eights.iter().zip(b_eights) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

fn add(to: &mut [f64], factor: f64, vector: &[f64]) {
    for (to, value) in to.iter_mut().zip(vector) {
        *to += factor * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_solve_the_ridge_equations() {
        // Rows −3, −1 of the first sample and 1, 3 of the second have the mean 0 and the standard
        // deviation √5. At the minimum the gradient is 0: with the ridge 1/4 and z = x/√5,
        // w/4 = (z₁ (1 − σ(w z₁)) + z₃ (1 − σ(w z₃)))/2; the bias is 0 by symmetry.
        let rows: [&[f64]; 4] = [&[-3.0], &[-1.0], &[1.0], &[3.0]];
        let model = Logistic::fit(&rows, 2);
        let (w, bias) = (model.weights[0], model.weights[1]);
        let part = |x: f64| {
            let z = x / 5_f64.sqrt();
            z * (1.0 - 1.0 / (1.0 + (-w * z).exp()))
        };
        assert!(
            (w / 4.0 - f64::midpoint(part(1.0), part(3.0))).abs() < 1e-6,
            "{w}"
        );
        assert!(w > 0.5 && bias.abs() < 1e-6, "{w} {bias}");
        assert!((model.probability(&[0.0]) - 0.5).abs() < 1e-6);
        assert!(model.probability(&[2.0]) > 0.5);
    }

    #[test]
    fn dots_have_a_rest() {
        // 0² + … + 18² = 18 · 19 · 37/6.
        let numbers: Vec<f64> = (0..19).map(f64::from).collect();
        assert!((dot(&numbers, &numbers) - 2_109.0).abs() < 1e-9);
    }
}
