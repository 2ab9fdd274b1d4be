//! The second wave: rows of weights, each with its gradient and its step.

use std::sync::atomic::{AtomicU32, Ordering};

use pulp::Arch;

use super::{
    Scratch, Update,
    inputs::Input,
    layer::{Layer, transpose},
};
use crate::{
    linear::LeftColumns,
    pack::{Matrix, Scratch as Copies},
    sparse::{STRIP, StripScratch, Strips, is_by_columns},
    tasks::for_each,
    tile::{COLUMNS, ROWS, depths, multiply},
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
    n_out: usize,
    input: Input<'a>,
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
    (input, scratch): (Input<'_>, &Scratch),
    batch: usize,
    update: &impl Update<N>,
) -> u32 {
    let mut tasks = Vec::new();
    for (at, layer) in layers.iter_mut().enumerate() {
        let input = match at {
            0 => input,
            _ => Input::Numbers(&scratch.outputs[at - 1][..batch * layer.n_in]),
        };
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
    (input, panels): (Input<'a>, &'a [[f32; COLUMNS]]),
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
    let is_by_columns = match input {
        Input::Numbers(input) => is_by_columns(Matrix::new(input, n_in), (batch, n_in), None),
        Input::Bytes(_) => true,
    };
    let mut transposed = layer.transposed.chunks_exact_mut(layer.n_out);
    let mut blocks: Vec<_> = (0..n_in)
        .step_by(BLOCK)
        .map(|from| Weights {
            from,
            n_in,
            n_out: layer.n_out,
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
        let (mut copies, mut strips) = (Copies::take(), StripScratch::take());
        let (shape, columns) = ((batch, self.n_in), (self.from, n_rows));
        let left = match self.input {
            Input::Numbers(input) => LeftColumns::new(
                (Matrix::new(input, self.n_in), self.is_by_columns),
                shape,
                columns,
                &mut copies.interleaved.buffer,
                &mut strips,
            ),
            Input::Bytes(bytes) => {
                LeftColumns::Sparse(Strips::of_byte_columns(bytes, shape, columns, &mut strips))
            }
        };
        let mut transposed = self.transposed.chunks_mut(COLUMNS);
        let mut largest = 0;
        let panels = self.gradients.chunks_exact(batch);
        let gradient = &mut [[0.0; COLUMNS]; BLOCK];
        let firsts = (0..self.n_out).step_by(COLUMNS);
        for ((Piece { weight, means }, panel), first) in
            self.pieces.into_iter().zip(panels).zip(firsts)
        {
            let n_columns = COLUMNS.min(self.n_out - first);
            if n_columns < COLUMNS {
                gradient.fill([0.0; COLUMNS]);
            }
            multiply_panel(arch, (&left, n_rows), (panel, n_columns), gradient);
            let gradient = &gradient[..n_rows];
            let means = means.map(<[_]>::as_flattened_mut);
            let of_piece =
                update.update(2, weight.as_flattened_mut(), gradient.as_flattened(), means);
            largest = largest.max(of_piece);
            if let Some(out) = transposed.next() {
                transpose(arch, weight, out);
            }
        }
        largest
    }
}

/// Rows of the gradient of one panel's units: so many of each, and anything behind the rows.
fn multiply_panel(
    arch: Arch,
    (left, n_rows): (&LeftColumns<'_>, usize),
    (panel, n_columns): (&[[f32; COLUMNS]], usize),
    out: &mut [[f32; COLUMNS]; BLOCK],
) {
    let batch = panel.len();
    for (part, (start, depth)) in depths(batch).enumerate() {
        let panel = &panel[start..start + depth];
        let is_added = start > 0;
        match left {
            LeftColumns::Dense(left) => {
                let (tiles, _) = out.as_chunks_mut::<ROWS>();
                for (left, out) in left.chunks_exact(batch).zip(tiles) {
                    let left = &left[start..start + depth];
                    multiply(
                        arch,
                        (left, panel),
                        depth,
                        n_columns,
                        out.each_mut(),
                        is_added,
                    );
                }
            }
            LeftColumns::Sparse(strips) => {
                let (tiles, _) = out.as_chunks_mut::<STRIP>();
                let tiles = tiles.iter_mut().take(n_rows.div_ceil(STRIP));
                for (at, out) in tiles.enumerate() {
                    let operands = strips.operands(at, (part, start), panel);
                    let depth = operands.0.len();
                    multiply(arch, operands, depth, n_columns, out.each_mut(), is_added);
                }
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
