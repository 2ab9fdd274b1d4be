//! How the error falls with training examples, for every model size.

mod file;
mod fit;
mod points;
mod text;

use std::path::Path;

use plumb_diagnostics::{Confidence, SetName};
use rayon::prelude::*;
use serde::Serialize;

pub(crate) use self::{
    file::CurveFile,
    fit::{Fit, HeldOut},
    points::{Point, Series, Training},
};
use super::{Column, FORMAT, Row, Run};
use crate::Error;

/// The curves of all model sizes.
#[derive(Debug, Serialize)]
pub(crate) struct Curves {
    /// As in "dev error".
    pub(crate) what: String,
    /// Whether values are error rates, as fractions.
    pub(crate) is_error: bool,
    /// By rising number of parameters, where that is known.
    pub(crate) series: Vec<Series>,
    /// One per curve.
    pub(crate) fits: Vec<Fit>,
    /// Mean |log error| of the points that were held out; none without any.
    pub(crate) mean_log_error: Option<f64>,
    /// Two-sided, of every interval.
    pub(crate) confidence: Confidence,
    /// Values to reach, as far as somebody says; else steps below the best that was measured.
    pub(crate) targets: Vec<f64>,
}

/// What `plumb compare --curve --json` prints.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    format: u32,
    #[serde(flatten)]
    curves: &'a Curves,
}

impl Curves {
    /// Those of finished runs, of the error on a set; none where no two runs differ in nothing but the size of
    /// their training set.
    pub(crate) fn of_rows(
        rows: &[Row],
        columns: &[Column],
        telling: &[usize],
        runs: &[Run],
        judged: &Judged,
    ) -> Option<Self> {
        let set = judged.on;
        let series = Series::of_rows(rows, columns, telling, runs, set);
        (!series.is_empty()).then(|| Self::new(format!("{set} error"), true, series, judged))
    }

    /// Those of a CSV file.
    ///
    /// # Errors
    /// As [`CurveFile::read`].
    pub(crate) fn of_file(path: &Path, judged: &Judged) -> Result<Self, Error> {
        let CurveFile { series, value_name } = CurveFile::read(path, judged.confidence)?;
        let is_error = value_name == "error";
        Ok(Self::new(value_name.to_owned(), is_error, series, judged))
    }

    fn new(what: String, is_error: bool, mut series: Vec<Series>, judged: &Judged) -> Self {
        if judged.is_held_out {
            for series in &mut series {
                series.held_out.extend(series.points.pop());
            }
        }
        let targets = judged
            .goal
            .map_or_else(|| steps(&series), |goal| vec![goal]);
        let fits: Vec<Fit> = (series.par_iter())
            .map(|series| Fit::of(series, &targets, judged.confidence))
            .collect();
        let held_out: Vec<&HeldOut> = (fits.iter().filter_map(Fit::law))
            .flat_map(|law| &law.held_out)
            .collect();
        let sum: f64 = held_out.iter().map(|point| point.log_error.abs()).sum();
        let mean_log_error = (!held_out.is_empty()).then(|| sum / held_out.len() as f64);
        Self {
            what,
            is_error,
            series,
            fits,
            mean_log_error,
            confidence: judged.confidence,
            targets,
        }
    }

    pub(crate) fn document(&self) -> Document<'_> {
        Document {
            format: FORMAT,
            curves: self,
        }
    }
}

/// How to judge curves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    pub(crate) on: SetName,
    pub(crate) confidence: Confidence,
    pub(crate) goal: Option<f64>,
    /// Whether the point with the most examples is kept from the fit of each curve.
    pub(crate) is_held_out: bool,
}

/// The next two of 1, 2, 5, 10, … times a power of ten below the best value measured.
fn steps(series: &[Series]) -> Vec<f64> {
    let values = series.iter().flat_map(|series| &series.points);
    let best = values.map(|point| point.mean).fold(f64::INFINITY, f64::min);
    if !(best > 0.0 && best.is_finite()) {
        return Vec::new();
    }
    let power = best.log10().floor() as i32;
    let round = [5.0, 2.0, 1.0];
    let all = (0..3).flat_map(|down| round.map(|digit| digit * 10_f64.powi(power - down)));
    // Less than rounding below the best is no step.
    all.filter(|step| *step < best * (1.0 - 1e-9))
        .take(2)
        .collect()
}

impl Series {
    /// The rows that differ in nothing but the size of their training set, as curves of the error on a set;
    /// those with one size only are none.
    pub(crate) fn of_rows(
        rows: &[Row],
        columns: &[Column],
        telling: &[usize],
        runs: &[Run],
        set: SetName,
    ) -> Vec<Self> {
        let mut groups: Vec<Vec<&Row>> = Vec::new();
        for row in rows {
            let mut known = groups.iter_mut();
            match known.find(|group| is_one_size(group[0], row, columns)) {
                Some(group) => group.push(row),
                None => groups.push(vec![row]),
            }
        }
        let series = groups.into_iter().map(|mut rows| {
            rows.sort_by(|a, b| a.train_examples.total_cmp(&b.train_examples));
            Self {
                name: name(rows[0], columns, telling),
                parameters: Some(rows[0].parameters),
                points: rows.iter().map(|row| point(row, runs, set)).collect(),
                held_out: Vec::new(),
            }
        });
        let mut series: Vec<Self> = series.filter(Self::has_two_sizes).collect();
        series.sort_by_key(|series| series.parameters);
        series
    }

    fn has_two_sizes(&self) -> bool {
        let ends = self.points.first().zip(self.points.last());
        ends.is_some_and(|(first, last)| first.examples < last.examples)
    }
}

fn is_one_size(a: &Row, b: &Row, columns: &[Column]) -> bool {
    let settings = columns.iter().zip(a.settings.iter().zip(&b.settings));
    let mut others = settings.filter(|(column, _)| !column.is_train_size());
    others.all(|(_, (a, b))| a == b)
}

/// What tells a curve from the others, as in `hidden=[8]`.
fn name(row: &Row, columns: &[Column], telling: &[usize]) -> String {
    let others = telling.iter().copied();
    let name = row.name(columns, others.filter(|&at| !columns[at].is_train_size()));
    if name.is_empty() {
        "the model".to_owned()
    } else {
        name
    }
}

fn point(row: &Row, runs: &[Run], set: SetName) -> Point {
    let trainings = row.runs.iter().map(|&at| {
        let count = runs[at].sets.get(set).count;
        Training {
            value: count.rate(),
            seed: Some(runs[at].seed.number()),
            count: Some(count),
        }
    });
    let rate = row.rate(set.into());
    Point {
        examples: row.train_examples.round() as u64,
        trainings: trainings.collect(),
        mean: rate.map_or(f64::NAN, |rate| rate.rate),
        interval: rate.and_then(|rate| rate.interval),
    }
}

#[cfg(test)]
mod tests;
