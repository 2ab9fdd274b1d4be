use burn::tensor::Tensor;
use plumb_ops::{Activation as Fused, tensors::activation};
use serde::{Deserialize, Serialize};

use crate::elementary;

/// The nonlinearity between two layers.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(0, x)`.
    #[default]
    Relu,
    /// `x · Φ(x)`, with the Gaussian distribution function.
    Gelu,
    /// The hyperbolic tangent.
    Tanh,
    /// `x · sigmoid(x)`.
    Silu,
    /// [`Self::Gelu`] put together from simpler functions, for [`Model::elementary`](crate::Model::elementary).
    #[serde(skip)]
    ElementaryGelu,
}

impl Activation {
    /// Applies the function to every element.
    #[must_use]
    pub fn forward<const D: usize>(self, input: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Relu => activation(input, Fused::Relu),
            Self::Gelu => activation(input, Fused::Gelu),
            Self::ElementaryGelu => elementary::gelu(input),
            Self::Tanh => activation(input, Fused::Tanh),
            Self::Silu => activation(input, Fused::Silu),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tolerance};

    use super::*;

    /// Values at 1: 1, Φ(1) = 0.8413447, tanh 1 = 0.7615942, sigmoid 1 = 0.7310586; at -1 their
    /// counterparts. From tables of the normal distribution and of tanh.
    #[test]
    fn known_values() {
        let device = Device::flex();
        for (function, expected) in [
            (Activation::Relu, [0.0, 0.0, 1.0]),
            (Activation::Gelu, [-0.158_655_3, 0.0, 0.841_344_7]),
            (Activation::Tanh, [-0.761_594_2, 0.0, 0.761_594_2]),
            (Activation::Silu, [-0.268_941_4, 0.0, 0.731_058_6]),
        ] {
            let output = function.forward(Tensor::<1>::from_data([-1.0, 0.0, 1.0], &device));
            output
                .into_data()
                .assert_approx_eq::<f32>(&expected.into(), Tolerance::absolute(1e-6));
        }
    }

    /// The derivative of GELU is `Φ(x) + x·φ(x)`, with φ(1) = 0.2419707: 0.8413447 + 0.2419707 at 1,
    /// 1/2 at 0, 0.1586553 - 0.2419707 at -1. Of tanh it is `1 - tanh²`: 1 - 0.7615942² = 0.4199743.
    #[test]
    fn known_gradients() {
        let device = Device::flex().autodiff();
        for (function, expected) in [
            (Activation::Gelu, [-0.083_315_4, 0.5, 1.083_315_4]),
            (Activation::Tanh, [0.419_974_3, 1.0, 0.419_974_3]),
        ] {
            let input = Tensor::<1>::from_data([-1.0, 0.0, 1.0], &device).require_grad();
            let gradients = function.forward(input.clone()).sum().backward();
            let gradient = input.grad(&gradients).unwrap();
            gradient
                .into_data()
                .assert_approx_eq::<f32>(&expected.into(), Tolerance::absolute(1e-6));
        }
    }
}
