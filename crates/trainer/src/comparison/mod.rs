//! Finished runs side by side: what differs between them, what came of it, and which is better.

mod against;
mod best;
mod columns;
mod csv;
mod filter;
mod gather;
mod json;
mod row;
mod run;
mod scaling;
mod table;
mod text;

use std::path::PathBuf;

use plumb_diagnostics::{Confidence, SetName};

pub(crate) use self::{
    against::AgainstBest,
    best::BestRun,
    columns::{Column, Setting},
    filter::{Filter, Key, asked_for},
    gather::{Gathered, LeftOut, Why, gather},
    row::Row,
    run::Run,
    scaling::{Curves, Judged, Series},
};
use crate::Error;

/// The version of what `plumb compare --json` prints.
pub(crate) const FORMAT: u32 = 1;

/// How to compare.
pub(crate) struct Choices<'a> {
    /// Every run on a row of its own.
    pub(crate) is_each: bool,
    pub(crate) filters: &'a [String],
    pub(crate) sort: &'a str,
    pub(crate) is_reversed: bool,
    /// Instead of that in the runs' configs.
    pub(crate) confidence: Option<Confidence>,
    /// The set whose error is held against training examples.
    pub(crate) curves_on: SetName,
    /// The error to reach, instead of that in the runs' configs.
    pub(crate) goal: Option<f64>,
    /// Whether the point with the most examples is kept from the fit of each curve.
    pub(crate) is_held_out: bool,
}

/// Runs side by side.
pub(crate) struct Comparison {
    pub(crate) runs: Vec<Run>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// The columns that tell rows apart.
    pub(crate) telling: Vec<usize>,
    /// Rows that a filter on what was measured hides.
    pub(crate) n_hidden: usize,
    pub(crate) best: Option<BestRun>,
    pub(crate) against_best: Option<AgainstBest>,
    /// None where no two rows differ in nothing but the size of their training set.
    pub(crate) curves: Option<Curves>,
}

impl Comparison {
    /// Compares runs.
    ///
    /// # Errors
    /// Bad input: a path that holds no run, no finished run, a filter or an order that asks for what is not
    /// there, or filters that leave nothing.
    pub(crate) fn of(inputs: &[PathBuf], choices: &Choices<'_>) -> Result<Self, Error> {
        Self::of_gathered(gather(inputs, choices.confidence)?, choices)
    }

    fn of_gathered(gathered: Gathered, choices: &Choices<'_>) -> Result<Self, Error> {
        let Gathered { mut runs, left_out } = gathered;
        let columns = columns_of(&runs);
        let filters = (choices.filters.iter())
            .map(|text| Filter::parse(text, &columns, &runs))
            .collect::<Result<Vec<_>, _>>()?;
        let sort = Key::parse(choices.sort, &columns, &runs)
            .map_err(|what| Error::bad_input(format!("--sort {}: {what}", choices.sort)))?;
        runs.retain(|run| {
            let mut of_run = filters.iter().filter(|filter| filter.is_of_run());
            of_run.all(|filter| filter.keeps_run(run))
        });
        let none_left = || {
            Error::bad_input(format!(
                "the filters leave no run: none has {}",
                choices.filters.join(" and ")
            ))
            .hint("`plumb compare` without --filter shows what each run has")
        };
        let first = runs.first().ok_or_else(none_left)?;
        let confidence = choices.confidence.unwrap_or(first.options.confidence);
        let judged = Judged {
            on: choices.curves_on,
            confidence,
            goal: choices.goal.or(first.options.goal_error),
            is_held_out: choices.is_held_out,
        };
        let columns = columns_of(&runs);
        let groups = Row::groups(&runs, choices.is_each);
        let (rows, best) = rayon::join(
            || Row::all(&runs, &groups, &columns),
            // What the filters below hide was to choose from all the same.
            || BestRun::of(&groups, &runs, confidence),
        );
        let mut rows = rows?;
        let n_rows = rows.len();
        rows.retain(|row| {
            let mut of_row = filters.iter().filter(|filter| !filter.is_of_run());
            of_row.all(|filter| filter.keeps_row(row))
        });
        if rows.is_empty() {
            return Err(none_left());
        }
        rows.sort_by(|a, b| sort.order(a, b, &runs));
        if choices.is_reversed {
            rows.reverse();
        }
        let telling = Row::telling(&rows, &columns);
        Ok(Self {
            curves: Curves::of_rows(&rows, &columns, &telling, &runs, &judged),
            against_best: AgainstBest::of(&rows, n_rows, &runs, confidence)?,
            n_hidden: n_rows - rows.len(),
            runs,
            left_out,
            columns,
            rows,
            telling,
            best,
        })
    }
}

fn columns_of(runs: &[Run]) -> Vec<Column> {
    let configs: Vec<&toml::Table> = runs.iter().map(|run| &run.config).collect();
    Column::of(&configs)
}

#[cfg(test)]
mod tests;
