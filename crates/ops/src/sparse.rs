//! Left operands with many zeros: pictures are mostly background, tables of counts mostly empty, and behind `ReLU` half of
//! the values or more are zero, on the way back as well.
//!
//! Where neighbours are zero together, as pixels of the background are, tiles leave out what is zero in four rows: of
//! MNIST's digits, from 0 to 1, 61 % where the rows are digits (in forward), and 72 % where they are pixels (in the
//! weights' gradient). Behind `ReLU` zeros stand alone. There, what is not zero of each row stands in a list, and a product goes
//! through that list with 128 columns of sums: it reads a vector for every multiply-add, and so takes longer for each than
//! a tile, but needs no more of them than there are values.
//!
//! No bit of the result changes, since `0 · w + sum` is `sum` for every finite `w`, and sums run in the same order over
//! the same parts of the depth.

mod lists;
mod product;
mod strips;

pub use self::strips::are_sparse;
pub(crate) use self::{
    lists::{ListScratch, Lists, MOST, Values},
    product::{Columns, Packed, Transposed, WIDTH, product},
    strips::{Bytes, STRIP, StripScratch, Strips, is_by_columns},
};

use crate::{chunks::CHUNK, tile::depths};

/// The largest depth that a product goes through at once, 40 KiB of its right operand, which stay in the first cache.
/// Whole chunks, so that a list is made of as few as there are.
const BLOCK: usize = 5 * CHUNK;

/// A piece of the depth, within one of the parts over which sums run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    start: usize,
    depth: usize,
    part: usize,
    is_first: bool,
    is_last: bool,
}

/// Cuts each part of the depth into blocks, all but its last as large as its first.
fn blocks(n_depths: usize) -> impl Iterator<Item = Block> {
    depths(n_depths)
        .enumerate()
        .flat_map(|(part, (start, depth))| {
            let least = depth.div_ceil(depth.div_ceil(BLOCK));
            let block = least.next_multiple_of(CHUNK);
            (0..depth).step_by(block).map(move |at| Block {
                start: start + at,
                depth: block.min(depth - at),
                part,
                is_first: at == 0,
                is_last: at + block >= depth,
            })
        })
}

#[cfg(test)]
mod tests;
