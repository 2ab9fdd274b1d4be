//! Tensors whose values lie in host memory, and come from there and go back without a copy.

use burn::tensor::{Device, TensorData};

/// Whether tensors of this device are slices of host memory.
pub(crate) fn is_host(device: &Device) -> bool {
    #[cfg(any(feature = "cpu", test))]
    return *device == Device::flex();
    #[cfg(not(any(feature = "cpu", test)))]
    {
        let _ = device;
        false
    }
}

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
