//! The four sets: train and train-dev from one mix, dev and test from the target.

mod apportion;
mod error;

use std::borrow::Cow;

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use self::apportion::apportion;
pub use self::error::SplitError;
use crate::seed::stream;
use crate::{Examples, FieldError};

/// How many examples each set gets; train gets what is left of the mix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitPlan {
    /// Examples of the training mix that are held out from training.
    pub train_dev: usize,
    /// Target examples that decide.
    pub dev: usize,
    /// Target examples for the final figure.
    pub test: usize,
    /// Target examples that join the general ones in the training mix.
    #[serde(default)]
    pub target_in_train: usize,
}

/// The four sets, and which example of which chunk each of theirs is.
#[derive(Debug, Clone, PartialEq)]
pub struct Sets {
    /// What weights are fitted on.
    pub train: Examples,
    /// Drawn from the same mix as train, never trained on.
    pub train_dev: Examples,
    /// Drawn from the target, for every decision.
    pub dev: Examples,
    /// Drawn from the target, for the final figure.
    pub test: Examples,
    /// Target examples that are in no set.
    pub unused_target: usize,
    /// Per set its members, in the order of its examples.
    pub membership: Membership,
}

/// Per set its members, in the order of its examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Members of train.
    pub train: Vec<Member>,
    /// Members of train-dev.
    pub train_dev: Vec<Member>,
    /// Members of dev, all of the target.
    pub dev: Vec<Member>,
    /// Members of test, all of the target.
    pub test: Vec<Member>,
}

/// An example, by its index in the chunk that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Member {
    /// An index into the general chunk.
    General(usize),
    /// An index into the target chunk.
    Target(usize),
}

impl SplitPlan {
    /// Checks that each set gets at least one example.
    ///
    /// # Errors
    /// [`FieldError`] for the first set that is empty.
    pub fn check(&self) -> Result<(), FieldError> {
        let sets = [
            ("train_dev", self.train_dev),
            ("dev", self.dev),
            ("test", self.test),
        ];
        match sets.into_iter().find(|(_, n)| *n == 0) {
            Some((field, _)) => Err(FieldError::new(field, "is 0; expected at least 1")),
            None => Ok(()),
        }
    }
}

/// Splits a general and a target chunk into the four sets.
///
/// 1. test, dev and the target's part of the training mix are drawn from the target without overlap,
///    each with the target's shares of classes. Who is in dev and test does not depend on
///    `target_in_train`, on `train_dev` or on the general chunk.
/// 2. The mix is that part and all general examples. train-dev is drawn from it with the mix's share
///    of target, and in both parts with their shares of classes. train is the rest.
///
/// Shares are exact to less than one example where the class has enough. Every set is shuffled. The
/// classes of all sets are those of `target`, in its order; the general ones are matched by name.
///
/// # Errors
/// [`SplitError`] if the chunks are not alike, if the plan asks for more than there is, or if a class
/// has no example in train.
pub fn split(
    general: &Examples,
    target: &Examples,
    plan: &SplitPlan,
    seed: u64,
) -> Result<Sets, SplitError> {
    plan.check()?;
    check_alike(general, target)?;
    check_totals(general, target, plan)?;

    let n_per_class = target.class_counts();
    let n_test = apportion(&n_per_class, &n_per_class, plan.test);
    let left = subtract(&n_per_class, &n_test);
    let n_dev = apportion(&n_per_class, &left, plan.dev);
    let left = subtract(&left, &n_dev);
    let n_in_train = apportion(&left, &left, plan.target_in_train);

    // Per class: test from the front, dev from the back, the mix from between.
    let (mut test, mut dev, mut target_part) = (Vec::new(), Vec::new(), Vec::new());
    for (class, indices) in shuffled_by_class(target, "target", seed).iter().enumerate() {
        let (front, rest) = indices.split_at(n_test[class]);
        let (middle, back) = rest.split_at(rest.len() - n_dev[class]);
        test.extend_from_slice(front);
        dev.extend_from_slice(back);
        target_part.extend_from_slice(&middle[..n_in_train[class]]);
    }

    let general = with_classes_of(general, target);
    let target_part_examples = target.select(&target_part);
    let mix = Examples::concat(&[general.as_ref(), &target_part_examples])?;
    let n_of_part = [general.len(), target_part.len()];
    let n_train_dev = apportion(&n_of_part, &n_of_part, plan.train_dev);
    let (mut train, mut train_dev) = (Vec::new(), Vec::new());
    let parts = [
        (general.as_ref(), "general", 0),
        (&target_part_examples, "target-in-train", general.len()),
    ];
    for (&n_held_out, (part, name, offset)) in n_train_dev.iter().zip(parts) {
        let n_per_class = part.class_counts();
        let n_held_out = apportion(&n_per_class, &n_per_class, n_held_out);
        for (class, indices) in shuffled_by_class(part, name, seed).iter().enumerate() {
            let (held_out, rest) = indices.split_at(n_held_out[class]);
            train_dev.extend(held_out.iter().map(|i| offset + i));
            train.extend(rest.iter().map(|i| offset + i));
        }
    }

    for (set, name) in [
        (&mut train, "train"),
        (&mut train_dev, "train-dev"),
        (&mut dev, "dev"),
        (&mut test, "test"),
    ] {
        set.shuffle(&mut stream(seed, &format!("split/order/{name}")));
    }
    let of_mix = |&i: &usize| match i.checked_sub(general.len()) {
        None => Member::General(i),
        Some(k) => Member::Target(target_part[k]),
    };
    let of_target = |&i: &usize| Member::Target(i);
    let sets = Sets {
        train: mix.select(&train),
        train_dev: mix.select(&train_dev),
        dev: target.select(&dev),
        test: target.select(&test),
        unused_target: target.len() - test.len() - dev.len() - target_part.len(),
        membership: Membership {
            train: train.iter().map(of_mix).collect(),
            train_dev: train_dev.iter().map(of_mix).collect(),
            dev: dev.iter().map(of_target).collect(),
            test: test.iter().map(of_target).collect(),
        },
    };
    match sets.train.class_counts().iter().position(|&n| n == 0) {
        Some(class) => Err(SplitError::ClassMissing {
            class: target.classes[class].clone(),
        }),
        None => Ok(sets),
    }
}

