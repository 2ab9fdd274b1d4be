//! Two models on one set: their difference counts only the examples on which just one of them is wrong.

use serde::{Deserialize, Serialize};

use crate::bootstrap::{self, RESAMPLES};
use crate::coin;
use crate::interval::{Confidence, Interval, clopper_pearson};
use crate::rate::ErrorCount;

/// Why two models cannot be compared on a set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairedError {
    /// The set is empty.
    #[error("two models are compared on at least one example, got n = 0")]
    NoExamples,
    /// The two models were not measured on the same examples.
    #[error(
        "{first} examples of the first model and {second} of the second; expected the same examples"
    )]
    UnequalLengths {
        /// Examples of the first model.
        first: usize,
        /// Examples of the second model.
        second: usize,
    },
    /// More wrong examples than examples.
    #[error("{wrong} examples with a wrong model among {n} examples; expected at most {n}")]
    MoreThanExamples {
        /// Examples on which at least one model is wrong.
        wrong: u128,
        /// Examples in the set.
        n: u64,
    },
}

/// The examples of one set, by which of two models is wrong; at least one example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawCounts")]
pub struct PairedCounts {
    both_wrong: u64,
    only_first_wrong: u64,
    only_second_wrong: u64,
    n: u64,
}

/// What a file may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCounts {
    both_wrong: u64,
    only_first_wrong: u64,
    only_second_wrong: u64,
    n: u64,
}

impl TryFrom<RawCounts> for PairedCounts {
    type Error = PairedError;

    fn try_from(raw: RawCounts) -> Result<Self, PairedError> {
        Self::new(
            raw.both_wrong,
            raw.only_first_wrong,
            raw.only_second_wrong,
            raw.n,
        )
    }
}

impl PairedCounts {
    /// Takes the number of examples on which both models, only the first, only the second are wrong, and
    /// the number of all examples.
    ///
    /// # Errors
    /// [`PairedError::NoExamples`] if `n` is 0, [`PairedError::MoreThanExamples`] if the three others
    /// make more than `n`.
    pub fn new(
        both_wrong: u64,
        only_first_wrong: u64,
        only_second_wrong: u64,
        n: u64,
    ) -> Result<Self, PairedError> {
        let wrong = [both_wrong, only_first_wrong, only_second_wrong]
            .into_iter()
            .map(u128::from)
            .sum();
        if n == 0 {
            Err(PairedError::NoExamples)
        } else if wrong > u128::from(n) {
            Err(PairedError::MoreThanExamples { wrong, n })
        } else {
            Ok(Self {
                both_wrong,
                only_first_wrong,
                only_second_wrong,
                n,
            })
        }
    }

    /// Counts from one flag per example and model, true where the model is wrong; both in the same order
    /// of examples.
    ///
    /// # Errors
    /// [`PairedError::UnequalLengths`], or [`PairedError::NoExamples`] if both are empty.
    pub fn from_flags(first: &[bool], second: &[bool]) -> Result<Self, PairedError> {
        if first.len() != second.len() {
            return Err(PairedError::UnequalLengths {
                first: first.len(),
                second: second.len(),
            });
        }
        let count = |both: (bool, bool)| {
            let pairs = first.iter().zip(second);
            pairs.filter(|&(&a, &b)| (a, b) == both).count() as u64
        };
        Self::new(
            count((true, true)),
            count((true, false)),
            count((false, true)),
            first.len() as u64,
        )
    }

    /// Examples on which both models are wrong.
    #[must_use]
    pub fn both_wrong(self) -> u64 {
        self.both_wrong
    }

    /// Examples on which the first model is wrong and the second right.
    #[must_use]
    pub fn only_first_wrong(self) -> u64 {
        self.only_first_wrong
    }

    /// Examples on which the second model is wrong and the first right.
    #[must_use]
    pub fn only_second_wrong(self) -> u64 {
        self.only_second_wrong
    }

