//! What lies in the folder: classes, their pictures, and files that are none.

use std::path::{Path, PathBuf};

use super::super::folder::{files_below, folders_in};
use crate::SourceError;

/// What the names of pictures end in.
pub(super) const EXTENSIONS: [&str; 5] = ["png", "jpg", "jpeg", "bmp", "gif"];

/// One picture, not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) path: PathBuf,
    /// The path from the folder of all classes on, with `/` between the parts.
    pub(super) relative: String,
    /// An index into the classes.
    pub(super) class: u32,
}

impl Listed {
    /// The path between the class folder and the picture.
    pub(super) fn folder(&self) -> &str {
        let below = self.relative.split_once('/').map_or("", |(_, below)| below);
        below.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// The pictures by class, then by path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) classes: Vec<String>,
    pub(super) pictures: Vec<Listed>,
    pub(super) warnings: Vec<String>,
}

impl Listing {
    /// Looks into every folder, but not into files.
    pub(super) fn read(path: &Path) -> Result<Self, SourceError> {
        let (mut classes, beside) = folders_in(path)?;
        if classes.iter().all(|c| c.parse::<i64>().is_ok()) {
            // Stable, so that `1` and `01` stay in the order of text.
            classes.sort_by_key(|c| c.parse::<i64>().ok());
        }
        if classes.len() < 2 {
            let found = match classes.first() {
                Some(only) => format!("only the class folder `{only}`"),
                None => "no class folders".to_owned(),
            };
            let problem = format!("found {found}; expected one folder per class, two or more");
            return Err(SourceError::content(path, problem));
        }
        let (mut pictures, mut other) = (Vec::new(), Vec::new());
        for (class, index) in classes.iter().zip(0..) {
            let folder = path.join(class);
            let before = pictures.len();
            for found in files_below(&folder)? {
                let relative = format!("{class}/{}", found.relative);
                if found.has_extension(&EXTENSIONS) {
                    pictures.push(Listed {
                        path: found.path,
                        relative,
                        class: index,
                    });
                } else {
                    other.push(relative);
                }
            }
            if pictures.len() == before {
                let ends = EXTENSIONS.map(|e| format!(".{e}")).join(", ");
                let problem = format!("the class folder has no picture; expected files in {ends}");
                return Err(SourceError::content(folder, problem));
            }
        }
        let mut warnings = Vec::new();
        let place = path.display();
        if let Some(first) = beside.first() {
            warnings.push(format!(
                "{} ignored in {place} beside the class folders, such as {first}",
                counted(beside.len())
            ));
        }
        if let Some(first) = other.first() {
            warnings.push(format!(
                "{} ignored in {place}, not pictures by their names, such as {first}",
                counted(other.len())
            ));
        }
        Ok(Self {
            classes,
            pictures,
            warnings,
        })
    }

    /// Checks that every class has a picture that is not broken.
    pub(super) fn check_kept(&self, path: &Path, kept: &[&Listed]) -> Result<(), SourceError> {
        let mut has = vec![false; self.classes.len()];
        for picture in kept {
            has[picture.class as usize] = true;
        }
        match self.classes.iter().zip(has).find(|(_, has)| !has) {
            None => Ok(()),
            Some((class, _)) => {
                let problem = "every picture of the class is broken; expected one at least";
                Err(SourceError::content(path.join(class), problem))
            }
        }
    }
}

fn counted(n: usize) -> String {
    if n == 1 {
        "1 file was".to_owned()
    } else {
        format!("{n} files were")
    }
}
