use plumb_diagnostics::{Diagnosis, Rate, RateName, SetName};
use rayon::prelude::*;

use super::{Column, Run, columns::Setting};
use crate::{
    Error,
    answers::{Answers, diagnosis, shared_sets},
    sets::PerSet,
};

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
    /// Puts runs that differ in nothing but their seeds together, in the order in which they are met; or each alone.
    pub(crate) fn groups(runs: &[Run], is_each: bool) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (at, run) in runs.iter().enumerate() {
            let mut known = groups.iter_mut();
            match known.find(|group| !is_each && is_one_recipe(&runs[group[0]], run)) {
                Some(group) => group.push(at),
                None => groups.push(vec![at]),
            }
        }
        groups
    }

    /// A row of each group.
    ///
    /// # Errors
    /// Bad input if runs of one recipe can't be diagnosed together.
    pub(crate) fn all(
        runs: &[Run],
        groups: &[Vec<usize>],
        columns: &[Column],
    ) -> Result<Vec<Self>, Error> {
        let rows = groups
            .par_iter()
            .map(|group| Self::of(runs, group, columns));
        // In order, so that of several errors the first one is told.
        let rows: Vec<_> = rows.collect();
        rows.into_iter().collect()
    }

    fn of(all: &[Run], at: &[usize], columns: &[Column]) -> Result<Self, Error> {
        let runs: Vec<&Run> = at.iter().map(|&at| &all[at]).collect();
        let first = runs[0];
        let n = runs.len() as f64;
        let sets: Vec<&PerSet<Answers>> = runs.iter().map(|run| &run.sets).collect();
        let human = (first.human.target.clone(), first.human.general.clone());
        let times: Option<Vec<f64>> = runs.iter().map(|run| run.train_secs).collect();
        let examples: usize = runs.iter().map(|run| run.train_examples).sum();
        Ok(Self {
            settings: columns
                .iter()
                .map(|column| column.get(&first.config))
                .collect(),
            diagnosis: diagnosis(&sets, human, &first.options).map_err(|error| {
                let run = first.path.display();
                Error::bad_input(format!("{run} and its other seeds: {error}"))
            })?,
            shared_sets: shared_sets(&sets),
            train_examples: examples as f64 / n,
            parameters: first.parameters,
            train_secs: times.map(|times| times.iter().sum::<f64>() / n),
            runs: at.to_vec(),
        })
    }

    /// The columns that tell rows apart: without those that say nothing beyond what another one says.
    pub(crate) fn telling(rows: &[Self], columns: &[Column]) -> Vec<usize> {
        // Whether one column's value decides the other's: rows with equal values there have equal ones here.
        let decides = |one: usize, other: usize| {
            let mut met: Vec<(&Setting, &Setting)> = Vec::new();
            rows.iter().all(|row| {
                let (value, decided) = (&row.settings[one], &row.settings[other]);
                if let Some((_, known)) = met.iter().find(|(known, _)| *known == value) {
                    return *known == decided;
                }
                met.push((value, decided));
                true
            })
        };
        let mut telling: Vec<usize> = (0..columns.len()).collect();
        for column in (0..columns.len()).rev() {
            let is_free = |at: &usize| *at != column && !columns[*at].is_train_size();
            let mut others = telling.iter().filter(|at| is_free(at));
            if !columns[column].is_train_size() && others.any(|&other| decides(other, column)) {
                telling.retain(|&at| at != column);
            }
        }
        telling
    }

    /// Its values of some columns, as in `hidden=[8] dropout=0.5`.
    pub(crate) fn name(&self, columns: &[Column], of: impl Iterator<Item = usize>) -> String {
        let settings = of.map(|at| match columns[at].alias.as_str() {
            "model" => self.settings[at].shown.clone(),
            alias => format!("{alias}={}", self.settings[at].shown),
        });
        settings.collect::<Vec<_>>().join(" ")
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
