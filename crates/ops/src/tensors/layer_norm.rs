use burn::tensor::Tensor;

use super::nonlinear;

/// Normalizes each example by its own mean and variance, with `ReLU` behind it or not: [`crate::layer_norm_forward`].
///
/// Fused on the CPU, burn's own operations elsewhere.
///
/// # Shapes
///
/// - input, output: `[batch, channels, ...]`
/// - gamma, beta: `[channels]`
#[must_use]
pub fn layer_norm<const D: usize>(
    input: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    has_relu: bool,
) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::is_host(&gamma.device()) {
        return fused::layer_norm(input, (gamma, beta), epsilon, has_relu);
    }
    let mean = mean_per_example(input.clone());
    let centered = input - mean;
    let variance = mean_per_example(centered.clone() * centered.clone());
    let normalized = centered / (variance + epsilon).sqrt();
    let mut per_channel = [1; D];
    per_channel[1] = gamma.dims()[0];
    let output = normalized * gamma.reshape(per_channel) + beta.reshape(per_channel);
    nonlinear(output, has_relu)
}

/// `[batch, ...]` → `[batch, 1, ...]`.
///
/// Sums and a quotient, axis by axis, because burn's ONNX export knows no mean and can't follow all changes
/// of shape.
fn mean_per_example<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    let n_values: usize = input.dims()[1..].iter().product();
    let sum = (1..D).rev().fold(input, Tensor::sum_dim);
    sum / n_values as f64
}

#[cfg(feature = "flex")]
mod fused {
    use std::sync::Arc;

    use burn::{backend::TensorMetadata, tensor::Tensor};

    use crate::{
        LayerNormDone, layer_norm_backward, layer_norm_forward,
        tensors::flex::{
            Done, Primitive, from_plain, from_tracked, new, norm_gradients, norm_shape, plain,
            record, recycle, recycle_input, tracked, values,
        },
    };

    pub(super) fn layer_norm<const D: usize>(
        input: Tensor<D>,
        (gamma, beta): (Tensor<1>, Tensor<1>),
        epsilon: f64,
        has_relu: bool,
    ) -> Tensor<D> {
        let run = |input: &Primitive, gamma: &Primitive, beta: &Primitive| {
            let by = (&*values(gamma), &*values(beta));
            let done = layer_norm_forward(
                norm_shape(input),
                &values(input),
                by,
                epsilon as f32,
                has_relu,
            );
            (new(done.output, input.shape()), done.mean, done.scale)
        };
        if !gamma.device().is_autodiff() {
            let input = plain(input);
            let (output, ..) = run(&input, &plain(gamma), &plain(beta));
            recycle_input(input);
            return from_plain(output);
        }
        let (input, input_node) = tracked(input).into_parts();
        let (gamma, gamma_node) = tracked(gamma).into_parts();
        let (beta, beta_node) = tracked(beta).into_parts();
        let (output, mean, scale) = run(&input, &gamma, &beta);
        let done = LayerNorm {
            input,
            gamma,
            mean: mean.into(),
            scale: scale.into(),
            output_of_relu: has_relu.then(|| output.clone()),
        };
        from_tracked(record([input_node, gamma_node, beta_node], done, output))
    }

    #[derive(Clone, Debug)]
    struct LayerNorm {
        input: Primitive,
        gamma: Primitive,
        /// Of each example, as is the next.
        mean: Arc<[f32]>,
        scale: Arc<[f32]>,
        output_of_relu: Option<Primitive>,
    }

    impl Done for LayerNorm {
        fn gradients(self, gradient: &Primitive, _: &[bool]) -> Vec<Option<Primitive>> {
            let of = norm_shape(&self.input);
            let output = self.output_of_relu.as_ref().map(values);
            let done = LayerNormDone {
                input: &values(&self.input),
                gamma: &values(&self.gamma),
                mean: &self.mean,
                scale: &self.scale,
                output_of_relu: output.as_deref(),
            };
            let gradients = layer_norm_backward(of, done, &values(gradient));
            drop(output);
            let shape = self.input.shape();
            let used = [Some(self.input), self.output_of_relu];
            used.into_iter().flatten().for_each(recycle);
            norm_gradients(shape, gradients)
        }
    }
}
