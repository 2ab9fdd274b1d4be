use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
    time::UNIX_EPOCH,
};

use crate::{curve::METRICS, experiment::Report, gallery::Gallery};

/// What a page was made of: a number that changes when one of its files does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version(u64);

/// Files of a run that its page is made of.
const OF_RUN: [&str; 6] = [
    "config.toml",
    "environment.json",
    METRICS,
    "diagnosis.json",
    Gallery::FILE,
    Report::FILE,
];

impl Version {
    /// Of a run, a sweep or a folder of runs.
    pub(super) fn of(directory: &Path) -> Self {
        let mut hasher = DefaultHasher::new();
        for file in OF_RUN {
            stamp(&directory.join(file)).hash(&mut hasher);
        }
        if !directory.join("config.toml").is_file() {
            let mut names: Vec<_> = fs::read_dir(directory)
                .into_iter()
                .flatten()
                .filter_map(|entry| Some(entry.ok()?.path()))
                .collect();
            names.sort();
            for path in names {
                path.hash(&mut hasher);
                if path
                    .extension()
                    .is_some_and(|extension| extension == "jsonl")
                {
                    stamp(&path).hash(&mut hasher);
                } else if path.is_dir() {
                    stamp(&path.join("diagnosis.json")).hash(&mut hasher);
                }
            }
        }
        Self(hasher.finish())
    }

    pub(super) fn of_text(text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// As browsers send it back.
    pub(super) fn tag(self) -> String {
        format!("\"{:016x}\"", self.0)
    }
}

/// When a file was changed, and its length; none if it is not there.
pub(super) fn stamp(file: &Path) -> Option<(u128, u64)> {
    let about = fs::metadata(file).ok()?;
    let changed = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((changed.as_nanos(), about.len()))
}
