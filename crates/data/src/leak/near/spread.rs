//! How far examples lie apart.

use crate::MemoryError;
use crate::leak::rows::Rows;

/// Values after which a distance is looked at.
const PART: usize = 64;

/// Examples that the spread is measured on.
const N_SAMPLE: usize = 1_000;

/// How far the values of random examples lie apart, and how distances are measured.
pub(super) struct Spread {
    /// Per value its mean.
    pub(super) means: Vec<f64>,
    /// Per value what its differences are multiplied by.
    pub(super) weights: Vec<f64>,
    /// Whether the weights are one over the standard deviation; else they are 1.
    pub(super) standardized: bool,
    /// The root of the mean squared distance between two random examples.
    pub(super) typical_distance: f64,
}

impl Spread {
    /// Measures examples that are spread evenly over all sets, each of `width` values.
    ///
    /// Values are on one scale if all sets say what range they lie in. If not, differences are
    /// divided by the standard deviation, and values that are equal in the whole sample don't count.
    pub(super) fn measure(rows: &Rows, width: usize) -> Result<Self, MemoryError> {
        let n = rows.len().min(N_SAMPLE);
        // Welford's method (Technometrics 4:419, 1962): far from zero, sums of squares lose digits.
        let mut means = vec![0.0; width];
        let mut sums = vec![0.0; width];
        let mut values = Vec::new();
        for k in 0..n {
            rows.read(k * rows.len() / n, &mut values)?;
            let share = 1.0 / (k + 1) as f64;
            for ((&value, mean), sum) in values.iter().zip(&mut means).zip(&mut sums) {
                let value = f64::from(value);
                let before = value - *mean;
                *mean += before * share;
                *sum += before * (value - *mean);
            }
        }
        let variances = sums.iter().map(|sum| sum / n.max(1) as f64);
        let standardized = rows.sets().any(|set| set.range.is_none());
        let weight = |variance: f64| match (standardized, variance > 0.0) {
            (false, _) => 1.0,
            (true, true) => variance.sqrt().recip(),
            (true, false) => 0.0,
        };
        let weights: Vec<f64> = variances.clone().map(weight).collect();
        // The difference of two independent draws has twice the variance of one.
        let squared = variances.zip(&weights).map(|(v, w)| 2.0 * v * w * w);
        Ok(Self {
            typical_distance: squared.sum::<f64>().sqrt(),
            means,
            weights,
            standardized,
        })
    }

    /// Whether the weighted Euclidean distance is at most `limit`.
    ///
    /// Most candidates are far apart, which a part of their values tells: no later one brings them nearer.
    pub(super) fn is_within(&self, a: &[f32], b: &[f32], limit: f64) -> bool {
        let values = a.chunks(PART).zip(b.chunks(PART));
        let mut squared = 0.0_f64;
        for ((a, b), weights) in values.zip(self.weights.chunks(PART)) {
            let differences = a.iter().zip(b).map(|(&x, &y)| f64::from(x) - f64::from(y));
            squared = differences
                .zip(weights)
                .fold(squared, |sum, (difference, weight)| {
                    sum + (difference * weight).powi(2)
                });
            if squared.sqrt() > limit {
                return false;
            }
        }
        squared.sqrt() <= limit
    }
}
