//! Labelled examples, decoded once.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use crate::hash::hex;
use crate::tag;
use crate::values::{Numbers, readable, to_le_bytes};
use crate::{Tag, Values};

/// Values of a set that are copied side by side, at most: they stay in a processor's last cache, and so many of each set
/// a machine has room for.
const MOST_SIDE_BY_SIDE: u64 = 16 << 20;

/// A number of labelled examples of one shape.
///
/// `labels`, `source` and `original` have one entry per example.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    /// The shape of one example: `[channels, height, width]` of an image, `[features]` of a row.
    pub shape: Vec<usize>,
    /// All values, row-major: `len() × n_values()` numbers.
    pub values: Values,
    /// The smallest and largest value that this kind of data can have; `None` if not known.
    pub range: Option<(f32, f32)>,
    /// Per example its class, an index into `classes`.
    pub labels: Vec<u32>,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// Per example where it comes from, an index into `source_names`.
    pub source: Vec<u32>,
    /// Distinct sources: stroke styles, or file names.
    pub source_names: Vec<String>,
    /// Per example which distinct original it derives from, a number counted from 0.
    pub original: Vec<u64>,
    /// What else is known of each example.
    pub tags: Vec<Tag>,
}

/// Why examples cannot be put into one buffer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConcatError {
    /// There is no part, so no shape and no classes.
    #[error("nothing to concatenate")]
    NoParts,
    /// Examples of different shapes.
    #[error("examples of shape {first:?} cannot be joined with examples of shape {other:?}")]
    Shape {
        /// The shape of the first part.
        first: Vec<usize>,
        /// The shape of the part that differs.
        other: Vec<usize>,
    },
    /// Classes with different names or in a different order.
    #[error("examples of the classes {first:?} cannot be joined with examples of {other:?}")]
    Classes {
        /// The classes of the first part.
        first: Vec<String>,
        /// The classes of the part that differs.
        other: Vec<String>,
    },
    /// Both ranges of values are known, and they differ.
    #[error("values in the range {first:?} cannot be joined with values in {other:?}")]
    Range {
        /// The range of the first part that has one.
        first: (f32, f32),
        /// The range that differs.
        other: (f32, f32),
    },
}

impl Examples {
    /// How many examples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How many values one example has: the product of its shape.
    #[must_use]
    pub fn n_values(&self) -> usize {
        self.shape.iter().product()
    }

    /// How many distinct originals occur.
    #[must_use]
    pub fn n_originals(&self) -> usize {
        self.original.iter().collect::<BTreeSet<_>>().len()
    }

    /// How many distinct sources occur.
    #[must_use]
    pub fn n_sources(&self) -> usize {
        self.source.iter().collect::<BTreeSet<_>>().len()
    }

    /// The tag of that name.
    #[must_use]
    pub fn tag(&self, name: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.name == name)
    }

    /// Per class how many examples there are.
    #[must_use]
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for &label in &self.labels {
            counts[label as usize] += 1;
        }
        counts
    }

    /// The values of example `i`, of length `n_values()`.
    ///
    /// # Panics
    /// If `i` is not below [`Examples::len`], or if the file of [`Values::View`] can no longer be
    /// read.
    #[must_use]
    pub fn example(&self, i: usize) -> Vec<f32> {
        let mut values = vec![0.0; self.n_values()];
        readable(self.values.read_row(values.len(), i, &mut values));
        values
    }

    /// The examples at `indices`, in that order. Classes and source names are kept whole.
    ///
    /// # Panics
    /// If an index is not below [`Examples::len`].
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        Self {
            shape: self.shape.clone(),
            values: self.values.select(self.n_values(), indices),
            range: self.range,
            labels: indices.iter().map(|&i| self.labels[i]).collect(),
            classes: self.classes.clone(),
            source: indices.iter().map(|&i| self.source[i]).collect(),
            source_names: self.source_names.clone(),
            original: indices.iter().map(|&i| self.original[i]).collect(),
            tags: self.tags.iter().map(|tag| tag.select(indices)).collect(),
        }
    }

    /// The same, with the values of a small set side by side in memory, where they were scattered over a buffer that
    /// others show too ([`Values::side_by_side`]).
    #[must_use]
    pub fn side_by_side(self) -> Self {
        Self {
            values: self.values.side_by_side(MOST_SIDE_BY_SIDE),
            ..self
        }
    }

    /// All examples of `parts`, one part after the other.
    ///
    /// Sources of the same name become one. The parts are taken as independent of each other: the
    /// originals of each are numbered on from the largest one before. The range is unknown if that
    /// of any part is.
    ///
    /// # Errors
    /// [`ConcatError`] if there is no part, or if shapes, classes or known ranges differ.
    pub fn concat(parts: &[&Self]) -> Result<Self, ConcatError> {
        let first = *parts.first().ok_or(ConcatError::NoParts)?;
        let range = joint_range(parts)?;
        let mut joined = first.select(&[]);
        joined.range = range;
        let mut source_of_name: HashMap<&str, u32> = HashMap::new();
        joined.source_names.clear();
        let mut next_original = 0;
        for part in parts {
            if part.shape != first.shape {
                return Err(ConcatError::Shape {
                    first: first.shape.clone(),
                    other: part.shape.clone(),
                });
            }
            if part.classes != first.classes {
                return Err(ConcatError::Classes {
                    first: first.classes.clone(),
                    other: part.classes.clone(),
                });
            }
            let mut new_source = Vec::with_capacity(part.source_names.len());
            for name in &part.source_names {
                let names = &mut joined.source_names;
                new_source.push(*source_of_name.entry(name).or_insert_with(|| {
                    names.push(name.clone());
                    (names.len() - 1) as u32
                }));
            }
            joined.labels.extend(&part.labels);
            joined
                .source
                .extend(part.source.iter().map(|&s| new_source[s as usize]));
            joined
                .original
                .extend(part.original.iter().map(|o| o + next_original));
            next_original = joined.original.iter().max().map_or(0, |o| o + 1);
        }
        let values: Vec<&Values> = parts.iter().map(|p| &p.values).collect();
        joined.values = Values::concat(&values);
        let tags: Vec<_> = parts.iter().map(|p| (&p.tags[..], p.len())).collect();
        joined.tags = tag::concat(&tags);
        Ok(joined)
    }

    /// The sha256 over shape, values and labels, as 64 hexadecimal digits.
    ///
    /// Equal hashes mean that a model sees the same numbers in the same order. The hashed bytes are,
    /// little-endian: the rank and each dimension as u64, `1` or `4` (bytes per value), the values,
    /// the labels as u32.
    ///
    /// # Panics
    /// If the file of [`Values::View`] can no longer be read.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        hash.update((self.shape.len() as u64).to_le_bytes());
        for &dimension in &self.shape {
            hash.update((dimension as u64).to_le_bytes());
        }
        hash.update([if self.values.is_u8() { 1 } else { 4 }]);
        let mut bytes = Vec::new();
        readable(self.values.for_each_block(1, |block| {
            match block {
                Numbers::U8(values) => hash.update(values),
                Numbers::F32(values) => {
                    to_le_bytes(values, &mut bytes);
                    hash.update(&bytes);
                }
            }
            Ok(())
        }));
        for label in &self.labels {
            hash.update(label.to_le_bytes());
        }
        hex(hash.finalize().as_slice())
    }
}

