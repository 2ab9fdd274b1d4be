//! The probabilities of the classes given an image, and the Bayes error that follows.

use rand::RngExt;
use rand_distr::StandardNormal;
use rayon::prelude::*;

use crate::bayes::mean_of_draws;
use crate::seed::stream;
use crate::source::BayesError;

/// Sums that are kept beside each other, so that the compiler may use vector instructions.
const LANES: usize = 8;

/// What can be told of the class of an image that is contrast × pattern + white Gaussian noise, where
/// all classes are equally likely, and so are all patterns of a class and all contrasts.
pub(super) struct Posterior {
    classes: Vec<Vec<Pattern>>,
    contrasts: Vec<f64>,
    noise: f64,
}

struct Pattern {
    pixels: Vec<f64>,
    square: f64,
}

impl Posterior {
    /// `classes` holds per class its patterns, the same number of each, and all of one size.
    pub(super) fn new(classes: Vec<Vec<Vec<f64>>>, contrasts: &[f64], noise: f64) -> Self {
        let pattern = |pixels: Vec<f64>| Pattern {
            square: dot(&pixels, &pixels),
            pixels,
        };
        let of_class = |patterns: Vec<Vec<f64>>| patterns.into_iter().map(pattern).collect();
        Self {
            classes: classes.into_iter().map(of_class).collect(),
            contrasts: contrasts.to_vec(),
            noise,
        }
    }

    /// The Bayes error as the mean over `n_draws` images of one minus the largest probability.
    ///
    /// Images are drawn as the examples are, classes in turn. The mean of these probabilities varies
    /// less than the share of wrong decisions (Rao–Blackwell). The draws depend on `seed` alone.
    pub(super) fn bayes_error(&self, n_draws: usize, seed: u32) -> Option<BayesError> {
        let base = stream(seed.into(), "templates Bayes error");
        let draw = |image: &mut Vec<f64>, i: usize| {
            let mut rng = base.clone();
            rng.set_stream(i as u64);
            let patterns = &self.classes[i % self.classes.len()];
            let pattern = &patterns[rng.random_range(0..patterns.len())];
            let contrast = self.contrasts[rng.random_range(0..self.contrasts.len())];
            image.clear();
            image.extend(pattern.pixels.iter().map(|value| {
                let noise: f64 = rng.sample(StandardNormal);
                contrast * value + self.noise * noise
            }));
            self.error(image)
        };
        let draws = (0..n_draws).into_par_iter();
        let errors: Vec<f64> = draws.map_init(Vec::new, draw).collect();
        mean_of_draws(&errors)
    }

    /// One minus the probability of the likeliest class of an image.
    fn error(&self, image: &[f64]) -> f64 {
        let of_class = |patterns: &Vec<Pattern>| self.log_likelihood(patterns, image);
        let mut logs: Vec<f64> = self.classes.iter().map(of_class).collect();
        logs.sort_by(f64::total_cmp);
        // Without the largest term, so that what is far below the rounding of 1 is kept.
        let Some((best, others)) = logs.split_last() else {
            return 0.0;
        };
        let others: f64 = others.iter().map(|log| (log - best).exp()).sum();
        others / (1.0 + others)
    }

    /// The logarithm of how likely an image is in a class, but for a constant.
    ///
    /// That of one pattern t and contrast c is (c·⟨x, t⟩ − c²‖t‖²/2)/σ².
    fn log_likelihood(&self, patterns: &[Pattern], image: &[f64]) -> f64 {
        let precision = self.noise.powi(-2);
        let terms = patterns.iter().flat_map(|pattern| {
            let product = dot(image, &pattern.pixels);
            let of_contrast = move |c: &f64| precision * c * (product - 0.5 * c * pattern.square);
            self.contrasts.iter().map(of_contrast)
        });
        let terms: Vec<f64> = terms.collect();
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = terms.iter().map(|term| (term - largest).exp()).sum();
        largest + sum.ln()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_lanes, b_lanes) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a_lanes.remainder().iter().zip(b_lanes.remainder());
    let rest: f64 = rest.map(|(a, b)| a * b).sum();
    let mut sums = [0.0; LANES];
    for (a, b) in a_lanes.zip(b_lanes) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    rest + sums.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::{normal_cdf, simplex, xor};

