//! Batch normalization, with `ReLU` behind it or not: `activation(γ · (x − mean) / √(variance + ε) + β)` per channel.
//!
//! Mean and variance are those of the batch (Ioffe and Szegedy, 2015), the variance the biased one. It takes three passes
//! over the values instead of a dozen, and all that belongs to a channel is computed by one thread.

use pulp::Arch;

use crate::{
    buffers,
    norm::{NormGradients, NormShape},
    relu::{passed, relu},
    tasks::{COPY, column_blocks, for_each},
};

/// Values that are summed up side by side: those of a picture in turn, or those of so many channels.
const LANES: usize = 32;

type Lanes = [f32; LANES];

/// What is normalized, and by what.
pub struct BatchNormOutput {
    /// `[batch, channels, size]`.
    pub output: Vec<f32>,
    /// `[channels]`, of the batch.
    pub mean: Vec<f32>,
    /// `[channels]`, of the batch, biased.
    pub variance: Vec<f32>,
}

impl NormShape {
    /// Values that a mean is taken over.
    fn n_averaged(self) -> f32 {
        (self.batch * self.size) as f32
    }

    /// Channels that are computed together: one picture's, or as many units as there are lanes.
    fn block(self) -> usize {
        if self.size == 1 { LANES } else { 1 }
    }

    /// For each block of channels its piece of every example.
    fn pieces(self, values: &mut [f32]) -> Vec<Vec<&mut [f32]>> {
        let (width, block) = (self.width(), self.block() * self.size);
        column_blocks(values, width, block)
    }

    /// One block's piece of an example.
    fn piece(self, values: &[f32], example: usize, block: usize) -> &[f32] {
        let (width, step) = (self.width(), self.block() * self.size);
        let of_example = &values[example * width..][..width];
        &of_example[block * step..width.min((block + 1) * step)]
    }

    /// A figure of a block's channels, `[channels]` of all, for each lane.
    fn lanes(self, block: usize, of_channels: &[f32]) -> Lanes {
        let first = block * self.block();
        if self.size > 1 {
            return [of_channels[first]; LANES];
        }
        let of_block = &of_channels[first..self.channels.min(first + LANES)];
        let mut lanes = [0.0; LANES];
        lanes[..of_block.len()].copy_from_slice(of_block);
        lanes
    }

    /// What was summed up per lane as sums per channel.
    fn joined(self, sums: Lanes) -> Lanes {
        if self.size > 1 {
            return [sums.iter().sum(); LANES];
        }
        sums
    }

    /// Sums of a function of the values of a block.
    #[inline(always)]
    fn sum(self, values: &[f32], block: usize, of: impl Fn(usize, f32) -> f32) -> Lanes {
        let mut sums = [0.0; LANES];
        for example in 0..self.batch {
            for chunk in self.piece(values, example, block).chunks(LANES) {
                for (lane, (sum, &value)) in sums.iter_mut().zip(chunk).enumerate() {
                    *sum += of(lane, value);
                }
            }
        }
        self.joined(sums)
    }

    fn work(self) -> usize {
        self.batch * self.block() * self.size * COPY
    }
}

/// Normalizes a batch by its own mean and variance.
///
/// # Shapes
///
/// - input, output: `[batch, channels, size]`
/// - gamma, beta: `[channels]`
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn batch_norm_forward(
    shape: NormShape,
    input: &[f32],
    (gamma, beta): (&[f32], &[f32]),
    epsilon: f32,
    has_relu: bool,
) -> BatchNormOutput {
    let channels = shape.channels;
    shape.check(&[input], &[gamma, beta]);
    let mut output = buffers::buffer(input.len());
    let (mut mean, mut variance) = (vec![0.0; channels], vec![0.0; channels]);
    let n = shape.n_averaged();
    let block = shape.block();
    let figures = mean.chunks_mut(block).zip(variance.chunks_mut(block));
    let tasks: Vec<_> = shape.pieces(&mut output).into_iter().zip(figures).collect();
    for_each(tasks, shape.work(), |at, (mut out, (mean, variance))| {
        Arch::new().dispatch(|| {
            let means = shape.sum(input, at, |_, value| value).map(|sum| sum / n);
            let square = |lane: usize, value: f32| (value - means[lane]) * (value - means[lane]);
            let variances = shape.sum(input, at, square).map(|sum| sum / n);
            mean.copy_from_slice(&means[..mean.len()]);
            variance.copy_from_slice(&variances[..variance.len()]);
            let by = Scaling::new(shape, at, (gamma, beta), (means, variances), epsilon);
            by.apply(shape, input, at, has_relu, &mut out);
        });
    });
    BatchNormOutput {
        output,
        mean,
        variance,
    }
}

/// Normalizes a batch by a mean and a variance that are known, as in evaluation.
///
/// # Shapes
///
/// - input, output: `[batch, channels, size]`
/// - gamma, beta, mean, variance: `[channels]`
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn batch_norm_known(
    shape: NormShape,
    input: &[f32],
    (gamma, beta): (&[f32], &[f32]),
    (mean, variance): (&[f32], &[f32]),
    epsilon: f32,
    has_relu: bool,
) -> Vec<f32> {
    shape.check(&[input], &[gamma, beta, mean, variance]);
    let mut output = buffers::buffer(input.len());
    let tasks = shape.pieces(&mut output);
    for_each(tasks, shape.work(), |at, mut out| {
        Arch::new().dispatch(|| {
            let known = (shape.lanes(at, mean), shape.lanes(at, variance));
            let by = Scaling::new(shape, at, (gamma, beta), known, epsilon);
            by.apply(shape, input, at, has_relu, &mut out);
        });
    });
    output
}

