//! The header of an `.npy` array: magic, version, and a Python literal with type, order and shape.
//!
//! It is read here, not by a crate: those at hand allocate what the length claims, multiply the shape
//! unchecked and recurse without a limit, and the literal has only three keys.

use std::io::{ErrorKind, Read};

use super::array::Problem;
use crate::source::number::{Endian, Number};

const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// NumPy itself reads no longer headers than 10,000 bytes unless told to.
const MAX_BYTES: u64 = 10_000;

/// What an array holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dtype {
    Number(Number, Endian),
    /// Texts of so many characters of four bytes, filled up with zeros.
    Unicode(u32, Endian),
    /// Texts of so many bytes, filled up with zeros.
    Bytes(u32),
}

/// What the header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) dtype: Dtype,
    pub(super) is_fortran: bool,
    pub(super) shape: Vec<u64>,
}

impl Header {
    pub(super) fn read(content: &mut impl Read) -> Result<Self, Problem> {
        let start: [u8; 8] = exactly(content)?;
        if !start.starts_with(MAGIC) {
            return Err(Problem::Content(format!(
                "begins with {:02x?}; expected {MAGIC:02x?}, as an .npy array does",
                start.first_chunk::<6>().copied().unwrap_or_default()
            )));
        }
        let size = match start {
            [.., 1, _] => u64::from(u16::from_le_bytes(exactly(content)?)),
            [.., 2 | 3, _] => u64::from(u32::from_le_bytes(exactly(content)?)),
            [.., major, minor] => {
                let problem = format!("has the version {major}.{minor}; expected 1.0, 2.0 or 3.0");
                return Err(Problem::Content(problem));
            }
        };
        if size > MAX_BYTES {
            let problem = format!("has a header of {size} bytes; expected at most {MAX_BYTES}");
            return Err(Problem::Content(problem));
        }
        let mut text = Vec::new();
        let read = content.take(size).read_to_end(&mut text);
        if (read.map_err(Problem::Read)? as u64) < size {
            return Err(too_short());
        }
        let text = String::from_utf8_lossy(&text);
        let (descr, is_fortran, shape) = Literal { rest: &text }.header().ok_or_else(|| {
            let start: String = text.chars().take(80).collect();
            Problem::Content(format!(
                "has the header {start:?}; \
                 expected {{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}} or alike"
            ))
        })?;
        Ok(Self {
            dtype: Dtype::parse(descr)?,
            is_fortran,
            shape,
        })
    }
}

impl Dtype {
    /// How many bytes one entry has.
    pub(super) fn n_bytes(self) -> u64 {
        match self {
            Self::Number(number, _) => number.n_bytes() as u64,
            Self::Unicode(n, _) => 4 * u64::from(n),
            Self::Bytes(n) => n.into(),
        }
    }

    /// The type of a description such as `<f4`; `None` if it is a list of fields.
    fn parse(descr: Option<&str>) -> Result<Self, Problem> {
        let Some(descr) = descr else {
            let problem = "has records of several fields; expected one number or text per entry";
            return Err(Problem::Content(problem.into()));
        };
        let (endian, kind) = match descr.as_bytes() {
            [b'<' | b'|', ..] => (Endian::Little, &descr[1..]),
            [b'>', ..] => (Endian::Big, &descr[1..]),
            _ => (Endian::Little, descr),
        };
        let number = |number| Ok(Self::Number(number, endian));
        match kind {
            "b1" => number(Number::Bool),
            "u1" => number(Number::U8),
            "i1" => number(Number::I8),
            "u2" => number(Number::U16),
            "i2" => number(Number::I16),
            "u4" => number(Number::U32),
            "i4" => number(Number::I32),
            "u8" => number(Number::U64),
            "i8" => number(Number::I64),
            "f4" => number(Number::F32),
            "f8" => number(Number::F64),
            "O" | "O8" | "O4" => Err(Problem::Content(
                "holds pickled Python objects, which are programs and not read; \
                 expected an array of numbers or texts (not dtype=object)"
                    .into(),
            )),
            _ => {
                let text = |prefix| kind.strip_prefix(prefix).and_then(|n| n.parse().ok());
                match (text('U'), text('S')) {
                    (Some(n @ 1_u32..), _) => Ok(Self::Unicode(n, endian)),
                    (_, Some(n @ 1..)) => Ok(Self::Bytes(n)),
                    _ => Err(Problem::Content(format!(
                        "has the type `{}`; expected whole numbers, floats of 32 or 64 bits, \
                         booleans or texts",
                        descr.chars().take(20).collect::<String>()
                    ))),
                }
            }
        }
    }
}

fn too_short() -> Problem {
    Problem::Content("ends within its header".into())
}

fn exactly<const N: usize>(content: &mut impl Read) -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    match content.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(too_short()),
        Err(error) => Err(Problem::Read(error)),
    }
}

/// The part of a Python literal that is not read yet.
struct Literal<'a> {
    rest: &'a str,
}

impl<'a> Literal<'a> {
    /// Description (`None` if it is no string), Fortran order, shape: each key once, in any order.
    fn header(mut self) -> Option<(Option<&'a str>, bool, Vec<u64>)> {
        let (mut descr, mut is_fortran, mut shape) = (None, None, None);
        self.eat("{").then_some(())?;
        while !self.eat("}") {
            let key = self.string()?;
            self.eat(":").then_some(())?;
            match key {
                "descr" => match self.string() {
                    Some(text) => descr = Some(Some(text)),
                    None => {
                        // A list of fields is not read at all: nothing after it matters.
                        return self.eat("[").then_some((None, false, Vec::new()));
                    }
                },
                "fortran_order" if self.eat("True") => is_fortran = Some(true),
                "fortran_order" if self.eat("False") => is_fortran = Some(false),
                "shape" => shape = Some(self.tuple()?),
                _ => return None,
            }
            if !self.eat(",") {
                self.eat("}").then_some(())?;
                break;
            }
        }
        let is_end = self.rest.trim().is_empty();
        is_end.then_some(())?;
        Some((descr?, is_fortran?, shape?))
    }

    /// Takes `token`, if it comes next.
    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        let after = rest.strip_prefix(token);
        self.rest = after.unwrap_or(rest);
        after.is_some()
    }

    fn string(&mut self) -> Option<&'a str> {
        let quote = ["'", "\""].into_iter().find(|quote| self.eat(quote))?;
        let (text, rest) = self.rest.split_once(quote)?;
        self.rest = rest;
        Some(text)
    }

    fn tuple(&mut self) -> Option<Vec<u64>> {
        let mut numbers = Vec::new();
        self.eat("(").then_some(())?;
        while !self.eat(")") {
            let n_digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, rest) = self.rest.split_at_checked(n_digits)?;
            numbers.push(digits.parse().ok()?);
            self.rest = rest;
            // Python 2 wrote long numbers so.
            self.eat("L");
            if !self.eat(",") {
                self.eat(")").then_some(())?;
                break;
            }
        }
        Some(numbers)
    }
}
