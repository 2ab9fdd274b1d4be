//! The errors of several seeds on one set.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution};

use super::SeedsError;
use crate::bootstrap;
use crate::rate::ErrorCount;

/// The errors that several seeds of one recipe made on one set.
///
/// Kept as counts: a mean over seeds and examples only asks by how many seeds an example was missed.
#[derive(Clone, Debug, PartialEq)]
pub struct SeedErrors {
    /// Error rate of each seed.
    rates: Vec<f64>,
    examples: Examples,
}

#[derive(Clone, Debug, PartialEq)]
enum Examples {
    /// The set is all there is, as for the training set.
    Exact,
    /// The same examples for every seed: how many of them 0, 1, … all seeds got wrong.
    Shared(Vec<u64>),
    /// Other examples for each seed.
    PerSeed(Vec<ErrorCount>),
}

impl SeedErrors {
    /// Takes one row of flags per seed, true where an example was wrong; every row has the same examples
    /// in the same order.
    ///
    /// # Errors
    /// [`SeedsError::UnequalExamples`] if the rows differ in length, [`SeedsError::NoExamples`] without
    /// examples.
    pub fn shared(errors: &[Vec<bool>]) -> Result<Self, SeedsError> {
        let n = errors.first().map_or(0, Vec::len);
        if n == 0 {
            return Err(SeedsError::NoExamples);
        }
        if let Some(seed) = errors.iter().position(|row| row.len() != n) {
            return Err(SeedsError::UnequalExamples {
                seed,
                n: errors[seed].len(),
                expected: n,
            });
        }
        let mut missed_by = vec![0_usize; n];
        let mut rates = Vec::with_capacity(errors.len());
        for row in errors {
            for (missed, &wrong) in missed_by.iter_mut().zip(row) {
                *missed += usize::from(wrong);
            }
            let wrong = row.iter().filter(|&&wrong| wrong).count();
            rates.push(wrong as f64 / n as f64);
        }
        let mut examples = vec![0; errors.len() + 1];
        for missed in missed_by {
            examples[missed] += 1;
        }
        Ok(Self {
            rates,
            examples: Examples::Shared(examples),
        })
    }

    /// Takes one count per seed, each on examples of its own (each seed has split the data anew).
    #[must_use]
    pub fn per_seed(counts: &[ErrorCount]) -> Self {
        Self {
            rates: counts.iter().map(|count| count.rate()).collect(),
            examples: Examples::PerSeed(counts.to_vec()),
        }
    }

    /// One count per seed on a set that stands for nothing but itself.
    pub(super) fn exact(counts: &[ErrorCount]) -> Self {
        Self {
            rates: counts.iter().map(|count| count.rate()).collect(),
            examples: Examples::Exact,
        }
    }

    /// How many seeds there are.
    #[must_use]
    pub fn seeds(&self) -> usize {
        self.rates.len()
    }

    /// Error rate of each seed, fractions.
    #[must_use]
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    pub(super) fn mean(&self) -> f64 {
        self.rates.iter().sum::<f64>() / self.rates.len() as f64
    }

    /// Draws examples with replacement and returns by how much the mean rate of the seeds changes.
    pub(super) fn other_examples(&self, rng: &mut ChaCha8Rng) -> f64 {
        let mean = self.mean();
        let n = match &self.examples {
            Examples::Exact => return 0.0,
            Examples::Shared(missed_by) => missed_by.iter().sum::<u64>() as f64,
            Examples::PerSeed(counts) => counts.iter().map(|count| count.n() as f64).sum(),
        };
        if mean <= 0.0 {
            return unseen(n, rng);
        }
        if mean >= 1.0 {
            return -unseen(n, rng);
        }
        let drawn = match &self.examples {
            Examples::Exact => mean,
            Examples::Shared(missed_by) => {
                let drawn = bootstrap::resample_counts(missed_by, rng);
                let wrong = drawn.iter().enumerate();
                let wrong: f64 = wrong.map(|(seeds, &n)| seeds as f64 * n as f64).sum();
                wrong / (n * self.rates.len() as f64)
            }
            Examples::PerSeed(counts) => {
                let rates = counts.iter().map(|count| {
                    bootstrap::binomial(count.n(), count.rate(), rng) as f64 / count.n() as f64
                });
                rates.sum::<f64>() / counts.len() as f64
            }
        };
        drawn - mean
    }
}

/// A rate that may be behind 0 errors in `n`: Jeffreys' posterior.
fn unseen(n: f64, rng: &mut ChaCha8Rng) -> f64 {
    Beta::new(0.5, n + 0.5).map_or(0.0, |beta| beta.sample(rng))
}
