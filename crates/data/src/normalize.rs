//! Normalization: fitted on train alone, applied to every set.

use serde::{Deserialize, Serialize};

use crate::Examples;

/// How values are brought to a common scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalization {
    /// To mean 0 and standard deviation 1, per channel of an image, else per feature.
    #[default]
    Standardize,
    /// From the range that values can have to 0..=1.
    Range,
    /// As they are.
    None,
}

/// A fitted normalization: `(value - offset) / divisor`.
///
/// It is stored with the run. One read back is checked as one fitted is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Normalizer {
    kind: Normalization,
    /// Of one example.
    shape: Vec<usize>,
    /// One per group of values that are normalized alike: features, channels, or all.
    offset: Vec<f64>,
    /// As many.
    divisor: Vec<f64>,
}

/// A normalizer as it was stored.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    kind: Normalization,
    shape: Vec<usize>,
    offset: Vec<f64>,
    divisor: Vec<f64>,
}

/// Why a normalization cannot be fitted, or not be read back.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NormalizeError {
    /// No examples to fit it on.
    #[error("cannot fit a normalization on no examples; expected at least one")]
    Empty,
    /// The range of values is needed, and not known.
    #[error("the range of the values is not known; expected it for the normalization `range`")]
    RangeUnknown,
    /// The range has no width.
    #[error("the range of the values is {low} to {high}; expected a smaller and a larger number")]
    RangeEmpty {
        /// The smallest value.
        low: f32,
        /// The largest value.
        high: f32,
    },
    /// A stored normalizer that no fit can give.
    #[error(
        "the stored normalizer has {n_offsets} offsets and {n_divisors} divisors for the shape \
         {shape:?}; expected as many finite ones of each as the shape has groups"
    )]
    Stored {
        /// Of one example.
        shape: Vec<usize>,
        /// Offsets found.
        n_offsets: usize,
        /// Divisors found.
        n_divisors: usize,
    },
}

impl Normalizer {
    /// Fits a normalization on the training set.
    ///
    /// Statistics are in f64. The standard deviation is that of the population (divided by n); that
    /// of constant values counts as 1, so they become 0.
    ///
    /// # Errors
    /// [`NormalizeError`] if `train` is empty, or if its range is needed and not known.
    pub fn fit(kind: Normalization, train: &Examples) -> Result<Self, NormalizeError> {
        if train.is_empty() || train.n_values() == 0 {
            return Err(NormalizeError::Empty);
        }
        let (offset, divisor) = match kind {
            Normalization::Standardize => means_and_deviations(train),
            Normalization::Range => {
                let (low, high) = train.range.ok_or(NormalizeError::RangeUnknown)?;
                // Written so that NaN fails.
                if !(low < high && low.is_finite() && high.is_finite()) {
                    return Err(NormalizeError::RangeEmpty { low, high });
                }
                (vec![low.into()], vec![f64::from(high) - f64::from(low)])
            }
            Normalization::None => (vec![0.0], vec![1.0]),
        };
        Ok(Self {
            kind,
            shape: train.shape.clone(),
            offset,
            divisor,
        })
    }

    /// The kind of normalization.
    #[must_use]
    pub fn kind(&self) -> Normalization {
        self.kind
    }

    /// The shape of one example that it was fitted on.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The normalized values, row-major: `examples.len() × examples.n_values()`.
    ///
    /// # Panics
    /// If the examples have another shape than those it was fitted on.
    #[must_use]
    pub fn apply(&self, examples: &Examples) -> Vec<f32> {
        assert_eq!(
            examples.shape, self.shape,
            "shape of the examples to normalize"
        );
        let n_values = examples.n_values();
        let per_group = n_values / self.offset.len();
        (0..examples.values.len())
            .map(|i| {
                let group = i % n_values / per_group;
                let value = f64::from(examples.values.get(i));
                ((value - self.offset[group]) / self.divisor[group]) as f32
            })
            .collect()
    }
}

impl TryFrom<Stored> for Normalizer {
    type Error = NormalizeError;

    fn try_from(stored: Stored) -> Result<Self, NormalizeError> {
        let expected = match stored.kind {
            Normalization::Standardize => n_groups(&stored.shape),
            Normalization::Range | Normalization::None => 1,
        };
        let n_values = stored
            .shape
            .iter()
            .try_fold(1_usize, |p, &n| p.checked_mul(n));
        let valid = n_values.is_some_and(|n| n > 0)
            && stored.offset.len() == expected
            && stored.divisor.len() == expected
            && stored.offset.iter().all(|v| v.is_finite())
            && stored.divisor.iter().all(|v| v.is_finite() && *v > 0.0);
        if !valid {
            return Err(NormalizeError::Stored {
                n_offsets: stored.offset.len(),
                n_divisors: stored.divisor.len(),
                shape: stored.shape,
            });
        }
        Ok(Self {
            kind: stored.kind,
            shape: stored.shape,
            offset: stored.offset,
            divisor: stored.divisor,
        })
    }
}

/// Groups to standardize: channels of `[channels, height, width]`, else each value.
fn n_groups(shape: &[usize]) -> usize {
    match shape {
        [channels, _, _] => *channels,
        _ => shape.iter().fold(1, |p, n| p.saturating_mul(*n)),
    }
}

