//! Outcomes that are no single trainings.

use std::collections::BTreeMap;

use plumb_diagnostics::{Confidence, Estimate, Options, least_norm_risk};
use toml::Value;

use super::{
    grid::{Axis, FigureName, Grid, Labels},
    measure::Unit,
    outcome::{Figure, Outcome},
};
use crate::{
    Error,
    config::{DecomposeConfig, LeastNormConfig},
    decomposition,
    device::OpenDevice,
    sweep::Plan,
};

/// What claims about decompositions call their parts.
pub(crate) fn decompose_figures() -> Vec<FigureName> {
    let names = [
        "mean_error",
        "textbook_bias",
        "textbook_variance",
        "unbiased_variance",
        "biased_variance",
    ];
    names
        .map(|name| FigureName::new(name, Unit::Share))
        .to_vec()
}

/// Decomposes each run of a sweep over trainings of its own; `on_done` hears how many are.
///
/// # Errors
/// As [`decomposition::run`].
pub(crate) fn decompose(
    plan: &Plan,
    asked: &DecomposeConfig,
    opened: &OpenDevice,
    on_done: &(dyn Fn(usize) + Sync),
) -> Result<Vec<Outcome>, Error> {
    let trainings = asked.trainings as usize;
    let run = |(at, point): (usize, &crate::sweep::Point)| -> Result<Outcome, Error> {
        let (config, document) = plan.config(at)?;
        let on_progress = |done: usize| on_done(at * trainings + done);
        let decomposed =
            decomposition::run(&config, &document, asked.trainings, opened, &on_progress)?;
        let options = config.diagnosis.options()?;
        let of_set = decomposed.sets.iter().find(|of| of.set == asked.set);
        let parts = of_set
            .map(|of| &of.parts)
            .ok_or_else(|| Error::failed("no set was asked"))?;
        let figure = |of: &Estimate| Figure {
            value: of.mean,
            variance: variance(of, options.confidence),
        };
        let (unbiased, biased) = (
            figure(&parts.unbiased_variance),
            figure(&parts.biased_variance),
        );
        let net = Figure {
            value: unbiased.value - biased.value,
            // As if both were independent; they share their trainings.
            variance: unbiased.variance + biased.variance,
        };
        let figures = [
            ("mean_error", figure(&parts.error)),
            ("textbook_bias", figure(&parts.bias)),
            ("textbook_variance", net),
            ("unbiased_variance", unbiased),
            ("biased_variance", biased),
        ];
        let labels = plan.axes.iter().map(|axis| axis.alias.clone());
        let labels: Labels = labels.zip(point.values.iter().cloned()).collect();
        Ok(without_sets(labels, point.seed, figures, options))
    };
    plan.points.iter().enumerate().map(run).collect()
}

/// The grid of least-norm regressions: their numbers of examples.
pub(crate) fn least_norm_grid(asked: &LeastNormConfig) -> Grid {
    let values: Vec<Value> = asked.examples.iter().map(|&n| examples(n)).collect();
    let points: Vec<Labels> = values
        .iter()
        .map(|n| vec![(EXAMPLES.into(), n.clone())])
        .collect();
    let axis = Axis {
        name: EXAMPLES.into(),
        key: "expect.procedure.least_norm.examples".into(),
        values,
    };
    let figures = ["risk", "closed_form"].map(|name| FigureName::new(name, Unit::Number));
    Grid::new(vec![axis], &points, figures.to_vec())
}

/// Simulates least-norm regressions, with each seed on data of its own.
///
/// # Errors
/// As [`least_norm_risk`].
pub(crate) fn least_norm(asked: &LeastNormConfig, first_seed: u64) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = Vec::new();
    for seed in (first_seed..).take(asked.seeds as usize) {
        let (sigma, norm) = (asked.sigma, asked.beta_norm);
        let examples_of = &asked.examples;
        let risks = least_norm_risk(
            asked.features,
            examples_of,
            sigma,
            norm,
            asked.repeats,
            seed,
        )
        .map_err(|error| Error::bad_input(error.to_string()))?;
        for risk in risks {
            let measured = Figure {
                value: risk.mean,
                variance: risk.standard_error.powi(2),
            };
            let labels = vec![(EXAMPLES.to_owned(), examples(risk.n))];
            let mut outcome = without_sets(labels, seed, [("risk", measured)], Options::default());
            // Where it is infinite there is nothing to compare with.
            if let Some(value) = risk.closed_form {
                let exact = Figure {
                    value,
                    variance: 0.0,
                };
                outcome.figures.insert("closed_form".into(), exact);
            }
            outcomes.push(outcome);
        }
    }
    Ok(outcomes)
}

/// The one axis of least-norm regressions.
const EXAMPLES: &str = "examples";

fn examples(n: usize) -> Value {
    Value::Integer(i64::try_from(n).unwrap_or(i64::MAX))
}

/// That of a normal interval.
fn variance(of: &Estimate, confidence: Confidence) -> f64 {
    (of.interval.width() / 2.0 / confidence.z()).powi(2)
}

/// A row without answers on sets.
fn without_sets<const N: usize>(
    labels: Labels,
    seed: u64,
    figures: [(&str, Figure); N],
    options: Options,
) -> Outcome {
    let figures = figures.map(|(name, figure)| (name.to_owned(), figure));
    Outcome {
        labels,
        seed,
        human: None,
        human_general: None,
        bayes: None,
        sets: None,
        parameters: None,
        seconds: None,
        figures: BTreeMap::from(figures),
        options,
    }
}
