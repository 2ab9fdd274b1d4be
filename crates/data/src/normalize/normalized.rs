//! Values normalized while they are read, so that nobody keeps a normalized copy of all of them.

use rayon::prelude::*;

use super::{MAX_TABLES, Normalizer};
use crate::values::{Numbers, Scratch};
use crate::{MemoryError, Values};

/// One thread normalizes so many values at least.
const MIN_VALUES_PER_THREAD: usize = 1 << 14;

/// The values of examples, of which any rows are had normalized. Made by [`Normalizer::over`].
///
/// Which threads read them, and how many, decides nothing: each number is computed from one value alone.
#[derive(Debug)]
pub struct Normalized<'a> {
    normalizer: &'a Normalizer,
    values: &'a Values,
    /// Per group what becomes of each byte; empty where it is computed.
    tables: Vec<[f32; 256]>,
}

impl Normalizer {
    /// The normalized numbers of `values`, made as they are asked for.
    #[must_use]
    pub fn over<'a>(&'a self, values: &'a Values) -> Normalized<'a> {
        let n_groups = self.offset.len();
        let pays = values.is_u8() && n_groups <= MAX_TABLES && values.len() >= 256 * n_groups;
        let table =
            |group| std::array::from_fn(|byte| self.normalized(group, f64::from(byte as u8)));
        Normalized {
            normalizer: self,
            values,
            tables: (0..if pays { n_groups } else { 0 }).map(table).collect(),
        }
    }
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
        let is_in_place = self.values.is_in_place();
        let rows_per_thread = MIN_VALUES_PER_THREAD.div_ceil(n_values);
        out.par_chunks_mut(rows_per_thread * n_values)
            .enumerate()
            .try_for_each_init(Scratch::default, |scratch, (i, out)| {
                let first = i * rows_per_thread;
                if is_in_place {
                    for (i, out) in out.chunks_exact_mut(n_values).enumerate() {
                        let row = self.values.row(n_values, row_of(first + i), scratch)?;
                        self.write(row, out);
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
            })
    }

    /// Writes whole rows.
    fn write(&self, rows: Numbers<'_>, out: &mut [f32]) {
        match rows {
            Numbers::U8(bytes) if !self.tables.is_empty() => self.look_up(bytes, out),
            Numbers::U8(bytes) => self.normalizer.compute(bytes, out),
            Numbers::F32(numbers) => self.normalizer.compute(numbers, out),
        }
    }

    fn look_up(&self, bytes: &[u8], out: &mut [f32]) {
        let per_group = self.normalizer.per_group(self.normalizer.n_values());
        let groups = out
            .chunks_exact_mut(per_group)
            .zip(bytes.chunks_exact(per_group));
        for ((to, from), table) in groups.zip(self.tables.iter().cycle()) {
            for (to, &from) in to.iter_mut().zip(from) {
                *to = table[usize::from(from)];
            }
        }
    }
}

impl Normalizer {
    fn compute<T: Copy + Into<f64>>(&self, rows: &[T], out: &mut [f32]) {
        let n_values = self.n_values();
        let per_group = self.per_group(n_values);
        let figures = || self.offset.iter().zip(&self.divisor);
        for (to, from) in out
            .chunks_exact_mut(n_values)
            .zip(rows.chunks_exact(n_values))
        {
            if per_group == 1 {
                for ((to, &from), (offset, divisor)) in to.iter_mut().zip(from).zip(figures()) {
                    *to = ((from.into() - offset) / divisor) as f32;
                }
                continue;
            }
            let groups = to
                .chunks_exact_mut(per_group)
                .zip(from.chunks_exact(per_group));
            for ((to, from), (&offset, &divisor)) in groups.zip(figures()) {
                for (to, &from) in to.iter_mut().zip(from) {
                    *to = ((from.into() - offset) / divisor) as f32;
                }
            }
        }
    }
}
