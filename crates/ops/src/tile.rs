//! The one loop that everything comes down to: a small tile of a matrix product, kept in registers.
//!
//! Eight rows of a left operand times 32 columns of a right one: on AVX-512 that is sixteen vectors of sums, enough that
//! no multiply-add waits for the one before, and ten loads for sixteen multiply-adds. Left operands are read where they
//! lie; right ones are packed, or are windows of a picture. Where many zeros are left out there are fewer rows, since
//! fewer rows have more of their zeros in common.
#![allow(
    clippy::needless_range_loop,
    reason = "loops over constants, which the compiler unrolls; iterators keep sums out of registers here"
)]

mod operands;

use pulp::{Arch, Simd, WithSimd};

pub(crate) use self::operands::{Left, Packing, Picked, Right, Rows, Windows};

/// Rows of a tile, unless there are fewer.
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

/// How many of them are written out one behind the other.
const AT_ONCE: usize = STEPS / 4;

/// Where the rows of a tile belong.
pub(crate) type Places<'o, const R: usize> = [&'o mut [f32; COLUMNS]; R];

/// `out = Σ left · right` over `depth`, or added to it, of which only the first `n_columns` columns must be right.
///
/// Sums run in the order of the depth, whatever the processor's vectors are.
#[inline]
pub(crate) fn multiply<const R: usize>(
    arch: Arch,
    (left, right): (impl Left<R>, impl Right),
    depth: usize,
    n_columns: usize,
    out: Places<'_, R>,
    is_added: bool,
) {
    arch.dispatch(Multiply {
        left,
        right,
        depth,
        n_columns,
        out,
        is_added,
    });
}

/// The same for the columns `from..from + n_columns` of up to `R` rows, with nothing beside them touched.
#[inline]
pub(crate) fn multiply_into<const R: usize>(
    arch: Arch,
    operands: (impl Left<R>, impl Right),
    depth: usize,
    rows: &mut [&mut [f32]],
    (from, n_columns): (usize, usize),
    is_added: bool,
) {
    let columns = from..from + n_columns;
    if n_columns == COLUMNS
        && let Some(rows) = rows.as_mut_array::<R>()
    {
        let mut rows = rows.iter_mut();
        let out = std::array::from_fn(|_| {
            let row = rows.next().expect("so many");
            row[columns.clone()].as_mut_array().expect("so many")
        });
        multiply(arch, operands, depth, n_columns, out, is_added);
        return;
    }
    let mut tile = [[0.0; COLUMNS]; R];
    multiply(arch, operands, depth, n_columns, tile.each_mut(), false);
    for (row, sums) in rows.iter_mut().zip(&tile) {
        let row = row[columns.clone()].iter_mut().zip(sums);
        row.for_each(|(out, sum)| *out = if is_added { *out + sum } else { *sum });
    }
}

struct Multiply<'o, A, B, const R: usize> {
    left: A,
    right: B,
    depth: usize,
    n_columns: usize,
    out: Places<'o, R>,
    is_added: bool,
}

impl<A: Left<R>, B: Right, const R: usize> WithSimd for Multiply<'_, A, B, R> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let n_vectors = self.n_columns.div_ceil(S::F32_LANES);
        // With 16 registers, two vectors for each of eight rows would not all stay in them.
        let has_room = S::REGISTER_COUNT >= 3 * R && COLUMNS >= 2 * S::F32_LANES;
        let mut from = 0;
        while from < n_vectors {
            if has_room && n_vectors - from >= 2 {
                self.strip::<S, 2>(simd, from);
                from += 2;
            } else {
                self.strip::<S, 1>(simd, from);
                from += 1;
            }
        }
    }
}

