//! Gradient clipping by the global norm.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::Tensor,
};

/// Against a division by zero, as in `PyTorch`.
const EPSILON: f64 = 1e-6;

/// Scales the gradients of all parameters so that their norm, as one long vector, is at most `max_norm`:
/// by `max_norm / (norm + 1e-6)` where that is below 1, as `torch.nn.utils.clip_grad_norm_` does.
/// Without `max_norm` they stay as they are.
///
/// Returns beside them a number of shape `[1]` that is not finite if any gradient is not. It stays on the
/// device, so that a step costs no synchronization. It is the norm before clipping; without `max_norm`
/// the plain sum, which takes one pass over the gradients instead of two. Where it overflows (single
/// gradients beyond 1e19, whose squares exceed 32 bits) finite gradients count as not finite, too.
///
/// A parameter without a gradient, as a frozen one is, adds nothing.
pub(crate) fn clip<M: Module>(
    gradients: GradientsParams,
    model: &M,
    max_norm: Option<f64>,
) -> (GradientsParams, Tensor<1>) {
    let mut sums = Sums {
        gradients: &gradients,
        of_squares: max_norm.is_some(),
        per_parameter: Vec::new(),
    };
    model.visit(&mut sums);
    let total = Tensor::cat(sums.per_parameter, 0).sum(); // [1]
    let Some(max_norm) = max_norm else {
        return (gradients, total);
    };
    let norm = total.sqrt();
    let factor = ((norm.clone() + EPSILON).recip() * max_norm).clamp_max(1.0);
    let mut scale = Scale { gradients, factor };
    model.visit(&mut scale);
    (scale.gradients, norm)
}

/// Sums the gradients of each parameter, or their squares.
struct Sums<'a> {
    gradients: &'a GradientsParams,
    of_squares: bool,
    /// `[1]` each.
    per_parameter: Vec<Tensor<1>>,
}

impl ModuleVisitor for Sums<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let sum = match self.gradients.get::<D>(param.id) {
            Some(gradient) if self.of_squares => sum(gradient.square()),
            Some(gradient) => sum(gradient),
            None => Tensor::zeros([1], &param.val().device()).without_autodiff(),
        };
        self.per_parameter.push(sum);
    }
}

/// The sum of all values, `[1]`, axis by axis: the CPU backend's sum of a whole tensor adds in no fixed
/// order from 4,194,304 values on, so that two equal runs would differ.
fn sum<const D: usize>(mut tensor: Tensor<D>) -> Tensor<1> {
    for axis in (0..D).rev() {
        tensor = tensor.sum_dim(axis);
    }
    tensor.reshape([1])
}

/// Multiplies all gradients by a factor, `[1]`.
struct Scale {
    gradients: GradientsParams,
    factor: Tensor<1>,
}

impl ModuleVisitor for Scale {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            let scaled = gradient * self.factor.clone().reshape([1; D]);
            self.gradients.register(param.id, scaled);
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::{
        nn::{Linear, LinearConfig},
        tensor::{Device, Distribution},
    };

    use super::*;

    const MATRIX: [[f32; 3]; 2] = [[0.5, -1.25, 2.0], [-0.75, 1.5, 0.25]];

    const PYTORCH_NORM: f64 = 4.351_723_796_382_302;
    const PYTORCH_CLIPPED_TO_1: [f64; 9] = [
        0.114_896_971_521_651_03,
        -0.287_242_428_804_127_6,
        0.459_587_886_086_604_1,
        -0.172_345_457_282_476_55,
        0.344_690_914_564_953_1,
        0.057_448_485_760_825_514,
        0.689_381_829_129_906_2,
        -0.114_896_971_521_651_03,
        0.229_793_943_043_302_06,
    ];

