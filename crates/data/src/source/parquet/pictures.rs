//! A column of encoded pictures.

use std::fs;
use std::path::PathBuf;

use rayon::prelude::*;

use super::cells::Cells;
use super::labels::{Labels, Texts, check_kind};
use super::table::{self, Column, Kind, Table};
use super::{Parquet, SourceError};
use crate::Examples;
use crate::source::picture::{self, Gather, Place, Rule};
use crate::source::{Context, Progress};

/// Rows that are read and decoded at a time.
const BATCH: usize = 256;

/// Reads and decodes the pictures of all files; also gives warnings.
pub(super) fn read(
    paths: &[PathBuf],
    image: &str,
    options: &Parquet,
    rule: &Rule,
    context: &Context<'_>,
) -> Result<(Examples, Vec<String>), SourceError> {
    let mut tables = Vec::with_capacity(paths.len());
    for path in paths {
        let table = Table::open(path)?;
        // One picture that is kept once can be claimed for any number of rows.
        let n_bytes = fs::metadata(path).map_or(u64::MAX, |m| m.len());
        if table.n_rows == 0 || table.n_rows > n_bytes {
            return Err(table.error(format!(
                "found {} rows in {n_bytes} bytes; expected at least 1, and at most one per byte",
                table.n_rows
            )));
        }
        tables.push(table);
    }
    let first = &tables[0];
    let total: u64 = tables.iter().map(|t| t.n_rows).sum();
    let tags = options.tags.as_deref().unwrap_or_default();
    let mut labels = Labels::new(first, first.column(&options.label)?);
    let mut tag_texts: Vec<Texts> = tags.iter().map(|_| Texts::default()).collect();
    let mut gather = Gather::new(rule, options.broken.unwrap_or_default(), context.memory);
    let (mut source, mut done) = (Vec::new(), 0);
    for (table, number) in tables.iter().zip(0_u32..) {
        let label = table.column(&options.label)?;
        labels.check_names(table, label)?;
        let mut columns = vec![picture_column(table, image)?, label];
        for name in tags {
            columns.push(table.column(name)?);
        }
        for column in &columns[1..] {
            check_kind(table, column)?;
        }
        table.read(&columns, BATCH, |row, cells| {
            let Cells::Bytes(pictures) = &cells[0] else {
                return Ok(());
            };
            let decoded: Vec<_> = pictures
                .par_iter()
                .map(|bytes| picture::read(bytes.data(), rule))
                .collect();
            let mut keep = Vec::with_capacity(decoded.len());
            for (picture, row) in decoded.into_iter().zip(row..) {
                let place = Place {
                    path: table.path.clone(),
                    cell: Some(table::cell(row, image)),
                };
                keep.push(gather.add(place, picture)?);
            }
            labels.extend(table, row, label, &cells[1], &keep)?;
            for ((texts, column), cells) in tag_texts.iter_mut().zip(&columns[2..]).zip(&cells[2..])
            {
                texts.extend(table, row, column, cells, &keep)?;
            }
            source.extend(keep.iter().filter(|k| **k).map(|_| number));
            done += keep.len();
            let total = total as usize;
            (context.on_progress)(Progress { done, total });
            Ok(())
        })?;
    }
    if source.is_empty() {
        return Err(first.error("every picture is broken; expected one at least"));
    }
    let gathered = gather.finish()?;
    let (labels, classes) = labels.finish(first, &options.label)?;
    let tags = tags.iter().zip(tag_texts);
    let examples = Examples {
        shape: gathered.shape,
        values: gathered.values,
        range: Some((0.0, 255.0)),
        original: (0..labels.len() as u64).collect(),
        labels,
        classes,
        source,
        source_names: tables.iter().map(Table::source_name).collect(),
        tags: tags.map(|(name, texts)| texts.into_tag(name)).collect(),
    };
    Ok((examples, gathered.warnings))
}

/// The column of that name, or its `bytes`.
fn picture_column<'a>(table: &'a Table, image: &str) -> Result<&'a Column, SourceError> {
    let inner = format!("{image}.bytes");
    let column = match table.columns.iter().find(|c| c.name == inner) {
        Some(column) => column,
        None => table.column(image)?,
    };
    if column.kind == Kind::Bytes {
        return Ok(column);
    }
    let (name, found) = (&column.name, column.in_words());
    Err(table.error(format!(
        "column `{name}`: found {found}; expected encoded pictures as bytes"
    )))
}
