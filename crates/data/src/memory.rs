//! Values as they come: in memory, and from a size on in a file that is mapped into memory.

use std::io;
use std::path::PathBuf;

use crate::Values;

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

/// Why values cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot keep values in {}: {reason}", folder.display())]
pub struct MemoryError {
    /// The folder of the file.
    pub folder: PathBuf,
    /// The system's reason.
    pub reason: io::Error,
}

/// Collects values, one example or many at a time, in the smallest type that holds them all.
pub struct ValuesBuilder {
    values: Values,
}

impl ValuesBuilder {
    /// Collects nothing yet.
    #[must_use]
    pub fn new(_memory: &Memory) -> Self {
        Self {
            values: Values::U8(Vec::new()),
        }
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`MemoryError`] if the file that they go to cannot be written.
    pub fn push_u8(&mut self, values: &[u8]) -> Result<(), MemoryError> {
        match &mut self.values {
            Values::U8(all) => all.extend_from_slice(values),
            Values::F32(all) => all.extend(values.iter().map(|&v| f32::from(v))),
        }
        Ok(())
    }

    /// Adds numbers; if all so far are whole and in 0..=255, they are kept as bytes.
    ///
    /// # Errors
    /// [`MemoryError`] if the file that they go to cannot be written.
    pub fn push_f32(&mut self, values: &[f32]) -> Result<(), MemoryError> {
        if let Values::U8(bytes) = &mut self.values {
            match Values::pack(values.to_vec()) {
                Values::U8(more) => {
                    bytes.extend(more);
                    return Ok(());
                }
                Values::F32(_) => {
                    self.values = Values::F32(bytes.iter().map(|&v| f32::from(v)).collect());
                }
            }
        }
        if let Values::F32(all) = &mut self.values {
            all.extend_from_slice(values);
        }
        Ok(())
    }

    /// All that was added.
    ///
    /// # Errors
    /// [`MemoryError`] if the file that they went to cannot be finished.
    pub fn finish(self) -> Result<Values, MemoryError> {
        Ok(self.values)
    }
}
