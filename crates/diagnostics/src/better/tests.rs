use super::*;

#[test]
fn noether_asks_for_the_published_numbers() {
    fn check(p: f64, expected: Option<u64>) {
        assert_eq!(noether_seeds(p, 0.05, 0.95), expected, "{p}");
        assert_eq!(noether_seeds(1.0 - p, 0.05, 0.95), expected, "1 − {p}");
    }
    // STATISTICS.md, from Bouthillier et al. 2021.
    check(0.9, Some(12));
    check(0.8, Some(21));
    check(0.75, Some(29));
    check(0.7, Some(46));
    check(0.6, Some(181));
    check(0.5, None);
    for bad in [-0.1, 1.1, f64::NAN] {
        check(bad, None);
        assert_eq!(noether_seeds(0.7, bad, 0.95), None);
        assert_eq!(noether_seeds(0.7, 0.05, bad), None);
    }
    // z(0.95) + z(0.5) = 1.645; (1.645/(2.449 · 0.25))² = 7.2.
    assert_eq!(noether_seeds(0.75, 0.05, 0.5), Some(8));
    assert_eq!(noether_seeds(0.75, 0.6, 0.3), Some(1));
}

#[test]
fn six_of_six_seeds_are_enough_and_five_of_five_are_not() {
    fn check(wins: usize, losses: usize, expected: Standing, needed: Option<u64>) {
        let a = vec![0.1; wins + losses];
        let b: Vec<f64> = (0..wins + losses)
            .map(|seed| if seed < wins { 0.2 } else { 0.05 })
            .collect();
        let got = Comparison::paired(&a, &b, Confidence::default()).unwrap();
        assert_eq!(
            (got.verdict, got.seeds_needed),
            (expected, needed),
            "{got:?}"
        );
        let mirrored = Comparison::paired(&b, &a, Confidence::default()).unwrap();
        assert!((mirrored.p_better + got.p_better - 1.0).abs() < 1e-12);
        assert!((mirrored.interval.low + got.interval.high - 1.0).abs() < 1e-12);
        let expected = match expected {
            Standing::Better => Standing::Worse,
            Standing::Worse => Standing::Better,
            Standing::Undetermined => Standing::Undetermined,
        };
        assert_eq!(mirrored.verdict, expected);
    }
    check(6, 0, Standing::Better, None);
    // z's add up to 3.290: (3.290/(2.449 · 0.5))² = 7.2.
    check(5, 0, Standing::Undetermined, Some(8));
    check(1, 0, Standing::Undetermined, Some(8));
    // 0.8: as published.
    check(4, 1, Standing::Undetermined, Some(21));
    check(3, 3, Standing::Undetermined, None);
    // 140 of 200 wins: surely above one half, and not above 0.75.
    check(140, 60, Standing::Undetermined, None);
    check(160, 40, Standing::Better, None);
}

#[test]
fn the_interval_is_clopper_pearsons() {
    // 0.025 = rateⁿ at the lower bound where all are won.
    let all = Comparison::paired(&[0.1; 6], &[0.2; 6], Confidence::default()).unwrap();
    assert!((all.interval.low - 0.025_f64.powf(1.0 / 6.0)).abs() < 1e-12);
    assert!(all.interval.high >= 1.0);
}

#[test]
fn unpaired_seeds_meet_all_others() {
    // A wins against 0.2 twice, ties at 0.1 once and loses to 0.05 twice and to 0.1 once: 2.5 of 6.
    let got = Comparison::unpaired(&[0.1, 0.15], &[0.2, 0.1, 0.05], Confidence::default());
    let got = got.unwrap();
    assert!((got.p_better - 2.5 / 6.0).abs() < 1e-12);
    assert_eq!((got.seeds, got.verdict), (2, Standing::Undetermined));
    let apart = Comparison::unpaired(&[0.1; 6], &[0.2; 40], Confidence::default()).unwrap();
    assert_eq!((apart.seeds, apart.verdict), (6, Standing::Better));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    fn check(a: &[f64], b: &[f64], expected: &str) {
        let error = Comparison::paired(a, b, Confidence::default()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    check(
        &[],
        &[0.1],
        "A has no seeds; expected the error rate of at least one",
    );
    check(
        &[0.1],
        &[0.1, 0.2],
        "1 seeds of A and 2 of B; expected as many of each where seeds are paired",
    );
    check(
        &[0.1, 0.1],
        &[0.1, f64::NAN],
        "error rate of B at seed 1 is NaN; expected a fraction from 0 to 1",
    );
}
