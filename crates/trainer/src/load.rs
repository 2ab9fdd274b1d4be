//! Reads or draws the two chunks that a config names.

use std::path::Path;

use plumb_data::{
    Examples, Loaded, SourceError,
    source::{Csv, FileError, Grid, Idx, Strokes},
};

use crate::config::{General, KeyError, Target};

/// Loads the target chunk.
///
/// # Errors
/// The key of the config that it comes from.
pub(crate) fn load_target(target: &Target) -> Result<Loaded, KeyError> {
    match target {
        Target::Csv(csv) => load_csv("data.target.csv", csv),
        Target::Idx(idx) => load_idx("data.target.idx", idx),
    }
}

/// Loads the general chunk; digits are drawn to the grid and the range of `target`.
///
/// # Errors
/// The key of the config that it comes from.
pub(crate) fn load_general(
    general: &General,
    target: &Examples,
    seed: u64,
) -> Result<Loaded, KeyError> {
    match general {
        General::Strokes(strokes) => load_strokes(strokes, target, seed),
        General::Csv(csv) => load_csv("data.general.csv", csv),
        General::Idx(idx) => load_idx("data.general.idx", idx),
    }
}

/// Draws digits to the target's grid and range.
fn load_strokes(strokes: &Strokes, target: &Examples, seed: u64) -> Result<Loaded, KeyError> {
    let key = "data.general.strokes";
    let [1, height, width] = target.shape[..] else {
        let message = format!(
            "drawn digits take their grid from the target, which has examples of shape {:?}; \
             expected [1, height, width]",
            target.shape
        );
        return Err(KeyError::new(key, message));
    };
    let Some((0.0, max)) = target.range else {
        let message = format!(
            "drawn digits take their range from the target, which has {}; expected one from 0",
            target
                .range
                .map_or("none".into(), |(low, high)| format!("{low} to {high}"))
        );
        return Err(KeyError::new(key, message).hint("give the target's `range`, as in [0, 16]"));
    };
    strokes
        .load(seed, Grid { height, width, max })
        .map_err(|error| source_error(key, "examples", &error))
}

fn load_csv(table: &str, csv: &Csv) -> Result<Loaded, KeyError> {
    csv.load()
        .map_err(|error| source_error(table, "path", &error))
}

fn load_idx(table: &str, idx: &Idx) -> Result<Loaded, KeyError> {
    idx.load().map_err(|error| {
        let is_labels = file_of(&error).is_some_and(|path| path == idx.labels);
        source_error(table, if is_labels { "labels" } else { "images" }, &error)
    })
}

/// The file that an error is about.
fn file_of(error: &SourceError) -> Option<&Path> {
    match error {
        SourceError::File(
            FileError::Missing { path, .. }
            | FileError::Read { path, .. }
            | FileError::Unpack { path, .. }
            | FileError::TooLarge { path },
        ) => Some(path),
        SourceError::Idx(error) => Some(&error.path),
        SourceError::Csv(error) => Some(&error.path),
        SourceError::Field(_) | SourceError::Grid { .. } => None,
    }
}

/// Points at a source's table and `field`, the key of the file at fault.
fn source_error(table: &str, field: &str, error: &SourceError) -> KeyError {
    if let SourceError::Field(error) = error {
        return KeyError::value(format!("{table}.{}", error.field), &error.message);
    }
    let key_error = KeyError::new(format!("{table}.{field}"), error.to_string());
    let SourceError::File(FileError::Missing { path, hint }) = error else {
        return key_error;
    };
    if path.to_string_lossy().contains("mnist") {
        return key_error.hint("scripts/fetch_mnist.sh brings MNIST");
    }
    let usual = "paths are relative to the folder that plumb is started in";
    key_error.hint(hint.as_deref().unwrap_or(usual))
}
