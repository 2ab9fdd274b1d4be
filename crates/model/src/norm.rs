use burn::{
    module::{Flag, Module, Param, RunningState},
    tensor::Tensor,
};
use plumb_ops::tensors::{batch_norm_known, batch_norm_train, layer_norm};
use serde::{Deserialize, Serialize};

use crate::init::Initializer;

/// `PyTorch`'s default of both normalizations.
const EPSILON: f64 = 1e-5;

/// The share of a new batch's statistics in the running ones; `PyTorch`'s default.
const MOMENTUM: f64 = 0.1;

/// What is normalized before a nonlinearity.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NormKind {
    /// Nothing.
    #[default]
    None,
    /// Each channel or unit over the batch (Ioffe and Szegedy, 2015).
    Batch,
    /// Each example over all of its channels, rows and columns, or units (Ba et al., 2016); `PyTorch`'s
    /// `LayerNorm(n)` in fully connected layers and `GroupNorm(1, n)` behind convolutions.
    Layer,
}

/// A normalization with a gain γ and an offset β per channel or unit: `γ · (x - mean) / √(var + ε) + β`.
///
/// Batch normalization takes mean and variance of the batch in training, and of their running averages else.
/// As `PyTorch` does it, the running variance averages *unbiased* variances, while a batch is normalized
/// with its biased one (burn's own layer averages the biased ones). A single value has no variance: as the
/// last batch of an epoch may be, it is normalized by the running averages and leaves them as they are.
///
/// A clone in training shares the running averages with its original; `Module::valid` makes a copy.
#[derive(Module, Debug)]
pub struct Norm {
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
    // Of batch normalization alone.
    running_mean: Option<RunningState<Tensor<1>>>,
    running_var: Option<RunningState<Tensor<1>>>,
    training: Param<Flag>,
}

impl NormKind {
    /// The layer for `n` channels or units; none where nothing is normalized.
    pub(crate) fn init(self, n: usize, initializer: &mut Initializer<'_>) -> Option<Norm> {
        if self == Self::None {
            return None;
        }
        let is_batch = self == Self::Batch;
        Some(Norm {
            gamma: initializer.constant(n, 1.0),
            beta: initializer.constant(n, 0.0),
            running_mean: is_batch.then(|| initializer.running(n, 0.0)),
            running_var: is_batch.then(|| initializer.running(n, 1.0)),
            training: Param::from_bool(true),
        })
    }

    /// Whether a layer before it needs a bias: batch normalization's offset does the same.
    pub(crate) fn needs_bias(self) -> bool {
        self != Self::Batch
    }
}

impl Norm {
    /// Normalizes, with `ReLU` behind it or not.
    ///
    /// # Shapes
    ///
    /// - input: `[batch, n, ...]`, with n channels or units
    /// - output: the same
    #[must_use]
    pub fn forward<const D: usize>(&self, input: Tensor<D>, has_relu: bool) -> Tensor<D> {
        let (gamma, beta) = (self.gamma.val(), self.beta.val());
        let (Some(running_mean), Some(running_var)) = (&self.running_mean, &self.running_var)
        else {
            return layer_norm(input, gamma, beta, EPSILON, has_relu);
        };
        let n_averaged = input.shape().num_elements() / gamma.dims()[0];
        let is_training = input.device().is_autodiff() && self.training.is_enabled();
        if !is_training || n_averaged < 2 {
            let known = (running_mean.value(), running_var.value());
            return batch_norm_known(input, (gamma, beta), known, EPSILON, has_relu);
        }
        let unbiased = n_averaged as f64 / (n_averaged - 1) as f64;
        let batch = batch_norm_train(input, gamma, beta, EPSILON, has_relu);
        follow(running_mean, batch.mean, 1.0);
        follow(running_var, batch.variance, unbiased);
        batch.output
    }
}

/// Moves a running average towards `factor · value`.
fn follow(running: &RunningState<Tensor<1>>, value: Tensor<1>, factor: f64) {
    let before = running.value();
    let after = before * (1.0 - MOMENTUM) + value.detach() * (MOMENTUM * factor);
    running.update(after.detach());
    // Burn keeps updates apart by thread until they are asked for: take this one over at once, so that every
    // reader sees it, whatever thread it is on.
    drop(running.value_sync());
}