fn check_alike(general: &Examples, target: &Examples) -> Result<(), SplitError> {
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
    if sorted(general) != sorted(target) {
        return Err(SplitError::Classes {
            general: general.classes.clone(),
            target: target.classes.clone(),
        });
    }
    for (chunk, examples) in [("general", general), ("target", target)] {
        let (n_examples, n_originals) = (examples.len(), examples.n_originals());
        if n_originals < n_examples {
            return Err(SplitError::SharedOriginals {
                chunk,
                n_examples,
                n_originals,
            });
        }
    }
    Ok(())
}

fn check_totals(general: &Examples, target: &Examples, plan: &SplitPlan) -> Result<(), SplitError> {
    let asked = plan.test.saturating_add(plan.dev);
    let asked = asked.saturating_add(plan.target_in_train);
    if asked > target.len() {
        return Err(SplitError::TooFewTarget {
            plan: plan.clone(),
            asked,
            exist: target.len(),
        });
    }
    if plan.train_dev >= general.len() + plan.target_in_train {
        return Err(SplitError::TooFewInMix {
            plan: plan.clone(),
            n_general: general.len(),
        });
    }
    Ok(())
}

/// Per class the indices of its examples, shuffled by a stream for this chunk and class.
fn shuffled_by_class(examples: &Examples, chunk: &str, seed: u64) -> Vec<Vec<usize>> {
    let mut by_class = vec![Vec::new(); examples.classes.len()];
    for (i, &label) in examples.labels.iter().enumerate() {
        by_class[label as usize].push(i);
    }
    for (indices, class) in by_class.iter_mut().zip(&examples.classes) {
        indices.shuffle(&mut stream(seed, &format!("split/{chunk}/{class}")));
    }
    by_class
}

/// `examples` with its labels as indices into the classes of `target`, which has the same names.
fn with_classes_of<'a>(examples: &'a Examples, target: &Examples) -> Cow<'a, Examples> {
    if examples.classes == target.classes {
        return Cow::Borrowed(examples);
    }
    let index_in_target = |name| {
        target
            .classes
            .iter()
            .zip(0..)
            .find(|(class, _)| *class == name)
    };
    let new_label: Vec<u32> = examples
        .classes
        .iter()
        .filter_map(index_in_target)
        .map(|(_, index)| index)
        .collect();
    let mut renamed = examples.clone();
    renamed.classes.clone_from(&target.classes);
    for label in &mut renamed.labels {
        *label = new_label[*label as usize];
    }
    Cow::Owned(renamed)
}

fn subtract(from: &[usize], what: &[usize]) -> Vec<usize> {
    from.iter().zip(what).map(|(a, b)| a - b).collect()
}

#[cfg(test)]
mod tests;
