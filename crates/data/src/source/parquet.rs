//! Columns of numbers, or of encoded pictures, in Parquet files.
//!
//! Reading needs the cargo feature `parquet`; without it there are only the options.

#[cfg(feature = "parquet")]
mod cells;
#[cfg(feature = "parquet")]
mod labels;
#[cfg(feature = "parquet")]
mod numbers;
#[cfg(feature = "parquet")]
mod pictures;
#[cfg(feature = "parquet")]
mod table;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::picture::{Broken, Resize, Rule};
use super::{Context, Loaded, SourceError};
use crate::FieldError;

/// Parquet files with one example per row: columns of numbers, or with `image` a column of encoded
/// pictures, as public sets of images have it.
///
/// Columns of structs are named with a dot, such as `image.bytes`. Rows in errors are counted from 0
/// in each file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parquet {
    /// A file, or a folder: then every file directly in it whose name ends in `.parquet`, in the
    /// order of their names.
    pub path: PathBuf,
    /// The column with the label: text, whole numbers or booleans. Where the file names the classes
    /// of a numbered label, as the library `datasets` does, those are the classes.
    pub label: String,
    /// The column with pictures in PNG, JPEG, BMP or GIF: bytes, or a struct with `bytes`. If
    /// absent, all columns but the label, `tags` and `ignore` are features, and must be numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Columns of text, whole numbers or booleans that become tags of the same names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Columns that are not read. Not with `image`, which reads no other columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore: Option<Vec<String>>,
    /// The shape of one example, such as `[1, 8, 8]`: channels, height, width. If absent, the number
    /// of features. Not with `image`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Vec<usize>>,
    /// The smallest and largest value that a feature can have, if that is known. Not with `image`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f32; 2]>,
    /// Height and width that every picture is brought to, such as `[64, 64]`. If absent, all pictures
    /// must have one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<[usize; 2]>,
    /// How: `"stretch"` (if absent) scales height and width each by its own factor, `"fit"` keeps the
    /// aspect ratio and fills the rest with the background, `"crop"` keeps it and cuts out the centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resize: Option<Resize>,
    /// 1 for grey, 3 for colour. If absent, 1 if every picture is grey, else 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<usize>,
    /// Grey level behind transparent pixels and around fitted pictures, 0 (if absent) to 255.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<u8>,
    /// Whether a picture that cannot be decoded is an `"error"` (if absent), or is left out with a
    /// warning: `"skip"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
}

