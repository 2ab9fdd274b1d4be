//! Pictures in a folder per class.

mod listing;
mod unlabelled;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::listing::Listing;
use super::picture::{self, Broken, Gather, Picture, PictureError, Place, Resize, Rule};
use super::{Context, FileError, Loaded, Progress, SourceError};
use crate::hash::{hex, sha256_hex};
use crate::{Examples, FieldError, FileHash, Tag};

/// Pictures that are decoded at a time; then their numbers are collected.
const CHUNK: usize = 256;

/// No file is read that is larger: 1 GiB, more than the largest picture takes that is not packed.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// Pictures in PNG, JPEG, BMP or GIF, in one folder per class.
///
/// Class folders lie directly in `path`, and their names are the names of the classes. Pictures may
/// lie in folders below a class folder: the path between becomes the tag `folder`, empty where a
/// picture lies in the class folder itself. Files are pictures if their names end in `.png`, `.jpg`,
/// `.jpeg`, `.bmp` or `.gif`, in upper or lower case; which format it is, the content says. Other
/// files are ignored with a warning, hidden ones without.
///
/// How a picture becomes numbers: [`super::picture`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageFolder {
    /// The folder with the class folders.
    pub path: PathBuf,
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

impl ImageFolder {
    /// The folder with everything else as if absent.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            size: None,
            resize: None,
            channels: None,
            background: None,
            broken: None,
        }
    }

    /// Checks the options alone, without the folder.
    ///
    /// # Errors
    /// [`FieldError`] for the first option that is not possible.
    pub fn check(&self) -> Result<(), FieldError> {
        if self.path.as_os_str().is_empty() {
            let message = "is empty; expected a folder with one folder per class";
            return Err(FieldError::new("path", message));
        }
        self.rule().map(|_| ())
    }

    fn rule(&self) -> Result<Rule, FieldError> {
        Rule::from_keys(self.size, self.resize, self.channels, self.background)
    }

    /// Reads and decodes the pictures.
    ///
    /// The shape is `[channels, height, width]`, the range 0..=255. Classes are the names of the
    /// folders, ordered as numbers if all are whole numbers, else as text; examples are ordered by
    /// class, then by the bytes of their paths. The one source is the name of the folder; each
    /// picture is its own original.
    ///
    /// `files` has one entry, for the folder. Its hash is that of a list with one line per picture,
    /// sorted by the bytes of the paths: the sha256 of the file, two blanks, the path relative to the
    /// folder with `/` between its parts, a line feed. That is, for a folder with nothing but
    /// pictures, `find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`.
    ///
    /// # Errors
    /// [`SourceError::Field`] if [`ImageFolder::check`] fails, [`SourceError::File`] if a folder or a
    /// file cannot be read, [`SourceError::Content`] if there are fewer than two classes, a class has
    /// no picture, a picture is broken and that is an error, or sizes differ and none is given.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, SourceError> {
        self.check()?;
        let rule = self.rule()?;
        let listing = Listing::read(&self.path)?;
        let broken = self.broken.unwrap_or_default();
        let mut gather = Gather::new(&rule, broken, context.memory);
        let (mut kept, mut lines) = (Vec::new(), Vec::new());
        let total = listing.pictures.len();
        for start in (0..total).step_by(CHUNK) {
            let chunk = &listing.pictures[start..total.min(start + CHUNK)];
            let decoded: Vec<_> = chunk.par_iter().map(|p| decode(&p.path, &rule)).collect();
            for (picture, decoded) in chunk.iter().zip(decoded) {
                let (decoded, sha256) = decoded?;
                lines.push((&picture.relative, sha256));
                if gather.add(Place::file(&picture.path), decoded)? {
                    kept.push(picture);
                }
            }
            let done = start + chunk.len();
            (context.on_progress)(Progress { done, total });
        }
        listing.check_kept(&self.path, &kept)?;
        let gathered = gather.finish()?;
        let n = kept.len();
        let folders: Vec<&str> = kept.iter().map(|p| p.folder()).collect();
        let tag = folders
            .iter()
            .any(|f| !f.is_empty())
            .then(|| Tag::new("folder", &folders));
        let examples = Examples {
            shape: gathered.shape,
            values: gathered.values,
            range: Some((0.0, 255.0)),
            labels: kept.iter().map(|p| p.class).collect(),
            classes: listing.classes,
            source: vec![0; n],
            source_names: vec![folder_name(&self.path)],
            original: (0..n as u64).collect(),
            tags: tag.into_iter().collect(),
        };
        let mut warnings = listing.warnings;
        warnings.extend(gathered.warnings);
        let files = vec![FileHash {
            path: self.path.clone(),
            sha256: hash_of_list(lines),
        }];
        Ok(Loaded {
            warnings,
            ..Loaded::read(examples, files)
        })
    }
}

type Decoded = (Result<Picture, PictureError>, String);

/// The picture in a file, and the hash of the file.
fn decode(path: &Path, rule: &Rule) -> Result<Decoded, SourceError> {
    let refused = |reason| FileError::Read {
        path: path.to_owned(),
        reason,
    };
    let file = File::open(path).map_err(refused)?;
    let n_bytes = file.metadata().map_err(refused)?.len();
    if n_bytes > MAX_FILE_BYTES {
        let problem = format!("the file has {n_bytes} bytes; expected at most {MAX_FILE_BYTES}");
        return Err(SourceError::content(path, problem));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES)
        .read_to_end(&mut bytes)
        .map_err(refused)?;
    let sha256 = sha256_hex(&bytes);
    Ok((picture::read(&bytes, rule), sha256))
}

/// The hash over the sorted list of paths with their hashes.
fn hash_of_list(mut lines: Vec<(&String, String)>) -> String {
    lines.sort();
    let mut hash = Sha256::new();
    for (relative, sha256) in lines {
        hash.update(format!("{sha256}  {relative}\n"));
    }
    hex(hash.finalize().as_slice())
}

/// The last part of the path, or all of it where that is `..`.
fn folder_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
