//! Layer normalization, with `ReLU` behind it or not: `activation(γ · (x − mean) / √(variance + ε) + β)`.
//!
//! Mean and variance are those of an example over all of its channels (Ba et al., 2016), the variance the biased one; γ and
//! β are one per channel. An example stays in the cache between its passes.

use pulp::Arch;

use crate::{
    buffers,
    norm::{NormGradients, NormShape},
    relu::{passed, relu},
    tasks::{COPY, for_each},
};

/// Values that are summed up side by side.
const LANES: usize = 32;

/// What is normalized, and by what.
pub struct LayerNormOutput {
    /// `[batch, channels, size]`.
    pub output: Vec<f32>,
    /// `[batch]`.
    pub mean: Vec<f32>,
    /// `[batch]`: one over the standard deviation, `1 / √(variance + ε)`.
    pub scale: Vec<f32>,
}

/// Normalizes each example of a batch.
///
/// # Shapes
///
/// - input, output: `[batch, channels, size]`
/// - gamma, beta: `[channels]`
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn layer_norm_forward(
    shape: NormShape,
    input: &[f32],
    (gamma, beta): (&[f32], &[f32]),
    epsilon: f32,
    has_relu: bool,
) -> LayerNormOutput {
    shape.check(&[input], &[gamma, beta]);
    let width = shape.width();
    let mut output = buffers::buffer(input.len());
    let (mut mean, mut scale) = (vec![0.0; shape.batch], vec![0.0; shape.batch]);
    let examples = input
        .chunks(width.max(1))
        .zip(output.chunks_mut(width.max(1)));
    let tasks: Vec<_> = examples.zip(mean.iter_mut().zip(&mut scale)).collect();
    for_each(
        tasks,
        width * COPY,
        |_, ((input, out), (to_mean, to_scale))| {
            Arch::new().dispatch(|| {
                let n = width as f32;
                let mean = sum(input, |value| value) / n;
                let variance = sum(input, |value| (value - mean) * (value - mean)) / n;
                let scale = 1.0 / (variance + epsilon).sqrt();
                let of_channels = gamma.iter().zip(beta);
                each_channel(shape, out, input, of_channels, |_, value, (gamma, beta)| {
                    let output = (value - mean) * scale * gamma + beta;
                    if has_relu { relu(output) } else { output }
                });
                (*to_mean, *to_scale) = (mean, scale);
            });
        },
    );
    LayerNormOutput {
        output,
        mean,
        scale,
    }
}

/// What a batch was normalized with, for its gradients.
#[derive(Clone, Copy)]
pub struct LayerNormDone<'a> {
    /// `[batch, channels, size]`.
    pub input: &'a [f32],
    /// `[channels]`.
    pub gamma: &'a [f32],
    /// `[batch]`.
    pub mean: &'a [f32],
    /// `[batch]`: see [`LayerNormOutput::scale`].
    pub scale: &'a [f32],
    /// `[batch, channels, size]`, with which `ReLU` was passed, if it was.
    pub output_of_relu: Option<&'a [f32]>,
}

