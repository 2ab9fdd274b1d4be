use burn::tensor::{Tensor, module};

use super::nonlinear;

/// What is normalized by its own mean and variance.
pub struct BatchNormed<const D: usize> {
    /// `[batch, channels, ...]`.
    pub output: Tensor<D>,
    /// `[channels]`, of the batch; without a gradient.
    pub mean: Tensor<1>,
    /// `[channels]`, of the batch, biased; without a gradient.
    pub variance: Tensor<1>,
}

/// Normalizes a batch by its own mean and variance, with `ReLU` behind it or not: [`crate::batch_norm_forward`].
///
/// Fused on the CPU, burn's own operations elsewhere.
///
/// # Shapes
///
/// - input, output: `[batch, channels, ...]`
/// - gamma, beta: `[channels]`
#[must_use]
pub fn batch_norm_train<const D: usize>(
    input: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    has_relu: bool,
) -> BatchNormed<D> {
    #[cfg(feature = "flex")]
    if super::is_host(&gamma.device()) {
        return fused::batch_norm(input, (gamma, beta), None, epsilon, has_relu);
    }
    let normed = module::batch_norm_train(input, gamma, beta, epsilon);
    BatchNormed {
        output: nonlinear(normed.output, has_relu),
        mean: normed.mean.detach(),
        variance: normed.variance.detach(),
    }
}

/// Normalizes a batch by a mean and a variance that are known, with `ReLU` behind it or not.
///
/// Fused on the CPU, burn's own operations elsewhere. Mean and variance get no gradient.
///
/// # Shapes
///
/// - input, output: `[batch, channels, ...]`
/// - gamma, beta, mean, variance: `[channels]`
#[must_use]
pub fn batch_norm_known<const D: usize>(
    input: Tensor<D>,
    (gamma, beta): (Tensor<1>, Tensor<1>),
    (mean, variance): (Tensor<1>, Tensor<1>),
    epsilon: f64,
    has_relu: bool,
) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::is_host(&gamma.device()) {
        let known = Some((mean, variance));
        return fused::batch_norm(input, (gamma, beta), known, epsilon, has_relu).output;
    }
    let output = module::batch_norm(input, gamma, beta, mean, variance, epsilon);
    nonlinear(output, has_relu)
}

#[cfg(feature = "flex")]
mod fused {
    use burn::{backend::TensorMetadata, tensor::Tensor};

    use super::BatchNormed;
    use crate::{
        BatchNormDone, batch_norm_backward, batch_norm_forward, batch_norm_known,
        tensors::flex::{
            Done, Primitive, from_plain, from_tracked, new, norm_gradients, norm_shape, plain,
            record, recycle, recycle_input, tracked, values,
        },
    };

    /// By a mean and a variance that are known, or else by the batch's own.
    pub(super) fn batch_norm<const D: usize>(
        input: Tensor<D>,
        (gamma, beta): (Tensor<1>, Tensor<1>),
        known: Option<(Tensor<1>, Tensor<1>)>,
        epsilon: f64,
        has_relu: bool,
    ) -> BatchNormed<D> {
        let is_own = known.is_none();
        let known = known.map(|(mean, variance)| {
            let [mean, variance] = [mean, variance].map(Tensor::without_autodiff).map(plain);
            (mean, variance)
        });
        let epsilon = epsilon as f32;
        let run = |input: &Primitive, gamma: &Primitive, beta: &Primitive| {
            let of = norm_shape(input);
            let by = (&*values(gamma), &*values(beta));
            if let Some((mean, variance)) = known {
                let known = (&*values(&mean), &*values(&variance));
                let output = batch_norm_known(of, &values(input), by, known, epsilon, has_relu);
                return (new(output, input.shape()), mean, variance);
            }
            let done = batch_norm_forward(of, &values(input), by, epsilon, has_relu);
            let [mean, variance] =
                [done.mean, done.variance].map(|figure| new(figure, [of.channels]));
            (new(done.output, input.shape()), mean, variance)
        };
        if !gamma.device().is_autodiff() {
            let input = plain(input);
            let (output, mean, variance) = run(&input, &plain(gamma), &plain(beta));
            recycle_input(input);
            return BatchNormed {
                output: from_plain(output),
                mean: from_plain(mean),
                variance: from_plain(variance),
            };
        }
        let (input, input_node) = tracked(input).into_parts();
        let (gamma, gamma_node) = tracked(gamma).into_parts();
        let (beta, beta_node) = tracked(beta).into_parts();
        let (output, mean, variance) = run(&input, &gamma, &beta);
        let done = BatchNorm {
            is_own,
            input,
            gamma,
            mean: mean.clone(),
            variance: variance.clone(),
            epsilon,
            output_of_relu: has_relu.then(|| output.clone()),
        };
        BatchNormed {
            output: from_tracked(record([input_node, gamma_node, beta_node], done, output)),
            mean: from_plain::<1>(mean).autodiff(),
            variance: from_plain::<1>(variance).autodiff(),
        }
    }

    #[derive(Clone, Debug)]
    struct BatchNorm {
        is_own: bool,
        input: Primitive,
        gamma: Primitive,
        mean: Primitive,
        variance: Primitive,
        epsilon: f32,
        output_of_relu: Option<Primitive>,
    }

    impl Done for BatchNorm {
        fn gradients(self, gradient: &Primitive, _: &[bool]) -> Vec<Option<Primitive>> {
            let of = norm_shape(&self.input);
            let output = self.output_of_relu.as_ref().map(values);
            let done = BatchNormDone {
                is_own: self.is_own,
                input: &values(&self.input),
                gamma: &values(&self.gamma),
                mean: &values(&self.mean),
                variance: &values(&self.variance),
                epsilon: self.epsilon,
                output_of_relu: output.as_deref(),
            };
            let gradients = batch_norm_backward(of, done, &values(gradient));
            drop(output);
            let shape = self.input.shape();
            let used = [Some(self.input), self.output_of_relu];
            used.into_iter().flatten().for_each(recycle);
            norm_gradients(shape, gradients)
        }
    }
}
