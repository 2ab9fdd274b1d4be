//! Double descent where it has a closed form: least-norm linear regression on isotropic Gaussian inputs.

use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use smartcore::linalg::basic::{
    arrays::{Array, Array2},
    matrix::DenseMatrix,
};
use smartcore::linalg::traits::cholesky::CholeskyDecomposable;

use crate::bootstrap::stream;

/// The risk of least-norm regression on one number of training examples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeastNormRisk {
    /// Training examples.
    pub n: usize,
    /// Mean over the repeats of the excess risk: the squared error on fresh inputs, less the noise.
    pub mean: f64,
    /// Of the mean, over the repeats.
    pub standard_error: f64,
    /// What the mean tends to with more repeats; none for `n` from `d − 1` to `d + 1`, where it is infinite.
    pub closed_form: Option<f64>,
}

/// Why a risk can't be simulated.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum LeastNormError {
    /// No features, no examples, or too few repeats for a standard error.
    #[error("{what} is {found}; expected {least} or more")]
    TooFew {
        /// Of what there are too few.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be.
        least: usize,
    },
    /// A size that is negative or not finite.
    #[error("{what} is {found}; expected a finite number, 0 or more")]
    Size {
        /// Which size.
        what: &'static str,
        /// What was given.
        found: f64,
    },
    /// Inputs that are linearly dependent as far as 64 bits tell, which chance all but excludes.
    #[error("the regression on {n} examples of {d} features has no solution in 64 bits")]
    Dependent {
        /// Training examples.
        n: usize,
        /// Features.
        d: usize,
    },
}

/// Simulates the risk of least-norm regression for each number of training examples in `n`, beside its closed
/// form.
///
/// Inputs have `d` independent standard normal features, targets are `x·β + sigma·ε` with ‖β‖ = `beta_norm` and
/// ε standard normal. Of all weights that fit the `n` training examples best (exactly, for `n ≤ d`) the ones
/// with the smallest norm are taken. For isotropic inputs the excess risk of weights b is ‖b − β‖², so that no
/// test examples need be drawn. Its mean is, with n examples,
///
/// - `σ²d/(n − d − 1)` for `n > d + 1`,
/// - `(1 − n/d)‖β‖² + σ²n/(d − n − 1)` for `n < d − 1`,
///
/// and infinite between (the moments of the inverse Wishart distribution; Hastie, Montanari, Rosset and
/// Tibshirani, "Surprises in high-dimensional ridgeless least squares interpolation", Annals of Statistics
/// 50:949, 2022, have its limit for large n and d, their theorem 1). Nearer to the threshold than four the
/// *variance* over repeats is infinite, and a standard error tells little.
///
/// The draws for one `n` don't depend on which others there are.
///
/// # Errors
/// [`LeastNormError`] for sizes that are not possible.
pub fn least_norm_risk(
    d: usize,
    n: &[usize],
    sigma: f64,
    beta_norm: f64,
    repeats: usize,
    seed: u64,
) -> Result<Vec<LeastNormRisk>, LeastNormError> {
    let fewest = n.iter().copied().min().unwrap_or(1);
    for (what, found, least) in [
        ("the number of features", d, 1),
        ("the number of examples", fewest, 1),
        ("the number of repeats", repeats, 2),
    ] {
        if found < least {
            return Err(LeastNormError::TooFew { what, found, least });
        }
    }
    for (what, found) in [("sigma", sigma), ("the norm of beta", beta_norm)] {
        if !(found.is_finite() && found >= 0.0) {
            return Err(LeastNormError::Size { what, found });
        }
    }
    // Any direction is as good as any other.
    let beta = vec![beta_norm / (d as f64).sqrt(); d];
    n.iter()
        .map(|&n| {
            let mut rng = stream(seed);
            rng.set_stream(n as u64);
            let risks: Vec<f64> = (0..repeats)
                .map(|_| excess_risk(n, &beta, sigma, &mut rng))
                .collect::<Option<_>>()
                .ok_or(LeastNormError::Dependent { n, d })?;
            let count = repeats as f64;
            let mean = risks.iter().sum::<f64>() / count;
            let squares: f64 = risks.iter().map(|risk| (risk - mean).powi(2)).sum();
            Ok(LeastNormRisk {
                n,
                mean,
                standard_error: (squares / (count - 1.0) / count).sqrt(),
                closed_form: closed_form(d, n, sigma, beta_norm),
            })
        })
        .collect()
}

fn closed_form(d: usize, n: usize, sigma: f64, beta_norm: f64) -> Option<f64> {
    let (features, examples) = (d as f64, n as f64);
    let noise = sigma * sigma;
    if n > d + 1 {
        Some(noise * features / (examples - features - 1.0))
    } else if n + 1 < d {
        let missed = (1.0 - examples / features) * beta_norm * beta_norm;
        Some(missed + noise * examples / (features - examples - 1.0))
    } else {
        None
    }
}

