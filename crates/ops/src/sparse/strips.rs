//! Depths at which a few rows are zero: a tile goes through them at once, a strip. What they are all zero at adds nothing
//! to its sums, so it is left out, once for all columns of the right operand.

mod bytes;

use std::cell::Cell;

use pulp::{Arch, Simd, WithSimd};

use crate::{
    chunks::{CHUNK, Chunk, Chunks, List, Work, dispatch},
    pack::{Lent, Matrix, first_of},
    tasks::{COPY, for_each},
    tile::{COLUMNS, DEPTH, Picked, ROWS, depths},
};

pub(crate) use self::bytes::Bytes;
pub use self::bytes::are_sparse;
use super::MOST;

/// Rows of a strip. More would need fewer loads per multiply-add, but have fewer zeros in common: of MNIST's digits, eight
/// pictures leave 46 % of the depths and four 39 %, eight pixels side by side 40 % and four 28 %.
pub(crate) const STRIP: usize = 4;

/// Zeros are left out if a quarter of the depths can be: to look for them has a price, so that products of strips take as
/// long then as those that leave nothing out.
const MOST_LEFT: f64 = 0.75;

/// What products of lists take if all values are zero, as a share of the time of those that leave nothing out. At
/// [`MOST`] they take as long as those.
const LISTS_TAKE: f64 = 0.2;

/// Up to which share of the depths strips are the fastest way to leave out zeros. `listed` is the share of values that lists
/// would hold; none where lists don't pay.
fn most_left(listed: Option<f64>) -> f64 {
    let time = |share: f64| LISTS_TAKE + (1.0 - LISTS_TAKE) * share / MOST;
    MOST_LEFT * listed.map_or(1.0, |share| time(share).min(1.0))
}

/// Strips of a left operand without the depths at which they are zero.
pub(crate) struct Strips<'a> {
    n_depths: usize,
    n_parts: usize,
    /// `[strip, depth]`, of which each part of the depth begins with what is left of it.
    factors: &'a [[f32; STRIP]],
    /// At which depths those are, counted from the beginning of their part.
    depths: &'a [u32],
    /// `[strip, part]`: how many are left.
    lengths: &'a [u32],
}

impl<'a> Strips<'a> {
    /// Strips of rows, if enough is left out of the first one, so presumably of all; where lists would pay, of the share
    /// `listed` of the values, enough to be faster than those. They are made side by side where that pays, or by this thread
    /// alone.
    pub(crate) fn of_rows(
        matrix: Matrix<'_>,
        (n_rows, n_depths): (usize, usize),
        listed: Option<f64>,
        is_alone: bool,
        scratch: &'a mut StripScratch,
    ) -> Option<Self> {
        let arch = Arch::new();
        let rows = |strip| matrix.some_rows((strip * STRIP, n_rows), 0, n_depths);
        let mut seen = vec![0.0; n_depths];
        arch.dispatch(Seen {
            rows: rows(0),
            out: &mut seen,
        });
        let n_left = seen.iter().filter(|seen| **seen != 0.0).count();
        if n_depths == 0 || !is_enough_left_out((n_left, n_depths), listed) {
            return None;
        }
        let strips: Vec<_> = scratch.room(n_rows.div_ceil(STRIP), n_depths).collect();
        let work = if is_alone { 0 } else { STRIP * n_depths * COPY };
        for_each(strips, work, |at, (factors, picks)| {
            fill(arch, rows(at), factors, picks);
        });
        Some(scratch.strips(n_depths))
    }

    /// Strips of the `n` columns from one on, of a matrix of so many rows and columns, by this thread alone.
    pub(crate) fn of_columns(
        matrix: Matrix<'_>,
        (n_depths, n_columns): (usize, usize),
        (from, n): (usize, usize),
        scratch: &'a mut StripScratch,
    ) -> Self {
        let firsts = (from..from + n).step_by(STRIP);
        let strips = scratch.room(firsts.len(), n_depths);
        Arch::new().dispatch(|| {
            for (first, (factors, picks)) in firsts.zip(strips) {
                let width = STRIP.min(n_columns - first);
                for ((start, depth), length) in depths(n_depths).zip(picks.lengths) {
                    let part = start..start + depth;
                    let (factors, picks) = (&mut factors[part.clone()], &mut picks.depths[part]);
                    let mut n = 0;
                    // Without a branch, since none could be foretold.
                    for at in 0..depth {
                        let row = matrix.chunk(start + at, first, width);
                        factors[n] = row;
                        picks[n] = at as u32;
                        n += usize::from(is_any(&row));
                    }
                    *length = n as u32;
                }
            }
        });
        scratch.strips(n_depths)
    }

