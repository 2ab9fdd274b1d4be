use proptest::prelude::*;

use super::*;
use crate::testing::{assert_close, normalized, values};

/// Plain loops in 64 bits: output, mean, variance, and the gradients of input, gamma and beta.
fn plain(
    shape: NormShape,
    input: &[f32],
    (gamma, beta): (&[f32], &[f32]),
    gradient: &[f32],
    output_of_relu: Option<&[f32]>,
) -> [Vec<f64>; 6] {
    let NormShape {
        batch,
        channels,
        size,
    } = shape;
    let n = (batch * size) as f64;
    let [mut output, mut of_input] =
        [const { Vec::new() }; 2].map(|_: Vec<f64>| vec![0.0; input.len()]);
    let [mut means, mut variances, mut of_gamma, mut of_beta] =
        [const { Vec::new() }; 4].map(|_: Vec<f64>| vec![0.0; channels]);
    for c in 0..channels {
        let places: Vec<usize> = (0..batch)
            .flat_map(|i| (0..size).map(move |s| (i * channels + c) * size + s))
            .collect();
        let sum = |of: &dyn Fn(usize) -> f64| places.iter().map(|&at| of(at)).sum::<f64>();
        let mean = sum(&|at| f64::from(input[at])) / n;
        let variance = sum(&|at| (f64::from(input[at]) - mean).powi(2)) / n;
        let deviation = (variance + 1e-5).sqrt();
        let x = |at: usize| (f64::from(input[at]) - mean) / deviation;
        let y = |at: usize| x(at) * f64::from(gamma[c]) + f64::from(beta[c]);
        let g = |at: usize| match output_of_relu {
            // Where a value is zero but for rounding, either is right.
            Some(output) if output[at] <= 0.0 => 0.0,
            _ => f64::from(gradient[at]),
        };
        (means[c], variances[c]) = (mean, variance);
        (of_gamma[c], of_beta[c]) = (sum(&|at| g(at) * x(at)), sum(&g));
        for &at in &places {
            output[at] = output_of_relu.map_or(y(at), |_| y(at).max(0.0));
            let rest = of_beta[c] / n + x(at) * of_gamma[c] / n;
            of_input[at] = f64::from(gamma[c]) / deviation * (g(at) - rest);
        }
    }
    [output, means, variances, of_input, of_gamma, of_beta]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The formulas, in plain loops of 64 bits.
    #[test]
    fn any_shape_agrees_with_plain_loops(
        batch in 4usize..20, channels in 1usize..70, size in 1usize..80, has_relu in any::<bool>(),
    ) {
        let shape = NormShape { batch, channels, size };
        let [input, gradient] = normalized(batch, shape.width());
        let gamma: Vec<f32> = values(channels, 3).iter().map(|x| 1.0 + x / 2.0).collect();
        let beta = values(channels, 4);
        let done = batch_norm_forward(shape, &input, (&gamma, &beta), 1e-5, has_relu);
        let of_relu = has_relu.then_some(&done.output[..]);
        let expected = plain(shape, &input, (&gamma, &beta), &gradient, of_relu);
        assert_close(&done.output, &expected[0], "output");
        assert_close(&done.mean, &expected[1], "mean");
        assert_close(&done.variance, &expected[2], "variance");
        let known = (&done.mean[..], &done.variance[..]);
        let again = batch_norm_known(shape, &input, (&gamma, &beta), known, 1e-5, has_relu);
        prop_assert_eq!(&again, &done.output);
        let gradients = batch_norm_backward(
            shape,
            BatchNormDone {
                is_own: true,
                input: &input,
                gamma: &gamma,
                mean: &done.mean,
                variance: &done.variance,
                epsilon: 1e-5,
                output_of_relu: of_relu,
            },
            &gradient,
        );
        assert_close(&gradients.input, &expected[3], "input");
        assert_close(&gradients.gamma, &expected[4], "gamma");
        assert_close(&gradients.beta, &expected[5], "beta");
    }
}