/// Draws a training set, fits it, and returns ‖b − β‖²; none if the inputs are dependent.
fn excess_risk(n: usize, beta: &[f64], sigma: f64, rng: &mut ChaCha8Rng) -> Option<f64> {
    let d = beta.len();
    let inputs: Vec<f64> = StandardNormal.sample_iter(&mut *rng).take(n * d).collect();
    let targets = inputs.chunks_exact(d).map(|row| {
        let noise: f64 = StandardNormal.sample(rng);
        let clean: f64 = row.iter().zip(beta).map(|(x, b)| x * b).sum();
        clean + sigma * noise
    });
    let targets = DenseMatrix::new(n, 1, targets.collect(), false).ok()?;
    let inputs = DenseMatrix::new(n, d, inputs, false).ok()?; // [n, d]
    let weights = if n >= d {
        // The normal equations: XᵀX b = Xᵀy.
        let gram = inputs.ab(true, &inputs, false); // [d, d]
        gram.cholesky_solve_mut(inputs.ab(true, &targets, false))
            .ok()?
    } else {
        // The least-norm solution of X b = y: b = Xᵀ(XXᵀ)⁻¹y.
        let gram = inputs.ab(false, &inputs, true); // [n, n]
        let duals = gram.cholesky_solve_mut(targets).ok()?;
        inputs.ab(true, &duals, false)
    };
    let risk: f64 = beta
        .iter()
        .enumerate()
        .map(|(at, b)| (weights.get((at, 0)) - b).powi(2))
        .sum();
    risk.is_finite().then_some(risk)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Far from the threshold, simulation and closed form (STATISTICS.md, "double descent") agree.
    fn check(d: usize, n: &[usize], sigma: f64, beta_norm: f64) {
        for risk in least_norm_risk(d, n, sigma, beta_norm, 400, 7).unwrap() {
            let expected = risk.closed_form.unwrap();
            let distance = (risk.mean - expected).abs();
            assert!(distance <= 4.0 * risk.standard_error, "d {d}: {risk:?}");
            // Tight enough to tell a wrong formula.
            assert!(risk.standard_error < 0.1 * expected, "d {d}: {risk:?}");
        }
    }

    #[test]
    fn simulations_agree_with_the_closed_form() {
        check(20, &[5, 10, 14, 26, 40, 80], 0.5, 1.0);
        check(20, &[5, 10, 14, 26, 40, 80], 1.0, 3.0);
        check(40, &[4, 20, 60], 0.5, 2.0);
    }

    /// By hand: d = 10, σ = 1/2, ‖β‖ = 2. n = 16: 10/4/5 = 0.5. n = 4: 0.6 · 4 + 4/4/5 = 2.6.
    #[test]
    fn the_closed_form_by_hand() {
        let form = |n| closed_form(10, n, 0.5, 2.0);
        assert!((form(16).unwrap() - 0.5).abs() < 1e-12);
        assert!((form(4).unwrap() - 2.6).abs() < 1e-12);
        assert_eq!([form(9), form(10), form(11)], [None; 3]);
        assert!(form(8).is_some() && form(12).is_some());
    }

    #[test]
    fn the_risk_peaks_where_examples_are_as_many_as_features() {
        let n = [5, 10, 20, 30, 60];
        let risks = least_norm_risk(20, &n, 0.5, 1.0, 100, 3).unwrap();
        let highest = risks.iter().max_by(|a, b| a.mean.total_cmp(&b.mean));
        assert_eq!(highest.unwrap().n, 20);
    }

    /// Without noise, as many equations as unknowns leave one solution: β.
    #[test]
    fn without_noise_enough_examples_give_beta_itself() {
        for risk in least_norm_risk(6, &[6, 7, 30], 0.0, 1.5, 5, 1).unwrap() {
            assert!(risk.mean < 1e-12, "{risk:?}");
        }
    }

    #[test]
    fn draws_for_one_number_of_examples_leave_the_others_alone() {
        let both = least_norm_risk(6, &[3, 12], 0.5, 1.0, 10, 9).unwrap();
        let one = least_norm_risk(6, &[12], 0.5, 1.0, 10, 9).unwrap();
        assert_eq!(both[1], one[0]);
    }

    #[test]
    fn what_is_not_possible_is_refused() {
        let check = |d, n, sigma, repeats, expected: &str| {
            let error = least_norm_risk(d, &[n], sigma, 1.0, repeats, 1).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(
            0,
            5,
            1.0,
            2,
            "the number of features is 0; expected 1 or more",
        );
        check(
            5,
            0,
            1.0,
            2,
            "the number of examples is 0; expected 1 or more",
        );
        check(
            5,
            5,
            1.0,
            1,
            "the number of repeats is 1; expected 2 or more",
        );
        check(
            5,
            5,
            -1.0,
            2,
            "sigma is -1; expected a finite number, 0 or more",
        );
    }
}
