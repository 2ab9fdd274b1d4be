//! Left operands of a layer's products, eight rows at a time, with their zeros or without.

use pulp::Arch;

use crate::{
    pack::{Matrix, first_of},
    sparse::{Picks, Strips},
    tile::{COLUMNS, ROWS, multiply_into},
};

/// A part of the depth of a product.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    /// Its number, and where it begins.
    pub(crate) at: (usize, usize),
    /// `[depth, COLUMNS]`, of the right operand.
    pub(crate) panel: &'a [[f32; COLUMNS]],
}

/// Examples: rows of a matrix.
pub(crate) struct LeftRows<'a> {
    pub(crate) matrix: Matrix<'a>,
    pub(crate) n_rows: usize,
    pub(crate) n_depths: usize,
    /// The same without its zeros, if it has many.
    pub(crate) strips: Option<Strips<'a>>,
}

impl LeftRows<'_> {
    /// Writes the product with a panel to columns of eight rows, or adds it to them behind the first part.
    pub(crate) fn multiply_into(
        &self,
        arch: Arch,
        first_row: usize,
        part: Part<'_>,
        out: &mut [&mut [f32]],
        columns: (usize, usize),
    ) {
        let Part {
            at: (_, start),
            panel,
        } = part;
        let is_added = start > 0;
        if let Some(strips) = &self.strips {
            let operands = strips.operands(first_row / ROWS, part.at, panel);
            let depth = operands.0.len();
            multiply_into(arch, operands, depth, out, columns, is_added);
        } else {
            let depth = panel.len();
            let rows = self.matrix.rows((first_row, self.n_rows), start, depth);
            multiply_into(arch, (rows, panel), depth, out, columns, is_added);
        }
    }
}

/// Inputs: columns of a matrix, brought side by side: `[strip, batch]`, eight inputs of each example.
pub(crate) enum LeftColumns<'a> {
    Dense {
        left: &'a [[f32; ROWS]],
        batch: usize,
    },
    Sparse(Strips<'a>),
}

impl<'a> LeftColumns<'a> {
    /// Columns from one on, so many of them, of a matrix `[batch, n_in]`.
    pub(crate) fn new(
        input: Matrix<'_>,
        (from, n): (usize, usize),
        (batch, n_in): (usize, usize),
        is_by_columns: bool,
        (buffer, picks): (&'a mut Vec<[f32; ROWS]>, &'a mut Picks),
    ) -> Self {
        let firsts = (from..from + n).step_by(ROWS);
        let left = first_of(buffer, firsts.len() * batch, [0.0; ROWS]);
        for (first, left) in firsts.zip(left.chunks_exact_mut(batch)) {
            input.columns((first, n_in), 0, left);
        }
        if is_by_columns {
            Self::Sparse(Strips::of_interleaved(left, batch, picks))
        } else {
            Self::Dense { left, batch }
        }
    }

    /// Writes the product with a panel to columns of eight rows, or adds it to them behind the first part.
    pub(crate) fn multiply_into(
        &self,
        arch: Arch,
        strip: usize,
        part: Part<'_>,
        out: &mut [&mut [f32]],
        columns: (usize, usize),
    ) {
        let Part {
            at: (_, start),
            panel,
        } = part;
        let is_added = start > 0;
        match self {
            Self::Dense { left, batch } => {
                let depth = panel.len();
                let left = &left[strip * batch + start..][..depth];
                multiply_into(arch, (left, panel), depth, out, columns, is_added);
            }
            Self::Sparse(strips) => {
                let operands = strips.operands(strip, part.at, panel);
                let depth = operands.0.len();
                multiply_into(arch, operands, depth, out, columns, is_added);
            }
        }
    }
}
