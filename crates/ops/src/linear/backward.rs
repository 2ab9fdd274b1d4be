use pulp::{Arch, Simd, WithSimd};

use super::{LinearShape, left::LeftColumns};
use crate::{
    buffers,
    pack::{Matrix, Scratch, Shared, first_of},
    sparse::{self, ListScratch, Lists, STRIP, StripScratch, Values, WIDTH},
    tasks::{COPY, column_blocks, for_each},
    tile::{COLUMNS, ROWS, depths, multiply, multiply_into},
};

/// Rows of the weights whose gradients a task computes. A task reads the gradients of all outputs; of a large batch they
/// are more than the second cache holds, and fewer tasks read them less often. With few rows there must be enough tasks.
fn weight_rows(LinearShape { batch, n_in, .. }: LinearShape) -> usize {
    match (batch, n_in) {
        (257.., _) => 128,
        (_, 512..) => 64,
        _ => 32,
    }
}

/// Up to which share of the gradients the inputs' gradients are computed from lists: fewer, since the weights must be
/// transposed for it.
const MOST_OF_GRADIENT: f64 = 0.35;

/// Examples for which a task computes the inputs' gradients from lists, at most.
const ROW_BLOCK: usize = 128;

/// The gradients of a layer.
pub struct LinearGradients {
    /// `[batch, n_in]`, if asked for.
    pub input: Option<Vec<f32>>,
    /// `[n_in, n_out]`.
    pub weight: Vec<f32>,
    /// `[n_out]`.
    pub bias: Vec<f32>,
}

/// Computes a layer's gradients.
///
/// # Shapes
///
/// - input: `[batch, n_in]`
/// - weight: `[n_in, n_out]`
/// - output: `[batch, n_out]`, with which `ReLU` was passed, if it was
/// - gradient: `[batch, n_out]`, of the output
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn linear_backward(
    shape: LinearShape,
    input: &[f32],
    weight: &[f32],
    output_of_relu: Option<&[f32]>,
    gradient: &[f32],
    is_input_asked: bool,
) -> LinearGradients {
    let LinearShape { batch, n_in, n_out } = shape;
    assert_eq!((input.len(), weight.len()), (batch * n_in, n_in * n_out));
    assert_eq!(gradient.len(), batch * n_out);
    let mut of_weight = buffers::buffer(n_in * n_out);
    let mut of_input = buffers::buffer(if is_input_asked { batch * n_in } else { 0 });
    let mut bias = vec![0.0; n_out];
    if of_weight.is_empty() || batch == 0 {
        of_weight.fill(0.0);
        of_input.fill(0.0);
        let input = is_input_asked.then_some(of_input);
        return LinearGradients {
            input,
            weight: of_weight,
            bias,
        };
    }
    let (input, weight) = (Matrix::new(input, n_in), Matrix::new(weight, n_out));
    let gradient = Values {
        matrix: Matrix::new(gradient, n_out),
        output_of_relu: output_of_relu.map(|output| Matrix::new(output, n_out)),
    };
    let mut scratch = Shared::take();
    let Shared {
        panels,
        wide_panels,
        transposed,
    } = &mut scratch;
    let few = Values::new(input).few((batch, n_in), n_out, sparse::MOST);
    let is_by_columns = sparse::is_by_columns(input, (batch, n_in), few);
    let panels = if !is_by_columns && few.is_some() {
        Panels::Wide(masked(shape, gradient, &mut wide_panels.buffer, &mut bias))
    } else {
        Panels::Narrow(masked(shape, gradient, &mut panels.buffer, &mut bias))
    };
    let mut lists = ListScratch::shared();
    let of_examples = is_input_asked.then(|| {
        let few = gradient.few((batch, n_out), n_in, MOST_OF_GRADIENT);
        if few.is_some() {
            let lists = Lists::of_rows(Arch::new(), gradient, (batch, n_out), false, &mut lists);
            return Gradient::Lists(lists);
        }
        Gradient::Panels(match &panels {
            Panels::Wide(panels) => transpose(shape, panels, &mut transposed.buffer),
            Panels::Narrow(panels) => transpose(shape, panels, &mut transposed.buffer),
        })
    });
    let mut tasks = weight_tasks(shape, &panels, &mut of_weight);
    if let Some(gradient) = &of_examples {
        tasks.extend(input_tasks(shape, gradient, &mut of_input));
    }
    let work = tasks.iter().map(|task| task.multiply_adds(shape)).max();
    for_each(tasks, work.unwrap_or(0), |_, task| match task {
        Task::Weight(Panels::Wide(panels), from, out) => {
            listed_weight_block(shape, input, panels, from, out);
        }
        Task::Weight(Panels::Narrow(panels), from, out) => {
            weight_block(shape, (input, is_by_columns), panels, from, out);
        }
        Task::Input(Gradient::Lists(lists), first, from, mut out) => {
            let n = out[0].len();
            let columns = sparse::Transposed {
                matrix: weight,
                from,
                n,
            };
            sparse::product(Arch::new(), lists, first, &columns, &mut out);
        }
        Task::Input(Gradient::Panels(transposed), _, from, mut out) => {
            input_block(shape, weight, transposed, from, &mut out);
        }
    });
    LinearGradients {
        input: is_input_asked.then_some(of_input),
        weight: of_weight,
        bias,
    }
}

