//! Which example goes where.

use super::pool::Pool;
use super::size::divide;
use super::stratified::{self, FromTarget, Streams};
use super::{Mistake, SplitError, SplitPlan, grouped};

/// Per set its examples, not yet in their final order.
pub(super) struct Drawn {
    pub(super) train: Vec<usize>,
    pub(super) train_dev: Vec<usize>,
    pub(super) dev: Vec<usize>,
    pub(super) test: Vec<usize>,
    pub(super) unused_target: usize,
    pub(super) left_out_general: usize,
    /// Per key of a size how many were asked for, and how many were drawn.
    pub(super) sizes: Vec<(&'static str, usize, usize)>,
}

#[derive(Clone, Copy)]
pub(super) struct Recipe<'a> {
    pub(super) pool: &'a Pool<'a>,
    pub(super) plan: &'a SplitPlan,
    pub(super) streams: Streams,
}

impl Recipe<'_> {
    pub(super) fn draw(self) -> Result<Drawn, SplitError> {
        match self.plan.mistake {
            None => self.target_decides(),
            Some(Mistake::DevFromGeneral) => self.dev_from_general(),
            Some(Mistake::ShuffleEverything) => self.shuffle_everything(),
        }
    }

    /// Dev and test from the target, train and train-dev from the mix.
    fn target_decides(self) -> Result<Drawn, SplitError> {
        let (pool, plan) = (self.pool, self.plan);
        let sizes = [
            ("test", plan.test),
            ("dev", plan.dev),
            ("target_in_train", plan.target_in_train),
        ];
        let asked = divide(pool.n_target(), sizes)?;
        let FromTarget {
            test,
            dev,
            in_train,
        } = self.draw_target(asked)?;
        let general = self.without_groups_of(&[&test, &dev], pool.general_indices());
        let n_general = general.len();
        let (n_train_dev, train_dev, train) = self.draw_mix(general, &in_train)?;
        Ok(Drawn {
            sizes: vec![
                ("test", asked[0], test.len()),
                ("dev", asked[1], dev.len()),
                ("target_in_train", asked[2], in_train.len()),
                ("train_dev", n_train_dev, train_dev.len()),
            ],
            unused_target: pool.n_target() - test.len() - dev.len() - in_train.len(),
            left_out_general: pool.n_general() - n_general,
            train,
            train_dev,
            dev,
            test,
        })
    }

    /// Dev from the general chunk, test from the target, train and train-dev from the mix of the rest.
    fn dev_from_general(self) -> Result<Drawn, SplitError> {
        let (pool, plan) = (self.pool, self.plan);
        let sizes = [
            ("test", plan.test),
            ("target_in_train", plan.target_in_train),
        ];
        let [n_test, n_in_train] = divide(pool.n_target(), sizes)?;
        let FromTarget { test, in_train, .. } = self.draw_target([n_test, 0, n_in_train])?;
        let general = self.without_groups_of(&[&test], pool.general_indices());
        let left_out_general = pool.n_general() - general.len();

        let [n_dev] = divide(pool.n_general(), [("dev", plan.dev)])?;
        // A group of which a part is in the mix already cannot decide.
        let candidates = self.without_groups_of(&[&in_train], general.clone());
        if n_dev > candidates.len() {
            return Err(SplitError::TooFewGeneral {
                plan: Box::new(plan.clone()),
                asked: n_dev,
                exist: candidates.len(),
            });
        }
        let names = ["dev-from-general", "none"];
        let (dev, _) = self.take("dev", &candidates, n_dev, names)?;
        let general = self.without_groups_of(&[&dev], general);
        let (n_train_dev, train_dev, train) = self.draw_mix(general, &in_train)?;
        Ok(Drawn {
            sizes: vec![
                ("test", n_test, test.len()),
                ("dev", n_dev, dev.len()),
                ("target_in_train", n_in_train, in_train.len()),
                ("train_dev", n_train_dev, train_dev.len()),
            ],
            unused_target: pool.n_target() - test.len() - in_train.len(),
            left_out_general,
            train,
            train_dev,
            dev,
            test,
        })
    }

    /// Every set from one pool.
    fn shuffle_everything(self) -> Result<Drawn, SplitError> {
        let (pool, plan) = (self.pool, self.plan);
        let everything = [pool.general_indices(), pool.target_indices()].concat();
        let sizes = [
            ("test", plan.test),
            ("dev", plan.dev),
            ("train_dev", plan.train_dev),
        ];
        let asked = divide(everything.len(), sizes)?;
        if sum(&asked) >= everything.len() {
            return Err(SplitError::TooFewInPool {
                plan: Box::new(plan.clone()),
                exist: everything.len(),
            });
        }
        let [n_test, n_dev, n_train_dev] = asked;
        let names = ["pool/test/general", "pool/test/target"];
        let (test, rest) = self.take("test", &everything, n_test, names)?;
        let names = ["pool/dev/general", "pool/dev/target"];
        let (dev, rest) = self.take("dev", &rest, n_dev, names)?;
        let names = ["pool/train-dev/general", "pool/train-dev/target"];
        let (train_dev, train) = self.take("train_dev", &rest, n_train_dev, names)?;
        if train.is_empty() {
            return Err(self.empty("train", &rest));
        }
        Ok(Drawn {
            sizes: vec![
                ("test", n_test, test.len()),
                ("dev", n_dev, dev.len()),
                ("train_dev", n_train_dev, train_dev.len()),
            ],
            unused_target: 0,
            left_out_general: 0,
            train,
            train_dev,
            dev,
            test,
        })
    }

    /// Draws test, dev and the target's part of the mix.
    fn draw_target(self, asked: [usize; 3]) -> Result<FromTarget, SplitError> {
        let target = self.pool.target_indices();
        if sum(&asked) > target.len() {
            return Err(SplitError::TooFewTarget {
                plan: Box::new(self.plan.clone()),
                asked: sum(&asked),
                exist: target.len(),
            });
        }
        if self.pool.are_single(&target) {
            return Ok(stratified::from_target(self.pool, asked, self.streams));
        }
        let [n_test, n_dev, n_in_train] = asked;
        let (test, rest) = self.take_groups("test", &target, n_test)?;
        let (dev, rest) = self.take_groups("dev", &rest, n_dev)?;
        let (in_train, _) = self.take_groups("target_in_train", &rest, n_in_train)?;
        Ok(FromTarget {
            test,
            dev,
            in_train,
        })
    }

    /// How many train-dev asks for, train-dev, and train.
    fn draw_mix(
        self,
        general: Vec<usize>,
        in_train: &[usize],
    ) -> Result<(usize, Vec<usize>, Vec<usize>), SplitError> {
        let n_general = general.len();
        let mut mix = general;
        mix.extend(in_train);
        let [asked] = divide(mix.len(), [("train_dev", self.plan.train_dev)])?;
        if asked >= mix.len() {
            return Err(SplitError::TooFewInMix {
                plan: Box::new(self.plan.clone()),
                n_general,
            });
        }
        let names = ["general", "target-in-train"];
        let (train_dev, train) = self.take("train_dev", &mix, asked, names)?;
        if train.is_empty() {
            return Err(self.empty("train", &mix));
        }
        Ok((asked, train_dev, train))
    }

    /// Those of `indices` whose groups none of `sets` has.
    fn without_groups_of(self, sets: &[&[usize]], mut indices: Vec<usize>) -> Vec<usize> {
        let barred = self.pool.groups_of(&sets.concat());
        indices.retain(|&i| !barred[self.pool.group(i)]);
        indices
    }

    /// Draws `n` of `indices` for the set that `key` sizes; returns those drawn and the rest.
    fn take(
        self,
        key: &'static str,
        indices: &[usize],
        n: usize,
        names: [&str; 2],
    ) -> Result<(Vec<usize>, Vec<usize>), SplitError> {
        if self.pool.are_single(indices) {
            let (pool, streams) = (self.pool, self.streams);
            return Ok(stratified::take_from_both(pool, indices, n, names, streams));
        }
        self.take_groups(key, indices, n)
    }

    fn take_groups(
        self,
        key: &'static str,
        indices: &[usize],
        n: usize,
    ) -> Result<(Vec<usize>, Vec<usize>), SplitError> {
        if n == 0 {
            return Ok((Vec::new(), indices.to_vec()));
        }
        let mut rng = self.streams.of(&format!("split/groups/{key}"));
        let (taken, rest) = grouped::draw(self.pool, indices, n, &mut rng);
        if taken.is_empty() {
            return Err(self.empty(key, indices));
        }
        Ok((taken, rest))
    }

    fn empty(self, set: &'static str, drawn_from: &[usize]) -> SplitError {
        let (n_groups, smallest) = grouped::count(self.pool, drawn_from);
        SplitError::NoGroup {
            set,
            group: self.plan.group_name().to_owned(),
            n_groups,
            smallest,
        }
    }
}

/// The sum, as large as it can be written.
fn sum(counts: &[usize]) -> usize {
    counts.iter().fold(0, |sum, &n| sum.saturating_add(n))
}
