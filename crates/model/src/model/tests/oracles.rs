//! Outputs, gradients and running averages against `PyTorch` 2.15.
//!
//! Each network's parameters, taken in the order of the checkpoint and numbered from 0, are filled by
//! `((37·k + 11·(number + 1)) % 19 - 9) / 10`, k being the place in plumb's layout; inputs likewise by
//! `((29·k) % 23 - 11) / 10`. The gradients are those of `(y * w).sum()` with `w = arange % 5 - 1`.
//! In Python, in 64 bits:
//!
//! ```python
//! def fill(params):
//!     for i, p in enumerate(params):
//!         v = ((37 * torch.arange(p.numel()) + 11 * (i + 1)) % 19 - 9) / 10
//!         with torch.no_grad():
//!             p.copy_(v.reshape(p.shape[1], p.shape[0]).T if p.dim() == 2 else v.reshape(p.shape))
//! fill(params); y = model(x); w = torch.arange(y.numel()).reshape(y.shape) % 5 - 1
//! (y * w).sum().backward()
//! print(y, [(p.grad.sum(), p.grad.square().sum()) for p in params], list(model.buffers()))
//! model.eval(); print(model(x))
//! ```

#![allow(
    clippy::unreadable_literal,
    clippy::excessive_precision,
    reason = "as PyTorch prints them, to be compared by eye"
)]

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor, TensorData},
};

use super::{cnn, filled, init, mlp, task, values};
use crate::{
    Activation, BlockConfig, CnnConfig, Head, MlpConfig, Model, Network, NormKind, PoolKind, Task,
};

/// What `PyTorch` says.
struct Oracle<'a> {
    /// In training mode.
    logits: &'a [f32],
    /// Per parameter, the sum and the sum of squares of its gradient.
    gradients: &'a [(f32, f32)],
    /// After that one forward pass in training mode.
    running: &'a [&'a [f32]],
    /// In evaluation mode, after it.
    evaluated: &'a [f32],
}

fn check(network: Network, task: &Task, n_examples: usize, oracle: &Oracle<'_>) {
    let device = Device::flex().autodiff();
    let model = filled(init(network, task, 1, &device), |number, at, _| {
        ((37 * at + 11 * (number + 1)) % 19) as f32 / 10.0 - 0.9
    });
    let shape = [n_examples, task.n_inputs()];
    let inputs: Vec<f32> = (0..shape[0] * shape[1])
        .map(|at| ((29 * at) % 23) as f32 / 10.0 - 1.1)
        .collect();
    let input = Tensor::<2>::from_data(TensorData::new(inputs, shape), &device);

    let logits = model.forward(input.clone());
    let weights: Vec<f32> = (0..oracle.logits.len())
        .map(|at| (at % 5) as f32 - 1.0)
        .collect();
    let weights = Tensor::<2>::from_data(TensorData::new(weights, logits.dims()), &device);
    let gradients = (logits.clone() * weights).sum().backward();
    let found = found(&model, &gradients);

    close("logits", &values(logits), oracle.logits);
    assert_eq!(found.gradients.len(), oracle.gradients.len());
    for (at, (found, expected)) in found.gradients.iter().zip(oracle.gradients).enumerate() {
        // A sum may cancel to 0, so it is held against the gradient's size.
        let scale = expected.1.sqrt().max(0.01);
        let sum_is_off = (found.0 - expected.0).abs() > 1e-3 * scale;
        let squares_are_off = (found.1 - expected.1).abs() > 1e-3 * scale * scale;
        assert!(
            !(sum_is_off || squares_are_off),
            "gradient {at}: {found:?}, {expected:?}"
        );
    }
    assert_eq!(found.running.len(), oracle.running.len());
    for (found, expected) in found.running.iter().zip(oracle.running) {
        close("running average", found, expected);
    }
    let evaluated = model.valid().forward(input.without_autodiff());
    close("evaluated", &values(evaluated), oracle.evaluated);
}

fn close(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < 2e-5 * expected.abs().max(1.0),
            "{what}: {found} and {expected}"
        );
    }
}

struct Found<'a> {
    of: &'a Gradients,
    gradients: Vec<(f32, f32)>,
    running: Vec<Vec<f32>>,
}

fn found<'a>(model: &Model, of: &'a Gradients) -> Found<'a> {
    let mut found = Found {
        of,
        gradients: Vec::new(),
        running: Vec::new(),
    };
    model.visit(&mut found);
    found
}

impl ModuleVisitor for Found<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        match tensor.grad(self.of) {
            Some(gradient) => {
                let values: Vec<f32> = gradient.try_into_vec_as().unwrap();
                let squares = values.iter().map(|g| g * g).sum();
                self.gradients.push((values.iter().sum(), squares));
            }
            None => self.running.push(tensor.try_into_vec_as().unwrap()),
        }
    }
}

fn residual_mlp(norm: NormKind) -> Network {
    Network::Mlp(MlpConfig {
        activation: Activation::Gelu,
        residual: true,
        ..mlp(&[4, 4], norm)
    })
}

