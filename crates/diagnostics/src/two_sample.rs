//! Are two sets alike? Asked of a classifier that tries to tell their rows apart.

use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::bootstrap;
use crate::coin;
use crate::interval::{Confidence, Interval, wilson};
use crate::rate::{ErrorCount, RateError};

mod logistic;

use logistic::Logistic;

/// Rows of either sample that one classifier is trained on at most. Both samples together then have 2,000
/// rows, about four for each of 512 features, and the whole test takes 0.15 seconds on one core at that
/// width (the test `wide_rows_take_about_a_second`).
pub const MAX_TRAINING_ROWS: usize = 1_000;

/// The widest rows taken: above it the copies of the training rows would fill a small machine.
const MAX_WIDTH: usize = 4_096;

/// Why two samples cannot be told apart or found alike.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TwoSampleError {
    /// Too few rows to train on one half and to judge on the other.
    #[error("the {sample} sample has {rows} rows; expected at least 2")]
    TooFewRows {
        /// "first" or "second".
        sample: &'static str,
        /// Its rows.
        rows: usize,
    },
    /// A row that is not as wide as the others, or has no features at all or too many.
    #[error(
        "row {row} of the {sample} sample has {width} features; expected {expected} (1 to 4096)"
    )]
    Width {
        /// "first" or "second".
        sample: &'static str,
        /// Which row, counted from 0.
        row: usize,
        /// Its features.
        width: usize,
        /// Features of the first row of the first sample.
        expected: usize,
    },
    /// A feature that is no number.
    #[error(
        "feature {feature} of row {row} of the {sample} sample is not finite; expected a number"
    )]
    NotFinite {
        /// "first" or "second".
        sample: &'static str,
        /// Which row, counted from 0.
        row: usize,
        /// Which feature, counted from 0.
        feature: usize,
    },
    /// No row was held out; enough rows in both samples rule it out.
    #[error(transparent)]
    Count(#[from] RateError),
}

/// What the classifier says of two samples. There is no verdict "alike": a classifier that fails to tell
/// them apart may only be too weak, or have seen too few rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// The samples come from different distributions.
    Different,
    /// Not shown to differ.
    NotShown,
}

/// How well a classifier tells two samples apart; rates and probabilities are fractions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TwoSample {
    /// Held-out rows that it took for rows of the other sample.
    pub mistaken: ErrorCount,
    /// Share of the held-out rows that it got right: one half where the samples are alike.
    pub accuracy: f64,
    /// Wilson interval of the accuracy.
    pub interval: Interval,
    /// Exact one-sided binomial p-value: whoever guesses gets so many right with this probability.
    pub p_value: f64,
    /// Different where the p-value is below 1 − confidence.
    pub verdict: Likeness,
    /// Rows of either sample that were trained on.
    pub trained_per_sample: usize,
    /// Rows of either sample that were held out.
    pub held_out_per_sample: usize,
    /// For each row of the first sample the probability that it is from the second, said by a
    /// classifier that was not trained on it; high: it looks like the other sample.
    pub first_scores: Vec<f64>,
    /// The same for each row of the second sample; low: it looks like the other sample, high: it is
    /// unlike the first.
    pub second_scores: Vec<f64>,
}

