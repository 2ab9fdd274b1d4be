use proptest::prelude::*;

use super::*;

const BLOCKS: &[char] = &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

fn check(values: &[f64], width: usize, expected: &str) {
    assert_eq!(sparkline(values, width, BLOCKS), expected, "{values:?}");
}

/// By hand: eight heights for the values 0 to 7; the rest as the rules say.
#[test]
fn a_column_is_as_high_as_its_value() {
    check(&[], 10, "");
    check(&[1.0], 0, "");
    let rising: Vec<f64> = (0..8).map(f64::from).collect();
    check(&rising, 8, "▁▂▃▄▅▆▇█");
    check(&rising, 80, "▁▂▃▄▅▆▇█"); // never more columns than values
    check(&[7.0, 0.0, 7.0], 3, "█▁█");
    check(&[-1.0, 0.0], 2, "▁█");
    assert_eq!(
        sparkline(&[0.0, 1.0, 2.0, 3.0, 4.0], 5, &['_', '.', '-', '=', '#']),
        "_.-=#"
    );
    assert_eq!(sparkline(&[1.0, 2.0], 2, &[]), "  ");
}

/// By hand: pairs have the means 1, 5, 9, of which 5 is half way: 3.5 of 7 blocks, rounded up.
#[test]
fn columns_are_means() {
    check(&[0.0, 2.0, 4.0, 6.0, 8.0, 10.0], 3, "▁▅█");
    check(&[0.0, f64::NAN, 7.0, 7.0], 2, "▁█"); // the mean of what is a number
}

/// 0.98 and 1 differ by a fiftieth: with a span of a tenth of the largest, 0.98 is at 0.8 · 7 = 5.6, so the 6th
/// above the lowest.
#[test]
fn what_hardly_changes_looks_flat() {
    check(&[1.0, 0.98], 2, "█▇");
    check(&[0.5, 0.5, 0.5], 3, "███");
    check(&[0.0, 0.0], 2, "▁▁");
}

#[test]
fn what_is_no_number_is_blank() {
    check(&[0.0, f64::NAN, 1.0], 3, "▁ █");
    check(&[f64::INFINITY, 0.0, 1.0], 3, " ▁█");
    check(&[f64::NAN, f64::NEG_INFINITY], 2, "  ");
}

/// By hand: 1024 values, and then 512 means of pairs; a pair more is one value more.
#[test]
fn a_history_stays_short() {
    let mut history = History::default();
    for at in 0..1023 {
        history.add(f64::from(at));
    }
    assert_eq!(history.values().len(), 1023);
    history.add(1023.0);
    assert_eq!(history.values().len(), 512);
    assert_eq!(history.values()[..2], [0.5, 2.5]);
    assert_eq!(history.values()[511..], [1022.5]);
    history.add(1024.0);
    assert_eq!(history.values().len(), 512);
    history.add(1025.0);
    assert_eq!(history.values()[512..], [1024.5]);
}

proptest! {
    /// Whatever comes in, the width holds, the blocks are the given ones, and nothing that is finite is blank.
    #[test]
    fn the_width_holds(
        values in prop::collection::vec(prop_oneof![4 => -1e3..1e3, 1 => Just(f64::NAN), 1 => any::<f64>()], 0..200),
        width in 0_usize..100,
    ) {
        let line = sparkline(&values, width, BLOCKS);
        prop_assert_eq!(line.chars().count(), values.len().min(width));
        prop_assert!(line.chars().all(|c| c == ' ' || BLOCKS.contains(&c)));
        if values.len() <= width {
            for (value, c) in values.iter().zip(line.chars()) {
                prop_assert_eq!(value.is_finite(), c != ' ');
            }
        }
    }

    /// A higher value has no lower block, and the highest has the highest block.
    #[test]
    fn order_is_kept(values in prop::collection::vec(0.0..1.0, 1..50)) {
        let line: Vec<char> = sparkline(&values, 50, BLOCKS).chars().collect();
        for (a, block_a) in values.iter().zip(&line) {
            for (b, block_b) in values.iter().zip(&line) {
                prop_assert!(a > b || block_a <= block_b); // blocks are ordered as their code points are
            }
        }
        let highest = values.iter().copied().fold(0.0, f64::max);
        let at = values.iter().position(|&value| value >= highest).unwrap();
        prop_assert!(highest <= 0.0 || line[at] == '█');
    }

    /// Neither a factor nor, beyond the least span, anything else changes what is seen.
    #[test]
    fn a_factor_changes_nothing(values in prop::collection::vec(0_u8..100, 1..50)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let doubled: Vec<f64> = values.iter().map(|value| value * 2.0).collect();
        prop_assert_eq!(sparkline(&values, 50, BLOCKS), sparkline(&doubled, 50, BLOCKS));
    }

    /// The mean of all measurements that were added is that of the values, as far as they are whole.
    #[test]
    fn a_history_keeps_the_mean(n in 1_u32..5000) {
        let mut history = History::default();
        (0..n).for_each(|at| history.add(f64::from(at)));
        let values = history.values();
        let n_whole = values.len() as f64 * f64::from(history.each);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        prop_assert!((mean - (n_whole - 1.0) / 2.0).abs() < 1e-6);
        prop_assert!(values.len() <= 1024);
    }
}
