//! Normalization: fitted on train alone, applied to every set.

mod apply;
mod fit;
mod normalized;

pub use self::normalized::Normalized;

use serde::{Deserialize, Serialize};

use crate::Examples;

/// Up to so many groups, what a byte adds to the figures of its group is looked up in a table of it; the tables of
/// more leave the cache, and computing is faster.
const MAX_TABLES: usize = 16;

/// How values are brought to a common scale.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
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
    ///
    /// # Panics
    /// If the file of [`Values::View`](crate::Values::View) can no longer be read.
    pub fn fit(kind: Normalization, train: &Examples) -> Result<Self, NormalizeError> {
        if train.is_empty() || train.n_values() == 0 {
            return Err(NormalizeError::Empty);
        }
        let (offset, divisor) = match kind {
            Normalization::Standardize => fit::means_and_deviations(train),
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

#[cfg(test)]
mod tests;
