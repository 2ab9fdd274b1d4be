//! The four sets: train and train-dev from one mix, dev and test from the target.

mod apportion;
mod error;
mod grouped;
mod groups;
mod nested;
mod plan;
mod pool;
mod recipe;
mod size;
mod stratified;

use std::ops::Range;

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

pub use self::error::SplitError;
pub use self::plan::{Allow, Mistake, SplitPlan};
use self::pool::Pool;
use self::recipe::{Drawn, Recipe};
pub use self::size::Size;
use self::stratified::Streams;
use crate::Examples;

/// A set whose size is off by more than this share of what was asked for gets a warning; groups that
/// stay whole make every size a little off.
const MUCH_OFF: f64 = 0.1;

/// The four sets, and which example of which chunk each of theirs is.
///
/// `original` is comparable over all sets: general originals keep their numbers, and those of the
/// target are numbered on from the largest general one.
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
    /// Per training example its weight, of mean 1; `None` if all weigh the same.
    pub train_weights: Option<Vec<f32>>,
    /// Target examples that are in no set and were not left for train either.
    pub unused_target: usize,
    /// Examples left for train that [`SplitPlan::train`] does not keep.
    pub unused_train: usize,
    /// General examples that are in no set because a part of their group decides: it is in the dev or
    /// test set of the target.
    pub left_out_general: usize,
    /// What the user should know, a sentence each.
    pub warnings: Vec<String>,
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
    /// Members of dev, all of the target unless the plan is a mistake.
    pub dev: Vec<Member>,
    /// Members of test, all of the target unless everything is shuffled.
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

/// Splits a general and a target chunk into the four sets.
///
/// 1. test, dev and the target's part of the training mix are drawn from the target without overlap,
///    each with the target's shares of classes. Who is in dev and test does not depend on
///    `target_in_train`, on `train_dev` or on the general chunk.
/// 2. The mix is that part and all general examples. train-dev is drawn from it with the mix's share
///    of target, and in both parts with their shares of classes. train is the rest, or with
///    [`SplitPlan::train`] the beginning of an order in which every beginning has the shares of
///    classes to less than one example.
///
/// Shares are exact to less than one example where the class has enough. Every set is shuffled. The
/// classes of all sets are those of `target`, in its order; the general ones are matched by name.
///
/// Examples of one group, and those of one original in any case, fall into one set. Where there are
/// groups of several examples, sizes are near to those asked for, off by half of the largest group at
/// most while enough are left, and shares of classes are as even as goes with that. A tag or a source is
/// the same group in both chunks: general examples of which the target's dev or test has the group
/// are left out. A chunk that lacks the tag altogether is grouped by original.
///
/// # Errors
/// [`SplitError`] if the chunks are not alike, if the plan asks for more than there is, if groups are
/// too large for it, or if a class has no example in train. A class that other sets lack is a warning.
pub fn split(
    general: &Examples,
    target: &Examples,
    plan: &SplitPlan,
    seed: u64,
) -> Result<Sets, SplitError> {
    plan.check()?;
    let pool = Pool::new(general, target, plan.group.as_deref())?;
    let streams = Streams {
        seed,
        repeat: plan.repeat,
    };
    let recipe = Recipe {
        pool: &pool,
        plan,
        streams,
    };
    let mut drawn = recipe.draw()?;
    let n_left = drawn.train.len();
    keep_first(&pool, plan, streams, &mut drawn.train)?;

    let Drawn {
        mut train,
        mut train_dev,
        mut dev,
        mut test,
        ..
    } = drawn;
    for (set, name) in [
        (&mut train, "train"),
        (&mut train_dev, "train-dev"),
        (&mut dev, "dev"),
        (&mut test, "test"),
    ] {
        set.shuffle(&mut streams.of(&format!("split/order/{name}")));
    }
    let members = |set: &[usize]| set.iter().map(|&i| pool.member(i)).collect();
    let membership = Membership {
        train: members(&train),
        train_dev: members(&train_dev),
        dev: members(&dev),
        test: members(&test),
    };
    let mut warnings = pool.warnings().to_vec();
    warnings.extend(off_sizes(&drawn.sizes, plan));
    for (set, name) in [(&train_dev, "train-dev"), (&dev, "dev"), (&test, "test")] {
        warnings.extend(missing_classes(&pool, set, name));
    }
    Ok(Sets {
        train_weights: plan
            .general_weight
            .map(|weight| weights(&membership.train, weight)),
        unused_target: drawn.unused_target,
        unused_train: n_left - train.len(),
        left_out_general: drawn.left_out_general,
        warnings,
        train: pool.pick_from_both(&train)?,
        train_dev: pool.pick_from_both(&train_dev)?,
        dev: pool.pick(&dev)?,
        test: pool.pick(&test)?,
        membership,
    })
}

