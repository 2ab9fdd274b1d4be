//! The examples of a set as a model takes them: normalized, in batches, on the device.

mod resident;
mod sets;
mod streamed;
mod visit;

use std::ops::Range;

use burn::tensor::{Int, Tensor};
use plumb_data::MemoryError;

use crate::{Error, evaluate::batches, pool::keep_awake};

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
        let device = match self {
            Self::Resident(set) => &set.device(),
            Self::Streamed(set) => set.device(),
        };
        batches(self.len(), device)
    }

    /// Consecutive examples from `start` on, for evaluation: `[length, n_inputs]`.
    pub(crate) fn slice(&self, start: usize, length: usize) -> Result<Tensor<2>, Error> {
        keep_awake(); // for all that is done with them
        match self {
            Self::Resident(set) => Ok(set.slice(start, length)),
            Self::Streamed(set) => set.slice(start, length).map_err(|error| lost(&error)),
        }
    }
}

/// Values that were there when the run began can't be read any more.
fn lost(error: &MemoryError) -> Error {
    Error::failed(error.to_string())
}
