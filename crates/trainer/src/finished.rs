//! What a finished run left behind, for those who look at it again.

use std::path::Path;

use plumb_diagnostics::{Diagnosis, SetName};
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
    /// What is lost, and costs only a part of what can be said.
    pub(crate) notes: Vec<String>,
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
    pub(crate) diagnosis: Diagnosis,
}

impl Verdict {
    /// Makes sure that predictions are those that were diagnosed.
    fn check(&self, run: &RunDir, set: SetName, scored: &Scored) -> Result<(), Error> {
        let mut rates = self.diagnosis.rates.iter();
        let diagnosed = rates.find(|rate| rate.name == set.into());
        let (diagnosed, counted) = (diagnosed.and_then(|rate| rate.count), scored.count());
        if let (Some(diagnosed), Some(counted)) = (diagnosed, counted)
            && diagnosed != counted
        {
            return Err(Error::bad_input(format!(
                "predictions/{set}.csv of {} has {} errors among {}; its diagnosis.json says {} among {}, so \
                 one of them was changed",
                run.path().display(),
                counted.errors(),
                counted.n(),
                diagnosed.errors(),
                diagnosed.n()
            )));
        }
        Ok(())
    }
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
        let verdict: Verdict = run.read_format("diagnosis.json", report::FORMAT)?;
        let (config, _) = read_config(&run, &[])?;
        let data: DataSummary = run.read_format("data.json", DataSummary::FORMAT)?;
        let sets = PerSet::of(|set| set).try_map(|_, &set| {
            let scored = predictions(&run, set, &data)?;
            verdict.check(&run, set, &scored)?;
            Ok::<_, Error>(scored)
        })?;
        let mut notes = Vec::new();
        let curve = Curve::read(&run).unwrap_or_else(|error| {
            let error = error.message();
            notes.push(format!("the training curve is not known: {error}"));
            Curve::default()
        });
        Ok(Self {
            run,
            config,
            data,
            sets,
            verdict,
            curve,
            notes,
        })
    }
}

/// What the chosen weights of a run say of a set.
///
/// # Errors
/// Bad input if the file is missing, damaged, or not of that set.
pub(crate) fn predictions(run: &RunDir, set: SetName, data: &DataSummary) -> Result<Scored, Error> {
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
        ))
        .hint(
            "one of the two was changed: `plumb evaluate RUN` measures the run's weights again",
        ));
    }
    Ok(scored)
}
