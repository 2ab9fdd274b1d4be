use proptest::prelude::*;

use super::*;
use crate::testing::{assert_close, normalized, values};

/// Plain loops in 64 bits: output, and the gradients of input, gamma and beta.
fn plain(
    shape: NormShape,
    input: &[f32],
    (gamma, beta): (&[f32], &[f32]),
    gradient: &[f32],
    output_of_relu: Option<&[f32]>,
) -> [Vec<f64>; 4] {
    let width = shape.width();
    let [mut output, mut of_input] = [0, 1].map(|_| vec![0.0; input.len()]);
    let [mut of_gamma, mut of_beta] = [0, 1].map(|_| vec![0.0; shape.channels]);
    for example in 0..shape.batch {
        let places = example * width..(example + 1) * width;
        let channel = |at: usize| (at - example * width) / shape.size;
        let mean_of =
            |of: &dyn Fn(usize) -> f64| places.clone().map(of).sum::<f64>() / width as f64;
        let mean = mean_of(&|at| f64::from(input[at]));
        let variance = mean_of(&|at| (f64::from(input[at]) - mean).powi(2));
        let deviation = (variance + 1e-5).sqrt();
        let x = |at: usize| (f64::from(input[at]) - mean) / deviation;
        let of_channel = |figures: &[f32], at: usize| f64::from(figures[channel(at)]);
        let g = |at: usize| match output_of_relu {
            // Where a value is zero but for rounding, either is right.
            Some(output) if output[at] <= 0.0 => 0.0,
            _ => f64::from(gradient[at]),
        };
        let scaled = |at: usize| of_channel(gamma, at) * g(at);
        let (mean_of_g, mean_of_gx) = (mean_of(&scaled), mean_of(&|at| scaled(at) * x(at)));
        for at in places.clone() {
            let normed = x(at) * of_channel(gamma, at) + of_channel(beta, at);
            output[at] = output_of_relu.map_or(normed, |_| normed.max(0.0));
            of_input[at] = (scaled(at) - mean_of_g - x(at) * mean_of_gx) / deviation;
            of_gamma[channel(at)] += g(at) * x(at);
            of_beta[channel(at)] += g(at);
        }
    }
    [output, of_input, of_gamma, of_beta]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The formulas, in plain loops of 64 bits.
    #[test]
    fn any_shape_agrees_with_plain_loops(
        batch in 1usize..12, channels in 4usize..70, size in prop_oneof![Just(1usize), 2..80usize],
        has_relu in any::<bool>(),
    ) {
        let shape = NormShape { batch, channels, size };
        let [input, gradient] = normalized(batch, shape.width());
        let gamma: Vec<f32> = values(channels, 3).iter().map(|x| 1.0 + x / 2.0).collect();
        let beta = values(channels, 4);
        let done = layer_norm_forward(shape, &input, (&gamma, &beta), 1e-5, has_relu);
        let of_relu = has_relu.then_some(&done.output[..]);
        let expected = plain(shape, &input, (&gamma, &beta), &gradient, of_relu);
        assert_close(&done.output, &expected[0], "output");
        let gradients = layer_norm_backward(
            shape,
            LayerNormDone {
                input: &input,
                gamma: &gamma,
                mean: &done.mean,
                scale: &done.scale,
                output_of_relu: of_relu,
            },
            &gradient,
        );
        assert_close(&gradients.input, &expected[1], "input");
        assert_close(&gradients.gamma, &expected[2], "gamma");
        assert_close(&gradients.beta, &expected[3], "beta");
    }
}

/// By hand: 1 and 3 have the mean 2 and the deviation 1 (but for ε), so they become -1 and 1.
#[test]
fn two_values_by_hand() {
    let shape = NormShape {
        batch: 2,
        channels: 2,
        size: 1,
    };
    let input = [1.0, 3.0, 5.0, 5.0];
    let done = layer_norm_forward(shape, &input, (&[2.0, 2.0], &[0.5, 0.5]), 0.0, true);
    assert_close(&done.output[..2], &[0.0, 2.5], "output");
    // Equal values have no deviation: without ε there is nothing to divide by.
    assert!(done.output[2].is_nan());
}
