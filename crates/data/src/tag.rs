//! What is known of each example beside its label: slices to look at errors by.

use std::collections::BTreeSet;

/// One property of every example, such as the writer of a digit or the bin of its rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name, a column's or a synthesis step's.
    pub name: String,
    /// The distinct values.
    pub values: Vec<String>,
    /// Per example its value, an index into `values`.
    pub of: Vec<u32>,
    /// Whether synthesis drew it from a pool: the number of distinct ones is then how varied the
    /// examples can be at most, and is logged.
    pub is_pool: bool,
}

impl Tag {
    /// A tag of the given value per example; distinct values are numbered as they first occur.
    #[must_use]
    pub fn new<S: AsRef<str>>(name: impl Into<String>, per_example: &[S]) -> Self {
        let mut index = std::collections::HashMap::new();
        let mut values = Vec::new();
        let of = per_example
            .iter()
            .map(|value| {
                *index.entry(value.as_ref()).or_insert_with(|| {
                    values.push(value.as_ref().to_owned());
                    (values.len() - 1) as u32
                })
            })
            .collect();
        Self {
            name: name.into(),
            values,
            of,
            is_pool: false,
        }
    }

    /// The same, marked as drawn from a pool.
    #[must_use]
    pub fn pool(self) -> Self {
        Self {
            is_pool: true,
            ..self
        }
    }

    /// The value of example `i`.
    ///
    /// # Panics
    /// If there is no such example.
    #[must_use]
    pub fn get(&self, i: usize) -> &str {
        &self.values[self.of[i] as usize]
    }

    /// How many distinct values occur.
    #[must_use]
    pub fn n_distinct(&self) -> usize {
        self.of.iter().collect::<BTreeSet<_>>().len()
    }

    pub(crate) fn select(&self, indices: &[usize]) -> Self {
        Self {
            name: self.name.clone(),
            values: self.values.clone(),
            of: indices.iter().map(|&i| self.of[i]).collect(),
            is_pool: self.is_pool,
        }
    }
}

/// The tags of several parts, one part after the other; examples of a part that lacks a tag get the
/// empty value.
///
/// Each part is its tags and its number of examples.
pub(crate) fn concat(parts: &[(&[Tag], usize)]) -> Vec<Tag> {
    let mut names: Vec<&str> = Vec::new();
    for tag in parts.iter().flat_map(|(tags, _)| *tags) {
        if !names.contains(&tag.name.as_str()) {
            names.push(&tag.name);
        }
    }
    let joined = |name: &str| {
        let mut values = Vec::new();
        let mut is_pool = false;
        for (tags, n) in parts {
            match tags.iter().find(|tag| tag.name == name) {
                Some(tag) => {
                    is_pool |= tag.is_pool;
                    values.extend((0..*n).map(|i| tag.get(i)));
                }
                None => values.extend(std::iter::repeat_n("", *n)),
            }
        }
        Tag {
            is_pool,
            ..Tag::new(name, &values)
        }
    };
    names.into_iter().map(joined).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_without_a_tag_has_the_empty_value() {
        let writer = Tag::new("writer", &["ann", "bob", "ann"]);
        let style = Tag::new("style", &["plain"]).pool();
        let joined = concat(&[(&[writer], 3), (&[style], 1)]);
        assert_eq!(joined.len(), 2);
        assert_eq!(
            (0..4).map(|i| joined[0].get(i)).collect::<Vec<_>>(),
            ["ann", "bob", "ann", ""]
        );
        assert_eq!(
            (0..4).map(|i| joined[1].get(i)).collect::<Vec<_>>(),
            ["", "", "", "plain"]
        );
        assert!(joined[1].is_pool && !joined[0].is_pool);
        assert_eq!(joined[0].select(&[0, 2]).n_distinct(), 1);
    }
}
