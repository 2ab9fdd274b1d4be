//! Bayes errors in closed form: the lowest error that any model can reach, where the truth is known.
//!
//! Rates are fractions in 0..=1. Distances are in units of the standard deviation that the noise of
//! the general distribution has in every direction; `noise` is a factor on it.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use rayon::prelude::*;
use statrs::function::erf::erfc;

use crate::source::BayesError;

/// Half the width of the interval that a standard normal variable is integrated over: what lies
/// outside is below 3·10⁻¹⁹.
const QUADRATURE_HALF_WIDTH: f64 = 9.0;

/// Steps per standard deviation. The trapezoid rule converges exponentially for what is smooth and
/// vanishes at both ends (Trefethen and Weideman, SIAM Review 56:385, 2014).
const QUADRATURE_STEPS_PER_UNIT: u32 = 8;

/// Φ, the distribution function of the standard normal distribution, to 10 digits.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x * FRAC_1_SQRT_2)
}

/// The error on two Gaussian classes of a linear boundary at right angles to the first axis.
///
/// The means of the classes lie at ∓`half` on that axis, and the classes have these `shares`. The
/// boundary lies at `threshold`, above which the second class is chosen:
/// π₀·Φ(−(h + t)/s) + π₁·Φ(−(h − t)/s). With equal shares and `threshold` 0 it is Φ(−h/s).
#[must_use]
pub fn two_gaussians(half: f64, threshold: f64, noise: f64, shares: [f64; 2]) -> f64 {
    shares[0] * normal_cdf(-(half + threshold) / noise)
        + shares[1] * normal_cdf(-(half - threshold) / noise)
}

/// Where the best boundary between two Gaussian classes lies, from the middle towards the second:
/// s²·ln(π₀/π₁)/Δ.
#[must_use]
pub fn best_threshold(distance: f64, noise: f64, shares: [f64; 2]) -> f64 {
    let log_ratio = (shares[0] / shares[1]).ln();
    if log_ratio == 0.0 {
        0.0
    } else {
        noise.powi(2) * log_ratio / distance
    }
}

/// The error on Gaussian classes at equal distances of the rule that would be the best one if the
/// noise were `assumed_noise`; the Bayes error where that is the noise.
///
/// With the means at (Δ/√2)·eᵢ, which only adds a direction that tells nothing, class i is chosen
/// where xᵢ + s²·ln πᵢ/(Δ/√2) is the largest. Given class i and its xᵢ, the others are independent:
/// P(correct | i) = ∫ φ(z) ∏ⱼ Φ((s·z + Δ/√2 + tᵢ − tⱼ)/s) dz over j ≠ i. Off by 10⁻¹⁰ at most. The
/// time grows with the square of the number of distinct shares, to some seconds for 1,000 of them.
#[must_use]
pub fn simplex(distance: f64, noise: f64, assumed_noise: f64, shares: &[f64]) -> f64 {
    let mut sorted = shares.to_vec();
    sorted.sort_by(f64::total_cmp);
    let groups: Vec<(f64, usize)> = sorted
        .chunk_by(|a, b| a.total_cmp(b).is_eq())
        .map(|group| (group[0], group.len()))
        .collect();
    let gap = distance * FRAC_1_SQRT_2;
    let errors: Vec<f64> = groups
        .par_iter()
        .enumerate()
        .map(|(i, &(own, n_own))| {
            let others: Vec<(f64, usize)> = groups
                .iter()
                .enumerate()
                .map(|(j, &(share, n))| {
                    let n = if j == i { n - 1 } else { n };
                    let head_start = best_threshold(gap, assumed_noise, [own, share]);
                    ((gap + head_start) / noise, n)
                })
                .filter(|&(_, n)| n > 0)
                .collect();
            let error = normal_mean(|z| {
                let log_correct: f64 = others
                    .iter()
                    .map(|&(lead, n)| n as f64 * log_normal_cdf(z + lead))
                    .sum();
                -log_correct.exp_m1()
            });
            own * n_own as f64 * error
        })
        .collect();
    errors.iter().sum()
}

/// The error on XOR of four clusters of a rule by two independent signs.
///
/// `wrong` is the probability of either sign to be wrong; the class is wrong where just one is:
/// q₁(1 − q₂) + q₂(1 − q₁).
#[must_use]
pub fn xor(wrong: [f64; 2]) -> f64 {
    let [a, b] = wrong;
    a * (1.0 - b) + b * (1.0 - a)
}

/// The mean and its standard error of independent draws of an error rate; none from fewer than 2.
pub(crate) fn mean_of_draws(draws: &[f64]) -> Option<BayesError> {
    if draws.len() < 2 {
        return None;
    }
    let n = draws.len() as f64;
    let rate = draws.iter().sum::<f64>() / n;
    let squares: f64 = draws.iter().map(|draw| (draw - rate).powi(2)).sum();
    Some(BayesError {
        rate,
        standard_error: (squares / (n - 1.0) / n).sqrt(),
    })
}

