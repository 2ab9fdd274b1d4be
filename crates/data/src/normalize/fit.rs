//! Means and deviations, in one fixed order of additions.

use rayon::prelude::*;

use super::{MAX_TABLES, n_groups};
use crate::values::{Numbers, readable};
use crate::{Examples, MemoryError};

/// Groups of at least so many values in a row are added up beside each other.
const MIN_PARALLEL: usize = 64;

/// What is known of a group while values go by.
#[derive(Clone, Copy)]
struct Seen {
    mean: f64,
    low: f64,
    high: f64,
    variance: f64,
}

/// Per group the mean and the population's standard deviation, in two passes.
///
/// The values of a group are added in their order, so neither threads nor where values lie decide
/// anything.
pub(super) fn means_and_deviations(train: &Examples) -> (Vec<f64>, Vec<f64>) {
    let n_groups = n_groups(&train.shape);
    let n = (train.values.len() / n_groups) as f64;
    let nothing = Seen {
        mean: 0.0,
        low: f64::MAX,
        high: f64::MIN,
        variance: 0.0,
    };
    let mut groups = vec![nothing; n_groups];

    let share = table(|value| value / n);
    readable(pass(
        train,
        &mut groups,
        |_, group, bytes| {
            for &byte in bytes {
                group.mean += share[usize::from(byte)];
            }
            let bounds = bytes.iter().min().zip(bytes.iter().max());
            let (low, high) = bounds.map_or((0, 0), |(&low, &high)| (low, high));
            (group.low, group.high) = (group.low.min(low.into()), group.high.max(high.into()));
        },
        |_, group, numbers| {
            for &number in numbers {
                let value = f64::from(number);
                group.mean += value / n;
                (group.low, group.high) = (group.low.min(value), group.high.max(value));
            }
        },
    ));

    let square = |mean: f64, value: f64| (value - mean).powi(2) / n;
    let tables: Vec<_> = if train.values.is_u8() && n_groups <= MAX_TABLES {
        let means = groups.iter().map(|group| group.mean);
        means
            .map(|mean| table(|value| square(mean, value)))
            .collect()
    } else {
        Vec::new()
    };
    readable(pass(
        train,
        &mut groups,
        |i, group, bytes| match tables.get(i) {
            Some(table) => {
                for &byte in bytes {
                    group.variance += table[usize::from(byte)];
                }
            }
            None => {
                for &byte in bytes {
                    group.variance += square(group.mean, byte.into());
                }
            }
        },
        |_, group, numbers| {
            for &number in numbers {
                group.variance += square(group.mean, number.into());
            }
        },
    ));

    // A constant is known by its bounds: rounding leaves its deviation only nearly 0.
    let fitted = groups.into_iter().map(|group| match group {
        Seen { low, high, .. } if low >= high => (low, 1.0),
        Seen { mean, variance, .. } => (mean, variance.sqrt()),
    });
    fitted.unzip()
}

/// What `term` makes of each byte.
fn table(term: impl Fn(f64) -> f64) -> [f64; 256] {
    std::array::from_fn(|byte| term(byte as f64))
}

/// Shows all values in their order: of each example, group by group, what belongs to the group.
fn pass(
    train: &Examples,
    groups: &mut [Seen],
    see_bytes: impl Fn(usize, &mut Seen, &[u8]) + Sync,
    see_numbers: impl Fn(usize, &mut Seen, &[f32]) + Sync,
) -> Result<(), MemoryError> {
    let n_values = train.n_values();
    train.values.for_each_block(n_values, |block| {
        match block {
            Numbers::U8(bytes) => show(bytes, n_values, groups, &see_bytes),
            Numbers::F32(numbers) => show(numbers, n_values, groups, &see_numbers),
        }
        Ok(())
    })
}

fn show<T: Sync>(
    rows: &[T],
    n_values: usize,
    groups: &mut [Seen],
    see: &(impl Fn(usize, &mut Seen, &[T]) + Sync),
) {
    let per_group = n_values / groups.len();
    if per_group >= MIN_PARALLEL {
        groups.par_iter_mut().enumerate().for_each(|(i, group)| {
            // A copy stays in registers.
            let mut seen = *group;
            for row in rows.chunks_exact(n_values) {
                see(i, &mut seen, &row[i * per_group..(i + 1) * per_group]);
            }
            *group = seen;
        });
        return;
    }
    for row in rows.chunks_exact(n_values) {
        let of_groups = groups.iter_mut().zip(row.chunks_exact(per_group));
        for (i, (group, values)) in of_groups.enumerate() {
            see(i, group, values);
        }
    }
}
