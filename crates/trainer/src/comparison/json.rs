//! What `plumb compare --json` prints.

use std::{collections::BTreeMap, path::Path};

use plumb_diagnostics::{Diagnosis, SetName};
use serde::Serialize;

use super::{
    AgainstBest, BestRun, Column, Comparison, Curves, FORMAT, LeftOut, Row, columns::Setting,
    run::Seed,
};

#[derive(Serialize)]
pub(crate) struct Document<'a> {
    format: u32,
    columns: &'a [Column],
    rows: Vec<JsonRow<'a>>,
    /// Rows that the filters on what was measured hide.
    hidden: usize,
    left_out: &'a [LeftOut],
    best: Option<JsonBest<'a>>,
    against_best: Option<&'a AgainstBest>,
    curves: Option<&'a Curves>,
}

#[derive(Serialize)]
struct JsonRow<'a> {
    /// By the columns' keys.
    settings: BTreeMap<&'a str, &'a Setting>,
    runs: Vec<JsonRun<'a>>,
    /// Sets that are the same examples in every run.
    shared_sets: &'a [SetName],
    train_examples: f64,
    parameters: usize,
    train_secs: Option<f64>,
    diagnosis: &'a Diagnosis,
}

#[derive(Serialize)]
struct JsonRun<'a> {
    run: &'a Path,
    name: &'a str,
    #[serde(flatten)]
    seed: Seed,
}

#[derive(Serialize)]
struct JsonBest<'a> {
    run: &'a Path,
    #[serde(flatten)]
    best: &'a BestRun,
}

impl Comparison {
    /// All of it, as one document.
    pub(crate) fn document(&self) -> Document<'_> {
        Document {
            format: FORMAT,
            columns: &self.columns,
            rows: self.rows.iter().map(|row| self.json_row(row)).collect(),
            hidden: self.n_hidden,
            left_out: &self.left_out,
            best: self.best.as_ref().map(|best| JsonBest {
                run: &self.runs[best.run].path,
                best,
            }),
            against_best: self.against_best.as_ref(),
            curves: self.curves.as_ref(),
        }
    }

    fn json_row<'a>(&'a self, row: &'a Row) -> JsonRow<'a> {
        let runs = row.runs.iter().map(|&at| &self.runs[at]);
        let keys = self.columns.iter().map(|column| column.key.as_str());
        JsonRow {
            settings: keys.zip(&row.settings).collect(),
            runs: runs
                .map(|run| JsonRun {
                    run: &run.path,
                    name: &run.name,
                    seed: run.seed,
                })
                .collect(),
            shared_sets: &row.shared_sets,
            train_examples: row.train_examples,
            parameters: row.parameters,
            train_secs: row.train_secs,
            diagnosis: &row.diagnosis,
        }
    }
}
