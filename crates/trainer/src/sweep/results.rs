//! A sweep read back.

use std::path::Path;

use toml::Value;

use super::{SweepDir, directory::Found};
use crate::{Error, finished::Finished};

/// One finished run, and where it stands in the grid.
pub(crate) struct Row {
    /// The alias of each axis, with the run's value on it.
    pub(crate) labels: Vec<(String, Value)>,
    pub(crate) seed: u64,
    pub(crate) run: Finished,
}

/// The finished runs of a sweep, in its order.
///
/// # Errors
/// Bad input: no sweep, or a run that is damaged.
pub(crate) fn finished_rows(path: &Path) -> Result<Vec<Row>, Error> {
    let directory = SweepDir::open(path)?;
    let aliases: Vec<&String> = directory.file.axes.iter().map(|axis| &axis.alias).collect();
    let mut rows = Vec::new();
    for (point, found) in directory.file.points.iter().zip(directory.found()?) {
        if let Found::Done(run) = found {
            let values = aliases.iter().zip(&point.values);
            rows.push(Row {
                labels: values
                    .map(|(alias, value)| ((*alias).clone(), value.clone()))
                    .collect(),
                seed: point.seed,
                run: Finished::open(&run)?,
            });
        }
    }
    Ok(rows)
}
