//! Values normalized while they are read, so that nobody keeps a normalized copy of all of them.

use rayon::prelude::*;

use super::Normalizer;
use crate::values::{Numbers, Scratch};
use crate::{MemoryError, Values};

/// One thread normalizes so many values at least.
const MIN_VALUES_PER_THREAD: usize = 1 << 14;

/// So many values are copied side by side before any is normalized: copying waits for memory, and of several rows the
/// waits overlap, which arithmetic in between would keep apart. Rows of MNIST in random order take 0.21 µs then
/// instead of 0.55.
const VALUES_AT_ONCE: usize = 1 << 13;

/// The values of examples, of which any rows are had normalized. Made by [`Normalizer::over`].
///
/// Which threads read them, and how many, decides nothing: each number is computed from one value alone.
#[derive(Debug)]
pub struct Normalized<'a> {
    normalizer: &'a Normalizer,
    values: &'a Values,
    /// Per group one over its divisor, if no byte shows the difference.
    factors: Option<Vec<f64>>,
}

impl Normalizer {
    /// The normalized numbers of `values`, made as they are asked for.
    #[must_use]
    pub fn over<'a>(&'a self, values: &'a Values) -> Normalized<'a> {
        // Where there are fewer values, trying all bytes takes longer than it saves.
        let pays = values.is_u8() && values.len() >= 256 * self.offset.len();
        Normalized {
            normalizer: self,
            values,
            factors: if pays { self.factors() } else { None },
        }
    }

    /// Per group one over its divisor, if to multiply by it gives for every byte what to divide gives: always but for
    /// one divisor in a million, as the two differ in the last bits of 64 and are rounded to 32. Multiplying takes a
    /// quarter of the time.
    fn factors(&self) -> Option<Vec<f64>> {
        let groups = self.offset.iter().zip(&self.divisor);
        let factors = groups.map(|(&offset, &divisor)| {
            let factor = 1.0 / divisor;
            let alike = (0..=u8::MAX).all(|byte| {
                let value = f64::from(byte);
                divided(value, offset, divisor).to_bits()
                    == multiplied(value, offset, factor).to_bits()
            });
            alike.then_some(factor)
        });
        factors.collect()
    }
}

/// What becomes of a value.
fn divided(value: f64, offset: f64, divisor: f64) -> f32 {
    ((value - offset) / divisor) as f32
}

fn multiplied(value: f64, offset: f64, factor: f64) -> f32 {
    ((value - offset) * factor) as f32
}

