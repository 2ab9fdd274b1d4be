//! The examples of a set as a model takes them: normalized, in batches, on the device.

mod resident;
mod sets;
mod streamed;
mod visit;

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};
use plumb_data::MemoryError;
use plumb_ops::{for_each, tensors::is_host};

use crate::{Error, pool::keep_awake};

pub(crate) use resident::{Resident, indices};
pub(crate) use sets::{Residents, feeds, lone_feed, shared_feeds, train_feed};
pub(crate) use streamed::{Augmentation, Streamed};
pub(crate) use visit::Visit;

/// A set of examples that batches are taken from.
pub(crate) enum Feed<'a> {
    /// The whole set is one tensor on the device.
    Resident(Box<Resident>),
    /// Batches are made on the host, one at a time.
    Streamed(Streamed<'a>),
}

/// A batch for a training step.
pub(crate) struct Batch {
    /// `[batch, n_inputs]`, normalized.
    pub(crate) inputs: Tensor<2>,
    /// `[batch]`, indices of classes.
    pub(crate) labels: Tensor<1, Int>,
    /// `[batch]`, with mean 1 over the whole set; none where all examples weigh the same.
    pub(crate) weights: Option<Tensor<1>>,
}

/// The inputs of a batch that is evaluated.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one at a time for each thread, and a tensor in a box would be one more allocation"
)]
pub(crate) enum Inputs<'a> {
    /// `[length, n_inputs]`, normalized.
    Numbers(Tensor<2>),
    Bytes(Bytes<'a>),
}

/// The same where they lie in memory.
pub(crate) struct Bytes<'a> {
    /// `[length, n_inputs]`.
    pub(crate) values: &'a [u8],
    /// What one stands for, as in [`plumb_ops::Fill::Bytes`].
    pub(crate) scale: f64,
    length: usize,
    device: &'a Device,
}

impl Inputs<'_> {
    /// How many examples they are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Numbers(inputs) => inputs.dims()[0],
            Self::Bytes(bytes) => bytes.length,
        }
    }

    pub(crate) fn device(&self) -> Device {
        match self {
            Self::Numbers(inputs) => inputs.device(),
            Self::Bytes(bytes) => bytes.device.clone(),
        }
    }

    /// `[length, n_inputs]`, normalized.
    pub(crate) fn into_numbers(self) -> Tensor<2> {
        match self {
            Self::Numbers(inputs) => inputs,
            Self::Bytes(Bytes {
                values,
                scale,
                length,
                device,
            }) => {
                let inputs = values.iter().map(|byte| (f64::from(*byte) * scale) as f32);
                let shape = [length, values.len() / length.max(1)];
                Tensor::from_data(TensorData::new(inputs.collect(), shape), device)
            }
        }
    }
}

/// Examples per forward pass in evaluation: enough to keep a GPU busy.
const BATCH_SIZE: usize = 1024;

/// The same on the host: few enough that what a small network makes of them stays in a core's own caches.
const BATCH_SIZE_ON_HOST: usize = 128;

/// The same of networks whose weights are packed already: to pack them is what large batches share.
const BATCH_SIZE_OF_PACKED: usize = 64;

/// How many multiply-adds an example takes, at least: a batch of them is worth a thread.
const AS_LONG_AS: usize = 1 << 11;

/// The batches in which a model on `device` looks at `n` examples in evaluation mode.
pub(crate) fn batches(n: usize, device: &Device) -> impl Iterator<Item = Range<usize>> + use<> {
    batches_of(batch_size(device), n)
}

fn batch_size(device: &Device) -> usize {
    if is_host(device) {
        BATCH_SIZE_ON_HOST
    } else {
        BATCH_SIZE
    }
}

fn batches_of(size: usize, n: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n)
        .step_by(size)
        .map(move |start| start..n.min(start + size))
}

impl Feed<'_> {
    pub(crate) fn len(&self) -> usize {
        self.labels().len()
    }

    pub(crate) fn labels(&self) -> &[u32] {
        match self {
            Self::Resident(set) => set.labels(),
            Self::Streamed(set) => set.labels(),
        }
    }

    /// The batches in which the set is evaluated, all of it.
    pub(crate) fn batches(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        batches(self.len(), &self.device())
    }

    /// What `of` makes of each batch in which the set is evaluated, in the set's order; by a network whose weights are
    /// packed already, or not. Only one whose weights are packed gets bytes.
    ///
    /// On the host several batches pass through the network at the same time, each with a thread of its own: threads
    /// that share every layer of one batch wait for each other once or twice a layer.
    ///
    /// # Errors
    /// As [`Feed::slice`].
    pub(crate) fn on_batches<T: Send>(
        &self,
        is_packed: bool,
        of: impl Fn(Inputs<'_>) -> T + Sync,
    ) -> Result<Vec<T>, Error> {
        let device = self.device();
        let size = if is_packed {
            BATCH_SIZE_OF_PACKED
        } else {
            batch_size(&device)
        };
        let batches: Vec<_> = batches_of(size, self.len()).collect();
        let of_batch = |batch: &Range<usize>| {
            let bytes = self.slice_bytes(batch.start, batch.len());
            Ok(of(match bytes.filter(|_| is_packed) {
                Some(bytes) => Inputs::Bytes(bytes),
                None => Inputs::Numbers(self.slice(batch.start, batch.len())?),
            }))
        };
        if !is_host(&device) {
            return batches.iter().map(of_batch).collect();
        }
        keep_awake();
        let mut made: Vec<_> = batches.iter().map(|_| None).collect();
        let places = batches.iter().zip(&mut made).collect();
        for_each(places, size * AS_LONG_AS, |_, (batch, made)| {
            *made = Some(of_batch(batch));
        });
        made.into_iter().flatten().collect()
    }

    fn device(&self) -> Device {
        match self {
            Self::Resident(set) => set.device(),
            Self::Streamed(set) => set.device().clone(),
        }
    }

    /// Consecutive examples from `start` on, for evaluation: `[length, n_inputs]`.
    pub(crate) fn slice(&self, start: usize, length: usize) -> Result<Tensor<2>, Error> {
        match self {
            Self::Resident(set) => Ok(set.slice(start, length)),
            Self::Streamed(set) => set.slice(start, length).map_err(|error| lost(&error)),
        }
    }

    /// The same as bytes, where they lie side by side and a network takes those sooner than the numbers.
    fn slice_bytes(&self, start: usize, length: usize) -> Option<Bytes<'_>> {
        match self {
            Self::Resident(_) => None,
            Self::Streamed(set) => set.slice_bytes(start, length),
        }
    }
}

/// Values that were there when the run began can't be read any more.
fn lost(error: &MemoryError) -> Error {
    Error::failed(error.to_string())
}

#[cfg(test)]
#[cfg(feature = "cpu")]
mod tests {
    use super::*;

    #[test]
    fn batches_are_small_on_the_host() {
        let batches: Vec<_> = batches(300, &Device::flex()).collect();
        assert_eq!(batches, [0..128, 128..256, 256..300]);
    }
}
