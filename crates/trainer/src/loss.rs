//! The loss that training minimizes.

use burn::tensor::{Device, Int, Tensor};
use plumb_ops::{CrossEntropyTarget, tensors::cross_entropy};

use crate::{config::Config, prepare::Prepared};

/// Mean cross-entropy of a batch, in nats, with examples and classes that may count more or less than
/// others, and labels that may be smoothed.
pub(crate) struct Loss {
    /// Share of the target probability that is spread evenly over all classes.
    label_smoothing: f64,
    /// `[1, n_classes]`.
    class_weights: Option<Tensor<2>>,
    /// The same in host memory.
    class_weights_here: Option<Vec<f32>>,
}

/// What the outputs of a batch should be.
pub(crate) enum Target {
    Labels(Labels),
    /// Examples that were mixed of two each, the first of them with this share.
    Mixed {
        share: f64,
        first: Labels,
        second: Box<Labels>,
    },
}

/// The labels of a batch, and how much each of its examples counts.
#[derive(Clone)]
pub(crate) struct Labels {
    /// `[batch]`, indices of classes.
    pub(crate) classes: Tensor<1, Int>,
    /// `[batch]`, with mean 1 over the whole set; none where all examples weigh the same.
    pub(crate) weights: Option<Tensor<1>>,
}

impl Loss {
    /// `class_weights` are one per class, such that the examples of the training set weigh 1 on average.
    pub(crate) fn new(
        label_smoothing: f64,
        class_weights: Option<&[f32]>,
        device: &Device,
    ) -> Self {
        Self {
            label_smoothing,
            class_weights: class_weights
                .map(|weights| Tensor::<1>::from_data(weights, device).unsqueeze()),
            class_weights_here: class_weights.map(<[f32]>::to_vec),
        }
    }

    /// That of a run.
    pub(crate) fn of_run(config: &Config, prepared: &Prepared, device: &Device) -> Self {
        let class_weights = prepared.class_weights.as_deref();
        Self::new(config.loss.label_smoothing, class_weights, device)
    }

    /// The loss `[1]` of logits `[batch, n_classes]`. Of mixed examples it is the mixture of the losses
    /// that each of both labels gives (Zhang et al., 2018).
    pub(crate) fn forward(&self, logits: Tensor<2>, target: Target) -> Tensor<1> {
        match target {
            Target::Labels(labels) => self.of_labels(logits, labels),
            Target::Mixed {
                share,
                first,
                second,
            } => {
                let first = self.of_labels(logits.clone(), first);
                first * share + self.of_labels(logits, *second) * (1.0 - share)
            }
        }
    }

    /// What a batch with these labels should come to, for operations on slices.
    pub(crate) fn target<'a>(
        &'a self,
        labels: &'a [usize],
        example_weights: Option<&'a [f32]>,
    ) -> CrossEntropyTarget<'a> {
        CrossEntropyTarget {
            labels,
            smoothing: self.label_smoothing as f32,
            class_weights: self.class_weights_here.as_deref(),
            example_weights,
        }
    }

    /// `mean(wᵢ·ℓᵢ)` over the batch, where `ℓᵢ = −Σ_c t_c·v_c·ln p_c`, `v` are the class weights and the
    /// target `t` is `1 − ε + ε/k` for the label and `ε/k` for each other of `k` classes, as in
    /// `torch.nn.functional.cross_entropy`.
    ///
    /// The weights have mean 1 over the whole set, not over the batch: so the gradient's expectation is
    /// that of the weighted loss, whatever a batch holds.
    fn of_labels(&self, logits: Tensor<2>, labels: Labels) -> Tensor<1> {
        let class_weights = self.class_weights.clone();
        cross_entropy(
            logits,
            labels.classes,
            self.label_smoothing,
            class_weights,
            labels.weights,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels<const N: usize>(classes: [i32; N], weights: Option<[f32; N]>) -> Labels {
        let device = Device::flex();
        Labels {
            classes: Tensor::from_data(classes, &device),
            weights: weights.map(|weights| Tensor::from_data(weights, &device)),
        }
    }

    fn value(loss: Tensor<1>) -> f64 {
        f64::from(loss.try_into_scalar::<f32>().unwrap())
    }

    /// Softmax of (0, ln 3) is (1/4, 3/4): the losses of labels 0 and 1 are ln 4 and ln 4 − ln 3.
    #[test]
    fn weights_multiply_each_example_s_loss() {
        let check = |weights: Option<[f32; 2]>, expected: f64| {
            let ln_3 = 3f32.ln();
            let logits = Tensor::from_data([[0.0, ln_3], [0.0, ln_3]], &Device::flex());
            let loss = Loss::new(0.0, None, &Device::flex());
            let actual = value(loss.forward(logits, Target::Labels(labels([0, 1], weights))));
            assert!((actual - expected).abs() < 1e-6, "{actual} for {weights:?}");
        };
        let (first, second) = (4f64.ln(), 4f64.ln() - 3f64.ln());
        check(None, f64::midpoint(first, second));
        check(Some([1.0, 1.0]), f64::midpoint(first, second));
        check(Some([0.5, 1.5]), f64::midpoint(0.5 * first, 1.5 * second));
    }

    const LOGITS: [[f32; 3]; 4] = [
        [0.3, -1.2, 2.0],
        [1.5, 0.1, -0.4],
        [-0.6, 0.8, 0.2],
        [0.0, 2.2, -1.0],
    ];
    const CLASSES: [i32; 4] = [0, 0, 2, 1];

    /// `PyTorch` 2.15 in 64 bits: `F.cross_entropy(tensor(LOGITS), tensor(CLASSES), ...)` with
    /// `label_smoothing = 0.1` and `weight = tensor([0.5, 1.0, 2.5])`. Its weights sum to 4.5 over these
    /// four examples, by which it divides: ours have mean 1 over them, so they are those times 4/4.5.
    #[test]
    fn smoothing_and_class_weights_are_pytorch_s() {
        let weights = [0.5, 1.0, 2.5].map(|weight: f32| weight * 4.0 / 4.5);
        for (smoothing, weights, expected) in [
            (0.0, None, 0.890_438_921_163_975_9),
            (0.1, None, 0.962_938_921_163_976),
            (0.0, Some(weights), 0.938_200_933_286_022_6),
            (0.1, Some(weights), 1.041_025_452_836_113_8),
        ] {
            let weights = weights.as_ref().map(<[f32; 3]>::as_slice);
            let loss = Loss::new(smoothing, weights, &Device::flex());
            let logits = Tensor::from_data(LOGITS, &Device::flex());
            let actual = value(loss.forward(logits, Target::Labels(labels(CLASSES, None))));
            assert!((actual - expected).abs() < 1e-6, "{actual}, not {expected}");
        }
    }

    /// `PyTorch` 2.15 in 64 bits: `0.7 * F.cross_entropy(x, y) + 0.3 * F.cross_entropy(x, y[[2, 0, 3, 1]])`,
    /// the second time with `label_smoothing = 0.1`.
    #[test]
    fn mixed_examples_have_mixed_losses() {
        for (smoothing, expected) in [
            (0.0, 0.882_938_921_163_975_5),
            (0.1, 0.956_188_921_163_975_9),
        ] {
            let target = Target::Mixed {
                share: 0.7,
                first: labels(CLASSES, None),
                second: Box::new(labels([2, 0, 1, 0], None)),
            };
            let logits = Tensor::from_data(LOGITS, &Device::flex());
            let actual = value(Loss::new(smoothing, None, &Device::flex()).forward(logits, target));
            assert!((actual - expected).abs() < 1e-6, "{actual}, not {expected}");
        }
    }
}
