//! Files that may be packed with gzip.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::FileHash;
use crate::hash::hex;

/// No file is unpacked to more than this: 4 GiB. Data that large does not fit a device in one piece,
/// and a few kilobytes of gzip can claim any size.
pub const MAX_UNPACKED_BYTES: u64 = 4 << 30;

/// The first two bytes of a gzip file (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Bytes read from the system at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no file there.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The path as it was given.
        path: PathBuf,
        /// What may help, such as a folder that is missing too. Not part of the message.
        hint: Option<String>,
    },
    /// The system refuses to read it.
    #[error("cannot read {}: {reason}", path.display())]
    Read {
        /// The path that was opened.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// It begins as gzip does, and cannot be unpacked.
    #[error("cannot unpack {}: {reason}", path.display())]
    Unpack {
        /// The path that was opened.
        path: PathBuf,
        /// The unpacker's reason.
        reason: io::Error,
    },
    /// Its unpacked content is above the limit.
    #[error("{} unpacks to more than {MAX_UNPACKED_BYTES} bytes, the limit", path.display())]
    TooLarge {
        /// The path that was opened.
        path: PathBuf,
    },
}

/// A file that is read from front to back, hashed on the way, and unpacked if it begins as gzip does.
///
/// Reading gives the unpacked content; [`Opened::finish`] gives the hash.
pub(crate) struct Opened {
    path: PathBuf,
    content: Content,
}

enum Content {
    Plain(BufReader<Hashing>),
    Gzip(Box<MultiGzDecoder<BufReader<Hashing>>>),
}

/// Hashes what is read through it.
struct Hashing {
    file: Box<dyn Read + Send>,
    hash: Sha256,
}

impl Hashing {
    fn new(file: impl Read + Send + 'static) -> Self {
        Self {
            file: Box::new(file),
            hash: Sha256::new(),
        }
    }
}

impl Opened {
    /// Opens `path`, or `path.gz` where only that exists.
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        let path = resolve(path)?;
        match File::open(&path) {
            Ok(file) => Self::of_stream(path, file),
            Err(reason) => Err(FileError::Read { path, reason }),
        }
    }

    /// Takes a stream for a file of the name `path`.
    pub(crate) fn of_stream(
        path: PathBuf,
        stream: impl Read + Send + 'static,
    ) -> Result<Self, FileError> {
        let refused = |reason| FileError::Read {
            path: path.clone(),
            reason,
        };
        let hashing = Hashing::new(stream);
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, hashing);
        let content = if reader.fill_buf().map_err(refused)?.starts_with(&GZIP_MAGIC) {
            Content::Gzip(Box::new(MultiGzDecoder::new(reader)))
        } else {
            Content::Plain(reader)
        };
        Ok(Self { path, content })
    }

    /// The path that was opened, with `.gz` where only that exists.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the content is unpacked on the way.
    pub(crate) fn is_packed(&self) -> bool {
        matches!(self.content, Content::Gzip(_))
    }

    /// What is wrong if reading the content fails.
    pub(crate) fn error(&self, reason: io::Error) -> FileError {
        let path = self.path.clone();
        if self.is_packed() {
            FileError::Unpack { path, reason }
        } else {
            FileError::Read { path, reason }
        }
    }

    /// The whole content in memory, and the hash of the file.
    pub(crate) fn read_all(mut self) -> Result<(Vec<u8>, FileHash), FileError> {
        let mut bytes = Vec::new();
        let read = (&mut self).take(MAX_UNPACKED_BYTES + 1);
        if let Err(reason) = { read }.read_to_end(&mut bytes) {
            return Err(self.error(reason));
        }
        if bytes.len() as u64 > MAX_UNPACKED_BYTES {
            return Err(FileError::TooLarge { path: self.path });
        }
        Ok((bytes, self.finish()?))
    }

    /// Reads what is left of the file and returns the hash of all its bytes as they lie on disk.
    pub(crate) fn finish(self) -> Result<FileHash, FileError> {
        let mut reader = match self.content {
            Content::Plain(reader) => reader,
            Content::Gzip(decoder) => decoder.into_inner(),
        };
        match io::copy(&mut reader, &mut io::sink()) {
            Ok(_) => Ok(FileHash {
                path: self.path,
                sha256: hex(reader.into_inner().hash.finalize().as_slice()),
            }),
            Err(reason) => Err(FileError::Read {
                path: self.path,
                reason,
            }),
        }
    }
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.content {
            Content::Plain(reader) => reader.read(buffer),
            Content::Gzip(decoder) => decoder.read(buffer),
        }
    }
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.hash.update(&buffer[..n]);
        Ok(n)
    }
}

