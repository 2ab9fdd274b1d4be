//! One array: its header has been read, its numbers follow.

use std::io::{self, Read};
use std::path::Path;

use super::header::Header;
use crate::MemoryError;
use crate::source::SourceError;
use crate::source::array::{FillProblem, ValueProblem, size_bytes};

/// An array whose header has been read and is possible.
pub(super) struct Array<R> {
    pub(super) header: Header,
    /// Of all entries after the header.
    pub(super) size_bytes: u64,
    pub(super) content: R,
}

/// Why an array is not read.
pub(super) enum Problem {
    Read(io::Error),
    Memory(MemoryError),
    /// What was found and what was expected.
    Content(String),
}

impl<R: Read> Array<R> {
    /// Reads the header.
    pub(super) fn read(mut content: R, limit: u64) -> Result<Self, Problem> {
        let header = Header::read(&mut content)?;
        let shape = &header.shape;
        if shape.is_empty() || shape.contains(&0) {
            let problem = format!("has the shape {shape:?}; expected at least one example");
            return Err(Problem::Content(problem));
        }
        match size_bytes(shape, header.dtype.n_bytes()) {
            Some(size_bytes) if size_bytes <= limit => Ok(Self {
                header,
                size_bytes,
                content,
            }),
            _ => Err(Problem::Content(format!(
                "has the shape {shape:?} of numbers or texts of {} bytes; \
                 expected at most {limit} bytes",
                header.dtype.n_bytes()
            ))),
        }
    }

    /// All bytes of all entries; memory grows with the bytes that are there.
    pub(super) fn bytes(mut self) -> Result<(Header, Vec<u8>), Problem> {
        let mut bytes = Vec::new();
        let read = self.content.by_ref().take(self.size_bytes);
        let found = { read }.read_to_end(&mut bytes).map_err(Problem::Read)? as u64;
        let header = self.expect_end(found)?;
        Ok((header, bytes))
    }

    /// Checks that all bytes were there, and that none follows.
    pub(super) fn expect_end(self, found: u64) -> Result<Header, Problem> {
        let expected = self.size_bytes;
        if found < expected {
            return Err(Problem::Content(format!(
                "ends after {found} bytes of data; expected {expected}, as its header says"
            )));
        }
        // Reading past the end also checks the checksum of an archive's entry.
        let more = self.content.take(1).read_to_end(&mut Vec::new());
        if more.map_err(Problem::Read)? > 0 {
            return Err(Problem::Content(format!(
                "goes on after {expected} bytes of data, which is all that its header says"
            )));
        }
        Ok(self.header)
    }
}

impl Problem {
    /// The problem with its file.
    pub(super) fn of(self, path: &Path) -> SourceError {
        match self {
            Self::Memory(error) => error.into(),
            Self::Read(reason) => SourceError::content(path, format!("cannot be read: {reason}")),
            Self::Content(problem) => SourceError::content(path, problem),
        }
    }
}

impl From<ValueProblem> for Problem {
    fn from(problem: ValueProblem) -> Self {
        match problem {
            ValueProblem::Memory(error) => Self::Memory(error),
            problem => Self::Content(problem.to_string()),
        }
    }
}

impl From<FillProblem> for Problem {
    fn from(problem: FillProblem) -> Self {
        match problem {
            FillProblem::Read(reason) => Self::Read(reason),
            FillProblem::Value(problem) => problem.into(),
        }
    }
}
