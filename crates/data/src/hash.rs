//! sha256, in hexadecimal.

use std::fmt::Write as _;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

/// A file that was read, and the hash of its bytes as they lie on disk (a `.gz` is hashed packed).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHash {
    /// The path that was opened.
    pub path: PathBuf,
    /// 64 hexadecimal digits in lower case.
    pub sha256: String,
}

/// The sha256 of `bytes`, as 64 hexadecimal digits in lower case.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).as_slice())
}

/// Two lower-case hexadecimal digits per byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a String cannot fail.
            write!(text, "{byte:02x}").ok();
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abc_has_the_hash_of_fips_180() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
