use serde::Deserialize;

use super::*;

/// Numbers of `PyTorch`, made by `scripts/oracles/schedules.py`.
#[derive(Deserialize)]
struct Oracle {
    peak: f64,
    steps_per_epoch: u64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    config: String,
    /// Of each step.
    rates: Vec<f64>,
}

#[test]
fn whole_runs_are_pytorch_s() {
    let oracle: Oracle = serde_json::from_str(include_str!("pytorch.json")).unwrap();
    for case in oracle.cases {
        let schedule: Schedule = toml::from_str(&case.config).unwrap();
        let length = Length {
            n_steps: case.rates.len() as u64,
            steps_per_epoch: oracle.steps_per_epoch,
        };
        for (step, expected) in case.rates.iter().enumerate() {
            let actual = schedule.learning_rate(oracle.peak, step as u64, length);
            assert!(
                (actual - expected).abs() <= 1e-9 * expected,
                "{}, step {step}: {actual}, not {expected}",
                case.config
            );
        }
    }
}

/// By hand: at the start cos 0 = 1, half way cos π/2 = 0, at a third cos π/3 = 1/2.
#[test]
fn cosine_by_hand() {
    let schedule: Schedule = toml::from_str("cosine.final_learning_rate = 0.1").unwrap();
    let length = Length {
        n_steps: 6,
        steps_per_epoch: 6,
    };
    for (step, expected) in [(0, 0.5), (2, 0.1 + 0.4 * 0.75), (3, 0.3), (6, 0.1)] {
        let actual = schedule.learning_rate(0.5, step, length);
        assert!((actual - expected).abs() < 1e-12, "step {step}: {actual}");
    }
}

/// A run that is shorter than any curve has a rate all the same.
#[test]
fn runs_of_a_few_steps_have_finite_rates() {
    for config in [
        "cosine = {}",
        "one_cycle = {}",
        "one_cycle.pct_start = 1.0",
        "step.every_epochs = 1",
        "warmup_steps = 9",
    ] {
        let schedule: Schedule = toml::from_str(config).unwrap();
        for n_steps in 1..5 {
            for step in 0..n_steps {
                let length = Length {
                    n_steps,
                    steps_per_epoch: 1,
                };
                let rate = schedule.learning_rate(0.5, step, length);
                assert!((0.0..=0.5).contains(&rate), "{config}, {n_steps}: {rate}");
            }
        }
    }
}
