//! Examples that stand in more than one set: the same one, one of the same original, a near twin.
//!
//! A model that has seen an example of dev or test while training is measured on its memory. So
//! every run looks for such examples; the first two kinds are errors unless allowed by name.

mod error;
mod identical;
mod near;
mod origin;
mod rows;
mod tally;

use serde::{Deserialize, Serialize};

pub use self::error::{LeakError, Relation};
pub use self::near::{NEAR_SHARE, Near};
use self::rows::Rows;
use crate::{Examples, MemoryError};

/// Pairs that are kept per pair of sets; all are counted.
pub const MAX_PAIRS: usize = 100;

/// What the sets share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Leaks {
    /// Per pair of sets with any: examples whose values are equal, number by number. A byte 5 equals
    /// a float 5.0, and -0.0 equals 0.0; labels may differ.
    pub identical: Vec<Leak>,
    /// Per pair of sets with any: examples that derive from the same original and are not identical.
    pub derived: Vec<Leak>,
    /// Examples that are nearly the same.
    pub near: Near,
    /// Per set with any: examples that are identical to an earlier one of the same set.
    pub duplicates: Vec<Duplicates>,
}

/// What two sets share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// The earlier set.
    pub a: String,
    /// The later set.
    pub b: String,
    /// How many examples of `b` have at least one counterpart in `a`.
    pub n: usize,
    /// How many of these have a counterpart with another label; of derived and near ones only the
    /// listed counterpart is looked at.
    pub n_relabelled: usize,
    /// Each such example of `b` with its first counterpart in `a` (for near ones: with one of them),
    /// in the order of `b`; the first [`MAX_PAIRS`].
    pub pairs: Vec<Pair>,
}

/// Two examples, by their indices in their sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// An index into the earlier set.
    pub a: usize,
    /// An index into the later set.
    pub b: usize,
}

/// Examples of one set that are identical to an earlier one of the same set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicates {
    /// The set.
    pub set: String,
    /// How many.
    pub n: usize,
}

/// Looks for examples that stand in more than one of the named sets.
///
/// The sets have examples of one shape and the same classes, and their originals are numbered
/// together. Which examples are identical or derived is exact: hashes only say where to compare.
/// [`Near`] says what is known of the near ones.
///
/// # Errors
/// [`MemoryError`] if values lie in a file that can no longer be read.
pub fn find(sets: &[(&str, &Examples)]) -> Result<Leaks, MemoryError> {
    let rows = Rows::new(sets);
    let first_equal = identical::first_equal(&rows)?;
    let (identical, duplicates) = identical::count(&rows, &first_equal);
    Ok(Leaks {
        identical,
        derived: origin::count(&rows, &first_equal),
        near: near::find(&rows, &first_equal)?,
        duplicates,
    })
}

impl Leaks {
    /// Checks that no two sets share examples, but for the kinds that are allowed.
    ///
    /// # Errors
    /// [`LeakError`] with all that is shared and not allowed.
    pub fn check(&self, allow_identical: bool, allow_derived: bool) -> Result<(), LeakError> {
        let unless = |allowed: bool, leaks: &[Leak]| {
            let forbidden = if allowed { &[] } else { leaks };
            forbidden.to_vec()
        };
        let error = LeakError {
            identical: unless(allow_identical, &self.identical),
            derived: unless(allow_derived, &self.derived),
        };
        if error.identical.is_empty() && error.derived.is_empty() {
            Ok(())
        } else {
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests;
