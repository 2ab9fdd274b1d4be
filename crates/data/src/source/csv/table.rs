//! The cells of a table: read, checked, and told apart by column.

use std::collections::{BTreeSet, HashMap};
use std::str;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{Csv, CsvError, CsvProblem};

/// A table whose every cell has been checked.
pub(super) struct Table {
    /// Columns but the label.
    pub(super) n_features: usize,
    /// Row-major, one row of `n_features` per example.
    pub(super) values: Vec<f32>,
    /// One text per example.
    pub(super) labels: Vec<String>,
}

impl Table {
    /// Reads a header and at least one row.
    pub(super) fn read(content: &[u8], options: &Csv) -> Result<Self, CsvError> {
        let text = str::from_utf8(content).map_err(|error| {
            let line = line_at(content, error.valid_up_to());
            CsvError::line(line, CsvProblem::NotUtf8)
        })?;
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .delimiter(options.delimiter.map_or(b',', |c| c as u8))
            .from_reader(text.as_bytes());
        let mut rows = reader
            .records()
            .map(|row| row.map_err(|error| unreadable(&error)));
        let empty = || CsvError::file(CsvProblem::Empty);
        let header = rows.next().ok_or_else(empty)??;
        let label = label_column(&header, &options.label)?;
        let mut table = Self {
            n_features: header.len() - 1,
            values: Vec::new(),
            labels: Vec::new(),
        };
        for row in rows {
            let row = row?;
            let line = || line_of(&row, content);
            if row.len() != header.len() {
                let (found, expected) = (row.len(), header.len());
                return Err(CsvError::line(
                    line(),
                    CsvProblem::Ragged { found, expected },
                ));
            }
            for (column, cell) in row.iter().enumerate() {
                let at = |problem| CsvError::cell(line(), &header[column], problem);
                if column != label {
                    table.values.push(number(cell, options.range).map_err(at)?);
                } else if cell.is_empty() {
                    return Err(at(CsvProblem::EmptyCell { expected: "label" }));
                } else {
                    table.labels.push(cell.to_owned());
                }
            }
        }
        if table.labels.is_empty() {
            return Err(CsvError::file(CsvProblem::NoRows));
        }
        Ok(table)
    }

    /// The distinct labels: in the order of numbers if all are whole, else in that of text.
    pub(super) fn classes(&self) -> Vec<String> {
        let distinct: BTreeSet<&String> = self.labels.iter().collect();
        let mut classes: Vec<String> = distinct.into_iter().cloned().collect();
        if classes.iter().all(|c| c.parse::<i64>().is_ok()) {
            // Stable, so that `1` and `01` stay in the order of text.
            classes.sort_by_key(|c| c.parse::<i64>().ok());
        }
        classes
    }

    /// Per example the index of its label in `classes`.
    pub(super) fn label_indices(&self, classes: &[String]) -> Vec<u32> {
        let index: HashMap<&String, u32> = classes.iter().zip(0..).collect();
        self.labels.iter().map(|label| index[label]).collect()
    }
}

fn unreadable(error: &csv::Error) -> CsvError {
    let reason = error.to_string();
    CsvError::file(CsvProblem::Unreadable { reason })
}

/// The index of the one column with the label's name.
fn label_column(header: &StringRecord, label: &str) -> Result<usize, CsvError> {
    let mut found = header.iter().enumerate().filter(|(_, name)| *name == label);
    let Some((column, _)) = found.next() else {
        return Err(CsvError::line(
            1,
            CsvProblem::NoLabel {
                label: label.to_owned(),
                columns: header.iter().map(str::to_owned).collect(),
            },
        ));
    };
    if found.next().is_some() {
        return Err(CsvError::column(label, CsvProblem::TwoLabels));
    }
    if header.len() == 1 {
        return Err(CsvError::file(CsvProblem::NoFeatures));
    }
    Ok(column)
}

/// The finite number in a cell.
fn number(cell: &str, range: Option<[f32; 2]>) -> Result<f32, CsvProblem> {
    if cell.is_empty() {
        return Err(CsvProblem::EmptyCell { expected: "number" });
    }
    let found = || cell.to_owned();
    let value: f32 = cell
        .parse()
        .map_err(|_| CsvProblem::NotANumber { found: found() })?;
    if !value.is_finite() {
        return Err(CsvProblem::NotFinite { found: found() });
    }
    match range {
        Some([low, high]) if value < low || value > high => Err(CsvProblem::OutOfRange {
            found: value,
            low,
            high,
        }),
        _ => Ok(value),
    }
}

/// The line that a row begins in, counted from 1.
fn line_of(row: &StringRecord, content: &[u8]) -> u64 {
    let start = row.position().map_or(0, |p| p.byte() as usize);
    // The reader counts the end of the line before, and empty lines, to the row that follows.
    let blank = content[start..]
        .iter()
        .take_while(|b| matches!(b, b'\n' | b'\r'))
        .count();
    line_at(content, start + blank)
}

/// The line of the byte at `offset`, counted from 1.
fn line_at(content: &[u8], offset: usize) -> u64 {
    content[..offset].split(|b| *b == b'\n').count() as u64
}
