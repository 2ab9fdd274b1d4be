//! All that a model says of a set: features, and the probability of every class.

use std::sync::Arc;

use burn::tensor::Tensor;
use plumb_model::Model;

use crate::{
    Error, device::traffic::from_device, evaluate::Evaluation, feed::Feed,
    measured_model::MeasuredModel,
};

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
        let model = MeasuredModel::new(model, set.len());
        let parts = set.on_batches(model.is_packed(), |inputs| model.embed(inputs))?;
        let (features, logits) = parts.into_iter().unzip();
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
/// # Errors
/// [`Error::Failed`] if values can't be read.
pub(crate) fn read(batches: Vec<Tensor<2>>) -> Result<(Vec<f32>, usize), Error> {
    let rows = Tensor::cat(batches, 0);
    let [_, width] = rows.dims();
    let rows = from_device(|| rows.try_into_vec_as())
        .map_err(|error| Error::failed(format!("can't read the outputs back: {error}")))?;
    Ok((rows, width))
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
