//! Examples that derive from the same original.

use rayon::prelude::*;

use super::Leak;
use super::rows::Rows;
use super::tally::Tally;

/// Counts examples that derive from the original of one in an earlier set, without being identical.
pub(super) fn count(rows: &Rows, first_equal: &[usize]) -> Vec<Leak> {
    let mut by_original: Vec<(u64, usize)> = (0..rows.len())
        .into_par_iter()
        .map(|place| (rows.original(place), place))
        .collect();
    by_original.par_sort_unstable();

    let mut tally = Tally::new(rows);
    for group in by_original.chunk_by(|x, y| x.0 == y.0) {
        if rows.set(group[0].1) != rows.set(group[group.len() - 1].1) {
            let group: Vec<usize> = group.iter().map(|&(_, place)| place).collect();
            tally.add_group(&group, Some(first_equal));
        }
    }
    tally.finish()
}
