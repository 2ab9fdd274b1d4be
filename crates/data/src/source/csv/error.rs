//! What can be wrong in a table, and where.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::source::checks::listed;

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
    /// No row at all.
    #[error("the file is empty; expected {}one line per example", if *has_header { "a header line and " } else { "" })]
    Empty {
        /// Whether the options say that there is a header.
        has_header: bool,
    },
    /// A row that does not end.
    #[error(
        "the row is longer than {} bytes; expected shorter ones (is a quote left open?)",
        super::blocks::MAX_ROW_BYTES
    )]
    LongRow,
    /// No column has the label's name.
    #[error("no column is named `{label}`; expected one of {}", listed(columns))]
    NoLabel {
        /// The name that was looked for.
        label: String,
        /// The names that exist.
        columns: Vec<String>,
    },
    /// No column has a name that another option names.
    #[error(
        "no column is named `{name}`, as in `{field}`; expected one of {}",
        listed(columns)
    )]
    NoColumn {
        /// The name that was looked for.
        name: String,
        /// The option.
        field: &'static str,
        /// The names that exist.
        columns: Vec<String>,
    },
    /// There are fewer columns than an option counts.
    #[error("there is no column {number}, as in `{field}`; expected 1 to {n_columns}")]
    NoNumber {
        /// The number that was looked for, counted from 1.
        number: usize,
        /// The option.
        field: &'static str,
        /// Columns in the table.
        n_columns: usize,
    },
    /// Two columns have the same name.
    #[error(
        "columns {first} and {second} both have this name; expected different ones \
         (`header = false` is for a table without names)"
    )]
    SameName {
        /// The number of the first column, counted from 1.
        first: usize,
        /// The number of the second column.
        second: usize,
    },
    /// Two options name the same column.
    #[error("the column is in `{first}` and in `{second}`; expected one of them")]
    TwoRoles {
        /// One option.
        first: &'static str,
        /// The other option.
        second: &'static str,
    },
    /// Nothing to learn from.
    #[error("found no column of features; expected one at least, beside the label")]
    NoFeatures,
    /// A header and nothing below.
    #[error("found no line below the header; expected one per example")]
    NoRows,
    /// A line with more or fewer cells than the header.
    #[error("found {found} cells; expected {expected}, as in the {}", if *has_header { "header" } else { "first line" })]
    Ragged {
        /// Cells in this line.
        found: usize,
        /// Cells in the header, or in the first line.
        expected: usize,
        /// Whether the options say that there is a header.
        has_header: bool,
    },
    /// Nothing but blanks.
    #[error("the cell is empty; expected a {expected}")]
    EmptyCell {
        /// `number`, `category` or `label`.
        expected: &'static str,
    },
    /// One of the texts that stand for a missing value.
    #[error("found `{found}`, which is in `missing`; expected a {expected}")]
    Missing {
        /// The cell's text.
        found: String,
        /// `number`, `category` or `label`.
        expected: &'static str,
    },
    /// A column without any value to take the mean or median of.
    #[error("every value is missing; expected one at least, for `fill`")]
    AllMissing,
    /// A category that the options do not list.
    #[error("found `{found}`; expected one of the `categories` {categories}")]
    UnknownCategory {
        /// The cell's text.
        found: String,
        /// The categories listed.
        categories: String,
    },
    /// A categorical column with as many values as a number or a name has.
    #[error(
        "found more than {} categories; expected a column that has fewer, or the column in `ignore`",
        super::rows::MAX_CATEGORIES
    )]
    ManyCategories,
    /// A label that the options do not list.
    #[error("found the label `{found}`; expected one of the `classes` {classes}")]
    UnknownLabel {
        /// The cell's text.
        found: String,
        /// The classes listed.
        classes: String,
    },
    /// Text where a number belongs.
    #[error(
        "found `{found}`; expected a number (or the column in `categorical`, in `ignore`, or as the `label`)"
    )]
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
        "found {n_features} feature columns; expected {expected}, the product of `shape` {shape:?} ({})",
        fitting_shapes(*n_features)
    )]
    Shape {
        /// The shape in the options.
        shape: Vec<usize>,
        /// Its product.
        expected: usize,
        /// Columns of features; a categorical one counts once per category.
        n_features: usize,
    },
    /// A table to predict has other columns than that of training.
    #[error("{}", other_columns(missing, extra))]
    OtherColumns {
        /// Columns of features that it lacks.
        missing: Vec<String>,
        /// Columns that the table of training did not have.
        extra: Vec<String>,
    },
    /// A table without a header, to predict, is not as wide as that of training.
    #[error(
        "found {found} columns; expected {with_label} as in the training table, one less without \
         its label, or its {n_features} features alone"
    )]
    OtherWidth {
        /// Columns found.
        found: usize,
        /// Columns of the table of training.
        with_label: usize,
        /// Its columns of features.
        n_features: usize,
    },
    /// Nothing to tell apart.
    #[error(
        "every label is `{class}`; expected two classes or more (is this the column with the labels, \
         and does this file hold all classes?)"
    )]
    OneClass {
        /// The one class.
        class: String,
    },
    /// Labels that look like measurements: many different numbers.
    #[error(
        "found {n_distinct} different numbers such as {} among {n_examples} labels; expected classes, a \
         few names or whole numbers that many lines share (is another column the label, and this one a \
         feature? plumb tells classes apart, and does not predict numbers)",
        listed(examples)
    )]
    NumbersAsLabels {
        /// How many different ones.
        n_distinct: usize,
        /// How many lines.
        n_examples: usize,
        /// The first of them.
        examples: Vec<String>,
    },
}

