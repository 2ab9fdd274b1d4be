//! Sums of error rates, resampled over seeds and examples.

use rand::RngExt as _;

use super::SeedErrors;
use crate::bootstrap::{self, RESAMPLES};
use crate::interval::{Confidence, Interval};
use crate::rate::SetName;
use crate::student;

/// A weighted sum of the rates on the four sets, less a known number: a rate, a gap, or a contrast.
#[derive(Clone, Debug)]
pub(super) struct Sum {
    weights: [f64; 4],
    known: f64,
}

impl Sum {
    pub(super) fn rate(set: SetName) -> Self {
        let none = Self {
            weights: [0.0; 4],
            known: 0.0,
        };
        none.plus(set, 1.0)
    }

    /// A number that no seed and no example changes.
    pub(super) fn known(number: f64) -> Self {
        Self {
            weights: [0.0; 4],
            known: -number,
        }
    }

    pub(super) fn plus(mut self, set: SetName, weight: f64) -> Self {
        self.weights[set as usize] += weight;
        self
    }

    pub(super) fn times(&self, factor: f64) -> Self {
        Self {
            weights: self.weights.map(|weight| factor * weight),
            known: factor * self.known,
        }
    }

    pub(super) fn less(&self, other: &Self) -> Self {
        let mut weights = self.weights;
        for (weight, other) in weights.iter_mut().zip(other.weights) {
            *weight -= other;
        }
        Self {
            weights,
            known: self.known - other.known,
        }
    }

    fn of(&self, rates: [f64; 4]) -> f64 {
        self.weights
            .iter()
            .zip(rates)
            .map(|(weight, rate)| weight * rate)
            .sum::<f64>()
            - self.known
    }
}

/// What was measured and what the resamples change of it; sets that are not there count 0.
pub(super) struct Resampled {
    /// Per seed, its rates on the four sets.
    seeds: Vec<[f64; 4]>,
    mean: [f64; 4],
    /// Per resample, what other seeds change of the mean rates, at its full size.
    by_seeds: Vec<[f64; 4]>,
    /// Per resample, what other examples change of the mean rates.
    by_examples: Vec<[f64; 4]>,
}

impl Resampled {
    pub(super) fn draw(sets: &[(SetName, &SeedErrors)], n_seeds: usize, seed: u64) -> Self {
        let mut mean = [0.0; 4];
        let mut seeds = vec![[0.0; 4]; n_seeds];
        for &(set, errors) in sets {
            mean[set as usize] = errors.mean();
            for (rates, &rate) in seeds.iter_mut().zip(errors.rates()) {
                rates[set as usize] = rate;
            }
        }
        let mut rng = bootstrap::stream(seed);
        let n = n_seeds as f64;
        let full_size = (n / (n - 1.0)).sqrt();
        let (by_seeds, by_examples) = (0..RESAMPLES)
            .map(|_| {
                let mut by_seeds = [0.0; 4];
                for _ in 0..n_seeds {
                    let drawn = seeds[rng.random_range(0..n_seeds)];
                    for set in 0..4 {
                        by_seeds[set] += full_size * (drawn[set] - mean[set]) / n;
                    }
                }
                let mut by_examples = [0.0; 4];
                for &(set, errors) in sets {
                    by_examples[set as usize] = errors.other_examples(&mut rng);
                }
                (by_seeds, by_examples)
            })
            .unzip();
        Self {
            seeds,
            mean,
            by_seeds,
            by_examples,
        }
    }

    pub(super) fn mean(&self, sum: &Sum) -> f64 {
        sum.of(self.mean)
    }

    /// Standard deviation of the sum over the seeds.
    pub(super) fn seed_sd(&self, sum: &Sum) -> f64 {
        variance(self.seeds.iter().map(|&rates| sum.of(rates))).sqrt()
    }

    pub(super) fn interval(&self, sum: &Sum, confidence: Confidence) -> Interval {
        let estimate = self.mean(sum);
        let change = |&rates: &[f64; 4]| sum.of(rates) + sum.known;
        let n = self.seeds.len() as f64;
        let stretch = student::stretch(
            (self.seed_sd(sum).powi(2) / n, n - 1.0),
            variance(self.by_examples.iter().map(change)),
            confidence,
        );
        let changes = self.by_seeds.iter().zip(&self.by_examples);
        let mut values: Vec<f64> = changes
            .map(|(seeds, examples)| estimate + stretch * (change(seeds) + change(examples)))
            .collect();
        bootstrap::percentile(&mut values, estimate, confidence)
    }
}

/// Unbiased variance of at least two values.
fn variance(values: impl ExactSizeIterator<Item = f64> + Clone) -> f64 {
    let n = values.len() as f64;
    let mean = values.clone().sum::<f64>() / n;
    values.map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)
}
