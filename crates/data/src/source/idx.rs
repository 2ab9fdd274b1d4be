//! Images or rows and their labels in IDX files, the format of MNIST.

mod header;
mod labels;
mod problem;
mod unlabelled;

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::header::{Header, expect_end};
use self::labels::Labels;
pub use self::problem::{IdxError, IdxProblem};
pub use super::array::ValueProblem;
use super::array::{FillProblem, Sink, example_shape};
use super::file::Opened;
use super::{Context, Loaded, MAX_UNPACKED_BYTES, SourceError, checks};
use crate::{Examples, FieldError, Values};

/// Images or rows and their labels, each in one IDX file, plain or packed with gzip.
///
/// The format: <http://yann.lecun.com/exdb/mnist/>, "the IDX file format".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Idx {
    /// Numbers of one to four dimensions: `[n]`, `[n, features]`, `[n, height, width]` or
    /// `[n, channels, height, width]`. If there is only a file with `.gz` appended, that one.
    pub images: PathBuf,
    /// Whole numbers of shape `[n]`, counted from 0; likewise.
    pub labels: PathBuf,
    /// The smallest and largest value that an image can have. If absent, 0 to 255 for bytes and not
    /// known for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f32; 2]>,
    /// The names of the labels 0, 1, …; if absent, `"0"` to the largest label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
}

impl Idx {
    /// Both files, everything else as usual.
    #[must_use]
    pub fn new(images: impl Into<PathBuf>, labels: impl Into<PathBuf>) -> Self {
        Self {
            images: images.into(),
            labels: labels.into(),
            range: None,
            classes: None,
        }
    }

    /// Checks the options alone, without the files.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        checks::path("images", &self.images)?;
        checks::path("labels", &self.labels)?;
        if self.images == self.labels {
            let message = "is the same file as `images`; expected the one with the labels";
            return Err(FieldError::new("labels", message));
        }
        checks::range(self.range)?;
        checks::classes(self.classes.as_deref())
    }

    /// Reads both files.
    ///
    /// The shape is `[1]`, `[features]`, `[1, height, width]` or `[channels, height, width]`. Numbers
    /// of 64 bits are rounded to 32. The one source is the name of the images' file; each image is
    /// its own original. A packed file may unpack to [`MAX_UNPACKED_BYTES`]; a plain one may have any
    /// size.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Idx::check`] fails, [`SourceError::File`] if a file cannot be
    /// read, [`SourceError::Idx`] if its content is not as expected.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let mut file = Opened::open(&self.labels)?;
        let limit = limit(&file);
        let read = Labels::read(&mut file, limit, self.classes.as_deref());
        let labels = read.map_err(|problem| named(&file, problem))?;
        let (labels_path, labels_hash) = (file.path().to_owned(), file.finish()?);

        let mut file = Opened::open(&self.images)?;
        let (source_name, limit) = (file.path().to_owned(), self::limit(&file));
        let n_labels = Some(labels.of.len());
        let read = images(&mut file, limit, n_labels, self.range, context);
        let (header, values) = read.map_err(|problem| match problem {
            // The images are as they are said to be; it is the labels that do not fit them.
            IdxProblem::Counts { .. } => IdxError::new(&labels_path, problem).into(),
            problem => named(&file, problem),
        })?;
        let images_hash = file.finish()?;
        let examples = self.examples(&header, values, labels, &source_name);
        Ok(Loaded::read(examples, vec![images_hash, labels_hash]))
    }

    /// The same from the content of both files, unpacked.
    ///
    /// # Errors
    /// As [`Idx::load`].
    #[doc(hidden)]
    pub fn from_bytes(&self, images: &[u8], labels: &[u8]) -> Result<Examples, SourceError> {
        self.check()?;
        let named = |path: &Path| {
            let path = path.to_owned();
            move |problem| SourceError::from(IdxError::new(&path, problem))
        };
        let labels =
            Labels::read(labels, u64::MAX, self.classes.as_deref()).map_err(named(&self.labels))?;
        let context = Context::new(0);
        let n_labels = Some(labels.of.len());
        let (header, values) = self::images(images, u64::MAX, n_labels, self.range, &context)
            .map_err(named(&self.images))?;
        Ok(self.examples(&header, values, labels, &self.images))
    }

    fn examples(&self, header: &Header, values: Values, labels: Labels, path: &Path) -> Examples {
        let n = labels.of.len();
        let source_name = path.file_name().unwrap_or_default();
        Examples {
            shape: example_shape(&header.shape),
            values,
            range: match self.range {
                Some([low, high]) => Some((low, high)),
                None => header.number.range(),
            },
            labels: labels.of,
            classes: labels.classes,
            source: vec![0; n],
            source_names: vec![source_name.to_string_lossy().into_owned()],
            original: (0..n as u64).collect(),
            tags: Vec::new(),
        }
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

fn named(file: &Opened, problem: IdxProblem) -> SourceError {
    match problem {
        IdxProblem::Read(reason) => file.error(reason).into(),
        IdxProblem::Value(ValueProblem::Memory(error)) => error.into(),
        problem => IdxError::new(file.path(), problem).into(),
    }
}

/// Reads the file of images, as many as there are labels, if there are any.
fn images(
    mut file: impl Read + Send,
    limit: u64,
    n_labels: Option<usize>,
    range: Option<[f32; 2]>,
    context: &Context<'_>,
) -> Result<(Header, Values), IdxProblem> {
    let header = Header::of_images(&mut file, limit)?;
    let n_images = header.shape.first().copied().unwrap_or_default();
    if let Some(n_labels) = n_labels.map(|n| n as u64)
        && n_labels != n_images
    {
        return Err(IdxProblem::Counts { n_labels, n_images });
    }
    let kind = (header.number, header::ENDIAN);
    let mut sink = Sink::new(context, kind, &header.shape, range, false);
    let expected = header.size_bytes;
    let found = sink
        .fill(&mut file, expected)
        .map_err(|problem| match problem {
            FillProblem::Read(reason) => IdxProblem::Read(reason),
            FillProblem::Value(problem) => IdxProblem::Value(problem),
        })?;
    expect_end(file, found, expected)?;
    let values = sink.finish()?;
    Ok((header, values))
}

#[cfg(test)]
mod tests;
