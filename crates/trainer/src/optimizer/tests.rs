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

/// Ours or burn's.
trait Steps {
    fn step(&mut self, learning_rate: f64, layer: Linear, gradients: GradientsParams) -> Linear;
}

impl Steps for Stepper {
    fn step(&mut self, learning_rate: f64, layer: Linear, gradients: GradientsParams) -> Linear {
        self.step(learning_rate, layer, gradients, None).0
    }
}

impl Steps for ModuleOptimizer {
    fn step(&mut self, learning_rate: f64, layer: Linear, gradients: GradientsParams) -> Linear {
        self.step(learning_rate, layer, gradients)
    }
}

/// A layer of the oracle's weights in training.
struct Training<S> {
    layer: Linear,
    optimizer: S,
}

impl<S: Steps> Training<S> {
    fn new(initial: &[f32], optimizer: S) -> Self {
        let device = Device::flex().autodiff();
        let mut layer = LinearConfig::new(2, 3).init(&device);
        layer.weight = Param::from_tensor(tensor(&initial[..6], [2, 3], &device));
        layer.bias = Some(Param::from_tensor(tensor(&initial[6..], [3], &device)));
        Self { layer, optimizer }
    }

    fn step(&mut self, learning_rate: f64, gradient: &[f32]) {
        let gradients = gradients(&self.layer, gradient);
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

fn gradients(layer: &Linear, values: &[f32]) -> GradientsParams {
    let device = Device::flex();
    let mut gradients = GradientsParams::new();
    let bias = layer.bias.as_ref().unwrap().id;
    gradients.register(layer.weight.id, tensor(&values[..6], [2, 3], &device));
    gradients.register(bias, tensor(&values[6..], [3], &device));
    gradients
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
                let bytes = halted.optimizer.to_bytes().unwrap().to_vec();
                let saved = Bytes::from_bytes_vec(bytes);
                let loaded = optimizer.init().with_bytes(saved).unwrap();
                // and what was loaded is saved again as it was, before any step
                let again = loaded.to_bytes().unwrap().to_vec();
                let again = Bytes::from_bytes_vec(again);
                halted.optimizer = optimizer.init().with_bytes(again).unwrap();
            }
            whole.step(*rate, gradient);
            halted.step(*rate, gradient);
            assert_eq!(whole.weights(), halted.weights(), "{}", case.config);
        }
    }
}

/// The backend's own operations, which other devices take, and the pass in host memory.
#[test]
fn both_ways_of_a_step_end_in_the_same_bits() {
    let oracle = oracle();
    for case in &oracle.cases {
        let optimizer = parse(&case.config);
        let mut in_place = Training::new(&oracle.initial, optimizer.init());
        let mut by_operations = Training::new(&oracle.initial, optimizer.init_where(|_| false));
        for (&rate, gradient) in oracle.learning_rates.iter().zip(&oracle.gradients) {
            in_place.step(rate, gradient);
            by_operations.step(rate, gradient);
            assert_eq!(
                in_place.weights(),
                by_operations.weights(),
                "{}",
                case.config
            );
        }
    }
}

/// The weights after one step with these gradients, and what was measured.
fn stepped(optimizer: &mut Stepper, values: [f32; 9], max_norm: Option<f64>) -> (Vec<f32>, f32) {
    let mut training = Training::new(&oracle().initial, sgd(|_| false));
    let gradients = gradients(&training.layer, &values);
    let (layer, measure) = optimizer.step(0.1, training.layer, gradients, max_norm);
    training.layer = layer;
    let beside = Tensor::zeros([1], &Device::flex());
    let measure = measure.beside(&beside).try_into_scalar().unwrap();
    (training.weights(), measure)
}

fn sgd(is_host: fn(&Device) -> bool) -> Stepper {
    parse("sgd = { learning_rate = 0.1 }").init_where(is_host)
}

const GRADIENTS: [f32; 9] = [0.5, -1.25, 2.0, -0.75, 1.5, 0.25, 3.0, -0.5, 1.0];

/// By hand: the largest magnitude of these gradients is 3, their sum 5.75, their norm √18.9375.
#[test]
fn what_is_measured_is_at_hand_anyway() {
    let norm = 18.9375f32.sqrt();
    for (is_host, max_norm, expected) in [
        (is_host as fn(&Device) -> bool, None, 3.0),
        (|_| false, None, 5.75),
        (is_host, Some(1.0), norm),
        (|_| false, Some(1.0), norm),
    ] {
        let (_, measure) = stepped(&mut sgd(is_host), GRADIENTS, max_norm);
        assert!(
            (measure - expected).abs() < 1e-6,
            "{measure}, not {expected}"
        );
    }
}

/// A learning rate as many times smaller as the norm is larger than the bound makes the same step of SGD.
#[test]
fn a_clipped_step_is_shorter_by_the_factor() {
    let initial = oracle().initial;
    let factor = 1.0 / (18.9375f64.sqrt() + 1e-6);
    for is_host in [is_host as fn(&Device) -> bool, |_| false] {
        let (weights, _) = stepped(&mut sgd(is_host), GRADIENTS, Some(1.0));
        for ((weight, initial), gradient) in weights.iter().zip(&initial).zip(GRADIENTS) {
            let expected = f64::from(*initial) - 0.1 * factor * f64::from(gradient);
            assert!((f64::from(*weight) - expected).abs() < 1e-6);
        }
        let mut optimizer = sgd(is_host);
        stepped(&mut optimizer, GRADIENTS, Some(1.0));
        let after_a_clipped_one = stepped(&mut optimizer, GRADIENTS, None);
        assert_eq!(
            after_a_clipped_one.0,
            stepped(&mut sgd(is_host), GRADIENTS, None).0
        );
    }
}

#[test]
fn a_gradient_that_is_not_finite_shows() {
    for case in &oracle().cases {
        let optimizer = parse(&case.config);
        for is_host in [is_host as fn(&Device) -> bool, |_| false] {
            for max_norm in [None, Some(1.0)] {
                let measure = |first: f32, last: f32| {
                    let mut values = GRADIENTS;
                    (values[0], values[8]) = (first, last);
                    stepped(&mut optimizer.init_where(is_host), values, max_norm).1
                };
                for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                    assert!(!measure(wrong, 1.0).is_finite());
                    assert!(!measure(1.0, wrong).is_finite());
                }
                assert!(!measure(f32::INFINITY, f32::NEG_INFINITY).is_finite());
                assert!(measure(1e10, -1e10).is_finite());
            }
        }
    }
}
