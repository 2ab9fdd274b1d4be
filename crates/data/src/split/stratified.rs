//! Draws with exact sizes, where every example may go anywhere.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::apportion::apportion;
use super::pool::Pool;
use crate::seed::stream;

/// The random streams of one resampling.
#[derive(Clone, Copy)]
pub(super) struct Streams {
    pub(super) seed: u64,
    pub(super) repeat: u64,
}

impl Streams {
    pub(super) fn of(self, purpose: &str) -> ChaCha8Rng {
        match self.repeat {
            0 => stream(self.seed, purpose),
            n => stream(self.seed, &format!("{purpose}/repeat {n}")),
        }
    }
}

/// What is drawn from the target.
pub(super) struct FromTarget {
    pub(super) test: Vec<usize>,
    pub(super) dev: Vec<usize>,
    pub(super) in_train: Vec<usize>,
}

/// Draws test, dev and the target's part of the mix, each with the target's shares of classes.
///
/// Per class, test comes from the front of one shuffled order, dev from the back, the mix from
/// between: so that neither test nor dev depends on the size of the others more than it must.
pub(super) fn from_target(
    pool: &Pool,
    [n_test, n_dev, n_in_train]: [usize; 3],
    streams: Streams,
) -> FromTarget {
    let by_class = shuffled_by_class(pool, &pool.target_indices(), "target", streams);
    let n_per_class = lengths(&by_class);
    let n_test = apportion(&n_per_class, &n_per_class, n_test);
    let left = subtract(&n_per_class, &n_test);
    let n_dev = apportion(&n_per_class, &left, n_dev);
    let left = subtract(&left, &n_dev);
    let n_in_train = apportion(&left, &left, n_in_train);

    let (mut test, mut dev, mut in_train) = (Vec::new(), Vec::new(), Vec::new());
    for (class, indices) in by_class.iter().enumerate() {
        let (front, rest) = indices.split_at(n_test[class]);
        let (middle, back) = rest.split_at(rest.len() - n_dev[class]);
        test.extend_from_slice(front);
        dev.extend_from_slice(back);
        in_train.extend_from_slice(&middle[..n_in_train[class]]);
    }
    FromTarget {
        test,
        dev,
        in_train,
    }
}

/// Draws `n` of `indices` with their shares of classes; returns those drawn and the rest.
pub(super) fn take(
    pool: &Pool,
    indices: &[usize],
    n: usize,
    chunk: &str,
    streams: Streams,
) -> (Vec<usize>, Vec<usize>) {
    let by_class = shuffled_by_class(pool, indices, chunk, streams);
    let n_per_class = lengths(&by_class);
    let n_taken = apportion(&n_per_class, &n_per_class, n);
    let (mut taken, mut rest) = (Vec::new(), Vec::new());
    for (indices, n) in by_class.iter().zip(n_taken) {
        let (front, back) = indices.split_at(n);
        taken.extend_from_slice(front);
        rest.extend_from_slice(back);
    }
    (taken, rest)
}

/// Draws `n` of `indices` with their share of target, and in both parts with their shares of classes.
pub(super) fn take_from_both(
    pool: &Pool,
    indices: &[usize],
    n: usize,
    [general_name, target_name]: [&str; 2],
    streams: Streams,
) -> (Vec<usize>, Vec<usize>) {
    let (general, target): (Vec<usize>, Vec<usize>) =
        indices.iter().partition(|&&i| pool.is_general(i));
    let n_of_part = [general.len(), target.len()];
    let n_taken = apportion(&n_of_part, &n_of_part, n);
    let (mut taken, mut rest) = take(pool, &general, n_taken[0], general_name, streams);
    let (taken_of_target, rest_of_target) = take(pool, &target, n_taken[1], target_name, streams);
    taken.extend(taken_of_target);
    rest.extend(rest_of_target);
    (taken, rest)
}

/// Per class its members among `indices`, shuffled by a stream for this chunk and class.
fn shuffled_by_class(
    pool: &Pool,
    indices: &[usize],
    chunk: &str,
    streams: Streams,
) -> Vec<Vec<usize>> {
    let mut by_class = vec![Vec::new(); pool.classes().len()];
    for &i in indices {
        by_class[pool.label(i)].push(i);
    }
    for (members, class) in by_class.iter_mut().zip(pool.classes()) {
        members.shuffle(&mut streams.of(&format!("split/{chunk}/{class}")));
    }
    by_class
}

fn lengths(lists: &[Vec<usize>]) -> Vec<usize> {
    lists.iter().map(Vec::len).collect()
}

fn subtract(from: &[usize], what: &[usize]) -> Vec<usize> {
    from.iter().zip(what).map(|(a, b)| a - b).collect()
}
