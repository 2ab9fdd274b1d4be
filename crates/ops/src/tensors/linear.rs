use burn::tensor::{Tensor, module};

use super::nonlinear;

/// A fully connected layer, with `ReLU` behind it or not.
///
/// Fused on the CPU, burn's own operations elsewhere.
///
/// # Shapes
///
/// - input: `[batch, n_in]`
/// - weight: `[n_in, n_out]`
/// - bias: `[n_out]`
/// - output: `[batch, n_out]`
#[must_use]
pub fn linear(
    input: Tensor<2>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    has_relu: bool,
) -> Tensor<2> {
    #[cfg(feature = "flex")]
    if super::is_host(&weight.device()) {
        return fused::linear(input, weight, bias, has_relu);
    }
    nonlinear(module::linear(input, weight, bias), has_relu)
}

#[cfg(feature = "flex")]
mod fused {
    use burn::{backend::TensorMetadata, tensor::Tensor};

    use crate::{
        LinearShape, linear_backward, linear_forward,
        tensors::flex::{
            Done, Primitive, from_plain, from_tracked, new, plain, record, recycle, recycle_input,
            tracked, values,
        },
    };

    pub(super) fn linear(
        input: Tensor<2>,
        weight: Tensor<2>,
        bias: Option<Tensor<1>>,
        has_relu: bool,
    ) -> Tensor<2> {
        if !weight.device().is_autodiff() {
            let (input, bias) = (plain(input), bias.map(plain));
            let output = forward(&input, &plain(weight), bias.as_ref(), has_relu);
            recycle_input(input);
            return from_plain(output);
        }
        let (input, input_node) = tracked(input).into_parts();
        let (weight, weight_node) = tracked(weight).into_parts();
        let (bias, bias_node) = bias.map(|bias| tracked(bias).into_parts()).unzip();
        let output = forward(&input, &weight, bias.as_ref(), has_relu);
        let done = Linear {
            input,
            weight,
            output_of_relu: has_relu.then(|| output.clone()),
        };
        from_tracked(match bias_node {
            Some(bias) => record([input_node, weight_node, bias], done, output),
            None => record([input_node, weight_node], done, output),
        })
    }

    #[derive(Clone, Debug)]
    struct Linear {
        input: Primitive,
        weight: Primitive,
        output_of_relu: Option<Primitive>,
    }

    fn shape(input: &Primitive, weight: &Primitive) -> LinearShape {
        let (input, weight) = (input.shape(), weight.shape());
        LinearShape {
            batch: input[0],
            n_in: weight[0],
            n_out: weight[1],
        }
    }

    fn forward(
        input: &Primitive,
        weight: &Primitive,
        bias: Option<&Primitive>,
        has_relu: bool,
    ) -> Primitive {
        let shape = shape(input, weight);
        let bias = bias.map(values);
        let output = linear_forward(
            shape,
            &values(input),
            &values(weight),
            bias.as_deref(),
            has_relu,
        );
        new(output, [shape.batch, shape.n_out])
    }

    impl Done for Linear {
        fn gradients(self, gradient: &Primitive, is_asked: &[bool]) -> Vec<Option<Primitive>> {
            let shape = shape(&self.input, &self.weight);
            let output = self.output_of_relu.as_ref().map(values);
            let gradients = linear_backward(
                shape,
                &values(&self.input),
                &values(&self.weight),
                output.as_deref(),
                &values(gradient),
                is_asked[0],
            );
            drop(output);
            let used = [Some(self.input), self.output_of_relu];
            used.into_iter().flatten().for_each(recycle);
            vec![
                gradients
                    .input
                    .map(|values| new(values, [shape.batch, shape.n_in])),
                Some(new(gradients.weight, [shape.n_in, shape.n_out])),
                Some(new(gradients.bias, [shape.n_out])),
            ]
        }
    }
}
