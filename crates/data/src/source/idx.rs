//! Images and labels in IDX files, the format of MNIST.

mod array;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::array::Array;
pub use self::array::IdxProblem;
use super::file::Opened;
use super::{Context, Loaded, SourceError};
use crate::{Examples, FieldError, FileHash, Values};

/// Images and their labels, each in one IDX file, plain or packed with gzip.
///
/// The format: <http://yann.lecun.com/exdb/mnist/>, "the IDX file format".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idx {
    /// Bytes of shape `[n, height, width]`. If there is only a file with `.gz` appended, that one.
    pub images: PathBuf,
    /// Bytes of shape `[n]`; likewise.
    pub labels: PathBuf,
}

/// A problem in an IDX file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct IdxError {
    /// The file.
    pub path: PathBuf,
    /// What was found and what was expected.
    pub problem: IdxProblem,
}

impl Idx {
    /// Checks the options alone, without the files.
    ///
    /// # Errors
    /// [`FieldError`] if a path is empty, or if both are the same.
    pub fn check(&self) -> Result<(), FieldError> {
        for (field, path) in [("images", &self.images), ("labels", &self.labels)] {
            if path.as_os_str().is_empty() {
                return Err(FieldError::new(field, "is empty; expected a file"));
            }
        }
        if self.images == self.labels {
            let message = "is the same file as `images`; expected the one with the labels";
            return Err(FieldError::new("labels", message));
        }
        Ok(())
    }

    /// Reads both files.
    ///
    /// The shape is `[1, height, width]`, the range 0..=255; classes are `"0"` to the largest label.
    /// The one source is the name of the images' file; each image is its own original.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`Idx::check`] fails, [`SourceError::File`] if a file cannot be
    /// read, [`SourceError::Idx`] if its content is not as expected.
    pub fn load(&self, _context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let (images, images_hash) = read(&self.images, 3)?;
        let (labels, labels_hash) = read(&self.labels, 1)?;
        let examples = join(images, &labels, &images_hash.path).map_err(|problem| IdxError {
            path: labels_hash.path.clone(),
            problem,
        })?;
        Ok(Loaded::read(examples, vec![images_hash, labels_hash]))
    }
}

fn read(path: &Path, rank: u8) -> Result<(Array, FileHash), SourceError> {
    let mut opened = Opened::open(path)?;
    match Array::read(&mut opened, rank) {
        Ok(array) => Ok((array, opened.finish()?)),
        Err(IdxProblem::Read(reason)) => Err(opened.error(reason).into()),
        Err(problem) => Err(IdxError {
            path: opened.path().to_owned(),
            problem,
        }
        .into()),
    }
}

/// Makes examples of images and labels; a problem is one of the labels.
fn join(images: Array, labels: &Array, images_path: &Path) -> Result<Examples, IdxProblem> {
    let n = images.shape[0];
    if labels.values.len() != n {
        return Err(IdxProblem::Counts {
            n_labels: labels.values.len(),
            n_images: n,
        });
    }
    let largest = labels.values.iter().max().copied().unwrap_or_default();
    if let Some(&label) = labels.values.first()
        && labels.values.iter().all(|&l| l == label)
    {
        return Err(IdxProblem::OneClass { label });
    }
    let source_name = images_path.file_name().unwrap_or_default();
    Ok(Examples {
        shape: vec![1, images.shape[1], images.shape[2]],
        values: Values::U8(images.values),
        range: Some((0.0, 255.0)),
        labels: labels.values.iter().map(|&l| u32::from(l)).collect(),
        classes: (0..=largest).map(|l| l.to_string()).collect(),
        source: vec![0; n],
        source_names: vec![source_name.to_string_lossy().into_owned()],
        original: (0..n as u64).collect(),
        tags: Vec::new(),
    })
}

#[cfg(test)]
mod tests;