/// What becomes of the values of a block: `(value − mean) · scale + offset`.
struct Scaling {
    mean: Lanes,
    scale: Lanes,
    offset: Lanes,
}

impl Scaling {
    #[inline(always)]
    fn new(
        shape: NormShape,
        block: usize,
        (gamma, beta): (&[f32], &[f32]),
        (mean, variance): (Lanes, Lanes),
        epsilon: f32,
    ) -> Self {
        let mut scale = shape.lanes(block, gamma);
        for (scale, variance) in scale.iter_mut().zip(variance) {
            *scale /= (variance + epsilon).sqrt();
        }
        Self {
            mean,
            scale,
            offset: shape.lanes(block, beta),
        }
    }

    #[inline(always)]
    fn apply(
        &self,
        shape: NormShape,
        input: &[f32],
        block: usize,
        has_relu: bool,
        out: &mut [&mut [f32]],
    ) {
        for (example, out) in out.iter_mut().enumerate() {
            let values = shape.piece(input, example, block).chunks(LANES);
            for (out, values) in out.chunks_mut(LANES).zip(values) {
                for (lane, (out, value)) in out.iter_mut().zip(values).enumerate() {
                    let centered = value - self.mean[lane];
                    *out = centered.mul_add(self.scale[lane], self.offset[lane]);
                }
                if has_relu {
                    for value in out {
                        *value = relu(*value);
                    }
                }
            }
        }
    }
}

/// What a batch was normalized with, for its gradients.
#[derive(Clone, Copy)]
pub struct BatchNormDone<'a> {
    /// Whether mean and variance are the batch's own, and change with its values.
    pub is_own: bool,
    /// `[batch, channels, size]`.
    pub input: &'a [f32],
    /// `[channels]`.
    pub gamma: &'a [f32],
    /// `[channels]`.
    pub mean: &'a [f32],
    /// `[channels]`.
    pub variance: &'a [f32],
    /// What was added to the variance.
    pub epsilon: f32,
    /// `[batch, channels, size]`, with which `ReLU` was passed, if it was.
    pub output_of_relu: Option<&'a [f32]>,
}

/// Computes the gradients of a batch that was normalized.
///
/// With `g` the gradient behind the nonlinearity and `x` the normalized values: that of β is `Σ g`, that of γ is `Σ g x`,
/// and that of the input `scale · (g − mean of g − x · mean of g x)`, or `scale · g` where mean and variance are not the
/// batch's own.
///
/// # Shapes
///
/// - gradient: `[batch, channels, size]`, of the output
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn batch_norm_backward(
    shape: NormShape,
    done: BatchNormDone<'_>,
    gradient: &[f32],
) -> NormGradients {
    let channels = shape.channels;
    let of_channels = [done.gamma, done.mean, done.variance];
    shape.check(&[done.input, gradient], &of_channels);
    shape.check(done.output_of_relu.as_slice(), &[]);
    let mut of_input = buffers::buffer(gradient.len());
    let (mut of_gamma, mut of_beta) = (vec![0.0; channels], vec![0.0; channels]);
    let n = shape.n_averaged();
    let block = shape.block();
    let sums = of_gamma.chunks_mut(block).zip(of_beta.chunks_mut(block));
    let tasks: Vec<_> = shape.pieces(&mut of_input).into_iter().zip(sums).collect();
    for_each(
        tasks,
        2 * shape.work(),
        |at, (mut out, (of_gamma, of_beta))| {
            Arch::new().dispatch(|| {
                let mean = shape.lanes(at, done.mean);
                let per_deviation = shape
                    .lanes(at, done.variance)
                    .map(|variance| 1.0 / (variance + done.epsilon).sqrt());
                let (mut sums, mut products) = ([0.0; LANES], [0.0; LANES]);
                // The gradient behind the nonlinearity goes where that of the input will stand.
                for (example, out) in out.iter_mut().enumerate() {
                    out.copy_from_slice(shape.piece(gradient, example, at));
                    if let Some(output) = done.output_of_relu {
                        let output = shape.piece(output, example, at);
                        for (out, output) in out.iter_mut().zip(output) {
                            *out = passed(*out, *output);
                        }
                    }
                    let values = shape.piece(done.input, example, at).chunks(LANES);
                    for (out, values) in out.chunks(LANES).zip(values) {
                        for (lane, (out, value)) in out.iter().zip(values).enumerate() {
                            sums[lane] += out;
                            products[lane] += out * (value - mean[lane]);
                        }
                    }
                }
                let sums = shape.joined(sums);
                let mut products = shape.joined(products);
                for (product, per_deviation) in products.iter_mut().zip(per_deviation) {
                    *product *= per_deviation;
                }
                of_beta.copy_from_slice(&sums[..of_beta.len()]);
                of_gamma.copy_from_slice(&products[..of_gamma.len()]);
                let gamma = shape.lanes(at, done.gamma);
                // scale · (g − a − (value − mean) · b)
                let (mut scale, mut a, mut b) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
                for lane in 0..LANES {
                    scale[lane] = gamma[lane] * per_deviation[lane];
                    if done.is_own {
                        a[lane] = sums[lane] / n;
                        b[lane] = products[lane] / n * per_deviation[lane];
                    }
                }
                for (example, out) in out.iter_mut().enumerate() {
                    let values = shape.piece(done.input, example, at).chunks(LANES);
                    for (out, values) in out.chunks_mut(LANES).zip(values) {
                        for (lane, (out, value)) in out.iter_mut().zip(values).enumerate() {
                            let rest = (value - mean[lane]) * b[lane];
                            *out = scale[lane] * (*out - a[lane] - rest);
                        }
                    }
                }
            });
        },
    );
    NormGradients {
        input: of_input,
        gamma: of_gamma,
        beta: of_beta,
    }
}

#[cfg(test)]
mod tests;
