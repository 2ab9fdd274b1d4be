use burn::tensor::{Device, Tensor, TensorData};
use plumb_data::{
    Examples, MemoryError, Normalized, Normalizer, seed,
    transform::{Pipeline, Scratch},
};
use plumb_ops::{are_sparse, tensors::is_host};
use rayon::prelude::*;

use super::{Batch, Bytes, resident::indices};
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
    /// What a byte of one stands for, where a network on the host sooner takes bytes.
    byte_scale: Option<f64>,
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
        let over_all = normalizer.over(&examples.values);
        Self {
            byte_scale: scale_of_sparse(examples, &over_all).filter(|_| is_host(device)),
            examples,
            weights,
            normalizer,
            normalized: over_all,
            augmentation: None,
            device,
        }
    }

    /// The same with training batches that are augmented.
    pub(crate) fn augmented(self, augmentation: Augmentation<'a>) -> Self {
        Self {
            augmentation: Some(augmentation),
            byte_scale: None,
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

    /// What a byte of one in [`Self::write_bytes`] stands for, where a network takes those sooner than the numbers.
    pub(super) fn byte_scale(&self) -> Option<f64> {
        self.byte_scale
    }

    /// The inputs of the chosen examples as bytes.
    pub(super) fn write_bytes(&self, chosen: &[u32], out: &mut [u8]) -> Result<(), MemoryError> {
        self.normalized.gather_bytes(chosen, out)
    }

    /// The bytes of consecutive examples, where they lie side by side and a network takes those sooner than the numbers.
    pub(super) fn slice_bytes(&self, start: usize, length: usize) -> Option<Bytes<'_>> {
        let scale = self.byte_scale?;
        let values = self.normalized.bytes(start, length)?;
        Some(Bytes {
            values,
            scale,
            length,
            device: self.device,
        })
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

/// Examples that are looked at to see whether most of their bytes are zero.
const LOOKED_AT: usize = 32;

/// What a byte of one stands for, if most bytes of the examples are zero.
fn scale_of_sparse(examples: &Examples, normalized: &Normalized<'_>) -> Option<f64> {
    let scale = normalized.scale_of_bytes()?;
    // From everywhere: neighbours are often of one class, and more alike than those of a batch.
    let n = examples.len();
    let rows: Vec<u32> = (0..n.min(LOOKED_AT))
        .map(|at| (at * n / n.min(LOOKED_AT)) as u32)
        .collect();
    let width = examples.n_values();
    let mut bytes = vec![0; rows.len() * width];
    normalized.gather_bytes(&rows, &mut bytes).ok()?;
    are_sparse(&bytes, width).then_some(scale)
}
