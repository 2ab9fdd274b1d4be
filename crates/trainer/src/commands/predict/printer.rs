//! Predictions as text: a head, one row per example, an end.

mod csv;
mod json;
mod table;

use std::path::Path;

use plumb_data::{Tag, unlabelled::Ids};

use super::scores::Scores;
use crate::{Error, cli::PredictionFormat};

use self::table::Widths;

/// What is printed, and how.
pub(super) struct Printing<'a> {
    pub(super) run: &'a Path,
    pub(super) checkpoint: &'a str,
    pub(super) format: PredictionFormat,
    pub(super) classes: &'a [String],
    pub(super) ids: &'a Ids,
    /// What the input says that the examples are.
    pub(super) labels: Option<&'a Tag>,
    /// Only so many classes of each example.
    pub(super) top: Option<usize>,
}

pub(super) struct Printer<'a> {
    printing: Printing<'a>,
    widths: Widths,
}

/// One example.
struct Row<'a> {
    id: String,
    label: Option<&'a str>,
    scores: &'a Scores,
}

impl<'a> Printer<'a> {
    pub(super) fn new(printing: Printing<'a>) -> Self {
        let widths = match printing.format {
            PredictionFormat::Table => Widths::new(&printing),
            PredictionFormat::Csv | PredictionFormat::Json => Widths::default(),
        };
        Self { printing, widths }
    }

    pub(super) fn begin(&self) -> Result<String, Error> {
        match self.printing.format {
            PredictionFormat::Table => Ok(table::head(&self.printing, &self.widths)),
            PredictionFormat::Csv => csv::head(&self.printing),
            PredictionFormat::Json => json::begin(&self.printing),
        }
    }

    /// The text of example `at`.
    pub(super) fn row(&self, at: usize, scores: &Scores) -> Result<String, Error> {
        let row = Row {
            id: self.printing.ids.get(at),
            label: self.printing.labels.map(|labels| labels.get(at)),
            scores,
        };
        match self.printing.format {
            PredictionFormat::Table => Ok(table::row(&self.printing, &self.widths, &row)),
            PredictionFormat::Csv => csv::row(&self.printing, &row),
            PredictionFormat::Json => json::row(&self.printing, at, &row),
        }
    }

    pub(super) fn end(&self) -> &'static str {
        match self.printing.format {
            PredictionFormat::Table | PredictionFormat::Csv => "",
            PredictionFormat::Json => json::END,
        }
    }
}

impl Printing<'_> {
    /// How many classes of each example are shown, `default` if nobody said.
    fn n_shown(&self, default: usize) -> usize {
        self.top.unwrap_or(default).min(self.classes.len())
    }
}

#[cfg(test)]
mod tests;
