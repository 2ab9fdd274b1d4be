use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use plumb_data::{Examples, normalize::Normalizer};
use plumb_ops::tensors::look_at;

use super::Batch;
use crate::device::traffic::to_device;

/// A set that stays on the device as one tensor; batches are gathered from it by index. Clones share the tensors.
#[derive(Clone)]
pub(crate) struct Resident {
    /// `[n, n_inputs]`, normalized.
    inputs: Tensor<2>,
    /// `[n]`, indices of classes.
    label_indices: Tensor<1, Int>,
    /// `[n]`.
    weights: Option<Tensor<1>>,
    /// The labels on the host.
    labels: Arc<[u32]>,
}

impl Resident {
    /// Normalizes a set and brings it to the device.
    pub(crate) fn new(
        examples: &Examples,
        weights: Option<&[f32]>,
        normalizer: &Normalizer,
        device: &Device,
    ) -> Self {
        let shape = [examples.len(), examples.n_values()];
        let labels = &examples.labels;
        Self {
            inputs: to_device(|| {
                Tensor::from_data(TensorData::new(normalizer.apply(examples), shape), device)
            }),
            label_indices: indices(labels.iter().copied(), device),
            weights: weights.map(|weights| {
                let weights = TensorData::new(weights.to_vec(), [weights.len()]);
                to_device(|| Tensor::from_data(weights, device))
            }),
            labels: labels.as_slice().into(),
        }
    }

    pub(super) fn labels(&self) -> &[u32] {
        &self.labels
    }

    pub(super) fn device(&self) -> Device {
        self.inputs.device()
    }

    /// The examples at these indices, `[batch]`.
    pub(super) fn gather(&self, chosen: Tensor<1, Int>) -> Batch {
        let inputs = self.inputs.clone().select(0, chosen.clone());
        let labels = self.label_indices.clone().select(0, chosen.clone());
        let weights = self.weights.clone().map(|all| all.select(0, chosen));
        Batch {
            inputs: inputs.autodiff(),
            labels: labels.autodiff(),
            weights: weights.map(Tensor::autodiff),
        }
    }

    /// The inputs of examples of a set in host memory.
    pub(super) fn write_inputs(&self, chosen: &[u32], out: &mut [f32]) {
        let width = self.inputs.dims()[1];
        look_at(&self.inputs, |inputs| {
            for (&i, out) in chosen.iter().zip(out.chunks_exact_mut(width.max(1))) {
                out.copy_from_slice(&inputs[i as usize * width..][..width]);
            }
        });
    }

    /// How much examples of a set in host memory count.
    pub(super) fn weights(&self, chosen: &[u32]) -> Option<Vec<f32>> {
        let weights = self.weights.as_ref()?;
        let chosen = chosen.iter().map(|&i| i as usize);
        Some(look_at(weights, |all| chosen.map(|i| all[i]).collect()))
    }

    pub(super) fn slice(&self, start: usize, length: usize) -> Tensor<2> {
        self.inputs.clone().narrow(0, start, length)
    }
}

/// Indices as a tensor `[n]` on the device.
pub(crate) fn indices(values: impl Iterator<Item = u32>, device: &Device) -> Tensor<1, Int> {
    let values: Vec<i32> = values.map(u32::cast_signed).collect();
    let n = values.len();
    to_device(|| Tensor::from_data(TensorData::new(values, [n]), device))
}
