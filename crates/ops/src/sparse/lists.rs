//! What is not zero of each row.

use std::cell::Cell;

use pulp::Arch;

use super::{Block, blocks};
use crate::{
    chunks::{CHUNK, Chunk, Chunks, List, Work, dispatch},
    pack::{Lent, Matrix, first_of},
    tasks::{COPY, for_each},
};

/// Up to which share of the values it pays to list them. At half, a product of 1,024 columns takes as
/// long as with all of them, one of 512 already at 0.4.
pub(crate) const MOST: f64 = 0.42;

/// From how many depths and columns on. In smaller products, lists and what is packed for them take what they save.
const LEAST: usize = 512;

/// Rows that are looked at to know how many values are not zero, presumably in all.
const LOOKED_AT: usize = 8;

/// Rows that are listed at a time.
const ROWS: usize = 8;

/// A matrix, of which those values are zero at which another one is not above zero: with the output of `ReLU`, a gradient
/// as it goes on behind it.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    pub(crate) matrix: Matrix<'a>,
    pub(crate) output_of_relu: Option<Matrix<'a>>,
}

impl<'a> Values<'a> {
    pub(crate) fn new(matrix: Matrix<'a>) -> Self {
        Self {
            matrix,
            output_of_relu: None,
        }
    }

    /// Up to [`CHUNK`] values of a row, and zeros behind them.
    #[inline(always)]
    fn chunk(&self, row: usize, from: usize, n: usize) -> Chunk {
        let values = self.matrix.chunk(row, from, n);
        match &self.output_of_relu {
            Some(output) => {
                let output: Chunk = output.chunk(row, from, n);
                std::array::from_fn(|i| if output[i] > 0.0 { values[i] } else { 0.0 })
            }
            None => values,
        }
    }

    /// Which share is not zero, if it is at most such a share of a matrix that is large enough for lists: `n_others` is the
    /// other length of the weights that it is multiplied with, or whose gradient it makes.
    pub(crate) fn few(
        &self,
        (n_rows, n_columns): (usize, usize),
        n_others: usize,
        most: f64,
    ) -> Option<f64> {
        if n_rows == 0 || n_columns < LEAST || n_others < LEAST {
            return None;
        }
        let rows = LOOKED_AT.min(n_rows);
        let mut n_left = 0;
        Arch::new().dispatch(|| {
            for row in (0..rows).map(|i| i * n_rows / rows) {
                for at in (0..n_columns).step_by(CHUNK) {
                    let chunk = self.chunk(row, at, CHUNK.min(n_columns - at));
                    n_left += chunk.iter().map(|x| i32::from(*x != 0.0)).sum::<i32>();
                }
            }
        });
        let share = f64::from(n_left) / (rows * n_columns) as f64;
        (share <= most).then_some(share)
    }
}

/// Lists of what is not zero, one for each row.
pub(crate) struct Lists<'a> {
    pub(super) n_depths: usize,
    n_blocks: usize,
    /// `[row, value]`: at which depth each stands, counted from the beginning of its block.
    places: &'a [u32],
    /// `[row, value]`
    factors: &'a [f32],
    /// `[row, block]`: how many values stand in the row up to the end of a block.
    ends: &'a [u32],
}

impl<'a> Lists<'a> {
    /// Those of a matrix's rows. They are made side by side where that pays, or by this thread alone.
    pub(crate) fn of_rows(
        arch: Arch,
        values: Values<'_>,
        (n_rows, n_depths): (usize, usize),
        is_alone: bool,
        scratch: &'a mut ListScratch,
    ) -> Self {
        let tasks: Vec<_> = scratch.rows(n_rows, n_depths, ROWS).collect();
        let work = if is_alone { 0 } else { ROWS * n_depths * COPY };
        for_each(tasks, work, |at, rows| {
            dispatch(
                arch,
                OfRows {
                    values,
                    first: at * ROWS,
                    n_depths,
                    rows,
                },
            );
        });
        scratch.lists(n_rows, n_depths)
    }

    /// Those of the columns `from..from + n_columns` of a matrix of so many rows.
    pub(crate) fn of_columns(
        arch: Arch,
        matrix: Matrix<'_>,
        (from, n_columns): (usize, usize),
        n_rows: usize,
        scratch: &'a mut ListScratch,
    ) -> Self {
        for (at, rows) in scratch.rows(n_columns, n_rows, CHUNK).enumerate() {
            let from = from + at * CHUNK;
            dispatch(
                arch,
                OfColumns {
                    matrix,
                    from,
                    n_rows,
                    rows,
                },
            );
        }
        scratch.lists(n_columns, n_rows)
    }

    /// What a row has in a block: at which of the block's depths, and the values there.
    #[inline(always)]
    pub(super) fn block(&self, row: usize, block: usize) -> (&'a [u32], &'a [f32]) {
        let ends = &self.ends[row * self.n_blocks..][..self.n_blocks];
        let start = if block == 0 {
            0
        } else {
            ends[block - 1] as usize
        };
        let first = row * stride(self.n_depths);
        let range = first + start..first + ends[block] as usize;
        (&self.places[range.clone()], &self.factors[range])
    }
}

/// Values from one row to the next: behind the last there must be room for a chunk.
fn stride(n_depths: usize) -> usize {
    n_depths + CHUNK
}

