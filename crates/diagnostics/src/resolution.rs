//! The smallest gap that two sets can show.

use crate::interval::{Confidence, recovered};
use crate::more_examples::least;

/// Returns the smallest gap between two error rates that can be told from chance, as a fraction.
///
/// `lower` is the rate of the better set, of `n_lower` examples; the other set has `n_upper`. The gap is the
/// least one whose Newcombe interval (method 10 in Newcombe, Stat. Med. 17:873, 1998) lies above 0. Rates need not
/// make whole numbers of errors. None if no gap up to an error rate of 1 can be told, or if a set is empty.
#[must_use]
pub fn smallest_gap(lower: f64, n_lower: u64, n_upper: u64, confidence: Confidence) -> Option<f64> {
    if n_lower == 0 || n_upper == 0 || !(0.0..1.0).contains(&lower) {
        return None;
    }
    let is_told = |gap: f64| {
        let upper = (1.0, lower + gap, n_upper as f64);
        let terms = [upper, (-1.0, lower, n_lower as f64)];
        recovered(gap, &terms, confidence).low > 0.0
    };
    let (mut low, mut high) = (0.0, 1.0 - lower);
    if !is_told(high) {
        return None;
    }
    // To far below what is printed of a rate.
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if is_told(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// Returns the least number of examples in the upper set with which a gap of this size can be told from chance,
/// by [`smallest_gap`].
///
/// None if more than `most` would be needed.
#[must_use]
pub fn examples_to_tell(
    gap: f64,
    lower: f64,
    n_lower: u64,
    most: u64,
    confidence: Confidence,
) -> Option<u64> {
    least(most, |n| {
        smallest_gap(lower, n_lower, n, confidence).is_some_and(|least| least <= gap)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorCount, newcombe};

    /// At the gap found, Newcombe's interval of whole counts next to it begins on either side of 0.
    #[test]
    fn the_interval_of_counts_begins_at_0_there() {
        let level = Confidence::default();
        let check = |lower: ErrorCount, n: u64| {
            let gap = smallest_gap(lower.rate(), lower.n(), n, level).unwrap();
            let errors = ((lower.rate() + gap) * n as f64).floor() as u64;
            let low = |errors| newcombe(ErrorCount::new(errors, n).unwrap(), lower, level).low;
            assert!(low(errors) <= 1e-9, "{n}: {}", low(errors));
            assert!(low(errors + 1) > 0.0, "{n}: {}", low(errors + 1));
        };
        for (errors, n_lower, n) in [
            (100, 2_000, 500),
            (100, 2_000, 20),
            (0, 100, 100),
            (3, 50, 9),
        ] {
            check(ErrorCount::new(errors, n_lower).unwrap(), n);
        }
    }

    /// Wilson's interval of 0 of n ends at z²/(n + z²), and that of n of n begins at n/(n + z²): with one example
    /// in each set, 1 − (sqrt 2) · z²/(1 + z²) < 0 for z = 1.96, so nothing can be told.
    #[test]
    fn one_example_each_tells_nothing() {
        assert_eq!(smallest_gap(0.0, 1, 1, Confidence::default()), None);
        assert_eq!(smallest_gap(0.05, 100, 0, Confidence::default()), None);
    }

    #[test]
    fn the_number_of_examples_is_the_least_that_is_enough() {
        let level = Confidence::default();
        let gap_of = |n: u64| smallest_gap(0.05, 2_000, n, level).unwrap();
        let n = examples_to_tell(0.05, 0.05, 2_000, 1_000_000, level).unwrap();
        assert!(gap_of(n) <= 0.05 && gap_of(n - 1) > 0.05, "{n}");
        // However large dev is, 20 examples of train-dev can't tell it.
        assert_eq!(examples_to_tell(0.05, 0.05, 20, 1_000_000, level), None);
    }
}
