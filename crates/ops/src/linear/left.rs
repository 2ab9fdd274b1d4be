//! Left operands of a layer's products, eight rows at a time.

use crate::{
    pack::{Matrix, first_of},
    sparse::{StripScratch, Strips},
    tile::ROWS,
};

/// Examples: rows of a matrix.
pub(crate) struct LeftRows<'a> {
    pub(crate) matrix: Matrix<'a>,
    pub(crate) n_rows: usize,
    pub(crate) n_depths: usize,
    /// The same without its zeros, if it has many.
    pub(crate) strips: Option<Strips<'a>>,
}

/// Inputs: columns of a matrix, brought side by side.
pub(crate) enum LeftColumns<'a> {
    /// `[strip, batch]`: eight inputs of each example.
    Dense(&'a [[f32; ROWS]]),
    Sparse(Strips<'a>),
}

impl<'a> LeftColumns<'a> {
    /// `n` columns from one on of a matrix `[batch, n_in]`, without their zeros if `is_by_columns`.
    pub(crate) fn new(
        (input, is_by_columns): (Matrix<'_>, bool),
        (batch, n_in): (usize, usize),
        (from, n): (usize, usize),
        buffer: &'a mut Vec<[f32; ROWS]>,
        scratch: &'a mut StripScratch,
    ) -> Self {
        if is_by_columns {
            let strips = Strips::of_columns(input, (batch, n_in), (from, n), scratch);
            return Self::Sparse(strips);
        }
        let firsts = (from..from + n).step_by(ROWS);
        let left = first_of(buffer, firsts.len() * batch, [0.0; ROWS]);
        for (first, left) in firsts.zip(left.chunks_exact_mut(batch)) {
            input.columns((first, n_in), 0, left);
        }
        Self::Dense(left)
    }
}
