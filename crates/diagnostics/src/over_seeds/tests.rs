use rand::RngExt as _;
use rand_distr::{Distribution, Normal};

use super::*;
use crate::bootstrap;

fn flags(errors: usize, n: usize) -> Vec<bool> {
    (0..n).map(|at| at < errors).collect()
}

fn near(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-5, "{got}, expected {expected}");
}

#[test]
fn without_examples_it_is_student_s_interval() {
    // Mean 3, standard deviation √2.5, 2.77645 · √(2.5/5) = 1.96325 (t table, 4 degrees, 97.5 %).
    let of =
        OverSeeds::measure(&[1.0, 2.0, 3.0, 4.0, 5.0], &[], 0.0, Confidence::default()).unwrap();
    near(of.interval.low, 3.0 - 1.963_25);
    near(of.interval.high, 3.0 + 1.963_25);
    near(of.seed_sd.unwrap(), 2.5_f64.sqrt());
    // The half width at 7 seeds is 2.44691 · √(2.5/7) = 1.4623, at 8 it is 2.36462 · √(2.5/8) = 1.3219.
    assert_eq!(of.seeds_to_settle(1.6, Confidence::default()), Some(8));
    assert_eq!(of.seeds_to_settle(3.0, Confidence::default()), None);
}

/// A variance of 0.04 that is known: 1.96 · 0.2 on both sides, where seeds agree and where there is one.
#[test]
fn a_variance_of_its_own_counts() {
    for values in [&[7.0][..], &[7.0, 7.0]] {
        let of = OverSeeds::measure(values, &[], 0.04, Confidence::default()).unwrap();
        near(of.interval.low, 7.0 - 0.391_993);
        near(of.interval.high, 7.0 + 0.391_993);
    }
}

#[test]
fn a_figure_without_doubt_is_exact() {
    for values in [&[7.0][..], &[7.0, 7.0, 7.0]] {
        let of = OverSeeds::measure(values, &[], 0.0, Confidence::default()).unwrap();
        assert_eq!(of.interval, Interval::exact(7.0));
    }
    assert_eq!(
        OverSeeds::measure(&[], &[], 0.0, Confidence::default()),
        None
    );
}

