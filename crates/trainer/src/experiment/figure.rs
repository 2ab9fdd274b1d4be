//! The figure of an experiment: means over seeds, and how sure they are.

mod draw;
mod view;

use serde::{Deserialize, Serialize};

use super::{
    estimate::{Estimate, unit_of},
    expression::Expression,
    grid::{Axis, FigureName, Place, VARIANT, value_text},
    judge::estimate,
    measure::{Measure, Unit},
    plan::Experiment,
    runs::Runs,
};
use crate::config;

pub(crate) use draw::svg;

/// What a figure shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) title: String,
    pub(crate) x_label: String,
    pub(crate) y_label: String,
    pub(crate) log_x: bool,
    pub(crate) log_y: bool,
    /// What stands at each x of bars; none where x is a number.
    pub(crate) names: Option<Vec<String>>,
    pub(crate) series: Vec<Series>,
}

/// One curve, or the bars of one colour.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Series {
    /// None where there is only one.
    pub(crate) name: Option<String>,
    /// In ascending order of x, which counts from 0 where x has names.
    pub(crate) points: Vec<(f64, Estimate)>,
}

impl Figure {
    /// What the runs make of a figure; what could not be measured is left out.
    pub(crate) fn of(experiment: &Experiment, runs: &Runs<'_>, name: &str) -> Option<Self> {
        let (given, ys) = experiment.claims.figure.as_ref()?;
        let grid = &experiment.grid;
        let axis = |name: &str| {
            let is_it = |axis: &Axis| axis.name == name || axis.key == name;
            let found = grid.axes().iter().position(is_it);
            found.or_else(|| {
                grid.axes()
                    .iter()
                    .position(|axis| axis.key.ends_with(&format!(".{name}")))
            })
        };
        let x = axis(&given.x)?;
        let x_axis = &grid.axes()[x];
        let numbers = x_axis.numbers();
        let figures = grid.figures();
        let series_axis = given.series.as_deref().and_then(axis);
        let curve = |y: &Expression, place: &Place| {
            let point = |at: usize| {
                let mut place = place.clone();
                place.push((x, at));
                let estimate = estimate(y, &place, runs, experiment.confidence).ok()?;
                Some((
                    numbers.as_ref().map_or(at as f64, |numbers| numbers[at]),
                    estimate,
                ))
            };
            let mut points: Vec<_> = (0..x_axis.values.len()).filter_map(point).collect();
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            points
        };
        let series: Vec<Series> = match (series_axis, &ys[..]) {
            (Some(axis), [y, ..]) => (0..grid.axes()[axis].values.len())
                .map(|at| Series {
                    name: Some(of_axis(&grid.axes()[axis], at)),
                    points: curve(y, &vec![(axis, at)]),
                })
                .collect(),
            (None, [y]) => vec![Series {
                name: None,
                points: curve(y, &Vec::new()),
            }],
            (None, ys) => ys
                .iter()
                .map(|y| Series {
                    name: Some(words(y, figures)),
                    points: curve(y, &Vec::new()),
                })
                .collect(),
            (Some(_), []) => Vec::new(),
        };
        let series: Vec<Series> = series
            .into_iter()
            .filter(|one| !one.points.is_empty())
            .collect();
        if series.is_empty() {
            return None;
        }
        let names = || x_axis.values.iter().map(value_text).collect();
        Some(Self {
            title: given.title.clone().unwrap_or_else(|| name.to_owned()),
            x_label: label(given.x_label.as_ref(), || axis_words(x_axis)),
            y_label: y_label(given, ys, figures),
            log_x: given.log_x,
            log_y: given.log_y,
            names: numbers.is_none().then(names),
            series,
        })
    }

    pub(crate) fn unit(&self) -> Unit {
        let first = self.series.first().and_then(|series| series.points.first());
        first.map_or(Unit::Number, |(_, estimate)| estimate.unit)
    }
}

fn label(given: Option<&String>, own: impl FnOnce() -> String) -> String {
    given.cloned().unwrap_or_else(own)
}

fn y_label(given: &config::Figure, ys: &[Expression], figures: &[FigureName]) -> String {
    label(given.y_label.as_ref(), || {
        let words = match ys {
            [only] => words(only, figures),
            _ => String::new(),
        };
        let unit = match ys.first().map(|y| unit_of(y, figures)) {
            Some(Unit::Share) => "%",
            Some(Unit::Points) => "points",
            Some(Unit::Seconds) => "s",
            _ => "",
        };
        match (words.is_empty(), unit) {
            (_, "") => words,
            (true, unit) => unit.to_owned(),
            (false, unit) => format!("{words} ({unit})"),
        }
    })
}

/// `error rate on dev` for the function alone, else the expression.
fn words(y: &Expression, figures: &[FigureName]) -> String {
    match y {
        Expression::Measure(name, selector) if selector.items.is_empty() => {
            let measure = Measure::named(&name.text, figures);
            measure.map_or_else(|| name.text.clone(), |measure| measure.words())
        }
        _ => y.to_string(),
    }
}

fn axis_words(axis: &Axis) -> String {
    axis.name.replace(['_', '.'], " ")
}

/// A value with its axis, where it does not speak for itself.
fn of_axis(axis: &Axis, at: usize) -> String {
    let value = value_text(&axis.values[at]);
    if axis.name == VARIANT || axis.values[at].is_str() || axis.values[at].is_table() {
        value
    } else {
        format!("{} {value}", axis_words(axis))
    }
}
