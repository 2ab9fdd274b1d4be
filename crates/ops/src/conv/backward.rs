mod behind;
mod dense;
mod pooled;

use pulp::Arch;

use super::{ConvShape, Layout};
use crate::{
    buffers,
    relu::passed,
    tasks::{COPY, for_each},
};

use self::{dense::Dense, pooled::Pooled};

/// The gradients of a convolution.
pub struct ConvGradients {
    /// `[batch, c_in, height, width]`, if asked for.
    pub input: Option<Vec<f32>>,
    /// `[c_out, c_in, kernel, kernel]`.
    pub weight: Vec<f32>,
    /// `[c_out]`.
    pub bias: Vec<f32>,
}

/// Computes a convolution's gradients.
///
/// # Shapes
///
/// - input: `[batch, c_in, height, width]`
/// - weight: `[c_out, c_in, kernel, kernel]`
/// - output: `[batch, c_out, height, width]` behind pooling, which `ReLU` was passed with, if it was
/// - places: those of [`super::ConvOutput`]
/// - gradient: as the output
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn conv_backward(
    shape: ConvShape,
    input: &[f32],
    weight: &[f32],
    output_of_relu: Option<&[f32]>,
    places: &[u16],
    gradient: &[f32],
    is_input_asked: bool,
) -> ConvGradients {
    let (n_in, n_out, chunk) = (shape.input_values(), shape.output_values(), shape.chunk());
    assert_eq!(input.len(), shape.batch * n_in);
    assert_eq!(weight.len(), shape.c_out * shape.depth());
    assert_eq!(gradient.len(), shape.batch * n_out);
    let way = Way::new(shape, weight, is_input_asked);
    let mut of_input = buffers::buffer(if is_input_asked { input.len() } else { 0 });
    // One sum per task: [task, weights and biases].
    let n_weights = way.n_weights();
    let n_sums = n_weights + shape.c_out;
    let mut sums = vec![0.0; shape.batch.div_ceil(chunk) * n_sums];
    let mut inputs_of = of_input.chunks_mut((chunk * n_in).max(1));
    let tasks: Vec<_> = sums
        .chunks_exact_mut(n_sums)
        .map(|sums| (sums, inputs_of.next().unwrap_or_default()))
        .collect();
    let n_products = if is_input_asked { 2 } else { 1 };
    let work = chunk * shape.work() * n_products / (shape.pool * shape.pool);
    for_each(tasks, work, |task, (sums, of_input)| {
        let (of_weight, of_bias) = sums.split_at_mut(n_weights);
        let first = task * chunk;
        let mut of_input = of_input.chunks_exact_mut(n_in);
        let examples = (first..shape.batch.min(first + chunk)).map(|example| {
            let outputs = example * n_out..(example + 1) * n_out;
            Example {
                input: &input[example * n_in..][..n_in],
                gradient: &gradient[outputs.clone()],
                output_of_relu: output_of_relu.map(|output| &output[outputs.clone()]),
                places: places.get(outputs).unwrap_or_default(),
                of_input: of_input.next(),
            }
        });
        way.add(examples, of_weight, of_bias);
    });
    let (weight, bias) = total(&sums, n_sums, n_weights);
    ConvGradients {
        input: is_input_asked.then_some(of_input),
        weight: way.by_weight(weight),
        bias,
    }
}

/// The way back.
enum Way {
    /// With all of the maps' gradient.
    Dense(Dense),
    /// With what maximum pooling left of it.
    Pooled(Pooled),
}

impl Way {
    fn new(shape: ConvShape, weight: &[f32], is_input_asked: bool) -> Self {
        if shape.pool > 1 {
            Self::Pooled(Pooled::new(shape, weight, is_input_asked))
        } else {
            Self::Dense(Dense::new(shape, weight, is_input_asked))
        }
    }

    /// Values that the gradient of the weights takes on the way.
    fn n_weights(&self) -> usize {
        match self {
            Self::Dense(dense) => dense.n_weights(),
            Self::Pooled(pooled) => pooled.n_weights(),
        }
    }

    /// Adds the gradients of a task's examples to zeros.
    fn add<'a>(
        &self,
        examples: impl Iterator<Item = Example<'a>>,
        of_weight: &mut [f32],
        of_bias: &mut [f32],
    ) {
        match self {
            Self::Dense(dense) => dense.add(examples, of_weight, of_bias),
            Self::Pooled(pooled) => pooled.add(Arch::new(), examples, of_weight, of_bias),
        }
    }

    /// The gradient of the weights in their order, `[c_out, c_in, kernel, kernel]`.
    fn by_weight(&self, of_weight: Vec<f32>) -> Vec<f32> {
        match self {
            Self::Dense(_) => of_weight,
            Self::Pooled(pooled) => pooled.by_weight(&of_weight),
        }
    }
}

/// What is known of one example, and asked for.
struct Example<'a> {
    /// `[c_in, height, width]`.
    input: &'a [f32],
    /// `[c_out, height, width]`, of the output.
    gradient: &'a [f32],
    /// The same of the output, if `ReLU` was passed with it.
    output_of_relu: Option<&'a [f32]>,
    /// Where in its window each output comes from; empty without pooling.
    places: &'a [u16],
    /// As the input, if asked for.
    of_input: Option<&'a mut [f32]>,
}

impl Example<'_> {
    /// Writes the gradient behind the activation, and adds its sums over the `n_pixels` of each map to that of the bias.
    #[inline(always)]
    fn pass(&self, n_pixels: usize, out: &mut Vec<f32>, of_bias: &mut [f32]) {
        out.clear();
        match self.output_of_relu {
            None => out.extend_from_slice(self.gradient),
            Some(output) => {
                let pairs = self.gradient.iter().zip(output);
                out.extend(pairs.map(|(value, output)| passed(*value, *output)));
            }
        }
        for (of_bias, map) in of_bias.iter_mut().zip(out.chunks_exact(n_pixels)) {
            *of_bias += sum(map);
        }
    }
}

/// Adds what the tasks summed up, in their order.
fn total(sums: &[f32], n_sums: usize, n_weights: usize) -> (Vec<f32>, Vec<f32>) {
    let mut total = vec![0.0; n_sums];
    let parts: Vec<_> = total.chunks_mut(1024).collect();
    let n_tasks = sums.len() / n_sums.max(1);
    for_each(parts, 1024 * n_tasks * COPY / 4, |at, part| {
        for sums in sums.chunks_exact(n_sums) {
            for (total, sum) in part.iter_mut().zip(&sums[at * 1024..]) {
                *total += sum;
            }
        }
    });
    let bias = total.split_off(n_weights);
    (total, bias)
}

/// Sixteen sums side by side, which are added up in the end.
#[inline(always)]
fn sum(values: &[f32]) -> f32 {
    let (whole, rest) = values.as_chunks::<16>();
    let mut sums = [0.0; 16];
    for values in whole {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    }
    sums.iter().chain(rest).sum()
}
