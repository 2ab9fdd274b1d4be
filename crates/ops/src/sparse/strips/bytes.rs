//! Strips of bytes: pictures as they were read. Only what is kept becomes numbers.

use std::cell::Cell;

use pulp::Arch;

use super::{Pick, STRIP, StripScratch, Strips, is_enough_left_out};
use crate::{
    chunks::{CHUNK, Chunks, List, Work, dispatch},
    pack::{Lent, first_of},
    tile::{DEPTH, depths},
};

/// Rows of bytes, each of which stands for a number.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a> {
    /// `[n_rows, n_columns]`.
    pub(crate) values: &'a [u8],
    /// What one stands for; every byte for the number of 32 bits next to as many times that.
    pub(crate) scale: f64,
}

/// Whether so many of the bytes of some examples, `[examples, n_in]`, are zero together that a [`Chain`](crate::Chain)
/// takes them sooner as bytes than as numbers.
///
/// # Panics
/// If `n_in` is zero.
#[must_use]
pub fn are_sparse(bytes: &[u8], n_in: usize) -> bool {
    let (mut n_left, mut n_all) = ([0; 2], [0; 2]);
    let mut see = |way: usize, is_any: bool| {
        n_left[way] += usize::from(is_any);
        n_all[way] += 1;
    };
    for rows in bytes.chunks_exact(n_in * STRIP) {
        for at in 0..n_in {
            see(0, rows.iter().skip(at).step_by(n_in).any(|byte| *byte != 0));
        }
        for strip in rows.as_chunks::<STRIP>().0 {
            see(1, *strip != [0; STRIP]);
        }
    }
    n_all[0] > 0 && (0..2).all(|way| is_enough_left_out((n_left[way], n_all[way]), None))
}

impl<'a> Strips<'a> {
    /// Strips of rows, by this thread alone, however little is left out.
    pub(crate) fn of_byte_rows(
        Bytes { values, scale }: Bytes<'_>,
        (n_rows, n_depths): (usize, usize),
        scratch: &'a mut StripScratch,
    ) -> Self {
        let work = OfRows {
            values,
            n_rows,
            scale,
            strips: scratch.room(n_rows.div_ceil(STRIP), n_depths),
        };
        dispatch(Arch::new(), work);
        scratch.strips(n_depths)
    }

    /// Strips of the `n` columns from one on, of so many rows and columns, by this thread alone.
    pub(crate) fn of_byte_columns(
        Bytes { values, scale }: Bytes<'_>,
        (n_depths, n_columns): (usize, usize),
        (from, n): (usize, usize),
        scratch: &'a mut StripScratch,
    ) -> Self {
        let arch = Arch::new();
        let mut words = Lent::new(&WORDS);
        let mut strips = scratch.room(n.div_ceil(STRIP), n_depths);
        for first in (0..n).step_by(STRIP * AT_ONCE) {
            let work = OfColumns {
                values: &values[from + first..],
                stride: n_columns,
                n: (n - first).min(STRIP * AT_ONCE),
                scale,
                strips: strips.by_ref().take(AT_ONCE).collect(),
                words: first_of(&mut words.buffer, AT_ONCE, [0; DEPTH]),
            };
            dispatch(arch, work);
        }
        drop(strips);
        scratch.strips(n_depths)
    }
}

/// A strip's bytes at one depth.
type Word = u32;

/// The words of some depths, whole chunks.
type Depths = [Word; DEPTH];

/// Strips of columns that are made at a time.
const AT_ONCE: usize = 8;

/// All strips of rows.
struct OfRows<'a, I> {
    values: &'a [u8],
    n_rows: usize,
    scale: f64,
    strips: I,
}

