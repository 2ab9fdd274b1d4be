//! The operations on burn's tensors, with automatic differentiation.

mod activation;
mod batch_norm;
mod conv;
mod cross_entropy;
mod layer_norm;
mod linear;
mod pool;

use burn::tensor::{Device, Tensor};

pub use activation::activation;
pub use batch_norm::{BatchNormed, batch_norm_known, batch_norm_train};
pub use conv::{ConvStep, conv};
pub use cross_entropy::cross_entropy;
pub use layer_norm::layer_norm;
pub use linear::linear;
pub use pool::{Pooling, pool};

#[cfg(feature = "flex")]
mod flex;

/// What stands behind an operation of burn's own: `ReLU`, or nothing.
fn nonlinear<const D: usize>(output: Tensor<D>, has_relu: bool) -> Tensor<D> {
    if has_relu {
        burn::tensor::activation::relu(output)
    } else {
        output
    }
}

/// Whether tensors of this device are slices of host memory, which come and go without a copy, and on which operations
/// are fused: those of burn's CPU backend, flex.
#[must_use]
pub fn is_host(device: &Device) -> bool {
    #[cfg(feature = "flex")]
    return device.clone().without_autodiff() == Device::flex();
    #[cfg(not(feature = "flex"))]
    {
        let _ = device;
        false
    }
}

/// Looks at the values of a tensor in row-major order, without a copy where they lie in host memory like that.
///
/// # Panics
/// If they are not of 32 bits, or can't be read.
pub fn look_at<const D: usize, T>(tensor: &Tensor<D>, look: impl FnOnce(&[f32]) -> T) -> T {
    #[cfg(feature = "flex")]
    if is_host(&tensor.device()) {
        let tensor = flex::plain(tensor.clone().without_autodiff());
        return look(&flex::values(&tensor));
    }
    let data = tensor.clone().into_data();
    look(data.as_slice().expect("values of 32 bits"))
}

/// Keeps the buffer of a tensor without automatic differentiation for another one ([`crate::buffer`]), if it lies in host
/// memory and nobody else has it.
pub fn give_back<const D: usize>(tensor: Tensor<D>) {
    #[cfg(feature = "flex")]
    if is_host(&tensor.device()) {
        return flex::recycle_input(flex::plain(tensor));
    }
    drop(tensor);
}

// Elsewhere than on flex the operations are burn's own: there is nothing to compare.
#[cfg(all(test, feature = "flex"))]
mod tests;
