//! How large a set is to be: a count, or a share of what it is drawn from.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::FieldError;

const EXPECTED: &str = "a count such as 500, or a share such as 0.2";

/// How large a set is to be.
///
/// In a config a whole number is a count, and a number with a point is a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// So many examples.
    Count(usize),
    /// This share, above 0 and below 1, of what the set is drawn from.
    Share(f64),
}

impl Size {
    /// How many examples that is if there are `whole` to draw from; a share is rounded to the nearest.
    #[must_use]
    pub fn of(self, whole: usize) -> usize {
        match self {
            Self::Count(n) => n,
            Self::Share(share) => (share * whole as f64).round() as usize,
        }
    }

    /// Whether it asks for no example at all.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::Count(0)
    }

    /// Checks that a share is one.
    pub(super) fn check(self, field: &'static str) -> Result<(), FieldError> {
        match self {
            Self::Share(share) if !is_share(share) => Err(FieldError::new(field, wrong(share))),
            _ => Ok(()),
        }
    }

    /// Checks that it asks for something.
    pub(super) fn check_some(self, field: &'static str) -> Result<(), FieldError> {
        if self.is_zero() {
            return Err(FieldError::new(field, "is 0; expected at least 1"));
        }
        self.check(field)
    }
}

/// How many of `whole` examples each of several sets gets.
///
/// Shares are added up before they are rounded, so each is within one of its share, those that add
/// up to 1 take all, and a later one does not change an earlier one.
pub(super) fn divide<const N: usize>(
    whole: usize,
    sizes: [(&'static str, Size); N],
) -> Result<[usize; N], FieldError> {
    let (mut shares, mut before) = (0.0, 0);
    let mut counts = [0; N];
    for (count, (field, size)) in counts.iter_mut().zip(sizes) {
        *count = match size {
            Size::Count(n) => n,
            Size::Share(share) => {
                shares += share;
                let up_to_here = Size::Share(shares).of(whole);
                let n = up_to_here - before;
                before = up_to_here;
                if n == 0 {
                    let message = format!(
                        "is {size}, which is none of {whole} examples; expected a larger share, or a count"
                    );
                    return Err(FieldError::new(field, message));
                }
                n
            }
        };
    }
    Ok(counts)
}

fn is_share(value: f64) -> bool {
    value > 0.0 && value < 1.0
}

fn wrong(value: impl fmt::Debug) -> String {
    format!("is {value:?}; expected {EXPECTED}")
}

impl From<usize> for Size {
    fn from(n: usize) -> Self {
        Self::Count(n)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(n) => write!(f, "{n}"),
            Self::Share(share) => write!(f, "{share:?}"),
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(n) => n.serialize(serializer),
            Self::Share(share) => share.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SizeVisitor;

        impl Visitor<'_> for SizeVisitor {
            type Value = Size;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_u64<E: de::Error>(self, n: u64) -> Result<Size, E> {
                let count = usize::try_from(n).map_err(|_| E::custom(wrong(n)))?;
                Ok(Size::Count(count))
            }

            fn visit_i64<E: de::Error>(self, n: i64) -> Result<Size, E> {
                let count = usize::try_from(n).map_err(|_| E::custom(wrong(n)))?;
                Ok(Size::Count(count))
            }

            fn visit_f64<E: de::Error>(self, share: f64) -> Result<Size, E> {
                if is_share(share) {
                    Ok(Size::Share(share))
                } else {
                    Err(E::custom(wrong(share)))
                }
            }
        }

        deserializer.deserialize_any(SizeVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Table {
        dev: Size,
    }

    #[test]
    fn whole_numbers_are_counts_and_others_shares() {
        let check = |text: &str, dev: Size| {
            let table: Table = toml::from_str(text).unwrap();
            assert_eq!(table, Table { dev });
            assert_eq!(toml::to_string(&table).unwrap().trim(), text);
            assert_eq!(format!("dev = {dev}"), text);
        };
        check("dev = 500", Size::Count(500));
        check("dev = 0", Size::Count(0));
        check("dev = 0.2", Size::Share(0.2));
    }

    #[test]
    fn other_values_say_what_is_expected() {
        let check = |value: &str, expected: &str| {
            let error = toml::from_str::<Table>(&format!("dev = {value}")).unwrap_err();
            assert_eq!(error.message(), expected);
        };
        let found = |value: &str| {
            format!("is {value}; expected a count such as 500, or a share such as 0.2")
        };
        for value in ["1.5", "1.0", "0.0", "-0.2", "-3", "NaN", "inf"] {
            check(&value.to_lowercase(), &found(value));
        }
        check(
            "\"3\"",
            "invalid type: string \"3\", expected a count such as 500, or a share such as 0.2",
        );
        let error = Size::Share(1.5).check("dev").unwrap_err();
        assert_eq!(error.to_string(), format!("`dev` {}", found("1.5")));
    }

    #[test]
    fn shares_that_add_up_to_one_take_all() {
        let check = |whole, shares: [Size; 3], expected: [usize; 3]| {
            let [a, b, c] = shares;
            assert_eq!(
                divide(whole, [("test", a), ("dev", b), ("train", c)]),
                Ok(expected)
            );
        };
        let share = Size::Share;
        // By hand: 2.5 → 3, up to 5 → 2 more; 3.5 → 4, up to 7 → 3 more, of which none is left over.
        check(5, [share(0.5), share(0.5), Size::Count(0)], [3, 2, 0]);
        check(7, [share(0.5), Size::Count(9), share(0.5)], [4, 9, 3]);
        // 0.1 + 0.2 + 0.7 is 1 - 2^-53 in 64 bits.
        check(100, [share(0.1), share(0.2), share(0.7)], [10, 20, 70]);
        let error = divide(100, [("dev", share(0.004))]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`dev` is 0.004, which is none of 100 examples; expected a larger share, or a count"
        );
    }
}
