//! Files that may be packed with gzip.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::FileHash;
use crate::hash::sha256_hex;

/// No file is unpacked to more than this: 4 GiB. Data that large does not fit a device in one piece,
/// and a few kilobytes of gzip can claim any size.
pub const MAX_UNPACKED_BYTES: u64 = 4 << 30;

/// The first two bytes of a gzip file (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

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

/// A file's bytes as they lie on disk.
pub(super) struct Packed {
    pub(super) hash: FileHash,
    bytes: Vec<u8>,
}

impl Packed {
    /// Reads `path`, or `path.gz` where only that exists.
    pub(super) fn read(path: &Path) -> Result<Self, FileError> {
        let path = resolve(path)?;
        let bytes = fs::read(&path).map_err(|reason| FileError::Read {
            path: path.clone(),
            reason,
        })?;
        let sha256 = sha256_hex(&bytes);
        let hash = FileHash { path, sha256 };
        Ok(Self { hash, bytes })
    }

    /// The content, unpacked while it is read if the file begins as gzip does.
    pub(super) fn content(&self) -> Box<dyn Read + '_> {
        if self.bytes.starts_with(&GZIP_MAGIC) {
            Box::new(MultiGzDecoder::new(self.bytes.as_slice()))
        } else {
            Box::new(self.bytes.as_slice())
        }
    }

    /// The whole content, unpacked.
    pub(super) fn unpack(self) -> Result<Vec<u8>, FileError> {
        if !self.bytes.starts_with(&GZIP_MAGIC) {
            return Ok(self.bytes);
        }
        let mut content = Vec::new();
        let limit = MAX_UNPACKED_BYTES + 1;
        let read = self.content().take(limit).read_to_end(&mut content);
        read.map_err(|reason| self.unpack_error(reason))?;
        if content.len() as u64 > MAX_UNPACKED_BYTES {
            let path = self.hash.path;
            return Err(FileError::TooLarge { path });
        }
        Ok(content)
    }

    pub(super) fn unpack_error(&self, reason: io::Error) -> FileError {
        let path = self.hash.path.clone();
        FileError::Unpack { path, reason }
    }
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
pub(super) mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    pub(in crate::source) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn packed_or_not_under_either_name() {
        let folder = tempfile::tempdir().unwrap();
        let check = |write_to: &str, bytes: &[u8], read_from: &str| {
            fs::write(folder.path().join(write_to), bytes).unwrap();
            let packed = Packed::read(&folder.path().join(read_from)).unwrap();
            assert_eq!(packed.hash.path, folder.path().join(write_to));
            assert_eq!(packed.hash.sha256, sha256_hex(bytes));
            assert_eq!(packed.unpack().unwrap(), b"content");
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
            let Err(FileError::Missing { path, hint }) = Packed::read(&missing) else {
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
            Packed::read(folder.path()),
            Err(FileError::Read { .. })
        ));
        let path = folder.path().join("cut.gz");
        let whole = gzip(b"content");
        fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let error = Packed::read(&path).unwrap().unpack().unwrap_err();
        assert!(matches!(error, FileError::Unpack { .. }), "{error}");
    }
}
