//! The formats of inputs, told apart by their first bytes.

use std::fmt;
use std::path::Path;

/// Bytes that tell a format.
pub(super) const N_BYTES: u64 = 16;

/// How an input is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table.
    Csv,
    /// Images or rows in the format of MNIST.
    Idx,
    /// An array or an archive of NumPy.
    Npz,
    /// A picture in PNG, JPEG, BMP or GIF, or a folder of such.
    Picture,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Csv => "csv",
            Self::Idx => "idx",
            Self::Npz => "npz",
            Self::Picture => "picture",
        })
    }
}

impl Format {
    /// The format of a file that begins, unpacked, with `start` (16 bytes, or all of a shorter file).
    ///
    /// The content decides; where it tells nothing, the extension does, and what has no known
    /// extension either is a table if it begins as text.
    pub(super) fn guess(start: &[u8], path: &Path) -> Option<Self> {
        Self::of_magic(start).or_else(|| {
            let name = path.file_name()?.to_str()?.to_ascii_lowercase();
            let name = name.strip_suffix(".gz").unwrap_or(&name);
            match Path::new(name).extension().and_then(|e| e.to_str()) {
                Some("npz" | "npy") => Some(Self::Npz),
                Some("idx") => Some(Self::Idx),
                Some("png" | "jpg" | "jpeg" | "bmp" | "gif") => Some(Self::Picture),
                Some("csv" | "tsv" | "txt") => Some(Self::Csv),
                // Text has no zero bytes, in any encoding that a table can have.
                _ => (!start.contains(&0)).then_some(Self::Csv),
            }
        })
    }

    fn of_magic(start: &[u8]) -> Option<Self> {
        match start {
            // "The IDX file format": two zeros, a type, a number of dimensions.
            [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=4, ..] => Some(Self::Idx),
            [0x93, b'N', b'U', b'M', b'P', b'Y', ..] | [b'P', b'K', 3, 4, ..] => Some(Self::Npz),
            [0x89, b'P', b'N', b'G', ..]
            | [0xff, 0xd8, 0xff, ..]
            | [b'G', b'I', b'F', b'8', ..]
            // The size of the file, then two reserved numbers that are 0: no text begins so.
            | [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => Some(Self::Picture),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First bytes by the formats' own documents: PNG (W3C, 5.2), JPEG (T.81, B.1.1.3), GIF (89a, 17),
    /// BITMAPFILEHEADER (Microsoft), IDX (the page of MNIST), NPY (NumPy's NEP 1), ZIP (APPNOTE, 4.3.7).
    #[test]
    fn content_decides_before_the_name() {
        let check = |start: &[u8], name: &str, expected: Option<Format>| {
            assert_eq!(Format::guess(start, Path::new(name)), expected, "{name}");
        };
        check(b"\x89PNG\r\n\x1a\n", "a.csv", Some(Format::Picture));
        check(b"\xff\xd8\xff\xe0\0\x10JFIF", "-", Some(Format::Picture));
        check(b"GIF89a\x01\0", "-", Some(Format::Picture));
        check(
            b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0",
            "-",
            Some(Format::Picture),
        );
        check(b"BMI,age,label\n1,2", "-", Some(Format::Csv));
        check(b"\0\0\x08\x03\0\0\0\x02", "train-images", Some(Format::Idx));
        check(b"\x93NUMPY\x01\0v\0", "-", Some(Format::Npz));
        check(b"PK\x03\x04-\0", "x.npz", Some(Format::Npz));
        check(b"PKA,PKB\n1,2\n", "-", Some(Format::Csv));
        check(b"a,b\n", "a.png", Some(Format::Picture));
        check(b"?", "a.npy.gz", Some(Format::Npz));
        check(b"a,b\n", "standard input", Some(Format::Csv));
        check(b"\0\0\x07\x03", "a.bin", None);
        check(b"a\0,\0", "-", None);
    }
}
