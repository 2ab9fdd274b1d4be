use std::ops::Range;

use plumb_data::seed;
use rand::seq::SliceRandom;

use crate::{config::Config, prepare::Prepared};

/// How an epoch is cut into steps.
#[derive(Clone, Copy)]
pub(crate) struct Batches {
    n_examples: usize,
    size: usize,
    /// A last batch of fewer is joined to the one before it, so that a batch normalization has a variance.
    smallest: usize,
}

impl Batches {
    /// Those of a run's training set.
    pub(crate) fn new(config: &Config, prepared: &Prepared) -> Self {
        Self {
            n_examples: prepared.sets.train.len(),
            size: config.train.batch_size,
            smallest: config.model.min_batch(&prepared.task),
        }
    }

    pub(crate) fn count(self) -> usize {
        let (whole, rest) = (self.n_examples / self.size, self.n_examples % self.size);
        whole + usize::from(rest >= self.smallest.max(1) || (rest > 0 && whole == 0))
    }

    /// Per step the places that it takes of the epoch's order.
    pub(crate) fn ranges(self) -> impl Iterator<Item = Range<usize>> {
        let count = self.count();
        (0..count).map(move |at| {
            let start = at * self.size;
            let is_last = at + 1 == count;
            let end = if is_last {
                self.n_examples
            } else {
                start + self.size
            };
            start..end
        })
    }
}

/// The order in which an epoch visits the training set, a function of run seed and epoch alone.
pub(crate) fn shuffled(n: usize, run_seed: u64, epoch: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.shuffle(&mut seed::stream(run_seed, &format!("order {epoch}")));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_visits_every_example_once_in_its_own_order() {
        let (first, again, second) = (
            shuffled(100, 7, 1),
            shuffled(100, 7, 1),
            shuffled(100, 7, 2),
        );
        assert_eq!(first, again);
        assert_ne!(first, second);
        let mut sorted = second;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<u32>>());
    }

    /// Sizes by hand.
    #[test]
    fn a_last_batch_that_is_too_small_joins_the_one_before() {
        let check = |[n_examples, size, smallest]: [usize; 3], expected: &[usize]| {
            let batches = Batches {
                n_examples,
                size,
                smallest,
            };
            let sizes: Vec<usize> = batches.ranges().map(|range| range.len()).collect();
            assert_eq!(sizes, expected);
            assert_eq!(batches.count(), expected.len());
            let places: Vec<usize> = batches.ranges().flatten().collect();
            assert_eq!(places, (0..n_examples).collect::<Vec<usize>>());
        };
        check([9, 4, 1], &[4, 4, 1]);
        check([9, 4, 2], &[4, 5]);
        check([10, 4, 2], &[4, 4, 2]);
        check([8, 4, 2], &[4, 4]);
        check([3, 4, 1], &[3]);
        check([1, 4, 2], &[1]);
    }
}
