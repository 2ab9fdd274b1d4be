//! Bias and variance as the textbooks mean them: over many trainings, for the 0-1 loss.
//!
//! Ng's bias and variance ([`crate::GapKind`]) are gaps between error rates of one training; these are
//! properties of the procedure that trains.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bootstrap::{self, RESAMPLES};
use crate::interval::{Confidence, Interval};

/// Why predictions cannot be decomposed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecompositionError {
    /// One training shows no variance.
    #[error("{trainings} trainings; expected at least two")]
    TooFewTrainings {
        /// How many there are.
        trainings: usize,
    },
    /// A set without examples.
    #[error("no examples; expected at least one")]
    NoExamples,
    /// A training that did not predict every example once.
    #[error("training {training} has {predictions} predictions; expected {labels}, one per label")]
    UnequalLengths {
        /// Which training, counted from 0.
        training: usize,
        /// Its predictions.
        predictions: usize,
        /// Labels of the set.
        labels: usize,
    },
}

/// A mean over examples and its interval, fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its interval over examples.
    pub interval: Interval,
}

/// Mean error of a training procedure, taken apart: `error = bias + unbiased_variance −
/// biased_variance`, exactly, with any number of classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decomposition {
    /// How many trainings.
    pub trainings: usize,
    /// How many examples.
    pub n: usize,
    /// Mean error rate of the trainings.
    pub error: Estimate,
    /// Share of examples whose main prediction is wrong: what averaging over trainings cannot repair.
    pub bias: Estimate,
    /// Error due to trainings that deviate from a main prediction that is right.
    pub unbiased_variance: Estimate,
    /// Error avoided by trainings that deviate from a main prediction that is wrong, and are right.
    /// With two classes every deviation from a wrong prediction is right; with more only some are.
    pub biased_variance: Estimate,
    /// Share of predictions that deviate from the main one, whatever comes of it.
    pub variance: Estimate,
}

/// What decides an example's part in all means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    main_is_right: bool,
    /// Trainings that predict something else than the main prediction.
    deviating: usize,
    /// Trainings that predict the label.
    right: usize,
}

impl Kind {
    fn of(predictions: &[u32], label: u32) -> Self {
        let mut counts = BTreeMap::new();
        for &class in predictions {
            *counts.entry(class).or_insert(0_usize) += 1;
        }
        // Backwards, because the last of equals is taken and the smallest class must be.
        let main = counts.iter().rev().max_by_key(|&(_, &count)| count);
        let (main, main_count) = main.map_or((0, 0), |(&class, &count)| (class, count));
        Self {
            main_is_right: main == label,
            deviating: predictions.len() - main_count,
            right: counts.get(&label).copied().unwrap_or(0),
        }
    }

    /// Error, bias, unbiased variance, biased variance, variance.
    fn parts(self, trainings: usize) -> [f64; 5] {
        let share = |count: usize| count as f64 / trainings as f64;
        let variance = share(self.deviating);
        // The factor of the biased variance is the share of right ones among the deviating trainings;
        // its product with the variance is the share of trainings that are right.
        let (bias, unbiased, biased) = if self.main_is_right {
            (0.0, variance, 0.0)
        } else {
            (1.0, 0.0, share(self.right))
        };
        let error = share(trainings - self.right);
        [error, bias, unbiased, biased, variance]
    }
}

/// Takes the mean error of several trainings apart into bias and variance.
///
/// Domingos, "A unified bias-variance decomposition for zero-one and squared loss", AAAI 2000.
/// `predictions` holds T trainings × n examples, `labels` n classes. The main prediction of an example
/// is what most trainings predict, the smallest class among equals. Bias is 1 where it is not the
/// label, variance the share of trainings that deviate from it. Where it is right, variance adds to the
/// error; where it is wrong, the deviating trainings that hit the label take away from it: Domingos'
/// factor P(prediction = label | prediction ≠ main) times the variance. Noise is taken as 0: a label is
/// the one right answer, and what is wrong in the labels counts as bias.
///
/// Intervals are percentile bootstraps over examples with [`RESAMPLES`] resamples, seeded with `seed`;
/// the trainings are taken as they are.
///
/// # Errors
/// [`DecompositionError`] with fewer than two trainings, without examples, or if a training has not as
/// many predictions as there are labels.
pub fn decompose(
    predictions: &[Vec<u32>],
    labels: &[u32],
    confidence: Confidence,
    seed: u64,
) -> Result<Decomposition, DecompositionError> {
    let trainings = predictions.len();
    if trainings < 2 {
        return Err(DecompositionError::TooFewTrainings { trainings });
    }
    if labels.is_empty() {
        return Err(DecompositionError::NoExamples);
    }
    if let Some(training) = predictions.iter().position(|row| row.len() != labels.len()) {
        return Err(DecompositionError::UnequalLengths {
            training,
            predictions: predictions[training].len(),
            labels: labels.len(),
        });
    }
    let mut kinds = BTreeMap::new();
    for (example, &label) in labels.iter().enumerate() {
        let column: Vec<u32> = predictions.iter().map(|row| row[example]).collect();
        *kinds.entry(Kind::of(&column, label)).or_insert(0_u64) += 1;
    }
    let parts: Vec<[f64; 5]> = kinds.keys().map(|kind| kind.parts(trainings)).collect();
    let counts: Vec<u64> = kinds.into_values().collect();

    let means = mean_parts(&parts, &counts);
    let mut rng = bootstrap::stream(seed);
    let resampled: Vec<[f64; 5]> = (0..RESAMPLES)
        .map(|_| mean_parts(&parts, &bootstrap::resample_counts(&counts, &mut rng)))
        .collect();
    let estimate = |part: usize| {
        let mut values: Vec<f64> = resampled.iter().map(|means| means[part]).collect();
        Estimate {
            mean: means[part],
            interval: bootstrap::percentile(&mut values, means[part], confidence),
        }
    };
    Ok(Decomposition {
        trainings,
        n: labels.len(),
        error: estimate(0),
        bias: estimate(1),
        unbiased_variance: estimate(2),
        biased_variance: estimate(3),
        variance: estimate(4),
    })
}

