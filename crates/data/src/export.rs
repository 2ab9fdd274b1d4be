//! Examples as files for other programs: CSV, NPZ and IDX, and the manifest that goes with them.
//!
//! Everything is written to an [`std::io::Write`] that the caller opens; [`Hashed`] around it gives
//! the sha256 of what went through, for the manifest. The same examples give the same bytes.

mod csv;
mod hashed;
mod idx;
mod manifest;
mod npz;

use std::io;

pub use self::csv::write_csv;
pub use self::hashed::Hashed;
pub use self::idx::write_idx;
pub use self::manifest::{
    Chunk, FORMAT_VERSION, Manifest, ManifestFile, ManifestMember, SetManifest,
};
pub use self::npz::write_npz;
use crate::{Examples, MemoryError};

/// What the names of tags begin with, so that they are like no other column or array.
const TAG_PREFIX: &str = "tag_";

/// Why examples cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The system refuses to write.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
    /// The values cannot be read.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// A shape that IDX cannot say.
    #[error("{what} is {found}; expected at most {most}, which is all that IDX can say")]
    TooLargeForIdx {
        /// What is too large.
        what: &'static str,
        /// How large it is.
        found: usize,
        /// The largest that there is room for.
        most: u32,
    },
}

/// Calls `each` with the values of every example in turn.
fn for_each_row(
    examples: &Examples,
    mut each: impl FnMut(usize, &[f32]) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    if examples.is_empty() {
        return Ok(());
    }
    let width = examples.n_values();
    let mut values = vec![0.0; width];
    for i in 0..examples.len() {
        examples.values.read_row(width, i, &mut values)?;
        each(i, &values)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
