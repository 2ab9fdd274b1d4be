//! The names of the classes, which lie in text files beside the images.

use std::path::Path;

use super::{Cifar, CifarKind};
use crate::FileHash;
use crate::source::file::Opened;
use crate::source::{FileError, SourceError};

/// The names of both labels.
pub(super) struct Names {
    pub(super) classes: Vec<String>,
    /// Of the label that is not the class; empty for CIFAR-10.
    pub(super) other: Vec<String>,
}

impl Names {
    /// Classes numbered from 0.
    pub(super) fn numbers(options: &Cifar) -> Self {
        let numbers = |n: usize| (0..n).map(|i| i.to_string()).collect();
        let (classes, other) = options.counts();
        Self {
            classes: numbers(classes),
            other: numbers(other),
        }
    }

    /// The names in the files of `folder`; numbers where there is none. Adds the files' hashes.
    pub(super) fn read(
        options: &Cifar,
        folder: &Path,
        hashes: &mut Vec<FileHash>,
    ) -> Result<Self, SourceError> {
        let mut names = Self::numbers(options);
        let (fine, coarse) = ("fine_label_names.txt", "coarse_label_names.txt");
        let (class_file, other_file) = match (options.kind, options.is_coarse()) {
            (CifarKind::Cifar10, _) => ("batches.meta.txt", None),
            (CifarKind::Cifar100, false) => (fine, Some(coarse)),
            (CifarKind::Cifar100, true) => (coarse, Some(fine)),
        };
        replace(&mut names.classes, &folder.join(class_file), hashes)?;
        if let Some(other_file) = other_file {
            replace(&mut names.other, &folder.join(other_file), hashes)?;
        }
        Ok(names)
    }
}

impl Cifar {
    /// How many classes there are, and how many values of the other label.
    pub(super) fn counts(&self) -> (usize, usize) {
        match (self.kind, self.is_coarse()) {
            (CifarKind::Cifar10, _) => (10, 0),
            (CifarKind::Cifar100, false) => (100, 20),
            (CifarKind::Cifar100, true) => (20, 100),
        }
    }
}

/// Puts the lines of the file in the place of `names`, if the file exists.
fn replace(
    names: &mut Vec<String>,
    path: &Path,
    hashes: &mut Vec<FileHash>,
) -> Result<(), SourceError> {
    let file = match Opened::open(path) {
        Err(FileError::Missing { .. }) => return Ok(()),
        opened => opened?,
    };
    let (text, hash) = file.read_all()?;
    let wrong = |problem: String| SourceError::content(&hash.path, problem);
    let text = String::from_utf8(text)
        .map_err(|_| wrong("is not UTF-8; expected one class name per line".into()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let found: Vec<String> = lines.map(str::to_owned).collect();
    if found.len() != names.len() {
        return Err(wrong(format!(
            "has {} lines with a class name; expected {}",
            found.len(),
            names.len()
        )));
    }
    let mut sorted = found.clone();
    sorted.sort();
    if let Some([twice, _]) = sorted.array_windows().find(|[a, b]| a == b) {
        return Err(wrong(format!("names the class `{twice}` twice")));
    }
    *names = found;
    hashes.push(hash);
    Ok(())
}
