//! How often the held-out sets of one split were looked at: `.looks.jsonl` beside the runs.
//!
//! Each look at dev that changes a decision uses it up a little, and test too, if it has a say. One line per
//! training, kept when its run is deleted.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::SystemTime,
};

use plumb_data::sha256_hex;
use plumb_diagnostics::{ErrorCount, SetName};
use serde::{Deserialize, Serialize};

use crate::{Error, config::Config, data_summary::DataSummary, run_dir::cannot_write};

/// The version of a line.
const FORMAT: u32 = 1;

/// The file, in the folder of the runs.
const NAME: &str = ".looks.jsonl";

/// One training that measured dev and test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Look {
    format: u32,
    /// UTC.
    time: String,
    /// The run's directory, within the folder of the runs.
    pub(crate) run: String,
    /// Of the config without its name: equal ones are one recipe.
    recipe: String,
    /// Hash of the dev set.
    dev: String,
    /// Hash of the test set.
    test: String,
    /// How often the four sets were measured during this training.
    evaluations: u32,
    /// The lowest dev error, whose weights were chosen.
    best_dev: Option<ErrorCount>,
}

/// The looks at one set, those of the training at hand included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Looks {
    /// Trainings that measured it.
    pub(crate) trainings: usize,
    /// Different configs among them, their names apart.
    pub(crate) recipes: usize,
    /// Evaluations of them all.
    pub(crate) evaluations: u64,
}

/// All that a folder of runs remembers.
pub(crate) struct Ledger {
    looks: Vec<Look>,
    /// Lines that can't be read.
    n_damaged: usize,
}

impl Look {
    /// Of a training that ends now.
    ///
    /// # Errors
    /// [`Error::Failed`] if the config can't be written as TOML.
    pub(crate) fn now(
        run: &Path,
        config: &Config,
        data: &DataSummary,
        evaluations: u32,
        best_dev: Option<ErrorCount>,
    ) -> Result<Self, Error> {
        let nameless = Config {
            name: String::new(),
            ..config.clone()
        };
        Ok(Self {
            format: FORMAT,
            time: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            run: run.file_name().unwrap_or_default().display().to_string(),
            recipe: sha256_hex(nameless.to_toml()?.as_bytes()),
            dev: data.sets.dev.sha256.clone(),
            test: data.sets.test.sha256.clone(),
            evaluations,
            best_dev,
        })
    }

    /// Adds it to the folder's file, in one write, so that lines of trainings side by side don't mix.
    ///
    /// # Errors
    /// [`Error::Failed`] if it can't be written.
    pub(crate) fn append_to(&self, runs: &Path) -> Result<(), Error> {
        let path = Ledger::path(runs);
        let mut line =
            serde_json::to_string(self).map_err(|error| Error::failed(error.to_string()))?;
        line.push('\n');
        let open = fs::OpenOptions::new().create(true).append(true).open(&path);
        let mut file = open.map_err(|error| cannot_write(&path, &error))?;
        // A kill may have torn the last line: this one begins on its own.
        let torn = fs::read(&path).is_ok_and(|text| text.last().is_some_and(|&last| last != b'\n'));
        if torn {
            line.insert(0, '\n');
        }
        file.write_all(line.as_bytes())
            .map_err(|error| cannot_write(&path, &error))
    }

    fn hash(&self, set: SetName) -> &str {
        match set {
            SetName::Test => &self.test,
            _ => &self.dev,
        }
    }
}

impl Ledger {
    pub(crate) fn path(runs: &Path) -> PathBuf {
        runs.join(NAME)
    }

    /// Reads a folder's file. One that is missing is empty, and damaged lines are counted and left out: a
    /// ledger must never keep anybody from training.
    pub(crate) fn read(runs: &Path) -> Self {
        let text = fs::read(Self::path(runs)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let mut ledger = Self {
            looks: Vec::new(),
            n_damaged: 0,
        };
        for line in lines {
            match serde_json::from_str::<Look>(line) {
                Ok(look) if look.format == FORMAT => ledger.looks.push(look),
                _ => ledger.n_damaged += 1,
            }
        }
        ledger
    }

    /// The looks at a set with this hash.
    pub(crate) fn of(&self, set: SetName, sha256: &str) -> Looks {
        let looks = || self.looks.iter().filter(|look| look.hash(set) == sha256);
        Looks {
            trainings: looks().count(),
            recipes: looks()
                .map(|look| &look.recipe)
                .collect::<BTreeSet<_>>()
                .len(),
            evaluations: looks().map(|look| u64::from(look.evaluations)).sum(),
        }
    }

    /// The runs that were measured on a dev set with this hash, each once, in the order of their ends.
    pub(crate) fn runs_on(&self, dev_sha256: &str) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let looks = self.looks.iter().filter(|look| look.dev == dev_sha256);
        looks
            .map(|look| look.run.as_str())
            .filter(|run| seen.insert(*run))
            .collect()
    }

    pub(crate) fn n_damaged(&self) -> usize {
        self.n_damaged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(run: &str, recipe: &str, dev: &str, evaluations: u32) -> Look {
        Look {
            format: FORMAT,
            time: String::new(),
            run: run.into(),
            recipe: recipe.into(),
            dev: dev.into(),
            test: "t".into(),
            evaluations,
            best_dev: None,
        }
    }

    #[test]
    fn looks_are_counted_per_set_across_runs() {
        let runs = tempfile::tempdir().unwrap();
        for look in [
            look("a-0001", "x", "d", 10),
            look("a-0002", "x", "d", 5),
            look("a-0003", "y", "d", 1),
            look("a-0004", "z", "other", 7),
            look("a-0002", "x", "d", 2), // gone on with under the same name
        ] {
            look.append_to(runs.path()).unwrap();
        }
        let ledger = Ledger::read(runs.path());
        let expected = |trainings, recipes, evaluations| Looks {
            trainings,
            recipes,
            evaluations,
        };
        assert_eq!(ledger.of(SetName::Dev, "d"), expected(4, 2, 18));
        assert_eq!(ledger.of(SetName::Test, "t"), expected(5, 3, 25));
        assert_eq!(ledger.of(SetName::Dev, "none"), Looks::default());
        assert_eq!(ledger.runs_on("d"), ["a-0001", "a-0002", "a-0003"]);
    }

    #[test]
    fn a_torn_line_costs_itself_alone() {
        let runs = tempfile::tempdir().unwrap();
        assert_eq!(Ledger::read(runs.path()).looks, []);
        look("a-0001", "x", "d", 10).append_to(runs.path()).unwrap();
        let path = Ledger::path(runs.path());
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}{{\"format\": 1, \"ru")).unwrap();
        look("a-0002", "x", "d", 10).append_to(runs.path()).unwrap();
        let ledger = Ledger::read(runs.path());
        assert_eq!((ledger.looks.len(), ledger.n_damaged()), (2, 1));
    }
}
