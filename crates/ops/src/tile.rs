//! The one loop that everything comes down to: a small tile of a matrix product, kept in registers.
//!
//! Eight rows of a left operand times 32 columns of a right one: on AVX-512 that is sixteen vectors of sums, enough that
//! no multiply-add waits for the one before, and ten loads for sixteen multiply-adds. Left operands are read where they
//! lie; right ones are packed, or are windows of a picture.
#![allow(
    clippy::needless_range_loop,
    reason = "loops over constants, which the compiler unrolls; iterators keep sums out of registers here"
)]

use pulp::{Arch, Simd, WithSimd};

/// Rows of a tile.
pub(crate) const ROWS: usize = 8;

/// Columns of a tile, and of the panels that right operands are packed into.
pub(crate) const COLUMNS: usize = 32;

/// The largest depth of a tile: how many products are summed up at once. Its panel, 36 KiB, and its rows stay in the
/// first cache.
pub(crate) const DEPTH: usize = 288;

/// Cuts a depth into parts of about one size, `(start, depth)` each.
pub(crate) fn depths(all: usize) -> impl Iterator<Item = (usize, usize)> {
    let part = all.div_ceil(all.div_ceil(DEPTH).max(1)).max(1);
    (0..all)
        .step_by(part)
        .map(move |start| (start, part.min(all - start)))
}

/// A tile of a product.
pub(crate) type Tile = [[f32; COLUMNS]; ROWS];

/// Depths that a tile goes through in one breath, so that bounds are checked once for all of them.
pub(crate) const STEPS: usize = 16;

/// A left operand: [`ROWS`] rows.
pub(crate) trait Left: Copy {
    /// The factors at [`STEPS`] depths.
    type Block: Copy;

    /// Those from `at` on.
    fn block(self, at: usize) -> Self::Block;

    /// The factor of row `i` at a depth of a block.
    fn of(block: Self::Block, step: usize, i: usize) -> f32;

    /// The factor of row `i` at the depth `at`.
    fn factor(self, at: usize, i: usize) -> f32;
}

/// Rows as they lie in memory.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a>(pub(crate) [&'a [f32]; ROWS]);

impl<'a> Left for Rows<'a> {
    type Block = [&'a [f32; STEPS]; ROWS];

    #[inline(always)]
    fn block(self, at: usize) -> Self::Block {
        let mut block = [&[0.0; STEPS]; ROWS];
        for i in 0..ROWS {
            block[i] = self.0[i][at..at + STEPS].as_array().expect("so many");
        }
        block
    }

    #[inline(always)]
    fn of(block: Self::Block, step: usize, i: usize) -> f32 {
        block[i][step]
    }

    #[inline(always)]
    fn factor(self, at: usize, i: usize) -> f32 {
        self.0[i][at]
    }
}

/// Rows side by side: `[depth, ROWS]`.
impl<'a> Left for &'a [[f32; ROWS]] {
    type Block = &'a [[f32; ROWS]; STEPS];

    #[inline(always)]
    fn block(self, at: usize) -> Self::Block {
        self[at..at + STEPS].as_array().expect("so many")
    }

    #[inline(always)]
    fn of(block: Self::Block, step: usize, i: usize) -> f32 {
        block[step][i]
    }

    #[inline(always)]
    fn factor(self, at: usize, i: usize) -> f32 {
        self[at][i]
    }
}

/// A right operand: [`COLUMNS`] columns.
pub(crate) trait Right<'a>: Copy {
    /// All factors at a depth.
    fn at(self, depth: usize) -> &'a [f32; COLUMNS];
}

/// A packed panel: `[depth, COLUMNS]`.
impl<'a> Right<'a> for &'a [[f32; COLUMNS]] {
    #[inline(always)]
    fn at(self, depth: usize) -> &'a [f32; COLUMNS] {
        &self[depth]
    }
}

/// Columns that lie contiguous at one place per depth, which may overlap: windows of a picture.
#[derive(Clone, Copy)]
pub(crate) struct Windows<'a> {
    pub(crate) values: &'a [f32],
    /// Where each depth begins.
    pub(crate) offsets: &'a [usize],
}

impl<'a> Right<'a> for Windows<'a> {
    #[inline(always)]
    fn at(self, depth: usize) -> &'a [f32; COLUMNS] {
        let start = self.offsets[depth];
        self.values[start..start + COLUMNS]
            .as_array()
            .expect("so many")
    }
}

/// `out = Σ left · right` over `depth`, or added to it, of which only the first `n_columns` columns must be right.
///
/// Sums run in the order of the depth, whatever the processor's vectors are.
#[inline]
pub(crate) fn multiply<'a>(
    arch: Arch,
    (left, right): (impl Left, impl Right<'a>),
    depth: usize,
    n_columns: usize,
    out: &mut Tile,
) {
    arch.dispatch(Multiply {
        left,
        right,
        depth,
        n_columns,
        out,
    });
}

struct Multiply<'o, L, R> {
    left: L,
    right: R,
    depth: usize,
    n_columns: usize,
    out: &'o mut Tile,
}

impl<'a, L: Left, R: Right<'a>> WithSimd for Multiply<'_, L, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n_vectors = self.n_columns.div_ceil(S::F32_LANES);
        // With 16 registers or fewer, two vectors per row would not all stay in them.
        let has_room = S::REGISTER_COUNT >= 32 && COLUMNS >= 2 * S::F32_LANES;
        let mut from = 0;
        while from < n_vectors {
            if has_room && n_vectors - from >= 2 {
                strip::<S, L, _, 2>(simd, (self.left, self.right), self.depth, from, self.out);
                from += 2;
            } else {
                strip::<S, L, _, 1>(simd, (self.left, self.right), self.depth, from, self.out);
                from += 1;
            }
        }
    }
}

/// `N` vectors of columns, from the vector `from` on.
#[inline(always)]
fn strip<'a, S: Simd, L: Left, R: Right<'a>, const N: usize>(
    simd: S,
    (left, right): (L, R),
    depth: usize,
    from: usize,
    out: &mut Tile,
) {
    let mut sums = [[simd.splat_f32s(0.0); N]; ROWS];
    let whole = depth - depth % STEPS;
    for first in (0..whole).step_by(STEPS) {
        let block = left.block(first);
        for step in 0..STEPS {
            let (row, _) = S::as_simd_f32s(right.at(first + step));
            let row = &row[from..from + N];
            for i in 0..ROWS {
                let factor = simd.splat_f32s(L::of(block, step, i));
                for j in 0..N {
                    sums[i][j] = simd.mul_add_e_f32s(factor, row[j], sums[i][j]);
                }
            }
        }
    }
    for at in whole..depth {
        let (row, _) = S::as_simd_f32s(right.at(at));
        let row = &row[from..from + N];
        for i in 0..ROWS {
            let factor = simd.splat_f32s(left.factor(at, i));
            for j in 0..N {
                sums[i][j] = simd.mul_add_e_f32s(factor, row[j], sums[i][j]);
            }
        }
    }
    for (out, sums) in out.iter_mut().zip(&sums) {
        let (out, _) = S::as_mut_simd_f32s(out);
        out[from..from + N].copy_from_slice(sums);
    }
}
