//! All that a model says of a set: features, and the probability of every class.

use std::sync::Arc;

use burn::tensor::Tensor;
use plumb_model::Model;
use plumb_ops::tensors::is_host;

use crate::{Error, device::traffic::from_device, evaluate::Evaluation, feed::Feed, host::values};

/// What comes out of a model for each example of a set, in the set's order.
pub(crate) struct Outputs {
    /// What the output layer sees: `[n, width]`, row-major.
    pub(crate) features: Vec<f32>,
    /// Softmax probabilities: `[n, classes]`, row-major.
    pub(crate) probabilities: Vec<f32>,
    pub(crate) width: usize,
}

/// What a set looks like to a model, before it is all read back: kept from the evaluation of the weights that may be
/// chosen, so that a set need not pass through them again.
#[derive(Clone)]
pub(crate) struct Embedding {
    /// Per batch what the output layer sees, on the device: `[batch, width]`.
    features: Vec<Tensor<2>>,
    /// `[n, classes]`, row-major.
    logits: Arc<[f32]>,
    n_classes: usize,
}

impl Embedding {
    /// Runs a model in evaluation mode (`Module::valid`) over a whole set.
    ///
    /// # Errors
    /// [`Error::Failed`] if values can't be read.
    pub(crate) fn of(model: &Model, set: &Feed<'_>) -> Result<Self, Error> {
        let parts = set.each_batch(|inputs| model.embed(inputs));
        let (features, logits) = parts.collect::<Result<(Vec<_>, Vec<_>), _>>()?;
        let (logits, n_classes) = read(logits)?;
        Ok(Self {
            features,
            logits: logits.into(),
            n_classes,
        })
    }

    /// How the model does.
    ///
    /// # Errors
    /// [`Error::Failed`] if the set is empty.
    pub(crate) fn evaluate(&self, set: &Feed<'_>) -> Result<Evaluation, Error> {
        Evaluation::of(&self.logits, self.n_classes, set.labels())
    }

    /// Reads it back.
    ///
    /// # Errors
    /// [`Error::Failed`] if values can't be read.
    pub(crate) fn outputs(&self) -> Result<Outputs, Error> {
        let (features, width) = read(self.features.clone())?;
        let rows = self.logits.chunks_exact(self.n_classes);
        let probabilities = rows.flat_map(|row| {
            let row = softmax(row).unwrap_or_else(|| vec![f64::NAN; self.n_classes]);
            row.into_iter().map(|probability| probability as f32)
        });
        Ok(Outputs {
            features,
            probabilities: probabilities.collect(),
            width,
        })
    }
}

/// The rows of all batches of a set, and their width: one transfer, whatever the number of batches.
///
/// On the host they come in a buffer that wants to be given back ([`plumb_ops::recycle`]): a fresh one took 7 % of a
/// small network's evaluation.
///
/// # Errors
/// [`Error::Failed`] if values can't be read.
pub(crate) fn read(batches: Vec<Tensor<2>>) -> Result<(Vec<f32>, usize), Error> {
    let [_, width] = batches[0].dims();
    if is_host(&batches[0].device()) {
        return Ok((from_device(|| gathered(batches)), width));
    }
    let rows = Tensor::cat(batches, 0);
    let rows = from_device(|| rows.try_into_vec_as())
        .map_err(|error| Error::failed(format!("can't read the outputs back: {error}")))?;
    Ok((rows, width))
}

/// The same where they lie on the host already.
fn gathered(batches: Vec<Tensor<2>>) -> Vec<f32> {
    let n_values = batches.iter().map(|batch| batch.shape().num_elements());
    let mut rows = plumb_ops::buffer(n_values.sum());
    let mut rest = &mut rows[..];
    for batch in batches {
        let data = batch.into_data();
        let (part, others) = rest.split_at_mut(data.num_elements());
        part.copy_from_slice(values(&data));
        rest = others;
    }
    rows
}

/// The probabilities of logits, one per class; none if one of them is no number.
///
/// In 64 bits and from the largest logit on, as [`crate::evaluate`] has it for the class that it keeps.
pub(crate) fn softmax(logits: &[f32]) -> Option<Vec<f64>> {
    let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let terms: Vec<f64> = logits
        .iter()
        .map(|&logit| (f64::from(logit) - largest).exp())
        .collect();
    let sum: f64 = terms.iter().sum();
    (!sum.is_nan()).then(|| terms.into_iter().map(|term| term / sum).collect())
}