impl Normalized<'_> {
    /// The rows that `rows` names, in that order, into `out`: row-major, `rows.len() × n_values`. The same
    /// numbers as [`Normalizer::apply`] gives.
    ///
    /// `out` gets that length; one that is used again and again is not allocated again.
    ///
    /// # Errors
    /// [`MemoryError::Read`] if the file of [`Values::View`] can no longer be read.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn gather(&self, rows: &[u32], out: &mut Vec<f32>) -> Result<(), MemoryError> {
        out.resize(rows.len() * self.normalizer.n_values(), 0.0);
        self.fill(|i| rows[i] as usize, out)
    }

    /// As [`Normalized::gather`], into a slice of that length, by this thread alone: for callers that have work for all
    /// threads anyway.
    ///
    /// # Errors
    /// As [`Normalized::gather`].
    ///
    /// # Panics
    /// If there is no such row, or if `out` has another length.
    pub fn gather_alone(&self, rows: &[u32], out: &mut [f32]) -> Result<(), MemoryError> {
        assert_eq!(out.len(), rows.len() * self.normalizer.n_values());
        self.fill_piece(&|i| rows[i] as usize, 0, out, &mut Scratch::default())
    }

    /// The `length` rows from `start` on, as [`Normalized::gather`] gives them.
    ///
    /// # Errors
    /// As [`Normalized::gather`].
    ///
    /// # Panics
    /// If there are no such rows.
    pub fn slice(
        &self,
        start: usize,
        length: usize,
        out: &mut Vec<f32>,
    ) -> Result<(), MemoryError> {
        out.resize(length * self.normalizer.n_values(), 0.0);
        self.fill(|i| start + i, out)
    }

    /// As [`Normalized::slice`], into a slice of that length, by this thread alone.
    ///
    /// # Errors
    /// As [`Normalized::gather`].
    ///
    /// # Panics
    /// If there are no such rows, or if `out` has another length.
    pub fn slice_alone(
        &self,
        start: usize,
        length: usize,
        out: &mut [f32],
    ) -> Result<(), MemoryError> {
        let n_values = self.normalizer.n_values();
        assert_eq!(out.len(), length * n_values);
        let range = start * n_values..(start + length) * n_values;
        if let Some(numbers) = self.values.in_place(&range) {
            self.write(numbers, out);
            return Ok(());
        }
        self.fill_piece(&|i| start + i, 0, out, &mut Scratch::default())
    }

    /// What a byte of one becomes, if every byte becomes as many times that, rounded to 32 bits: values that are bytes in
    /// memory, whose place decides nothing, and of which zero becomes zero, as pictures from 0 to 1.
    #[must_use]
    pub fn scale_of_bytes(&self) -> Option<f64> {
        let is_in_memory = self.values.is_u8() && self.values.is_in_place();
        match (&self.normalizer.offset[..], self.factors.as_deref()) {
            ([0.0], Some([factor])) if is_in_memory && self.normalizer.n_values() > 0 => {
                Some(*factor)
            }
            _ => None,
        }
    }

    /// As [`Normalized::gather_alone`], not normalized; of values that have a [`Normalized::scale_of_bytes`].
    ///
    /// # Errors
    /// As [`Normalized::gather`].
    ///
    /// # Panics
    /// If there is no such row, if `out` has another length, or if the values are no bytes.
    pub fn gather_bytes(&self, rows: &[u32], out: &mut [u8]) -> Result<(), MemoryError> {
        let n_values = self.normalizer.n_values();
        assert_eq!(out.len(), rows.len() * n_values);
        let mut scratch = Scratch::default(); // of a row that lies in pieces
        for (row, out) in rows.iter().zip(out.chunks_exact_mut(n_values)) {
            match self.values.row(n_values, *row as usize, &mut scratch)? {
                Numbers::U8(bytes) => out.copy_from_slice(bytes),
                Numbers::F32(_) => panic!("bytes are asked of values that are none"),
            }
        }
        Ok(())
    }

    /// The bytes of the `length` rows from `start` on, if they lie side by side in memory.
    ///
    /// # Panics
    /// If there are no such rows.
    #[must_use]
    pub fn bytes(&self, start: usize, length: usize) -> Option<&[u8]> {
        let n_values = self.normalizer.n_values();
        let range = start * n_values..(start + length) * n_values;
        match self.values.in_place(&range)? {
            Numbers::U8(bytes) => Some(bytes),
            Numbers::F32(_) => None,
        }
    }

    /// Fills each row `i` of `out` with row `row_of(i)`, normalized.
    pub(super) fn fill(
        &self,
        row_of: impl Fn(usize) -> usize + Sync,
        out: &mut [f32],
    ) -> Result<(), MemoryError> {
        let n_values = self.normalizer.n_values();
        if n_values == 0 {
            return Ok(());
        }
        let rows_per_thread = MIN_VALUES_PER_THREAD.div_ceil(n_values);
        out.par_chunks_mut(rows_per_thread * n_values)
            .enumerate()
            .try_for_each_init(Scratch::default, |scratch, (i, out)| {
                self.fill_piece(&row_of, i * rows_per_thread, out, scratch)
            })
    }

    /// The same of the rows from `first` on.
    fn fill_piece(
        &self,
        row_of: &impl Fn(usize) -> usize,
        first: usize,
        out: &mut [f32],
        scratch: &mut Scratch,
    ) -> Result<(), MemoryError> {
        let n_values = self.normalizer.n_values();
        if n_values == 0 {
            return Ok(());
        }
        if self.values.is_in_place() {
            let rows_at_once = VALUES_AT_ONCE.div_ceil(n_values);
            for (i, out) in out.chunks_mut(rows_at_once * n_values).enumerate() {
                let first = first + i * rows_at_once;
                let rows = (first..first + out.len() / n_values).map(row_of);
                let copied = self.values.rows(n_values, rows, scratch)?;
                self.write(copied, out);
            }
            return Ok(());
        }
        let n_rows = out.len() / n_values;
        let mut done = 0;
        while done < n_rows {
            // Rows of a file that lie side by side are read at once.
            let row = row_of(first + done);
            let n = (1..n_rows - done)
                .find(|&n| row_of(first + done + n) != row + n)
                .unwrap_or(n_rows - done);
            let range = row * n_values..(row + n) * n_values;
            let read = self.values.numbers(range, scratch)?;
            self.write(read, &mut out[done * n_values..(done + n) * n_values]);
            done += n;
        }
        Ok(())
    }

    /// Writes whole rows.
    fn write(&self, rows: Numbers<'_>, out: &mut [f32]) {
        let divisors = &self.normalizer.divisor;
        match (rows, &self.factors) {
            (Numbers::U8(bytes), Some(factors)) => self.each(bytes, factors, multiplied, out),
            (Numbers::U8(bytes), None) => self.each(bytes, divisors, divided, out),
            (Numbers::F32(numbers), _) => self.each(numbers, divisors, divided, out),
        }
    }

    /// Writes what becomes of each value with the offset and the scale of its group.
    fn each<T: Copy + Into<f64>>(
        &self,
        rows: &[T],
        scales: &[f64],
        change: impl Fn(f64, f64, f64) -> f32,
        out: &mut [f32],
    ) {
        let n_values = self.normalizer.n_values();
        let per_group = self.normalizer.per_group(n_values);
        let figures = || self.normalizer.offset.iter().zip(scales);
        for (to, from) in out
            .chunks_exact_mut(n_values)
            .zip(rows.chunks_exact(n_values))
        {
            if per_group == 1 {
                for ((to, &from), (&offset, &scale)) in to.iter_mut().zip(from).zip(figures()) {
                    *to = change(from.into(), offset, scale);
                }
                continue;
            }
            let groups = to
                .chunks_exact_mut(per_group)
                .zip(from.chunks_exact(per_group));
            for ((to, from), (&offset, &scale)) in groups.zip(figures()) {
                for (to, &from) in to.iter_mut().zip(from) {
                    *to = change(from.into(), offset, scale);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::Normalization;

    fn normalizer(offset: f64, divisor: f64) -> Normalizer {
        Normalizer {
            kind: Normalization::Range,
            shape: vec![2],
            offset: vec![offset],
            divisor: vec![divisor],
        }
    }

    /// (v − offset) / divisor, which is divided here in 64 bits and then rounded, for all bytes.
    #[test]
    fn to_multiply_gives_what_to_divide_gives() {
        let values = Values::U8((0..=u8::MAX).chain(0..=u8::MAX).collect());
        for (offset, divisor) in [
            (0.0, 255.0),
            (33.3184, 78.567_49),
            (0.0, 16.0),
            (-1e9, 3e-9),
        ] {
            let normalizer = normalizer(offset, divisor);
            let all = normalizer.over(&values);
            assert!(all.factors.is_some());
            let mut out = Vec::new();
            all.slice(0, 256, &mut out).unwrap();
            for (i, out) in out.into_iter().enumerate() {
                let expected = ((f64::from(i as u8) - offset) / divisor) as f32;
                assert_eq!(out.to_bits(), expected.to_bits());
            }
        }
    }

    /// By hand: bytes from 0 to 255 onto 0 to 1. With an offset zero is not zero, with two groups the place decides, and
    /// numbers are no bytes.
    #[test]
    fn bytes_have_a_scale_where_zero_stays_zero() {
        let bytes = Values::U8((0..=u8::MAX).chain(0..=u8::MAX).collect());
        let scale =
            |normalizer: &Normalizer, values: &Values| normalizer.over(values).scale_of_bytes();
        assert_eq!(scale(&normalizer(0.0, 255.0), &bytes), Some(1.0 / 255.0));
        assert_eq!(scale(&normalizer(1.0, 255.0), &bytes), None);
        let two_groups = Normalizer {
            offset: vec![0.0; 2],
            divisor: vec![255.0; 2],
            ..normalizer(0.0, 255.0)
        };
        assert_eq!(scale(&two_groups, &bytes), None);
        let numbers = Values::F32(vec![0.0; 512]);
        assert_eq!(scale(&normalizer(0.0, 255.0), &numbers), None);

        let normalizer = normalizer(0.0, 255.0);
        let all = normalizer.over(&bytes);
        let mut out = [9; 4];
        all.gather_bytes(&[3, 0], &mut out).unwrap();
        assert_eq!(out, [6, 7, 0, 1]);
        assert_eq!(all.bytes(1, 2), Some(&[2, 3, 4, 5][..]));
    }

    /// A quotient in the middle between two numbers of 32 bits shows the difference: 1 + 2⁻²⁴ is rounded to 1, and a
    /// hair more to 1 + 2⁻²³. So the offset is chosen that makes such a quotient of the byte 0.
    #[test]
    fn where_it_does_not_it_is_divided() {
        let tie = 1.0 + 0.5_f64.powi(24);
        let found = (1..2000_u32)
            .map(|k| f64::from(k) / 1000.0)
            .find(|&divisor| normalizer(-tie * divisor, divisor).factors().is_none());
        let divisor = found.expect("a divisor whose reciprocal is off");
        let normalizer = normalizer(-tie * divisor, divisor);
        let values = Values::U8(vec![0; 512]);
        let mut out = Vec::new();
        normalizer.over(&values).slice(0, 1, &mut out).unwrap();
        let expected = (tie * divisor / divisor) as f32;
        assert_eq!(out[0].to_bits(), expected.to_bits());
    }
}
