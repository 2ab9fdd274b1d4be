//! Claims whose truth is known, judged many times.

use plumb_data::seed;
use rand::RngExt as _;
use rand_distr::{Distribution, Normal};

use super::*;

const TRIALS: u64 = 400;

/// How many of the trials call a claim held, and failed: about runs on 300 examples.
fn trials(claim: &str, seeds: u64, test: impl Fn(&str, u64, u64) -> Vec<bool>) -> [usize; 2] {
    let one_size = |variant: &str, _, trial, seed| test(variant, trial, seed);
    trials_of_sizes(claim, seeds, &[300], one_size)
}

/// The same about runs on these numbers of examples.
fn trials_of_sizes(
    claim: &str,
    seeds: u64,
    sizes: &[i64],
    test: impl Fn(&str, i64, u64, u64) -> Vec<bool>,
) -> [usize; 2] {
    let experiment = Experiment::plan(&expect(claim), grid(), Confidence::default()).unwrap();
    let runs = |seed| {
        let of = move |variant| sizes.iter().map(move |&size| (variant, size, seed));
        ["small", "large"].into_iter().flat_map(of)
    };
    let mut counts = [0; 2];
    for trial in 0..TRIALS {
        let mut outcomes = Vec::new();
        for (variant, size, seed) in (0..seeds).flat_map(runs) {
            let mut run = outcome(labels(variant, size), seed, 1, [0; 4]);
            let sets = run.sets.as_mut().unwrap();
            let wrong = test(variant, size, trial, seed);
            sets.test = Answers::new(sets.test.sha256.clone(), wrong).unwrap();
            outcomes.push(run);
        }
        let runs = Runs::new(&experiment.grid, &outcomes, &[]);
        let judged = judge::judge(&experiment.claims.all[0].1, &runs, experiment.confidence);
        match judged.standing {
            Standing::Held => counts[0] += 1,
            Standing::Failed => counts[1] += 1,
            Standing::Undetermined => {}
        }
    }
    counts
}

/// A model's answers on 300 examples; its rate is that of a normal distribution over seeds.
fn answers(name: &str, mean: f64, sd: f64) -> Vec<bool> {
    let mut stream = seed::stream(7, name);
    let rate = Normal::new(mean, sd).unwrap().sample(&mut stream);
    (0..300)
        .map(|_| stream.random_bool(rate.clamp(0.0, 1.0)))
        .collect()
}

/// At 95 %, 5 % of the trials may call a claim held or failed that is true or false by nothing. Of 400 that is 20;
/// a binomial count is above 33 with a probability of 0.2 %.
const MOST: usize = 33;

const LESS: &str = "test(small, examples=300) < test(large, examples=300)";

#[test]
fn what_is_equal_is_seldom_called_different() {
    for (seeds, sd) in [(1, 0.0), (2, 0.02), (3, 0.02), (5, 0.0), (8, 0.05)] {
        let equal =
            |variant: &str, trial, seed| answers(&format!("{variant} {trial} {seed}"), 0.1, sd);
        let counts = trials(LESS, seeds, equal);
        assert!(
            counts.iter().all(|&count| count <= MOST),
            "{seeds} seeds, {sd}: {counts:?}"
        );
    }
}

#[test]
fn a_rate_is_seldom_called_less_than_itself() {
    for seeds in [1, 3, 5] {
        let rate =
            |variant: &str, trial, seed| answers(&format!("{variant} {trial} {seed}"), 0.02, 0.0);
        let counts = trials("test(small, examples=300) < 2%", seeds, rate);
        assert!(
            counts.iter().all(|&count| count <= MOST),
            "{seeds} seeds: {counts:?}"
        );
    }
}

/// 22 and 26 % at 1,000, 10 and 5 % at 10,000, straight on logarithmic axes: they cross at 10^(3 + 0.167 05/0.860 20)
/// = 1,564, and seldom anywhere else.
#[test]
fn a_crossing_is_seldom_called_elsewhere() {
    let curves = |variant: &str, size: i64, trial, seed| {
        let mean = match (variant, size) {
            ("small", 300) => 0.3,
            ("small", 1_000) => 0.22,
            ("small", _) => 0.1,
            (_, 300) => 0.4,
            (_, 1_000) => 0.26,
            _ => 0.05,
        };
        answers(&format!("{variant} {size} {trial} {seed}"), mean, 0.015)
    };
    let sizes = [300, 1_000, 10_000];
    let claim =
        |place: &str| format!("crossing(test(small), test(large), along=examples) > {place}");
    for seeds in [3, 5, 8] {
        let [held, failed] = trials_of_sizes(&claim("1563.88"), seeds, &sizes, curves);
        assert!(held + failed <= MOST, "{seeds} seeds: {held} {failed}");
    }
    // With 8 seeds the place has a standard deviation of 0.065 decades, so half an interval is 0.15 of them: from
    // 500, 0.5 away, it is told nearly always.
    let [held, failed] = trials_of_sizes(&claim("500"), 8, &sizes, curves);
    assert!(held > 380 && failed == 0, "{held} {failed}");
}

#[test]
fn what_is_different_is_found() {
    let far = |variant: &str, trial, seed| {
        let mean = if variant == "small" { 0.1 } else { 0.2 };
        answers(&format!("{variant} {trial} {seed}"), mean, 0.01)
    };
    let [held, failed] = trials(LESS, 5, far);
    assert!(held > 380 && failed == 0, "{held} {failed}");
}
