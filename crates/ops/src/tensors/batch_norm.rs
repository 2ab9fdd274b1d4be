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
        return fused::train(input, gamma, beta, epsilon, has_relu);
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
        return fused::known(input, (gamma, beta), (mean, variance), epsilon, has_relu);
    }
    let output = module::batch_norm(input, gamma, beta, mean, variance, epsilon);
    nonlinear(output, has_relu)
}

#[cfg(feature = "flex")]
mod fused {
    use burn::{
        backend::{TensorMetadata, autodiff::ops::NodeGuard},
        tensor::Tensor,
    };

    use super::BatchNormed;
    use crate::{
        BatchNormDone, BatchNormShape, batch_norm_backward, batch_norm_forward, batch_norm_known,
        tensors::flex::{
            Done, Primitive, from_plain, from_tracked, new, plain, record, recycle, tracked, values,
        },
    };

    fn shape(input: &Primitive) -> BatchNormShape {
        let shape = input.shape();
        BatchNormShape {
            batch: shape[0],
            channels: shape[1],
            size: shape[2..].iter().product(),
        }
    }

    pub(super) fn train<const D: usize>(
        input: Tensor<D>,
        gamma: Tensor<1>,
        beta: Tensor<1>,
        epsilon: f64,
        has_relu: bool,
    ) -> BatchNormed<D> {
        let is_tracked = gamma.device().is_autodiff();
        let run = |input: &Primitive, gamma: &Primitive, beta: &Primitive| {
            let of = shape(input);
            let by = (&*values(gamma), &*values(beta));
            let done = batch_norm_forward(of, &values(input), by, epsilon as f32, has_relu);
            let output = new(done.output, input.shape());
            let figures = [done.mean, done.variance].map(|figure| new(figure, [of.channels]));
            (output, figures)
        };
        if !is_tracked {
            let (output, [mean, variance]) = run(&plain(input), &plain(gamma), &plain(beta));
            return BatchNormed {
                output: from_plain(output),
                mean: from_plain(mean),
                variance: from_plain(variance),
            };
        }
        let operands = Operands::of(input, gamma, beta);
        let (output, [mean, variance]) = run(&operands.input, &operands.gamma, &operands.beta);
        BatchNormed {
            mean: from_plain::<1>(mean.clone()).autodiff(),
            variance: from_plain::<1>(variance.clone()).autodiff(),
            output: operands.record(true, (mean, variance), epsilon, has_relu, output),
        }
    }

    pub(super) fn known<const D: usize>(
        input: Tensor<D>,
        (gamma, beta): (Tensor<1>, Tensor<1>),
        (mean, variance): (Tensor<1>, Tensor<1>),
        epsilon: f64,
        has_relu: bool,
    ) -> Tensor<D> {
        let is_tracked = gamma.device().is_autodiff();
        let [mean, variance] = [mean, variance].map(|figure| plain(figure.without_autodiff()));
        let run = |input: &Primitive, gamma: &Primitive, beta: &Primitive| {
            let output = batch_norm_known(
                shape(input),
                &values(input),
                (&values(gamma), &values(beta)),
                (&values(&mean), &values(&variance)),
                epsilon as f32,
                has_relu,
            );
            new(output, input.shape())
        };
        if !is_tracked {
            return from_plain(run(&plain(input), &plain(gamma), &plain(beta)));
        }
        let operands = Operands::of(input, gamma, beta);
        let output = run(&operands.input, &operands.gamma, &operands.beta);
        operands.record(false, (mean, variance), epsilon, has_relu, output)
    }

    /// What gradients are asked for.
    struct Operands {
        input: Primitive,
        gamma: Primitive,
        beta: Primitive,
        nodes: [NodeGuard; 3],
    }

    impl Operands {
        fn of<const D: usize>(input: Tensor<D>, gamma: Tensor<1>, beta: Tensor<1>) -> Self {
            let (input, input_node) = tracked(input).into_parts();
            let (gamma, gamma_node) = tracked(gamma).into_parts();
            let (beta, beta_node) = tracked(beta).into_parts();
            Self {
                input,
                gamma,
                beta,
                nodes: [input_node, gamma_node, beta_node],
            }
        }

        fn record<const D: usize>(
            self,
            is_own: bool,
            (mean, variance): (Primitive, Primitive),
            epsilon: f64,
            has_relu: bool,
            output: Primitive,
        ) -> Tensor<D> {
            let done = BatchNorm {
                is_own,
                input: self.input,
                gamma: self.gamma,
                mean,
                variance,
                epsilon: epsilon as f32,
                output_of_relu: has_relu.then(|| output.clone()),
            };
            from_tracked(record(self.nodes, done, output))
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
            let of = shape(&self.input);
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
            vec![
                Some(new(gradients.input, shape)),
                Some(new(gradients.gamma, [of.channels])),
                Some(new(gradients.beta, [of.channels])),
            ]
        }
    }
}
