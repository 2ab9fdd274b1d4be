use pulp::Arch;

use super::{LinearShape, left::LeftRows};
use crate::{
    buffers,
    pack::{Matrix, Scratch, first_of},
    relu::relu,
    sparse::{self, ListScratch, Lists, STRIP, StripScratch, Strips, Values, WIDTH},
    tasks::{column_blocks, for_each},
    tile::{COLUMNS, ROWS, depths, multiply_into},
};

/// Columns of the output that a task computes, at most: what it packs of the weights stays in the second cache, and a
/// layer of 256 units has enough tasks for threads that are not equally fast.
const COLUMN_BLOCK: usize = 64;

/// Rows of the output that a task computes, at most.
const ROW_BLOCK: usize = 128;

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
    has_relu: bool,
) -> Vec<f32> {
    let LinearShape { batch, n_in, n_out } = shape;
    assert_eq!((input.len(), weight.len()), (batch * n_in, n_in * n_out));
    assert!(bias.is_none_or(|bias| bias.len() == n_out));
    let mut output = buffers::buffer(batch * n_out);
    if output.is_empty() {
        return output;
    }
    if n_in == 0 {
        output.fill(0.0); // the empty sum
    }
    let (input, weight) = (Matrix::new(input, n_in), Matrix::new(weight, n_out));
    let (mut strips, mut lists) = (StripScratch::take(), ListScratch::shared());
    let values = Values::new(input);
    let few = values.few((batch, n_in), n_out, sparse::MOST);
    // With few units, to look for zeros takes longer than to multiply by them.
    let strips = (n_out >= COLUMNS)
        .then(|| Strips::of_rows(input, (batch, n_in), few, false, &mut strips))
        .flatten();
    let lists = (strips.is_none() && few.is_some())
        .then(|| Lists::of_rows(Arch::new(), values, (batch, n_in), false, &mut lists));
    let column_block = if lists.is_some() { WIDTH } else { COLUMN_BLOCK };
    // A layer with few units has one block of columns: then there are more blocks of rows.
    let row_block = if n_out > column_block {
        ROW_BLOCK
    } else {
        ROW_BLOCK / 2
    };
    let mut tasks = Vec::new();
    for (at, rows) in output.chunks_mut(row_block * n_out).enumerate() {
        for (block, pieces) in column_blocks(rows, n_out, column_block)
            .into_iter()
            .enumerate()
        {
            tasks.push((at * row_block, block * column_block, pieces));
        }
    }
    let work = row_block.min(batch) * n_in * column_block.min(n_out);
    let left = LeftRows {
        matrix: input,
        strips,
        n_rows: batch,
        n_depths: n_in,
    };
    for_each(tasks, work, |_, (first_row, from, mut pieces)| {
        let n = pieces[0].len();
        if let Some(lists) = &lists {
            let columns = sparse::Columns {
                matrix: weight,
                from,
                n,
            };
            sparse::product(Arch::new(), lists, first_row, &columns, &mut pieces);
        } else {
            product_block(&left, weight, first_row, from, &mut pieces);
        }
        let bias = bias.map(|bias| &bias[from..from + n]);
        Arch::new().dispatch(|| finish(&mut pieces, bias, has_relu));
    });
    output
}

/// A block of `left · right` over all of the depth.
fn product_block(
    left: &LeftRows<'_>,
    right: Matrix<'_>,
    first_row: usize,
    from: usize,
    out: &mut [&mut [f32]],
) {
    let arch = Arch::new();
    let mut scratch = Scratch::take();
    let width = out[0].len();
    for (part, (start, depth)) in depths(left.n_depths).enumerate() {
        let panel = first_of(&mut scratch.panels.buffer, depth, [0.0; COLUMNS]);
        let is_added = start > 0;
        for column in (0..width).step_by(COLUMNS) {
            let n_columns = COLUMNS.min(width - column);
            // One at a time, so that it stays in the first cache until it has been used.
            if n_columns < COLUMNS {
                right.columns((from + column, from + width), start, panel);
            }
            for (at, out) in out.chunks_mut(ROWS).enumerate() {
                let first_row = first_row + at * ROWS;
                let rows = || left.matrix.rows((first_row, left.n_rows), start, depth);
                let columns = (column, n_columns);
                if at == 0 && n_columns == COLUMNS {
                    let packing = right.packing(from + column, start, panel);
                    multiply_into(arch, (rows(), packing), depth, out, columns, is_added);
                } else if let Some(strips) = &left.strips {
                    for (at, out) in out.chunks_mut(STRIP).enumerate() {
                        let strip = first_row / STRIP + at;
                        let operands = strips.operands(strip, (part, start), panel);
                        let depth = operands.0.len();
                        multiply_into(arch, operands, depth, out, columns, is_added);
                    }
                } else {
                    multiply_into(arch, (rows(), &*panel), depth, out, columns, is_added);
                }
            }
        }
    }
}

/// Adds the bias and applies the activation.
#[inline(always)]
pub(crate) fn finish(rows: &mut [&mut [f32]], bias: Option<&[f32]>, has_relu: bool) {
    for row in rows {
        if let Some(bias) = bias {
            for (value, bias) in row.iter_mut().zip(bias) {
                *value += bias;
            }
        }
        if has_relu {
            row.iter_mut().for_each(|value| *value = relu(*value));
        }
    }
}
