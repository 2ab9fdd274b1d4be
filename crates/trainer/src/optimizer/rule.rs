use std::ops::{Add, Div, Mul, Sub};

use burn::tensor::Tensor;

/// An optimizer as its config describes it, with `N` running means for every weight.
pub(super) trait Rule<const N: usize>: Clone + Send + Sync + 'static {
    /// What it does to every weight of a parameter of so many axes, in the step with this number, counted from 1.
    fn formula(&self, learning_rate: f64, n_steps: usize, n_axes: usize) -> impl Formula<N>;
}

/// The arithmetic of one step, the same for every weight: written once, for single values and for whole tensors,
/// so that both come out the same to the bit.
///
/// Implementations are inlined always: the loop over a slice is compiled for this processor's vectors, and only
/// what is inlined there is, too.
pub(super) trait Formula<const N: usize>: Sync {
    /// The new weight and the new running means. There are none before the first step.
    fn step<V: Values>(&self, weight: V, gradient: V, means: Option<[V; N]>) -> (V, [V; N]);
}

/// Values of 32 bits: one, or a tensor of them.
pub(super) trait Values:
    Clone
    + Add<Output = Self>
    + Sub<Output = Self>
    + Div<Output = Self>
    + Add<f32, Output = Self>
    + Mul<f32, Output = Self>
{
    fn square(self) -> Self;
    fn sqrt(self) -> Self;
}

#[allow(clippy::inline_always, reason = "part of a formula")]
impl Values for f32 {
    #[inline(always)]
    fn square(self) -> Self {
        self * self
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }
}

impl<const D: usize> Values for Tensor<D> {
    fn square(self) -> Self {
        self.square()
    }

    fn sqrt(self) -> Self {
        self.sqrt()
    }
}

/// The gradient of the loss with an L2 penalty: `weight_decay` times the weight is added.
#[allow(clippy::inline_always, reason = "part of a formula")]
#[inline(always)]
pub(super) fn penalized<V: Values>(gradient: V, weight: &V, weight_decay: f32) -> V {
    if weight_decay > 0.0 {
        gradient + weight.clone() * weight_decay
    } else {
        gradient
    }
}
