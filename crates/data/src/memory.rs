//! How much memory values may take, and where they go beyond it.

mod builder;
mod byte_size;

use std::io;
use std::path::PathBuf;

pub use self::builder::ValuesBuilder;
pub use self::byte_size::{ByteSize, ByteSizeError, parse_bytes};

/// How much memory the values of one chunk may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// Values that take more bytes go to a file.
    pub budget_bytes: u64,
    /// The folder of such files; it is made when the first one is written.
    pub folder: PathBuf,
}

impl Memory {
    /// Everything stays in memory.
    #[must_use]
    pub fn unlimited() -> Self {
        Self {
            budget_bytes: u64::MAX,
            folder: PathBuf::new(),
        }
    }
}

/// Why values cannot be kept, or not be read again.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The file that values go to cannot be written.
    #[error("cannot keep values in {}: {reason}", folder.display())]
    Write {
        /// The folder of the file.
        folder: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// The file that values went to cannot be read.
    #[error("cannot read values back from {}: {reason}", path.display())]
    Read {
        /// The file; its folder, if it has no name.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
}

#[cfg(test)]
mod tests;