fn mean_parts(parts: &[[f64; 5]], counts: &[u64]) -> [f64; 5] {
    let n = counts.iter().sum::<u64>() as f64;
    let mut means = [0.0; 5];
    for (parts, &count) in parts.iter().zip(counts) {
        for (mean, part) in means.iter_mut().zip(parts) {
            *mean += part * count as f64 / n;
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_worked_by_hand() {
        // Five trainings, four examples, three classes.
        //
        // | label | predictions | main      | bias | variance | right | error |
        // |   0   | 0 0 0 0 0   | 0         |  0   |   0      |  5/5  |  0    |
        // |   1   | 1 1 1 0 2   | 1         |  0   |   2/5    |  3/5  |  2/5  |
        // |   2   | 1 1 1 2 0   | 1         |  1   |   2/5    |  1/5  |  4/5  | half of the deviating are right
        // |   2   | 2 2 0 0 1   | 0 (a tie) |  1   |   3/5    |  2/5  |  3/5  | two thirds of them
        //
        // Means: error 9/20, bias 2/4, unbiased variance (2/5)/4 = 2/20,
        // biased variance (2/5 · 1/2 + 3/5 · 2/3)/4 = 3/20, variance (0 + 2 + 2 + 3)/20.
        // And 10/20 + 2/20 − 3/20 = 9/20.
        let predictions = [
            vec![0, 1, 1, 2],
            vec![0, 1, 1, 2],
            vec![0, 1, 1, 0],
            vec![0, 0, 2, 0],
            vec![0, 2, 0, 1],
        ];
        let got = decompose(&predictions, &[0, 1, 2, 2], Confidence::default(), 1).unwrap();
        assert_eq!((got.trainings, got.n), (5, 4));
        for (estimate, expected) in [
            (got.error, 0.45),
            (got.bias, 0.5),
            (got.unbiased_variance, 0.1),
            (got.biased_variance, 0.15),
            (got.variance, 0.35),
        ] {
            assert!((estimate.mean - expected).abs() < 1e-12, "{got:?}");
            assert!(estimate.interval.contains(estimate.mean), "{got:?}");
        }
    }

    #[test]
    fn the_interval_is_that_of_a_share() {
        // 2,000 examples, 30 % of them with a wrong main prediction on which all agree: error and bias
        // are both that share, with the standard deviation √(0.3 · 0.7/2000) = 0.0102. A percentile of
        // 2,000 resamples is within 0.06 of it, five times over.
        let row: Vec<u32> = (0..2_000)
            .map(|example| u32::from(example % 10 < 3))
            .collect();
        let predictions = [row.clone(), row.clone(), row];
        let got = decompose(&predictions, &[0; 2_000], Confidence::default(), 1).unwrap();
        let sd = (0.21 / 2_000.0_f64).sqrt();
        for interval in [got.error.interval, got.bias.interval] {
            assert!(
                (interval.low - (0.3 - 1.96 * sd)).abs() < 0.3 * sd,
                "{interval:?}"
            );
            assert!(
                (interval.high - (0.3 + 1.96 * sd)).abs() < 0.3 * sd,
                "{interval:?}"
            );
        }
        assert_eq!(got.variance.interval, Interval::exact(0.0));
    }

    #[test]
    fn what_cannot_be_decomposed_is_refused() {
        fn check(predictions: &[Vec<u32>], labels: &[u32], expected: &str) {
            let error = decompose(predictions, labels, Confidence::default(), 1).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
        check(&[vec![1]], &[1], "1 trainings; expected at least two");
        check(&[vec![], vec![]], &[], "no examples; expected at least one");
        check(
            &[vec![1, 2], vec![1]],
            &[1, 2],
            "training 1 has 1 predictions; expected 2, one per label",
        );
    }
}
