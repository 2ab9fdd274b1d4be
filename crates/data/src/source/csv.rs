//! Tables: one example per line, numeric features, one column with the label.

mod error;
mod table;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use self::error::{CsvError, CsvProblem};
use self::table::Table;
use super::file::Opened;
use super::{Context, Loaded, SourceError};
use crate::{Examples, FieldError, Values};

/// A table of numbers with a header line, in UTF-8, plain or packed with gzip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Csv {
    /// The file. Whether it is packed is seen from its first bytes, not from its name.
    pub path: PathBuf,
    /// The name of the column with the label, which may be any text. All others are features.
    pub label: String,
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
}

impl Csv {
    /// Checks the options alone, without the file.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        if self.path.as_os_str().is_empty() {
            return Err(FieldError::new("path", "is empty; expected a file"));
        }
        if self.label.is_empty() {
            return Err(FieldError::new("label", "is empty; expected a column name"));
        }
        if let Some(shape) = &self.shape {
            let product = shape.iter().try_fold(1_usize, |p, &n| p.checked_mul(n));
            if shape.is_empty() || product.is_none_or(|p| p == 0) {
                let message = format!("is {shape:?}; expected positive sizes, such as [1, 8, 8]");
                return Err(FieldError::new("shape", message));
            }
        }
        if let Some([low, high]) = self.range
            && !(low.is_finite() && high.is_finite() && low < high)
        {
            let message = format!("is {low} to {high}; expected a smaller and a larger number");
            return Err(FieldError::new("range", message));
        }
        match self.delimiter {
            Some(c) if !c.is_ascii() || matches!(c, '"' | '\n' | '\r' | '\0') => {
                let message = format!("is {c:?}; expected an ASCII character such as ';' or a tab");
                Err(FieldError::new("delimiter", message))
            }
            _ => Ok(()),
        }
    }

    /// Reads the table.
    ///
    /// Classes are the distinct labels, ordered as numbers if all are whole numbers, else as text.
    /// The one source is the file's name; each line is its own original.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Csv::check`] fails, [`SourceError::File`] if the file cannot be
    /// read, [`SourceError::Csv`] if its content is not as expected.
    pub fn load(&self, _context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let (content, hash) = Opened::open(&self.path)?.read_all()?;
        let source_name = hash.path.file_name().unwrap_or_default();
        let source_name = source_name.to_string_lossy().into_owned();
        let examples = self.parse(&content, source_name).map_err(|mut error| {
            error.path.clone_from(&hash.path);
            error
        })?;
        Ok(Loaded::read(examples, vec![hash]))
    }

    /// Makes examples of the file's content; an error does not name the file yet.
    fn parse(&self, content: &[u8], source_name: String) -> Result<Examples, CsvError> {
        let table = Table::read(content, self)?;
        let shape = self.shape.clone().unwrap_or_else(|| vec![table.n_features]);
        let expected: usize = shape.iter().product();
        if expected != table.n_features {
            let n_features = table.n_features;
            return Err(CsvError::file(CsvProblem::Shape {
                shape,
                expected,
                n_features,
            }));
        }
        let classes = table.classes();
        if let [only] = classes.as_slice() {
            let class = only.clone();
            return Err(CsvError::column(
                &self.label,
                CsvProblem::OneClass { class },
            ));
        }
        let n = table.labels.len();
        Ok(Examples {
            shape,
            range: self.range.map(|[low, high]| (low, high)),
            labels: table.label_indices(&classes),
            classes,
            source: vec![0; n],
            source_names: vec![source_name],
            original: (0..n as u64).collect(),
            values: Values::pack(table.values),
            tags: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests;
