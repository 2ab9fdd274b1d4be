use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::elementary;

/// The nonlinearity between two layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
            Self::Relu => activation::relu(input),
            Self::Gelu => activation::gelu(input),
            Self::ElementaryGelu => elementary::gelu(input),
            Self::Tanh => activation::tanh(input),
            Self::Silu => activation::silu(input),
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
}
