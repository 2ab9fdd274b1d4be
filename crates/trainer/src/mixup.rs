//! Training on mixtures of examples.

use burn::tensor::{Int, Tensor};
use plumb_data::seed;
use rand::seq::SliceRandom;
use rand_distr::{Beta, Distribution};

use crate::{
    feed::{Batch, indices},
    loss::{Labels, Target},
};

/// How examples are mixed in one step: each with another one of its batch, in equal shares for all.
struct Mixture {
    /// Of the example itself; the other one has the rest.
    share: f64,
    /// Position in the batch of each example's other one.
    partners: Vec<u32>,
}

impl Mixture {
    /// `share ~ Beta(alpha, alpha)` and a random permutation, from a stream of this step alone.
    fn draw(alpha: f64, n: usize, run_seed: u64, step: u64) -> Option<Self> {
        let beta = Beta::new(alpha, alpha).ok()?; // none unless alpha is positive
        let mut stream = seed::stream(run_seed, &format!("mixup {step}"));
        let share = beta.sample(&mut stream);
        let mut partners: Vec<u32> = (0..n as u32).collect();
        partners.shuffle(&mut stream);
        Some(Self { share, partners })
    }
}

/// Mixes the examples of a batch by mixup (Zhang et al., 2018); with an `alpha` of 0 they stay as they
/// are. Returns the inputs `[batch, n_inputs]`, and what the outputs should be.
///
/// What is drawn depends on the run's seed and the step alone, and is the same on every device.
pub(crate) fn mixup(batch: Batch, alpha: f64, run_seed: u64, step: u64) -> (Tensor<2>, Target) {
    let Batch {
        inputs,
        labels,
        weights,
    } = batch;
    let first = Labels {
        classes: labels,
        weights,
    };
    let Some(mixture) = Mixture::draw(alpha, inputs.dims()[0], run_seed, step) else {
        return (inputs, Target::Labels(first));
    };
    let inputs = inputs.without_autodiff();
    let partners = indices(mixture.partners.iter().copied(), &inputs.device());
    let second = first.select(&partners);
    let others = inputs.clone().select(0, partners);
    let inputs = inputs * mixture.share + others * (1.0 - mixture.share);
    let target = Target::Mixed {
        share: mixture.share,
        first,
        second: Box::new(second),
    };
    (inputs.autodiff(), target)
}

impl Labels {
    /// Those of other examples of the batch.
    fn select(&self, positions: &Tensor<1, Int>) -> Self {
        let classes = self.classes.clone().without_autodiff();
        let weights = self.weights.clone().map(Tensor::without_autodiff);
        Self {
            classes: classes.select(0, positions.clone()).autodiff(),
            weights: weights.map(|weights| weights.select(0, positions.clone()).autodiff()),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn batch() -> Batch {
        let device = Device::flex();
        Batch {
            inputs: Tensor::from_data([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]], &device).autodiff(),
            labels: Tensor::from_data([0, 1, 2], &device).autodiff(),
            weights: Some(Tensor::from_data([0.5, 1.0, 1.5], &device).autodiff()),
        }
    }

    /// The inputs (1, 2, 3) times 10 in the second column, labels and weights all tell which examples
    /// were mixed, so that they must agree with one another.
    #[test]
    fn inputs_labels_and_weights_are_mixed_alike() {
        for step in 0..20 {
            let (inputs, target) = mixup(batch(), 0.8, 7, step);
            let Target::Mixed {
                share,
                first,
                second,
            } = target
            else {
                panic!("nothing was mixed")
            };
            let inputs: Vec<f32> = inputs.try_into_vec_as().unwrap();
            let [first, second] = [first, *second].map(|labels| {
                let classes: Vec<i32> = labels.classes.try_into_vec_as().unwrap();
                let weights: Vec<f32> = labels.weights.unwrap().try_into_vec_as().unwrap();
                for (class, weight) in classes.iter().zip(weights) {
                    assert!((weight - 0.5 * (*class + 1) as f32).abs() < 1e-6);
                }
                classes
            });
            assert_eq!(first, [0, 1, 2]);
            let mut sorted = second.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2], "each example is a partner once");
            for (row, (one, other)) in inputs.chunks_exact(2).zip(first.iter().zip(second)) {
                let mixed = share * f64::from(one + 1) + (1.0 - share) * f64::from(other + 1);
                assert!((f64::from(row[0]) - mixed).abs() < 1e-5);
                assert!((f64::from(row[1]) - 10.0 * mixed).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn without_alpha_nothing_is_mixed() {
        let (inputs, target) = mixup(batch(), 0.0, 7, 0);
        assert!(matches!(target, Target::Labels(_)));
        let inputs: Vec<f32> = inputs.try_into_vec_as().unwrap();
        assert_eq!(inputs, [1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);
    }

    /// Beta(α, α) has mean 1/2, variance 1/(4·(2α + 1)) and an excess kurtosis of −6/(2α + 3). So of 4,000
    /// shares the variance has a standard error of at most √(2/4000), 2.2 % of it; five of these are
    /// allowed, and five of the mean's. At 0.01, the least that a config may say, 96 % of the shares are
    /// within 0.01 of an end: 0.01^α = 0.955 for either of two ends, by the density's leading term.
    #[test]
    fn shares_follow_the_beta_distribution() {
        let shares = |alpha| -> Vec<f64> {
            let draw = |step| Mixture::draw(alpha, 1, 3, step).unwrap().share;
            (0..4000).map(draw).collect()
        };
        for (alpha, variance) in [(0.2, 0.25 / 1.4), (1.0, 0.25 / 3.0), (100.0, 0.25 / 201.0)] {
            let shares = shares(alpha);
            let n = shares.len() as f64;
            let mean = shares.iter().sum::<f64>() / n;
            let spread = shares
                .iter()
                .map(|share| (share - mean).powi(2))
                .sum::<f64>()
                / n;
            assert!(
                (mean - 0.5).abs() < 5.0 * (variance / n).sqrt(),
                "{alpha}: {mean}"
            );
            assert!(
                (spread - variance).abs() < 0.112 * variance,
                "{alpha}: {spread}"
            );
        }
        let extreme = shares(0.01);
        assert!(extreme.iter().all(|share| (0.0..=1.0).contains(share)));
        let at_an_end = extreme
            .iter()
            .filter(|&&share| !(0.01..0.99).contains(&share));
        assert!(at_an_end.count() > 3600);
    }

    #[test]
    fn every_step_and_seed_draws_anew_and_the_same_again() {
        let draw = |seed, step| Mixture::draw(0.4, 50, seed, step).unwrap().partners;
        assert_eq!(draw(7, 3), draw(7, 3));
        assert_ne!(draw(7, 3), draw(7, 4));
        assert_ne!(draw(7, 3), draw(8, 3));
    }
}
