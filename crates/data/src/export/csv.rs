//! Examples as a table.

use std::fmt::Write as _;
use std::io::Write;

use super::{ExportError, TAG_PREFIX, for_each_row};
use crate::Examples;

/// From here on, and below the next, numbers are written with an exponent, to keep them short.
const LARGE: f32 = 1e16;
const SMALL: f32 = 1e-5;

/// Writes a header and one line per example: `label` (the name of the class), `source` (its name),
/// `original` (its number), each tag under its name with `tag_` before it, and the values as `x1`,
/// `x2`, … in row-major order.
///
/// Numbers have the fewest digits that give the same 32-bit number back. Lines end with a line feed;
/// cells are quoted where they must be.
///
/// # Errors
/// [`ExportError`] if `out` cannot be written or the values cannot be read.
pub fn write_csv(examples: &Examples, out: impl Write) -> Result<(), ExportError> {
    let mut table = csv::Writer::from_writer(out);
    let broken = |error: csv::Error| ExportError::Write(error.into());
    for name in ["label", "source", "original"] {
        table.write_field(name).map_err(broken)?;
    }
    let mut cell = String::new();
    for tag in &examples.tags {
        set(&mut cell, format_args!("{TAG_PREFIX}{}", tag.name));
        table.write_field(&cell).map_err(broken)?;
    }
    for j in 1..=examples.n_values() {
        set(&mut cell, format_args!("x{j}"));
        table.write_field(&cell).map_err(broken)?;
    }
    table.write_record(None::<&[u8]>).map_err(broken)?;

    for_each_row(examples, |i, values| {
        let class = &examples.classes[examples.labels[i] as usize];
        let source = &examples.source_names[examples.source[i] as usize];
        table.write_field(class).map_err(broken)?;
        table.write_field(source).map_err(broken)?;
        set(&mut cell, format_args!("{}", examples.original[i]));
        table.write_field(&cell).map_err(broken)?;
        for tag in &examples.tags {
            table.write_field(tag.get(i)).map_err(broken)?;
        }
        for &value in values {
            // Both ways of writing give the shortest digits.
            if value != 0.0 && !(SMALL..LARGE).contains(&value.abs()) {
                set(&mut cell, format_args!("{value:e}"));
            } else {
                set(&mut cell, format_args!("{value}"));
            }
            table.write_field(&cell).map_err(broken)?;
        }
        table.write_record(None::<&[u8]>).map_err(broken)
    })?;
    table.flush()?;
    Ok(())
}

/// Writing to a String cannot fail.
fn set(cell: &mut String, text: std::fmt::Arguments) {
    cell.clear();
    cell.write_fmt(text).ok();
}
