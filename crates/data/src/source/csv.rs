//! Tables: one example per line, features, one column with the label.

mod blocks;
mod column;
mod columns;
mod error;
mod fill;
mod plain;
mod rows;
mod schema;
mod table;
mod texts;
mod unlabelled;
mod warnings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::blocks::Problem;
pub use self::column::Column;
pub use self::error::{CsvError, CsvProblem};
pub use self::schema::TableSchema;
use self::table::Table;
use super::file::Opened;
use super::{Context, FileError, Loaded, MAX_UNPACKED_BYTES, SourceError, checks};
use crate::{Examples, FieldError, Tag};

/// A table in UTF-8, plain or packed with gzip: one example per line, one column with its label.
///
/// All columns are features, except for the label and those in `ignore` and `tags`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Csv {
    /// The file. Whether it is packed is seen from its first bytes, not from its name.
    pub path: PathBuf,
    /// The column with the label, which may be any text: its name, or its number counted from 1.
    pub label: Column,
    /// Whether the first line has the names of the columns; true if absent. Without, the names are
    /// the numbers 1, 2, ….
    #[serde(default = "default_header", skip_serializing_if = "is_default_header")]
    pub header: bool,
    /// The shape of one example, such as `[1, 8, 8]`: channels, height, width. If absent, the number
    /// of features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Vec<usize>>,
    /// The smallest and largest value that a feature can have, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f32; 2]>,
    /// What separates the columns; a comma if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// All labels, in the order of the classes. If absent, those that occur, in the order of numbers
    /// if all are whole numbers, else in that of text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
    /// The texts of a cell whose value is missing; only the empty cell if absent.
    #[serde(
        default = "default_missing",
        skip_serializing_if = "is_default_missing"
    )]
    pub missing: Vec<String>,
    /// What takes the place of missing values; if absent (and `fill_value` too), they are an error.
    /// In categorical columns they become the category `missing`. A missing label is always an error.
    ///
    /// Mean and median are those of the whole file, before it is split: where parts of one file go
    /// to training and to dev or test, a little is known of dev and test in training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Fill>,
    /// A number that takes the place of missing values, instead of `fill`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill_value: Option<f32>,
    /// Columns of categories: each becomes as many features as it has categories, 1 for the one that
    /// is there and 0 for the others. At most 1000 per column, in the order of numbers if all are
    /// whole numbers, else in that of text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categorical: Vec<Column>,
    /// Columns that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<Column>,
    /// Columns that become tags, to look at errors by; they may hold any text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Column>,
    /// Per name of a categorical column all its categories, in the order of the features. For tables
    /// in which different categories occur and which must have the same features.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub categories: BTreeMap<String, Vec<String>>,
}

/// What takes the place of missing numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fill {
    /// The mean of the column's values.
    Mean,
    /// The middle one of the column's values, or the mean of the two middle ones.
    Median,
    /// 0.
    Zero,
}

fn default_header() -> bool {
    true
}
fn default_missing() -> Vec<String> {
    vec![String::new()]
}
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_default_header(header: &bool) -> bool {
    *header == default_header()
}
fn is_default_missing(missing: &[String]) -> bool {
    missing == [""]
}

