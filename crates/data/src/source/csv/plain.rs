//! Rows without any quote, which need no copy of their cells.
//!
//! This is the usual table. Against the `csv` crate with its own pass over each cell it halves the time
//! on tables of pixels (`scripts/bench_data.py csv`).

use super::blocks::Block;
use super::columns::Role;
use super::rows::{RowReader, Rows, in_range, line_at, trim};
use super::{CsvError, CsvProblem};

/// Whole numbers of so many digits are floats of 32 bits exactly: they are below 2^24.
const MAX_EXACT_DIGITS: usize = 7;

/// Whether a block can be read so.
pub(super) fn is_plain(block: &Block, delimiter: u8) -> bool {
    !delimiter.is_ascii_digit() && !block.bytes.contains(&b'"')
}

/// Reads the rows of a block whose bytes are `text`.
pub(super) fn read(
    reader: &RowReader<'_>,
    text: &str,
    block: &Block,
    rows: &mut Rows,
) -> Result<(), CsvError> {
    let bytes = text.as_bytes();
    let delimiter = reader.options.delimiter_byte();
    let is_line_end = |byte: u8| matches!(byte, b'\n' | b'\r');
    let is_cell_end = |byte: u8| byte == delimiter || is_line_end(byte);
    // A text of digits may stand for a missing value.
    let may_be_missing = |m: &&str| m.starts_with(|c: char| c.is_ascii_digit());
    let takes_digits = !reader.missing.iter().any(may_be_missing);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if is_line_end(byte) {
            at += 1;
            continue;
        }
        let row_start = at;
        let problem = |i: usize, problem: CsvProblem| {
            // With cells too few or too many, any of them may be in the wrong column.
            let row = bytes
                .get(row_start..)
                .unwrap_or_default()
                .split(|b| is_line_end(*b));
            let cells = row.take(1).flat_map(|row| row.split(|b| *b == delimiter));
            let line = line_at(block, row_start);
            match reader.expect_columns(cells.count(), || line) {
                Ok(()) => reader.at(line, i, problem),
                Err(ragged) => ragged,
            }
        };
        let mut n_cells = 0;
        loop {
            let role = reader.columns.roles.get(n_cells).copied();
            let (start, mut value) = (at, 0);
            while let Some(digit @ b'0'..=b'9') = bytes.get(at)
                && at - start < MAX_EXACT_DIGITS
            {
                value = 10 * value + u32::from(digit - b'0');
                at += 1;
            }
            let is_number = at > start && bytes.get(at).is_none_or(|byte| is_cell_end(*byte));
            if is_number && takes_digits && role == Some(Role::Number) {
                let value = in_range(value as f32, reader.options.range);
                rows.values.push(value.map_err(|p| problem(n_cells, p))?);
            } else {
                let rest = bytes.get(at..).unwrap_or_default();
                at += rest.iter().take_while(|byte| !is_cell_end(**byte)).count();
                let cell = trim(text.get(start..at).unwrap_or_default());
                // A cell too many is found at the end of the row.
                let role = role.unwrap_or(Role::Ignored);
                let taken = reader.cell(cell, role, n_cells, rows);
                taken.map_err(|p| problem(n_cells, p))?;
            }
            n_cells += 1;
            if bytes.get(at) != Some(&delimiter) {
                break;
            }
            at += 1;
        }
        reader.expect_columns(n_cells, || line_at(block, row_start))?;
    }
    Ok(())
}
