//! Data sources: one file each, an options struct with `check` and `load`.

pub mod csv;
mod file;
pub mod idx;
pub mod strokes;

pub use self::csv::Csv;
pub use self::file::{FileError, MAX_UNPACKED_BYTES};
pub use self::idx::Idx;
pub use self::strokes::{Grid, Strokes};

use crate::{Examples, FieldError, FileHash};

/// What a source gives: the examples, and which files they were read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The examples.
    pub examples: Examples,
    /// Every file that was read, with its hash; none for a source that draws its examples.
    pub files: Vec<FileHash>,
}

/// Why a source gives no examples.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An option has an impossible value.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The content of a CSV file is not as expected.
    #[error(transparent)]
    Csv(#[from] csv::CsvError),
    /// The content of an IDX file is not as expected.
    #[error(transparent)]
    Idx(#[from] idx::IdxError),
    /// A grid that nothing can be drawn into.
    #[error(
        "cannot draw into a grid of {} × {} pixels up to {}; \
         expected at least 1 × 1 and a positive maximum",
        grid.height, grid.width, grid.max
    )]
    Grid {
        /// The grid that was given.
        grid: Grid,
    },
}
