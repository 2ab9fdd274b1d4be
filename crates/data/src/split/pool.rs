//! Both chunks as one: general examples first, then those of the target.

use super::groups::Groups;
use super::{Member, SplitError};
use crate::{ConcatError, Examples, Values};

/// Both chunks, with the classes of the target.
///
/// Every example has one index: general ones from 0, those of the target after them.
pub(super) struct Pool<'a> {
    general: &'a Examples,
    target: &'a Examples,
    /// Per class of the general chunk its index in the target's classes.
    new_label: Vec<u32>,
    groups: Groups,
    /// What makes the target's originals different from the general ones.
    first_target_original: u64,
}

impl<'a> Pool<'a> {
    /// Checks that the chunks are alike, and finds their groups.
    pub(super) fn new(
        general: &'a Examples,
        target: &'a Examples,
        group: Option<&str>,
    ) -> Result<Self, SplitError> {
        let largest = |chunk: &Examples| chunk.original.iter().max().copied();
        let first = match largest(general) {
            Some(largest) => largest.checked_add(1),
            None => Some(0),
        };
        let first_target_original = first
            .filter(|first| first.checked_add(largest(target).unwrap_or(0)).is_some())
            .ok_or(SplitError::Originals)?;
        Ok(Self {
            general,
            target,
            new_label: matched_by_name(general, target)?,
            groups: Groups::new(general, target, group)?,
            first_target_original,
        })
    }

    pub(super) fn n_general(&self) -> usize {
        self.general.len()
    }

    pub(super) fn n_target(&self) -> usize {
        self.target.len()
    }

    pub(super) fn general_indices(&self) -> Vec<usize> {
        (0..self.n_general()).collect()
    }

    pub(super) fn target_indices(&self) -> Vec<usize> {
        (self.n_general()..self.n_general() + self.n_target()).collect()
    }

    pub(super) fn classes(&self) -> &[String] {
        &self.target.classes
    }

    pub(super) fn warnings(&self) -> &[String] {
        &self.groups.warnings
    }

    pub(super) fn is_general(&self, i: usize) -> bool {
        i < self.n_general()
    }

    pub(super) fn member(&self, i: usize) -> Member {
        match i.checked_sub(self.n_general()) {
            None => Member::General(i),
            Some(k) => Member::Target(k),
        }
    }

    pub(super) fn label(&self, i: usize) -> usize {
        match self.member(i) {
            Member::General(k) => self.new_label[self.general.labels[k] as usize] as usize,
            Member::Target(k) => self.target.labels[k] as usize,
        }
    }

    pub(super) fn n_strata(&self) -> usize {
        2 * self.classes().len()
    }

    /// Chunk and class in one number.
    pub(super) fn stratum(&self, i: usize) -> usize {
        2 * self.label(i) + usize::from(self.is_general(i))
    }

    pub(super) fn n_groups(&self) -> usize {
        self.groups.n
    }

    pub(super) fn group(&self, i: usize) -> usize {
        self.groups.of[i]
    }

    /// The original, by a number that no other chunk has.
    pub(super) fn original(&self, i: usize) -> u64 {
        match self.member(i) {
            Member::General(k) => self.general.original[k],
            Member::Target(k) => self.first_target_original + self.target.original[k],
        }
    }

    /// Whether no two of `indices` must stay together.
    pub(super) fn are_single(&self, indices: &[usize]) -> bool {
        let mut is_seen = vec![false; self.n_groups()];
        indices
            .iter()
            .all(|&i| !std::mem::replace(&mut is_seen[self.group(i)], true))
    }

    /// Per group whether one of `indices` is in it.
    pub(super) fn groups_of(&self, indices: &[usize]) -> Vec<bool> {
        let mut occurs = vec![false; self.n_groups()];
        for &i in indices {
            occurs[self.group(i)] = true;
        }
        occurs
    }

    /// The examples at `set`, in that order, from a mix of both chunks, though it may have none of one.
    pub(super) fn pick_from_both(&self, set: &[usize]) -> Result<Examples, ConcatError> {
        let of_general: Vec<usize> = set
            .iter()
            .copied()
            .filter(|&i| self.is_general(i))
            .collect();
        let of_target: Vec<usize> = set
            .iter()
            .filter_map(|i| i.checked_sub(self.n_general()))
            .collect();
        let mut general = self.general.select(&of_general);
        general.classes.clone_from(&self.target.classes);
        for label in &mut general.labels {
            *label = self.new_label[*label as usize];
        }
        let mut target = self.target.select(&of_target);
        // These get numbers of their own below.
        general.original.clear();
        target.original.clear();

        // Most often all of train is general: then its values need not be copied again.
        let is_same_type =
            std::mem::discriminant(&general.values) == std::mem::discriminant(&target.values);
        let values = (of_target.is_empty() && is_same_type)
            .then(|| std::mem::replace(&mut general.values, Values::U8(Vec::new())));
        let mut joined = Examples::concat(&[&general, &target])?;
        if let Some(values) = values {
            joined.values = values;
        }
        drop((general, target));
        let target_indices = of_target.iter().map(|k| k + self.n_general());
        joined.original = of_general
            .iter()
            .copied()
            .chain(target_indices)
            .map(|i| self.original(i))
            .collect();
        if of_general.is_empty() || of_target.is_empty() {
            return Ok(joined);
        }
        let (mut next_general, mut next_target) = (0, of_general.len());
        let order: Vec<usize> = set
            .iter()
            .map(|&i| {
                let next = if self.is_general(i) {
                    &mut next_general
                } else {
                    &mut next_target
                };
                *next += 1;
                *next - 1
            })
            .collect();
        Ok(joined.select(&order))
    }

    /// The examples at `set`, in that order: alone if all are of the target, else as from a mix.
    pub(super) fn pick(&self, set: &[usize]) -> Result<Examples, ConcatError> {
        if set.iter().any(|&i| self.is_general(i)) {
            return self.pick_from_both(set);
        }
        let of_target: Vec<usize> = set.iter().map(|i| i - self.n_general()).collect();
        let mut picked = self.target.select(&of_target);
        for original in &mut picked.original {
            *original += self.first_target_original;
        }
        Ok(picked)
    }
}

/// Per class of the general chunk the index of the target's class of that name.
fn matched_by_name(general: &Examples, target: &Examples) -> Result<Vec<u32>, SplitError> {
    if general.shape != target.shape {
        return Err(SplitError::Shape {
            general: general.shape.clone(),
            target: target.shape.clone(),
        });
    }
    if let (Some(general), Some(target)) = (general.range, target.range)
        && general != target
    {
        return Err(SplitError::Range { general, target });
    }
    let sorted = |examples: &Examples| {
        let mut names = examples.classes.clone();
        names.sort_unstable();
        names
    };
    let index_in_target = |name| {
        let mut classes = target.classes.iter().zip(0..);
        classes.find(|(class, _)| *class == name).map(|(_, i)| i)
    };
    let indices: Option<Vec<u32>> = general.classes.iter().map(index_in_target).collect();
    match indices {
        Some(indices) if sorted(general) == sorted(target) => Ok(indices),
        _ => Err(SplitError::Classes {
            general: general.classes.clone(),
            target: target.classes.clone(),
        }),
    }
}
