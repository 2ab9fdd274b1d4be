//! Gradient clipping by the global norm.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::{Device, Tensor},
};
use pulp::Arch;
use rayon::prelude::*;

use crate::{host::values, optimizer::Measure};

/// Against a division by zero, as in `PyTorch`.
const EPSILON: f64 = 1e-6;

/// Gradients whose norm is at most the largest allowed, once they are multiplied by `scale`.
pub(crate) struct Clipped {
    pub(crate) gradients: GradientsParams,
    /// 1 where the gradients are not in host memory: they are scaled already. In host memory an optimizer
    /// multiplies as it goes over them anyway.
    pub(crate) scale: f32,
    /// Of all parameters together, as one long vector, before clipping. Not finite if any gradient is not, or if it
    /// overflows (single gradients beyond 1e19, whose squares exceed 32 bits).
    pub(crate) norm: Measure,
}

/// Scales the gradients of all parameters so that their norm, as one long vector, is at most `max_norm`:
/// by `max_norm / (norm + 1e-6)` where that is below 1, as `torch.nn.utils.clip_grad_norm_` does.
///
/// A parameter without a gradient, as a frozen one is, adds nothing. `is_host` says of a device whether its tensors
/// lie in host memory.
pub(crate) fn clip<M: Module>(
    gradients: GradientsParams,
    model: &M,
    max_norm: f64,
    is_host: fn(&Device) -> bool,
) -> Clipped {
    let mut sums = Sums {
        gradients,
        is_host,
        on_device: Vec::new(),
        in_host_memory: 0.0,
    };
    model.visit(&mut sums);
    let gradients = sums.gradients;
    if sums.on_device.is_empty() {
        let norm = sums.in_host_memory.sqrt();
        let factor = max_norm / (norm + EPSILON);
        return Clipped {
            gradients,
            // NaN passes on to the weights, as in any arithmetic
            scale: if factor > 1.0 { 1.0 } else { factor as f32 },
            norm: Measure::Here(norm as f32),
        };
    }
    let norm = Tensor::cat(sums.on_device, 0).sum().sqrt(); // [1]
    let factor = ((norm.clone() + EPSILON).recip() * max_norm).clamp_max(1.0);
    let mut scale = Scale { gradients, factor };
    model.visit(&mut scale);
    Clipped {
        gradients: scale.gradients,
        scale: 1.0,
        norm: Measure::OnDevice(norm),
    }
}

/// Sums the squares of the gradients of each parameter.
struct Sums {
    gradients: GradientsParams,
    is_host: fn(&Device) -> bool,
    /// `[1]` each.
    on_device: Vec<Tensor<1>>,
    in_host_memory: f64,
}

impl ModuleVisitor for Sums {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(gradient) = self.gradients.remove::<D>(param.id) else {
            return;
        };
        let device = gradient.device();
        let gradient = if (self.is_host)(&device) {
            let data = gradient.into_data();
            self.in_host_memory += sum_of_squares(values(&data));
            Tensor::from_data(data, &device)
        } else {
            self.on_device.push(sum(gradient.clone().square()));
            gradient
        };
        self.gradients.register(param.id, gradient);
    }
}

/// Values that are summed by one thread, in 32 bits. Their sums are added in 64.
const CHUNK: usize = 1 << 14;

/// Partial sums that are vectorized: as many whatever the processor.
const N_LANES: usize = 64;

/// In an order of its own, the same on all processors and with any number of threads.
fn sum_of_squares(values: &[f32]) -> f64 {
    let arch = Arch::new();
    let of_chunk = |chunk| arch.dispatch(|| sum_of_chunk(chunk));
    if values.len() <= CHUNK {
        return of_chunk(values);
    }
    let sums: Vec<f64> = values.par_chunks(CHUNK).map(of_chunk).collect();
    sums.into_iter().sum()
}

#[allow(
    clippy::inline_always,
    reason = "the caller is compiled for this processor's vectors, and so is what is inlined there"
)]
#[inline(always)]
fn sum_of_chunk(values: &[f32]) -> f64 {
    let mut lanes = [0.0f32; N_LANES];
    let (rows, rest) = values.as_chunks::<N_LANES>();
    for row in rows {
        for (lane, value) in lanes.iter_mut().zip(row) {
            *lane += value * value;
        }
    }
    let rest = rest.iter().map(|value| value * value);
    lanes.into_iter().chain(rest).map(f64::from).sum()
}

/// The sum of all values, `[1]`, axis by axis: the CPU backend's sum of a whole tensor adds in no fixed
/// order from 4,194,304 values on, so that two equal runs would differ.
pub(crate) fn sum<const D: usize>(mut tensor: Tensor<D>) -> Tensor<1> {
    for axis in (0..D).rev() {
        tensor = tensor.sum_dim(axis);
    }
    tensor.reshape([1])
}

/// Multiplies all gradients by a factor, `[1]`.
struct Scale {
    gradients: GradientsParams,
    factor: Tensor<1>,
}

impl ModuleVisitor for Scale {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            let scaled = gradient * self.factor.clone().reshape([1; D]);
            self.gradients.register(param.id, scaled);
        }
    }
}

#[cfg(test)]
mod tests;