impl<'a, I: Iterator<Item = (&'a mut [[f32; STRIP]], Pick<'a>)>> Work for OfRows<'_, I> {
    #[inline(always)]
    fn run(self, chunks: impl Chunks) {
        let (mut words, mut kept) = ([0; DEPTH], Kept::default());
        for (strip, (factors, pick)) in self.strips.enumerate() {
            let n_depths = factors.len();
            // Beyond the last row stands that row again: nothing is made of it.
            let row = |i: usize| (strip * STRIP + i).min(self.n_rows - 1) * n_depths;
            let rows: [_; STRIP] = std::array::from_fn(|i| &self.values[row(i)..][..n_depths]);
            for ((start, depth), length) in depths(n_depths).zip(pick.lengths) {
                let (of_part, rest) = words.split_at_mut(depth);
                let [a, b, c, d] = rows.map(|row| &row[start..][..depth]);
                let rows = a.iter().zip(b).zip(c).zip(d);
                for (word, (((a, b), c), d)) in of_part.iter_mut().zip(rows) {
                    *word = Word::from_le_bytes([*a, *b, *c, *d]);
                }
                rest.fill(0);
                let out = (&mut factors[start..], &mut pick.depths[start..]);
                *length = kept.keep(chunks, &words, depth, self.scale, out);
            }
        }
    }
}

/// Up to [`AT_ONCE`] strips of columns, of which the first begins with the first value.
struct OfColumns<'a> {
    values: &'a [u8],
    /// Values from one row to the next.
    stride: usize,
    /// Columns.
    n: usize,
    scale: f64,
    strips: Vec<(&'a mut [[f32; STRIP]], Pick<'a>)>,
    /// Room for the words of each strip.
    words: &'a mut [Depths],
}

impl Work for OfColumns<'_> {
    #[inline(always)]
    fn run(mut self, chunks: impl Chunks) {
        let n_depths = self.strips[0].0.len();
        let mut kept = Kept::default();
        for (part, (start, depth)) in depths(n_depths).enumerate() {
            for at in (0..depth).step_by(CHUNK) {
                let mut rows = [[0.0; CHUNK]; CHUNK];
                for (i, row) in rows.iter_mut().enumerate().take(depth - at) {
                    let values = &self.values[(start + at + i) * self.stride..];
                    let bytes = match values.first_chunk() {
                        Some(bytes) if self.n == STRIP * AT_ONCE => *bytes,
                        _ => {
                            let mut bytes = [0; STRIP * AT_ONCE];
                            bytes[..self.n].copy_from_slice(&values[..self.n]);
                            bytes
                        }
                    };
                    let (words, _) = bytes.as_chunks();
                    for (bits, word) in row.iter_mut().zip(words) {
                        *bits = f32::from_bits(Word::from_le_bytes(*word));
                    }
                }
                for (words, column) in self.words.iter_mut().zip(chunks.transpose(&rows)) {
                    words[at..][..CHUNK].copy_from_slice(&column.map(f32::to_bits));
                }
            }
            for ((factors, pick), words) in self.strips.iter_mut().zip(&*self.words) {
                let out = (&mut factors[start..], &mut pick.depths[start..]);
                pick.lengths[part] = kept.keep(chunks, words, depth, self.scale, out);
            }
        }
    }
}

/// What is not zero of some words, with its places.
struct Kept {
    words: [Word; DEPTH + CHUNK],
    places: [u32; DEPTH + CHUNK],
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            words: [0; _],
            places: [0; _],
        }
    }
}

impl Kept {
    /// Writes what is not zero of the first words as numbers, with its places. Returns how many they are.
    #[inline(always)]
    fn keep(
        &mut self,
        chunks: impl Chunks,
        words: &Depths,
        depth: usize,
        scale: f64,
        (factors, places): (&mut [[f32; STRIP]], &mut [u32]),
    ) -> u32 {
        let mut list = List {
            places: &mut self.places,
            factors: &mut self.words,
            length: 0,
        };
        let (whole, _) = words.as_chunks::<CHUNK>();
        for (at, words) in whole[..depth.div_ceil(CHUNK)].iter().enumerate() {
            chunks.append(*words, at * CHUNK, &mut list);
        }
        let n = list.length;
        places[..n].copy_from_slice(&self.places[..n]);
        for (factors, word) in factors[..n].iter_mut().zip(&self.words[..n]) {
            let bytes = word.to_le_bytes();
            *factors = bytes.map(|byte| (f64::from(byte) * scale) as f32);
        }
        n as u32
    }
}

