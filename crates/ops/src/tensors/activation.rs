use std::f32::consts::FRAC_1_SQRT_2;

use burn::tensor::{Tensor, activation as stock};

use crate::Activation;

/// Applies an activation to every value.
///
/// Fused on the CPU, burn's own operations elsewhere.
#[must_use]
pub fn activation<const D: usize>(input: Tensor<D>, activation: Activation) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::is_host(&input.device()) {
        return fused::activation(input, activation);
    }
    match activation {
        Activation::Relu => stock::relu(input),
        Activation::Gelu => gelu(input),
        Activation::Tanh => stock::tanh(input),
        Activation::Silu => stock::silu(input),
    }
}

/// `x · (1 + erf(x/√2)) / 2`, of operations with exact derivatives.
///
/// `burn::tensor::activation::gelu` has the same values, but on GPUs the gradient of another function, the
/// approximation with tanh (burn 0.22.1): a network's gradients there are 4e-4 off in relative norm.
fn gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    let normal = input.clone().mul_scalar(FRAC_1_SQRT_2).erf();
    input * normal.mul_scalar(0.5).add_scalar(0.5)
}

#[cfg(feature = "flex")]
mod fused {
    use burn::{backend::TensorMetadata, tensor::Tensor};

    use crate::{
        Activation, activation_backward, activation_forward,
        tensors::flex::{
            Done, Primitive, from_plain, from_tracked, new, plain, record, recycle, recycle_input,
            tracked, values,
        },
    };

    pub(super) fn activation<const D: usize>(
        input: Tensor<D>,
        activation: Activation,
    ) -> Tensor<D> {
        let forward = |input: &Primitive| {
            let output = activation_forward(activation, &values(input));
            new(output, input.shape())
        };
        if !input.device().is_autodiff() {
            let input = plain(input);
            let output = forward(&input);
            recycle_input(input);
            return from_plain(output);
        }
        let (input, node) = tracked(input).into_parts();
        let output = forward(&input);
        let known = if activation.needs_output() {
            output.clone()
        } else {
            input
        };
        let done = Activated { activation, known };
        from_tracked(record([node], done, output))
    }

    #[derive(Clone, Debug)]
    struct Activated {
        activation: Activation,
        /// The output, or the input.
        known: Primitive,
    }

    impl Done for Activated {
        fn gradients(self, gradient: &Primitive, _: &[bool]) -> Vec<Option<Primitive>> {
            let of_input =
                activation_backward(self.activation, &values(&self.known), &values(gradient));
            let shape = self.known.shape();
            recycle(self.known);
            vec![Some(new(of_input, shape))]
        }
    }
}
