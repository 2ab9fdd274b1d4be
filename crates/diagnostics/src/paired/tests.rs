use super::*;

#[test]
fn counts_are_checked() {
    fn check(counts: Result<PairedCounts, PairedError>, expected: Result<f64, &str>) {
        let got = counts.map(PairedCounts::difference);
        assert_eq!(
            got.map_err(|e| e.to_string()),
            expected.map_err(str::to_owned)
        );
    }
    // Three of four wrong against two of four.
    let first = [true, true, true, false];
    check(
        PairedCounts::from_flags(&first, &[true, false, false, true]),
        Ok(-0.25),
    );
    check(PairedCounts::new(1, 2, 1, 4), Ok(-0.25));
    let empty = "two models are compared on at least one example, got n = 0";
    check(PairedCounts::new(0, 0, 0, 0), Err(empty));
    check(PairedCounts::from_flags(&[], &[]), Err(empty));
    check(
        PairedCounts::from_flags(&first, &[true]),
        Err("4 examples of the first model and 1 of the second; expected the same examples"),
    );
    check(
        PairedCounts::new(u64::MAX, 1, 0, 5),
        Err(
            "18446744073709551616 examples with a wrong model among 5 examples; expected at most 5",
        ),
    );
}

#[test]
fn large_sets_have_the_normal_interval() {
    // The difference of two cells of a multinomial has the variance (p₁ + p₂ − (p₁ − p₂)²)/n,
    // and with this many examples it is normal. A percentile of 2,000 resamples has a standard error of
    // √(0.025 · 0.975/2000)/φ(1.96) = 0.06 standard deviations; five of them are allowed.
    let counts = PairedCounts::new(50_000, 40_000, 30_000, 1_000_000).unwrap();
    let sd = ((0.07 - 0.01_f64.powi(2)) / 1e6).sqrt();
    let measured = PairedDifference::measure(counts, Confidence::default(), 1);
    for (got, expected) in [
        (measured.interval.low, -0.01 - 1.96 * sd),
        (measured.interval.high, -0.01 + 1.96 * sd),
    ] {
        assert!((got - expected).abs() < 0.3 * sd, "{got} {expected}");
    }
    let again = PairedDifference::measure(counts, Confidence::default(), 1);
    assert_eq!(measured, again);
    let other = PairedDifference::measure(counts, Confidence::default(), 2);
    assert_ne!(measured.interval, other.interval);
}

#[test]
fn models_that_never_differ_leave_a_doubt() {
    let counts = PairedCounts::new(10, 0, 0, 100).unwrap();
    let same = PairedDifference::measure(counts, Confidence::default(), 1);
    // 0 of 100 differ: (1 − bound)¹⁰⁰ = 0.025.
    let bound = 1.0 - 0.025_f64.powf(0.01);
    assert!((same.interval.high - bound).abs() < 1e-12, "{same:?}");
    assert!((same.interval.low + bound).abs() < 1e-12, "{same:?}");
    assert_eq!((same.difference, same.p_value), (0.0, 1.0));
}

#[test]
fn huge_counts_take_no_time() {
    let counts = PairedCounts::new(0, u64::MAX / 2, u64::MAX / 2, u64::MAX).unwrap();
    let even = PairedDifference::measure(counts, Confidence::default(), 1);
    assert!((even.p_value - 1.0).abs() < 1e-9);
    assert!(even.interval.contains(0.0) && even.interval.width() < 1e-8);
    assert!(mcnemar_exact(u64::MAX, 0) <= 0.0);
    assert!(mcnemar_exact(0, 1_000_000_000) <= 0.0);
}
