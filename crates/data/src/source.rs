//! Data sources: one file each, an options struct with `check` and `load`.

mod array;
mod checks;
pub mod cifar;
mod context;
pub mod csv;
mod draw;
pub(crate) mod file;
mod folder;
pub mod fonts;
pub mod gaussian;
pub mod idx;
pub mod image_folder;
pub mod npz;
mod number;
pub mod parquet;
pub mod picture;
pub mod strokes;
pub mod templates;
pub mod xor;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::cifar::Cifar;
pub use self::context::{Context, Grid, Progress};
pub use self::csv::{Csv, TableSchema};
pub use self::file::{FileError, MAX_UNPACKED_BYTES};
pub use self::fonts::Fonts;
pub use self::gaussian::Gaussian;
pub use self::idx::Idx;
pub use self::image_folder::ImageFolder;
pub use self::npz::Npz;
pub use self::parquet::Parquet;
pub use self::strokes::Strokes;
pub use self::templates::Templates;
pub use self::xor::Xor;

use crate::{Examples, FieldError, FileHash, MemoryError};

/// What a source gives: the examples, and which files they were read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The examples.
    pub examples: Examples,
    /// Every file that was read, with its hash; none for a source that draws its examples.
    pub files: Vec<FileHash>,
    /// The lowest error that any model can reach on this data, where that is known.
    pub bayes: Option<BayesError>,
    /// What its user should know, such as pictures that were skipped; whole sentences.
    pub warnings: Vec<String>,
    /// The columns of a table, with which other tables become the same features.
    pub table: Option<TableSchema>,
}

/// The lowest error that any model can reach on one distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BayesError {
    /// As a fraction.
    pub rate: f64,
    /// Of the rate, where it was found by Monte Carlo; 0 where it is exact.
    pub standard_error: f64,
}

impl Loaded {
    /// Examples that were read from files.
    #[must_use]
    pub fn read(examples: Examples, files: Vec<FileHash>) -> Self {
        Self {
            examples,
            files,
            bayes: None,
            warnings: Vec::new(),
            table: None,
        }
    }

    /// Examples that were drawn.
    #[must_use]
    pub fn made(examples: Examples) -> Self {
        Self::read(examples, Vec::new())
    }
}

/// Any source, chosen by its name in a config.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each variant is documented at its type")]
pub enum Source {
    Cifar(Cifar),
    Csv(Csv),
    Fonts(Fonts),
    Gaussian(Gaussian),
    Idx(Idx),
    ImageFolder(ImageFolder),
    Npz(Npz),
    Parquet(Parquet),
    Strokes(Strokes),
    Templates(Templates),
    Xor(Xor),
}

/// The same expression for the source in every variant.
macro_rules! each {
    ($source:expr, $inner:ident => $result:expr) => {
        match $source {
            Source::Cifar($inner) => $result,
            Source::Csv($inner) => $result,
            Source::Fonts($inner) => $result,
            Source::Gaussian($inner) => $result,
            Source::Idx($inner) => $result,
            Source::ImageFolder($inner) => $result,
            Source::Npz($inner) => $result,
            Source::Parquet($inner) => $result,
            Source::Strokes($inner) => $result,
            Source::Templates($inner) => $result,
            Source::Xor($inner) => $result,
        }
    };
}

impl Source {
    /// The name by which a config chooses it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cifar(_) => "cifar",
            Self::Csv(_) => "csv",
            Self::Fonts(_) => "fonts",
            Self::Gaussian(_) => "gaussian",
            Self::Idx(_) => "idx",
            Self::ImageFolder(_) => "image_folder",
            Self::Npz(_) => "npz",
            Self::Parquet(_) => "parquet",
            Self::Strokes(_) => "strokes",
            Self::Templates(_) => "templates",
            Self::Xor(_) => "xor",
        }
    }

    /// How many examples a source draws, by its option `examples`; none if it reads them.
    #[must_use]
    pub fn n_drawn(&self) -> Option<usize> {
        match self {
            Self::Fonts(fonts) => Some(fonts.examples),
            Self::Gaussian(gaussian) => Some(gaussian.examples),
            Self::Strokes(strokes) => Some(strokes.examples),
            Self::Templates(templates) => Some(templates.examples),
            Self::Xor(xor) => Some(xor.examples),
            _ => None,
        }
    }

    /// The option that names the file or folder `path`, or a folder that `path` is in.
    #[must_use]
    pub fn key_of(&self, path: &Path) -> Option<String> {
        let Ok(Value::Object(chosen)) = serde_json::to_value(self) else {
            return None;
        };
        let Some(Value::Object(options)) = chosen.get(self.name()) else {
            return None;
        };
        let names = |value: &Value| match value {
            // `.gz` is appended where only the packed file exists.
            Value::String(option) => {
                !option.is_empty()
                    && (path.starts_with(option) || path.to_str() == Some(&format!("{option}.gz")))
            }
            _ => false,
        };
        let found = options.iter().find(|(_, value)| match value {
            Value::Array(values) => values.iter().any(names),
            value => names(value),
        });
        found.map(|(key, _)| key.clone())
    }

    /// Checks the options alone, without any file.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        each!(self, source => source.check())
    }

    /// Reads or draws the examples.
    ///
    /// # Errors
    /// [`SourceError`], which names the option or the file at fault.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        each!(self, source => source.load(context))
    }
}

/// Why a source gives no examples.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// An option has an impossible value.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The content of a CSV file is not as expected.
    #[error(transparent)]
    Csv(#[from] csv::CsvError),
    /// The content of an IDX file is not as expected.
    #[error(transparent)]
    Idx(#[from] idx::IdxError),
    /// The content of another file is not as expected.
    #[error("{}: {problem}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Where in it, what was found and what was expected.
        problem: String,
    },
    /// A picture cannot be decoded.
    #[error("{}: {problem}", path.display())]
    Broken {
        /// Its file, or the table that holds it.
        path: PathBuf,
        /// Where in a table, and why.
        problem: String,
    },
    /// Values that cannot be kept.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// Neither the options nor the other chunk say how large to draw.
    #[error("there is no grid to draw into; expected a size, or another chunk that has one")]
    NoGrid,
    /// A grid that nothing can be drawn into.
    #[error(
        "cannot draw into a grid of {} × {} pixels up to {}; \
         expected at least 1 × 1 and a positive maximum",
        grid.height, grid.width, grid.max
    )]
    Grid {
        /// The grid that was given.
        grid: Grid,
    },
}

impl SourceError {
    /// A file whose content is not as expected.
    pub(crate) fn content(path: impl Into<PathBuf>, problem: impl Into<String>) -> Self {
        Self::Content {
            path: path.into(),
            problem: problem.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_back_to_the_option_that_names_it() {
        let idx = Source::Idx(Idx::new("mnist/images", "mnist/labels"));
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(idx.key_of(Path::new(path)).as_deref(), expected);
        };
        check("mnist/labels", Some("labels"));
        check("mnist/images.gz", Some("images"));
        check("mnist/images/below", Some("images"));
        check("mnist/imagesque", None);
        check("mnist", None);
    }
}
