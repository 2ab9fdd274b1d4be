//! Counterparts, counted per pair of sets.

use super::rows::Rows;
use super::{Leak, MAX_PAIRS, Pair};

/// Collects examples that have a counterpart in an earlier set.
pub(super) struct Tally<'a> {
    rows: &'a Rows<'a>,
    /// Per pair of sets, at `a × n_sets + b`.
    of_pair: Vec<(Vec<Pair>, usize)>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(rows: &'a Rows) -> Self {
        let n_pairs = rows.n_sets() * rows.n_sets();
        Self {
            rows,
            of_pair: vec![(Vec::new(), 0); n_pairs],
        }
    }

    /// Counts the example at `later`, which has its counterpart at `earlier`.
    pub(super) fn add(&mut self, earlier: usize, later: usize, is_relabelled: bool) {
        let ((set_a, a), (set_b, b)) = (self.rows.locate(earlier), self.rows.locate(later));
        let (pairs, n_relabelled) = &mut self.of_pair[set_a * self.rows.n_sets() + set_b];
        pairs.push(Pair { a, b });
        *n_relabelled += usize::from(is_relabelled);
    }

    /// Counts the members of a group that have a counterpart in the group and in an earlier set.
    ///
    /// `group` holds places in ascending order. With a `content`, members of equal content are no
    /// counterparts.
    pub(super) fn add_group(&mut self, group: &[usize], content: Option<&[usize]>) {
        let rows = self.rows;
        let parts: Vec<&[usize]> = group
            .chunk_by(|&x, &y| rows.set(x) == rows.set(y))
            .collect();
        for (i, earlier) in parts.iter().enumerate() {
            let labels = Distinct::new(earlier, |place| rows.label(place));
            let contents = content.map(|c| Distinct::new(earlier, |place| c[place]));
            for &later in parts[i + 1..].iter().copied().flatten() {
                let label = rows.label(later);
                let (counterpart, is_relabelled) = match (&contents, content) {
                    (Some(contents), Some(c)) => {
                        let counterpart = contents.first_unlike(c[later]);
                        (
                            counterpart,
                            counterpart.is_some_and(|p| rows.label(p) != label),
                        )
                    }
                    _ => (
                        earlier.first().copied(),
                        labels.first_unlike(label).is_some(),
                    ),
                };
                if let Some(counterpart) = counterpart {
                    self.add(counterpart, later, is_relabelled);
                }
            }
        }
    }

    /// The pairs of sets that have any.
    pub(super) fn finish(self) -> Vec<Leak> {
        let n_sets = self.rows.n_sets();
        let leak = |(i, (mut pairs, n_relabelled)): (usize, (Vec<Pair>, usize))| {
            let n = pairs.len();
            pairs.sort_unstable_by_key(|pair| pair.b);
            pairs.truncate(MAX_PAIRS);
            (n > 0).then(|| Leak {
                a: self.rows.name(i / n_sets).to_owned(),
                b: self.rows.name(i % n_sets).to_owned(),
                n,
                n_relabelled,
                pairs,
            })
        };
        self.of_pair
            .into_iter()
            .enumerate()
            .filter_map(leak)
            .collect()
    }
}

/// Two places that are enough to find one that is unlike any other.
struct Distinct<K> {
    first: Option<(usize, K)>,
    /// The first whose key is not that of `first`.
    other: Option<usize>,
}

impl<K: PartialEq + Copy> Distinct<K> {
    fn new(places: &[usize], key: impl Fn(usize) -> K) -> Self {
        let first = places.first().map(|&place| (place, key(place)));
        let other = first.and_then(|(_, k)| places.iter().copied().find(|&p| key(p) != k));
        Self { first, other }
    }

    /// The first place whose key is not `key`.
    fn first_unlike(&self, key: K) -> Option<usize> {
        match self.first {
            Some((place, k)) if k != key => Some(place),
            _ => self.other,
        }
    }
}
