use burn::{
    nn::{Linear, LinearConfig},
    tensor::{Device, Distribution},
};

use super::*;
use plumb_ops::tensors::is_host;

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

/// The two ways of clipping: in host memory, and by the backend's own operations.
const WAYS: [fn(&Device) -> bool; 2] = [is_host, |_| false];

/// Clips the gradients of a layer and returns them, the matrix's before the bias's, and the norm.
fn clipped(bias: [f32; 3], max_norm: f64, is_host: fn(&Device) -> bool) -> (Vec<f32>, f32) {
    let device = Device::flex();
    let layer: Linear = LinearConfig::new(2, 3).init(&device.clone().autodiff());
    let of_bias = layer.bias.as_ref().unwrap().id;
    let mut gradients = GradientsParams::new();
    gradients.register(layer.weight.id, Tensor::<2>::from_data(MATRIX, &device));
    gradients.register(of_bias, Tensor::<1>::from_data(bias, &device));
    let clipped = clip(gradients, &layer, max_norm, is_host);
    let matrix = clipped.gradients.get::<2>(layer.weight.id).unwrap();
    let bias = clipped.gradients.get::<1>(of_bias).unwrap();
    let values = Tensor::cat(vec![matrix.reshape([6]), bias], 0) * clipped.scale;
    (values.try_into_vec_as().unwrap(), number(clipped.norm))
}

fn number(norm: Measure) -> f32 {
    let beside = Tensor::zeros([1], &Device::flex());
    norm.beside(&beside).try_into_scalar().unwrap()
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
        for is_host in WAYS {
            let (actual, norm) = clipped(bias, max_norm, is_host);
            assert!((f64::from(norm) - PYTORCH_NORM).abs() < 1e-6 * PYTORCH_NORM);
            for (actual, expected) in actual.iter().zip(expected) {
                let off = (f64::from(*actual) - expected).abs();
                assert!(off <= 1e-6 * expected.abs(), "{actual}, not {expected}");
            }
        }
    }
}

#[test]
fn a_gradient_that_is_not_finite_shows() {
    for is_host in WAYS {
        let norm = |bias| clipped(bias, 1.0, is_host).1;
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(!norm([0.0, wrong, 1.0]).is_finite());
        }
        assert!(!norm([f32::INFINITY, f32::NEG_INFINITY, 0.0]).is_finite());
        assert!(norm([1e10, -1e10, 0.0]).is_finite());
    }
}

/// No gradient at all: the norm is 0, and nothing divides by it.
#[test]
fn frozen_parameters_and_zeros_pass() {
    for is_host in WAYS {
        let device = Device::flex();
        let layer: Linear = LinearConfig::new(2, 3).init(&device.clone().autodiff());
        let mut gradients = GradientsParams::new();
        gradients.register(layer.weight.id, Tensor::<2>::zeros([2, 3], &device));
        let clipped = clip(gradients, &layer, 1.0, is_host);
        assert_eq!(clipped.gradients.len(), 1);
        assert!(number(clipped.norm).abs() < f32::EPSILON);
        let gradient = clipped.gradients.get::<2>(layer.weight.id).unwrap() * clipped.scale;
        let values: Vec<f32> = gradient.try_into_vec_as().unwrap();
        assert!(values.iter().all(|value| *value == 0.0));
    }
}

/// By hand: so many quarters are a sum that 32 bits hold, in any order.
#[test]
fn squares_of_several_chunks_add_up() {
    for n in [0, 1, N_LANES + 1, CHUNK, 3 * CHUNK + 7] {
        let expected = 0.25 * n as f64;
        assert!(
            (sum_of_squares(&vec![-0.5; n]) - expected).abs() < f64::EPSILON,
            "{n}"
        );
    }
}

/// The backend's own sum of so many values depends on the number of threads, and on which of them
/// takes work from another.
#[test]
fn large_tensors_sum_to_the_same_bits_whatever_the_threads() {
    let device = Device::flex();
    device.seed(1);
    let large = Tensor::<2>::random([5000, 2000], Distribution::Default, &device);
    let data = large.clone().into_data();
    let bits = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
        let sums = || {
            let sum: f32 = sum(large.clone()).try_into_scalar().unwrap();
            (sum.to_bits(), sum_of_squares(values(&data)).to_bits())
        };
        pool.build().unwrap().install(sums)
    };
    let first = bits(1);
    assert!((2..8).all(|n_threads| bits(n_threads) == first));
}
