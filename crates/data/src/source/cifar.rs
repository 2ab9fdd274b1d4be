//! The binary format of CIFAR-10 and CIFAR-100: colour images of 32 × 32 pixels.

mod files;
mod names;
mod records;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::names::Names;
use self::records::{ReadProblem, Records};
use super::file::Opened;
use super::{Context, FileError, Loaded, MAX_UNPACKED_BYTES, Progress, SourceError, checks};
use crate::{Examples, FieldError, Tag};

/// Files of CIFAR-10 or CIFAR-100 in their binary version, each plain or packed with gzip.
///
/// The format: <https://www.cs.toronto.edu/~kriz/cifar.html>, "Binary version".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cifar {
    /// The unpacked folder (`cifar-10-batches-bin`, `cifar-100-binary`), or one of its `.bin` files.
    pub path: PathBuf,
    /// Which of the two.
    pub kind: CifarKind,
    /// Which files of the folder; those of training if absent. Not for a single file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<CifarPart>,
    /// Which of the two labels of CIFAR-100 is the class; the fine one if absent. The other becomes
    /// a tag, named `coarse` or `fine`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<CifarLabel>,
}

/// Which of the two data sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CifarKind {
    /// Ten classes, one label per image.
    Cifar10,
    /// A hundred fine classes in twenty coarse ones, two labels per image.
    Cifar100,
}

/// Which files of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CifarPart {
    /// `data_batch_1.bin` to `data_batch_5.bin` as far as they exist, or `train.bin`.
    Train,
    /// `test_batch.bin`, or `test.bin`.
    Test,
    /// The files of training, then that of the test.
    All,
}

/// Which label of CIFAR-100 is the class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CifarLabel {
    /// One of a hundred, such as `maple_tree`.
    Fine,
    /// One of twenty, such as `trees`.
    Coarse,
}

impl Cifar {
    /// The training part of a folder, or one file; the fine labels of CIFAR-100.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, kind: CifarKind) -> Self {
        Self {
            path: path.into(),
            kind,
            part: None,
            label: None,
        }
    }

    /// Checks the options alone, without the files.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        checks::path("path", &self.path)?;
        if self.kind == CifarKind::Cifar10 && self.label.is_some() {
            let message = "is for `kind` \"cifar100\"; images of CIFAR-10 have one label each";
            return Err(FieldError::new("label", message));
        }
        Ok(())
    }

    /// Reads the files.
    ///
    /// The shape is `[3, 32, 32]` (red, green, blue), the range 0..=255. The classes have the names
    /// in `batches.meta.txt`, `fine_label_names.txt` or `coarse_label_names.txt` beside the files;
    /// without, they are numbered from `"0"`. Sources are the names of the files; each image is its
    /// own original.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Cifar::check`] fails or `part` is given for a file,
    /// [`SourceError::File`] if a file cannot be read, [`SourceError::Content`] if the folder or a
    /// file is not as expected.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let files::Found {
            folder,
            paths,
            warnings,
        } = files::find(self)?;
        let (mut records, mut hashes) = (Records::new(self, context.memory), Vec::new());
        for (i, path) in paths.iter().enumerate() {
            let mut file = Opened::open(path)?;
            let (size, limit) = if file.is_packed() {
                (None, MAX_UNPACKED_BYTES)
            } else {
                let size = fs::metadata(file.path()).map_err(|reason| file.error(reason))?;
                (Some(size.len()), u64::MAX)
            };
            let read = records.read(&mut file, size, limit);
            read.map_err(|problem| match problem {
                ReadProblem::Read(reason) => file.error(reason).into(),
                ReadProblem::TooLarge => {
                    let path = file.path().to_owned();
                    FileError::TooLarge { path }.into()
                }
                ReadProblem::Content(problem) => SourceError::content(file.path(), problem),
                ReadProblem::Memory(error) => error.into(),
            })?;
            hashes.push(file.finish()?);
            (context.on_progress)(Progress {
                done: i + 1,
                total: paths.len(),
            });
        }
        let names = Names::read(self, &folder, &mut hashes)?;
        let paths: Vec<&Path> = hashes.iter().map(|h| h.path.as_path()).collect();
        let examples = self.examples(records, names, &paths)?;
        Ok(Loaded {
            warnings,
            ..Loaded::read(examples, hashes)
        })
    }

    /// The same from the content of one file, unpacked, without names.
    ///
    /// # Errors
    /// As [`Cifar::load`].
    #[doc(hidden)]
    pub fn from_bytes(&self, content: &[u8]) -> Result<Examples, SourceError> {
        self.check()?;
        let mut records = Records::new(self, Context::new(0).memory);
        records
            .read(content, Some(content.len() as u64), u64::MAX)
            .map_err(|problem| match problem {
                ReadProblem::Content(problem) => SourceError::content(&self.path, problem),
                ReadProblem::Memory(error) => error.into(),
                // A slice can always be read, and has no limit here.
                ReadProblem::Read(_) | ReadProblem::TooLarge => {
                    SourceError::content(&self.path, "cannot be read")
                }
            })?;
        self.examples(records, Names::numbers(self), &[&self.path])
    }

    fn is_coarse(&self) -> bool {
        self.label == Some(CifarLabel::Coarse)
    }

    fn examples(
        &self,
        records: Records<'_>,
        names: Names,
        paths: &[&Path],
    ) -> Result<Examples, SourceError> {
        let n = records.labels.len();
        let name = |path: &Path| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into()
        };
        let n_files = records.n_files();
        let tag_name = if self.is_coarse() { "fine" } else { "coarse" };
        let tags = match self.kind {
            CifarKind::Cifar10 => Vec::new(),
            CifarKind::Cifar100 => vec![Tag {
                name: tag_name.into(),
                values: names.other,
                of: records.other_labels,
                is_pool: false,
            }],
        };
        Ok(Examples {
            shape: vec![3, 32, 32],
            values: records.values.finish()?,
            range: Some((0.0, 255.0)),
            labels: records.labels,
            classes: names.classes,
            source: records.source,
            source_names: paths.iter().take(n_files).map(|path| name(path)).collect(),
            original: (0..n as u64).collect(),
            tags,
        })
    }
}

#[cfg(test)]
mod tests;
