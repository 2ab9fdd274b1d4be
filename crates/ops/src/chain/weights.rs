//! The second wave: rows of weights, each with its gradient and its step.

use std::sync::atomic::{AtomicU32, Ordering};

use pulp::Arch;

use super::{
    Scratch, Update,
    layer::{Layer, transpose},
};
use crate::{
    linear::LeftColumns,
    pack::{Matrix, Scratch as Copies},
    sparse::{Picks, is_by_columns},
    tasks::for_each,
    tile::{COLUMNS, ROWS, Tile, depths, multiply},
};

/// Rows of weights that a thread takes at a time: a panel of the transposed weights.
const BLOCK: usize = COLUMNS;

/// What a thread takes.
enum Task<'a, const N: usize> {
    Weights(Weights<'a, N>),
    Bias(Bias<'a, N>),
}

/// A layer's biases.
struct Bias<'a, const N: usize> {
    values: &'a mut [f32],
    means: [&'a mut [f32]; N],
    /// `[panel, batch, COLUMNS]`: the gradients of the layer's output.
    gradients: &'a [[f32; COLUMNS]],
}

/// Rows of a layer's weights.
struct Weights<'a, const N: usize> {
    /// The first row, of so many.
    from: usize,
    n_in: usize,
    /// `[batch, n_in]`.
    input: &'a [f32],
    is_by_columns: bool,
    /// `[panel, batch, COLUMNS]`: the gradients of the layer's output.
    gradients: &'a [[f32; COLUMNS]],
    /// Of each panel `[rows, COLUMNS]`.
    pieces: Vec<Piece<'a, N>>,
    /// `[n_out, COLUMNS]`, or empty.
    transposed: &'a mut [[f32; COLUMNS]],
}

struct Piece<'a, const N: usize> {
    weight: &'a mut [[f32; COLUMNS]],
    means: [&'a mut [[f32; COLUMNS]]; N],
}

/// Computes all gradients, and moves all weights. Returns the largest magnitude in the gradients as bits.
pub(super) fn update<const N: usize>(
    layers: &mut [Layer<N>],
    scratch: &Scratch,
    batch: usize,
    update: &impl Update<N>,
) -> u32 {
    let mut tasks = Vec::new();
    for (at, layer) in layers.iter_mut().enumerate() {
        let input = match at {
            0 => &scratch.inputs,
            _ => &scratch.outputs[at - 1],
        };
        let input = &input[..batch * layer.n_in];
        let panels = &scratch.panels[at];
        add_tasks(layer, (input, panels), batch, &mut tasks);
    }
    // Each thread gets the same part of every layer in each step, as long as all are equally fast: what it moved last time
    // is still in its cache.
    tasks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let tasks: Vec<_> = tasks.into_iter().map(|(_, task)| task).collect();
    let work = tasks.iter().map(|task| task.multiply_adds(batch)).max();
    let largest = AtomicU32::new(0);
    for_each(tasks, work.unwrap_or(0), |_, task| {
        let of_task = match task {
            Task::Weights(weights) => weights.update(batch, update),
            Task::Bias(bias) => bias.update(batch, update),
        };
        largest.fetch_max(of_task, Ordering::Relaxed);
    });
    largest.into_inner()
}

impl<const N: usize> Task<'_, N> {
    fn multiply_adds(&self, batch: usize) -> usize {
        match self {
            Self::Weights(weights) => {
                let rows = weights.pieces.iter().map(|piece| piece.weight.len());
                rows.sum::<usize>() * COLUMNS * batch
            }
            Self::Bias(bias) => bias.gradients.len() * COLUMNS,
        }
    }
}