/// With one seed, one rate has Agresti and Coull's interval, and two have Agresti and Caffo's or Min's.
#[test]
fn one_seed_has_the_published_adjusted_intervals() {
    fn check(sets: &[SampledSet<'_>], value: f64, expected: (f64, f64)) {
        let of = OverSeeds::measure(&[value], sets, 0.0, Confidence::default()).unwrap();
        near(of.interval.low, expected.0);
        near(of.interval.high, expected.1);
    }
    let set = |models| SampledSet {
        models,
        is_shared: false,
    };
    let z = 1.959_964;
    // 10 of 50: p̃ = 12/54 = 2/9, half width z √(2/9 · 7/9 / 54).
    let (rate, half) = (2.0 / 9.0, z * (14.0_f64 / 81.0 / 54.0).sqrt());
    let first = flags(10, 50);
    check(&[set(vec![(1.0, &first)])], 0.2, (rate - half, rate + half));
    // 10 of 50 less 0 of 30: p̃ = 11/52 and 1/32.
    let variance = |p: f64, n: f64| p * (1.0 - p) / n;
    let half = z * (variance(11.0 / 52.0, 52.0) + variance(1.0 / 32.0, 32.0)).sqrt();
    let middle = 11.0 / 52.0 - 1.0 / 32.0;
    let other = flags(0, 30);
    let sets = [set(vec![(1.0, &first)]), set(vec![(-1.0, &other)])];
    check(&sets, 0.2, (middle - half, middle + half));
    // The same 50: wrong by the first alone 10, by the second alone 0. Half an example in each of four
    // cells: (10.5 − 0.5)/52, and √(11 − 100/52)/52.
    let other = flags(0, 50);
    let half = z * (11.0 - 100.0_f64 / 52.0).sqrt() / 52.0;
    let middle = 10.0 / 52.0;
    check(
        &[set(vec![(1.0, &first), (-1.0, &other)])],
        0.2,
        (middle - half, 0.2_f64.max(middle + half)),
    );
}

#[test]
fn equal_seeds_are_not_certain() {
    let none = flags(0, 100);
    let set = |is_shared| SampledSet {
        models: vec![(0.2, &none[..]); 5],
        is_shared,
    };
    let own: Vec<_> = (0..5)
        .map(|_| SampledSet {
            models: vec![(0.2, &none[..])],
            is_shared: false,
        })
        .collect();
    let high = |sets: &[SampledSet<'_>]| {
        OverSeeds::measure(&[0.0; 5], sets, 0.0, Confidence::default())
            .unwrap()
            .interval
            .high
    };
    // Exactly, 0 of 500 has an upper bound of 0.0074 (Clopper and Pearson: 1 − 0.025^(1/500)), 0 of 100
    // one of 0.0362.
    assert!((0.006..0.012).contains(&high(&own)), "{}", high(&own));
    assert!(
        (0.03..0.06).contains(&high(&[set(true)])),
        "{}",
        high(&[set(true)])
    );
}

/// How often the interval lies wholly above or wholly below the truth, in percent of `trials`.
fn false_claims(trials: u32, mut trial: impl FnMut() -> (OverSeeds, f64)) -> f64 {
    let wrong = (0..trials).filter(|_| {
        let (of, truth) = trial();
        !of.interval.contains(truth)
    });
    wrong.count() as f64 / f64::from(trials) * 100.0
}

/// At 95 % a claim that is true or false by nothing is called held or failed in 5 % at most. Of 4,000
/// trials, 5.0 % have a standard deviation of 0.34 points: the bound is three of them higher.
#[test]
fn false_claims_are_no_more_frequent_than_nominal() {
    const TRIALS: u32 = 4_000;
    const MOST: f64 = 6.04;
    let confidence = Confidence::default();
    let mut rng = bootstrap::stream(1);
    for seeds in [2, 3, 5, 10] {
        let normal = Normal::new(0.3, 0.05).unwrap();
        let share = false_claims(TRIALS, || {
            let values: Vec<f64> = (0..seeds).map(|_| normal.sample(&mut rng)).collect();
            (
                OverSeeds::measure(&values, &[], 0.0, confidence).unwrap(),
                0.3,
            )
        });
        assert!(
            (3.5..MOST).contains(&share),
            "normal, {seeds} seeds: {share} %"
        );
    }
    // Rates and differences of rates on few examples; seeds have their own, or share them.
    for (seeds, n, rates) in [
        (1, 100, [0.05, 0.0]),
        (1, 200, [0.10, 0.04]),
        (3, 50, [0.02, 0.0]),
        (5, 100, [0.01, 0.0]),
        (5, 100, [0.05, 0.05]),
        (5, 40, [0.30, 0.10]),
    ] {
        for is_shared in [false, true] {
            let share = false_claims(TRIALS, || {
                // Each example is hard to its own degree, so that models err on the same ones.
                let mut draw = || -> Vec<f64> { (0..n).map(|_| rng.random()).collect() };
                let hard: Vec<Vec<f64>> = (0..if is_shared { 1 } else { seeds })
                    .map(|_| draw())
                    .collect();
                let mut models = Vec::new();
                for seed in 0..seeds {
                    let hard = &hard[if is_shared { 0 } else { seed }];
                    let own: Vec<f64> = (0..n).map(|_| rng.random()).collect();
                    let pairs = || hard.iter().zip(&own);
                    // Wrong where it is hard (half of all errors), or by the model's own accident.
                    let wrong = |rate: f64| -> Vec<bool> {
                        let part = 1.0 - (1.0 - rate).sqrt();
                        pairs()
                            .map(|(&hard, &own)| hard < part || own < part)
                            .collect()
                    };
                    models.push(rates.map(wrong));
                }
                let rate =
                    |wrong: &[bool]| wrong.iter().filter(|&&w| w).count() as f64 / f64::from(n);
                let values: Vec<f64> = models.iter().map(|[a, b]| rate(a) - rate(b)).collect();
                let weight = 1.0 / seeds as f64;
                let is_difference = rates[1] > 0.0;
                let of_seed = |[a, b]: &'_ [Vec<bool>; 2]| -> Vec<(f64, Vec<bool>)> {
                    let mut models = vec![(weight, a.clone())];
                    if is_difference {
                        models.push((-weight, b.clone()));
                    }
                    models
                };
                let per_seed: Vec<Vec<(f64, Vec<bool>)>> = models.iter().map(of_seed).collect();
                let grouped: Vec<Vec<(f64, Vec<bool>)>> = if is_shared {
                    vec![per_seed.concat()]
                } else {
                    per_seed
                };
                let sets: Vec<SampledSet<'_>> = grouped
                    .iter()
                    .map(|models| SampledSet {
                        models: models.iter().map(|(w, f)| (*w, &f[..])).collect(),
                        is_shared: is_shared && seeds > 1,
                    })
                    .collect();
                (
                    OverSeeds::measure(&values, &sets, 0.0, confidence).unwrap(),
                    rates[0] - rates[1],
                )
            });
            assert!(
                share < MOST,
                "{seeds} seeds, {n}, {rates:?}, shared {is_shared}: {share} %"
            );
        }
    }
}