/// `x = gelu(BatchNorm1d(4)(Linear(3, 4, bias=False)(x)) + Linear(3, 4, bias=False)(x))`, then the same with
/// 4 → 4 and the plain input as the skip, then `Linear(4, 2)`; three examples.
#[test]
fn mlp_with_batch_norm_and_skips() {
    let oracle = Oracle {
        logits: &[
            -0.331915, -0.547091, -0.477988, -0.579635, -0.500701, -0.539925,
        ],
        gradients: &[
            (-1.360285, 5.894735),
            (-0.576926, 0.425682),
            (3.320139, 4.205200),
            (-0.290783, 9.309665),
            (-0.391261, 0.050482),
            (-0.465792, 0.092698),
            (-0.013246, 8.334930),
            (-2.317881, 2.423496),
            (4.0, 10.0),
        ],
        running: &[
            &[0.027333, 0.034333, 0.041333, 0.048333],
            &[0.916053, 0.911893, 0.909013, 0.907413],
            &[-0.005771, -0.002992, -0.000213, 0.002567],
            &[0.900176, 0.900272, 0.900394, 0.900541],
        ],
        evaluated: &[
            -0.421197, -0.511807, -0.480675, -0.539116, -0.463877, -0.536146,
        ],
    };
    check(residual_mlp(NormKind::Batch), &task(&[3], 2), 3, &oracle);
}

/// As above with `LayerNorm(4)`, and with biases.
#[test]
fn mlp_with_layer_norm_and_skips() {
    let logits = &[
        0.111031, -0.251377, -0.055687, -0.153501, -0.294377, -0.372628,
    ];
    let oracle = Oracle {
        logits,
        gradients: &[
            (0.0, 789.765322),
            (0.0, 359.353831),
            (0.0, 8.801333),
            (0.0, 6.675858),
            (2.015241, 5.647023),
            (1.527275, 2.003786),
            (2.589898, 4.351899),
            (1.703207, 1.318785),
            (-0.490797, 4.488446),
            (-3.124634, 7.859824),
            (4.0, 10.0),
        ],
        running: &[],
        evaluated: logits,
    };
    check(residual_mlp(NormKind::Layer), &task(&[3], 2), 3, &oracle);
}

/// `x = max_pool2d(tanh(BatchNorm2d(3)(Conv2d(2, 3, 3, padding=1, bias=False)(x))), 2)`;
/// `y = tanh(GroupNorm(1, 4)(Conv2d(3, 4, 3, 2, 1)(x)))`; `y = GroupNorm(1, 4)(Conv2d(4, 4, 3, 1, 1)(y))`;
/// `x = tanh(y + GroupNorm(1, 4)(Conv2d(3, 4, 1, 2, bias=False)(x)))`;
/// `Linear(3, 2)(tanh(Linear(16, 3)(x.flatten(1))))`; two examples of 2×6×6.
#[test]
fn cnn_with_norms_stride_skip_and_pool() {
    let network = CnnConfig {
        head: Head::Flatten,
        hidden: vec![3],
        activation: Activation::Tanh,
        ..cnn(vec![
            BlockConfig {
                norm: NormKind::Batch,
                pool: 2,
                ..BlockConfig::new(3)
            },
            BlockConfig {
                norm: NormKind::Layer,
                stride: 2,
                convolutions: 2,
                residual: true,
                ..BlockConfig::new(4)
            },
        ])
    };
    let oracle = Oracle {
        logits: &[-0.145120, -0.214932, -0.161930, -0.228599],
        gradients: &[
            (0.084452, 0.017207),
            (-0.014777, 0.000381),
            (0.044354, 0.003385),
            (-0.060632, 0.016959),
            (0.0, 0.001608),
            (0.0, 0.922672),
            (0.0, 0.037622),
            (-0.260984, 0.544359),
            (-0.383425, 0.131837),
            (0.007382, 1.003642),
            (-0.250249, 0.505431),
            (-0.008600, 0.008630),
            (-0.249597, 0.410675),
            (-0.250249, 0.505431),
            (-14.171803, 18.512832),
            (2.065164, 1.874220),
            (-0.698064, 2.477265),
            (2.0, 4.0),
        ],
        running: &[
            &[-0.017389, -0.014361, -0.012917],
            &[1.050926, 1.060136, 1.045528],
        ],
        evaluated: &[-0.147608, -0.216958, -0.160742, -0.227629],
    };
    check(Network::Cnn(network), &task(&[2, 6, 6], 2), 2, &oracle);
}

/// `Linear(2, 2)(avg_pool2d(tanh(Conv2d(1, 2, 2)(x)), 2).mean((2, 3)))`; two examples of 5×5.
#[test]
fn cnn_with_mean_pool_and_global_average() {
    let network = CnnConfig {
        pool_kind: PoolKind::Avg,
        activation: Activation::Tanh,
        ..cnn(vec![BlockConfig {
            kernel: 2,
            pool: 2,
            ..BlockConfig::new(2)
        }])
    };
    let logits = &[-0.723628, -0.717378, -0.731489, -0.722151];
    let oracle = Oracle {
        logits,
        gradients: &[
            (0.156846, 0.021001),
            (0.805372, 0.384143),
            (-2.217625, 2.399299),
            (2.0, 4.0),
        ],
        running: &[],
        evaluated: logits,
    };
    check(Network::Cnn(network), &task(&[1, 5, 5], 2), 2, &oracle);
}
