//! Depths at which eight rows are zero: a tile goes through eight rows of a left operand at once, a strip. What they are
//! all zero at adds nothing to its sums, so it is left out, once for all columns of the right operand.

use std::cell::Cell;

use pulp::{Arch, Simd, WithSimd};

use crate::{
    pack::{Lent, Matrix, first_of},
    tasks::{COPY, for_each},
    tile::{COLUMNS, DEPTH, Picked, ROWS, Rows, depths},
};

/// Zeros are left out if a quarter of the depths can be: to look for them has a price.
const MOST_LEFT: f64 = 0.75;

/// Strips of a left operand without the depths at which they are zero.
pub(crate) struct Strips<'a> {
    n_depths: usize,
    n_parts: usize,
    /// `[strip, depth]`, of which each part of the depth begins with what is left of it.
    factors: &'a [[f32; ROWS]],
    /// At which depths those are, counted from the beginning of their part.
    depths: &'a [u32],
    /// `[strip, part]`: how many are left.
    lengths: &'a [u32],
}

impl<'a> Strips<'a> {
    /// Strips of rows, if enough is left out of the first one, so presumably of all. They are made side by side where
    /// that pays, or by this thread alone.
    pub(crate) fn of_rows(
        matrix: Matrix<'_>,
        (n_rows, n_depths): (usize, usize),
        is_alone: bool,
        scratch: &'a mut StripScratch,
    ) -> Option<Self> {
        let arch = Arch::new();
        let rows = |strip| matrix.rows((strip * ROWS, n_rows), 0, n_depths);
        let mut seen = vec![0.0; n_depths];
        arch.dispatch(Seen {
            rows: rows(0).0,
            out: &mut seen,
        });
        let n_left = seen.iter().filter(|seen| **seen != 0.0).count();
        if n_depths == 0 || n_left as f64 > MOST_LEFT * n_depths as f64 {
            return None;
        }
        let n_strips = n_rows.div_ceil(ROWS);
        let factors = &mut scratch.factors.buffer;
        let factors = first_of(factors, n_strips * n_depths, [0.0; ROWS]);
        let picks = scratch.picks.of(n_strips, n_depths);
        let strips: Vec<_> = factors.chunks_exact_mut(n_depths).zip(picks).collect();
        let work = if is_alone { 0 } else { ROWS * n_depths * COPY };
        for_each(strips, work, |at, (factors, picks)| {
            fill(arch, rows(at), factors, picks);
        });
        Some(Self::new(n_depths, factors, &scratch.picks))
    }

    /// Strips that lie one behind the other, with the rows of each side by side. What is left out is not kept.
    pub(crate) fn of_interleaved(
        factors: &'a mut [[f32; ROWS]],
        n_depths: usize,
        picks: &'a mut Picks,
    ) -> Self {
        let picked = picks.of(factors.len() / n_depths, n_depths);
        let strips = factors.chunks_exact_mut(n_depths).zip(picked);
        Arch::new().dispatch(|| {
            for (factors, picks) in strips {
                for ((start, depth), length) in depths(n_depths).zip(picks.lengths) {
                    let part = start..start + depth;
                    let (factors, picks) = (&mut factors[part.clone()], &mut picks.depths[part]);
                    let mut n = 0;
                    // Without a branch, since none could be foretold.
                    for at in 0..depth {
                        let row = factors[at];
                        factors[n] = row;
                        picks[n] = at as u32;
                        n += usize::from(is_any(&row));
                    }
                    *length = n as u32;
                }
            }
        });
        Self::new(n_depths, factors, picks)
    }

    fn new(n_depths: usize, factors: &'a [[f32; ROWS]], picks: &'a Picks) -> Self {
        Self {
            n_depths,
            n_parts: depths(n_depths).count(),
            factors,
            depths: &picks.depths.buffer,
            lengths: &picks.lengths.buffer,
        }
    }

    /// The operands of a tile: a strip and a panel in the part of the depth that begins at `start`.
    pub(crate) fn operands<'b>(
        &'b self,
        strip: usize,
        (part, start): (usize, usize),
        panel: &'b [[f32; COLUMNS]],
    ) -> (&'b [[f32; ROWS]], Picked<'b>) {
        let first = strip * self.n_depths + start;
        let left = first..first + self.lengths[strip * self.n_parts + part] as usize;
        let depths = &self.depths[left.clone()];
        (&self.factors[left], Picked { panel, depths })
    }
}

/// Whether strips of columns leave out enough: in the first rows, so presumably in all.
pub(crate) fn is_by_columns(matrix: Matrix<'_>, (n_rows, n_columns): (usize, usize)) -> bool {
    let rows = matrix.rows((0, n_rows), 0, n_columns);
    Arch::new().dispatch(|| {
        let strips = || rows.0.iter().flat_map(|row| row.as_chunks().0);
        let n_left = strips().filter(|strip| is_any(strip)).count();
        n_left as f64 <= MOST_LEFT * strips().count() as f64 && n_columns >= ROWS
    })
}

