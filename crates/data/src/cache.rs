//! Chunks beyond the memory budget, decoded once and kept for the next time.
//!
//! A chunk lies in a folder of its own in [`Memory::folder`](crate::Memory), named by what decided
//! it: the source's options, the grid, the seed of a source that draws, and the version of this crate.
//!
//! | file | content |
//! |---|---|
//! | `values.bin` | all values, row-major: bytes, or little-endian f32 |
//! | `rows.bin` | per example, each array whole, little-endian: labels u32, sources u32, originals u64, every tag u32 |
//! | `meta.json` | everything else, and the sha256 of both files and of itself |
//!
//! It is used again if the files it was read from are as they were and all three files still have
//! their hash. The former is seen from the sizes and times of change; where those differ, from the
//! hash of the file. (Of a folder it is the size and time of every file in it; there a difference
//! always decodes anew.) The latter is read and hashed whole each time, so what a disk or a hand has
//! damaged is never trusted. Anything else is decoded anew and replaces it.
//!
//! A chunk gets its name when it is complete. Several processes may decode the same one at a time:
//! the last one stays, and each reads the one that it has open. The folder can be deleted whenever no
//! chunk is being written.

mod entry;
mod inputs;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use self::entry::Miss;
use crate::Values;
use crate::hash::hex;
use crate::source::{Context, Loaded, Source, SourceError};

/// Changes whenever the files of a chunk do.
const FORMAT: u32 = 2;

/// How the names of unfinished chunks begin.
const UNFINISHED: &str = ".writing-";

/// An unfinished chunk of this age was left by a process that was killed.
const LEFTOVER_AGE: Duration = Duration::from_hours(24);

/// Loads a source as [`Source::load`] does, or from the cache if it is beyond the memory budget and
/// was loaded before.
///
/// Without a folder in `context.memory` nothing is cached. A chunk that was damaged, or cannot be kept
/// for the next time, is a warning in [`Loaded::warnings`].
///
/// # Errors
/// As [`Source::load`].
pub fn load_cached(source: &Source, context: &Context<'_>) -> Result<Loaded, SourceError> {
    source.check()?;
    let folder = &context.memory.folder;
    let Some(place) = place(source, context) else {
        return source.load(context);
    };
    remove_leftovers(folder);
    let miss = match entry::open(&place, context) {
        Ok(loaded) => return Ok(loaded),
        Err(miss) => miss,
    };
    let started = SystemTime::now();
    let mut loaded = source.load(context)?;
    if loaded.examples.values.size_bytes() > context.memory.budget_bytes {
        let replaces = !matches!(miss, Miss::Absent);
        match keep(&loaded, started, &place, replaces) {
            Ok(values) => loaded.examples.values = values,
            Err(reason) => loaded.warnings.push(format!(
                "The decoded data cannot be kept in {} for the next time: {reason}.",
                folder.display()
            )),
        }
    }
    if let Miss::Damaged(problem) = miss {
        loaded.warnings.push(format!(
            "The cached data in {} was damaged ({problem}) and has been decoded anew.",
            place.display()
        ));
    }
    Ok(loaded)
}

/// The folder of what the source loads; none if nothing is to be cached.
fn place(source: &Source, context: &Context<'_>) -> Option<PathBuf> {
    let folder = &context.memory.folder;
    if folder.as_os_str().is_empty() {
        return None;
    }
    let grid = context.grid.map(|g| (g.height, g.width, g.max.to_bits()));
    let seed = is_drawn(source).then_some(context.seed);
    // A path that is not text has no JSON.
    let key = serde_json::to_vec(&(FORMAT, env!("CARGO_PKG_VERSION"), source, grid, seed)).ok()?;
    Some(folder.join(hex(Sha256::digest(key).as_slice())))
}

/// Whether the seed decides what the source gives. No wildcard: each new source has to be decided.
fn is_drawn(source: &Source) -> bool {
    match source {
        Source::Fonts(_)
        | Source::Gaussian(_)
        | Source::Strokes(_)
        | Source::Templates(_)
        | Source::Xor(_) => true,
        Source::Cifar(_)
        | Source::Csv(_)
        | Source::Idx(_)
        | Source::ImageFolder(_)
        | Source::Npz(_)
        | Source::Parquet(_) => false,
    }
}

/// Writes a chunk and gives it its name; the same values as they lie there.
///
/// Where there is one already, it is replaced, or else left as the work of a faster process; then
/// this one is kept without a name, as long as it is used.
fn keep(
    loaded: &Loaded,
    started: SystemTime,
    place: &Path,
    replaces: bool,
) -> Result<Values, SourceError> {
    let folder = place.parent().unwrap_or(Path::new(""));
    let failed = |reason| write_error(folder, reason);
    // It exists already where values went to it while they were read.
    fs::create_dir_all(folder).map_err(failed)?;
    let unfinished = unfinished(folder)?;
    let values = entry::write(loaded, started, unfinished.path(), place)?;
    if replaces && place.exists() {
        let aside = self::unfinished(folder)?;
        // If it is gone, another process is replacing it too.
        fs::rename(place, aside.path().join("old")).ok();
    }
    match fs::rename(unfinished.path(), place) {
        Err(reason) if !place.exists() => Err(failed(reason)),
        _ => Ok(values),
    }
}

/// A folder with a name that no chunk has; it is removed when dropped, unless it was renamed.
fn unfinished(folder: &Path) -> Result<TempDir, SourceError> {
    let named = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempdir_in(folder);
    named.map_err(|reason| write_error(folder, reason))
}

fn write_error(folder: &Path, reason: std::io::Error) -> SourceError {
    let folder = folder.to_owned();
    crate::MemoryError::Write { folder, reason }.into()
}

/// Removes what processes left that were killed while they wrote. What cannot be removed stays.
fn remove_leftovers(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        let is_old = changed
            .ok()
            .and_then(|changed| changed.elapsed().ok())
            .is_some_and(|age| age > LEFTOVER_AGE);
        if is_old && entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}

#[cfg(test)]
mod tests;
