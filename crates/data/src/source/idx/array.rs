//! One IDX file: a header with the shape, then the bytes.

use std::io::{self, ErrorKind, Read};

use crate::source::MAX_UNPACKED_BYTES;

/// The type code of unsigned bytes in the third byte of the header.
const UNSIGNED_BYTES: u8 = 0x08;

/// Unsigned bytes of any shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    /// Row-major, as many as the product of the shape.
    pub(super) values: Vec<u8>,
}

/// What is wrong in an IDX file.
#[derive(Debug, thiserror::Error)]
pub enum IdxProblem {
    /// The first four bytes are not those of unsigned bytes of the expected rank.
    #[error(
        "begins with {found:02x?}; expected [00, 00, 08, {:02x}]: \
         unsigned bytes with {rank} dimension{}",
        rank, if *rank == 1 { "" } else { "s" }
    )]
    Magic {
        /// The bytes found.
        found: [u8; 4],
        /// The number of dimensions expected.
        rank: u8,
    },
    /// The file ends within its header.
    #[error("ends within its header; expected {expected} bytes of header")]
    NoHeader {
        /// Bytes that the header has.
        expected: usize,
    },
    /// No examples, or images of no size.
    #[error("has the shape {shape:?}; expected at least one of each")]
    Empty {
        /// The shape in the header.
        shape: Vec<u32>,
    },
    /// The header claims more than is ever read.
    #[error("has the shape {shape:?}; expected at most {MAX_UNPACKED_BYTES} bytes")]
    TooLarge {
        /// The shape in the header.
        shape: Vec<u32>,
    },
    /// Fewer bytes than the header says.
    #[error("ends after {found} bytes of data; expected {expected}, as its header says")]
    Truncated {
        /// Bytes after the header.
        found: u64,
        /// The product of the shape in the header.
        expected: u64,
    },
    /// More bytes than the header says.
    #[error("goes on after {expected} bytes of data, which is all that its header says")]
    Trailing {
        /// The product of the shape in the header.
        expected: u64,
    },
    /// Images and labels do not pair up.
    #[error("has {n_labels} labels; expected {n_images}, one per image")]
    Counts {
        /// Labels in the labels' file.
        n_labels: usize,
        /// Images in the images' file.
        n_images: usize,
    },
    /// Nothing to tell apart.
    #[error("every label is {label}; expected two classes or more")]
    OneClass {
        /// The one label.
        label: u8,
    },
    /// The content cannot be unpacked.
    #[error("cannot be unpacked: {0}")]
    Read(io::Error),
}

impl Array {
    /// Reads an array with `rank` dimensions and nothing after it.
    ///
    /// Memory grows with the bytes that are there, never with what the header claims.
    pub(super) fn read(mut content: impl Read, rank: u8) -> Result<Self, IdxProblem> {
        let header_bytes = 4 + 4 * usize::from(rank);
        let mut word = || {
            let mut bytes = [0; 4];
            match content.read_exact(&mut bytes) {
                Ok(()) => Ok(bytes),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    Err(IdxProblem::NoHeader {
                        expected: header_bytes,
                    })
                }
                Err(error) => Err(IdxProblem::Read(error)),
            }
        };
        let found = word()?;
        if found != [0, 0, UNSIGNED_BYTES, rank] {
            return Err(IdxProblem::Magic { found, rank });
        }
        let shape = (0..rank)
            .map(|_| word().map(u32::from_be_bytes))
            .collect::<Result<Vec<u32>, _>>()?;
        if shape.contains(&0) {
            return Err(IdxProblem::Empty { shape });
        }
        let product = shape
            .iter()
            .try_fold(1_u64, |p, &n| p.checked_mul(n.into()));
        let Some(expected) = product.filter(|&p| p <= MAX_UNPACKED_BYTES) else {
            return Err(IdxProblem::TooLarge { shape });
        };
        let mut values = Vec::new();
        let read = content.by_ref().take(expected).read_to_end(&mut values);
        let found = read.map_err(IdxProblem::Read)? as u64;
        if found < expected {
            return Err(IdxProblem::Truncated { found, expected });
        }
        let more = content.take(1).read_to_end(&mut Vec::new());
        if more.map_err(IdxProblem::Read)? > 0 {
            return Err(IdxProblem::Trailing { expected });
        }
        Ok(Self {
            shape: shape.into_iter().map(|n| n as usize).collect(),
            values,
        })
    }
}
