//! The operations on burn's tensors, with automatic differentiation.

mod conv;
mod cross_entropy;
mod linear;

use burn::tensor::Device;

pub use conv::{ConvStep, conv};
pub use cross_entropy::cross_entropy;
pub use linear::linear;

#[cfg(feature = "flex")]
mod flex;

/// Whether the fused operations can be used on tensors of this device: those of burn's CPU backend, flex.
#[must_use]
pub fn is_fused(device: &Device) -> bool {
    #[cfg(feature = "flex")]
    return device.clone().without_autodiff() == Device::flex();
    #[cfg(not(feature = "flex"))]
    {
        let _ = device;
        false
    }
}