impl<A: Left<R>, B: Right, const R: usize> Multiply<'_, A, B, R> {
    /// `N` vectors of columns, from the vector `from` on.
    #[inline(always)]
    fn strip<S: Simd, const N: usize>(&mut self, simd: S, from: usize) {
        let (left, right, depth) = (self.left, &mut self.right, self.depth);
        let mut sums = [[simd.splat_f32s(0.0); N]; R];
        let whole = depth - depth % STEPS;
        for first in (0..whole).step_by(STEPS) {
            let block = left.block(first);
            let mut right = right.part(first);
            if B::IS_PLAIN {
                // Written out: in a loop, addresses are sums of two registers, which no multiply-add reads for free.
                let blocks = [A::hidden(block), A::hidden(block)];
                add::<S, A, _, R, N>(simd, blocks, &mut right, (0, from), &mut sums);
                add::<S, A, _, R, N>(simd, blocks, &mut right, (AT_ONCE, from), &mut sums);
                add::<S, A, _, R, N>(simd, blocks, &mut right, (AT_ONCE * 2, from), &mut sums);
                add::<S, A, _, R, N>(simd, blocks, &mut right, (AT_ONCE * 3, from), &mut sums);
            } else {
                for step in (0..STEPS).step_by(AT_ONCE) {
                    add::<S, A, _, R, N>(simd, [block; 2], &mut right, (step, from), &mut sums);
                }
            }
        }
        for at in whole..depth {
            let row = right.vectors::<S, N>(at, from);
            for i in 0..R {
                let factor = simd.splat_f32s(left.factor(at, i));
                for j in 0..N {
                    sums[i][j] = simd.mul_add_e_f32s(factor, row[j], sums[i][j]);
                }
            }
        }
        if self.is_added {
            for (out, sums) in self.out.iter_mut().zip(&mut sums) {
                let (out, _) = S::as_simd_f32s(&out[..]);
                for (sum, out) in sums.iter_mut().zip(&out[from..from + N]) {
                    *sum = simd.add_f32s(*out, *sum);
                }
            }
        }
        for (out, sums) in self.out.iter_mut().zip(&sums) {
            let (out, _) = S::as_mut_simd_f32s(&mut out[..]);
            out[from..from + N].copy_from_slice(sums);
        }
    }
}

/// Adds the products of [`AT_ONCE`] depths from `start` on to the sums.
///
/// Of the two blocks, which are one, the second is read for the second vector of half of the rows: since the compiler
/// does not know that they are one, those factors are read by the multiply-adds themselves, which takes one instruction
/// less than to read them once for both vectors. For all rows it would be more reads than a processor does at a time.
#[inline(always)]
fn add<S: Simd, A: Left<R>, B: Right, const R: usize, const N: usize>(
    simd: S,
    blocks: [A::Block; 2],
    right: &mut B,
    (start, from): (usize, usize),
    sums: &mut [[S::f32s; N]; R],
) {
    for step in start..start + AT_ONCE {
        let row = right.vectors::<S, N>(step, from);
        for i in 0..R {
            for j in 0..N {
                let block = blocks[usize::from(i >= R / 2 && j > 0)];
                let factor = simd.splat_f32s(A::of(block, step, i));
                sums[i][j] = simd.mul_add_e_f32s(factor, row[j], sums[i][j]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{kinds, values};

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
            let mut tiles = [[[f32::NAN; COLUMNS]; ROWS]; 4];
            let [a, b, c, d] = &mut tiles;
            multiply(arch, (rows, panel), depth, n_columns, a.each_mut(), false);
            multiply(
                arch,
                (&interleaved[..], panel),
                depth,
                n_columns,
                b.each_mut(),
                false,
            );
            multiply(arch, (rows, windows), depth, n_columns, c.each_mut(), false);
            let mut packed = vec![[f32::NAN; COLUMNS]; depth];
            let packing = Packing {
                values: &right,
                stride: COLUMNS,
                panel: &mut packed,
            };
            multiply(arch, (rows, packing), depth, COLUMNS, d.each_mut(), false);
            assert_eq!(packed, panel);
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
