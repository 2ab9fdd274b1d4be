use burn::tensor::{Tensor, module::conv2d, ops::ConvOptions};

use super::nonlinear;

/// What a convolution does beside its product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvStep {
    /// Step of the kernel, in pixels.
    pub stride: usize,
    /// Border of zeros around the input, in pixels.
    pub padding: usize,
    /// Whether `ReLU` follows.
    pub has_relu: bool,
    /// Side of the windows of maximum pooling behind that, and their step; 1 for none.
    pub max_pool: usize,
}

/// A convolution with a square kernel, with `ReLU` and maximum pooling behind it or not.
///
/// Fused on the CPU, burn's own operations elsewhere.
///
/// # Shapes
///
/// - input: `[batch, c_in, height, width]`
/// - weight: `[c_out, c_in, kernel, kernel]`
/// - bias: `[c_out]`
/// - output: `[batch, c_out, height_out, width_out]`
///
/// # Panics
/// If the kernel is not square, or it or the pool is larger than what it is laid on.
#[must_use]
pub fn conv(
    input: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    options: ConvStep,
) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if super::is_host(&weight.device()) {
        return fused::conv(input, weight, bias, options);
    }
    let ConvStep {
        stride,
        padding,
        has_relu,
        max_pool,
    } = options;
    let stock = ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1);
    let output = nonlinear(conv2d(input, weight, bias, stock), has_relu);
    if max_pool > 1 {
        super::pool(output, max_pool, super::Pooling::Max)
    } else {
        output
    }
}

#[cfg(feature = "flex")]
mod fused {
    use std::sync::Arc;

    use burn::{backend::TensorMetadata, tensor::Tensor};

    use super::ConvStep;
    use crate::{
        ConvShape, conv_backward, conv_forward,
        tensors::flex::{
            Done, Primitive, from_plain, from_tracked, new, plain, record, recycle, recycle_input,
            tracked, values,
        },
    };

    pub(super) fn conv(
        input: Tensor<4>,
        weight: Tensor<4>,
        bias: Option<Tensor<1>>,
        options: ConvStep,
    ) -> Tensor<4> {
        let shape = shape(input.dims(), weight.dims(), options);
        let relu = options.has_relu;
        if !weight.device().is_autodiff() {
            let bias = bias.map(plain);
            let input = plain(input);
            let (output, _) = forward(shape, &input, &plain(weight), bias.as_ref(), relu);
            recycle_input(input);
            return from_plain(output);
        }
        let (input, input_node) = tracked(input).into_parts();
        let (weight, weight_node) = tracked(weight).into_parts();
        let (bias, bias_node) = bias.map(|bias| tracked(bias).into_parts()).unzip();
        let (output, places) = forward(shape, &input, &weight, bias.as_ref(), relu);
        let done = Conv {
            shape,
            input,
            weight,
            output_of_relu: relu.then(|| output.clone()),
            places: places.into(),
        };
        from_tracked(match bias_node {
            Some(bias) => record([input_node, weight_node, bias], done, output),
            None => record([input_node, weight_node], done, output),
        })
    }

    #[derive(Clone, Debug)]
    struct Conv {
        shape: ConvShape,
        input: Primitive,
        weight: Primitive,
        output_of_relu: Option<Primitive>,
        places: Arc<[u16]>,
    }

    fn shape(input: [usize; 4], weight: [usize; 4], options: ConvStep) -> ConvShape {
        let [batch, c_in, height, width] = input;
        let [c_out, weight_in, kernel, kernel_width] = weight;
        assert_eq!(
            (c_in, kernel),
            (weight_in, kernel_width),
            "{input:?}, {weight:?}"
        );
        ConvShape {
            batch,
            c_in,
            height,
            width,
            c_out,
            kernel,
            stride: options.stride,
            padding: options.padding,
            pool: options.max_pool.max(1),
        }
    }

    fn forward(
        shape: ConvShape,
        input: &Primitive,
        weight: &Primitive,
        bias: Option<&Primitive>,
        has_relu: bool,
    ) -> (Primitive, Vec<u16>) {
        let bias = bias.map(values);
        let output = conv_forward(
            shape,
            &values(input),
            &values(weight),
            bias.as_deref(),
            has_relu,
        );
        let [height, width] = shape.output();
        (
            new(output.values, [shape.batch, shape.c_out, height, width]),
            output.places,
        )
    }

    impl Done for Conv {
        fn gradients(self, gradient: &Primitive, is_asked: &[bool]) -> Vec<Option<Primitive>> {
            let output = self.output_of_relu.as_ref().map(values);
            let gradients = conv_backward(
                self.shape,
                &values(&self.input),
                &values(&self.weight),
                output.as_deref(),
                &self.places,
                &values(gradient),
                is_asked[0],
            );
            drop(output);
            let of = self.input.shape();
            let used = [Some(self.input), self.output_of_relu];
            used.into_iter().flatten().for_each(recycle);
            vec![
                gradients.input.map(|values| new(values, of)),
                Some(new(gradients.weight, self.weight.shape())),
                Some(new(gradients.bias, [self.shape.c_out])),
            ]
        }
    }
}