/// The shapes that this many features could have: of grey and of coloured square pictures, or of none.
fn fitting_shapes(n_features: usize) -> String {
    /// Pictures with shorter sides are hardly meant.
    const SHORTEST: usize = 4;
    let side = |n: usize| (SHORTEST..=n.isqrt()).rfind(|side| side * side == n);
    let mut fitting = Vec::new();
    if let Some(side) = side(n_features) {
        fitting.push(format!("[1, {side}, {side}]"));
    }
    if let Some(side) = side(n_features / 3).filter(|_| n_features.is_multiple_of(3)) {
        fitting.push(format!("[3, {side}, {side}]"));
    }
    match &fitting[..] {
        [] => format!("without `shape` it is [{n_features}]"),
        fitting => format!(
            "{} would fit; without `shape` it is [{n_features}]",
            fitting.join(" or ")
        ),
    }
}

fn other_columns(missing: &[String], extra: &[String]) -> String {
    let columns = |names: &[String]| match names {
        [_] => format!("the column {}", listed(names)),
        _ => format!("the columns {}", listed(names)),
    };
    match (missing, extra) {
        (_, []) => format!(
            "{} of the training table {} missing; expected all its features",
            columns(missing),
            if missing.len() == 1 { "is" } else { "are" }
        ),
        ([], _) => format!(
            "found {}, which the training table did not have; expected its features alone",
            columns(extra)
        ),
        _ => format!(
            "{} of the training table {} missing, and it did not have {}; expected its features",
            columns(missing),
            if missing.len() == 1 { "is" } else { "are" },
            columns(extra)
        ),
    }
}

impl CsvError {
    /// The same with the file's path.
    pub(super) fn of(self, path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            ..self
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_proposed_as_shapes() {
        let check = |n_features: usize, expected: &str| {
            assert_eq!(fitting_shapes(n_features), expected);
        };
        // 8 · 8 and 3 · 5 · 5; 27 = 3 · 3 · 3 would be a picture of 3 × 3 pixels.
        check(64, "[1, 8, 8] would fit; without `shape` it is [64]");
        check(75, "[3, 5, 5] would fit; without `shape` it is [75]");
        check(27, "without `shape` it is [27]");
        check(65, "without `shape` it is [65]");
    }
}
