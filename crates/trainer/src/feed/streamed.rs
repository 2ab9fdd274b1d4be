use burn::tensor::{Device, Tensor, TensorData};
use plumb_data::{
    Examples, MemoryError, Normalized, Normalizer, seed,
    transform::{Pipeline, Scratch},
};
use plumb_ops::tensors::is_host;
use rayon::prelude::*;

use super::{Batch, resident::indices};
use crate::device::traffic::to_device;

/// A set that stays on the host, in memory or in files, as it was read; its batches are normalized while they are
/// made, one at a time.
///
/// The numbers of a batch are those that [`super::Resident`] would give.
pub(crate) struct Streamed<'a> {
    examples: &'a Examples,
    /// With mean 1 over the set.
    weights: Option<&'a [f32]>,
    normalizer: &'a Normalizer,
    normalized: Normalized<'a>,
    augmentation: Option<Augmentation<'a>>,
    device: &'a Device,
}

/// What is done to the examples of training batches, anew in every epoch.
pub(crate) struct Augmentation<'a> {
    pub(crate) pipeline: &'a Pipeline,
    /// The run's.
    pub(crate) seed: u64,
}

impl<'a> Streamed<'a> {
    pub(crate) fn new(
        examples: &'a Examples,
        weights: Option<&'a [f32]>,
        normalizer: &'a Normalizer,
        device: &'a Device,
    ) -> Self {
        Self {
            examples,
            weights,
            normalizer,
            normalized: normalizer.over(&examples.values),
            augmentation: None,
            device,
        }
    }

    /// The same with training batches that are augmented.
    pub(crate) fn augmented(self, augmentation: Augmentation<'a>) -> Self {
        Self {
            augmentation: Some(augmentation),
            ..self
        }
    }

    pub(super) fn labels(&self) -> &[u32] {
        &self.examples.labels
    }

    pub(super) fn device(&self) -> &Device {
        self.device
    }

    pub(super) fn gather(&self, chosen: &[u32], epoch: u32) -> Result<Batch, MemoryError> {
        let inputs = match &self.augmentation {
            None => {
                let mut inputs = plumb_ops::buffer(chosen.len() * self.examples.n_values());
                self.normalized.gather(chosen, &mut inputs)?;
                inputs
            }
            Some(augmentation) => {
                let mut inputs = vec![0.0; chosen.len() * self.examples.n_values()];
                self.augment(augmentation, chosen, epoch, &mut inputs)?;
                inputs
            }
        };
        let label_of = |&i: &u32| self.examples.labels[i as usize];
        let weights = self.weights(chosen).map(|weights| {
            let n = weights.len();
            to_device(|| Tensor::from_data(TensorData::new(weights, [n]), self.device)).autodiff()
        });
        Ok(Batch {
            inputs: self.tensor(inputs, chosen.len()).autodiff(),
            labels: indices(chosen.iter().map(label_of), self.device).autodiff(),
            weights,
        })
    }

    /// The inputs of the chosen examples.
    pub(super) fn write_inputs(
        &self,
        chosen: &[u32],
        epoch: u32,
        out: &mut [f32],
    ) -> Result<(), MemoryError> {
        match &self.augmentation {
            None => self.normalized.gather_alone(chosen, out),
            Some(augmentation) => self.augment(augmentation, chosen, epoch, out),
        }
    }

    /// How much the chosen examples count.
    pub(super) fn weights(&self, chosen: &[u32]) -> Option<Vec<f32>> {
        let weights = self.weights?;
        Some(chosen.iter().map(|&i| weights[i as usize]).collect())
    }

    pub(super) fn slice(&self, start: usize, length: usize) -> Result<Tensor<2>, MemoryError> {
        let mut inputs = plumb_ops::buffer(length * self.examples.n_values());
        if is_host(self.device) {
            // Several slices are made at the same time.
            self.normalized.slice_alone(start, length, &mut inputs)?;
        } else {
            self.normalized.slice(start, length, &mut inputs)?;
        }
        Ok(self.tensor(inputs, length))
    }

    /// The chosen examples, each changed by a stream that depends on seed, epoch and example alone.
    fn augment(
        &self,
        augmentation: &Augmentation<'_>,
        chosen: &[u32],
        epoch: u32,
        out: &mut [f32],
    ) -> Result<(), MemoryError> {
        let width = self.examples.n_values();
        let stream = seed::stream(augmentation.seed, &format!("augment {epoch}"));
        out.par_chunks_exact_mut(width)
            .zip(chosen)
            .try_for_each_init(
                || (Scratch::default(), vec![0.0; width]),
                |(scratch, original), (out, &i)| {
                    let mut stream = stream.clone();
                    stream.set_stream(u64::from(i));
                    let values = &self.examples.values;
                    values.read_row(width, i as usize, original)?;
                    let pipeline = augmentation.pipeline;
                    pipeline.apply(original, &mut stream, scratch, out);
                    self.normalizer.apply_row(out);
                    Ok(())
                },
            )
    }

    fn tensor(&self, values: Vec<f32>, n: usize) -> Tensor<2> {
        let width = self.examples.n_values();
        to_device(|| Tensor::from_data(TensorData::new(values, [n, width]), self.device))
    }
}
