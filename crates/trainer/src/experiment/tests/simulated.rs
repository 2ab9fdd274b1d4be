//! Claims whose truth is known, judged many times.

use plumb_data::seed;
use rand::RngExt as _;
use rand_distr::{Distribution, Normal};

use super::*;

const TRIALS: u64 = 400;

/// How many of the trials call a claim held, and failed.
fn trials(claim: &str, seeds: u64, test: impl Fn(&str, u64, u64) -> Vec<bool>) -> [usize; 2] {
    let experiment = Experiment::plan(&expect(claim), grid(), Confidence::default()).unwrap();
    let mut counts = [0; 2];
    for trial in 0..TRIALS {
        let mut outcomes = Vec::new();
        for seed in 0..seeds {
            for variant in ["small", "large"] {
                let mut run = outcome(labels(variant, 300), seed, 1, [0; 4]);
                let sets = run.sets.as_mut().unwrap();
                let wrong = test(variant, trial, seed);
                sets.test = Answers::new(sets.test.sha256.clone(), wrong).unwrap();
                outcomes.push(run);
            }
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

#[test]
fn what_is_different_is_found() {
    let far = |variant: &str, trial, seed| {
        let mean = if variant == "small" { 0.1 } else { 0.2 };
        answers(&format!("{variant} {trial} {seed}"), mean, 0.01)
    };
    let [held, failed] = trials(LESS, 5, far);
    assert!(held > 380 && failed == 0, "{held} {failed}");
}
