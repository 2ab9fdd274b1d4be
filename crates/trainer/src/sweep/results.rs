//! A sweep read back.

use std::path::Path;

use toml::Value;

use super::{Axis, Point, SweepDir, directory::Found, ledger::Event};
use crate::{Error, finished::Finished};

/// The finished runs of a sweep.
pub(crate) struct Results {
    pub(crate) name: String,
    pub(crate) axes: Vec<Axis>,
    /// In the order of the sweep.
    pub(crate) rows: Vec<Row>,
    /// The ids of runs that are not done, with their error if they failed.
    pub(crate) missing: Vec<(String, Option<String>)>,
}

/// One finished run, and where it stands in the grid.
pub(crate) struct Row {
    pub(crate) id: String,
    /// The alias of each axis, with the run's value on it.
    pub(crate) labels: Vec<(String, Value)>,
    pub(crate) seed: u64,
    pub(crate) run: Finished,
}

impl Results {
    /// # Errors
    /// Bad input: no sweep, or a run that is damaged.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let directory = SweepDir::open(path)?;
        let ledger = directory.ledger()?;
        let mut rows = Vec::new();
        let mut missing = Vec::new();
        for point in &directory.file.points {
            match directory.find(&point.id)? {
                Found::Done(run) => rows.push(row(&directory, point, &run)?),
                Found::Begun(_) | Found::Nothing => {
                    let error = match ledger.last(&point.id) {
                        Some(Event::Failed { error }) => Some(error.clone()),
                        _ => None,
                    };
                    missing.push((point.id.clone(), error));
                }
            }
        }
        Ok(Self {
            name: directory.file.name.clone(),
            axes: directory.file.axes.clone(),
            rows,
            missing,
        })
    }
}

fn row(directory: &SweepDir, point: &Point, run: &Path) -> Result<Row, Error> {
    let aliases = directory.file.axes.iter().map(|axis| axis.alias.clone());
    Ok(Row {
        id: point.id.clone(),
        labels: aliases.zip(point.values.iter().cloned()).collect(),
        seed: point.seed,
        run: Finished::open(run)?,
    })
}
