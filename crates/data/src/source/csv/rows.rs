//! The rows of one block: every cell read and checked.

use std::str;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::blocks::{Block, n_lines};
use super::columns::{Columns, Role};
use super::texts::{TextColumn, Texts};
use super::{Csv, CsvError, CsvProblem, plain};
use crate::source::checks::listed;

/// The category of cells whose value is missing.
pub(super) const MISSING: &str = "missing";

/// More categories than this in one column are taken for numbers or texts by mistake.
pub(super) const MAX_CATEGORIES: usize = 1000;

/// Reads the rows of blocks.
pub(super) struct RowReader<'a> {
    pub(super) options: &'a Csv,
    pub(super) columns: &'a Columns,
    /// What a missing number becomes: `None` is an error, NaN is filled when all are known.
    pub(super) fill: Option<f32>,
    /// The texts that stand for a missing value, without blanks around them.
    pub(super) missing: Vec<&'a str>,
}

/// The rows of one block.
#[derive(Default)]
pub(super) struct Rows {
    /// Row-major, one per column of features: a number, NaN where it is filled later, or the number
    /// of a category.
    pub(super) values: Vec<f32>,
    pub(super) labels: TextColumn,
    pub(super) tags: Vec<TextColumn>,
    /// Per categorical column its categories.
    pub(super) categories: Vec<Texts>,
    /// Per column how many missing values were filled.
    pub(super) n_filled: Vec<u64>,
}

impl Rows {
    /// Nothing yet, with the texts that the options list.
    pub(super) fn new(options: &Csv, columns: &Columns) -> Self {
        let categories = columns.categories.iter();
        Self {
            values: Vec::new(),
            labels: TextColumn {
                texts: Texts::new(options.classes.as_deref()),
                of: Vec::new(),
            },
            tags: vec![TextColumn::default(); columns.tags.len()],
            categories: categories
                .map(|listed| Texts::new(listed.as_deref()))
                .collect(),
            n_filled: vec![0; columns.names.len()],
        }
    }
}

impl RowReader<'_> {
    pub(super) fn read(&self, block: &Block) -> Result<Rows, CsvError> {
        let text = expect_utf8(block)?;
        let mut rows = Rows::new(self.options, self.columns);
        if plain::is_plain(block, self.options.delimiter_byte()) {
            plain::read(self, text, block, &mut rows)?;
        } else {
            self.read_quoted(block, &mut rows)?;
        }
        Ok(rows)
    }

    /// Reads cells that may have quotes around them.
    pub(super) fn read_quoted(&self, block: &Block, rows: &mut Rows) -> Result<(), CsvError> {
        let mut reader = csv_reader(&block.bytes, self.options);
        let mut row = StringRecord::new();
        while reader
            .read_record(&mut row)
            .map_err(|error| unreadable(&error))?
        {
            let line = || line_of(&row, block);
            self.expect_columns(row.len(), line)?;
            for (i, (cell, role)) in row.iter().zip(&self.columns.roles).enumerate() {
                let taken = self.cell(trim(cell), *role, i, rows);
                taken.map_err(|problem| self.at(line(), i, problem))?;
            }
        }
        Ok(())
    }

    pub(super) fn expect_columns(
        &self,
        found: usize,
        line: impl Fn() -> u64,
    ) -> Result<(), CsvError> {
        let expected = self.columns.names.len();
        if found == expected {
            return Ok(());
        }
        let problem = CsvProblem::Ragged {
            found,
            expected,
            has_header: self.options.header,
        };
        Err(CsvError::line(line(), problem))
    }

    /// A problem with the cell of column `i`.
    pub(super) fn at(&self, line: u64, i: usize, problem: CsvProblem) -> CsvError {
        let name = self.columns.names.get(i).map_or("", String::as_str);
        CsvError::cell(line, name, problem)
    }

    /// Takes the text of column `i`.
    pub(super) fn cell(
        &self,
        cell: &str,
        role: Role,
        i: usize,
        rows: &mut Rows,
    ) -> Result<(), CsvProblem> {
        match role {
            Role::Number => {
                let value = if self.is_missing(cell) {
                    rows.count_filled(i);
                    self.fill.ok_or_else(|| missing(cell, "number"))?
                } else {
                    number(cell, self.options.range)?
                };
                rows.values.push(value);
            }
            Role::Category(place) => {
                let category = match cell {
                    _ if self.is_missing(cell) => {
                        self.fill.ok_or_else(|| missing(cell, "category"))?;
                        rows.count_filled(i);
                        MISSING
                    }
                    "" => {
                        return Err(CsvProblem::EmptyCell {
                            expected: "category",
                        });
                    }
                    category => category,
                };
                let Some(of_column) = rows.categories.get_mut(place) else {
                    return Ok(());
                };
                let Some(number) = of_column.number(category) else {
                    return Err(CsvProblem::UnknownCategory {
                        found: category.to_owned(),
                        categories: listed(&of_column.distinct),
                    });
                };
                if of_column.distinct.len() > MAX_CATEGORIES {
                    return Err(CsvProblem::ManyCategories);
                }
                rows.values.push(number as f32);
            }
            Role::Label => {
                if cell.is_empty() || self.is_missing(cell) {
                    return Err(missing(cell, "label"));
                }
                let Some(label) = rows.labels.texts.number(cell) else {
                    return Err(CsvProblem::UnknownLabel {
                        found: cell.to_owned(),
                        classes: listed(&rows.labels.texts.distinct),
                    });
                };
                rows.labels.of.push(label);
            }
            Role::Tag(place) => {
                if let Some(tag) = rows.tags.get_mut(place) {
                    tag.of.extend(tag.texts.number(cell));
                }
            }
            Role::Ignored => {}
        }
        Ok(())
    }

    fn is_missing(&self, cell: &str) -> bool {
        self.missing.contains(&cell)
    }
}

