//! The loss that training minimizes.

use burn::{
    nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig},
    tensor::{Device, Int, Tensor, activation::log_softmax},
};

/// Mean cross-entropy of a batch, in nats, with examples that may weigh more or less than others.
pub(crate) struct CrossEntropy {
    plain: CrossEntropyLoss,
}

impl CrossEntropy {
    pub(crate) fn new(device: &Device) -> Self {
        Self {
            plain: CrossEntropyLossConfig::new().init(device),
        }
    }

    /// `mean(wᵢ · −ln pᵢ)` over the batch. The weights have mean 1 over the whole set, not over the
    /// batch: so the gradient's expectation is that of the weighted loss, whatever a batch holds.
    ///
    /// # Shapes
    /// - logits: `[batch, n_classes]`
    /// - labels, weights: `[batch]`
    /// - the loss: `[1]`
    pub(crate) fn forward(
        &self,
        logits: Tensor<2>,
        labels: Tensor<1, Int>,
        weights: Option<Tensor<1>>,
    ) -> Tensor<1> {
        let Some(weights) = weights else {
            return self.plain.forward(logits, labels);
        };
        let of_label = log_softmax(logits, 1).gather(1, labels.unsqueeze_dim(1)); // [batch, 1]
        (of_label.squeeze_dim::<1>(1) * weights).mean().neg()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Softmax of (0, ln 3) is (1/4, 3/4): the losses of labels 0 and 1 are ln 4 and ln 4 − ln 3.
    #[test]
    fn weights_multiply_each_example_s_loss() {
        let device = Device::flex();
        let check = |weights: Option<[f32; 2]>, expected: f32| {
            let ln_3 = 3f32.ln();
            let logits = Tensor::from_data([[0.0, ln_3], [0.0, ln_3]], &device);
            let labels = Tensor::from_data([0, 1], &device);
            let as_tensor = weights.map(|weights| Tensor::from_data(weights, &device));
            let loss = CrossEntropy::new(&device).forward(logits, labels, as_tensor);
            let loss: f32 = loss.try_into_scalar().unwrap();
            assert!((loss - expected).abs() < 1e-6, "{loss} for {weights:?}");
        };
        let (first, second) = (4f32.ln(), 4f32.ln() - 3f32.ln());
        check(None, f32::midpoint(first, second));
        check(Some([1.0, 1.0]), f32::midpoint(first, second));
        check(Some([0.5, 1.5]), f32::midpoint(0.5 * first, 1.5 * second));
    }
}