    /// All examples of the set.
    #[must_use]
    pub fn n(self) -> u64 {
        self.n
    }

    /// Error rate of the second model minus that of the first, in -1..=1.
    #[must_use]
    pub fn difference(self) -> f64 {
        (self.only_second_wrong as f64 - self.only_first_wrong as f64) / self.n as f64
    }
}

/// Difference between the error rates of two models on one set; rates are fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedDifference {
    /// What was counted.
    pub counts: PairedCounts,
    /// Error rate of the second model minus that of the first: negative where the second is better.
    pub difference: f64,
    /// Bootstrap interval of the difference.
    pub interval: Interval,
    /// Exact two-sided p-value of `McNemar`'s test: were both models equally often wrong, a split at least
    /// as uneven would have this probability.
    pub p_value: f64,
}

impl PairedDifference {
    /// Compares two models on the examples of one set.
    ///
    /// The interval is the percentile bootstrap over examples (Efron and Tibshirani, "An Introduction to
    /// the Bootstrap", 1993, chapter 13) with [`RESAMPLES`] resamples, seeded with `seed`. It draws how
    /// many examples fall in each cell, not the examples, so its time does not depend on `n`. It is too
    /// narrow below about ten examples that tell the models apart: believe the exact p-value there. Where
    /// there are none at all it has no width, and the upper Clopper–Pearson bound of 0 in `n` on either
    /// side takes its place.
    ///
    /// ```
    /// use plumb_diagnostics::{Confidence, PairedCounts, PairedDifference};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // 500 examples: 30 wrong by both models, 25 by the first alone, 9 by the second alone.
    /// let counts = PairedCounts::new(30, 25, 9, 500)?;
    /// let second_minus_first = PairedDifference::measure(counts, Confidence::default(), 7);
    /// assert_eq!(second_minus_first.difference, -0.032);
    /// assert!(second_minus_first.interval.high < 0.0); // the second is better,
    /// assert!(second_minus_first.p_value < 0.01); // and that is no accident
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn measure(counts: PairedCounts, confidence: Confidence, seed: u64) -> Self {
        let difference = counts.difference();
        let (first, second) = (counts.only_first_wrong, counts.only_second_wrong);
        let interval = if first == 0 && second == 0 {
            none_apart(counts.n, confidence)
        } else {
            let cells = [first, second, counts.n - first - second];
            let mut rng = bootstrap::stream(seed);
            let mut differences: Vec<f64> = (0..RESAMPLES)
                .map(|_| {
                    let drawn = bootstrap::resample_counts(&cells, &mut rng);
                    (drawn[1] as f64 - drawn[0] as f64) / counts.n as f64
                })
                .collect();
            bootstrap::percentile(&mut differences, difference, confidence)
        };
        Self {
            counts,
            difference,
            interval,
            p_value: mcnemar_exact(first, second),
        }
    }
}

/// Either share of examples that tell two models apart is below its bound with half the error that the
/// confidence leaves, so their difference is within both with the confidence at least.
fn none_apart(n: u64, confidence: Confidence) -> Interval {
    let bound = ErrorCount::new(0, n).map_or(1.0, |none| clopper_pearson(none, confidence).high);
    Interval {
        low: -bound,
        high: bound,
    }
}

/// Returns the exact two-sided p-value of `McNemar`'s test: twice the smaller tail of a fair coin thrown
/// once for every example on which only one of two models is wrong, at most 1.
///
/// `McNemar`, Psychometrika 12:153, 1947. With more than 10⁹ such examples the coin's tail is taken from
/// the normal distribution with continuity correction, which then differs by less than 10⁻⁹.
#[must_use]
pub fn mcnemar_exact(only_first_wrong: u64, only_second_wrong: u64) -> f64 {
    let more = only_first_wrong.max(only_second_wrong);
    let fewer = only_first_wrong.min(only_second_wrong);
    (2.0 * coin::at_least(more, fewer)).min(1.0)
}

#[cfg(test)]
mod tests;
