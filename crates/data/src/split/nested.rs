//! One seeded order of the training examples, of which smaller sets are the beginning.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use rand::seq::SliceRandom;

use super::pool::Pool;
use super::stratified::Streams;

/// The first `n` of `train` in a seeded order.
///
/// Every beginning of that order has the classes' shares to less than one example per class, and of
/// each class the chunks' shares to less than one. Of one chunk and class, examples of one original
/// follow each other, so that a smaller set has fewer originals, not fewer examples of each.
pub(super) fn first(pool: &Pool, train: &[usize], n: usize, streams: Streams) -> Vec<usize> {
    let mut by_class = vec![[Vec::new(), Vec::new()]; pool.classes().len()];
    for &i in train {
        by_class[pool.label(i)][usize::from(!pool.is_general(i))].push(i);
    }
    for (parts, class) in by_class.iter_mut().zip(pool.classes()) {
        for (part, chunk) in parts.iter_mut().zip(["general", "target"]) {
            part.shuffle(&mut streams.of(&format!("split/first/{chunk}/{class}")));
            gather_originals(pool, part);
        }
    }
    let whole = |parts: &[Vec<usize>; 2]| interleave(parts, usize::MAX);
    let by_class: Vec<Vec<usize>> = by_class.iter().map(whole).collect();
    interleave(&by_class, n)
}

/// Moves examples of one original, all of one chunk, behind the first of them.
fn gather_originals(pool: &Pool, part: &mut [usize]) {
    let mut rank_of = HashMap::with_capacity(part.len());
    for &i in part.iter() {
        let next = rank_of.len();
        rank_of.entry(pool.original(i)).or_insert(next);
    }
    if rank_of.len() < part.len() {
        part.sort_by_key(|&i| rank_of[&pool.original(i)]);
    }
}

/// Merges lists, up to `most` elements, so that every beginning has less than one more or less of each than its share.
///
/// The place of each element is bound to a window, and of those whose window is open the one that
/// closes first comes next: Pfair scheduling on one processor, where this is always possible
/// (Baruah et al., Algorithmica 15:600, 1996).
fn interleave(lists: &[Vec<usize>], most: usize) -> Vec<usize> {
    let total: usize = lists.iter().map(Vec::len).sum();
    // Of a list with n of all elements, element k (from 0) comes in place k/n × total at the earliest
    // and before place (k + 1)/n × total, rounded up.
    let opens = |list: usize, k: usize| k as u128 * total as u128 / lists[list].len() as u128;
    let closes = |list: usize, k: usize| {
        ((k as u128 + 1) * total as u128).div_ceil(lists[list].len() as u128)
    };
    let mut waiting: BinaryHeap<_> = (0..lists.len())
        .filter(|&list| !lists[list].is_empty())
        .map(|list| Reverse((0, list, 0)))
        .collect();
    let mut ready = BinaryHeap::new();
    let mut order = Vec::with_capacity(total.min(most));
    for place in 0..total.min(most) as u128 {
        while let Some(&Reverse((opening, list, k))) = waiting.peek()
            && opening <= place
        {
            waiting.pop();
            ready.push(Reverse((closes(list, k), list, k)));
        }
        if let Some(Reverse((_, list, k))) = ready.pop() {
            order.push(lists[list][k]);
            if k + 1 < lists[list].len() {
                waiting.push(Reverse((opens(list, k + 1), list, k + 1)));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lists(lengths: &[usize]) -> Vec<Vec<usize>> {
        // Element k of list c is 1000 c + k.
        (0..)
            .zip(lengths)
            .map(|(c, &n)| (0..n).map(|k| 1000 * c + k).collect())
            .collect()
    }

    #[test]
    fn the_windows_of_a_small_case_are_those_by_hand() {
        // Shares 4/6 and 2/6. Windows of a: 0..2, 1..3, 3..5, 4..6; of b: 0..3, 3..6.
        assert_eq!(interleave(&lists(&[4, 2]), 9), [0, 1, 1000, 2, 3, 1001]);
        assert_eq!(interleave(&lists(&[0, 2, 0]), 9), [1000, 1001]);
        assert_eq!(interleave(&[], 9), Vec::<usize>::new());
        assert_eq!(interleave(&lists(&[4, 2]), 3), [0, 1, 1000]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_beginning_is_within_one_of_its_share(
            lengths in prop::collection::vec(0..60_usize, 1..8),
        ) {
            let order = interleave(&lists(&lengths), usize::MAX);
            let total: usize = lengths.iter().sum();
            prop_assert_eq!(order.len(), total);
            let mut seen = vec![0; lengths.len()];
            for (place, element) in order.iter().enumerate() {
                let list = element / 1000;
                prop_assert_eq!(element % 1000, seen[list]);
                seen[list] += 1;
                for (seen, n) in seen.iter().zip(&lengths) {
                    // |seen − (place + 1) n / total| < 1, in whole numbers.
                    let off = (seen * total).abs_diff((place + 1) * n);
                    prop_assert!(off < total, "{seen} of {n} after {} of {total}", place + 1);
                }
            }
        }
    }
}
