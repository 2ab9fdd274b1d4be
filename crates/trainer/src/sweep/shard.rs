//! A part of a sweep, for schedulers that start one process per part.

use std::{fmt, str::FromStr};

/// Part `part` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) part: u32,
    pub(crate) of: u32,
}

impl Shard {
    /// The whole sweep.
    pub(crate) const ALL: Self = Self { part: 1, of: 1 };

    /// Whether the point at a place of the plan, counted from 0, belongs to this part.
    pub(crate) fn has(self, at: usize) -> bool {
        at as u64 % u64::from(self.of) == u64::from(self.part - 1)
    }

    /// Whether a sweep of so many points has one that belongs to both.
    pub(crate) fn overlaps(self, other: Self, n_points: usize) -> bool {
        (0..n_points).any(|at| self.has(at) && other.has(at))
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(part, of)| {
            let shard = Self {
                part: part.parse().ok()?,
                of: of.parse().ok()?,
            };
            (1..=shard.of).contains(&shard.part).then_some(shard)
        });
        parts.ok_or_else(|| "expected a part and their number, as in 3/16, counted from 1".into())
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shards_are_counted_from_1() {
        assert_eq!("3/16".parse(), Ok(Shard { part: 3, of: 16 }));
        for wrong in ["0/3", "4/3", "3", "a/b", "1/0", "-1/3", "1/3/5", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_parts_of_a_sweep_have_each_point_once(of in 1_u32..20, n in 0_usize..100) {
            let parts: Vec<_> = (1..=of).map(|part| Shard { part, of }).collect();
            for at in 0..n {
                prop_assert_eq!(parts.iter().filter(|part| part.has(at)).count(), 1);
            }
            for one in &parts {
                for other in &parts {
                    let same = one == other && n > one.part as usize - 1;
                    prop_assert_eq!(one.overlaps(*other, n), same);
                }
            }
        }
    }
}
