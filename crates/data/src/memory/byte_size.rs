//! A number of bytes as people write it.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Units by falling size; in each pair the decimal one comes last.
const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1000),
    ("B", 1),
];

/// A number of bytes, written such as `500MB` (500 × 10⁶), `2GiB` (2 × 2³⁰) or `1.5 GB`; without a
/// unit, bytes.
///
/// Units: B, KB, MB, GB, TB, KiB, MiB, GiB, TiB, in upper or lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(pub u64);

/// A text that is no number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is {found}; expected a number of bytes, such as \"500MB\", \"2GiB\" or 500000000")]
pub struct ByteSizeError {
    /// What stands there, texts in quotes.
    pub found: String,
}

/// The number of bytes that a text such as `500MB` says.
///
/// # Errors
/// [`ByteSizeError`] if the number or its unit is not one, or if it is no whole number of bytes below
/// 2⁶⁴.
pub fn parse_bytes(text: &str) -> Result<u64, ByteSizeError> {
    parse(text).ok_or_else(|| ByteSizeError {
        found: format!("{text:?}"),
    })
}

fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = unit.trim_start();
    let (_, factor) = UNITS
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(if unit.is_empty() { "B" } else { unit }))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let bytes = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    // 10¹² × 2⁴⁰ is well within 128 bits.
    let n_digits = u32::try_from(fraction.len()).ok().filter(|&n| n <= 12)?;
    let parts = fraction.parse::<u128>().ok()? * u128::from(factor);
    let scale = 10_u128.pow(n_digits);
    if parts % scale != 0 {
        return None;
    }
    bytes.checked_add(u64::try_from(parts / scale).ok()?)
}

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    fn from_str(text: &str) -> Result<Self, ByteSizeError> {
        parse_bytes(text).map(Self)
    }
}

/// In the largest unit that it is a whole number of.
impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS
            .iter()
            .filter(|(_, factor)| self.0.is_multiple_of(*factor));
        let (name, factor) = unit
            .min_by_key(|(_, factor)| self.0 / factor)
            .unwrap_or(&UNITS[8]);
        if self.0 == 0 {
            return f.write_str("0B");
        }
        write!(f, "{}{name}", self.0 / factor)
    }
}

impl Serialize for ByteSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ByteSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = ByteSize;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of bytes, such as \"500MB\", \"2GiB\" or 500000000")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ByteSize, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<ByteSize, E> {
                Ok(ByteSize(bytes))
            }

            fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<ByteSize, E> {
                let found = bytes.to_string();
                u64::try_from(bytes)
                    .map(ByteSize)
                    .map_err(|_| E::custom(ByteSizeError { found }))
            }
        }
        deserializer.deserialize_any(Bytes)
    }
}
