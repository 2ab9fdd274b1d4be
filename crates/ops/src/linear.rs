//! A fully connected layer: `activation(x · w + b)`.

use pulp::Arch;

use crate::{
    buffers,
    pack::{Matrix, Scratch, Shared, first_of},
    tasks::{COPY, column_blocks, for_each},
    tile::{COLUMNS, ROWS, Tile, depths, multiply},
};

/// Columns of the output that a task computes, at most: what it packs of the weights stays in the second cache.
const COLUMN_BLOCK: usize = 128;

/// Rows of the output that a task computes, at most.
const ROW_BLOCK: usize = 128;

/// Rows of the weights whose gradients a task computes.
const WEIGHT_BLOCK: usize = 32;

/// The shape of a layer and its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearShape {
    /// Examples.
    pub batch: usize,
    /// Inputs of a unit.
    pub n_in: usize,
    /// Units.
    pub n_out: usize,
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

/// Computes a layer's output.
///
/// # Shapes
///
/// - input: `[batch, n_in]`
/// - weight: `[n_in, n_out]`
/// - bias: `[n_out]`
/// - output: `[batch, n_out]`
///
/// # Panics
/// If a slice is not of its shape.
#[must_use]
pub fn linear_forward(
    shape: LinearShape,
    input: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    relu: bool,
) -> Vec<f32> {
    let LinearShape { batch, n_in, n_out } = shape;
    assert_eq!((input.len(), weight.len()), (batch * n_in, n_in * n_out));
    assert!(bias.is_none_or(|bias| bias.len() == n_out));
    let mut output = vec![0.0; batch * n_out];
    if output.is_empty() {
        return output;
    }
    // A layer with few units has one block of columns: then there are more blocks of rows.
    let row_block = if n_out > COLUMN_BLOCK {
        ROW_BLOCK
    } else {
        ROW_BLOCK / 2
    };
    let mut tasks = Vec::new();
    for (at, rows) in output.chunks_mut(row_block * n_out).enumerate() {
        for (block, pieces) in column_blocks(rows, n_out, COLUMN_BLOCK)
            .into_iter()
            .enumerate()
        {
            tasks.push((at * row_block, block * COLUMN_BLOCK, pieces));
        }
    }
    let work = row_block.min(batch) * n_in * COLUMN_BLOCK.min(n_out);
    let (input, weight) = (Matrix::new(input, n_in), Matrix::new(weight, n_out));
    for_each(tasks, work, |_, (first_row, from, mut pieces)| {
        let width = pieces[0].len();
        product_block(input, weight, n_in, (first_row, batch), from, &mut pieces);
        let bias = bias.map(|bias| &bias[from..from + width]);
        Arch::new().dispatch(|| finish(&mut pieces, bias, relu));
    });
    output
}

/// A block of `left · right` over all of the depth.
fn product_block(
    left: Matrix<'_>,
    right: Matrix<'_>,
    depth: usize,
    (first_row, n_rows): (usize, usize),
    from: usize,
    out: &mut [&mut [f32]],
) {
    let arch = Arch::new();
    let mut scratch = Scratch::take();
    let width = out[0].len();
    let mut tile: Tile = [[0.0; COLUMNS]; ROWS];
    for (start, depth) in depths(depth) {
        let panel = first_of(&mut scratch.panels.buffer, depth, [0.0; COLUMNS]);
        for column in (0..width).step_by(COLUMNS) {
            // One at a time, so that it stays in the first cache until it has been used.
            right.panel((from + column, from + width), start, panel);
            let n_columns = COLUMNS.min(width - column);
            for (at, out) in out.chunks_mut(ROWS).enumerate() {
                let rows = left.rows((first_row + at * ROWS, n_rows), start, depth);
                multiply(arch, (rows, &*panel), depth, n_columns, &mut tile);
                for (out, sums) in out.iter_mut().zip(&tile) {
                    put(&mut out[column..column + n_columns], sums, start > 0);
                }
            }
        }
    }
}

/// Puts a tile's row where it belongs, or adds it.
#[inline(always)]
fn put(out: &mut [f32], sums: &[f32; COLUMNS], is_added: bool) {
    // Of a length that the compiler knows, nearly always.
    if let Some(out) = out.as_mut_array::<COLUMNS>() {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = if is_added { *out + sum } else { *sum };
        }
    } else if is_added {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out += sum;
        }
    } else {
        out.copy_from_slice(&sums[..out.len()]);
    }
}