impl Csv {
    /// A table with a header, all other columns numbers.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, label: impl Into<Column>) -> Self {
        Self {
            path: path.into(),
            label: label.into(),
            header: default_header(),
            shape: None,
            range: None,
            delimiter: None,
            classes: None,
            missing: default_missing(),
            fill: None,
            fill_value: None,
            categorical: Vec::new(),
            ignore: Vec::new(),
            tags: Vec::new(),
            categories: BTreeMap::new(),
        }
    }

    /// Checks the options alone, without the file.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        checks::path("path", &self.path)?;
        let name_or_number = "expected a column's name, or its number counted from 1";
        match &self.label {
            Column::Name(name) if name.is_empty() => {
                let message = "is empty; expected a column name";
                return Err(FieldError::new("label", message));
            }
            _ => {}
        }
        let columns = [
            ("label", std::slice::from_ref(&self.label)),
            ("categorical", &self.categorical),
            ("ignore", &self.ignore),
            ("tags", &self.tags),
        ];
        for (field, columns) in columns {
            if columns.contains(&Column::Number(0)) {
                let message = format!("names column 0; {name_or_number}");
                return Err(FieldError::new(field, message));
            }
        }
        checks::shape(self.shape.as_deref())?;
        checks::range(self.range)?;
        match self.delimiter {
            Some(c) if !c.is_ascii() || matches!(c, '"' | '\n' | '\r' | '\0') => {
                let message = format!("is {c:?}; expected an ASCII character such as ';' or a tab");
                return Err(FieldError::new("delimiter", message));
            }
            _ => {}
        }
        checks::classes(self.classes.as_deref())?;
        self.check_fill()?;
        for (column, categories) in &self.categories {
            if categories.is_empty() || categories.len() > rows::MAX_CATEGORIES {
                let message = format!(
                    "lists {} for `{column}`; expected 1 to {}",
                    categories.len(),
                    rows::MAX_CATEGORIES
                );
                return Err(FieldError::new("categories", message));
            }
            checks::distinct("categories", categories)?;
        }
        Ok(())
    }

    fn check_fill(&self) -> Result<(), FieldError> {
        let value = match (self.fill, self.fill_value) {
            (Some(_), Some(_)) => {
                let message = "is given beside `fill`; expected one of them";
                return Err(FieldError::new("fill_value", message));
            }
            (Some(Fill::Zero), _) => Some(("fill", 0.0)),
            (_, value) => value.map(|value| ("fill_value", value)),
        };
        match (value, self.range) {
            (Some((field, value)), _) if !value.is_finite() => {
                let message = format!("is {value}; expected a finite number");
                Err(FieldError::new(field, message))
            }
            (Some((field, value)), Some([low, high])) if value < low || value > high => {
                let message = format!("puts {value}; expected {low} to {high}, the `range`");
                Err(FieldError::new(field, message))
            }
            _ => Ok(()),
        }
    }

    /// Reads the table.
    ///
    /// The one source is the file's name; each line is its own original. A packed file may unpack to
    /// [`MAX_UNPACKED_BYTES`]; a plain one may have any size.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Csv::check`] fails, [`SourceError::File`] if the file cannot be
    /// read, [`SourceError::Csv`] if its content is not as expected.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let mut file = Opened::open(&self.path)?;
        let limit = if file.is_packed() {
            MAX_UNPACKED_BYTES
        } else {
            u64::MAX
        };
        let path = file.path().to_owned();
        let loaded = Table::read(&mut file, limit, self, context.memory)
            .and_then(|table| self.loaded(table, &path).map_err(Problem::Csv))
            .map_err(|problem| match problem {
                Problem::Read(reason) => file.error(reason).into(),
                Problem::TooLarge => FileError::TooLarge { path: path.clone() }.into(),
                Problem::Memory(error) => error.into(),
                Problem::Csv(error) => SourceError::Csv(error.of(&path)),
            })?;
        Ok(Loaded {
            files: vec![file.finish()?],
            ..loaded
        })
    }

    /// The same from the content of the file, unpacked.
    ///
    /// # Errors
    /// As [`Csv::load`].
    #[doc(hidden)]
    pub fn from_bytes(&self, content: &[u8]) -> Result<Loaded, SourceError> {
        self.check()?;
        Table::read(content, u64::MAX, self, Context::new(0).memory)
            .and_then(|table| self.loaded(table, &self.path).map_err(Problem::Csv))
            .map_err(|problem| match problem {
                Problem::Memory(error) => error.into(),
                Problem::Csv(error) => SourceError::Csv(error.of(&self.path)),
                // A slice can always be read, and has no limit here.
                Problem::Read(_) | Problem::TooLarge => {
                    SourceError::content(&self.path, "cannot be read")
                }
            })
    }

    /// Makes examples of a table; an error does not name the file yet.
    fn loaded(&self, table: Table, path: &Path) -> Result<Loaded, CsvError> {
        let source_name = path.file_name().unwrap_or_default().to_string_lossy();
        let warnings = warnings::all(self, &table, &source_name);
        let occurring = &table.labels.texts.distinct;
        let mut classes = occurring.clone();
        if self.classes.is_none() {
            if let [only] = &classes[..] {
                let class = only.clone();
                let problem = CsvProblem::OneClass { class };
                return Err(CsvError::column(&table.label_name(), problem));
            }
            if let Some(problem) = numbers_as_labels(&classes, table.labels.of.len()) {
                return Err(CsvError::column(&table.label_name(), problem));
            }
            checks::sort_classes(&mut classes);
        }
        let mut labels = table.labels.clone();
        labels.texts = texts::Texts::new(Some(&classes));
        labels.of.clear();
        labels.append(&table.labels);
        let n = labels.of.len();
        let tags = table.columns.tags.iter().zip(table.tags);
        let tags = tags.map(|(name, column)| Tag {
            name: name.clone(),
            values: column.texts.distinct,
            of: column.of,
            is_pool: false,
        });
        Ok(Loaded {
            warnings,
            table: Some(table.schema),
            ..Loaded::made(Examples {
                shape: self.shape.clone().unwrap_or_else(|| vec![table.n_features]),
                range: self.range.map(|[low, high]| (low, high)),
                labels: labels.of,
                classes,
                source: vec![0; n],
                source_names: vec![source_name.into_owned()],
                original: (0..n as u64).collect(),
                values: table.values,
                tags: tags.collect(),
            })
        })
    }

    /// Checks that the shape, if one is given, has that many values.
    fn expect_shape(&self, n_features: usize) -> Result<(), CsvError> {
        let Some(shape) = &self.shape else {
            return Ok(());
        };
        let expected: usize = shape.iter().product();
        if expected == n_features {
            return Ok(());
        }
        Err(CsvError::file(CsvProblem::Shape {
            shape: shape.clone(),
            expected,
            n_features,
        }))
    }

    /// What separates the columns; it is in ASCII where `check` passes.
    fn delimiter_byte(&self) -> u8 {
        self.delimiter.map_or(b',', |c| c as u8)
    }
}

/// Labels that are numbers with a fraction, or so many that hardly two lines share one: a feature by mistake.
///
/// Classes can be numbers such as 0.5 too, so there have to be more than classes usually are.
fn numbers_as_labels(classes: &[String], n_examples: usize) -> Option<CsvProblem> {
    /// With fewer, numbers may well be the names of classes.
    const MANY: usize = 20;
    /// Lines per class, on average, below which nothing could be learned of one.
    const FEW_LINES: usize = 2;
    let numbers: Vec<f64> = classes
        .iter()
        .map_while(|class| class.parse().ok())
        .collect();
    if classes.len() <= MANY || numbers.len() < classes.len() {
        return None;
    }
    let has_fraction = numbers.iter().any(|number: &f64| number.fract() != 0.0);
    let is_rarely_shared = classes.len() * FEW_LINES > n_examples;
    (has_fraction || is_rarely_shared).then(|| CsvProblem::NumbersAsLabels {
        n_distinct: classes.len(),
        n_examples,
        examples: classes[..3].to_vec(),
    })
}

#[cfg(test)]
mod tests;
