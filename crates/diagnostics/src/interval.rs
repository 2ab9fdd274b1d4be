//! Confidence intervals of one error rate, and of the difference between two.

use std::f64::consts::SQRT_2;

use serde::{Deserialize, Serialize};
use statrs::function::erf::erf_inv;

use crate::beta;
use crate::rate::ErrorCount;

/// From `low` to `high`, both included: fractions for a rate, differences of fractions for a gap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Interval {
    /// The interval of a figure that is exact.
    #[must_use]
    pub fn exact(figure: f64) -> Self {
        Self {
            low: figure,
            high: figure,
        }
    }

    /// From `low` to `high`, in the same unit as they.
    #[must_use]
    pub fn width(self) -> f64 {
        self.high - self.low
    }

    /// Whether `figure` lies between the bounds or on one of them.
    #[must_use]
    pub fn contains(self, figure: f64) -> bool {
        (self.low..=self.high).contains(&figure)
    }

    /// The part that a difference of two rates can have.
    pub(crate) fn within_1(self) -> Self {
        Self {
            low: self.low.max(-1.0),
            high: self.high.min(1.0),
        }
    }

    /// The same interval of a figure from which a known number is subtracted.
    pub(crate) fn minus(self, known: f64) -> Self {
        Self {
            low: self.low - known,
            high: self.high - known,
        }
    }
}

/// Why a number is no confidence.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("confidence is {0}; expected a fraction strictly between 0 and 1, such as 0.95")]
pub struct ConfidenceError(f64);

/// Two-sided confidence, strictly between 0 and 1: the share of such intervals that cover the truth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Confidence(f64);

impl Confidence {
    /// Takes a fraction, such as 0.95.
    ///
    /// # Errors
    /// [`ConfidenceError`] unless `0 < level < 1`.
    pub fn new(level: f64) -> Result<Self, ConfidenceError> {
        if level > 0.0 && level < 1.0 {
            Ok(Self(level))
        } else {
            Err(ConfidenceError(level))
        }
    }

    /// The fraction itself.
    #[must_use]
    pub fn level(self) -> f64 {
        self.0
    }

    /// Standard normal quantile at `(1 + level) / 2`; taken from the error function, because
    /// `1 + level` loses digits where the level is small.
    #[must_use]
    pub fn z(self) -> f64 {
        SQRT_2 * erf_inv(self.0)
    }
}

impl Default for Confidence {
    /// 0.95, as is usual.
    fn default() -> Self {
        Self(0.95)
    }
}

impl TryFrom<f64> for Confidence {
    type Error = ConfidenceError;

    fn try_from(level: f64) -> Result<Self, ConfidenceError> {
        Self::new(level)
    }
}

impl From<Confidence> for f64 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

/// Returns the Wilson score interval of an error rate: inside 0..=1, and never empty at 0 errors.
///
/// The interval that Brown, Cai, `DasGupta` (Statistical Science 16:101, 2001) recommend for one rate.
#[must_use]
pub fn wilson(count: ErrorCount, confidence: Confidence) -> Interval {
    wilson_of(count.rate(), count.n() as f64, confidence.z())
}

/// Returns the Clopper–Pearson interval of an error rate, inside 0..=1: the truth is covered at least
/// as often as the confidence says, so it is wider than Wilson's.
///
/// Bounds are quantiles of the beta distribution. With more than 10⁹ errors and 10⁹ right answers they
/// are Wilson's with a continuity correction, which then differ from the quantiles by less than 10⁻⁹.
#[must_use]
pub fn clopper_pearson(count: ErrorCount, confidence: Confidence) -> Interval {
    let right = count.n() - count.errors();
    Interval {
        low: clopper_pearson_low(count.errors(), count.n(), confidence),
        high: 1.0 - clopper_pearson_low(right, count.n(), confidence),
    }
}

fn clopper_pearson_low(errors: u64, n: u64, confidence: Confidence) -> f64 {
    /// The quantile takes longer with the square root of it, and Wilson's bound becomes as good.
    const MANY: u64 = 1_000_000_000;
    if errors == 0 {
        0.0
    } else if errors.min(n - errors) > MANY {
        let corrected = (errors as f64 - 0.5) / n as f64;
        wilson_of(corrected, n as f64, confidence.z()).low
    } else {
        beta::low_quantile(errors as f64, n as f64, (1.0 - confidence.level()) / 2.0)
    }
}

