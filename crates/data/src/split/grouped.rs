//! Draws of whole groups.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use rand::Rng;
use rand::seq::SliceRandom;

use super::pool::Pool;

/// A class counts as this many times the size of a group off at most, so that one that no group of
/// that size can mend, because a huge group has most of it, does not keep the number drawn from being
/// right: `improve` would have to mend that one group at a time. (10⁶ examples, half of the target in
/// one group: 7.9 s without, 1.1 s with this limit.)
const FAR_OFF: f64 = 4.0;

/// Draws whole groups of `indices` with about `n` examples in all; returns what is drawn and the rest.
///
/// Sizes come first, the shares of the chunks and classes second:
///
/// 1. Groups are shuffled, then sorted by the power of two that their size has reached, the largest
///    first. Each is drawn or left, whichever keeps the sum of squared deviations smaller: those of
///    the number drawn and of the number drawn per chunk and class, from `n / indices.len()` of what
///    has been looked at so far. So every size of group is drawn from alike, and the small ones
///    make up for the large ones. (scikit-learn's `StratifiedGroupKFold` is greedy in the same way,
///    but its outcome hardly depends on the seed.)
/// 2. While that brings the number nearer to `n`, the best group is added, removed, or exchanged for
///    another; of groups with the same size, the one that leaves the classes most even.
///
/// Because of the second step the number is off by half of the largest group at most. Between two
/// that are equally near, one that leaves neither side empty is taken.
pub(super) fn draw(
    pool: &Pool,
    indices: &[usize],
    n: usize,
    rng: &mut impl Rng,
) -> (Vec<usize>, Vec<usize>) {
    let units = Units::new(pool, indices);
    let mut drawing = Drawing::new(&units, n, rng);
    drawing.walk();
    while drawing.improve() {}
    let (mut drawn, mut rest) = (Vec::new(), Vec::new());
    for (&i, &unit) in indices.iter().zip(&units.of) {
        if drawing.is_drawn[unit] {
            drawn.push(i);
        } else {
            rest.push(i);
        }
    }
    (drawn, rest)
}

/// How many groups `indices` has, and how many examples the smallest.
pub(super) fn count(pool: &Pool, indices: &[usize]) -> (usize, usize) {
    let units = Units::new(pool, indices);
    let smallest = (0..units.len()).map(|unit| units.size(unit)).min();
    (units.len(), smallest.unwrap_or(0))
}

/// The groups of some examples, numbered as they first occur.
struct Units {
    /// Per example its group.
    of: Vec<usize>,
    /// Strata and how many examples they have, group after group.
    counts: Vec<(usize, usize)>,
    /// Per group where its `counts` begin, and at last where they end.
    starts: Vec<usize>,
    n_strata: usize,
}

impl Units {
    fn new(pool: &Pool, indices: &[usize]) -> Self {
        let mut unit_of_group = vec![None; pool.n_groups()];
        let mut n_units = 0;
        let mut of = Vec::with_capacity(indices.len());
        for &i in indices {
            of.push(*unit_of_group[pool.group(i)].get_or_insert_with(|| {
                n_units += 1;
                n_units - 1
            }));
        }
        let mut pairs: Vec<(usize, usize)> = of
            .iter()
            .zip(indices)
            .map(|(&unit, &i)| (unit, pool.stratum(i)))
            .collect();
        pairs.sort_unstable();
        let (mut counts, mut starts) = (Vec::new(), Vec::with_capacity(n_units + 1));
        for run in pairs.chunk_by(|a, b| a == b) {
            let (unit, stratum) = run[0];
            if unit == starts.len() {
                starts.push(counts.len());
            }
            counts.push((stratum, run.len()));
        }
        starts.push(counts.len());
        Self {
            of,
            counts,
            starts,
            n_strata: pool.n_strata(),
        }
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn counts(&self, unit: usize) -> &[(usize, usize)] {
        &self.counts[self.starts[unit]..self.starts[unit + 1]]
    }

    fn size(&self, unit: usize) -> usize {
        self.counts(unit).iter().map(|(_, n)| n).sum()
    }
}

struct Drawing<'a> {
    units: &'a Units,
    /// All groups, in the order in which they are looked at.
    order: Vec<usize>,
    is_drawn: Vec<bool>,
    n_drawn_units: usize,
    /// How many examples are drawn, less those asked for.
    excess: isize,
    /// Per stratum how many are drawn, less its share of what has been looked at.
    deviation: Vec<f64>,
    share: f64,
}

