use burn::tensor::{Int, Tensor, activation::log_softmax};

/// Mean cross-entropy of a batch, in nats, `[1]`: [`crate::cross_entropy()`] tells the formula.
///
/// Fused on the CPU, burn's own operations elsewhere.
///
/// # Shapes
///
/// - logits: `[batch, n_classes]`
/// - labels: `[batch]`, indices of classes
/// - class weights: `[1, n_classes]`
/// - example weights: `[batch]`
#[must_use]
pub fn cross_entropy(
    logits: Tensor<2>,
    labels: Tensor<1, Int>,
    smoothing: f64,
    class_weights: Option<Tensor<2>>,
    example_weights: Option<Tensor<1>>,
) -> Tensor<1> {
    #[cfg(feature = "flex")]
    if super::is_host(&logits.device()) {
        return fused::cross_entropy(logits, labels, smoothing, class_weights, example_weights);
    }
    let mut of_class = log_softmax(logits, 1); // [batch, n_classes]
    if let Some(weights) = class_weights {
        of_class = of_class * weights;
    }
    let mut log = of_class.clone().gather(1, labels.unsqueeze_dim(1)); // [batch, 1]
    if smoothing > 0.0 {
        let smooth = of_class.mean_dim(1); // [batch, 1]
        log = log * (1.0 - smoothing) + smooth * smoothing;
    }
    let log = log.squeeze_dim::<1>(1); // [batch]
    match example_weights {
        Some(weights) => (log * weights).mean().neg(),
        None => log.mean().neg(),
    }
}

#[cfg(feature = "flex")]
mod fused {
    use burn::tensor::{Int, Tensor};

    use crate::{
        CrossEntropyTarget,
        tensors::flex::{
            Done, Primitive, from_plain, from_tracked, new, plain, record, tracked, values,
        },
    };

    pub(super) fn cross_entropy(
        logits: Tensor<2>,
        labels: Tensor<1, Int>,
        smoothing: f64,
        class_weights: Option<Tensor<2>>,
        example_weights: Option<Tensor<1>>,
    ) -> Tensor<1> {
        let dims = logits.dims();
        let labels: Vec<i64> = labels.into_data().iter().collect();
        let labels: Vec<usize> = labels.into_iter().map(|label| label as usize).collect();
        let class_weights = class_weights.map(|weights| plain(weights.without_autodiff()));
        let example_weights = example_weights.map(|weights| plain(weights.without_autodiff()));
        let class_weights = class_weights.as_ref().map(values);
        let example_weights = example_weights.as_ref().map(values);
        let target = CrossEntropyTarget {
            labels: &labels,
            smoothing: smoothing as f32,
            class_weights: class_weights.as_deref(),
            example_weights: example_weights.as_deref(),
        };
        if !logits.device().is_autodiff() {
            let (loss, _) = crate::cross_entropy(&values(&plain(logits)), dims[1], target);
            return from_plain(new(vec![loss], [1]));
        }
        let (logits, node) = tracked(logits).into_parts();
        let (loss, gradient) = crate::cross_entropy(&values(&logits), dims[1], target);
        let done = CrossEntropy(new(gradient, dims));
        from_tracked(record([node], done, new(vec![loss], [1])))
    }

    /// The gradient of the loss by the logits.
    #[derive(Clone, Debug)]
    struct CrossEntropy(Primitive);

    impl Done for CrossEntropy {
        fn gradients(self, gradient: &Primitive, _: &[bool]) -> Vec<Option<Primitive>> {
            let factor = values(gradient)[0];
            let by_logits = values(&self.0).iter().map(|value| value * factor).collect();
            vec![Some(new(
                by_logits,
                burn::backend::TensorMetadata::shape(&self.0),
            ))]
        }
    }
}
