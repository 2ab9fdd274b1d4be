//! Which files of a folder are read.

use std::path::PathBuf;

use super::{Cifar, CifarKind, CifarPart};
use crate::FieldError;
use crate::source::SourceError;

/// Files of training images that CIFAR-10 has.
const N_BATCHES: usize = 5;

/// The files to read.
pub(super) struct Found {
    /// Where the names of the classes may lie.
    pub(super) folder: PathBuf,
    /// In the order of reading; one at least.
    pub(super) paths: Vec<PathBuf>,
    pub(super) warnings: Vec<String>,
}

pub(super) fn find(options: &Cifar) -> Result<Found, SourceError> {
    let path = &options.path;
    if !path.is_dir() {
        if options.part.is_some() {
            let message = "is for a folder; `path` is not one";
            return Err(FieldError::new("part", message).into());
        }
        return Ok(Found {
            folder: path.parent().unwrap_or(path).to_owned(),
            paths: vec![path.clone()],
            warnings: Vec::new(),
        });
    }
    let (train, test): (Vec<String>, &str) = match options.kind {
        CifarKind::Cifar10 => (
            (1..=N_BATCHES)
                .map(|i| format!("data_batch_{i}.bin"))
                .collect(),
            "test_batch.bin",
        ),
        CifarKind::Cifar100 => (vec!["train.bin".into()], "test.bin"),
    };
    let (mut paths, mut warnings) = (Vec::new(), Vec::new());
    if options.part != Some(CifarPart::Test) {
        let there = train.iter().map(|name| path.join(name)).filter(|file| {
            let mut packed = file.clone().into_os_string();
            packed.push(".gz");
            file.exists() || PathBuf::from(packed).exists()
        });
        paths.extend(there);
        let names = match options.kind {
            CifarKind::Cifar10 => "data_batch_1.bin to data_batch_5.bin",
            CifarKind::Cifar100 => "train.bin",
        };
        if paths.is_empty() {
            let problem = format!("the folder has no training images; expected {names}");
            return Err(SourceError::content(path, problem));
        }
        if paths.len() < train.len() {
            warnings.push(format!(
                "Only {} of the {N_BATCHES} files {names} are in {}.",
                paths.len(),
                path.display()
            ));
        }
    }
    if matches!(options.part, Some(CifarPart::Test | CifarPart::All)) {
        paths.push(path.join(test));
    }
    Ok(Found {
        folder: path.clone(),
        paths,
        warnings,
    })
}