impl Rows {
    fn count_filled(&mut self, column: usize) {
        if let Some(n) = self.n_filled.get_mut(column) {
            *n += 1;
        }
    }
}

/// The first row of a block, and where it ends; `None` if there are only empty lines.
pub(super) fn first_row(
    block: &Block,
    options: &Csv,
) -> Result<Option<(Vec<String>, usize)>, CsvError> {
    expect_utf8(block)?;
    let mut reader = csv_reader(&block.bytes, options);
    let mut row = StringRecord::new();
    if !reader
        .read_record(&mut row)
        .map_err(|error| unreadable(&error))?
    {
        return Ok(None);
    }
    let cells = row.iter().map(|cell| cell.trim().to_owned()).collect();
    Ok(Some((cells, reader.position().byte() as usize)))
}

fn csv_reader<'a>(bytes: &'a [u8], options: &Csv) -> Reader<&'a [u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(options.delimiter_byte())
        .buffer_capacity(64 << 10)
        .from_reader(bytes)
}

fn expect_utf8(block: &Block) -> Result<&str, CsvError> {
    str::from_utf8(&block.bytes).map_err(|error| {
        let line = line_at(block, error.valid_up_to());
        CsvError::line(line, CsvProblem::NotUtf8)
    })
}

/// The text without blanks around it.
pub(super) fn trim(cell: &str) -> &str {
    // Most cells have none, which two bytes tell.
    let is_visible = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let bytes = cell.as_bytes();
    if is_visible(bytes.first()) && is_visible(bytes.last()) {
        return cell;
    }
    cell.trim()
}

fn unreadable(error: &csv::Error) -> CsvError {
    let reason = error.to_string();
    CsvError::file(CsvProblem::Unreadable { reason })
}

fn missing(cell: &str, expected: &'static str) -> CsvProblem {
    if cell.is_empty() {
        return CsvProblem::EmptyCell { expected };
    }
    CsvProblem::Missing {
        found: cell.to_owned(),
        expected,
    }
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
    in_range(value, range)
}

/// The number, if it is in the range.
pub(super) fn in_range(value: f32, range: Option<[f32; 2]>) -> Result<f32, CsvProblem> {
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
fn line_of(row: &StringRecord, block: &Block) -> u64 {
    let start = row.position().map_or(0, |p| p.byte() as usize);
    // The reader counts the end of the line before, and empty lines, to the row that follows.
    let rest = block.bytes.get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|b| matches!(b, b'\n' | b'\r'));
    line_at(block, start + blank.count())
}

/// The line of the byte at `offset`, counted from 1.
pub(super) fn line_at(block: &Block, offset: usize) -> u64 {
    block.first_line + n_lines(block.bytes.get(..offset).unwrap_or_default())
}
