//! Which examples must stay together.

use std::collections::HashMap;

use super::SplitError;
use crate::Examples;

/// Per example of both chunks, the general ones first, the group that it belongs to.
pub(super) struct Groups {
    pub(super) of: Vec<usize>,
    /// Above every number in `of`.
    pub(super) n: usize,
    pub(super) warnings: Vec<String>,
}

impl Groups {
    /// Groups by `name`: a tag, `source`, or `original`, which is also meant by `None`.
    ///
    /// Groups by a tag or a source are the same in both chunks if their values are; originals are not.
    /// Groups that share an original become one. A chunk that lacks the tag altogether is grouped by
    /// original, with a warning.
    pub(super) fn new(
        general: &Examples,
        target: &Examples,
        name: Option<&str>,
    ) -> Result<Self, SplitError> {
        let mut found = Found::default();
        match name {
            None | Some("original") => {
                found.add_originals(general);
                found.add_originals(target);
            }
            Some("source") => {
                found.add_values(general, &general.source_names, &general.source);
                found.add_values(target, &target.source_names, &target.source);
            }
            Some(tag) => found.add_tags(general, target, tag)?,
        }
        Ok(found.finish())
    }
}

#[derive(Default)]
struct Found<'a> {
    of: Vec<usize>,
    /// Per group another one that it is one with, or itself.
    parent: Vec<usize>,
    of_value: HashMap<&'a str, usize>,
    warnings: Vec<String>,
}

impl<'a> Found<'a> {
    fn new_group(&mut self) -> usize {
        self.parent.push(self.parent.len());
        self.parent.len() - 1
    }

    fn add_originals(&mut self, chunk: &Examples) {
        if are_distinct(&chunk.original) {
            for _ in 0..chunk.len() {
                let group = self.new_group();
                self.of.push(group);
            }
            return;
        }
        let mut of_original = HashMap::with_capacity(chunk.len());
        for original in &chunk.original {
            let group = match of_original.get(original) {
                Some(&group) => group,
                None => self.new_group(),
            };
            of_original.insert(original, group);
            self.of.push(group);
        }
    }

    fn add_values(&mut self, chunk: &Examples, values: &'a [String], of: &[u32]) {
        let mut group_of = Vec::with_capacity(values.len());
        for value in values {
            let group = match self.of_value.get(value.as_str()) {
                Some(&group) => group,
                None => self.new_group(),
            };
            self.of_value.insert(value, group);
            group_of.push(group);
        }
        let start = self.of.len();
        self.of.extend(of.iter().map(|&v| group_of[v as usize]));
        if are_distinct(&chunk.original) {
            return;
        }
        let mut first_of = HashMap::with_capacity(chunk.len());
        for (i, original) in chunk.original.iter().enumerate() {
            let group = self.of[start + i];
            let first = *first_of.entry(original).or_insert(group);
            self.join(first, group);
        }
    }

    fn add_tags(
        &mut self,
        general: &'a Examples,
        target: &'a Examples,
        name: &str,
    ) -> Result<(), SplitError> {
        let chunks = [("general", general), ("target", target)];
        if chunks.iter().all(|(_, chunk)| chunk.tag(name).is_none()) {
            let names = |chunk: &Examples| chunk.tags.iter().map(|t| t.name.clone()).collect();
            return Err(SplitError::NoSuchTag {
                tag: name.to_owned(),
                general: names(general),
                target: names(target),
            });
        }
        for (chunk_name, chunk) in chunks {
            let Some(tag) = chunk.tag(name) else {
                self.warnings.push(format!(
                    "{chunk_name} examples have no tag `{name}`: each of their originals is a group \
                     of its own"
                ));
                self.add_originals(chunk);
                continue;
            };
            let n_missing = (0..chunk.len()).filter(|&i| tag.get(i).is_empty()).count();
            if n_missing > 0 {
                return Err(SplitError::MissingTag {
                    tag: name.to_owned(),
                    chunk: chunk_name,
                    n_missing,
                    n_examples: chunk.len(),
                });
            }
            self.add_values(chunk, &tag.values, &tag.of);
        }
        Ok(())
    }

    /// The group that stands for all that are one with `group`.
    fn root(&mut self, mut group: usize) -> usize {
        while self.parent[group] != group {
            self.parent[group] = self.parent[self.parent[group]];
            group = self.parent[group];
        }
        group
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[b] = a;
    }

    fn finish(mut self) -> Groups {
        let mut of = std::mem::take(&mut self.of);
        for group in &mut of {
            *group = self.root(*group);
        }
        Groups {
            of,
            n: self.parent.len(),
            warnings: self.warnings,
        }
    }
}

/// Whether no two are the same, as far as a look at their order tells: most sources count upwards.
fn are_distinct(originals: &[u64]) -> bool {
    originals.is_sorted_by(|a, b| a < b)
}

#[cfg(test)]
mod tests;