impl<'a> Drawing<'a> {
    fn new(units: &'a Units, n: usize, rng: &mut impl Rng) -> Self {
        let mut order: Vec<usize> = (0..units.len()).collect();
        order.shuffle(rng);
        order.sort_by_key(|&unit| Reverse(units.size(unit).ilog2()));
        let total = units.of.len();
        let n = n.min(total);
        Self {
            units,
            order,
            is_drawn: vec![false; units.len()],
            n_drawn_units: 0,
            excess: -n.cast_signed(),
            deviation: vec![0.0; units.n_strata],
            share: n as f64 / total.max(1) as f64,
        }
    }

    fn walk(&mut self) {
        let mut deviation_of_total = 0.0;
        for unit in self.order.clone() {
            let size = self.units.size(unit) as f64;
            // What drawing adds to the sum of squares, less what leaving adds.
            let cost =
                |n: f64, deviation: f64| n * (2.0 * deviation + n * (1.0 - 2.0 * self.share));
            let of_strata: f64 = self
                .units
                .counts(unit)
                .iter()
                .map(|&(stratum, n)| {
                    let most = FAR_OFF * size;
                    cost(n as f64, self.deviation[stratum].clamp(-most, most))
                })
                .sum();
            if cost(size, deviation_of_total) + of_strata < 0.0 {
                self.set_drawn(unit, true);
                deviation_of_total += size;
            }
            deviation_of_total -= self.share * size;
            for &(stratum, n) in self.units.counts(unit) {
                self.deviation[stratum] -= self.share * n as f64;
            }
        }
    }

    fn set_drawn(&mut self, unit: usize, is_drawn: bool) {
        let sign = if is_drawn { 1 } else { -1 };
        self.is_drawn[unit] = is_drawn;
        self.n_drawn_units = self.n_drawn_units.saturating_add_signed(sign);
        self.excess += sign * self.units.size(unit).cast_signed();
        for &(stratum, n) in self.units.counts(unit) {
            self.deviation[stratum] += sign as f64 * n as f64;
        }
    }

    /// Adds, removes or exchanges a group if that makes the number drawn nearer to that asked for.
    fn improve(&mut self) -> bool {
        let Some((off, remove, add)) = self.best_change() else {
            return false;
        };
        let n_units = self.units.len();
        let one_side_is_empty = n_units > 1 && [0, n_units].contains(&self.n_drawn_units);
        let now = self.excess.unsigned_abs();
        if off > now || (off == now && !one_side_is_empty) {
            return false;
        }
        for (size, is_drawn) in [(remove, true), (add, false)] {
            if let Some(unit) = self.most_even(size, is_drawn) {
                self.set_drawn(unit, !is_drawn);
            }
        }
        true
    }

    /// The sizes of a group to remove and of one to add (0: none) that leave the number least off,
    /// behind how far it is off then.
    fn best_change(&self) -> Option<(usize, usize, usize)> {
        let (mut left, mut drawn) = (BTreeSet::from([0]), BTreeSet::from([0]));
        for unit in 0..self.units.len() {
            let sizes = if self.is_drawn[unit] {
                &mut drawn
            } else {
                &mut left
            };
            sizes.insert(self.units.size(unit).cast_signed());
        }
        let mut best: Option<((usize, usize), isize, isize)> = None;
        for &remove in &drawn {
            let wanted = remove - self.excess;
            let below = left.range(..=wanted).next_back();
            let above = left.range(wanted..).next();
            for &add in below.into_iter().chain(above) {
                let off = (self.excess - remove + add).unsigned_abs();
                let key = (off, (remove + add).unsigned_abs());
                if add != remove && best.is_none_or(|(best_key, ..)| key < best_key) {
                    best = Some((key, remove, add));
                }
            }
        }
        best.map(|((off, _), remove, add)| (off, remove.unsigned_abs(), add.unsigned_abs()))
    }

    /// Of the groups of this size that are drawn, or not, the one that is best to change.
    fn most_even(&self, size: usize, is_drawn: bool) -> Option<usize> {
        let sign = if is_drawn { -1.0 } else { 1.0 };
        let cost = |unit: usize| -> f64 {
            let of_stratum = |&(stratum, n): &(usize, usize)| {
                n as f64 * (n as f64 + 2.0 * sign * self.deviation[stratum])
            };
            self.units.counts(unit).iter().map(of_stratum).sum()
        };
        self.order
            .iter()
            .copied()
            .filter(|&unit| self.is_drawn[unit] == is_drawn && self.units.size(unit) == size)
            .min_by(|&a, &b| cost(a).total_cmp(&cost(b)))
    }
}

#[cfg(test)]
mod tests;
