//! Where an input comes from.

use std::fmt;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;

use super::format::N_BYTES;
use crate::source::file::Opened;
use crate::source::{FileError, MAX_UNPACKED_BYTES, SourceError};

/// A file, a folder of pictures, or a stream.
pub enum Input {
    /// A file, plain or packed with gzip, or a folder.
    Path(PathBuf),
    /// What a file would hold.
    Stream {
        /// What errors call it.
        name: String,
        /// Read to its end.
        content: Box<dyn Read + Send>,
    },
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// A file or stream whose first bytes have been read.
pub(super) struct Begun {
    pub(super) origin: Origin,
    pub(super) start: Vec<u8>,
    rest: Opened,
}

/// What errors need to know of a file or stream while it is read.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// The file; of a stream what errors call it.
    pub(crate) path: PathBuf,
    pub(crate) is_packed: bool,
    pub(crate) is_stream: bool,
}

impl Origin {
    /// How many bytes may be read from it.
    pub(crate) fn limit(&self) -> u64 {
        if self.is_packed {
            MAX_UNPACKED_BYTES
        } else {
            u64::MAX
        }
    }

    /// What is wrong if reading fails.
    pub(crate) fn error(&self, reason: io::Error) -> FileError {
        let path = self.path.clone();
        if self.is_packed {
            FileError::Unpack { path, reason }
        } else {
            FileError::Read { path, reason }
        }
    }

    /// All bytes of its content, which are `most` at most.
    pub(crate) fn read_all(&self, content: impl Read, most: u64) -> Result<Vec<u8>, SourceError> {
        let mut bytes = Vec::new();
        let read = content.take(most.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|reason| self.error(reason))?;
        if bytes.len() as u64 > most {
            let problem = format!("has more than {most} bytes; expected at most that");
            return Err(SourceError::content(&self.path, problem));
        }
        Ok(bytes)
    }
}

impl Input {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Stream { name, .. } => name.clone(),
        }
    }

    /// Opens it and reads what tells its format.
    pub(super) fn begin(self) -> Result<Begun, FileError> {
        let is_stream = matches!(self, Self::Stream { .. });
        let mut rest = match self {
            Self::Path(path) => Opened::open(&path)?,
            Self::Stream { name, content } => Opened::of_stream(name.into(), content)?,
        };
        let mut start = Vec::new();
        let read = (&mut rest).take(N_BYTES);
        { read }
            .read_to_end(&mut start)
            .map_err(|reason| rest.error(reason))?;
        Ok(Begun {
            origin: Origin {
                path: rest.path().to_owned(),
                is_packed: rest.is_packed(),
                is_stream,
            },
            start,
            rest,
        })
    }
}

impl Begun {
    /// Its whole content, unpacked.
    pub(super) fn content(self) -> impl Read + Send {
        Cursor::new(self.start).chain(self.rest)
    }
}
