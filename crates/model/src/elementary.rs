use burn::tensor::Tensor;

use crate::{Activation, Model};

/// The coefficients p and a₁ … a₅ of formula 7.1.26 for the error function in Abramowitz and Stegun,
/// Handbook of Mathematical Functions (1964), whose error is below 1.5e-7.
const P: f64 = 0.327_591_1;
const A: [f64; 5] = [
    0.254_829_592,
    -0.284_496_736,
    1.421_413_741,
    -1.453_152_027,
    1.061_405_429,
];

impl Model {
    /// The same network, made of operations that formats for exchanging networks know: sums, products,
    /// quotients, exponentials. It is for recording, not for training.
    ///
    /// Of all layers only GELU has to be put together anew; its outputs x agree within 1e-7 · |x|.
    #[must_use]
    pub fn elementary(mut self) -> Self {
        self.activation = self.activation.elementary();
        for block in &mut self.blocks {
            block.activation = block.activation.elementary();
        }
        self
    }
}

impl Activation {
    fn elementary(self) -> Self {
        match self {
            Self::Gelu => Self::ElementaryGelu,
            other => other,
        }
    }
}

/// `x · Φ(x) = (x + |x| · erf(|x| / √2)) / 2`; both factors of the second term are odd without the bars.
pub(crate) fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let size = x.clone().abs();
    let z = size.clone() * std::f64::consts::FRAC_1_SQRT_2;
    // erf(z) = 1 - (a₁ t + … + a₅ t⁵) · exp(-z²) with t = 1 / (1 + p z), for z ≥ 0
    let one = z.clone() * 0.0 + 1.0; // burn's ONNX export knows no reciprocal, and no ones of an open shape
    let t = one / (z.clone() * P + 1.0);
    let [first, rest @ ..] = A;
    let mut power = t.clone();
    let mut sum = t.clone() * first;
    for a in rest {
        power = power * t.clone();
        sum = sum + power.clone() * a;
    }
    let erf = -(sum * (-(z.clone() * z)).exp()) + 1.0;
    (x + size * erf) / 2.0
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tolerance, activation};

    use super::*;

    /// Against burn's own GELU, which computes the error function directly. 2e-6 is the formula's 1.5e-7
    /// times |x| / 2 = 5, and rounding.
    #[test]
    fn it_is_the_same_function() {
        let points: Vec<f32> = (-1000..=1000).map(|i| i as f32 / 100.0).collect();
        let x = Tensor::<1>::from_data(points.as_slice(), &Device::flex());
        gelu(x.clone())
            .into_data()
            .assert_approx_eq::<f32>(&activation::gelu(x).into_data(), Tolerance::absolute(2e-6));
    }
}