/// Tests whether two samples of rows come from one distribution; all rows have the same features, of 32 bits or 64.
///
/// The classifier two-sample test of Lopez-Paz and Oquab ("Revisiting classifier two-sample tests",
/// ICLR 2017, arXiv 1610.06545). As many rows of the larger sample as the smaller has are taken by
/// chance, seeded with `seed`; both are halved, a classifier learns from one half to tell the samples
/// apart, and its accuracy on the other half is tested against guessing. They compare with the normal
/// distribution, here the tail is the exact binomial one. (With exactly as many held-out rows of either
/// sample, the number right varies by 1/(4 · rows per sample) more than a binomial one at most, which is
/// neglected.)
///
/// The classifier is a logistic regression, so it sees a shift in some direction of the features, and no
/// difference that is only in spread or shape: give it the features of a network. A second one, trained on
/// the other half, only serves the scores: each row is scored by the one that has not seen it,
/// rows left over by both.
///
/// # Errors
/// [`TwoSampleError`] if a sample has fewer than two rows, rows differ in width, or a feature is not
/// finite.
pub fn two_sample_test<T: Copy + Into<f64>>(
    first: &[impl AsRef<[T]>],
    second: &[impl AsRef<[T]>],
    confidence: Confidence,
    seed: u64,
) -> Result<TwoSample, TwoSampleError> {
    let first: Vec<&[T]> = first.iter().map(AsRef::as_ref).collect();
    let second: Vec<&[T]> = second.iter().map(AsRef::as_ref).collect();
    let width = first.first().map_or(0, |row| row.len());
    check("first", &first, width)?;
    check("second", &second, width)?;
    let per_sample = first.len().min(second.len());
    let mut rng = bootstrap::stream(seed);
    let first_halves = Halves::shuffled(first.len(), per_sample, &mut rng);
    let second_halves = Halves::shuffled(second.len(), per_sample, &mut rng);

    let train = |half: usize| {
        let (a, b) = (first_halves.training(half), second_halves.training(half));
        let rows = a.iter().map(|&row| first[row]);
        let rows: Vec<&[T]> = rows.chain(b.iter().map(|&row| second[row])).collect();
        Logistic::fit(&rows, a.len())
    };
    let classifiers = [train(0), train(1)];
    let first_scores = first_halves.scores(&first, &classifiers);
    let second_scores = second_halves.scores(&second, &classifiers);

    // The first half is trained on, the second judged.
    let held_out = first_halves.rows(1).len();
    let is_half = |score: f64| (score - 0.5).abs() <= 0.0;
    let mut right = 0;
    for (&a, &b) in first_halves.rows(1).iter().zip(second_halves.rows(1)) {
        right += u64::from(first_scores[a] < 0.5) + u64::from(second_scores[b] > 0.5);
        // Undecided on rows without any telling feature: one of each is right, as with any fixed guess.
        right += u64::from(is_half(first_scores[a]));
    }
    let n = 2 * held_out as u64;
    let p_value = coin::at_least(right, n - right);
    let mistaken = ErrorCount::new(n - right, n)?;
    let correct = ErrorCount::new(right, n)?;
    Ok(TwoSample {
        mistaken,
        accuracy: correct.rate(),
        interval: wilson(correct, confidence),
        p_value,
        verdict: if p_value < 1.0 - confidence.level() {
            Likeness::Different
        } else {
            Likeness::NotShown
        },
        trained_per_sample: first_halves.training(0).len(),
        held_out_per_sample: held_out,
        first_scores,
        second_scores,
    })
}

fn check<T: Copy + Into<f64>>(
    sample: &'static str,
    rows: &[&[T]],
    expected: usize,
) -> Result<(), TwoSampleError> {
    if rows.len() < 2 {
        return Err(TwoSampleError::TooFewRows {
            sample,
            rows: rows.len(),
        });
    }
    for (row, features) in rows.iter().enumerate() {
        let width = features.len();
        if width != expected || width == 0 || width > MAX_WIDTH {
            return Err(TwoSampleError::Width {
                sample,
                row,
                width,
                expected,
            });
        }
        if let Some(feature) = features.iter().position(|&value| !value.into().is_finite()) {
            return Err(TwoSampleError::NotFinite {
                sample,
                row,
                feature,
            });
        }
    }
    Ok(())
}

/// The rows of one sample, in two halves and a rest that balances the samples.
struct Halves {
    order: Vec<usize>,
    half: usize,
    used: usize,
}

impl Halves {
    fn shuffled(rows: usize, used: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut order: Vec<usize> = (0..rows).collect();
        order.shuffle(rng);
        Self {
            order,
            half: used / 2,
            used,
        }
    }

    fn rows(&self, half: usize) -> &[usize] {
        if half == 0 {
            &self.order[..self.half]
        } else {
            &self.order[self.half..self.used]
        }
    }

    fn training(&self, half: usize) -> &[usize] {
        let rows = self.rows(half);
        &rows[..rows.len().min(MAX_TRAINING_ROWS)]
    }

    /// A score for every row of the sample, by the classifier of the other half or, for the rest, both.
    fn scores<T: Copy + Into<f64>>(
        &self,
        sample: &[&[T]],
        [zero, one]: &[Logistic; 2],
    ) -> Vec<f64> {
        let mut scores = vec![0.0; sample.len()];
        for (position, &row) in self.order.iter().enumerate() {
            let features = sample[row];
            scores[row] = if position < self.half {
                one.probability(features)
            } else if position < self.used {
                zero.probability(features)
            } else {
                f64::midpoint(zero.probability(features), one.probability(features))
            };
        }
        scores
    }
}

#[cfg(test)]
mod tests;
