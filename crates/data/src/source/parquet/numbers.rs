//! Columns of numbers: one feature each.

use std::path::PathBuf;

use super::cells::Cells;
use super::labels::{Labels, Texts, check_kind};
use super::table::{Column, Kind, Table};
use super::{Parquet, SourceError};
use crate::source::{Context, MAX_UNPACKED_BYTES, Progress};
use crate::{Examples, ValuesBuilder};

/// Rows that are read at a time.
const BATCH: usize = 1024;

/// Reads the rows of all files.
pub(super) fn read(
    paths: &[PathBuf],
    options: &Parquet,
    context: &Context<'_>,
) -> Result<Examples, SourceError> {
    let mut tables = Vec::with_capacity(paths.len());
    for path in paths {
        tables.push(Table::open(path)?);
    }
    let first = &tables[0];
    let tags = options.tags.as_deref().unwrap_or_default();
    for name in tags.iter().chain([&options.label]) {
        check_kind(first, first.column(name)?)?;
    }
    let names = feature_names(first, options)?;
    let shape = options.shape.clone().unwrap_or_else(|| vec![names.len()]);
    let expected: usize = shape.iter().product();
    if expected != names.len() {
        return Err(first.error(format!(
            "found {} feature columns; expected {expected}, the product of `shape` {shape:?}",
            names.len()
        )));
    }
    let total = tables
        .iter()
        .fold(0_u64, |sum, t| sum.saturating_add(t.n_rows));
    let most = MAX_UNPACKED_BYTES / 4 / names.len() as u64;
    if total == 0 || total > most {
        return Err(first.error(format!(
            "found {total} rows of {} features; expected 1 to {most}, which fill \
             {MAX_UNPACKED_BYTES} bytes",
            names.len()
        )));
    }
    let mut labels = Labels::new(first, first.column(&options.label)?);
    let mut tag_texts: Vec<Texts> = tags.iter().map(|_| Texts::default()).collect();
    let mut values = ValuesBuilder::new(context.memory);
    let (mut source, mut done) = (Vec::new(), 0);
    for (table, number) in tables.iter().zip(0_u32..) {
        if feature_names(table, options)? != names {
            let problem = format!(
                "the feature columns differ from those of {}; expected the same in every file",
                first.path.display()
            );
            return Err(table.error(problem));
        }
        let label = table.column(&options.label)?;
        labels.check_names(table, label)?;
        let mut columns = vec![label];
        for name in tags.iter().chain(&names) {
            columns.push(table.column(name)?);
        }
        for column in &columns[..=tags.len()] {
            check_kind(table, column)?;
        }
        let features = &columns[1 + tags.len()..];
        let mut rows = vec![0.0; BATCH * names.len()];
        table.read(&columns, BATCH, |row, cells| {
            let n = cells[0].len();
            let keep = vec![true; n];
            labels.extend(table, row, label, &cells[0], &keep)?;
            let tag_columns = columns[1..].iter().zip(&cells[1..]);
            for (texts, (column, cells)) in tag_texts.iter_mut().zip(tag_columns) {
                texts.extend(table, row, column, cells, &keep)?;
            }
            for (k, column) in features.iter().enumerate() {
                let cells = &cells[1 + tags.len() + k];
                for i in 0..n {
                    let value = number_of(cells, i, column.kind);
                    check(value, options.range).map_err(|problem| {
                        table.cell_error(row + i as u64, &column.name, &problem)
                    })?;
                    rows[i * names.len() + k] = value as f32;
                }
            }
            values.push_f32(&rows[..n * names.len()])?;
            source.resize(source.len() + n, number);
            done += n;
            let total = total as usize;
            (context.on_progress)(Progress { done, total });
            Ok(())
        })?;
    }
    let (labels, classes) = labels.finish(first, &options.label)?;
    let tags = tags.iter().zip(tag_texts);
    Ok(Examples {
        shape,
        values: values.finish()?,
        range: options.range.map(|[low, high]| (low, high)),
        original: (0..labels.len() as u64).collect(),
        labels,
        classes,
        source,
        source_names: tables.iter().map(Table::source_name).collect(),
        tags: tags.map(|(name, texts)| texts.into_tag(name)).collect(),
    })
}

/// All columns that are nothing else, which must be numbers.
fn feature_names(table: &Table, options: &Parquet) -> Result<Vec<String>, SourceError> {
    let ignored = options.ignore.as_deref().unwrap_or_default();
    for name in ignored {
        if !table.columns.iter().any(|c| c.is_of(name)) {
            table.column(name)?;
        }
    }
    let tags = options.tags.as_deref().unwrap_or_default();
    let is_feature = |column: &&Column| {
        let name = &column.name;
        *name != options.label && !tags.contains(name) && !ignored.iter().any(|i| column.is_of(i))
    };
    let features: Vec<&Column> = table.columns.iter().filter(is_feature).collect();
    let is_number = |c: &Column| matches!(c.kind, Kind::Bool | Kind::Int { .. } | Kind::Float);
    if let Some(column) = features.iter().find(|c| !is_number(c)) {
        return Err(table.error(format!(
            "column `{}`: found {}; expected numbers, or its name in `tags` or `ignore`",
            column.name,
            column.in_words()
        )));
    }
    if features.is_empty() {
        return Err(table.error(
            "found no column but the label and others that are not features; expected numbers too",
        ));
    }
    Ok(features.iter().map(|c| c.name.clone()).collect())
}

/// The number in a cell; NaN in one that holds none, which [`feature_names`] refuses before.
fn number_of(cells: &Cells, i: usize, kind: Kind) -> f64 {
    let is_signed = kind == Kind::Int { is_signed: true };
    match cells {
        Cells::Bool(cells) => f64::from(u8::from(cells[i])),
        Cells::Int32(cells) if is_signed => cells[i].into(),
        Cells::Int32(cells) => cells[i].cast_unsigned().into(),
        Cells::Int64(cells) if is_signed => cells[i] as f64,
        Cells::Int64(cells) => cells[i].cast_unsigned() as f64,
        Cells::Float(cells) => cells[i].into(),
        Cells::Double(cells) => cells[i],
        Cells::Bytes(_) => f64::NAN,
    }
}

fn check(value: f64, range: Option<[f32; 2]>) -> Result<(), String> {
    let narrow = value as f32;
    if !narrow.is_finite() {
        return Err(format!(
            "found {value}; expected a finite number of 32 bits"
        ));
    }
    match range {
        Some([low, high]) if narrow < low || narrow > high => Err(format!(
            "found {narrow}; expected {low} to {high}, the `range`"
        )),
        _ => Ok(()),
    }
}