/// Returns the interval of the rate of `first` minus the rate of `second`, inside -1..=1, for two sets
/// of different examples.
///
/// Newcombe's hybrid score interval (method 10 in Newcombe, Stat. Med. 17:873, 1998): the distances
/// from each rate to its Wilson bounds, added as the sides of a right triangle.
#[must_use]
pub fn newcombe(first: ErrorCount, second: ErrorCount, confidence: Confidence) -> Interval {
    let term = |coefficient, count: ErrorCount| (coefficient, count.rate(), count.n() as f64);
    let terms = [term(1.0, first), term(-1.0, second)];
    recovered(first.rate() - second.rate(), &terms, confidence).within_1()
}

/// Returns the interval of a sum of rates by recovered variances (MOVER: Zou and Donner, Stat. Med. 27:1693,
/// 2008): from each rate it is some way to its Wilson bounds, and the ways are added as the sides of a
/// right triangle are. For one rate it is Wilson's interval, for a difference of two Newcombe's.
///
/// `size` is the sum itself, known parts included; each term is a coefficient, a rate and its number of
/// examples.
pub(crate) fn recovered(size: f64, terms: &[(f64, f64, f64)], confidence: Confidence) -> Interval {
    let z = confidence.z();
    let (mut below, mut above) = (Vec::new(), Vec::new());
    for &(coefficient, rate, n) in terms {
        let wilson = wilson_of(rate, n, z);
        let to_low = coefficient * (rate - wilson.low);
        let to_high = coefficient * (wilson.high - rate);
        let (down, up) = if coefficient >= 0.0 {
            (to_low, to_high)
        } else {
            (-to_high, -to_low)
        };
        below.push(down);
        above.push(up);
    }
    Interval {
        low: size - length(&below),
        high: size + length(&above),
    }
}

/// Length of a vector; a single component is its own length, to the last digit.
fn length(ways: &[f64]) -> f64 {
    match ways {
        [only] => *only,
        _ => ways.iter().map(|way| way * way).sum::<f64>().sqrt(),
    }
}

/// Wilson's interval for a rate and a number of examples that need not make a whole number of errors.
pub(crate) fn wilson_of(rate: f64, n: f64, z: f64) -> Interval {
    let z2_per_n = z * z / n;
    let center = rate + z2_per_n / 2.0;
    let half = z * (rate * (1.0 - rate) / n + z2_per_n / (4.0 * n)).sqrt();
    let scale = 1.0 + z2_per_n;
    // The bounds at no errors and at nothing but errors are exact, and rounding must not push the rate
    // itself out of its interval.
    let low = if rate <= 0.0 {
        0.0
    } else {
        ((center - half) / scale).clamp(0.0, rate)
    };
    let high = if rate >= 1.0 {
        1.0
    } else {
        ((center + half) / scale).clamp(rate, 1.0)
    };
    Interval { low, high }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidence_lies_strictly_between_0_and_1() {
        fn check(level: f64, ok: bool) {
            assert_eq!(Confidence::new(level).is_ok(), ok, "{level}");
        }
        check(0.95, true);
        check(f64::MIN_POSITIVE, true);
        for level in [0.0, 1.0, -0.5, 95.0, f64::NAN, f64::INFINITY] {
            check(level, false);
        }
        let error = Confidence::new(95.0).unwrap_err().to_string();
        assert!(
            error.starts_with("confidence is 95; expected a fraction strictly"),
            "{error}"
        );
    }

    #[test]
    fn z_is_the_normal_quantile() {
        // Quantiles of the standard normal distribution, as tables print them.
        for (level, z) in [
            (0.8, 1.281_551_565_544_600_5),
            (0.9, 1.644_853_626_951_472_7),
            (0.95, 1.959_963_984_540_054_2),
            (0.99, 2.575_829_303_548_901),
        ] {
            let got = Confidence::new(level).unwrap().z();
            assert!((got - z).abs() < 1e-14, "{level}: {got}");
        }
    }

    #[test]
    fn huge_counts_take_no_time_and_agree() {
        let many = 2_000_000_000;
        let count = |errors, n| ErrorCount::new(errors, n).unwrap();
        for count in [
            count(3, u64::MAX),
            count(999_999_999, many),
            count(many, 2 * many),
            count(u64::MAX / 2, u64::MAX),
        ] {
            let (c, w) = (
                clopper_pearson(count, Confidence::default()),
                wilson(count, Confidence::default()),
            );
            // The two methods differ by terms of the order 1/n.
            assert!(
                (c.low - w.low).abs() < 1e-9 && (c.high - w.high).abs() < 1e-9,
                "{count:?}"
            );
        }
    }
}
