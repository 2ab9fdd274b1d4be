//! What can be wrong in a table, and where.

use std::fmt;
use std::path::PathBuf;

/// A problem in a table, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvError {
    /// The file.
    pub path: PathBuf,
    /// The line in the file, counted from 1; `None` if no one line is to blame.
    pub line: Option<u64>,
    /// The column's name; `None` if no one column is to blame.
    pub column: Option<String>,
    /// What was found and what was expected; boxed, to keep results small.
    pub problem: Box<CsvProblem>,
}

/// What is wrong in a table.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CsvProblem {
    /// The content is not text in UTF-8.
    #[error("found bytes that are not UTF-8; expected text")]
    NotUtf8,
    /// The reader gives up; no content is known that makes it.
    #[error("the table cannot be read: {reason}")]
    Unreadable {
        /// The reader's reason.
        reason: String,
    },
    /// Not even a header.
    #[error("the file is empty; expected a header line and one line per example")]
    Empty,
    /// No column has the label's name.
    #[error("no column is named `{label}`; expected one of {}", listed(columns))]
    NoLabel {
        /// The name that was looked for.
        label: String,
        /// The names that exist.
        columns: Vec<String>,
    },
    /// Two columns have the label's name.
    #[error("found two columns of this name; expected one with the label")]
    TwoLabels,
    /// The label is the only column.
    #[error("found no column but the label; expected features too")]
    NoFeatures,
    /// A header and nothing below.
    #[error("found no line below the header; expected one per example")]
    NoRows,
    /// A line with more or fewer cells than the header.
    #[error("found {found} cells; expected {expected}, as in the header")]
    Ragged {
        /// Cells in this line.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// Nothing but blanks.
    #[error("the cell is empty; expected a {expected}")]
    EmptyCell {
        /// `number` or `label`.
        expected: &'static str,
    },
    /// Text where a number belongs.
    #[error("found `{found}`; expected a number")]
    NotANumber {
        /// The cell's text.
        found: String,
    },
    /// NaN, infinity, or a number that 32 bits cannot hold.
    #[error("found `{found}`; expected a finite number of 32 bits")]
    NotFinite {
        /// The cell's text.
        found: String,
    },
    /// A number outside the range that the options give.
    #[error("found {found}; expected {low} to {high}, the `range`")]
    OutOfRange {
        /// The cell's value.
        found: f32,
        /// The smallest value of the range.
        low: f32,
        /// The largest value of the range.
        high: f32,
    },
    /// The shape has another number of values than the table has features.
    #[error(
        "found {n_features} feature columns; expected {expected}, the product of `shape` {shape:?}"
    )]
    Shape {
        /// The shape in the options.
        shape: Vec<usize>,
        /// Its product.
        expected: usize,
        /// Columns but the label.
        n_features: usize,
    },
    /// Nothing to tell apart.
    #[error("every label is `{class}`; expected two classes or more")]
    OneClass {
        /// The one class.
        class: String,
    },
}

/// Columns that an error lists before it only counts the rest.
const MAX_LISTED: usize = 8;

impl CsvError {
    /// A problem of the whole file.
    pub(super) fn file(problem: CsvProblem) -> Self {
        Self {
            path: PathBuf::new(),
            line: None,
            column: None,
            problem: Box::new(problem),
        }
    }

    /// A problem of a whole column.
    pub(super) fn column(column: &str, problem: CsvProblem) -> Self {
        let mut error = Self::file(problem);
        error.column = Some(column.to_owned());
        error
    }

    /// A problem of a whole line.
    pub(super) fn line(line: u64, problem: CsvProblem) -> Self {
        let mut error = Self::file(problem);
        error.line = Some(line);
        error
    }

    /// A problem of one cell.
    pub(super) fn cell(line: u64, column: &str, problem: CsvProblem) -> Self {
        let mut error = Self::column(column, problem);
        error.line = Some(line);
        error
    }
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for CsvError {}

fn listed(columns: &[String]) -> String {
    let first: Vec<String> = columns
        .iter()
        .take(MAX_LISTED)
        .map(|c| format!("`{c}`"))
        .collect();
    match columns.len().saturating_sub(MAX_LISTED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}
