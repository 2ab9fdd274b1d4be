//! The whole table: its blocks read in parallel and joined in order.

use std::io::Read;

use rayon::prelude::*;

use super::blocks::{BLOCK_BYTES, Block, Blocks, Problem, n_lines};
use super::columns::{Columns, Role};
use super::fill::{Input, expand};
use super::rows::{MAX_CATEGORIES, RowReader, Rows, first_row};
use super::texts::TextColumn;
use super::{Csv, CsvError, CsvProblem, Fill, TableSchema};
use crate::{Memory, Values, ValuesBuilder};

/// A table whose every cell has been checked.
pub(super) struct Table {
    pub(super) columns: Columns,
    /// Values in one row, each category counted.
    pub(super) n_features: usize,
    /// Row-major.
    pub(super) values: Values,
    pub(super) labels: TextColumn,
    pub(super) tags: Vec<TextColumn>,
    /// Per column how many missing values were filled.
    pub(super) n_filled: Vec<u64>,
    pub(super) schema: TableSchema,
}

impl Table {
    /// Reads a table of at least one row.
    pub(super) fn read(
        content: impl Read + Send,
        limit: u64,
        options: &Csv,
        memory: &Memory,
    ) -> Result<Self, Problem> {
        Self::read_blocks(content, limit, options, memory, BLOCK_BYTES)
    }

    /// The same in blocks of another size.
    pub(super) fn read_blocks(
        content: impl Read + Send,
        limit: u64,
        options: &Csv,
        memory: &Memory,
        block_bytes: usize,
    ) -> Result<Self, Problem> {
        let mut blocks = Blocks::new(content, limit, options.delimiter_byte(), block_bytes);
        let (names, first) = header(&mut blocks, options)?;
        let columns = Columns::find(names, options).map_err(Problem::Csv)?;
        let n_features = columns.n_features();
        if let Some(n_features) = n_features {
            options.expect_shape(n_features).map_err(Problem::Csv)?;
        }
        let fill = match options.fill {
            Some(Fill::Mean | Fill::Median) => Some(f32::NAN),
            Some(Fill::Zero) => Some(0.0),
            None => options.fill_value,
        };
        let fill_later = fill.is_some_and(f32::is_nan);
        let staged = Staged::read(blocks, first, &columns, options, fill, memory)?;
        let Staged { rows, mut values } = staged;
        // Rows of one-hot are many times larger than those read, so they are made at the end.
        let is_staged = fill_later || !columns.categories.is_empty();
        let mut inputs = Vec::new();
        let n_features = if is_staged {
            inputs = Input::all(&columns, &rows, &values, options.fill).map_err(Problem::Csv)?;
            let n_features = inputs.iter().map(Input::n_features).sum();
            options.expect_shape(n_features).map_err(Problem::Csv)?;
            values = expand(&values, &inputs, memory).map_err(Problem::Memory)?;
            n_features
        } else {
            n_features.unwrap_or_default()
        };
        Ok(Self {
            schema: TableSchema::new(options, &columns, &rows, &inputs),
            n_features,
            values,
            labels: rows.labels,
            tags: rows.tags,
            n_filled: rows.n_filled,
            columns,
        })
    }
}

/// Rows as they were read: one value per column of features.
pub(super) struct Staged {
    /// What else the rows hold; its own values are empty.
    pub(super) rows: Rows,
    /// Row-major: a number, NaN where it is filled later, or the number of a category.
    pub(super) values: Values,
}

impl Staged {
    /// Reads all rows, at least one; a missing number becomes `fill`, or is an error without.
    pub(super) fn read<R: Read + Send>(
        mut blocks: Blocks<R>,
        first: Block,
        columns: &Columns,
        options: &Csv,
        fill: Option<f32>,
        memory: &Memory,
    ) -> Result<Self, Problem> {
        let reader = RowReader {
            options,
            columns,
            fill,
            missing: options.missing.iter().map(|text| text.trim()).collect(),
        };
        let mut all = Rows::new(options, columns);
        let mut builder = ValuesBuilder::new(memory);
        let mut batch = vec![first];
        while !batch.is_empty() {
            let read_rows = || batch.par_iter().map(|b| reader.read(b)).collect();
            let read_next = || blocks.batch(rayon::current_num_threads());
            let (rows, next): (Vec<Result<Rows, CsvError>>, _) = rayon::join(read_rows, read_next);
            for rows in rows {
                let values = append(&mut all, rows.map_err(Problem::Csv)?, columns)?;
                builder.push_f32(&values).map_err(Problem::Memory)?;
            }
            batch = next?;
        }
        // Every row has one feature at least.
        if builder.is_empty() {
            return Err(Problem::Csv(CsvError::file(CsvProblem::NoRows)));
        }
        Ok(Self {
            rows: all,
            values: builder.finish().map_err(Problem::Memory)?,
        })
    }
}

impl Table {
    /// The name of the column with the label.
    pub(super) fn label_name(&self) -> String {
        let mut columns = self.columns.names.iter().zip(&self.columns.roles);
        let label = columns.find(|(_, role)| **role == Role::Label);
        label.map(|(name, _)| name.clone()).unwrap_or_default()
    }
}

/// The names of the columns, and the rows of the first block.
pub(super) fn header<R: Read>(
    blocks: &mut Blocks<R>,
    options: &Csv,
) -> Result<(Vec<String>, Block), Problem> {
    while let Some(mut block) = blocks.next()? {
        let row = first_row(&block, options).map_err(Problem::Csv)?;
        let Some((cells, end)) = row else { continue };
        if !options.header {
            let numbers = (1..=cells.len()).map(|i| i.to_string());
            return Ok((numbers.collect(), block));
        }
        let rest = block.bytes.split_off(end.min(block.bytes.len()));
        let first_line = block.first_line + n_lines(&block.bytes);
        let rest = Block {
            bytes: rest,
            first_line,
        };
        return Ok((cells, rest));
    }
    let has_header = options.header;
    Err(Problem::Csv(CsvError::file(CsvProblem::Empty {
        has_header,
    })))
}

/// Adds labels, tags and categories of some rows to those of all, and gives their values.
fn append(all: &mut Rows, mut rows: Rows, columns: &Columns) -> Result<Vec<f32>, Problem> {
    all.labels.append(&rows.labels);
    for (tag, more) in all.tags.iter_mut().zip(&rows.tags) {
        tag.append(more);
    }
    for (n, more) in all.n_filled.iter_mut().zip(&rows.n_filled) {
        *n += more;
    }
    let n_inputs = columns.n_inputs();
    let inputs = columns.roles.iter().zip(&columns.names);
    let inputs = inputs.filter(|(role, _)| matches!(role, Role::Number | Role::Category(_)));
    for (input, (role, name)) in inputs.enumerate() {
        let Role::Category(place) = role else {
            continue;
        };
        let (Some(of_all), Some(of_rows)) =
            (all.categories.get_mut(*place), rows.categories.get(*place))
        else {
            continue;
        };
        let numbers = of_all.merge(of_rows);
        if of_all.distinct.len() > MAX_CATEGORIES {
            let error = CsvError::column(name, CsvProblem::ManyCategories);
            return Err(Problem::Csv(error));
        }
        for value in rows.values.iter_mut().skip(input).step_by(n_inputs) {
            let here = numbers.get(*value as usize).copied();
            *value = here.unwrap_or_default() as f32;
        }
    }
    Ok(rows.values)
}