/// Adds the tasks of a layer, each with where in the layer it stands, from 0 to 1.
fn add_tasks<'a, const N: usize>(
    layer: &'a mut Layer<N>,
    (input, panels): (&'a [f32], &'a [[f32; COLUMNS]]),
    batch: usize,
    tasks: &mut Vec<(f64, Task<'a, N>)>,
) {
    let (n_in, n_panels) = (layer.n_in, layer.n_panels());
    tasks.push((
        1.0,
        Task::Bias(Bias {
            values: &mut layer.bias,
            means: layer.bias_means.each_mut().map(|mean| &mut mean[..]),
            gradients: panels,
        }),
    ));
    let is_by_columns = is_by_columns(Matrix::new(input, n_in), (batch, n_in));
    let mut transposed = layer.transposed.chunks_exact_mut(layer.n_out);
    let mut blocks: Vec<_> = (0..n_in)
        .step_by(BLOCK)
        .map(|from| Weights {
            from,
            n_in,
            input,
            is_by_columns,
            gradients: panels,
            pieces: Vec::with_capacity(n_panels),
            transposed: transposed.next().unwrap_or_default(),
        })
        .collect();
    let mut means = layer
        .weight_means
        .each_mut()
        .map(|mean| mean.chunks_exact_mut(n_in));
    for weight in layer.weight.chunks_exact_mut(n_in) {
        let mut means = means
            .each_mut()
            .map(|mean| mean.next().expect("as many").chunks_mut(BLOCK));
        for (block, weight) in blocks.iter_mut().zip(weight.chunks_mut(BLOCK)) {
            let means = means.each_mut().map(|mean| mean.next().expect("as many"));
            block.pieces.push(Piece { weight, means });
        }
    }
    let place = |from: usize| from as f64 / n_in as f64;
    tasks.extend(
        blocks
            .into_iter()
            .map(|block| (place(block.from), Task::Weights(block))),
    );
}

impl<const N: usize> Weights<'_, N> {
    fn update(self, batch: usize, update: &impl Update<N>) -> u32 {
        let arch = Arch::new();
        let n_rows = self.pieces.first().map_or(0, |piece| piece.weight.len());
        let (mut copies, mut picks) = (Copies::take(), Picks::take());
        let left = LeftColumns::new(
            (Matrix::new(self.input, self.n_in), self.is_by_columns),
            (batch, self.n_in),
            (self.from, n_rows),
            &mut copies.interleaved.buffer,
            &mut picks,
        );
        let mut transposed = self.transposed.chunks_mut(COLUMNS);
        let mut largest = 0;
        let panels = self.gradients.chunks_exact(batch);
        for (Piece { weight, means }, panel) in self.pieces.into_iter().zip(panels) {
            let gradient = &mut [[[0.0; COLUMNS]; ROWS]; BLOCK / ROWS];
            for (at, tile) in gradient[..n_rows.div_ceil(ROWS)].iter_mut().enumerate() {
                multiply_strip(arch, &left, at, panel, tile);
            }
            let gradient = &gradient.as_flattened()[..n_rows];
            let means = means.map(<[_]>::as_flattened_mut);
            let of_piece =
                update.update(2, weight.as_flattened_mut(), gradient.as_flattened(), means);
            largest = largest.max(of_piece);
            if let Some(out) = transposed.next() {
                arch.dispatch(|| transpose(weight, out));
            }
        }
        largest
    }
}

/// Eight rows of the gradient, of one panel's units.
fn multiply_strip(
    arch: Arch,
    left: &LeftColumns<'_>,
    strip: usize,
    panel: &[[f32; COLUMNS]],
    tile: &mut Tile,
) {
    let batch = panel.len();
    for (part, (start, depth)) in depths(batch).enumerate() {
        let panel = &panel[start..start + depth];
        let is_added = start > 0;
        let out = tile.each_mut();
        match left {
            LeftColumns::Dense(left) => {
                let left = &left[strip * batch + start..][..depth];
                multiply(arch, (left, panel), depth, COLUMNS, out, is_added);
            }
            LeftColumns::Sparse(strips) => {
                let operands = strips.operands(strip, (part, start), panel);
                let depth = operands.0.len();
                multiply(arch, operands, depth, COLUMNS, out, is_added);
            }
        }
    }
}

impl<const N: usize> Bias<'_, N> {
    fn update(self, batch: usize, update: &impl Update<N>) -> u32 {
        let mut gradient = vec![0.0; self.values.len()];
        let panels = self.gradients.chunks_exact(batch);
        Arch::new().dispatch(|| {
            for (out, panel) in gradient.chunks_mut(COLUMNS).zip(panels) {
                let mut sums = [0.0; COLUMNS];
                for row in panel {
                    for (sum, value) in sums.iter_mut().zip(row) {
                        *sum += value;
                    }
                }
                out.copy_from_slice(&sums[..out.len()]);
            }
        });
        update.update(1, self.values, &gradient, self.means)
    }
}
