//! Values brought to the common scale in one go: whole sets, rows, and batches of chosen rows.

use super::Normalizer;
use crate::values::readable;
use crate::{Examples, MemoryError, Values};

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
        readable(self.over(&examples.values).fill(|i| i, &mut out));
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
    /// Who does so again and again, asks [`Normalizer::over`] once instead.
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
        self.over(values).gather(rows, out)
    }

    /// How many values an example has.
    pub(super) fn n_values(&self) -> usize {
        self.shape.iter().product()
    }

    /// How many of the `n_values` of an example belong to one group.
    pub(super) fn per_group(&self, n_values: usize) -> usize {
        (n_values / self.offset.len()).max(1)
    }

    pub(super) fn normalized(&self, group: usize, value: f64) -> f32 {
        ((value - self.offset[group]) / self.divisor[group]) as f32
    }
}