    /// The operands of a tile: a strip and a panel in the part of the depth that begins at `start`.
    pub(crate) fn operands<'b>(
        &'b self,
        strip: usize,
        (part, start): (usize, usize),
        panel: &'b [[f32; COLUMNS]],
    ) -> (&'b [[f32; STRIP]], Picked<'b>) {
        let first = strip * self.n_depths + start;
        let left = first..first + self.lengths[strip * self.n_parts + part] as usize;
        let depths = &self.depths[left.clone()];
        (&self.factors[left], Picked { panel, depths })
    }
}

/// Whether it pays to leave out zeros if so many depths of all are left.
fn is_enough_left_out((n_left, n_all): (usize, usize), listed: Option<f64>) -> bool {
    n_left as f64 <= most_left(listed) * n_all as f64
}

/// Whether strips of columns leave out enough, in the first rows, so presumably in all; `listed` as in [`Strips::of_rows`].
pub(crate) fn is_by_columns(
    matrix: Matrix<'_>,
    (n_rows, n_columns): (usize, usize),
    listed: Option<f64>,
) -> bool {
    let rows: [_; ROWS] = matrix.some_rows((0, n_rows), 0, n_columns);
    Arch::new().dispatch(|| {
        let strips = || rows.iter().flat_map(|row| row.as_chunks().0);
        let n_left = strips().filter(|strip| is_any(strip)).count();
        is_enough_left_out((n_left, strips().count()), listed) && n_columns >= STRIP
    })
}

/// What a thread keeps to put strips in.
pub(crate) struct StripScratch {
    factors: Lent<[f32; STRIP]>,
    depths: Lent<u32>,
    lengths: Lent<u32>,
}

/// At which depths something is left of one strip, and how many they are: see [`Strips`].
struct Pick<'a> {
    depths: &'a mut [u32],
    lengths: &'a mut [u32],
}

impl StripScratch {
    pub(crate) fn take() -> Self {
        Self {
            factors: Lent::new(&FACTORS),
            depths: Lent::new(&DEPTHS),
            lengths: Lent::new(&LENGTHS),
        }
    }

    /// Room for what is left of so many strips.
    fn room(
        &mut self,
        n_strips: usize,
        n_depths: usize,
    ) -> impl Iterator<Item = (&mut [[f32; STRIP]], Pick<'_>)> {
        let (n, n_parts) = (n_strips * n_depths, depths(n_depths).count());
        let factors = first_of(&mut self.factors.buffer, n, [0.0; STRIP]);
        let depths = first_of(&mut self.depths.buffer, n, 0);
        let lengths = first_of(&mut self.lengths.buffer, n_strips * n_parts, 0);
        let picks = depths
            .chunks_exact_mut(n_depths)
            .zip(lengths.chunks_exact_mut(n_parts))
            .map(|(depths, lengths)| Pick { depths, lengths });
        factors.chunks_exact_mut(n_depths).zip(picks)
    }

    /// What was left there.
    fn strips(&self, n_depths: usize) -> Strips<'_> {
        Strips {
            n_depths,
            n_parts: depths(n_depths).count(),
            factors: &self.factors.buffer,
            depths: &self.depths.buffer,
            lengths: &self.lengths.buffer,
        }
    }
}

/// Per depth the bits that any of the rows has set, as a number: zero where all are zero.
struct Seen<'a> {
    rows: [&'a [f32]; STRIP],
    out: &'a mut [f32],
}

impl WithSimd for Seen<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let rows = self.rows.map(|row| &row[..self.out.len()]);
        let (out, rest) = S::as_mut_simd_f32s(self.out);
        let vectors = rows.map(|row| &S::as_simd_f32s(row).0[..out.len()]);
        for (at, out) in out.iter_mut().enumerate() {
            *out = vectors
                .iter()
                .fold(simd.splat_f32s(0.0), |all, row| simd.or_f32s(all, row[at]));
        }
        let rows = rows.map(|row| S::as_simd_f32s(row).1);
        for (at, out) in rest.iter_mut().enumerate() {
            let all = rows.iter().fold(0, |all, row| all | row[at].to_bits());
            *out = f32::from_bits(all);
        }
    }
}

/// Makes a strip of rows.
fn fill(arch: Arch, rows: [&[f32]; STRIP], factors: &mut [[f32; STRIP]], pick: Pick<'_>) {
    let mut seen = [[0.0; CHUNK]; DEPTH / CHUNK];
    let (mut places, mut values) = ([0; DEPTH + CHUNK], [0.0; DEPTH + CHUNK]);
    for ((start, depth), length) in depths(factors.len()).zip(pick.lengths) {
        let rows = rows.map(|row| &row[start..][..depth]);
        let (out, rest) = seen.as_flattened_mut().split_at_mut(depth);
        arch.dispatch(Seen { rows, out });
        rest.fill(0.0);
        let mut list = List {
            places: &mut places,
            factors: &mut values,
            length: 0,
        };
        dispatch(
            arch,
            Append {
                seen: &seen[..depth.div_ceil(CHUNK)],
                list: &mut list,
            },
        );
        let places = &list.places[..list.length];
        *length = places.len() as u32;
        pick.depths[start..][..places.len()].copy_from_slice(places);
        for (factors, at) in factors[start..].iter_mut().zip(places) {
            *factors = rows.map(|row| row[*at as usize]);
        }
    }
}