/// Adds the bias and applies the activation.
#[inline(always)]
fn finish(rows: &mut [&mut [f32]], bias: Option<&[f32]>, relu: bool) {
    for row in rows {
        if let Some(bias) = bias {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
        if relu {
            for value in row.iter_mut() {
                // Not a NaN: that stays one.
                *value = if *value < 0.0 { 0.0 } else { *value };
            }
        }
    }
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
    let mut of_weight = buffers::take(n_in * n_out);
    let mut of_input = vec![0.0; if is_input_asked { batch * n_in } else { 0 }];
    let mut bias = vec![0.0; n_out];
    if of_weight.is_empty() || batch == 0 {
        of_weight.fill(0.0);
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
    let columns = column_blocks(&mut of_input, n_in, WEIGHT_BLOCK);
    let tasks: Vec<_> = of_weight
        .chunks_mut(WEIGHT_BLOCK * n_out)
        .zip(columns)
        .collect();
    let n_products = if is_input_asked { 2 } else { 1 };
    let work = n_products * batch * n_out * WEIGHT_BLOCK.min(n_in);
    let (input, weight) = (Matrix::new(input, n_in), Matrix::new(weight, n_out));
    for_each(tasks, work, |at, (of_weight, mut of_input)| {
        let from = at * WEIGHT_BLOCK;
        weight_block(shape, input, panels, from, of_weight);
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
    for_each(tasks, batch * COLUMNS * COPY, |at, (panel, bias)| {
        let from = at * COLUMNS;
        let columns = from..from + bias.len();
        Arch::new().dispatch(|| {
            let mut sums = [0.0; COLUMNS];
            for (row, out) in panel.iter_mut().enumerate() {
                let values = &gradient[row * n_out..][columns.clone()];
                match output_of_relu {
                    Some(output) => {
                        let output = &output[row * n_out..][columns.clone()];
                        for ((out, value), output) in out.iter_mut().zip(values).zip(output) {
                            *out = if *output > 0.0 { *value } else { 0.0 };
                        }
                    }
                    None => out[..values.len()].copy_from_slice(values),
                }
                for (sum, out) in sums.iter_mut().zip(&*out) {
                    *sum += out;
                }
            }
            bias.copy_from_slice(&sums[..bias.len()]);
        });
    });
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
        for (panel, units) in panels.chunks_exact(batch).zip(units) {
            let rows = &panel[examples.clone()];
            for (i, out) in units.iter_mut().enumerate() {
                for (out, row) in out.iter_mut().zip(rows) {
                    *out = row[i];
                }
            }
        }
    });
}

/// Rows of the weights' gradient from `from` on: `inputᵀ · gradient`.
fn weight_block(
    LinearShape { batch, n_in, n_out }: LinearShape,
    input: Matrix<'_>,
    panels: &[[f32; COLUMNS]],
    from: usize,
    out: &mut [f32],
) {
    let arch = Arch::new();
    let mut scratch = Scratch::take();
    let firsts = (from..n_in.min(from + WEIGHT_BLOCK)).step_by(ROWS);
    let left = first_of(
        &mut scratch.interleaved.buffer,
        firsts.len() * batch,
        [0.0; ROWS],
    );
    for (first, left) in firsts.zip(left.chunks_exact_mut(batch)) {
        input.interleaved((first, n_in), 0, left);
    }
    let mut tile: Tile = [[0.0; COLUMNS]; ROWS];
    for (panel, column) in panels.chunks_exact(batch).zip((0..n_out).step_by(COLUMNS)) {
        let n_columns = COLUMNS.min(n_out - column);
        for (start, depth) in depths(batch) {
            let panel = &panel[start..start + depth];
            for (left, out) in left.chunks_exact(batch).zip(out.chunks_mut(ROWS * n_out)) {
                let left = &left[start..start + depth];
                multiply(arch, (left, panel), depth, n_columns, &mut tile);
                for (out, sums) in out.chunks_mut(n_out).zip(&tile) {
                    put(&mut out[column..column + n_columns], sums, start > 0);
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
    let mut tile: Tile = [[0.0; COLUMNS]; ROWS];
    // [tile, panel]
    let n_panels = batch.div_ceil(COLUMNS);
    let mut sums = vec![[[0.0; COLUMNS]; ROWS]; n_tiles * n_panels];
    for (start, depth) in depths(n_out) {
        for (at, panel) in transposed.chunks_exact(n_out).enumerate() {
            let panel = &panel[start..start + depth];
            let n_columns = COLUMNS.min(batch - at * COLUMNS);
            for (tile_at, sums) in sums.chunks_exact_mut(n_panels).enumerate() {
                let rows = weight.rows((from + tile_at * ROWS, n_in), start, depth);
                multiply(arch, (rows, panel), depth, n_columns, &mut tile);
                for (out, sums) in sums[at].iter_mut().zip(&tile) {
                    put(out, sums, start > 0);
                }
            }
        }
    }
    // A row of the output at a time, since each lies elsewhere.
    for (example, out) in out.iter_mut().enumerate() {
        let (panel, column) = (example / COLUMNS, example % COLUMNS);
        for (out, sums) in out.chunks_mut(ROWS).zip(sums.chunks_exact(n_panels)) {
            for (out, sums) in out.iter_mut().zip(&sums[panel]) {
                *out = sums[column];
            }
        }
    }
}

#[cfg(test)]
mod tests;
