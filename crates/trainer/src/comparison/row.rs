use plumb_diagnostics::{Diagnosis, Figures, Rate, RateName, SetName, diagnose, diagnose_seeds};

use super::{Column, Run, columns::Setting};
use crate::{
    Error,
    answers::{Answers, seed_figures, shared_sets},
    judge::HumanLevel,
    sets::PerSet,
};

/// The resamples are the same each time.
const BOOTSTRAP_SEED: u64 = 0;

/// One recipe, with all its seeds; or one run alone.
pub(crate) struct Row {
    /// Per column.
    pub(crate) settings: Vec<Setting>,
    /// Where its runs stand among all.
    pub(crate) runs: Vec<usize>,
    /// Of the run, or of the means over the seeds.
    pub(crate) diagnosis: Diagnosis,
    /// Sets that are the same examples in every run; all of them if there is one.
    pub(crate) shared_sets: Vec<SetName>,
    /// Means over the runs.
    pub(crate) train_examples: f64,
    pub(crate) parameters: usize,
    pub(crate) train_secs: Option<f64>,
}

impl Row {
    /// Puts runs that differ in nothing but their seeds together, in the order in which they are met; or
    /// makes a row of each.
    ///
    /// # Errors
    /// Bad input if runs of one recipe can't be diagnosed together.
    pub(crate) fn all(runs: &[Run], columns: &[Column], is_each: bool) -> Result<Vec<Self>, Error> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (at, run) in runs.iter().enumerate() {
            let mut known = groups.iter_mut();
            match known.find(|group| !is_each && is_one_recipe(&runs[group[0]], run)) {
                Some(group) => group.push(at),
                None => groups.push(vec![at]),
            }
        }
        let rows = groups
            .into_iter()
            .map(|group| Self::of(runs, group, columns));
        rows.collect()
    }

    fn of(all: &[Run], at: Vec<usize>, columns: &[Column]) -> Result<Self, Error> {
        let runs: Vec<&Run> = at.iter().map(|&at| &all[at]).collect();
        let first = runs[0];
        let n = runs.len() as f64;
        let sets: Vec<&PerSet<Answers>> = runs.iter().map(|run| &run.sets).collect();
        let times: Option<Vec<f64>> = runs.iter().map(|run| run.train_secs).collect();
        let examples: usize = runs.iter().map(|run| run.train_examples).sum();
        Ok(Self {
            settings: columns
                .iter()
                .map(|column| column.get(&first.config))
                .collect(),
            diagnosis: diagnosis(&runs)?,
            shared_sets: shared_sets(&sets),
            train_examples: examples as f64 / n,
            parameters: first.parameters,
            train_secs: times.map(|times| times.iter().sum::<f64>() / n),
            runs: at,
        })
    }

    /// The figure of a set, or of people.
    pub(crate) fn rate(&self, name: RateName) -> Option<&Rate> {
        let mut rates = self.diagnosis.rates.iter();
        rates.find(|rate| rate.name == name)
    }

    /// The error on dev, by which rows are chosen; a fraction.
    pub(crate) fn dev(&self) -> f64 {
        self.rate(RateName::Dev).map_or(1.0, |rate| rate.rate)
    }
}

fn is_one_recipe(run: &Run, other: &Run) -> bool {
    run.config == other.config
}

fn diagnosis(runs: &[&Run]) -> Result<Diagnosis, Error> {
    let wrong = |error: &dyn std::fmt::Display| {
        let run = runs[0].path.display();
        Error::bad_input(format!("{run} and its other seeds: {error}"))
    };
    let first = runs[0];
    let HumanLevel {
        target, general, ..
    } = &first.human;
    if runs.len() == 1 {
        let figures = Figures {
            human: target.clone(),
            human_general: general.clone(),
            ..Figures::of_sets(|set| Some(first.sets.get(set).count.into()))
        };
        return diagnose(&figures, &first.options).map_err(|error| wrong(&error));
    }
    let sets: Vec<&PerSet<Answers>> = runs.iter().map(|run| &run.sets).collect();
    let human = (target.clone(), general.clone());
    let figures = seed_figures(&sets, human).map_err(|error| wrong(&error))?;
    diagnose_seeds(&figures, &first.options, BOOTSTRAP_SEED).map_err(|error| wrong(&error))
}