/// The range that all parts have; unknown if that of any part is.
fn joint_range(parts: &[&Examples]) -> Result<Option<(f32, f32)>, ConcatError> {
    let mut known = parts.iter().filter_map(|p| p.range);
    let Some(first) = known.next() else {
        return Ok(None);
    };
    match known.find(|&other| other != first) {
        Some(other) => Err(ConcatError::Range { first, other }),
        None => Ok(parts.iter().all(|p| p.range.is_some()).then_some(first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(labels: &[u32], source_names: &[&str]) -> Examples {
        let n = labels.len();
        Examples {
            shape: vec![2],
            values: Values::U8((0..2 * n as u8).collect()),
            range: Some((0.0, 16.0)),
            labels: labels.to_vec(),
            classes: vec!["a".into(), "b".into()],
            source: (0..n).map(|i| (i % source_names.len()) as u32).collect(),
            source_names: source_names.iter().map(ToString::to_string).collect(),
            original: (0..n as u64).collect(),
            tags: Vec::new(),
        }
    }

    #[test]
    fn counts_are_of_what_occurs() {
        let examples = pairs(&[1, 1, 0, 1], &["x", "y"]);
        assert_eq!(examples.class_counts(), [1, 3]);
        let some = examples.select(&[2, 0, 2]);
        assert_eq!(
            (some.len(), some.n_sources(), some.n_originals()),
            (3, 1, 2)
        );
        assert_eq!(some.values, Values::U8(vec![4, 5, 0, 1, 4, 5]));
        assert_eq!(some.labels, [0, 1, 0]);
        assert_eq!(some.example(1), [0.0, 1.0]);
    }

    #[test]
    fn concat_merges_sources_by_name_and_keeps_originals_apart() {
        let joined = Examples::concat(&[&pairs(&[0, 1], &["x", "y"]), &pairs(&[1], &["y"])]);
        let joined = joined.unwrap();
        assert_eq!(joined.source_names, ["x", "y"]);
        assert_eq!(joined.source, [0, 1, 1]);
        assert_eq!(joined.original, [0, 1, 2]);
        assert_eq!(joined.labels, [0, 1, 1]);
        assert_eq!(joined.values, Values::U8(vec![0, 1, 2, 3, 0, 1]));
    }

    #[test]
    fn concat_refuses_what_differs() {
        let check = |change: fn(&mut Examples), expected: &str| {
            let (first, mut other) = (pairs(&[0], &["x"]), pairs(&[0], &["x"]));
            change(&mut other);
            let error = Examples::concat(&[&first, &other]).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(
            |e| e.shape = vec![1, 2],
            "examples of shape [2] cannot be joined with examples of shape [1, 2]",
        );
        check(
            |e| e.classes.reverse(),
            r#"examples of the classes ["a", "b"] cannot be joined with examples of ["b", "a"]"#,
        );
        check(
            |e| e.range = Some((0.0, 255.0)),
            "values in the range (0.0, 16.0) cannot be joined with values in (0.0, 255.0)",
        );
        assert_eq!(Examples::concat(&[]), Err(ConcatError::NoParts));
    }

    #[test]
    fn one_unknown_range_makes_the_joint_range_unknown() {
        let (known, mut unknown) = (pairs(&[0], &["x"]), pairs(&[0], &["x"]));
        unknown.range = None;
        assert_eq!(Examples::concat(&[&known, &unknown]).unwrap().range, None);
        assert_eq!(
            Examples::concat(&[&known, &known]).unwrap().range,
            Some((0.0, 16.0))
        );
    }

    #[test]
    fn the_hash_is_of_the_documented_bytes() {
        // shape [2], bytes, values 0 1, label 1; the digest is that of Python's hashlib:
        // sha256(pack("<QQB2BI", 1, 2, 1, 0, 1, 1)).
        let expected = "632143293395db8578a1905c85bc387ce32db68604cecdc9a8f56afef5326fb5";
        assert_eq!(pairs(&[1], &["x"]).sha256(), expected);
        assert_eq!(pairs(&[1], &["another source"]).sha256(), expected);
        assert_ne!(pairs(&[0], &["x"]).sha256(), expected);
    }
}
