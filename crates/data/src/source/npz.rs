//! Arrays of NumPy: an `.npz` archive, or two `.npy` files.

mod archive;
mod array;
mod entries;
mod features;
mod header;
mod unlabelled;

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::archive::Archive;
use self::array::{Array, Problem};
use self::entries::{Entries, Labels};
use self::features::Features;
use super::file::{Opened, hash_file};
use super::{Context, FileError, Loaded, MAX_UNPACKED_BYTES, SourceError, checks};
use crate::{Examples, FieldError, Tag};

/// The first bytes of an archive (PKWARE's APPNOTE, section 4.3.7).
const ZIP_MAGIC: &[u8] = b"PK";

/// The name of the array of features if none is given.
const FEATURES: &str = "x";

/// The name of the array of labels if none is given.
const LABEL: &str = "y";

/// Arrays that NumPy saved: an `.npz` archive, or one `.npy` file with the features and one with the
/// labels. Which of the two is seen from the first bytes, not from the name.
///
/// Features are whole numbers, floats of 32 or 64 bits, or booleans, in either byte order and in C or
/// Fortran order; all become numbers of 32 bits. Labels are whole numbers or texts, of shape `[n]` or
/// `[n, 1]`. The format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Npz {
    /// The archive, or the `.npy` file with the features, which may be packed with gzip.
    pub path: PathBuf,
    /// The `.npy` file with the labels, if `path` is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// The name of the archive's array of features: `[n]`, `[n, features]`, `[n, height, width]` or
    /// `[n, channels, height, width]`; `"x"` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<String>,
    /// The name of the archive's array of labels; `"y"` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The names of arrays in the archive that become tags: whole numbers or texts, one per example.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where the channels of an image are; first if absent. Only for features of four dimensions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// The shape of one example, such as `[1, 8, 8]`: channels, height, width. If absent, the array's
    /// own; an image without channels gets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Vec<usize>>,
    /// The smallest and largest value that a feature can have. If absent, 0 to 255 for bytes, 0 to 1
    /// for booleans, and not known for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f32; 2]>,
    /// The names of all classes. Labels that are numbers count from 0 in this list. If absent, the
    /// distinct labels in the order of numbers or of text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
}

/// Where the channels of an image are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Channels, height, width.
    Chw,
    /// Height, width, channels: turned to channels, height, width on reading.
    Hwc,
}