/// Computes the gradients of a batch whose examples were normalized.
///
/// With `g` the gradient behind the nonlinearity and `x` the normalized values: that of β is `Σ g` over the batch, that of
/// γ is `Σ g x`, and that of the input `scale · (γ g − mean of γ g − x · mean of γ g x)` with means over the example.
///
/// # Shapes
///
/// - gradient: `[batch, channels, size]`, of the output
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn layer_norm_backward(
    shape: NormShape,
    done: LayerNormDone<'_>,
    gradient: &[f32],
) -> NormGradients {
    shape.check(&[done.input, gradient], &[done.gamma]);
    shape.check(done.output_of_relu.as_slice(), &[]);
    let (width, channels) = (shape.width().max(1), shape.channels.max(1));
    let mut of_input = buffers::buffer(gradient.len());
    // Per example what it adds to the gradients of γ and β.
    let [mut of_gamma, mut of_beta] = [0, 1].map(|_| buffers::buffer(shape.batch * shape.channels));
    let parts = of_gamma
        .chunks_mut(channels)
        .zip(of_beta.chunks_mut(channels));
    let tasks: Vec<_> = of_input.chunks_mut(width).zip(parts).collect();
    for_each(
        tasks,
        2 * width * COPY,
        |example, (out, (of_gamma, of_beta))| {
            let places = example * width..(example + 1) * width;
            let input = &done.input[places.clone()];
            let (mean, scale) = (done.mean[example], done.scale[example]);
            Arch::new().dispatch(|| {
                // The gradient behind the nonlinearity goes where that of the input will stand.
                out.copy_from_slice(&gradient[places.clone()]);
                if let Some(output) = done.output_of_relu {
                    for (out, output) in out.iter_mut().zip(&output[places]) {
                        *out = passed(*out, *output);
                    }
                }
                channel_sums(shape, out, input, (mean, scale), (of_gamma, of_beta));
                let over_example = |parts: &[f32]| {
                    let products = parts.iter().zip(done.gamma);
                    products.map(|(part, gamma)| part * gamma).sum::<f32>() / width as f32
                };
                let (a, b) = (over_example(of_beta), over_example(of_gamma));
                each_channel(shape, out, input, done.gamma.iter(), |g, value, gamma| {
                    scale * (gamma * g - a - (value - mean) * scale * b)
                });
            });
        },
    );
    let over_batch = |parts: Vec<f32>| {
        let mut sums = vec![0.0; shape.channels];
        for part in parts.chunks(channels) {
            for (sum, part) in sums.iter_mut().zip(part) {
                *sum += part;
            }
        }
        buffers::recycle(parts);
        sums
    };
    NormGradients {
        input: of_input,
        gamma: over_batch(of_gamma),
        beta: over_batch(of_beta),
    }
}

/// Writes over each value of an example what becomes of it, of the one of `values` at its place, and of the figures of
/// its channel.
#[inline(always)]
fn each_channel<C: Copy>(
    shape: NormShape,
    out: &mut [f32],
    values: &[f32],
    of_channels: impl Iterator<Item = C>,
    of: impl Fn(f32, f32, C) -> f32,
) {
    if shape.size == 1 {
        for ((out, value), figures) in out.iter_mut().zip(values).zip(of_channels) {
            *out = of(*out, *value, figures);
        }
        return;
    }
    let channels = out
        .chunks_mut(shape.size)
        .zip(values.chunks(shape.size))
        .zip(of_channels);
    for ((out, values), figures) in channels {
        for (out, value) in out.iter_mut().zip(values) {
            *out = of(*out, *value, figures);
        }
    }
}

/// Per channel of an example `Σ g x` and `Σ g`, with the normalized values `x`.
#[inline(always)]
fn channel_sums(
    shape: NormShape,
    gradient: &[f32],
    input: &[f32],
    (mean, scale): (f32, f32),
    (of_gamma, of_beta): (&mut [f32], &mut [f32]),
) {
    if shape.size == 1 {
        of_beta.copy_from_slice(gradient);
        for ((out, g), value) in of_gamma.iter_mut().zip(gradient).zip(input) {
            *out = g * ((value - mean) * scale);
        }
        return;
    }
    let channels = gradient.chunks(shape.size).zip(input.chunks(shape.size));
    for ((gradient, input), (of_gamma, of_beta)) in channels.zip(of_gamma.iter_mut().zip(of_beta)) {
        let (mut sums, mut products) = ([0.0; LANES], [0.0; LANES]);
        for (gradient, input) in gradient.chunks(LANES).zip(input.chunks(LANES)) {
            for (lane, (g, value)) in gradient.iter().zip(input).enumerate() {
                sums[lane] += g;
                products[lane] += g * (value - mean);
            }
        }
        *of_beta = sums.iter().sum();
        *of_gamma = products.iter().sum::<f32>() * scale;
    }
}

/// The sum of a function of all values.
#[inline(always)]
fn sum(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0; LANES];
    for chunk in values.chunks(LANES) {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += of(*value);
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests;
