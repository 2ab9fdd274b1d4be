use burn::tensor::{Device, Int, Tensor, TensorData};
use plumb_data::{Examples, normalize::Normalizer};

/// A set that stays on the device as one tensor; batches are gathered from it by index.
pub(crate) struct ResidentSet {
    /// `[n, n_inputs]`, normalized.
    inputs: Tensor<2>,
    /// `[n]`, indices of classes.
    label_indices: Tensor<1, Int>,
    /// The same on the host.
    labels: Vec<u32>,
}

impl ResidentSet {
    /// Normalizes a set and brings it to the device.
    pub(crate) fn new(examples: &Examples, normalizer: &Normalizer, device: &Device) -> Self {
        let shape = [examples.len(), examples.n_values()];
        let labels = examples.labels.clone();
        let indices: Vec<i32> = labels.iter().map(|&label| label.cast_signed()).collect();
        Self {
            inputs: Tensor::from_data(TensorData::new(normalizer.apply(examples), shape), device),
            label_indices: Tensor::from_data(TensorData::new(indices, [labels.len()]), device),
            labels,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The chosen examples, for a training step.
    ///
    /// # Shapes
    /// - inputs: `[batch, n_inputs]`
    /// - labels: `[batch]`
    pub(crate) fn gather(&self, chosen: &[u32]) -> (Tensor<2>, Tensor<1, Int>) {
        let indices: Vec<i32> = chosen.iter().map(|&index| index.cast_signed()).collect();
        let indices = Tensor::<1, Int>::from_data(
            TensorData::new(indices, [chosen.len()]),
            &self.inputs.device(),
        );
        let inputs = self.inputs.clone().select(0, indices.clone());
        let labels = self.label_indices.clone().select(0, indices);
        (inputs.autodiff(), labels.autodiff())
    }

    /// Consecutive examples from `start` on, for evaluation: `[length, n_inputs]`.
    pub(crate) fn slice(&self, start: usize, length: usize) -> Tensor<2> {
        self.inputs.clone().narrow(0, start, length)
    }
}