/// Lists of some rows, to be filled.
struct Rows<'a> {
    places: &'a mut [u32],
    factors: &'a mut [f32],
    ends: &'a mut [u32],
}

struct OfRows<'a> {
    values: Values<'a>,
    first: usize,
    n_depths: usize,
    rows: Rows<'a>,
}

impl Work for OfRows<'_> {
    #[inline(always)]
    fn run(self, chunks: impl Chunks) {
        let Rows {
            places,
            factors,
            ends,
        } = self.rows;
        let stride = stride(self.n_depths);
        let n_blocks = blocks(self.n_depths).count();
        let lists = places
            .chunks_exact_mut(stride)
            .zip(factors.chunks_exact_mut(stride));
        for (row, ((places, factors), ends)) in
            (self.first..).zip(lists.zip(ends.chunks_exact_mut(n_blocks)))
        {
            let mut list = List {
                places,
                factors,
                length: 0,
            };
            for (Block { start, depth, .. }, end) in blocks(self.n_depths).zip(ends) {
                for at in (0..depth).step_by(CHUNK) {
                    let chunk = self.values.chunk(row, start + at, CHUNK.min(depth - at));
                    chunks.append(chunk, at, &mut list);
                }
                *end = list.length as u32;
            }
        }
    }
}

/// Up to [`CHUNK`] columns.
struct OfColumns<'a> {
    matrix: Matrix<'a>,
    from: usize,
    n_rows: usize,
    rows: Rows<'a>,
}

impl Work for OfColumns<'_> {
    #[inline(always)]
    fn run(self, chunks: impl Chunks) {
        let Rows {
            places,
            factors,
            ends,
        } = self.rows;
        let stride = stride(self.n_rows);
        let n_blocks = blocks(self.n_rows).count();
        let n_columns = places.len() / stride;
        let mut lengths = [0; CHUNK];
        for (block, Block { start, depth, .. }) in blocks(self.n_rows).enumerate() {
            for at in (0..depth).step_by(CHUNK) {
                let mut rows = [[0.0; CHUNK]; CHUNK];
                for (i, row) in rows.iter_mut().enumerate().take(depth - at) {
                    *row = self.matrix.chunk(start + at + i, self.from, n_columns);
                }
                let columns = chunks.transpose(&rows);
                for i in 0..n_columns {
                    let row = i * stride..(i + 1) * stride;
                    let mut list = List {
                        places: &mut places[row.clone()],
                        factors: &mut factors[row],
                        length: lengths[i],
                    };
                    chunks.append(columns[i], at, &mut list);
                    lengths[i] = list.length;
                }
            }
            for i in 0..n_columns {
                ends[i * n_blocks + block] = lengths[i] as u32;
            }
        }
    }
}

/// What a thread keeps to put lists in.
pub(crate) struct ListScratch {
    places: Lent<u32>,
    factors: Lent<f32>,
    ends: Lent<u32>,
}

impl ListScratch {
    /// For a task of its own.
    pub(crate) fn take() -> Self {
        Self {
            places: Lent::new(&PLACES),
            factors: Lent::new(&FACTORS),
            ends: Lent::new(&ENDS),
        }
    }

    /// For the thread that divides work, of which it may do some itself.
    pub(crate) fn shared() -> Self {
        Self {
            places: Lent::new(&SHARED_PLACES),
            factors: Lent::new(&SHARED_FACTORS),
            ends: Lent::new(&SHARED_ENDS),
        }
    }

    /// Room for `n_rows` lists, so many at a time.
    fn rows(
        &mut self,
        n_rows: usize,
        n_depths: usize,
        at_a_time: usize,
    ) -> impl Iterator<Item = Rows<'_>> {
        let (stride, n_blocks) = (stride(n_depths), blocks(n_depths).count());
        let places = first_of(&mut self.places.buffer, n_rows * stride, 0);
        let factors = first_of(&mut self.factors.buffer, n_rows * stride, 0.0);
        let ends = first_of(&mut self.ends.buffer, n_rows * n_blocks, 0);
        let places = places.chunks_mut(at_a_time * stride);
        let factors = factors.chunks_mut(at_a_time * stride);
        let ends = ends.chunks_mut(at_a_time * n_blocks);
        let rows = places.zip(factors).zip(ends);
        rows.map(|((places, factors), ends)| Rows {
            places,
            factors,
            ends,
        })
    }

    fn lists(&self, n_rows: usize, n_depths: usize) -> Lists<'_> {
        let n_blocks = blocks(n_depths).count();
        Lists {
            n_depths,
            n_blocks,
            places: &self.places.buffer[..n_rows * stride(n_depths)],
            factors: &self.factors.buffer,
            ends: &self.ends.buffer,
        }
    }
}

thread_local! {
    static PLACES: Cell<Vec<u32>> = const { Cell::new(Vec::new()) };
    static FACTORS: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    static ENDS: Cell<Vec<u32>> = const { Cell::new(Vec::new()) };
    static SHARED_PLACES: Cell<Vec<u32>> = const { Cell::new(Vec::new()) };
    static SHARED_FACTORS: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    static SHARED_ENDS: Cell<Vec<u32>> = const { Cell::new(Vec::new()) };
}
