use rand::RngExt;

use super::*;
use crate::gap::Verdict;
use crate::interval::{Confidence, Interval};

fn count(errors: u64, n: u64) -> ErrorCount {
    ErrorCount::new(errors, n).unwrap()
}

#[test]
fn the_eyeball_part_holds_a_hundred_errors_or_is_half_of_dev() {
    fn check(dev: ErrorCount, expected: u64) {
        assert_eq!(eyeball_size(dev), expected, "{dev:?}");
    }
    // Ng, Machine Learning Yearning, ch. 18: at a 5 % error rate, 2,000 examples.
    check(count(500, 10_000), 2_000);
    check(count(3, 100), 50); // 3,333 are more than half
    check(count(300, 10_001), 3_334); // 100 · 10,001/300 = 3,333.7
    check(count(0, 400), 200);
    check(count(1, 1), 0);
    check(count(u64::MAX, u64::MAX), 100);
    check(count(1, u64::MAX), u64::MAX / 2);
}

#[test]
fn each_class_is_split_in_proportion() {
    fn check(sizes: &[usize], drawn: usize, expected: &[usize]) {
        let labels: Vec<u32> = (sizes.iter().enumerate())
            .flat_map(|(class, &size)| vec![class as u32; size])
            .collect();
        let split = split_eyeball(&labels, drawn, 7).unwrap();
        let of = |class| {
            split
                .eyeball
                .iter()
                .filter(|&&x| labels[x] == class as u32)
                .count()
        };
        assert_eq!((0..sizes.len()).map(of).collect::<Vec<_>>(), expected);
        let mut all = [split.eyeball.clone(), split.blackbox.clone()].concat();
        assert!(split.eyeball.is_sorted() && split.blackbox.is_sorted());
        all.sort_unstable();
        assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());
        assert_eq!(split, split_eyeball(&labels, drawn, 7).unwrap());
    }
    check(&[5, 3, 2], 4, &[2, 1, 1]); // 2, 1.2, 0.8
    check(&[1, 1, 1], 2, &[1, 1, 0]); // 2/3 each: the smaller index first
    check(&[100, 50], 75, &[50, 25]);
    check(&[3], 1, &[1]);
}

#[test]
fn another_seed_is_another_split() {
    let labels = vec![0; 100];
    let split = |seed| split_eyeball(&labels, 50, seed).unwrap();
    // By chance alone, 1 in 100!/(50!)² ≈ 10²⁹.
    assert_ne!(split(1), split(2));
}

