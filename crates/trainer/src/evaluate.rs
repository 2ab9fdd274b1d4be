use plumb_diagnostics::ErrorCount;
use plumb_model::Model;
use rayon::prelude::*;

use crate::{
    Error,
    feed::Feed,
    measured_model::MeasuredModel,
    outputs::{self, Embedding},
};

/// What a model with frozen weights says about a set.
#[derive(Clone)]
pub(crate) struct Evaluation {
    pub(crate) count: ErrorCount,
    /// Mean cross-entropy, in nats.
    pub(crate) loss: f64,
    pub(crate) predictions: Vec<Prediction>,
    /// What else the model says, where it was asked for and is not too much.
    pub(crate) embedding: Option<Embedding>,
}

/// The most probable class of one example.
#[derive(Clone, Copy)]
pub(crate) struct Prediction {
    pub(crate) class: u32,
    /// Softmax probability of that class.
    pub(crate) probability: f32,
}

/// Measures a model on a whole set, in evaluation mode (no dropout, no gradients).
///
/// `model` must be in evaluation mode already (`Module::valid`).
pub(crate) fn evaluate(model: &Model, set: &Feed<'_>) -> Result<Evaluation, Error> {
    let model = MeasuredModel::new(model, set.len());
    let logits = set.on_batches(model.is_packed(), |inputs| model.forward(inputs))?;
    let (logits, n_classes) = outputs::read(logits)?;
    Evaluation::of(&logits, n_classes, set.labels())
}

/// Features that are kept of a set, at most: 256 MiB.
const MOST_KEPT: usize = 1 << 26;

/// The same, with all that the model says kept for whoever asks for it later, unless that is too much.
pub(crate) fn evaluate_and_keep(model: &Model, set: &Feed<'_>) -> Result<Evaluation, Error> {
    if set.len().saturating_mul(model.n_features()) > MOST_KEPT {
        return evaluate(model, set);
    }
    let embedding = Embedding::of(model, set)?;
    let evaluation = embedding.evaluate(set)?;
    Ok(Evaluation {
        embedding: Some(embedding),
        ..evaluation
    })
}

/// Examples that take some 10 µs to judge.
const WORTH_A_THREAD: usize = 128;

impl Evaluation {
    /// From the logits of a set, `[n, n_classes]`, and its labels.
    ///
    /// # Errors
    /// [`Error::Failed`] if the set is empty.
    pub(crate) fn of(logits: &[f32], n_classes: usize, labels: &[u32]) -> Result<Self, Error> {
        let rows = logits.par_chunks_exact(n_classes).zip(labels);
        let (predictions, losses): (Vec<Prediction>, Vec<f64>) = rows
            .with_min_len(WORTH_A_THREAD)
            .map(|(row, &label)| judge(row, label))
            .unzip();
        let judged = predictions.iter().zip(labels);
        let errors = judged.filter(|(prediction, label)| prediction.class != **label);
        let errors = errors.count() as u64;
        let count = ErrorCount::new(errors, labels.len() as u64)
            .map_err(|error| Error::failed(error.to_string()))?;
        Ok(Self {
            count,
            loss: losses.iter().sum::<f64>() / labels.len() as f64,
            predictions,
            embedding: None,
        })
    }
}

/// The prediction from one example's logits, and its cross-entropy with the label in nats.
///
/// Of equal logits the first wins. A row with NaN names a class that no label has: an error.
fn judge(logits: &[f32], label: u32) -> (Prediction, f64) {
    let mut class = 0;
    for (at, logit) in logits.iter().enumerate() {
        if *logit > logits[class] {
            class = at;
        }
    }
    let largest = f64::from(logits[class]);
    let sum: f64 = logits
        .iter()
        .map(|&logit| (f64::from(logit) - largest).exp())
        .sum();
    if sum.is_nan() {
        let class = u32::MAX;
        let probability = f32::NAN;
        return (Prediction { class, probability }, f64::NAN);
    }
    let cross_entropy = largest + sum.ln() - f64::from(logits[label as usize]);
    let prediction = Prediction {
        class: class as u32,
        probability: (1.0 / sum) as f32,
    };
    (prediction, cross_entropy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Softmax of (0, ln 3) is (1/4, 3/4): cross-entropy -ln(1/4) = 1.386294, -ln(3/4) = 0.287682.
    #[test]
    fn softmax_by_hand() {
        let ln_3 = 3f32.ln();
        for (label, expected) in [(0, 1.386_294_361), (1, 0.287_682_072)] {
            let (prediction, loss) = judge(&[0.0, ln_3], label);
            assert_eq!(prediction.class, 1);
            assert!((prediction.probability - 0.75).abs() < 1e-6);
            assert!((loss - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn of_equal_logits_the_first_wins_and_nan_is_an_error() {
        assert_eq!(judge(&[2.0, 2.0, 1.0], 0).0.class, 0);
        for row in [[f32::NAN, 1.0], [1.0, f32::NAN]] {
            assert_eq!(judge(&row, 0).0.class, u32::MAX);
        }
    }
}