/// What a thread keeps to put strips in.
pub(crate) struct StripScratch {
    factors: Lent<[f32; ROWS]>,
    picks: Picks,
}

impl StripScratch {
    pub(crate) fn take() -> Self {
        Self {
            factors: Lent::new(&FACTORS),
            picks: Picks::take(),
        }
    }
}

/// What is left of strips: see [`Strips`].
pub(crate) struct Picks {
    depths: Lent<u32>,
    lengths: Lent<u32>,
}

/// The same of one strip.
struct Pick<'a> {
    depths: &'a mut [u32],
    lengths: &'a mut [u32],
}

impl Picks {
    pub(crate) fn take() -> Self {
        Self {
            depths: Lent::new(&DEPTHS),
            lengths: Lent::new(&LENGTHS),
        }
    }

    fn of(&mut self, n_strips: usize, n_depths: usize) -> impl Iterator<Item = Pick<'_>> {
        let n_parts = depths(n_depths).count();
        let depths = first_of(&mut self.depths.buffer, n_strips * n_depths, 0);
        let lengths = first_of(&mut self.lengths.buffer, n_strips * n_parts, 0);
        let lengths = lengths.chunks_exact_mut(n_parts);
        let depths = depths.chunks_exact_mut(n_depths);
        depths
            .zip(lengths)
            .map(|(depths, lengths)| Pick { depths, lengths })
    }
}

/// Per depth the bits that any of the rows has set, as a number: zero where all are zero.
struct Seen<'a> {
    rows: [&'a [f32]; ROWS],
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
fn fill(arch: Arch, rows: Rows<'_>, factors: &mut [[f32; ROWS]], pick: Pick<'_>) {
    let mut seen = [0.0; DEPTH];
    for ((start, depth), length) in depths(factors.len()).zip(pick.lengths) {
        let rows = rows.0.map(|row| &row[start..][..depth]);
        let seen = &mut seen[..depth];
        arch.dispatch(Seen { rows, out: seen });
        let picks = &mut pick.depths[start..start + depth];
        let mut n = 0;
        // Without a branch, since none could be foretold.
        for (at, seen) in seen.iter().enumerate() {
            picks[n] = at as u32;
            n += usize::from(*seen != 0.0);
        }
        *length = n as u32;
        for (factors, at) in factors[start..].iter_mut().zip(&picks[..n]) {
            *factors = std::array::from_fn(|i| rows[i][*at as usize]);
        }
    }
}

/// All bits but the sign: zero if the value is.
#[inline(always)]
fn magnitude(value: f32) -> u32 {
    value.to_bits() << 1
}

#[inline(always)]
fn is_any(values: &[f32; ROWS]) -> bool {
    values.iter().fold(0, |all, value| all | magnitude(*value)) != 0
}

thread_local! {
    static FACTORS: Cell<Vec<[f32; ROWS]>> = const { Cell::new(Vec::new()) };
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
            Strips::of_rows(Matrix::new(&values, 12), (2, 12), true, &mut scratch).unwrap();
        let panel: Vec<_> = (0..12).map(|at| [at as f32; COLUMNS]).collect();
        let (factors, picked) = strips.operands(0, (0, 0), &panel);
        assert_eq!(picked.depths, [1, 8, 10]);
        let first: Vec<f32> = factors.iter().map(|row| row[0]).collect();
        assert_eq!(first, [1.0, 2.0, 0.0]);
        // Beyond the last row stands that row again.
        assert!(factors.iter().all(|row| row[1..] == [row[1]; ROWS - 1]));
        assert_eq!(factors[2][1..2], [3.0]);
    }

    /// Three quarters of eight are six.
    #[test]
    fn with_few_zeros_nothing_is_left_out() {
        let has_strips = |n_left: usize| {
            let values: Vec<f32> = (0..8).map(|at| f32::from(u8::from(at < n_left))).collect();
            let matrix = Matrix::new(&values, 8);
            Strips::of_rows(matrix, (1, 8), true, &mut StripScratch::take()).is_some()
        };
        assert!(has_strips(6));
        assert!(!has_strips(7));
    }

    /// By hand: two strips of three depths, which are zero but for the last, and but for the first and the last.
    #[test]
    fn a_strip_is_what_is_left_of_its_columns() {
        let (zero, one, two) = ([0.0; ROWS], [1.0; ROWS], [2.0; ROWS]);
        let mut factors = [zero, zero, one, two, zero, one];
        let mut picks = Picks::take();
        let strips = Strips::of_interleaved(&mut factors, 3, &mut picks);
        let panel = [[0.0; COLUMNS]; 3];
        let (factors, picked) = strips.operands(0, (0, 0), &panel);
        assert_eq!((factors, picked.depths), (&[one][..], &[2][..]));
        let (factors, picked) = strips.operands(1, (0, 0), &panel);
        assert_eq!((factors, picked.depths), (&[two, one][..], &[0, 2][..]));
    }
}
