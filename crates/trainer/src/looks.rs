//! How far the held-out sets of a run are used up by looking at them, and what the best of many runs is worth.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use plumb_data::seed;
use plumb_diagnostics::{BestOf, Confidence, ErrorCount, ErrorMatrix, SetName, expected_optimism};
use serde::Serialize;

use crate::{
    data_summary::{DataSummary, SetHashes},
    ledger::{Ledger, Looks},
    progress::thousands,
    run_dir::RunDir,
    scored::{Roles, Table},
};

/// Runs whose predictions are read for the bias correction, the last ones of the ledger.
const MOST_RUNS: usize = 200;

/// What the ledger says of the sets of one run.
#[derive(Debug, Serialize)]
pub(crate) struct UsedUp {
    pub(crate) dev: Looks,
    pub(crate) test: Looks,
    /// The best on dev of all runs measured on it that are still there; none for fewer than two.
    pub(crate) best_of_runs: Option<BestOfRuns>,
    /// What should not have been done, or can't be told.
    pub(crate) warnings: Vec<String>,
}

/// The dev error of the best of several runs, corrected for having been chosen by it.
#[derive(Debug, Serialize)]
pub(crate) struct BestOfRuns {
    /// The runs, in the order of their ends.
    pub(crate) names: Vec<String>,
    /// The one with the lowest dev error.
    pub(crate) best: String,
    #[serde(flatten)]
    pub(crate) corrected: BestOf,
}

impl UsedUp {
    /// Of a run, from the ledger beside it, without the best of several runs.
    pub(crate) fn looks(run: &RunDir, data: &DataSummary, test: Option<ErrorCount>) -> Self {
        let (runs, _) = place(run);
        Self::from_ledger(&Ledger::read(&runs), &runs, data, test)
    }

    /// The same, with the dev error of the best run corrected from the stored predictions.
    pub(crate) fn of(
        run: &RunDir,
        data: &DataSummary,
        test: Option<ErrorCount>,
        confidence: Confidence,
    ) -> Self {
        let (runs, own) = place(run);
        let dev_hash = &data.sets.dev.sha256;
        let ledger = Ledger::read(&runs);
        let mut names = ledger.runs_on(dev_hash);
        if !names.contains(&own.as_str()) {
            names.push(&own); // moved here, or renamed
        }
        let from = names.len().saturating_sub(MOST_RUNS);
        Self {
            best_of_runs: best_of(&runs, &names[from..], dev_hash, confidence),
            ..Self::from_ledger(&ledger, &runs, data, test)
        }
    }

    fn from_ledger(
        ledger: &Ledger,
        runs: &Path,
        data: &DataSummary,
        test: Option<ErrorCount>,
    ) -> Self {
        let mut used_up = Self {
            dev: ledger.of(SetName::Dev, &data.sets.dev.sha256),
            test: ledger.of(SetName::Test, &data.sets.test.sha256),
            best_of_runs: None,
            warnings: Vec::new(),
        };
        if ledger.n_damaged() > 0 {
            used_up.warnings.push(format!(
                "{} lines of the ledger {} can't be read: there were more looks than it says",
                ledger.n_damaged(),
                Ledger::path(runs).display()
            ));
        }
        let of_test = test_warning(used_up.test, test);
        used_up.warnings.extend(of_test);
        used_up
    }

    /// A paragraph for a terminal; empty for a first look.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if self.dev.trainings > 1 {
            writeln!(
                text,
                "\nDev was measured {} times in {} trainings of {}; test was seen with {}",
                thousands(self.dev.evaluations),
                self.dev.trainings,
                configs(self.dev.recipes),
                configs(self.test.recipes)
            )
            .ok();
        }
        if let Some(best) = &self.best_of_runs {
            let percent = |rate: f64| rate * 100.0;
            let corrected = &best.corrected;
            writeln!(
                text,
                "The best on dev of {} runs, {}, has {:.2} %; corrected for having been chosen by it,\n\
                 {:.2} % ({:.2} to {:.2})",
                best.names.len(),
                best.best,
                percent(corrected.naive.rate()),
                // Below what it looks like is but the noise of resampling.
                percent(corrected.corrected.max(corrected.naive.rate())),
                percent(corrected.interval.low),
                percent(corrected.interval.high)
            )
            .ok();
        }
        for warning in &self.warnings {
            writeln!(text, "warning: {warning}").ok();
        }
        text
    }
}

/// The folder that a run really lies in, and its name there.
fn place(run: &RunDir) -> (PathBuf, String) {
    let path = run.path();
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
    let name = path.file_name().unwrap_or_default().display().to_string();
    (folder, name)
}

fn configs(n: usize) -> String {
    match n {
        1 => "one config".into(),
        n => format!("{n} different configs"),
    }
}

/// From the second config on, a test figure may have had a say.
fn test_warning(test: Looks, count: Option<ErrorCount>) -> Option<String> {
    if test.recipes < 2 {
        return None;
    }
    let size = count.map_or(String::new(), |count| {
        let optimism = expected_optimism(test.recipes as u64, count.rate(), count.n());
        format!(", by up to about {:.2} points", optimism * 100.0)
    });
    Some(format!(
        "test was seen with {} different configs: if its error had a say in which one to keep, it is too\n  \
         low now{size}; a final figure needs a test set that nobody has seen",
        test.recipes
    ))
}

/// Runs that are gone, unfinished or damaged are left out.
fn best_of(
    runs: &Path,
    names: &[&str],
    dev_hash: &str,
    confidence: Confidence,
) -> Option<BestOfRuns> {
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for &name in names {
        let Some(flags) = dev_errors(&runs.join(name), dev_hash) else {
            continue;
        };
        found.push(name.to_owned());
        errors.push(flags);
    }
    if found.len() < 2 {
        return None;
    }
    let matrix = ErrorMatrix::new(&errors).ok()?;
    let corrected = BestOf::measure(&matrix, confidence, seed::derive(0, "best of runs"));
    Some(BestOfRuns {
        best: found[corrected.chosen].clone(),
        names: found,
        corrected,
    })
}

fn dev_errors(run: &Path, dev_hash: &str) -> Option<Vec<bool>> {
    let run = RunDir::open(run).ok()?;
    let hashes = SetHashes::read(&run).ok()?;
    if hashes.sets.dev.sha256 != dev_hash {
        return None; // another run by the same name
    }
    let table = Table::read(&run.path().join("predictions/dev.csv"), Roles::OF_RUN).ok()?;
    table.parts.first().map(|part| part.scored.errors())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_config_is_warned_of_with_what_it_may_cost() {
        let looks = |recipes| Looks {
            trainings: 5,
            recipes,
            evaluations: 100,
        };
        let count = ErrorCount::new(50, 500).ok();
        assert_eq!(test_warning(looks(1), count), None); // seeds of one config choose nothing
        // √(2 ln 4 · 0.1 · 0.9 / 500) = 2.23 %
        let warning = test_warning(looks(4), count).unwrap();
        assert!(warning.contains("4 different configs"), "{warning}");
        assert!(warning.contains("up to about 2.23 points"), "{warning}");
    }

    #[test]
    fn a_first_look_has_nothing_to_tell() {
        let once = Looks {
            trainings: 1,
            recipes: 1,
            evaluations: 20,
        };
        let used_up = UsedUp {
            dev: once,
            test: once,
            best_of_runs: None,
            warnings: Vec::new(),
        };
        assert_eq!(used_up.text(), "");
    }
}