/// ln Φ(x), accurate at both ends.
fn log_normal_cdf(x: f64) -> f64 {
    if x > 0.0 {
        (-normal_cdf(-x)).ln_1p()
    } else {
        normal_cdf(x).ln()
    }
}

/// The mean of a function of a standard normal variable, by the trapezoid rule.
fn normal_mean(f: impl Fn(f64) -> f64) -> f64 {
    let step = 1.0 / f64::from(QUADRATURE_STEPS_PER_UNIT);
    let n = (QUADRATURE_HALF_WIDTH / step) as i32;
    let sum: f64 = (-n..=n)
        .map(|i| {
            let z = f64::from(i) * step;
            (-0.5 * z * z).exp() * f(z)
        })
        .sum();
    sum * step / (2.0 * PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-10, "{found} for {expected}");
    }

    #[test]
    fn normal_cdf_as_in_scipy() {
        // scipy.stats.norm.cdf
        near(normal_cdf(-0.5), 0.308_537_538_725_986_9);
        near(normal_cdf(-2.0), 0.022_750_131_948_179_195);
        near(normal_cdf(0.0), 0.5);
        near(normal_cdf(f64::INFINITY), 1.0);
        near(normal_cdf(f64::NEG_INFINITY), 0.0);
        // norm.logcdf(-30), norm.logcdf(9)
        near(log_normal_cdf(-30.0) / -454.321_243_956_343_2, 1.0);
        near(log_normal_cdf(9.0) / -1.128_588_405_953_840_6e-19, 1.0);
    }

    #[test]
    fn simplex_with_equal_shares_as_scipy_integrates_it() {
        // 1 - scipy.integrate.quad(lambda z: norm.pdf(z) * norm.cdf(z + D/sqrt(2))**(k-1), -12, 12)
        let check = |distance, k: usize, expected| {
            let shares = vec![1.0 / k as f64; k];
            near(simplex(distance, 1.0, 1.0, &shares), expected);
            // Twice as far with twice the noise is the same.
            near(simplex(2.0 * distance, 2.0, 2.0, &shares), expected);
        };
        check(2.0, 2, 0.158_655_253_931_457_07);
        check(2.0, 3, 0.254_796_413_153_250_2);
        check(3.0, 10, 0.289_988_363_407_705_2);
        check(6.0, 10, 0.010_063_627_732_263_436);
        check(1.0, 5, 0.601_257_046_448_519_6);
        check(4.0, 1000, 0.650_239_958_785_900_7);
        check(0.0, 4, 0.75);
    }

    #[test]
    fn simplex_with_unequal_shares_as_the_largest_density_integrates() {
        // 1 - the sum over a grid of steps 0.004 of the largest of the three weighted densities in
        // the plane, in NumPy: exact to 1e-6.
        let found = simplex(2.0, 1.0, 1.0, &[0.5, 0.3, 0.2]);
        assert!((found - 0.236_937).abs() < 2e-6, "{found}");
        // With nothing to see the largest class is right as often as it occurs.
        near(simplex(0.0, 1.0, 1.0, &[0.5, 0.3, 0.2]), 0.5);
        near(simplex(0.0, 1.0, 1.0, &[0.4, 0.2, 0.4]), 0.6);
    }

    #[test]
    fn two_classes_are_a_simplex_too() {
        let check = |distance: f64, noise, assumed, shares: [f64; 2], expected| {
            let threshold = best_threshold(distance, assumed, shares);
            near(
                two_gaussians(0.5 * distance, threshold, noise, shares),
                expected,
            );
            near(simplex(distance, noise, assumed, &shares), expected);
        };
        // scipy.integrate.quad of the smaller of the two weighted densities
        check(2.0, 1.0, 1.0, [0.8, 0.2], 0.112_066_522_456_196_3);
        check(1.0, 1.0, 1.0, [0.1, 0.9], 0.098_663_693_900_531_17);
        // .8 * norm.sf(t, -1, 2) + .2 * norm.cdf(t, 1, 2) with t = log(4)/2
        check(2.0, 2.0, 1.0, [0.8, 0.2], 0.246_699_337_755_426_9);
        check(0.0, 1.0, 1.0, [0.5, 0.5], 0.5);
        check(0.0, 1.0, 1.0, [0.3, 0.7], 0.3);
    }

    #[test]
    fn a_mean_has_the_standard_error_of_the_mean() {
        // By hand: deviations of 0.1 from 0.2, sum of squares 0.02 over 2·3.
        let found = mean_of_draws(&[0.1, 0.2, 0.3]).unwrap();
        near(found.rate, 0.2);
        near(found.standard_error, (0.02_f64 / 6.0).sqrt());
        assert_eq!(mean_of_draws(&[0.1]), None);
    }
}
