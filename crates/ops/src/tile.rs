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

/// Puts a tile's row where it belongs, or adds it.
#[inline(always)]
pub(crate) fn put(out: &mut [f32], sums: &[f32; COLUMNS], is_added: bool) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::values;

    /// All kinds of vectors that this processor has; one binary takes the best of them where it runs.
    fn kinds() -> Vec<Arch> {
        let mut kinds = vec![Arch::Scalar, Arch::new()];
        #[cfg(target_arch = "x86_64")]
        {
            kinds.extend(pulp::x86::V3::try_new().map(Arch::V3));
            kinds.extend(pulp::x86::V4::try_new().map(Arch::V4));
        }
        kinds
    }

    /// Plain loops in 64 bits, for each kind of vectors, and both ways that operands may lie.
    fn check(depth: usize, n_columns: usize) {
        let left = values(ROWS * depth, 1);
        let right = values(depth * COLUMNS, 2);
        let (panel, _) = right.as_chunks::<COLUMNS>();
        let rows = Rows(std::array::from_fn(|i| &left[i * depth..][..depth]));
        let interleaved: Vec<[f32; ROWS]> = (0..depth)
            .map(|at| std::array::from_fn(|i| left[i * depth + at]))
            .collect();
        let offsets: Vec<usize> = (0..depth).map(|at| at * COLUMNS).collect();
        let windows = Windows {
            values: &right,
            offsets: &offsets,
        };
        for arch in kinds() {
            let mut tiles = [[[f32::NAN; COLUMNS]; ROWS]; 3];
            let [a, b, c] = &mut tiles;
            multiply(arch, (rows, panel), depth, n_columns, a);
            multiply(arch, (&interleaved[..], panel), depth, n_columns, b);
            multiply(arch, (rows, windows), depth, n_columns, c);
            for i in 0..ROWS {
                for j in 0..n_columns {
                    let terms = (0..depth)
                        .map(|at| f64::from(left[i * depth + at]) * f64::from(panel[at][j]));
                    let (sum, size) =
                        terms.fold((0.0, 0.0), |(sum, size), x| (sum + x, size + x.abs()));
                    assert!((f64::from(tiles[0][i][j]) - sum).abs() <= 1e-6 * size);
                    let bits = tiles.map(|tile| tile[i][j].to_bits());
                    assert!(bits.iter().all(|bit| *bit == bits[0]));
                }
            }
        }
    }

    #[test]
    fn every_kind_of_vectors_multiplies() {
        for depth in [1, STEPS - 1, STEPS, STEPS + 1, 100, DEPTH] {
            for n_columns in [1, 4, 5, 8, 10, 16, 17, 31, COLUMNS] {
                check(depth, n_columns);
            }
        }
    }

    /// By hand: 577 is one more than twice 288, so there are three parts of 193, 193 and 191.
    #[test]
    fn depths_are_cut_evenly() {
        let cut = |all| depths(all).collect::<Vec<_>>();
        assert_eq!(cut(577), [(0, 193), (193, 193), (386, 191)]);
        assert_eq!(cut(288), [(0, 288)]);
        assert_eq!(cut(1), [(0, 1)]);
        assert_eq!(cut(0), []);
    }
}
