//! The header of an IDX file: the type of its numbers, and the shape.

use std::io::{ErrorKind, Read};

use super::IdxProblem;
use crate::source::array::size_bytes;
use crate::source::number::{Endian, Number};

/// All numbers of the format have their highest byte first.
pub(super) const ENDIAN: Endian = Endian::Big;

const IMAGES: &str = "type, dimensions]: a type of 08, 09, 0b, 0c, 0d or 0e and 1 to 4 dimensions";
const LABELS: &str = "type, 01]: labels of type 08 or 0c with 1 dimension";

/// What the header says.
pub(super) struct Header {
    pub(super) number: Number,
    /// Examples first; no dimension is 0.
    pub(super) shape: Vec<u64>,
    /// Of all numbers after the header.
    pub(super) size_bytes: u64,
}

impl Header {
    pub(super) fn of_images(content: impl Read, limit: u64) -> Result<Self, IdxProblem> {
        Self::read(content, limit, IMAGES, |_, rank| (1..=4).contains(&rank))
    }

    pub(super) fn of_labels(content: impl Read, limit: u64) -> Result<Self, IdxProblem> {
        Self::read(content, limit, LABELS, |number, rank| {
            matches!(number, Number::U8 | Number::I32) && rank == 1
        })
    }

    fn read(
        mut content: impl Read,
        limit: u64,
        expected: &'static str,
        accept: fn(Number, u8) -> bool,
    ) -> Result<Self, IdxProblem> {
        let mut word = |header_bytes| {
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
        let found = word(8)?;
        let [0, 0, code, rank] = found else {
            return Err(IdxProblem::Magic { found, expected });
        };
        let number = number(code).filter(|&number| accept(number, rank));
        let number = number.ok_or(IdxProblem::Magic { found, expected })?;
        let header_bytes = 4 + 4 * usize::from(rank);
        let shape = (0..rank)
            .map(|_| word(header_bytes).map(|bytes| u32::from_be_bytes(bytes).into()))
            .collect::<Result<Vec<u64>, _>>()?;
        if shape.contains(&0) {
            return Err(IdxProblem::Empty { shape });
        }
        match size_bytes(&shape, number.n_bytes() as u64) {
            Some(size_bytes) if size_bytes <= limit => Ok(Self {
                number,
                shape,
                size_bytes,
            }),
            _ => Err(IdxProblem::TooLarge { shape, limit }),
        }
    }
}

/// The type with that code in the third byte of the header.
fn number(code: u8) -> Option<Number> {
    match code {
        0x08 => Some(Number::U8),
        0x09 => Some(Number::I8),
        0x0b => Some(Number::I16),
        0x0c => Some(Number::I32),
        0x0d => Some(Number::F32),
        0x0e => Some(Number::F64),
        _ => None,
    }
}

/// Checks that all bytes were there, and that none follows.
pub(super) fn expect_end(content: impl Read, found: u64, expected: u64) -> Result<(), IdxProblem> {
    if found < expected {
        return Err(IdxProblem::Truncated { found, expected });
    }
    let more = content.take(1).read_to_end(&mut Vec::new());
    if more.map_err(IdxProblem::Read)? > 0 {
        return Err(IdxProblem::Trailing { expected });
    }
    Ok(())
}
