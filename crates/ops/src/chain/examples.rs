//! The first wave: examples, through the network and back.

use std::ops::Range;

use pulp::Arch;

use super::{
    Fill, Scratch,
    inputs::{Input, Place},
    layer::Layer,
};
use crate::{
    CrossEntropyTarget,
    cross_entropy::cross_entropy_rows,
    linear::{LeftRows, finish},
    pack::Matrix,
    sparse::{STRIP, StripScratch},
    tile::{COLUMNS, ROWS, depths, multiply_into},
};

/// Some examples of a batch, with their places in all that a step computes.
pub(super) struct Examples<'a, E> {
    /// Which of the batch.
    range: Range<usize>,
    inputs: Place<'a, E>,
    losses: &'a mut [f32],
    layers: Vec<Places<'a>>,
}

/// Those of one layer.
struct Places<'a> {
    outputs: &'a mut [f32],
    gradients: &'a mut [f32],
    panels: Vec<&'a mut [[f32; COLUMNS]]>,
}

impl<'a, E> Examples<'a, E> {
    /// Cuts a batch into pieces of `n_rows` examples.
    pub(super) fn split<const N: usize>(
        scratch: &'a mut Scratch,
        layers: &[Layer<N>],
        fill: Fill<'a, E>,
        (batch, n_rows): (usize, usize),
    ) -> Vec<Self> {
        let n_in = layers[0].n_in;
        let inputs = scratch.inputs.places(fill, batch * n_in, n_rows * n_in);
        let losses = scratch.losses[..batch].chunks_mut(n_rows);
        let mut all: Vec<_> = inputs
            .into_iter()
            .zip(losses)
            .enumerate()
            .map(|(at, (inputs, losses))| Self {
                range: at * n_rows..at * n_rows + losses.len(),
                inputs,
                losses,
                layers: Vec::with_capacity(layers.len()),
            })
            .collect();
        let values = scratch.outputs.iter_mut().zip(&mut scratch.gradients);
        for ((layer, (outputs, gradients)), panels) in
            layers.iter().zip(values).zip(&mut scratch.panels)
        {
            let outputs = outputs[..batch * layer.n_out].chunks_mut(n_rows * layer.n_out);
            let gradients = gradients[..batch * layer.n_out].chunks_mut(n_rows * layer.n_out);
            for (examples, (outputs, gradients)) in all.iter_mut().zip(outputs.zip(gradients)) {
                examples.layers.push(Places {
                    outputs,
                    gradients,
                    panels: Vec::with_capacity(layer.n_panels()),
                });
            }
            for panel in panels.chunks_exact_mut(batch) {
                for (examples, piece) in all.iter_mut().zip(panel.chunks_mut(n_rows)) {
                    let places = examples.layers.last_mut();
                    places.expect("just now").panels.push(piece);
                }
            }
        }
        all
    }

    /// Goes through the network, and back to the gradients of what each layer put out.
    pub(super) fn pass<const N: usize>(
        self,
        layers: &[Layer<N>],
        target: CrossEntropyTarget<'_>,
    ) -> Result<(), E> {
        let Self {
            range,
            inputs,
            losses,
            layers: mut places,
        } = self;
        let mut input = inputs.fill(range.clone())?;
        let n_layers = layers.len();
        for (at, (layer, places)) in layers.iter().zip(&mut places).enumerate() {
            forward(layer, input, places.outputs, at + 1 < n_layers);
            input = Input::Numbers(places.outputs);
        }
        let last = places.last_mut().expect("a chain has layers");
        let place = (range.start, layers[n_layers - 1].n_out);
        cross_entropy_rows(last.outputs, target, place, losses, last.gradients);
        let arch = Arch::new();
        for (at, layer) in layers.iter().enumerate().rev() {
            let (before, here) = places.split_at_mut(at);
            let here = &mut here[0];
            let gradients = Matrix::new(here.gradients, layer.n_out);
            arch.dispatch(|| spread(gradients, layer.n_out, &mut here.panels));
            if let Some(before) = before.last_mut() {
                let left = LeftRows {
                    matrix: gradients,
                    n_rows: range.len(),
                    n_depths: layer.n_out,
                    strips: None,
                };
                product(&left, &layer.transposed, before.gradients, layer.n_in);
                arch.dispatch(|| mask(before.gradients, before.outputs));
            }
        }
        Ok(())
    }
}

/// A layer's output, `[rows, n_out]`.
pub(super) fn forward<const N: usize>(
    layer: &Layer<N>,
    input: Input<'_>,
    output: &mut [f32],
    has_relu: bool,
) {
    let n_rows = output.len() / layer.n_out;
    if n_rows == 0 {
        return;
    }
    let mut scratch = StripScratch::take();
    let left = input.left((layer.n_in, layer.n_out), n_rows, None, &mut scratch);
    product(&left, &layer.weight, output, layer.n_out);
    let mut rows: Vec<_> = output.chunks_mut(layer.n_out).collect();
    Arch::new().dispatch(|| finish(&mut rows, Some(&layer.bias), has_relu));
}

/// `left · right`, `[n_rows, width]`, with the right operand in panels of columns.
pub(super) fn product(
    left: &LeftRows<'_>,
    right: &[[f32; COLUMNS]],
    out: &mut [f32],
    width: usize,
) {
    let arch = Arch::new();
    let mut rows: Vec<_> = out.chunks_mut(width).collect();
    for (panel, from) in right
        .chunks_exact(left.n_depths)
        .zip((0..width).step_by(COLUMNS))
    {
        let columns = (from, COLUMNS.min(width - from));
        for (part, (start, depth)) in depths(left.n_depths).enumerate() {
            let panel = &panel[start..start + depth];
            let is_added = start > 0;
            if let Some(strips) = &left.strips {
                for (at, rows) in rows.chunks_mut(STRIP).enumerate() {
                    let operands = strips.operands(at, (part, start), panel);
                    let depth = operands.0.len();
                    multiply_into(arch, operands, depth, rows, columns, is_added);
                }
                continue;
            }
            for (at, rows) in rows.chunks_mut(ROWS).enumerate() {
                let left = left.matrix.rows((at * ROWS, left.n_rows), start, depth);
                multiply_into(arch, (left, panel), depth, rows, columns, is_added);
            }
        }
    }
}

/// Copies rows to their panels.
#[inline(always)]
fn spread(rows: Matrix<'_>, width: usize, panels: &mut [&mut [[f32; COLUMNS]]]) {
    for (panel, from) in panels.iter_mut().zip((0..width).step_by(COLUMNS)) {
        let n = COLUMNS.min(width - from);
        for (at, out) in panel.iter_mut().enumerate() {
            if n == COLUMNS {
                *out = rows.chunk(at, from, n);
            } else {
                out[..n].copy_from_slice(rows.part(at, from, n));
            }
        }
    }
}

/// The gradient before `ReLU`, from that behind it.
#[inline(always)]
fn mask(gradients: &mut [f32], outputs: &[f32]) {
    for (gradient, output) in gradients.iter_mut().zip(outputs) {
        *gradient = if *output > 0.0 { *gradient } else { 0.0 };
    }
}