    /// Clips the gradients of a layer and returns them, the matrix's before the bias's, and the measure.
    fn clipped(bias: [f32; 3], max_norm: Option<f64>) -> (Vec<f32>, f32) {
        let device = Device::flex();
        let layer: Linear = LinearConfig::new(2, 3).init(&device.clone().autodiff());
        let of_bias = layer.bias.as_ref().unwrap().id;
        let mut gradients = GradientsParams::new();
        gradients.register(layer.weight.id, Tensor::<2>::from_data(MATRIX, &device));
        gradients.register(of_bias, Tensor::<1>::from_data(bias, &device));
        let (gradients, measure) = clip(gradients, &layer, max_norm);
        let mut values: Vec<f32> = gradients
            .get::<2>(layer.weight.id)
            .unwrap()
            .try_into_vec_as()
            .unwrap();
        let bias = gradients.get::<1>(of_bias).unwrap();
        values.extend(bias.try_into_vec_as::<f32>().unwrap());
        (values, measure.try_into_scalar().unwrap())
    }

    /// PyTorch 2.15 in 64 bits: `m, b = tensor(MATRIX), tensor([3.0, -0.5, 1.0])` as gradients,
    /// `clip_grad_norm_([m, b], max_norm)`. By hand the norm is √18.9375.
    #[test]
    fn the_norm_is_that_of_all_parameters_as_in_pytorch() {
        let bias = [3.0, -0.5, 1.0];
        let expected = [
            (1.0, PYTORCH_CLIPPED_TO_1),
            (5.0, [0.5, -1.25, 2.0, -0.75, 1.5, 0.25, 3.0, -0.5, 1.0]),
        ];
        for (max_norm, expected) in expected {
            let (actual, norm) = clipped(bias, Some(max_norm));
            assert!((f64::from(norm) - PYTORCH_NORM).abs() < 1e-6 * PYTORCH_NORM);
            for (actual, expected) in actual.iter().zip(expected) {
                let off = (f64::from(*actual) - expected).abs();
                assert!(off <= 1e-6 * expected.abs(), "{actual}, not {expected}");
            }
        }
    }

    /// By hand: the nine gradients sum to 5.75.
    #[test]
    fn without_a_norm_nothing_changes_and_the_sum_is_returned() {
        let (values, sum) = clipped([3.0, -0.5, 1.0], None);
        assert_eq!(values, [0.5, -1.25, 2.0, -0.75, 1.5, 0.25, 3.0, -0.5, 1.0]);
        assert!((sum - 5.75).abs() < 1e-6);
    }

    #[test]
    fn a_gradient_that_is_not_finite_shows() {
        for max_norm in [None, Some(1.0)] {
            for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                assert!(!clipped([0.0, wrong, 1.0], max_norm).1.is_finite());
            }
            let cancelling = [f32::INFINITY, f32::NEG_INFINITY, 0.0];
            assert!(!clipped(cancelling, max_norm).1.is_finite());
            assert!(clipped([1e10, -1e10, 0.0], max_norm).1.is_finite());
        }
    }

    /// No gradient at all: the norm is 0, and nothing divides by it.
    #[test]
    fn frozen_parameters_and_zeros_pass() {
        let device = Device::flex();
        let layer: Linear = LinearConfig::new(2, 3).init(&device.clone().autodiff());
        let mut gradients = GradientsParams::new();
        gradients.register(layer.weight.id, Tensor::<2>::zeros([2, 3], &device));
        let (gradients, norm) = clip(gradients, &layer, Some(1.0));
        assert_eq!(gradients.len(), 1);
        assert!(norm.try_into_scalar::<f32>().unwrap().abs() < f32::EPSILON);
        let values: Vec<f32> = gradients
            .get::<2>(layer.weight.id)
            .unwrap()
            .try_into_vec_as()
            .unwrap();
        assert!(values.iter().all(|value| *value == 0.0));
    }

    /// The backend's own sum of so many values depends on the number of threads, and on which of them
    /// takes work from another.
    #[test]
    fn large_tensors_sum_to_the_same_bits_whatever_the_threads() {
        let device = Device::flex();
        device.seed(1);
        let large = Tensor::<2>::random([5000, 2000], Distribution::Default, &device);
        let bits = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
            let sum = || sum(large.clone()).try_into_scalar::<f32>().unwrap();
            pool.build().unwrap().install(sum).to_bits()
        };
        let first = bits(1);
        assert!((2..8).all(|n_threads| bits(n_threads) == first));
    }
}
