//! Values brought to the common scale: whole sets, rows, and batches of chosen rows.

use rayon::prelude::*;

use super::{MAX_TABLES, Normalizer};
use crate::values::{Numbers, Scratch, readable};
use crate::{Examples, MemoryError, Values};

/// One thread normalizes so many values at least.
const MIN_VALUES_PER_THREAD: usize = 1 << 14;

impl Normalizer {
    /// The normalized values, row-major: `examples.len() × examples.n_values()`.
    ///
    /// # Panics
    /// If the examples have another shape than those it was fitted on, or if the file of
    /// [`Values::View`] can no longer be read.
    #[must_use]
    pub fn apply(&self, examples: &Examples) -> Vec<f32> {
        assert_eq!(
            examples.shape, self.shape,
            "shape of the examples to normalize"
        );
        let mut out = vec![0.0; examples.values.len()];
        readable(self.fill(&examples.values, |i| i, &mut out));
        out
    }

    /// Normalizes the values of one example in place, such as those that an augmentation made.
    ///
    /// # Panics
    /// If there are more or fewer of them than in the examples it was fitted on.
    pub fn apply_row(&self, row: &mut [f32]) {
        assert_eq!(
            row.len(),
            self.n_values(),
            "values of the example to normalize"
        );
        let per_group = self.per_group(row.len());
        for (i, values) in row.chunks_exact_mut(per_group).enumerate() {
            for value in values {
                *value = self.normalized(i, f64::from(*value));
            }
        }
    }

    /// Normalizes the rows of `values` that `rows` names, in that order, into `out`: row-major,
    /// `rows.len() × n_values`. The same numbers as [`Normalizer::apply`] gives.
    ///
    /// `out` gets that length; one that is used again and again is not allocated again.
    ///
    /// # Errors
    /// [`MemoryError::Read`] if the file of [`Values::View`] can no longer be read.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn gather(
        &self,
        values: &Values,
        rows: &[u32],
        out: &mut Vec<f32>,
    ) -> Result<(), MemoryError> {
        out.resize(rows.len() * self.n_values(), 0.0);
        self.fill(values, |i| rows[i] as usize, out)
    }

    fn n_values(&self) -> usize {
        self.shape.iter().product()
    }

    /// How many of the `n_values` of an example belong to one group.
    fn per_group(&self, n_values: usize) -> usize {
        (n_values / self.offset.len()).max(1)
    }

    fn normalized(&self, group: usize, value: f64) -> f32 {
        ((value - self.offset[group]) / self.divisor[group]) as f32
    }

    /// Fills each row `i` of `out` with row `row_of(i)` of `values`, normalized.
    fn fill(
        &self,
        values: &Values,
        row_of: impl Fn(usize) -> usize + Sync,
        out: &mut [f32],
    ) -> Result<(), MemoryError> {
        let n_values = self.n_values();
        if n_values == 0 {
            return Ok(());
        }
        let tables = self.tables(values, out.len());
        let rows_per_thread = MIN_VALUES_PER_THREAD.div_ceil(n_values);
        out.par_chunks_mut(rows_per_thread * n_values)
            .enumerate()
            .try_for_each_init(Scratch::default, |scratch, (i, out)| {
                let first = i * rows_per_thread;
                let n_rows = out.len() / n_values;
                let mut done = 0;
                while done < n_rows {
                    // Rows that lie side by side are read at once.
                    let row = row_of(first + done);
                    let n = (1..n_rows - done)
                        .find(|&n| row_of(first + done + n) != row + n)
                        .unwrap_or(n_rows - done);
                    let read = values.numbers(row * n_values..(row + n) * n_values, scratch)?;
                    let out = &mut out[done * n_values..(done + n) * n_values];
                    self.write(read, &tables, n_values, out);
                    done += n;
                }
                Ok(())
            })
    }

    /// Writes whole rows.
    fn write(&self, rows: Numbers<'_>, tables: &[[f32; 256]], n_values: usize, out: &mut [f32]) {
        let per_group = self.per_group(n_values);
        match rows {
            Numbers::U8(bytes) if !tables.is_empty() => {
                let groups = bytes.chunks_exact(per_group);
                for ((to, from), table) in out
                    .chunks_exact_mut(per_group)
                    .zip(groups)
                    .zip(tables.iter().cycle())
                {
                    for (to, &from) in to.iter_mut().zip(from) {
                        *to = table[usize::from(from)];
                    }
                }
            }
            Numbers::U8(bytes) => self.compute(bytes, n_values, out),
            Numbers::F32(numbers) => self.compute(numbers, n_values, out),
        }
    }

    fn compute<T: Copy + Into<f64>>(&self, rows: &[T], n_values: usize, out: &mut [f32]) {
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

    /// Per group what becomes of each byte, if that pays for `n` values; else nothing.
    fn tables(&self, values: &Values, n: usize) -> Vec<[f32; 256]> {
        let n_groups = self.offset.len();
        if !values.is_u8() || n_groups > MAX_TABLES || n < 256 * n_groups {
            return Vec::new();
        }
        (0..n_groups)
            .map(|group| std::array::from_fn(|byte| self.normalized(group, byte as f64)))
            .collect()
    }
}
