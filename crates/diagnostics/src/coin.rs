//! Exact tests against a fair coin: `McNemar`'s on two models, and a classifier's against guessing.

use statrs::function::erf::erfc;

use crate::beta;

/// Returns the probability of `heads` or more in `heads + tails` throws of a fair coin.
///
/// Exact up to rounding for 10⁹ throws; above, the normal distribution with continuity correction, which
/// then differs by less than 10⁻⁹.
pub(crate) fn at_least(heads: u64, tails: u64) -> f64 {
    /// The exact probability takes longer with the square root of it.
    const MANY: f64 = 1e9;
    let (heads, tails) = (heads as f64, tails as f64);
    let throws = heads + tails;
    if heads <= 0.0 {
        1.0
    } else if throws > MANY {
        // Half of the throws is the mean, half of their root the standard deviation.
        let z = (heads - tails - 1.0) / throws.sqrt();
        0.5 * erfc(z / 2_f64.sqrt())
    } else if heads > tails {
        beta::at_least(heads, throws, 0.5)
    } else {
        // The continued fraction wants the shorter tail: this many heads or more is the opposite of
        // more tails than there were.
        1.0 - beta::at_least(tails + 1.0, throws, 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_can_be_counted() {
        fn check(heads: u64, tails: u64, expected: f64) {
            let got = at_least(heads, tails);
            assert!((got - expected).abs() < 1e-13, "{heads} {tails}: {got}");
        }
        // Rows of Pascal's triangle.
        check(0, 0, 1.0);
        check(0, 1, 1.0);
        check(1, 0, 0.5);
        check(0, 7, 1.0);
        check(1, 3, 15.0 / 16.0);
        check(2, 2, 11.0 / 16.0);
        check(3, 1, 5.0 / 16.0);
        check(4, 0, 1.0 / 16.0);
        check(10, 0, 1.0 / 1024.0);
        // scipy.stats.binomtest(k, n, 0.5, alternative="greater").pvalue, SciPy 1.17.1.
        for (k, n, p) in SCIPY {
            check(k, n - k, p);
        }
    }

    #[test]
    fn the_normal_form_meets_the_exact_one() {
        // Just below and just above the change, two standard deviations from the mean.
        let (half, off) = (500_000_000, 31_623);
        let exact = at_least(half + off, half - off);
        let normal = at_least(half + off + 1, half - off + 1);
        // One more throw of each moves z by less than 1e-8.
        assert!((exact - normal).abs() < 1e-8, "{exact} {normal}");
        assert!((at_least(u64::MAX, u64::MAX) - 0.5).abs() < 1e-9);
        assert!(at_least(u64::MAX, 0) <= 0.0);
    }

    const SCIPY: [(u64, u64, f64); 6] = [
        (60, 100, 0.028_443_966_820_490_444),
        (45, 100, 0.864_373_487_963_082_3),
        (101, 200, 0.471_825_760_495_371_7),
        (530, 1000, 0.031_011_597_549_181_716),
        (1040, 2000, 0.038_643_445_281_334_295),
        (5100, 10000, 0.023_292_763_852_473_225),
    ];
}