/// Lists where something was seen.
struct Append<'a, 'l> {
    seen: &'a [Chunk],
    list: &'a mut List<'l>,
}

impl Work for Append<'_, '_> {
    #[inline(always)]
    fn run(self, chunks: impl Chunks) {
        for (at, chunk) in self.seen.iter().enumerate() {
            chunks.append(*chunk, at * CHUNK, self.list);
        }
    }
}

/// All bits but the sign: zero if the value is.
#[inline(always)]
fn magnitude(value: f32) -> u32 {
    value.to_bits() << 1
}

#[inline(always)]
fn is_any(values: &[f32; STRIP]) -> bool {
    values.iter().fold(0, |all, value| all | magnitude(*value)) != 0
}

thread_local! {
    static FACTORS: Cell<Vec<[f32; STRIP]>> = const { Cell::new(Vec::new()) };
    static DEPTHS: Cell<Vec<u32>> = const { Cell::new(Vec::new()) };
    static LENGTHS: Cell<Vec<u32>> = const { Cell::new(Vec::new()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: of twelve depths the first row has something at 1 and 8, the second at 10; a zero may have a sign.
    #[test]
    fn a_strip_is_what_is_left_of_its_rows() {
        let mut values = vec![0.0; 2 * 12];
        (values[1], values[8], values[12 + 10], values[5]) = (1.0, 2.0, 3.0, -0.0);
        let mut scratch = StripScratch::take();
        let strips =
            Strips::of_rows(Matrix::new(&values, 12), (2, 12), None, true, &mut scratch).unwrap();
        let panel: Vec<_> = (0..12).map(|at| [at as f32; COLUMNS]).collect();
        let (factors, picked) = strips.operands(0, (0, 0), &panel);
        assert_eq!(picked.depths, [1, 8, 10]);
        let first: Vec<f32> = factors.iter().map(|row| row[0]).collect();
        assert_eq!(first, [1.0, 2.0, 0.0]);
        // Beyond the last row stands that row again.
        assert!(factors.iter().all(|row| row[1..] == [row[1]; STRIP - 1]));
        assert_eq!(factors[2][1..2], [3.0]);
    }

    /// Three quarters of eight are six.
    #[test]
    fn with_few_zeros_nothing_is_left_out() {
        let has_strips = |n_left: usize| {
            let values: Vec<f32> = (0..8).map(|at| f32::from(u8::from(at < n_left))).collect();
            let matrix = Matrix::new(&values, 8);
            Strips::of_rows(matrix, (1, 8), None, true, &mut StripScratch::take()).is_some()
        };
        assert!(has_strips(6));
        assert!(!has_strips(7));
    }

    /// By hand: lists of half of [`MOST`] take 0.2 + 0.8 / 2 of the time, so strips must leave at most as much of three
    /// quarters of the depths: 9 of 20. At [`MOST`] they decide as without lists.
    #[test]
    fn strips_must_leave_out_more_than_lists() {
        let are_better = |n_left: usize, share: f64| is_enough_left_out((n_left, 20), Some(share));
        assert!(are_better(9, 0.51 * MOST));
        assert!(!are_better(10, 0.5 * MOST));
        assert!(are_better(15, MOST));
        assert!(!are_better(16, MOST));
    }

    /// By hand: three rows of seven columns, of which the first is left out. The second to the fifth are zero but for the
    /// last row, the sixth and the seventh but for the first and the last row; a zero may have a sign.
    #[test]
    fn a_strip_is_what_is_left_of_its_columns() {
        let values = [
            [9.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0],
            [9.0, 0.0, -0.0, 0.0, 0.0, 0.0, 0.0],
            [9.0, 1.0, 0.0, 0.0, 3.0, 0.0, 4.0],
        ];
        let mut scratch = StripScratch::take();
        let matrix = Matrix::new(values.as_flattened(), 7);
        let strips = Strips::of_columns(matrix, (3, 7), (1, 6), &mut scratch);
        let panel = [[0.0; COLUMNS]; 3];
        let (factors, picked) = strips.operands(0, (0, 0), &panel);
        assert_eq!(factors, [[1.0, 0.0, 0.0, 3.0]]);
        assert_eq!(picked.depths, [2]);
        let (factors, picked) = strips.operands(1, (0, 0), &panel);
        let first_two: Vec<_> = factors.iter().map(|row| [row[0], row[1]]).collect();
        assert_eq!(first_two, [[2.0, 0.0], [0.0, 4.0]]);
        assert_eq!(picked.depths, [0, 2]);
    }
}
