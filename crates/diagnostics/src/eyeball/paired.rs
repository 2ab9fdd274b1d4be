//! The same examples judged twice, and the difference of the two error rates.

use serde::{Deserialize, Serialize};

use crate::interval::{Confidence, Interval, wilson};
use crate::rate::{ErrorCount, RateError};

/// How often each of the four outcomes occurred when the same examples were judged twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paired {
    /// Wrong both times.
    pub both: u64,
    /// Wrong the first time alone.
    pub first_only: u64,
    /// Wrong the second time alone.
    pub second_only: u64,
    /// Right both times.
    pub neither: u64,
}

impl Paired {
    /// Counts pairs of flags (wrong the first time, wrong the second time).
    #[must_use]
    pub fn of(pairs: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut counts = Self {
            both: 0,
            first_only: 0,
            second_only: 0,
            neither: 0,
        };
        for pair in pairs {
            match pair {
                (true, true) => counts.both += 1,
                (true, false) => counts.first_only += 1,
                (false, true) => counts.second_only += 1,
                (false, false) => counts.neither += 1,
            }
        }
        counts
    }

    /// Number of examples; saturates.
    #[must_use]
    pub fn n(self) -> u64 {
        (self.both.saturating_add(self.first_only))
            .saturating_add(self.second_only)
            .saturating_add(self.neither)
    }

    /// Errors the first time.
    ///
    /// # Errors
    /// [`RateError::NoExamples`] without examples.
    pub fn first(self) -> Result<ErrorCount, RateError> {
        ErrorCount::new(self.both.saturating_add(self.first_only), self.n())
    }

    /// Errors the second time.
    ///
    /// # Errors
    /// [`RateError::NoExamples`] without examples.
    pub fn second(self) -> Result<ErrorCount, RateError> {
        ErrorCount::new(self.both.saturating_add(self.second_only), self.n())
    }
}

/// Returns the interval of the first error rate minus the second, on the same examples.
///
/// Newcombe's hybrid score interval for paired data (method 10 in Newcombe, Stat. Med. 17:2635, 1998):
/// the distances from each rate to its Wilson bounds, added as the sides of a triangle whose angle is the
/// correlation of the two outcomes, with Newcombe's continuity correction where that is positive.
///
/// # Errors
/// [`RateError::NoExamples`] without examples.
pub fn newcombe_paired(pairs: Paired, confidence: Confidence) -> Result<Interval, RateError> {
    let (first, second) = (pairs.first()?, pairs.second()?);
    let (p1, p2) = (first.rate(), second.rate());
    let (one, two) = (wilson(first, confidence), wilson(second, confidence));
    let phi = correlation(pairs);
    let side = |a: f64, b: f64| (a * a - 2.0 * phi * a * b + b * b).max(0.0).sqrt();
    Ok(Interval {
        low: (p1 - p2 - side(p1 - one.low, two.high - p2)).max(-1.0),
        high: (p1 - p2 + side(one.high - p1, p2 - two.low)).min(1.0),
    })
}

/// Phi coefficient of the two outcomes, the numerator of a positive one lowered by n/2, not below 0. It is
/// 0 where one time has no errors, or nothing but errors.
fn correlation(pairs: Paired) -> f64 {
    let [a, b, c, d] = [
        pairs.both,
        pairs.first_only,
        pairs.second_only,
        pairs.neither,
    ]
    .map(|count| count as f64);
    let product = (a + b) * (c + d) * (a + c) * (b + d);
    if product <= 0.0 {
        return 0.0;
    }
    let numerator = a * d - b * c;
    let corrected = if numerator > 0.0 {
        (numerator - (a + b + c + d) / 2.0).max(0.0)
    } else {
        numerator
    };
    corrected / product.sqrt()
}
