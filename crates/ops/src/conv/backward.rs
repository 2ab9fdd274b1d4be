mod behind;
mod examples;

use pulp::Arch;

use super::{ConvShape, Layout};
use crate::{
    buffers,
    tasks::{COPY, for_each},
};

use self::{
    behind::Behind,
    examples::{Examples, Gradient},
};

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
    let layout = Layout::new(shape);
    let offsets = layout.offsets();
    let behind = is_input_asked.then(|| Behind::new(layout, weight));
    let mut of_input = buffers::buffer(if is_input_asked { input.len() } else { 0 });
    of_input.fill(0.0); // where no weight meets a pixel it stays so
    // One sum per task: [task, weights and biases].
    let n_weights = shape.c_out * shape.depth();
    let n_sums = n_weights + shape.c_out;
    let mut sums = vec![0.0; shape.batch.div_ceil(chunk) * n_sums];
    let mut inputs_of = of_input.chunks_mut((chunk * n_in).max(1));
    let tasks: Vec<_> = sums
        .chunks_exact_mut(n_sums)
        .map(|sums| (sums, inputs_of.next().unwrap_or_default()))
        .collect();
    let work = chunk * shape.work() * if is_input_asked { 2 } else { 1 };
    for_each(tasks, work, |task, (sums, of_input)| {
        let (of_weight, of_bias) = sums.split_at_mut(n_weights);
        let first = task * chunk;
        let mut examples = Examples::new(&layout, is_input_asked);
        let mut of_input = of_input.chunks_exact_mut(n_in);
        for example in first..shape.batch.min(first + chunk) {
            let outputs = example * n_out..(example + 1) * n_out;
            let of_map = Gradient {
                values: &gradient[outputs.clone()],
                output_of_relu: output_of_relu.map(|output| &output[outputs.clone()]),
                places: if shape.pool > 1 {
                    &places[outputs]
                } else {
                    &[]
                },
            };
            Arch::new().dispatch(|| examples.spread(&layout, of_map, of_bias));
            examples.add_weight(&layout, &input[example * n_in..][..n_in], &offsets);
            if let (Some(behind), Some(of_input)) = (&behind, of_input.next()) {
                behind.write(&examples, of_input);
            }
        }
        examples.write_weight(&shape, of_weight);
    });
    let (weight, bias) = total(&sums, n_sums, n_weights);
    ConvGradients {
        input: is_input_asked.then_some(of_input),
        weight,
        bias,
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