/// A piece of the work.
enum Task<'a> {
    /// Rows of the weights' gradient, from one on.
    Weight(&'a Panels<'a>, usize, &'a mut [f32]),
    /// Pieces of rows of the input's gradient: the first row, the first column, and the pieces.
    Input(&'a Gradient<'a>, usize, usize, Vec<&'a mut [f32]>),
}

impl Task<'_> {
    fn multiply_adds(&self, LinearShape { batch, n_out, .. }: LinearShape) -> usize {
        match self {
            Self::Weight(_, _, out) => batch * out.len(),
            Self::Input(_, _, _, out) => n_out * out.len() * out.first().map_or(0, |row| row.len()),
        }
    }
}

fn weight_tasks<'a>(
    shape: LinearShape,
    panels: &'a Panels<'a>,
    out: &'a mut [f32],
) -> Vec<Task<'a>> {
    let n_rows = weight_rows(shape);
    let blocks = out.chunks_mut(n_rows * shape.n_out).enumerate();
    blocks
        .map(|(at, out)| Task::Weight(panels, at * n_rows, out))
        .collect()
}

fn input_tasks<'a>(
    shape: LinearShape,
    gradient: &'a Gradient<'a>,
    out: &'a mut [f32],
) -> impl Iterator<Item = Task<'a>> {
    let LinearShape { batch, n_in, .. } = shape;
    let (n_rows, n_columns) = match gradient {
        Gradient::Lists(_) => (ROW_BLOCK, WIDTH),
        Gradient::Panels(_) => (batch, weight_rows(shape)),
    };
    let blocks = out.chunks_mut(n_rows * n_in).enumerate();
    blocks.flat_map(move |(at, rows)| {
        let pieces = column_blocks(rows, n_in, n_columns).into_iter().enumerate();
        pieces.map(move |(piece, out)| Task::Input(gradient, at * n_rows, piece * n_columns, out))
    })
}

