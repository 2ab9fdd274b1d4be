//! Work in pieces, side by side where that pays.

use rayon::prelude::*;

/// Multiply-adds that are worth a thread: about 5 microseconds.
const WORTH_A_THREAD: usize = 1 << 18;

/// How many multiply-adds take as long as to bring a value to another place.
pub(crate) const COPY: usize = 16;

/// Does a piece of work for each item, where each takes about so many multiply-adds.
///
/// What the pieces are must depend on shapes alone, never on the number of threads: so results do not.
pub(crate) fn for_each<T: Send>(
    items: Vec<T>,
    multiply_adds: usize,
    work: impl Fn(usize, T) + Sync,
) {
    let at_once = WORTH_A_THREAD.div_ceil(multiply_adds.max(1));
    if items.len() <= at_once {
        for (at, item) in items.into_iter().enumerate() {
            work(at, item);
        }
        return;
    }
    items
        .into_par_iter()
        .enumerate()
        .with_min_len(at_once)
        .for_each(|(at, item)| work(at, item));
}

/// Cuts a matrix of `width` columns into blocks of columns: for each block its piece of every row.
pub(crate) fn column_blocks(
    matrix: &mut [f32],
    width: usize,
    block: usize,
) -> Vec<Vec<&mut [f32]>> {
    let n_rows = matrix.len() / width.max(1);
    let mut blocks: Vec<Vec<&mut [f32]>> = (0..width.div_ceil(block))
        .map(|_| Vec::with_capacity(n_rows))
        .collect();
    for row in matrix.chunks_exact_mut(width.max(1)) {
        for (piece, block) in row.chunks_mut(block).zip(&mut blocks) {
            block.push(piece);
        }
    }
    blocks
}
