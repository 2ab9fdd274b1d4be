//! A table of predictions from anywhere.

use std::path::Path;

use plumb_diagnostics::SetName;

use super::figures::Given;
use crate::{
    Error,
    cli::DiagnoseArgs,
    scored::{Roles, Table},
};

/// Counts the errors of each set.
pub(super) fn run(args: &DiagnoseArgs, path: &Path) -> Result<(), Error> {
    let table = Table::read(path, Roles::FROM_ANYWHERE)?;
    let mut given = Given::default();
    for part in &table.parts {
        let error = part.scored.count().map(Into::into);
        let figures = &mut given.figures;
        let place = match part.set {
            Some(SetName::Train) => &mut figures.train,
            Some(SetName::TrainDev) => &mut figures.train_dev,
            Some(SetName::Dev) => &mut figures.dev,
            Some(SetName::Test) => &mut figures.test,
            None => continue,
        };
        *place = error;
    }
    super::figures(args, Some(path), given)
}
