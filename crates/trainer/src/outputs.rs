//! All that a model says of a set: features, and the probability of every class.

use burn::tensor::Tensor;
use plumb_model::Model;

use crate::{Error, device::traffic::from_device, evaluate::batches, feed::Feed};

/// What comes out of a model for each example of a set, in the set's order.
pub(crate) struct Outputs {
    /// What the output layer sees: `[n, width]`, row-major.
    pub(crate) features: Vec<f32>,
    /// Softmax probabilities: `[n, classes]`, row-major.
    pub(crate) probabilities: Vec<f32>,
    pub(crate) width: usize,
}

impl Outputs {
    /// Runs a model in evaluation mode (`Module::valid`) over a whole set.
    ///
    /// # Errors
    /// [`Error::Failed`] if values can't be read.
    pub(crate) fn of(model: &Model, set: &Feed<'_>) -> Result<Self, Error> {
        let mut outputs = Self {
            features: Vec::new(),
            probabilities: Vec::new(),
            width: 0,
        };
        for batch in batches(set.len()) {
            let inputs = set.slice(batch.start, batch.len())?;
            let (features, logits) = model.embed(inputs);
            let ([_, width], [_, n_classes]) = (features.dims(), logits.dims());
            outputs.width = width;
            outputs.features.extend(numbers(features)?);
            for row in numbers(logits)?.chunks_exact(n_classes) {
                let row = softmax(row).unwrap_or_else(|| vec![f64::NAN; n_classes]);
                let row = row.into_iter().map(|probability| probability as f32);
                outputs.probabilities.extend(row);
            }
        }
        Ok(outputs)
    }
}

fn numbers(tensor: Tensor<2>) -> Result<Vec<f32>, Error> {
    from_device(|| tensor.try_into_vec_as())
        .map_err(|error| Error::failed(format!("can't read the outputs back: {error}")))
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