thread_local! {
    static WORDS: Cell<Vec<Depths>> = const { Cell::new(Vec::new()) };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{pack::Matrix, testing::sparse, tile::COLUMNS};

    /// All that strips hold: of each strip and part what is left, and where.
    fn held(
        strips: &Strips<'_>,
        n_strips: usize,
        n_depths: usize,
    ) -> Vec<(Vec<[f32; STRIP]>, Vec<u32>)> {
        let panel = vec![[0.0; COLUMNS]; n_depths];
        let of_strip = |strip| {
            let parts = depths(n_depths).enumerate();
            let panel = &panel;
            parts.map(move |(part, (start, _))| {
                let (factors, picked) = strips.operands(strip, (part, start), panel);
                (factors.to_vec(), picked.depths.to_vec())
            })
        };
        (0..n_strips).flat_map(of_strip).collect()
    }

    proptest! {
        /// As of the numbers that they stand for; of the last strip only as far as there are rows or columns.
        #[test]
        fn strips_of_bytes_are_those_of_their_numbers(
            (n_rows, n_columns) in (1usize..40, 1usize..600), share in 0.8f32..1.0, seed: u64,
            from in 0usize..20,
        ) {
            let (n_rows, n_columns) = (n_rows, n_columns.next_multiple_of(STRIP));
            let values = sparse(n_rows * n_columns, share, seed);
            let values: Vec<u8> = values.iter().map(|value| (value.abs() * 100.0) as u8).collect();
            let scale = 1.0 / 7.0;
            let bytes = Bytes { values: &values, scale };
            let floats: Vec<f32> = values.iter().map(|byte| (f64::from(*byte) * scale) as f32).collect();
            let matrix = Matrix::new(&floats, n_columns);
            let (mut one, mut other) = (StripScratch::take(), StripScratch::take());
            let shape = (n_rows, n_columns);
            if let Some(expected) = Strips::of_rows(matrix, shape, None, true, &mut one) {
                let strips = Strips::of_byte_rows(bytes, shape, &mut other);
                let n_strips = n_rows.div_ceil(STRIP);
                prop_assert_eq!(
                    held(&strips, n_strips, n_columns), held(&expected, n_strips, n_columns)
                );
            }
            let from = from.min(n_columns - 1);
            let columns = (from, (n_columns - from) / STRIP * STRIP);
            let expected = Strips::of_columns(matrix, shape, columns, &mut one);
            let strips = Strips::of_byte_columns(bytes, shape, columns, &mut other);
            let n_strips = columns.1 / STRIP;
            prop_assert_eq!(held(&strips, n_strips, n_rows), held(&expected, n_strips, n_rows));
        }
    }

    /// By hand: the last two columns are no whole strip.
    #[test]
    fn a_strip_may_have_fewer_columns() {
        let scale = 0.5;
        let bytes = Bytes {
            values: &[9, 0, 0, 0, 0, 7, 9, 0, 0, 0, 3, 0],
            scale,
        };
        let mut scratch = StripScratch::take();
        let strips = Strips::of_byte_columns(bytes, (2, 6), (4, 2), &mut scratch);
        let expected = (vec![[0.0, 3.5, 0.0, 0.0], [1.5, 0.0, 0.0, 0.0]], vec![0, 1]);
        assert_eq!(held(&strips, 1, 2), [expected]);
    }

    /// By hand: of four examples of eight bytes, only the last ever has something; so half of the strips of columns are
    /// left, but of the depths one or all.
    #[test]
    fn examples_are_sparse_if_few_strips_are_left_either_way() {
        let examples = |last: [u8; 8]| [[0; 8], [0; 8], [0; 8], last].concat();
        assert!(are_sparse(&examples([0, 0, 0, 0, 0, 0, 0, 1]), 8));
        assert!(!are_sparse(&examples([1; 8]), 8));
        assert!(!are_sparse(&[0; 24], 8), "no strip can be seen");
    }
}