/// Per group the mean and the population's standard deviation, in two passes.
fn means_and_deviations(train: &Examples) -> (Vec<f64>, Vec<f64>) {
    let (n_values, n_groups) = (train.n_values(), n_groups(&train.shape));
    let per_group = n_values / n_groups;
    let numbers = || {
        (0..train.values.len()).map(|i| {
            let group = i % n_values / per_group;
            (group, f64::from(train.values.get(i)))
        })
    };
    let n = (train.len() * per_group) as f64;
    let mut mean = vec![0.0; n_groups];
    // A constant is known by its bounds: rounding leaves its deviation only nearly 0.
    let mut bounds = vec![(f64::MAX, f64::MIN); n_groups];
    for (group, value) in numbers() {
        mean[group] += value / n;
        let (low, high) = bounds[group];
        bounds[group] = (low.min(value), high.max(value));
    }
    let mut variance = vec![0.0; n_groups];
    for (group, value) in numbers() {
        variance[group] += (value - mean[group]).powi(2) / n;
    }
    for ((mean, variance), (low, high)) in mean.iter_mut().zip(&mut variance).zip(bounds) {
        if low >= high {
            (*mean, *variance) = (low, 1.0);
        }
    }
    (mean, variance.into_iter().map(f64::sqrt).collect())
}

#[cfg(test)]
mod tests {
    use super::Normalization::{Range, Standardize};
    use super::*;
    use crate::Values;

    fn examples(shape: &[usize], values: &[f32]) -> Examples {
        let n = values.len() / shape.iter().product::<usize>();
        Examples {
            shape: shape.to_vec(),
            values: Values::F32(values.to_vec()),
            range: Some((-1.0, 3.0)),
            labels: vec![0; n],
            classes: vec!["a".into()],
            source: vec![0; n],
            source_names: vec!["x".into()],
            original: (0..n as u64).collect(),
            tags: Vec::new(),
        }
    }

    fn check(kind: Normalization, shape: &[usize], values: &[f32], expected: &[f32]) {
        let train = examples(shape, values);
        let normalizer = Normalizer::fit(kind, &train).unwrap();
        assert_eq!(normalizer.apply(&train), expected, "{kind:?}");
        let stored = Stored {
            kind,
            shape: normalizer.shape.clone(),
            offset: normalizer.offset.clone(),
            divisor: normalizer.divisor.clone(),
        };
        assert_eq!(Normalizer::try_from(stored).unwrap(), normalizer);
    }

    #[test]
    fn values_by_hand() {
        // Per feature: 1 and 3 have the mean 2 and deviation 1; 0.1 is constant.
        check(
            Standardize,
            &[2],
            &[1.0, 0.1, 3.0, 0.1],
            &[-1.0, 0.0, 1.0, 0.0],
        );
        // Per channel of 1 × 2: channel 0 holds 0 2 0 2, channel 1 holds 10 10 30 30.
        check(
            Standardize,
            &[2, 1, 2],
            &[0.0, 2.0, 10.0, 10.0, 0.0, 2.0, 30.0, 30.0],
            &[-1.0, 1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0],
        );
        // -1..=3 onto 0..=1.
        check(Range, &[2], &[-1.0, 0.0, 1.0, 3.0], &[0.0, 0.25, 0.5, 1.0]);
        check(
            Normalization::None,
            &[2],
            &[-1.0, 0.0, 1.0, 3.0],
            &[-1.0, 0.0, 1.0, 3.0],
        );
    }

    #[test]
    fn another_set_is_normalized_by_the_figures_of_train() {
        let train = examples(&[1], &[1.0, 3.0]);
        let normalizer = Normalizer::fit(Standardize, &train).unwrap();
        assert_eq!(normalizer.apply(&examples(&[1], &[7.0])), [5.0]);
    }

    #[test]
    fn a_constant_stays_one_in_spite_of_rounding() {
        let train = examples(&[1], &[0.1; 1000]);
        let normalizer = Normalizer::fit(Standardize, &train).unwrap();
        assert_eq!(normalizer.apply(&train), [0.0; 1000]);
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let check = |kind, change: fn(&mut Examples), expected: NormalizeError| {
            let mut train = examples(&[2], &[1.0, 2.0]);
            change(&mut train);
            assert_eq!(Normalizer::fit(kind, &train), Err(expected));
        };
        check(Standardize, |e| *e = e.select(&[]), NormalizeError::Empty);
        check(Range, |e| e.range = None, NormalizeError::RangeUnknown);
        check(
            Range,
            |e| e.range = Some((2.0, 2.0)),
            NormalizeError::RangeEmpty {
                low: 2.0,
                high: 2.0,
            },
        );
    }

    #[test]
    fn a_stored_one_is_checked() {
        let check = |shape: &[usize], offset: &[f64], divisor: &[f64]| {
            let stored = Stored {
                kind: Standardize,
                shape: shape.to_vec(),
                offset: offset.to_vec(),
                divisor: divisor.to_vec(),
            };
            assert!(Normalizer::try_from(stored.clone()).is_err(), "{stored:?}");
        };
        check(&[2], &[0.0], &[1.0]);
        check(&[2], &[0.0, 0.0], &[1.0]);
        check(&[1], &[0.0], &[0.0]);
        check(&[1], &[f64::NAN], &[1.0]);
        check(&[0], &[], &[]);
        check(&[usize::MAX, 2], &[0.0], &[1.0]);
    }
}
