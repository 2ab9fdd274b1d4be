//! Examples whose values are equal.

use rayon::prelude::*;

use super::rows::Rows;
use super::tally::Tally;
use super::{Duplicates, Leak};
use crate::MemoryError;

/// Odd constants without structure: the first digits of the fractions of √2, √3, √5 and √7.
const SECRETS: [u64; 4] = [
    0x6a09_e667_f3bc_c909,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
];

/// Values that the hash takes in at a time.
const BLOCK: usize = 4 * SECRETS.len();

/// Per place the first place of an example with equal values, which is often its own.
pub(super) fn first_equal(rows: &Rows) -> Result<Vec<usize>, MemoryError> {
    let places = (0..rows.len()).into_par_iter();
    let mut hashes = rows.each(places, |place, values| (hash(values), place))?;
    hashes.par_sort_unstable();
    first_equal_of(rows, &hashes)
}

/// The same from the hashes with their places, sorted; equal values have equal hashes.
fn first_equal_of(rows: &Rows, hashes: &[(u64, usize)]) -> Result<Vec<usize>, MemoryError> {
    let mut first: Vec<usize> = (0..rows.len()).collect();
    let (mut values, mut other) = (Vec::new(), Vec::new());
    for alike in hashes.chunk_by(|x, y| x.0 == y.0) {
        if alike.len() == 1 {
            continue;
        }
        // The first places of distinct contents; more than one only if the hash fails.
        let mut distinct: Vec<usize> = Vec::new();
        'places: for &(_, place) in alike {
            rows.read(place, &mut values)?;
            for &earlier in &distinct {
                rows.read(earlier, &mut other)?;
                if equal(&values, &other) {
                    first[place] = earlier;
                    continue 'places;
                }
            }
            distinct.push(place);
        }
    }
    Ok(first)
}

/// Counts identical examples, across sets and within them.
pub(super) fn count(rows: &Rows, first_equal: &[usize]) -> (Vec<Leak>, Vec<Duplicates>) {
    let is_repeated = |place: &usize| first_equal[*place] != *place;
    let mut repeated: Vec<(usize, usize)> = (0..rows.len())
        .filter(is_repeated)
        .flat_map(|place| {
            [
                (first_equal[place], first_equal[place]),
                (first_equal[place], place),
            ]
        })
        .collect();
    repeated.sort_unstable();
    repeated.dedup();

    let mut tally = Tally::new(rows);
    let mut n_duplicates = vec![0; rows.n_sets()];
    for group in repeated.chunk_by(|x, y| x.0 == y.0) {
        let group: Vec<usize> = group.iter().map(|&(_, place)| place).collect();
        tally.add_group(&group, None);
        for pair in group.windows(2) {
            let set = rows.set(pair[1]);
            n_duplicates[set] += usize::from(rows.set(pair[0]) == set);
        }
    }
    let duplicates = n_duplicates.into_iter().enumerate();
    let duplicates = duplicates
        .filter(|(_, n)| *n > 0)
        .map(|(set, n)| Duplicates {
            set: rows.name(set).to_owned(),
            n,
        });
    (tally.finish(), duplicates.collect())
}

/// Whether two rows hold the same bits, so that even a row with NaN equals itself.
fn equal(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.to_bits() == y.to_bits())
}

/// A hash of the bits of `values`, by folded multiplication: the high half of the product of two
/// words is put over its low half. Four lanes take turns, so that products overlap in time.
fn hash(values: &[f32]) -> u64 {
    // Not the secrets themselves, or the two words of a first product could be swapped.
    let mut lanes = SECRETS.map(|secret| secret.rotate_left(32));
    let mut blocks = values.chunks_exact(BLOCK);
    for block in &mut blocks {
        mix(&mut lanes, block);
    }
    let mut rest = [0.0; BLOCK];
    rest[..blocks.remainder().len()].copy_from_slice(blocks.remainder());
    mix(&mut lanes, &rest);
    let length = values.len() as u64;
    lanes
        .iter()
        .fold(length, |all, &lane| folded(all ^ lane, SECRETS[0]))
}

fn mix(lanes: &mut [u64; 4], block: &[f32]) {
    let word = |pair: &[f32]| u64::from(pair[0].to_bits()) | u64::from(pair[1].to_bits()) << 32;
    for ((lane, four), secret) in lanes.iter_mut().zip(block.chunks_exact(4)).zip(SECRETS) {
        *lane = folded(*lane ^ word(&four[..2]), secret ^ word(&four[2..]));
    }
}

fn folded(x: u64, y: u64) -> u64 {
    let product = u128::from(x) * u128::from(y);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Examples, Values};

    #[test]
    fn every_bit_of_every_value_counts_towards_the_hash() {
        // 35 values: two whole blocks of 16, and 3 more.
        let mut hashes = vec![hash(&[0.0; 35])];
        for at in 0..35 {
            for bit in 0..32 {
                let mut values = [0.0; 35];
                values[at] = f32::from_bits(1 << bit);
                hashes.push(hash(&values));
            }
        }
        hashes.extend((0..35).map(|length| hash(&[0.0; 35][..length])));
        let n = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), n);
    }

    #[test]
    fn a_hash_that_fails_costs_time_only() {
        let examples = Examples {
            shape: vec![1],
            values: Values::U8(vec![3, 4, 3, 5, 4, 3]),
            range: None,
            labels: vec![0; 6],
            classes: vec!["a".into()],
            source: vec![0; 6],
            source_names: vec!["x".into()],
            original: (0..6).collect(),
            tags: Vec::new(),
        };
        let sets = [("train", &examples)];
        let rows = Rows::new(&sets);
        let hashes: Vec<(u64, usize)> = (0..6).map(|place| (0, place)).collect();
        assert_eq!(first_equal_of(&rows, &hashes).unwrap(), [0, 1, 0, 3, 1, 0]);
    }
}
