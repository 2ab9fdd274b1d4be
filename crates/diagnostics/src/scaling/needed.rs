//! How many training examples a target takes, and how far away that is from what was measured.

use serde::{Deserialize, Serialize};

use super::curve::Curve;
use crate::interval::Confidence;

/// Beyond so many times the largest size an extrapolation is far, even if the measured sizes span more.
pub const FAR: f64 = 10.0;

/// Where a number of training examples lies, seen from those measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Below the smallest: where a model has hardly begun to learn, the law need not hold.
    Below,
    /// Among those measured.
    Within,
    /// Above the largest, but not far.
    Beyond,
    /// So far above the largest that the interval, which takes the law for granted, says little: by more
    /// than the factor that the measured sizes span, or by more than [`FAR`].
    Far,
}

impl Reach {
    /// Where `n` lies, seen from the sizes of `curve`.
    ///
    /// A curve that was seen over a factor of 4 says nothing about the next factor of 10; and beyond one
    /// order of magnitude few extrapolations were checked: on the rows of `scaling_nmt.csv` that are there to be
    /// fitted, 95 % intervals from the first five or more sizes held all of the later points at 2, 4 and 16 times
    /// the largest size and 12 of 13 at 8 times.
    #[must_use]
    pub fn of(n: f64, curve: &Curve) -> Self {
        let (smallest, largest) = curve.span();
        let (smallest, largest) = (smallest as f64, largest as f64);
        if n < smallest {
            Self::Below
        } else if n <= largest {
            Self::Within
        } else if n / largest <= (largest / smallest).min(FAR) {
            Self::Beyond
        } else {
            Self::Far
        }
    }
}

/// The training examples that a target takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Needed {
    /// So many.
    Examples {
        /// Training examples at which the fitted law reaches the target, rounded up.
        n: u64,
        /// Lower bound of its interval.
        low: u64,
        /// Upper bound; none if so many resamples never reach the target that there is none.
        high: Option<u64>,
        /// Share of the resamples whose floor is not below the target; a fraction in 0..=1.
        unreachable: f64,
        /// Where `n` lies, seen from the sizes measured.
        reach: Reach,
    },
    /// No number: the fitted law's floor is not below the target.
    Never {
        /// The floor.
        floor: f64,
        /// Lower bound of the number of examples, if enough of the resamples reach the target.
        low: Option<u64>,
        /// Share of the resamples whose floor is not below the target; a fraction in 0..=1.
        unreachable: f64,
    },
}

impl Needed {
    /// From the law's own answer and those of the resamples; an answer is none where the target is never
    /// reached.
    pub(super) fn new(
        estimate: Result<f64, f64>,
        resampled: impl Iterator<Item = Option<f64>>,
        confidence: Confidence,
        curve: &Curve,
    ) -> Self {
        let resampled: Vec<Option<f64>> = resampled.collect();
        let never = resampled.iter().filter(|n| n.is_none()).count();
        let unreachable = never as f64 / resampled.len().max(1) as f64;
        let examples = resampled.into_iter().map(|n| n.unwrap_or(f64::INFINITY));
        let mut examples: Vec<f64> = examples.collect();
        examples.sort_unstable_by(f64::total_cmp);
        let last = examples.len().saturating_sub(1) as f64;
        // 5 % of 100 is 4.999…, and meant to be 5.
        let tail = ((1.0 - confidence.level()) / 2.0 * last + 1e-9).floor() as usize;
        let low = examples.get(tail).copied();
        let high = examples
            .get(examples.len().saturating_sub(tail + 1))
            .copied();
        match estimate {
            Ok(n) => Self::Examples {
                n: whole(n).unwrap_or(u64::MAX),
                low: low.and_then(|low| whole(low.min(n))).unwrap_or(1),
                high: high.and_then(|high| whole(high.max(n))),
                unreachable,
                reach: Reach::of(n, curve),
            },
            Err(floor) => Self::Never {
                floor,
                low: low.and_then(whole),
                unreachable,
            },
        }
    }
}

/// A number of examples, rounded up; none if no computer could count them.
fn whole(n: f64) -> Option<u64> {
    (n < u64::MAX as f64).then(|| (n.ceil() as u64).max(1))
}
