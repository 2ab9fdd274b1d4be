//! Products of lists.
#![allow(
    clippy::needless_range_loop,
    reason = "loops over constants, which the compiler unrolls; iterators keep sums out of registers here"
)]

use std::cell::Cell;

use pulp::{Arch, Simd, WithSimd};

use super::{BLOCK, Block, Lists, blocks};
use crate::{
    chunks::{CHUNK, Chunks, Work, dispatch},
    pack::{Lent, Matrix, first_of},
};

/// Columns of a product, at most: with AVX-512, eight vectors of sums, so that no multiply-add waits for the one before.
pub(crate) const WIDTH: usize = 128;

/// A right operand: up to [`WIDTH`] columns.
pub(crate) trait Right {
    /// Its rows of so many depths from a start on, in `panel` if they do not lie side by side yet.
    fn panel<'b>(
        &'b self,
        arch: Arch,
        depths: (usize, usize),
        panel: &'b mut [[f32; WIDTH]],
    ) -> &'b [[f32; WIDTH]];
}

/// Columns of a matrix.
pub(crate) struct Columns<'a> {
    pub(crate) matrix: Matrix<'a>,
    pub(crate) from: usize,
    pub(crate) n: usize,
}

impl Right for Columns<'_> {
    fn panel<'b>(
        &'b self,
        _: Arch,
        (start, depth): (usize, usize),
        panel: &'b mut [[f32; WIDTH]],
    ) -> &'b [[f32; WIDTH]] {
        let panel = &mut panel[..depth];
        for (row, out) in (start..).zip(&mut *panel) {
            let values = self.matrix.part(row, self.from, self.n);
            match values.as_array() {
                Some(values) => *out = *values,
                None => out[..values.len()].copy_from_slice(values),
            }
        }
        panel
    }
}

/// Rows of a matrix, as columns.
pub(crate) struct Transposed<'a> {
    pub(crate) matrix: Matrix<'a>,
    pub(crate) from: usize,
    pub(crate) n: usize,
}

impl Right for Transposed<'_> {
    fn panel<'b>(
        &'b self,
        arch: Arch,
        (start, depth): (usize, usize),
        panel: &'b mut [[f32; WIDTH]],
    ) -> &'b [[f32; WIDTH]] {
        let panel = &mut panel[..depth];
        dispatch(
            arch,
            Transpose {
                right: self,
                start,
                panel,
            },
        );
        panel
    }
}

struct Transpose<'a> {
    right: &'a Transposed<'a>,
    start: usize,
    panel: &'a mut [[f32; WIDTH]],
}

impl Work for Transpose<'_> {
    #[inline(always)]
    fn run(self, chunks: impl Chunks) {
        let Transposed { matrix, from, n } = *self.right;
        for column in (0..n).step_by(CHUNK) {
            for (at, out) in self.panel.chunks_mut(CHUNK).enumerate() {
                let start = self.start + at * CHUNK;
                let mut rows = [[0.0; CHUNK]; CHUNK];
                for (i, row) in rows.iter_mut().enumerate().take(n - column) {
                    *row = matrix.chunk(from + column + i, start, out.len());
                }
                for (out, row) in out.iter_mut().zip(chunks.transpose(&rows)) {
                    *out[column..].first_chunk_mut().expect("whole chunks") = row;
                }
            }
        }
    }
}

/// Rows of [`WIDTH`] columns as they lie.
pub(crate) struct Packed<'a>(pub(crate) &'a [[f32; WIDTH]]);

impl Right for Packed<'_> {
    fn panel<'b>(
        &'b self,
        _: Arch,
        (start, depth): (usize, usize),
        _: &'b mut [[f32; WIDTH]],
    ) -> &'b [[f32; WIDTH]] {
        &self.0[start..start + depth]
    }
}

/// `out = left · right`, for the rows of the left operand from `first_row` on: as many as `out` has, and as many columns.
pub(crate) fn product(
    arch: Arch,
    left: &Lists<'_>,
    first_row: usize,
    right: &impl Right,
    out: &mut [&mut [f32]],
) {
    let (mut panel, mut sums) = (Lent::new(&PANEL), Lent::new(&SUMS));
    let panel = first_of(&mut panel.buffer, BLOCK, [0.0; WIDTH]);
    let sums = first_of(&mut sums.buffer, out.len(), [0.0; WIDTH]);
    for (at, block) in blocks(left.n_depths).enumerate() {
        let panel = right.panel(arch, (block.start, block.depth), panel);
        arch.dispatch(Rows {
            left,
            first_row,
            at,
            block,
            panel,
            sums,
            out,
        });
    }
}

/// What a block adds to all rows.
struct Rows<'a, 'o> {
    left: &'a Lists<'a>,
    first_row: usize,
    at: usize,
    block: Block,
    panel: &'a [[f32; WIDTH]],
    /// Sums of the blocks before, of the same part of the depth.
    sums: &'a mut [[f32; WIDTH]],
    out: &'a mut [&'o mut [f32]],
}

impl WithSimd for Rows<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let n_vectors = self
            .out
            .first()
            .map_or(0, |row| row.len().div_ceil(S::F32_LANES));
        let mut from = 0;
        while from < n_vectors {
            from += match n_vectors - from {
                8.. => self.strip::<S, 8>(simd, from),
                4.. => self.strip::<S, 4>(simd, from),
                2.. => self.strip::<S, 2>(simd, from),
                _ => self.strip::<S, 1>(simd, from),
            };
        }
    }
}

impl Rows<'_, '_> {
    /// `N` vectors of columns, from the vector `from` on.
    #[inline(always)]
    fn strip<S: Simd, const N: usize>(&mut self, simd: S, from: usize) -> usize {
        let Block {
            part,
            is_first,
            is_last,
            ..
        } = self.block;
        for (i, (out, kept)) in self.out.iter_mut().zip(&mut *self.sums).enumerate() {
            let (kept, _) = S::as_mut_simd_f32s(kept);
            let kept: &mut [_; N] = kept[from..from + N].as_mut_array().expect("so many");
            let mut sums = if is_first {
                [simd.splat_f32s(0.0); N]
            } else {
                *kept
            };
            let (places, factors) = self.left.block(self.first_row + i, self.at);
            for (place, factor) in places.iter().zip(factors) {
                let (row, _) = S::as_simd_f32s(&self.panel[*place as usize]);
                let row: &[_; N] = row[from..from + N].as_array().expect("so many");
                let factor = simd.splat_f32s(*factor);
                for j in 0..N {
                    sums[j] = simd.mul_add_e_f32s(factor, row[j], sums[j]);
                }
            }
            if !is_last {
                *kept = sums;
                continue;
            }
            let out = &mut out[from * S::F32_LANES..];
            let (vectors, _) = S::as_mut_simd_f32s(out);
            if let Some(out) = vectors.first_chunk_mut::<N>() {
                for j in 0..N {
                    out[j] = if part == 0 {
                        sums[j]
                    } else {
                        simd.add_f32s(out[j], sums[j])
                    };
                }
            } else {
                // The last vectors, of which not all columns are.
                for (out, sum) in out.chunks_mut(S::F32_LANES).zip(sums) {
                    let before = simd.partial_load_f32s(out);
                    let sum = if part == 0 {
                        sum
                    } else {
                        simd.add_f32s(before, sum)
                    };
                    simd.partial_store_f32s(out, sum);
                }
            }
        }
        N
    }
}

thread_local! {
    static PANEL: Cell<Vec<[f32; WIDTH]>> = const { Cell::new(Vec::new()) };
    static SUMS: Cell<Vec<[f32; WIDTH]>> = const { Cell::new(Vec::new()) };
}