/// The gradient of the output, behind the activation: panels of units, `[panel, batch, columns]`.
enum Panels<'a> {
    /// For an input whose values are listed.
    Wide(&'a [[f32; WIDTH]]),
    Narrow(&'a [[f32; COLUMNS]]),
}

/// The same for the input's gradient.
enum Gradient<'a> {
    Lists(Lists<'a>),
    /// Of examples, `[panel, n_out, COLUMNS]`.
    Panels(&'a [[f32; COLUMNS]]),
}

/// Panels of `N` units of the gradient behind the activation, `[panel, batch, N]`, and its sums over the batch, which are
/// the gradient of the bias.
fn masked<'a, const N: usize>(
    LinearShape { batch, n_out, .. }: LinearShape,
    gradient: Values<'_>,
    buffer: &'a mut Vec<[f32; N]>,
    bias: &mut [f32],
) -> &'a [[f32; N]] {
    let panels = first_of(buffer, n_out.div_ceil(N) * batch, [0.0; N]);
    let tasks: Vec<_> = panels
        .chunks_exact_mut(batch)
        .zip(bias.chunks_mut(N))
        .collect();
    for_each(tasks, batch * N * COPY, |at, (panel, bias)| {
        let from = at * N;
        let columns = (from, from + bias.len());
        let mut sums = [0.0; N];
        Arch::new().dispatch(Mask {
            gradient,
            columns,
            panel,
            sums: &mut sums,
        });
        bias.copy_from_slice(&sums[..bias.len()]);
    });
    panels
}

/// One panel of it.
struct Mask<'a, const N: usize> {
    gradient: Values<'a>,
    columns: (usize, usize),
    panel: &'a mut [[f32; N]],
    sums: &'a mut [f32; N],
}

impl<const N: usize> WithSimd for Mask<'_, N> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let zero = simd.splat_f32s(0.0);
        let (sums, _) = S::as_mut_simd_f32s(self.sums);
        let Values {
            matrix,
            output_of_relu,
        } = self.gradient;
        let mut copies = [[0.0; N]; 2];
        for (at, out) in self.panel.iter_mut().enumerate() {
            let [values, outputs] = &mut copies;
            let values = matrix.row(at, self.columns, values);
            let (values, _) = S::as_simd_f32s(values);
            let outputs = output_of_relu.map(|output| {
                let outputs = output.row(at, self.columns, outputs);
                S::as_simd_f32s(outputs).0
            });
            let (out, _) = S::as_mut_simd_f32s(out);
            for i in 0..N / S::F32_LANES {
                let mut value = values[i];
                if let Some(outputs) = outputs {
                    let is_passed = simd.greater_than_f32s(outputs[i], zero);
                    value = simd.select_f32s(is_passed, value, zero);
                }
                out[i] = value;
                sums[i] = simd.add_f32s(sums[i], value);
            }
        }
    }
}

/// From panels of units to panels of examples, `[panel, n_out, COLUMNS]`.
fn transpose<'a, const N: usize>(
    LinearShape { batch, n_out, .. }: LinearShape,
    panels: &[[f32; N]],
    buffer: &'a mut Vec<[f32; COLUMNS]>,
) -> &'a [[f32; COLUMNS]] {
    let transposed = first_of(buffer, batch.div_ceil(COLUMNS) * n_out, [0.0; COLUMNS]);
    let tasks: Vec<_> = transposed.chunks_exact_mut(n_out).collect();
    for_each(tasks, n_out * COLUMNS * COPY, |at, transposed| {
        let examples = at * COLUMNS..batch.min((at + 1) * COLUMNS);
        let units = transposed.chunks_mut(N);
        Arch::new().dispatch(|| {
            for (panel, units) in panels.chunks_exact(batch).zip(units) {
                let (whole, rest) = panel[examples.clone()].as_chunks::<ROWS>();
                for (unit, out) in units.iter_mut().enumerate() {
                    write_column(whole.iter(), rest, unit, &mut out[..examples.len()]);
                }
            }
        });
    });
    transposed
}

/// Writes a column of tiles that stand one below the other into a row; what `out` is longer than whole tiles comes from
/// `rest`.
#[inline(always)]
fn write_column<'a, const N: usize>(
    tiles: impl Iterator<Item = &'a [[f32; N]; ROWS]>,
    rest: &[[f32; N]],
    column: usize,
    out: &mut [f32],
) {
    let (whole, last) = out.as_chunks_mut();
    for (out, tile) in whole.iter_mut().zip(tiles) {
        *out = std::array::from_fn::<_, ROWS, _>(|i| tile[i][column]);
    }
    for (out, row) in last.iter_mut().zip(rest) {
        *out = row[column];
    }
}