#[test]
fn no_part_may_be_empty() {
    fn check(n: usize, eyeball: usize, expected: &str) {
        let error = split_eyeball(&vec![0; n], eyeball, 0).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    check(
        3,
        0,
        "0 eyeball examples of 3; expected at least 1, and at least 1 left over",
    );
    check(
        3,
        3,
        "3 eyeball examples of 3; expected at least 1, and at least 1 left over",
    );
    check(
        0,
        0,
        "0 eyeball examples of 0; expected at least 1, and at least 1 left over",
    );
}

fn paired(both: u64, first_only: u64, second_only: u64, neither: u64) -> Paired {
    Paired {
        both,
        first_only,
        second_only,
        neither,
    }
}

fn near(got: Interval, low: f64, high: f64) {
    let worst = (got.low - low).abs().max((got.high - high).abs());
    assert!(worst < 1e-9, "{got:?}, expected {low}..{high}");
}

/// Newcombe's formula (method 10) on Wilson bounds of `SciPy` 1.17.1 (`binomtest(…).proportion_ci`), in Python.
#[test]
fn paired_intervals_are_newcombe_s() {
    fn check(pairs: Paired, low: f64, high: f64) {
        near(
            newcombe_paired(pairs, Confidence::default()).unwrap(),
            low,
            high,
        );
    }
    check(paired(36, 12, 2, 0), 0.056_929_584_003, 0.340_427_602_975); // negative correlation
    check(paired(14, 5, 0, 22), 0.011_483_241_383, 0.226_492_684_351);
    check(paired(40, 60, 5, 895), 0.039_992_432_093, 0.071_658_338_501);
    check(
        paired(50, 10, 50, 10),
        -0.437_749_585_539,
        -0.216_496_250_108,
    ); // no correlation
    check(paired(0, 3, 0, 17), -0.038_396_333_126, 0.360_418_864_741); // no errors after
    check(paired(0, 0, 0, 10), -0.277_532_799_863, 0.277_532_799_863);
}

#[test]
fn flags_are_counted_in_pairs() {
    let flags = [
        (true, true),
        (true, false),
        (true, false),
        (false, true),
        (false, false),
    ];
    let pairs = Paired::of(flags);
    assert_eq!(pairs, paired(1, 2, 1, 1));
    assert_eq!(
        (pairs.first(), pairs.second()),
        (Ok(count(3, 5)), Ok(count(2, 5)))
    );
    assert!(newcombe_paired(Paired::of([]), Confidence::default()).is_err());
}

fn counts(before: u64, after: u64, n: u64) -> BeforeAfter {
    BeforeAfter::Counts {
        before: count(before, n),
        after: count(after, n),
    }
}

/// Intervals from the same Python program: the two drops' intervals, added as sides of a right triangle.
#[test]
fn the_drops_of_both_parts_are_compared() {
    fn check(eyeball: BeforeAfter, blackbox: BeforeAfter, low: f64, high: f64) {
        let wear = eyeball_wear(eyeball, blackbox, Confidence::default()).unwrap();
        near(wear.interval, low, high);
        // 5.5 points against 1 point; a tenth of 500 errors in 5,000.
        let (drops, threshold) = ((wear.eyeball_drop, wear.blackbox_drop), wear.threshold);
        assert!((drops.0 - 0.055).abs() < 1e-12 && (drops.1 - 0.01).abs() < 1e-12);
        assert!((wear.difference - 0.045).abs() < 1e-12 && (threshold - 0.01).abs() < 1e-12);
        assert_eq!(wear.verdict, Verdict::Present);
    }
    check(
        counts(100, 45, 1_000),
        counts(400, 360, 4_000),
        0.019_050_764_020,
        0.071_399_379_809,
    );
    // The same counts, and which examples they are: narrower.
    check(
        BeforeAfter::Flags(paired(40, 60, 5, 895)),
        BeforeAfter::Flags(paired(330, 70, 30, 3_570)),
        0.029_171_200_397,
        0.062_367_878_742,
    );
}

#[test]
fn an_equal_fall_wears_nothing_out() {
    fn check(n: u64, expected: Verdict) {
        let part = counts(n / 10, n * 9 / 100, n);
        let wear = eyeball_wear(part, part, Confidence::default()).unwrap();
        assert_eq!(wear.verdict, expected, "{n}");
    }
    // A part's drop is known to about 1.96·√(0.09 · 2/n), the difference to √2 times that; the threshold
    // is 0.01. 100,000: 0.0037; 1,000: 0.037.
    check(100_000, Verdict::Absent);
    check(1_000, Verdict::Inconclusive);
}

#[test]
fn at_one_time_the_parts_are_two_sets() {
    let gap = eyeball_gap(count(45, 1_000), count(360, 4_000), Confidence::default());
    near(gap.interval, 0.028_044_390_040, 0.059_536_840_165); // the same Python program
    assert!((gap.threshold - 0.009).abs() < 1e-12); // a tenth of 9 %
    assert_eq!(gap.verdict, Verdict::Present);
}

#[test]
fn times_that_cannot_be_compared_are_refused() {
    fn check(eyeball: BeforeAfter, blackbox: BeforeAfter, expected: &str) {
        let error = eyeball_wear(eyeball, blackbox, Confidence::default()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let grown = BeforeAfter::Counts {
        before: count(1, 10),
        after: count(1, 12),
    };
    check(
        counts(1, 1, 10),
        grown,
        "the blackbox part has 10 examples before and 12 after; \
         expected the same examples at both times",
    );
    check(
        BeforeAfter::Flags(paired(0, 0, 0, 0)),
        counts(1, 1, 10),
        "the eyeball part has no examples; expected at least one",
    );
}

/// Both parts improve alike: a fifth of the errors (10 %) is fixed and a hundredth of the rest broken. The
/// interval covers 0 in 95 % of 1,000 studies, 950 ± 4·√(47.5) = 28; counts without pairs cover more often.
#[test]
fn intervals_cover_the_difference_of_the_drops() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut draw = |n: u64| {
        Paired::of((0..n).map(|_| {
            let before = rng.random_bool(0.1);
            (before, rng.random_bool(if before { 0.8 } else { 0.01 }))
        }))
    };
    let (mut of_flags, mut of_counts) = (0, 0);
    for _ in 0..1_000 {
        let parts = [draw(500), draw(2_000)];
        let covers = |[eyeball, blackbox]: [BeforeAfter; 2]| {
            let wear = eyeball_wear(eyeball, blackbox, Confidence::default()).unwrap();
            u32::from(wear.interval.contains(0.0))
        };
        of_flags += covers(parts.map(BeforeAfter::Flags));
        of_counts += covers(parts.map(|pairs| BeforeAfter::Counts {
            before: pairs.first().unwrap(),
            after: pairs.second().unwrap(),
        }));
    }
    println!("covered of 1,000: {of_flags} with flags, {of_counts} with counts");
    assert!(
        of_flags >= 922 && of_counts > of_flags,
        "{of_flags} {of_counts}"
    );
}