impl Parquet {
    /// Columns of numbers, with everything else as if absent.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, label: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            label: label.into(),
            image: None,
            tags: None,
            ignore: None,
            shape: None,
            range: None,
            size: None,
            resize: None,
            channels: None,
            background: None,
            broken: None,
        }
    }

    /// Checks the options alone, without any file.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        if self.path.as_os_str().is_empty() {
            let message = "is empty; expected a file or a folder";
            return Err(FieldError::new("path", message));
        }
        if self.label.is_empty() {
            return Err(FieldError::new("label", "is empty; expected a column name"));
        }
        self.check_columns()?;
        self.check_layout()?;
        self.check_numbers()?;
        self.rule().map(|_| ())
    }

    /// Reads the rows of all files.
    ///
    /// Of numbers, the shape is `shape`, the range `range`. Of pictures, the shape is `[channels,
    /// height, width]`, the range 0..=255; [`picture`](super::picture) says how they become numbers.
    /// Classes are those that the files name, else the distinct labels, ordered as numbers if all
    /// are whole numbers, else as text. Each file is a source; each row is its own original.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Parquet::check`] fails, or if this was built without the cargo
    /// feature `parquet`; [`SourceError::File`] if a file cannot be read, [`SourceError::Content`]
    /// if its content is not as expected.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        self.load_files(context)
    }

    #[cfg(not(feature = "parquet"))]
    #[expect(clippy::unused_self, reason = "with the feature it is used")]
    fn load_files(&self, _context: &Context<'_>) -> Result<Loaded, SourceError> {
        let message = "is a Parquet file; this plumb was built without the cargo feature `parquet` (build it with \
                       `--features parquet`, which needs a C compiler)";
        Err(FieldError::new("path", message).into())
    }

    /// Reads the rows of one file that is given as bytes. They go through a temporary file.
    ///
    /// # Errors
    /// Those of [`Parquet::load`]; the path in them is that of the temporary file.
    #[cfg(feature = "parquet")]
    pub fn parse(&self, bytes: &[u8], context: &Context<'_>) -> Result<Loaded, SourceError> {
        let refused = |reason| super::FileError::Read {
            path: std::env::temp_dir(),
            reason,
        };
        let mut file = tempfile::NamedTempFile::new().map_err(refused)?;
        std::io::Write::write_all(&mut file, bytes).map_err(refused)?;
        let options = Self {
            path: file.path().to_owned(),
            ..self.clone()
        };
        options.load(context)
    }

    #[cfg(feature = "parquet")]
    fn load_files(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        let paths = table::paths(&self.path)?;
        let mut files = Vec::with_capacity(paths.len());
        for path in &paths {
            files.push(super::file::hash_file(path)?);
        }
        let paths: Vec<PathBuf> = files.iter().map(|f| f.path.clone()).collect();
        let (examples, warnings) = if let Some(image) = &self.image {
            pictures::read(&paths, image, self, &self.rule()?, context)?
        } else {
            (numbers::read(&paths, self, context)?, Vec::new())
        };
        Ok(Loaded {
            warnings,
            ..Loaded::read(examples, files)
        })
    }

    fn rule(&self) -> Result<Rule, FieldError> {
        Rule::from_keys(self.size, self.resize, self.channels, self.background)
    }

    /// Checks that no column is named twice.
    fn check_columns(&self) -> Result<(), FieldError> {
        let mut named = vec![("label", &self.label)];
        named.extend(self.image.iter().map(|name| ("image", name)));
        named.extend(self.tags.iter().flatten().map(|name| ("tags", name)));
        named.extend(self.ignore.iter().flatten().map(|name| ("ignore", name)));
        for (i, (field, name)) in named.iter().enumerate() {
            if name.is_empty() {
                let message = "has an empty name; expected a column name";
                return Err(FieldError::new(field, message));
            }
            if let Some((other, _)) = named[..i].iter().find(|(_, n)| n == name) {
                let message = format!("names `{name}`, as `{other}` does; expected other columns");
                return Err(FieldError::new(field, message));
            }
        }
        Ok(())
    }

    /// Checks that no option is one of the other layout.
    fn check_layout(&self) -> Result<(), FieldError> {
        let of_numbers = [
            ("ignore", self.ignore.is_some()),
            ("shape", self.shape.is_some()),
            ("range", self.range.is_some()),
        ];
        let of_pictures = [
            ("size", self.size.is_some()),
            ("resize", self.resize.is_some()),
            ("channels", self.channels.is_some()),
            ("background", self.background.is_some()),
            ("broken", self.broken.is_some()),
        ];
        let (not_meant, message) = if self.image.is_some() {
            (
                &of_numbers[..],
                "is for columns of numbers; expected none beside `image`",
            )
        } else {
            (
                &of_pictures[..],
                "is for pictures; expected `image` beside it",
            )
        };
        match not_meant.iter().find(|(_, is_given)| *is_given) {
            Some((field, _)) => Err(FieldError::new(field, message)),
            None => Ok(()),
        }
    }

    fn check_numbers(&self) -> Result<(), FieldError> {
        if let Some(shape) = &self.shape {
            let product = shape.iter().try_fold(1_usize, |p, &n| p.checked_mul(n));
            if shape.is_empty() || product.is_none_or(|p| p == 0) {
                let message = format!("is {shape:?}; expected positive sizes, such as [1, 8, 8]");
                return Err(FieldError::new("shape", message));
            }
        }
        match self.range {
            Some([low, high]) if !(low.is_finite() && high.is_finite() && low < high) => {
                let message = format!("is {low} to {high}; expected a smaller and a larger number");
                Err(FieldError::new("range", message))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
