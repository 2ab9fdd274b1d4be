//! The labels of all files, and the classes they make.

use std::collections::HashMap;

use super::cells::Cells;
use super::table::{Column, Kind, Table};
use crate::{SourceError, Tag};

/// One text per example, each distinct one kept once.
#[derive(Default)]
pub(super) struct Texts {
    index: HashMap<String, u32>,
    distinct: Vec<String>,
    of: Vec<u32>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        let number = if let Some(&number) = self.index.get(text) {
            number
        } else {
            let number = self.distinct.len() as u32;
            self.index.insert(text.to_owned(), number);
            self.distinct.push(text.to_owned());
            number
        };
        self.of.push(number);
    }

    /// Adds those cells of a column that `keep` marks.
    ///
    /// # Errors
    /// [`SourceError::Content`] if a text is not UTF-8, or is empty where a `label` is expected.
    pub(super) fn extend(
        &mut self,
        table: &Table,
        row: u64,
        column: &Column,
        cells: &Cells,
        keep: &[bool],
    ) -> Result<(), SourceError> {
        let kept = keep
            .iter()
            .enumerate()
            .filter(|(_, keep)| **keep)
            .map(|(i, _)| i);
        for i in kept {
            match cells {
                Cells::Bool(cells) => self.push(&cells[i].to_string()),
                Cells::Bytes(cells) => {
                    let text = std::str::from_utf8(cells[i].data()).map_err(|_| {
                        let problem = "found bytes that are not UTF-8; expected text";
                        table.cell_error(row + i as u64, &column.name, problem)
                    })?;
                    self.push(text);
                }
                cells => self.push(&integer(cells, i, column.kind).to_string()),
            }
        }
        Ok(())
    }

    pub(super) fn into_tag(self, name: &str) -> Tag {
        Tag {
            name: name.to_owned(),
            values: self.distinct,
            of: self.of,
            is_pool: false,
        }
    }
}

/// The whole number in a cell; 0 in one that holds none, which [`check_kind`] refuses before.
fn integer(cells: &Cells, i: usize, kind: Kind) -> i128 {
    let is_signed = kind == Kind::Int { is_signed: true };
    match cells {
        Cells::Int32(cells) if is_signed => cells[i].into(),
        Cells::Int32(cells) => cells[i].cast_unsigned().into(),
        Cells::Int64(cells) if is_signed => cells[i].into(),
        Cells::Int64(cells) => cells[i].cast_unsigned().into(),
        _ => 0,
    }
}

/// Checks that a column can be read as text.
pub(super) fn check_kind(table: &Table, column: &Column) -> Result<(), SourceError> {
    match column.kind {
        Kind::Bool | Kind::Int { .. } | Kind::Text => Ok(()),
        _ => {
            let found = column.in_words();
            let problem = format!(
                "column `{}`: found {found}; expected text, whole numbers or booleans",
                column.name
            );
            Err(table.error(problem))
        }
    }
}

/// The labels of all files.
#[derive(Default)]
pub(super) struct Labels {
    /// The names of numbered classes, if the files give them.
    names: Option<Vec<String>>,
    texts: Texts,
}

impl Labels {
    /// Labels of the first file's kind.
    pub(super) fn new(table: &Table, column: &Column) -> Self {
        Self {
            names: class_names(table, column),
            texts: Texts::default(),
        }
    }

    /// Checks that another file names the same classes.
    pub(super) fn check_names(&self, table: &Table, column: &Column) -> Result<(), SourceError> {
        if class_names(table, column) == self.names {
            return Ok(());
        }
        Err(table.error("the file names other classes than the first file; expected the same"))
    }

    /// Adds the cells of the label's column that `keep` marks.
    ///
    /// # Errors
    /// [`SourceError::Content`] if a number is not that of a named class, if a text is not UTF-8, or
    /// if it is empty.
    pub(super) fn extend(
        &mut self,
        table: &Table,
        row: u64,
        column: &Column,
        cells: &Cells,
        keep: &[bool],
    ) -> Result<(), SourceError> {
        for i in 0..keep.len() {
            let problem = match (&self.names, cells) {
                (Some(names), _) => {
                    let label = integer(cells, i, column.kind);
                    if (0..names.len() as i128).contains(&label) {
                        continue;
                    }
                    let last = names.len() - 1;
                    format!("found {label}; expected 0 to {last}, as the file names its classes")
                }
                (None, Cells::Bytes(cells)) if cells[i].is_empty() => {
                    "the cell is empty; expected a label".to_owned()
                }
                _ => continue,
            };
            return Err(table.cell_error(row + i as u64, &column.name, &problem));
        }
        self.texts.extend(table, row, column, cells, keep)
    }

    /// Per example its class, and the classes.
    ///
    /// # Errors
    /// [`SourceError::Content`] if there are fewer than two.
    pub(super) fn finish(
        self,
        table: &Table,
        column: &str,
    ) -> Result<(Vec<u32>, Vec<String>), SourceError> {
        let Texts { distinct, of, .. } = self.texts;
        let (classes, class_of) = if let Some(names) = self.names {
            let class_of = distinct
                .iter()
                .map(|label| label.parse().unwrap_or(0))
                .collect();
            (names, class_of)
        } else {
            ordered(&distinct)
        };
        if let [only] = classes.as_slice() {
            let problem = format!("every label is `{only}`; expected two classes or more");
            return Err(table.error(format!("column `{column}`: {problem}")));
        }
        Ok((
            of.into_iter().map(|i| class_of[i as usize]).collect(),
            classes,
        ))
    }
}

/// The classes in the order of numbers if all are whole, else in that of text, and per label its
/// class.
fn ordered(labels: &[String]) -> (Vec<String>, Vec<u32>) {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| labels[a].cmp(&labels[b]));
    if labels.iter().all(|label| label.parse::<i128>().is_ok()) {
        // Stable, so that `1` and `01` stay in the order of text.
        order.sort_by_key(|&i| labels[i].parse::<i128>().ok());
    }
    let mut class_of = vec![0; labels.len()];
    for (class, &label) in (0..).zip(&order) {
        class_of[label] = class;
    }
    (
        order.into_iter().map(|i| labels[i].clone()).collect(),
        class_of,
    )
}

/// The names of a numbered label's classes, as the library `datasets` of Hugging Face writes them:
/// `info.features.<column>.names` in the JSON text under the key `huggingface`.
fn class_names(table: &Table, column: &Column) -> Option<Vec<String>> {
    if !matches!(column.kind, Kind::Int { .. }) {
        return None;
    }
    let json: serde_json::Value = serde_json::from_str(table.metadata("huggingface")?).ok()?;
    let names = json
        .get("info")?
        .get("features")?
        .get(&column.name)?
        .get("names")?;
    let names: Vec<String> = serde_json::from_value(names.clone()).ok()?;
    (!names.is_empty()).then_some(names)
}
