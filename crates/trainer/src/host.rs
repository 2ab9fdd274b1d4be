//! The values of tensors that lie in host memory ([`plumb_ops::tensors::is_host`]).

use burn::tensor::TensorData;

/// # Panics
/// If they are not of 32 bits, as all of plumb's are.
pub(crate) fn values(data: &TensorData) -> &[f32] {
    data.as_slice().expect("values of 32 bits")
}

/// # Panics
/// If they are not of 32 bits, as all of plumb's are.
pub(crate) fn values_mut(data: &mut TensorData) -> &mut [f32] {
    data.as_mut_slice().expect("values of 32 bits")
}