impl Npz {
    /// An archive with the arrays `x` and `y`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            labels: None,
            features: None,
            label: None,
            tags: Vec::new(),
            layout: None,
            shape: None,
            range: None,
            classes: None,
        }
    }

    /// Checks the options alone, without the files.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        checks::path("path", &self.path)?;
        if let Some(labels) = &self.labels {
            checks::path("labels", labels)?;
            if *labels == self.path {
                let message = "is the same file as `path`; expected the one with the labels";
                return Err(FieldError::new("labels", message));
            }
            let of_archive = [
                ("features", self.features.is_some()),
                ("label", self.label.is_some()),
                ("tags", !self.tags.is_empty()),
            ];
            if let Some((field, _)) = of_archive.into_iter().find(|(_, is_given)| *is_given) {
                let message = "names an array of an archive; `labels` is for two .npy files";
                return Err(FieldError::new(field, message));
            }
        }
        checks::distinct("tags", &self.tags)?;
        checks::shape(self.shape.as_deref())?;
        checks::range(self.range)?;
        checks::classes(self.classes.as_deref())
    }

    /// Reads the arrays.
    ///
    /// An array in C order is read in pieces, one in Fortran order needs memory for all of it at
    /// once. A packed array may unpack to [`MAX_UNPACKED_BYTES`]. The one source is the name of the
    /// file; each row is its own original.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Npz::check`] fails or the options do not fit the kind of file,
    /// [`SourceError::File`] if a file cannot be read, [`SourceError::Content`] if its content is not
    /// as expected.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let mut file = Opened::open(&self.path)?;
        let mut start = Vec::new();
        let read = (&mut file).take(ZIP_MAGIC.len() as u64);
        { read }
            .read_to_end(&mut start)
            .map_err(|reason| file.error(reason))?;
        if start == ZIP_MAGIC {
            if file.is_packed() {
                let problem = "is an archive packed with gzip; expected the archive itself";
                return Err(SourceError::content(file.path(), problem));
            }
            return self.load_archive(file.path(), context);
        }
        let mut labels_file = Opened::open(self.labels_path(file.path())?)?;
        let limit = limit(&labels_file);
        let labels = self.read_labels(&mut labels_file, limit);
        let labels = labels.map_err(|problem| named(&labels_file, problem))?;
        let labels_hash = labels_file.finish()?;

        let (name, limit) = (file.path().to_owned(), self::limit(&file));
        let whole = Cursor::new(start).chain(&mut file);
        let features = Array::read(whole, limit)
            .and_then(|array| Features::read(self, array, Some(labels.of.len()), context));
        let features = features.map_err(|problem| named(&file, problem))?;
        let examples = examples(features, labels, Vec::new(), &name);
        Ok(Loaded::read(examples, vec![file.finish()?, labels_hash]))
    }

    /// The same from the content of the archive or of both files, unpacked.
    ///
    /// # Errors
    /// As [`Npz::load`].
    #[doc(hidden)]
    pub fn from_bytes(&self, bytes: &[u8], labels: Option<&[u8]>) -> Result<Examples, SourceError> {
        self.check()?;
        let (path, context) = (&self.path, Context::new(0));
        if bytes.starts_with(ZIP_MAGIC) {
            return self.read_archive(Cursor::new(bytes), path, &context);
        }
        let labels_path = self.labels_path(path)?;
        let labels = self.read_labels(labels.unwrap_or_default(), u64::MAX);
        let labels = labels.map_err(|problem| problem.of(labels_path))?;
        let features = Array::read(bytes, u64::MAX)
            .and_then(|array| Features::read(self, array, Some(labels.of.len()), &context));
        let features = features.map_err(|problem| problem.of(path))?;
        Ok(examples(features, labels, Vec::new(), path))
    }

    fn load_archive(&self, path: &Path, context: &Context<'_>) -> Result<Loaded, SourceError> {
        let refused = |reason| {
            let path = path.to_owned();
            FileError::Read { path, reason }
        };
        let file = BufReader::new(File::open(path).map_err(refused)?);
        // An archive is not read from front to back, so it is hashed on its own.
        let (examples, hash) = rayon::join(
            || self.read_archive(file, path, context),
            || hash_file(path),
        );
        Ok(Loaded::read(examples?, vec![hash?]))
    }

    fn read_archive(
        &self,
        file: impl Read + Seek + Send,
        path: &Path,
        context: &Context<'_>,
    ) -> Result<Examples, SourceError> {
        if self.labels.is_some() {
            let message = "is for a `path` that is an .npy file; it is an archive";
            return Err(FieldError::new("labels", message).into());
        }
        let named = |problem: Problem| problem.of(path);
        let mut archive = Archive::open(file).map_err(named)?;
        let name = self.label.as_deref().unwrap_or(LABEL);
        let labels = archive
            .array("label", name, |array| {
                Entries::read(array)?.classify(self.classes.as_deref())
            })
            .map_err(named)?;
        let mut tags = Vec::new();
        for name in &self.tags {
            let tag = archive.array("tags", name, |array| {
                Entries::read(array)?.tag(name, labels.of.len())
            });
            tags.push(tag.map_err(named)?);
        }
        let name = self.features.as_deref().unwrap_or(FEATURES);
        let features = archive
            .array("features", name, |array| {
                Features::read(self, array, Some(labels.of.len()), context)
            })
            .map_err(named)?;
        Ok(examples(features, labels, tags, path))
    }

    fn read_labels(&self, content: impl Read, limit: u64) -> Result<Labels, Problem> {
        let entries = Array::read(content, limit).and_then(Entries::read)?;
        entries.classify(self.classes.as_deref())
    }

    /// The file of labels that belongs to an `.npy` file.
    fn labels_path(&self, path: &Path) -> Result<&Path, FieldError> {
        self.labels.as_deref().ok_or_else(|| {
            let message = format!(
                "is missing; expected the .npy file with the labels, since {} is no archive",
                path.display()
            );
            FieldError::new("labels", message)
        })
    }
}

/// How many bytes a file may hold.
fn limit(file: &Opened) -> u64 {
    if file.is_packed() {
        MAX_UNPACKED_BYTES
    } else {
        u64::MAX
    }
}

fn named(file: &Opened, problem: Problem) -> SourceError {
    match problem {
        Problem::Read(reason) => file.error(reason).into(),
        problem => problem.of(file.path()),
    }
}

fn examples(features: Features, labels: Labels, tags: Vec<Tag>, path: &Path) -> Examples {
    let n = labels.of.len();
    let source_name = path.file_name().unwrap_or_default();
    Examples {
        shape: features.shape,
        values: features.values,
        range: features.range,
        labels: labels.of,
        classes: labels.classes,
        source: vec![0; n],
        source_names: vec![source_name.to_string_lossy().into_owned()],
        original: (0..n as u64).collect(),
        tags,
    }
}

#[cfg(test)]
mod tests;