    /// Finds `expected`, which is exact, within four standard errors, and those are clearly smaller
    /// than the binomial ones of counted wrong decisions.
    fn check(posterior: &Posterior, expected: f64) {
        let n = 20_000;
        let found = posterior.bayes_error(n, 1).unwrap();
        let counted = (expected * (1.0 - expected) / n as f64).sqrt();
        assert!(found.standard_error < 0.8 * counted, "{found:?}, {counted}");
        assert!(
            (found.rate - expected).abs() < 4.0 * found.standard_error,
            "{found:?} for {expected}"
        );
    }

    /// The pixels of an image of `n` whose pixel `i` alone is not 0.
    fn spike(n: usize, i: usize, value: f64) -> Vec<f64> {
        let mut pixels = vec![0.0; n];
        pixels[i] = value;
        pixels
    }

    #[test]
    fn two_patterns_without_nuisances_as_two_gaussians() {
        // Φ(−‖t₁ − t₂‖/(2σ)) with ‖t₁ − t₂‖ = 5 and the contrast 2
        let (a, b) = (vec![3.0, 0.0, 1.0], vec![0.0, 4.0, 1.0]);
        for noise in [2.0, 5.0, 10.0] {
            let posterior = Posterior::new(vec![vec![a.clone()], vec![b.clone()]], &[2.0], noise);
            check(&posterior, normal_cdf(-10.0 / (2.0 * noise)));
        }
    }

    #[test]
    fn patterns_at_equal_distances_as_a_simplex() {
        // Spikes of 3 are 3·√2 apart.
        let classes = (0..10).map(|i| vec![spike(10, i, 3.0)]).collect();
        let expected = simplex(3.0 * 2.0_f64.sqrt(), 1.5, 1.5, &[0.1; 10]);
        check(&Posterior::new(classes, &[1.0], 1.5), expected);
    }

    #[test]
    fn nuisances_that_make_four_clusters_as_xor() {
        // ±a on one axis against ±a on another is XOR turned by 45°, with centres at (±a/√2, ±a/√2).
        let expected = xor([normal_cdf(-2.0 / 2.0_f64.sqrt()); 2]);
        let by_contrast = vec![vec![spike(9, 0, 2.0)], vec![spike(9, 8, 2.0)]];
        check(&Posterior::new(by_contrast, &[1.0, -1.0], 1.0), expected);
        let of_class = |i| vec![spike(9, i, 2.0), spike(9, i, -2.0)];
        let by_pattern = vec![of_class(0), of_class(8)];
        check(&Posterior::new(by_pattern, &[1.0], 1.0), expected);
    }

    #[test]
    fn classes_that_are_alike_or_invisible_leave_nothing_to_tell() {
        let alike = vec![vec![vec![1.0, 2.0]]; 4];
        let found = Posterior::new(alike, &[1.0], 0.5)
            .bayes_error(200, 1)
            .unwrap();
        assert!((found.rate - 0.75).abs() < 1e-12, "{found:?}");
        let blank = vec![vec![spike(9, 0, 2.0)], vec![spike(9, 8, 2.0)]];
        let found = Posterior::new(blank, &[0.0], 0.5)
            .bayes_error(200, 1)
            .unwrap();
        assert!((found.rate - 0.5).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn products_by_hand() {
        // The sum of i² for i below 19 is 18·19·37/6 = 2109.
        let numbers: Vec<f64> = (0..19).map(f64::from).collect();
        assert!((dot(&numbers, &numbers) - 2109.0).abs() < 1e-9);
        assert!(dot(&[], &[]).abs() < 1e-9);
    }
}