/// Rows of the weights' gradient from `from` on: `inputᵀ · gradient`.
fn weight_block(
    LinearShape { batch, n_in, n_out }: LinearShape,
    (input, is_by_columns): (Matrix<'_>, bool),
    panels: &[[f32; COLUMNS]],
    from: usize,
    out: &mut [f32],
) {
    let arch = Arch::new();
    let mut scratch = Scratch::take();
    let mut strips = StripScratch::take();
    let left = LeftColumns::new(
        (input, is_by_columns),
        (batch, n_in),
        (from, out.len() / n_out),
        &mut scratch.interleaved.buffer,
        &mut strips,
    );
    let mut rows: Vec<&mut [f32]> = out.chunks_mut(n_out).collect();
    for (panel, column) in panels.chunks_exact(batch).zip((0..n_out).step_by(COLUMNS)) {
        let columns = (column, COLUMNS.min(n_out - column));
        for (part, (start, depth)) in depths(batch).enumerate() {
            let panel = &panel[start..start + depth];
            let is_added = start > 0;
            match &left {
                LeftColumns::Dense(left) => {
                    for (at, rows) in rows.chunks_mut(ROWS).enumerate() {
                        let operands = (&left[at * batch + start..][..depth], panel);
                        multiply_into(arch, operands, depth, rows, columns, is_added);
                    }
                }
                LeftColumns::Sparse(strips) => {
                    for (at, rows) in rows.chunks_mut(STRIP).enumerate() {
                        let operands = strips.operands(at, (part, start), panel);
                        let depth = operands.0.len();
                        multiply_into(arch, operands, depth, rows, columns, is_added);
                    }
                }
            }
        }
    }
}

/// The same, of an input whose values are listed.
fn listed_weight_block(
    LinearShape { batch, n_out, .. }: LinearShape,
    input: Matrix<'_>,
    panels: &[[f32; WIDTH]],
    from: usize,
    out: &mut [f32],
) {
    let mut scratch = ListScratch::take();
    let columns = (from, out.len() / n_out);
    let left = Lists::of_columns(Arch::new(), input, columns, batch, &mut scratch);
    let blocks = column_blocks(out, n_out, WIDTH);
    for (panel, mut rows) in panels.chunks_exact(batch).zip(blocks) {
        sparse::product(Arch::new(), &left, 0, &sparse::Packed(panel), &mut rows);
    }
}

/// Columns of the input's gradient from `from` on: `(weight · gradientᵀ)ᵀ`.
fn input_block(
    LinearShape { batch, n_in, n_out }: LinearShape,
    weight: Matrix<'_>,
    transposed: &[[f32; COLUMNS]],
    from: usize,
    out: &mut [&mut [f32]],
) {
    let arch = Arch::new();
    let width = out[0].len();
    let n_tiles = width.div_ceil(ROWS);
    // [tile, panel]
    let n_panels = batch.div_ceil(COLUMNS);
    let mut sums = vec![[[0.0; COLUMNS]; ROWS]; n_tiles * n_panels];
    for (start, depth) in depths(n_out) {
        for (at, panel) in transposed.chunks_exact(n_out).enumerate() {
            let panel = &panel[start..start + depth];
            let n_columns = COLUMNS.min(batch - at * COLUMNS);
            for (tile_at, sums) in sums.chunks_exact_mut(n_panels).enumerate() {
                let rows = weight.rows((from + tile_at * ROWS, n_in), start, depth);
                let out = sums[at].each_mut();
                multiply(arch, (rows, panel), depth, n_columns, out, start > 0);
            }
        }
    }
    arch.dispatch(|| {
        for (at, out) in out.chunks_mut(COLUMNS).enumerate() {
            // A row of the output at a time, since each lies elsewhere.
            let last = &sums[(n_tiles - 1) * n_panels + at];
            for (column, row) in out.iter_mut().enumerate() {
                let tiles = sums.iter().skip(at).step_by(n_panels);
                write_column(tiles, last, column, row);
            }
        }
    });
}
