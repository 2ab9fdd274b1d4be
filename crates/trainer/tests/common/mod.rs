//! Starts the real binary in the repository's root, with a run directory of its own.

#![allow(dead_code, reason = "each test file uses a part of these")]
#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

pub(crate) mod boards;
pub(crate) mod resuming;
pub(crate) mod sweeps;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// A place for runs that vanishes with the test.
pub(crate) struct Workplace {
    folder: tempfile::TempDir,
}

impl Workplace {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    pub(crate) fn runs(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    /// Writes a file below the workplace and returns its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// `plumb` with these arguments, ready to start. Runs go to [`Workplace::runs`].
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
        command.current_dir(root()).args(args);
        // Mesa looks for a display server otherwise, and complains on stderr if there is none.
        command.env("NO_COLOR", "1").env("NODEVICE_SELECT", "1");
        if args.first() == Some(&"train") && !args.contains(&"--runs-dir") {
            command.arg("--runs-dir").arg(self.runs());
        }
        command
    }

    pub(crate) fn plumb(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Makes sure that a command is bad input, and says so in these words.
    #[track_caller]
    pub(crate) fn check_refused(&self, args: &[&str], expected: &str) {
        let output = self.plumb(args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(expected), "{args:?}: {said}");
    }

    /// Trains on the CPU and returns the printed JSON and the run directory.
    pub(crate) fn train(&self, config: &str, overrides: &[&str]) -> (Value, PathBuf) {
        self.train_on("cpu", config, overrides)
    }

    /// Trains on a device and returns the printed JSON and the run directory.
    pub(crate) fn train_on(
        &self,
        device: &str,
        config: &str,
        overrides: &[&str],
    ) -> (Value, PathBuf) {
        let mut args = vec!["train", config, "--json", "--quiet", "--device", device];
        for setting in overrides {
            args.extend(["--set", setting]);
        }
        let output = self.plumb(&args);
        assert!(output.status.success(), "{}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let run = PathBuf::from(report["run"].as_str().unwrap());
        (report, run)
    }
}

/// The quickstart config, shortened to well under a second.
pub(crate) const SHORT: [&str; 3] = [
    "data.general.strokes.examples=3000",
    "data.split.train_dev=500",
    "train.epochs=4",
];

pub(crate) const QUICKSTART: &str = "configs/quickstart.toml";

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// An error rate of a report, as a fraction.
pub(crate) fn rate(report: &Value, name: &str) -> f64 {
    let rates = report["diagnosis"]["rates"].as_array().unwrap();
    let rate = rates.iter().find(|rate| rate["name"] == name).unwrap();
    rate["rate"].as_f64().unwrap()
}

/// A gap of a report.
pub(crate) fn gap<'a>(report: &'a Value, kind: &str) -> &'a Value {
    let gaps = report["diagnosis"]["gaps"].as_array().unwrap();
    gaps.iter().find(|gap| gap["kind"] == kind).unwrap()
}

/// The lines of `metrics.jsonl`.
pub(crate) fn metrics(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    assert!(text.ends_with('\n'), "the last line is torn");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The folder that a pointer file (`best`, `last`) names.
pub(crate) fn checkpoint(run: &Path, pointer: &str) -> PathBuf {
    let folder = run.join("checkpoints");
    let name = fs::read_to_string(folder.join(pointer)).unwrap();
    folder.join(name.trim_end())
}
