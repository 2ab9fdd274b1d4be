//! Whether the files that a chunk was read from are as they were.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::FileHash;
use crate::hash::hex;
use crate::source::file::hash_file;

/// A change within this time before reading may have happened after it as well: some file systems
/// keep times to 2 seconds (FAT).
const TIME_GRAIN: Duration = Duration::from_secs(2);

/// A file or folder that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Input {
    /// As it was opened, relative to the current folder if it is.
    pub(super) path: PathBuf,
    pub(super) sha256: String,
    /// What can be seen of it without reading it; none if it was changed just before it was read.
    stamp: Option<String>,
    /// Whether it is a `.gz` that was opened because there was no file without `.gz`.
    stands_in: bool,
}

/// What has become of an input.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    Same,
    /// Its content is the same, and this is what it looks like now.
    Touched(Input),
    Changed,
}

impl Input {
    /// Looks at a file that was read since `started`.
    pub(super) fn new(file: &FileHash, started: SystemTime) -> io::Result<Self> {
        let (stamp, newest) = stamp(&file.path)?;
        let is_settled = newest + TIME_GRAIN < started;
        Ok(Self {
            path: file.path.clone(),
            sha256: file.sha256.clone(),
            stamp: is_settled.then_some(stamp),
            stands_in: unpacked(&file.path).is_some_and(|path| !path.exists()),
        })
    }

    /// Looks at it again.
    pub(super) fn look(&self) -> Found {
        let looked = SystemTime::now();
        if self.stands_in && unpacked(&self.path).is_some_and(|path| path.exists()) {
            return Found::Changed;
        }
        match stamp(&self.path) {
            Ok((now, _)) if self.stamp.as_ref() == Some(&now) => Found::Same,
            Ok(_) if !self.path.is_dir() => match hash_file(&self.path) {
                Ok(file) if file.sha256 == self.sha256 && file.path == self.path => {
                    Self::new(&file, looked).map_or(Found::Same, Found::Touched)
                }
                _ => Found::Changed,
            },
            _ => Found::Changed,
        }
    }

    pub(super) fn file_hash(&self) -> FileHash {
        FileHash {
            path: self.path.clone(),
            sha256: self.sha256.clone(),
        }
    }
}

/// The path without `.gz`, if it has that.
fn unpacked(path: &Path) -> Option<PathBuf> {
    let is_packed = path.extension().is_some_and(|extension| extension == "gz");
    is_packed.then(|| path.with_extension(""))
}

/// Size and time of change of a file, or a hash of those of all files in a folder; and the time of the
/// newest change.
fn stamp(path: &Path) -> io::Result<(String, SystemTime)> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_dir() {
        let changed = metadata.modified()?;
        return Ok((
            format!("{} bytes, {}", metadata.len(), nanos(changed)),
            changed,
        ));
    }
    let mut listing = Listing {
        lines: Vec::new(),
        newest: metadata.modified()?,
        seen: BTreeSet::from([path.canonicalize()?]),
    };
    listing.add(path, "")?;
    let Listing { lines, newest, .. } = listing;
    let hash = hex(Sha256::digest(lines.concat()).as_slice());
    Ok((format!("{} entries, {hash}", lines.len()), newest))
}

/// What is in a folder and in the folders in it.
struct Listing {
    /// By name, one per file or folder.
    lines: Vec<String>,
    newest: SystemTime,
    /// Folders by their real path: links can make them contain each other.
    seen: BTreeSet<PathBuf>,
}

impl Listing {
    fn add(&mut self, folder: &Path, name: &str) -> io::Result<()> {
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_unstable_by_key(DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let name = format!("{name}/{}", entry.file_name().display());
            // Follows links.
            let Ok(metadata) = fs::metadata(&path) else {
                self.lines.push(format!("{name} leads nowhere\n"));
                continue;
            };
            let changed = metadata.modified()?;
            self.newest = changed.max(self.newest);
            if !metadata.is_dir() {
                let size_bytes = metadata.len();
                self.lines
                    .push(format!("{name} {size_bytes} {}\n", nanos(changed)));
                continue;
            }
            self.lines.push(format!("{name} is a folder\n"));
            if self.seen.insert(path.canonicalize()?) {
                self.add(&path, &name)?;
            }
        }
        Ok(())
    }
}

/// Nanoseconds since 1970, negative before.
fn nanos(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => after.as_nanos().cast_signed(),
        Err(before) => -before.duration().as_nanos().cast_signed(),
    }
}
