//! What became of each run of a sweep, one line per event: `ledger.jsonl` in the sweep's directory.
//!
//! Lines are only ever added, each in one write, so a kill at any moment loses the line that it cuts off at
//! most. Each part of a sweep has a file of its own, such as `ledger-3-of-16.jsonl`: on network disks two
//! computers can't add to one.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use super::Shard;
use crate::{Error, run_dir::cannot_write};

/// The version of a line.
const FORMAT: u32 = 1;

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    format: u32,
    /// UTC.
    time: String,
    /// The point's id.
    pub(crate) point: String,
    #[serde(flatten)]
    pub(crate) event: Event,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Event {
    Started,
    Done {
        /// Of this process: a run that goes on counts from there.
        seconds: f64,
    },
    /// Stopped by somebody, and saved.
    Interrupted,
    Failed {
        error: String,
    },
}

/// The ledger of a sweep's directory, all parts together.
#[derive(Debug)]
pub(crate) struct Ledger {
    folder: PathBuf,
    /// By time.
    pub(crate) lines: Vec<Line>,
    /// Lines that can't be read: cut off by a kill, or damaged.
    pub(crate) n_unreadable: usize,
}

impl Ledger {
    /// The file that a part adds to.
    fn name(shard: Shard) -> String {
        match shard {
            Shard::ALL => "ledger.jsonl".into(),
            Shard { part, of } => format!("ledger-{part}-of-{of}.jsonl"),
        }
    }

    /// Reads the ledger of a sweep; an empty one if there is none yet.
    ///
    /// # Errors
    /// Bad input if it is there and can't be read.
    pub(crate) fn read(directory: &Path) -> Result<Self, Error> {
        let cannot = |path: &Path, error: std::io::Error| {
            Error::bad_input(format!("can't read {}: {error}", path.display()))
        };
        let mut ledger = Self {
            folder: directory.to_owned(),
            lines: Vec::new(),
            n_unreadable: 0,
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(directory).map_err(|error| cannot(directory, error))? {
            let path = entry.map_err(|error| cannot(directory, error))?.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            let is_ledger = name.is_some_and(|name| name.starts_with("ledger"));
            if is_ledger && path.extension().is_some_and(|end| end == "jsonl") {
                files.push(path);
            }
        }
        files.sort();
        for path in files {
            let bytes = fs::read(&path).map_err(|error| cannot(&path, error))?;
            let text = String::from_utf8_lossy(&bytes);
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let line = serde_json::from_str(line).ok();
                match line.filter(|line: &Line| line.format == FORMAT) {
                    Some(line) => ledger.lines.push(line),
                    None => ledger.n_unreadable += 1,
                }
            }
        }
        // In UTC to the second: as text, in the order of time. Lines of one second stay as they stood.
        ledger.lines.sort_by(|a, b| a.time.cmp(&b.time));
        Ok(ledger)
    }

    /// The last event of a point.
    pub(crate) fn last(&self, point: &str) -> Option<&Event> {
        let of_point = self.lines.iter().rev().find(|line| line.point == point);
        of_point.map(|line| &line.event)
    }

    /// Adds a line, for good.
    ///
    /// # Errors
    /// That the disk is full, or the file may not be written.
    pub(crate) fn add(&self, shard: Shard, point: &str, event: Event) -> Result<(), Error> {
        let path = self.folder.join(Self::name(shard));
        let line = Line {
            format: FORMAT,
            time: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            point: point.into(),
            event,
        };
        let mut text = serde_json::to_string(&line)
            .map_err(|error| Error::failed(format!("can't write the ledger: {error}")))?;
        text.push('\n');
        let added = || -> std::io::Result<()> {
            let mut options = File::options();
            let mut file = options.create(true).read(true).append(true).open(&path)?;
            if !ends_with_newline(&mut file)? {
                text.insert(0, '\n'); // behind a line that was cut off
            }
            file.write_all(text.as_bytes())?;
            file.sync_data()
        };
        let mut added = added;
        added().map_err(|error| cannot_write(&path, &error))
    }
}

fn ends_with_newline(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_costs_itself_alone() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::read(folder.path()).unwrap();
        assert_eq!(ledger.last("001"), None);
        ledger.add(Shard::ALL, "001", Event::Started).unwrap();
        let path = folder.path().join("ledger.jsonl");
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"format\":1,\"time\":\"2026-11");
        fs::write(&path, text).unwrap();
        let failed = Event::Failed {
            error: "no \"luck\"\nat all".into(),
        };
        ledger.add(Shard::ALL, "002", failed.clone()).unwrap();
        let ledger = Ledger::read(folder.path()).unwrap();
        assert_eq!(ledger.n_unreadable, 1);
        assert_eq!(ledger.last("001"), Some(&Event::Started));
        assert_eq!(ledger.last("002"), Some(&failed));
        // A part writes a file of its own, and all are read together.
        let part = Shard { part: 2, of: 3 };
        ledger
            .add(part, "003", Event::Done { seconds: 1.5 })
            .unwrap();
        assert!(folder.path().join("ledger-2-of-3.jsonl").exists());
        let ledger = Ledger::read(folder.path()).unwrap();
        assert_eq!(ledger.last("003"), Some(&Event::Done { seconds: 1.5 }));
        assert_eq!(ledger.lines.len(), 3);
    }
}
