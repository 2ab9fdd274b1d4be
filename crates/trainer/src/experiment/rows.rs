//! From a sweep to what claims are about.

use std::collections::BTreeMap;

use toml::Value;

use super::{
    grid::{Axis, FigureName, Grid, Labels},
    outcome::Outcome,
};
use crate::{
    Error,
    answers::Answers,
    bayes::KnownBayes,
    curve::Curve,
    sweep::{Plan, Row},
    trained::ModelFile,
};

impl Grid {
    /// The grid of a sweep that is planned.
    pub(crate) fn of(plan: &Plan, figures: Vec<FigureName>) -> Self {
        let axes = plan.axes.iter().map(|axis| Axis {
            name: axis.alias.clone(),
            key: axis.key.clone(),
            values: axis.values.clone(),
        });
        let axes: Vec<Axis> = axes.collect();
        let labels = |values: &[Value]| -> Labels {
            let names = axes.iter().map(|axis| axis.name.clone());
            names.zip(values.iter().cloned()).collect()
        };
        let points: Vec<Labels> = plan
            .points
            .iter()
            .map(|point| labels(&point.values))
            .collect();
        Self::new(axes, &points, figures)
    }
}

impl Outcome {
    /// What a finished run of a sweep leaves for claims.
    ///
    /// # Errors
    /// Bad input if one of its files is missing or damaged.
    pub(crate) fn of(row: &Row) -> Result<Self, Error> {
        let run = &row.run;
        let about: ModelFile = run.run.read_json(ModelFile::NAME)?;
        Ok(Self {
            labels: row.labels.clone(),
            seed: row.seed,
            human: run.verdict.human.target.clone(),
            human_general: run.verdict.human.general.clone(),
            bayes: KnownBayes::of(&run.data).of_dev(),
            sets: Some(Answers::of(run)?),
            parameters: Some(about.cost.parameters as u64),
            // Of a usual epoch, as often as there are epochs.
            seconds: seconds(&run.curve),
            figures: BTreeMap::new(),
            options: run.config.diagnosis.options()?,
        })
    }
}

fn seconds(curve: &Curve) -> Option<f64> {
    Some(curve.pace?.epoch_secs * f64::from(curve.epochs()?))
}
