use pulp::{Arch, Simd, WithSimd};

use super::LinearShape;
use crate::{
    buffers,
    pack::{Matrix, Scratch, Shared, first_of},
    sparse::{self, Picks, Strips},
    tasks::{COPY, column_blocks, for_each},
    tile::{COLUMNS, ROWS, Tile, depths, multiply, multiply_into},
};

/// Rows of the weights whose gradients a task computes. A task reads the gradients of all outputs, in two orders; of a
/// large batch they are more than the second cache holds, and fewer tasks read them less often.
fn weight_rows(LinearShape { batch, .. }: LinearShape) -> usize {
    if batch > 256 { 128 } else { 32 }
}

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
    let mut scratch = Shared::take();
    let n_panels = n_out.div_ceil(COLUMNS);
    let panels = first_of(&mut scratch.panels.buffer, n_panels * batch, [0.0; COLUMNS]);
    mask(shape, output_of_relu, gradient, panels, &mut bias);
    let n_panels = if is_input_asked {
        batch.div_ceil(COLUMNS)
    } else {
        0
    };
    let transposed = first_of(
        &mut scratch.transposed.buffer,
        n_panels * n_out,
        [0.0; COLUMNS],
    );
    transpose(shape, panels, transposed);
    let (panels, transposed) = (&*panels, &*transposed);
    // Empty, if it is not asked for.
    let n_rows = weight_rows(shape);
    let columns = column_blocks(&mut of_input, n_in, n_rows);
    let tasks: Vec<_> = of_weight.chunks_mut(n_rows * n_out).zip(columns).collect();
    let n_products = if is_input_asked { 2 } else { 1 };
    let work = n_products * batch * n_out * n_rows.min(n_in);
    let (input, weight) = (Matrix::new(input, n_in), Matrix::new(weight, n_out));
    let is_sparse = sparse::is_by_columns(input, (batch, n_in));
    for_each(tasks, work, |at, (of_weight, mut of_input)| {
        let from = at * n_rows;
        weight_block(shape, (input, is_sparse), panels, from, of_weight);
        if is_input_asked {
            input_block(shape, weight, transposed, from, &mut of_input);
        }
    });
    LinearGradients {
        input: is_input_asked.then_some(of_input),
        weight: of_weight,
        bias,
    }
}

/// Panels of units of the gradient behind the activation, `[panel, batch, COLUMNS]`, and its sums over the batch,
/// which are the gradient of the bias.
fn mask(
    LinearShape { batch, n_out, .. }: LinearShape,
    output_of_relu: Option<&[f32]>,
    gradient: &[f32],
    panels: &mut [[f32; COLUMNS]],
    bias: &mut [f32],
) {
    let panels = panels.chunks_exact_mut(batch);
    let tasks: Vec<_> = panels.zip(bias.chunks_mut(COLUMNS)).collect();
    let gradient = Matrix::new(gradient, n_out);
    let output = output_of_relu.map(|output| Matrix::new(output, n_out));
    for_each(tasks, batch * COLUMNS * COPY, |at, (panel, bias)| {
        let from = at * COLUMNS;
        let columns = (from, from + bias.len());
        let mut sums = [0.0; COLUMNS];
        Arch::new().dispatch(Mask {
            gradient,
            output,
            columns,
            panel,
            sums: &mut sums,
        });
        bias.copy_from_slice(&sums[..bias.len()]);
    });
}

/// One panel of it.
struct Mask<'a> {
    gradient: Matrix<'a>,
    output: Option<Matrix<'a>>,
    columns: (usize, usize),
    panel: &'a mut [[f32; COLUMNS]],
    sums: &'a mut [f32; COLUMNS],
}

impl WithSimd for Mask<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let zero = simd.splat_f32s(0.0);
        let (sums, _) = S::as_mut_simd_f32s(self.sums);
        let mut copies = [[0.0; COLUMNS]; 2];
        for (at, out) in self.panel.iter_mut().enumerate() {
            let [values, outputs] = &mut copies;
            let values = self.gradient.row(at, self.columns, values);
            let (values, _) = S::as_simd_f32s(values);
            let outputs = self.output.map(|output| {
                let outputs = output.row(at, self.columns, outputs);
                S::as_simd_f32s(outputs).0
            });
            let (out, _) = S::as_mut_simd_f32s(out);
            for i in 0..COLUMNS / S::F32_LANES {
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
fn transpose(
    LinearShape { batch, n_out, .. }: LinearShape,
    panels: &[[f32; COLUMNS]],
    transposed: &mut [[f32; COLUMNS]],
) {
    let tasks: Vec<_> = transposed.chunks_exact_mut(n_out).collect();
    for_each(tasks, n_out * COLUMNS * COPY, |at, transposed| {
        let examples = at * COLUMNS..batch.min((at + 1) * COLUMNS);
        let units = transposed.chunks_mut(COLUMNS);
        Arch::new().dispatch(|| {
            for (panel, units) in panels.chunks_exact(batch).zip(units) {
                let (whole, rest) = panel[examples.clone()].as_chunks::<ROWS>();
                for (unit, out) in units.iter_mut().enumerate() {
                    write_column(whole.iter(), rest, unit, &mut out[..examples.len()]);
                }
            }
        });
    });
}

/// Writes a column of tiles that stand one below the other into a row; what `out` is longer than whole tiles comes from
/// `rest`.
#[inline(always)]
fn write_column<'a>(
    tiles: impl Iterator<Item = &'a Tile>,
    rest: &[[f32; COLUMNS]],
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

/// `[strip, batch]`: eight inputs of each example.
enum Left<'a> {
    Dense(&'a [[f32; ROWS]]),
    Sparse(Strips<'a>),
}

/// Rows of the weights' gradient from `from` on: `inputᵀ · gradient`.
fn weight_block(
    LinearShape { batch, n_in, n_out }: LinearShape,
    (input, is_sparse): (Matrix<'_>, bool),
    panels: &[[f32; COLUMNS]],
    from: usize,
    out: &mut [f32],
) {
    let arch = Arch::new();
    let mut scratch = Scratch::take();
    let n_rows = out.len() / n_out;
    let firsts = (from..from + n_rows).step_by(ROWS);
    let left = first_of(
        &mut scratch.interleaved.buffer,
        firsts.len() * batch,
        [0.0; ROWS],
    );
    for (first, left) in firsts.zip(left.chunks_exact_mut(batch)) {
        input.columns((first, n_in), 0, left);
    }
    let mut picks = Picks::take();
    let left = if is_sparse {
        Left::Sparse(Strips::of_interleaved(left, batch, &mut picks))
    } else {
        Left::Dense(left)
    };
    let mut rows: Vec<&mut [f32]> = out.chunks_mut(n_out).collect();
    for (panel, column) in panels.chunks_exact(batch).zip((0..n_out).step_by(COLUMNS)) {
        let columns = (column, COLUMNS.min(n_out - column));
        for (part, (start, depth)) in depths(batch).enumerate() {
            let panel = &panel[start..start + depth];
            let is_added = start > 0;
            for (at, rows) in rows.chunks_mut(ROWS).enumerate() {
                match &left {
                    Left::Dense(left) => {
                        let operands = (&left[at * batch + start..][..depth], panel);
                        multiply_into(arch, operands, depth, rows, columns, is_added);
                    }
                    Left::Sparse(strips) => {
                        let operands = strips.operands(at, (part, start), panel);
                        let depth = operands.0.len();
                        multiply_into(arch, operands, depth, rows, columns, is_added);
                    }
                }
            }
        }
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