/// Splits the same chunks once for every number in `repeats`, which takes the place of
/// [`SplitPlan::repeat`].
pub fn resample<'a>(
    general: &'a Examples,
    target: &'a Examples,
    plan: &'a SplitPlan,
    seed: u64,
    repeats: Range<u64>,
) -> impl Iterator<Item = Result<Sets, SplitError>> + 'a {
    repeats.map(move |repeat| {
        let plan = SplitPlan {
            repeat,
            ..plan.clone()
        };
        split(general, target, &plan, seed)
    })
}

/// Keeps of `train` what the plan asks for.
fn keep_first(
    pool: &Pool,
    plan: &SplitPlan,
    streams: Streams,
    train: &mut Vec<usize>,
) -> Result<(), SplitError> {
    let missing = |train: &[usize]| {
        let counts = class_counts(pool, train);
        let class = counts.iter().position(|&n| n == 0);
        class.map(|class| pool.classes()[class].clone())
    };
    if let Some(class) = missing(train) {
        return Err(SplitError::ClassMissing { class });
    }
    let Some(size) = plan.train else {
        return Ok(());
    };
    let [n] = size::divide(train.len(), [("train", size)])?;
    if n > train.len() {
        return Err(SplitError::TooFewLeft {
            train: size,
            asked: n,
            left: train.len(),
        });
    }
    *train = nested::first(pool, train, n, streams);
    match missing(train) {
        Some(class) => Err(SplitError::ClassTooRare {
            class,
            train: size,
            n,
        }),
        None => Ok(()),
    }
}

fn class_counts(pool: &Pool, set: &[usize]) -> Vec<usize> {
    let mut counts = vec![0; pool.classes().len()];
    for &i in set {
        counts[pool.label(i)] += 1;
    }
    counts
}

fn missing_classes(pool: &Pool, set: &[usize], name: &str) -> Option<String> {
    let counts = class_counts(pool, set);
    let classes = pool.classes().iter().zip(counts);
    let missing: Vec<&str> = classes
        .filter(|(_, n)| *n == 0)
        .map(|(class, _)| class.as_str())
        .collect();
    (!missing.is_empty()).then(|| format!("{name} has no example of the classes {missing:?}"))
}

fn off_sizes(sizes: &[(&str, usize, usize)], plan: &SplitPlan) -> Vec<String> {
    let much_off = sizes
        .iter()
        .filter(|(_, asked, got)| got.abs_diff(*asked) as f64 > MUCH_OFF * *asked as f64);
    much_off
        .map(|(key, asked, got)| {
            let group = plan.group_name();
            format!(
                "{key} asks for {asked} examples and gets {got}: groups by `{group}` stay whole"
            )
        })
        .collect()
}

/// Per member the weight of its chunk, where a target example has 1, over the mean of all.
fn weights(members: &[Member], general_weight: f64) -> Vec<f32> {
    // The larger of the two as the unit, so that no weight makes the sum infinite.
    let unit = general_weight.max(1.0);
    let weight = |member: &Member| match member {
        Member::General(_) => general_weight / unit,
        Member::Target(_) => 1.0 / unit,
    };
    let mean = members.iter().map(weight).sum::<f64>() / members.len() as f64;
    members
        .iter()
        .map(|member| (weight(member) / mean) as f32)
        .collect()
}

#[cfg(test)]
mod tests;
