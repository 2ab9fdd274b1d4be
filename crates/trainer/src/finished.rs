//! What a finished run left behind, for those who look at it again.

use std::path::Path;

use plumb_diagnostics::SetName;
use serde::Deserialize;

use crate::{
    Error,
    advice::Action,
    bayes::KnownBayes,
    config::Config,
    curve::Curve,
    data_summary::DataSummary,
    judge::HumanLevel,
    report,
    run_dir::RunDir,
    scored::{Part, Roles, Scored, Table},
    sets::PerSet,
    train::End,
    trained::read_config,
};

/// A run with a diagnosis.
pub(crate) struct Finished {
    pub(crate) run: RunDir,
    pub(crate) config: Config,
    pub(crate) data: DataSummary,
    /// What its chosen weights say of every example.
    pub(crate) sets: PerSet<Scored>,
    pub(crate) verdict: Verdict,
    /// What was measured on the way; empty where that is lost.
    pub(crate) curve: Curve,
}

/// What is read of `diagnosis.json`.
#[derive(Deserialize)]
pub(crate) struct Verdict {
    pub(crate) best_epoch: u32,
    pub(crate) epochs: u32,
    pub(crate) end: End,
    pub(crate) human: HumanLevel,
    /// The Bayes errors, where they are the human level.
    pub(crate) bayes: Option<KnownBayes>,
    pub(crate) actions: Vec<Action>,
}

impl Finished {
    /// Reads a run's directory.
    ///
    /// # Errors
    /// Bad input that names the file: no run, one that is not finished, of another version, or damaged.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let run = RunDir::open(path)?;
        if !run.path().join("diagnosis.json").exists() {
            let message = format!(
                "{} is not finished: it has no diagnosis.json",
                path.display()
            );
            let hint = format!("`plumb resume {}` trains on", path.display());
            return Err(Error::bad_input(message).hint(hint));
        }
        let version: Version = run.read_json("diagnosis.json")?;
        if version.format != report::FORMAT {
            return Err(Error::bad_input(format!(
                "{} has format {}; this plumb reads format {}",
                run.path().join("diagnosis.json").display(),
                version.format,
                report::FORMAT
            ))
            .hint("train it again with this plumb, from its config.toml"));
        }
        let (config, _) = read_config(&run, &[])?;
        let data: DataSummary = run.read_json("data.json")?;
        let sets = PerSet::of(|set| set).try_map(|_, &set| predictions(&run, set, &data))?;
        Ok(Self {
            verdict: run.read_json("diagnosis.json")?,
            curve: Curve::read(&run).unwrap_or_default(),
            run,
            config,
            data,
            sets,
        })
    }
}

#[derive(Deserialize)]
struct Version {
    format: u32,
}

fn predictions(run: &RunDir, set: SetName, data: &DataSummary) -> Result<Scored, Error> {
    let path = run.path().join(format!("predictions/{set}.csv"));
    let parts = Table::read(&path, Roles::OF_RUN)?.parts;
    let scored = parts.into_iter().map(|Part { scored, .. }| scored).next();
    let scored = scored.unwrap_or_default();
    let expected = data.sets.get(set).examples;
    if scored.len() != expected {
        return Err(Error::bad_input(format!(
            "{} has {} lines of examples; data.json says {expected}",
            path.display(),
            scored.len()
        )));
    }
    Ok(scored)
}