/// Reads a file whose format is not read from front to back (zip, Parquet) only to hash it.
pub(crate) fn hash_file(path: &Path) -> Result<FileHash, FileError> {
    let refused = |reason| FileError::Read {
        path: path.to_owned(),
        reason,
    };
    let path = resolve(path)?;
    let mut hashing = Hashing::new(File::open(&path).map_err(refused)?);
    let mut buffer = vec![0; BUFFER_BYTES];
    while hashing.read(&mut buffer).map_err(refused)? > 0 {}
    Ok(FileHash {
        sha256: hex(hashing.hash.finalize().as_slice()),
        path,
    })
}

/// The path itself, or the one with `.gz` appended, whichever exists first.
fn resolve(path: &Path) -> Result<PathBuf, FileError> {
    let mut packed = path.as_os_str().to_owned();
    packed.push(".gz");
    for candidate in [path.to_owned(), PathBuf::from(packed)] {
        match fs::metadata(&candidate) {
            Ok(_) => return Ok(candidate),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(reason) => {
                return Err(FileError::Read {
                    path: candidate,
                    reason,
                });
            }
        }
    }
    let folder = path
        .parent()
        .filter(|f| !f.as_os_str().is_empty() && !f.exists());
    Err(FileError::Missing {
        path: path.to_owned(),
        hint: folder.map(|f| format!("the folder {} does not exist either", f.display())),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::hash::sha256_hex;

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn packed_or_not_under_either_name() {
        let folder = tempfile::tempdir().unwrap();
        let check = |write_to: &str, bytes: &[u8], read_from: &str| {
            fs::write(folder.path().join(write_to), bytes).unwrap();
            let opened = Opened::open(&folder.path().join(read_from)).unwrap();
            let (content, hash) = opened.read_all().unwrap();
            assert_eq!(hash.path, folder.path().join(write_to));
            assert_eq!(hash.sha256, sha256_hex(bytes));
            assert_eq!(content, b"content");
            assert_eq!(hash_file(&hash.path).unwrap(), hash);
        };
        check("plain", b"content", "plain");
        check("packed.gz", &gzip(b"content"), "packed.gz");
        check("unpacked.gz", b"content", "unpacked.gz");
        check("other.gz", &gzip(b"content"), "other");
        check(
            "twice.gz",
            &[gzip(b"con"), gzip(b"tent")].concat(),
            "twice.gz",
        );
    }

    #[test]
    fn a_missing_file_hints_at_a_missing_folder() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, expects_hint: bool| {
            let missing = folder.path().join(name);
            let Err(FileError::Missing { path, hint }) = Opened::open(&missing).map(|_| ()) else {
                panic!("{name} was found");
            };
            assert_eq!(path, missing);
            assert_eq!(hint.is_some(), expects_hint, "{hint:?}");
        };
        check("none", false);
        check("nowhere/none", true);
    }

    #[test]
    fn a_folder_or_a_cut_gzip_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            Opened::open(folder.path()).map(|_| ()),
            Err(FileError::Read { .. })
        ));
        let path = folder.path().join("cut.gz");
        let whole = gzip(b"content");
        fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let error = Opened::open(&path).unwrap().read_all().unwrap_err();
        assert!(matches!(error, FileError::Unpack { .. }), "{error}");
    }
}
