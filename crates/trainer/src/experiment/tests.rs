//! Hand-made runs, whose claims hold or don't by construction.

mod judging;
mod language;
mod reporting;
mod simulated;

use std::collections::BTreeMap;

use plumb_diagnostics::{Confidence, Human, Options, SetName};
use toml::Value;

use super::{
    grid::{Axis, FigureName, Labels, VARIANT},
    judge::Judgement,
    *,
};
use crate::{answers::Answers, config::Expect, sets::PerSet};

/// A sweep of variants and of training examples, every combination.
fn grid() -> Grid {
    let varied = |name: &str, key: &str, values: Vec<Value>| Axis {
        name: name.into(),
        key: key.into(),
        values,
    };
    let variants: Vec<Value> = ["small", "large"].into_iter().map(Value::from).collect();
    let examples: Vec<Value> = [300, 1_000, 10_000].into_iter().map(Value::from).collect();
    let mut points = Vec::new();
    for variant in &variants {
        for n in &examples {
            points.push(labels(variant.as_str().unwrap(), n.as_integer().unwrap()));
        }
    }
    let axes = vec![
        varied(VARIANT, VARIANT, variants),
        varied("examples", "data.general.strokes.examples", examples),
    ];
    Grid::new(
        axes,
        &points,
        vec![FigureName::new("risk", measure::Unit::Number)],
    )
}

fn labels(variant: &str, examples: i64) -> Labels {
    vec![
        (VARIANT.into(), variant.into()),
        ("examples".into(), examples.into()),
    ]
}

/// A run whose sets have these numbers of errors among `n` examples, which are its seed's own.
fn outcome(labels: Labels, seed: u64, n: usize, errors: [usize; 4]) -> Outcome {
    let sets = PerSet::of(|set| {
        let wrong = (0..n).map(|at| at < errors[set as usize]).collect();
        Answers::new(format!("{set} {seed}"), wrong).unwrap()
    });
    let risk = outcome::Figure {
        value: 0.25,
        variance: 0.0,
    };
    Outcome {
        labels,
        seed,
        human: Human::figure(0.01).ok(),
        human_general: None,
        bayes: Some(0.005),
        sets: Some(sets),
        parameters: Some(1_234),
        seconds: Some(2.5),
        figures: BTreeMap::from([("risk".into(), risk)]),
        options: Options::default(),
    }
}

fn expect(check: &str) -> Expect {
    let escaped = check.replace('\\', "\\\\").replace('"', "\\\"");
    toml::from_str(&format!("claims = [{{ check = \"{escaped}\" }}]")).unwrap()
}

fn judged(check: &str, outcomes: &[Outcome]) -> Judgement {
    let experiment = Experiment::plan(&expect(check), grid(), Confidence::default()).unwrap();
    let seeds: Vec<u64> = outcomes.iter().map(|outcome| outcome.seed).collect();
    let runs = Runs::new(&experiment.grid, outcomes, &seeds);
    judge::judge(&experiment.claims.all[0].1, &runs, experiment.confidence)
}

/// Errors on one set, none on the others.
fn only(set: SetName, errors: usize) -> [usize; 4] {
    let mut all = [0; 4];
    all[set as usize] = errors;
    all
}
