use burn::{
    module::Param,
    nn::{Linear, LinearConfig},
    optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig, momentum::MomentumConfig},
    tensor::{Bytes, Device, Tensor, TensorData},
};
use serde::Deserialize;

use super::*;

/// Numbers of `PyTorch`, made by `scripts/oracles/optimizers.py`: a matrix of 2×3 and a bias of 3, one
/// behind the other.
#[derive(Deserialize)]
struct Oracle {
    initial: Vec<f32>,
    learning_rates: Vec<f64>,
    /// Of each step.
    gradients: Vec<Vec<f32>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    config: String,
    /// After each step.
    weights: Vec<Vec<f64>>,
}

fn oracle() -> Oracle {
    serde_json::from_str(include_str!("pytorch.json")).unwrap()
}

fn parse(config: &str) -> Optimizer {
    toml::from_str(config).unwrap()
}

/// A layer of the oracle's weights in training.
struct Training {
    layer: Linear,
    optimizer: ModuleOptimizer,
}

impl Training {
    fn new(initial: &[f32], optimizer: ModuleOptimizer) -> Self {
        let device = Device::flex().autodiff();
        let mut layer = LinearConfig::new(2, 3).init(&device);
        layer.weight = Param::from_tensor(tensor(&initial[..6], [2, 3], &device));
        layer.bias = Some(Param::from_tensor(tensor(&initial[6..], [3], &device)));
        Self { layer, optimizer }
    }

    fn step(&mut self, learning_rate: f64, gradient: &[f32]) {
        let device = Device::flex();
        let mut gradients = GradientsParams::new();
        let bias = self.layer.bias.as_ref().unwrap().id;
        gradients.register(
            self.layer.weight.id,
            tensor(&gradient[..6], [2, 3], &device),
        );
        gradients.register(bias, tensor(&gradient[6..], [3], &device));
        let layer = self.layer.clone();
        self.layer = self.optimizer.step(learning_rate, layer, gradients);
    }

    fn weights(&self) -> Vec<f32> {
        let mut weights: Vec<f32> = self.layer.weight.val().try_into_vec_as().unwrap();
        let bias = self.layer.bias.as_ref().unwrap().val();
        weights.extend(bias.try_into_vec_as::<f32>().unwrap());
        weights
    }
}

fn tensor<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// The 32 bits of Adam's β₂ cost 7e-6 of a step's length, so 1e-6 of a weight at these rates.
#[test]
fn every_step_is_pytorch_s() {
    let oracle = oracle();
    for case in &oracle.cases {
        let mut training = Training::new(&oracle.initial, parse(&case.config).init());
        let steps = oracle.learning_rates.iter().zip(&oracle.gradients);
        for (n, ((&rate, gradient), expected)) in steps.zip(&case.weights).enumerate() {
            training.step(rate, gradient);
            for (i, (actual, expected)) in training.weights().iter().zip(expected).enumerate() {
                let off = (f64::from(*actual) - expected).abs() / expected.abs();
                assert!(
                    off < 1e-6,
                    "{}: weight {i} is {actual} after step {n}, not {expected}",
                    case.config
                );
            }
        }
    }
}

/// What was trained with burn's optimizers trains to the same bits with these.
#[test]
fn adam_and_sgd_are_burn_s_to_the_bit() {
    let oracle = oracle();
    let momentum = MomentumConfig::new().with_dampening(0.0);
    for (config, theirs) in [
        (
            "adam = { learning_rate = 1 }",
            AdamConfig::new().with_epsilon(1e-8).init(),
        ),
        (
            "sgd = { learning_rate = 1, momentum = 0.9 }",
            SgdConfig::new().with_momentum(Some(momentum)).init(),
        ),
    ] {
        let mut ours = Training::new(&oracle.initial, parse(config).init());
        let mut theirs = Training::new(&oracle.initial, theirs);
        for (&rate, gradient) in oracle.learning_rates.iter().zip(&oracle.gradients) {
            ours.step(rate, gradient);
            theirs.step(rate, gradient);
            assert_eq!(ours.weights(), theirs.weights(), "{config}");
        }
    }
}

/// Three steps, saved and loaded, and five more are the same to the bit as eight.
#[test]
fn a_saved_state_goes_on_as_if_nothing_had_happened() {
    let oracle = oracle();
    for case in &oracle.cases {
        let optimizer = parse(&case.config);
        let steps: Vec<_> = oracle
            .learning_rates
            .iter()
            .zip(&oracle.gradients)
            .collect();
        let mut whole = Training::new(&oracle.initial, optimizer.init());
        let mut halted = Training::new(&oracle.initial, optimizer.init());
        for (i, (rate, gradient)) in steps.into_iter().enumerate() {
            if i == 3 {
                let bytes = halted.optimizer.into_bytes().unwrap().to_vec();
                let saved = Bytes::from_bytes_vec(bytes);
                let loaded = optimizer.init().from_bytes(saved).unwrap();
                // and what was loaded is saved again as it was, before any step
                let again = loaded.into_bytes().unwrap().to_vec();
                let again = Bytes::from_bytes_vec(again);
                halted.optimizer = optimizer.init().from_bytes(again).unwrap();
            }
            whole.step(*rate, gradient);
            halted.step(*rate, gradient);
            assert_eq!(whole.weights(), halted.weights(), "{}", case.config);
        }
    }
}
