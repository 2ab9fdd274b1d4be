use std::path::Path;

use plumb_diagnostics::RateName;

use crate::{
    comparison::{Comparison, Row, Run},
    page::{
        FILE,
        run::file_name,
        span,
        table::{Cell, TableView},
    },
    progress::thousands,
};

/// What tells a row from the others.
pub(super) fn name(comparison: &Comparison, row: &Row) -> String {
    let columns = &comparison.columns;
    let name = row.name(columns, comparison.telling.iter().copied());
    match &row.runs[..] {
        [run, ..] if name.is_empty() => file_name(&comparison.runs[*run].path),
        _ => name,
    }
}

/// The rows, as `plumb compare` has them.
pub(super) fn table(comparison: &Comparison, folder: &Path) -> TableView {
    let mut header = vec!["#".to_owned()];
    header.extend(comparison.columns.iter().map(|column| column.alias.clone()));
    header.extend(
        [
            "runs",
            "train %",
            "train-dev %",
            "dev %",
            "dev interval",
            "test %",
            "first",
            "parameters",
            "seconds",
        ]
        .map(str::to_owned),
    );
    let rows = comparison.rows.iter().enumerate().map(|(at, row)| {
        let mut cells = vec![Cell::number((at + 1) as f64, (at + 1).to_string())];
        for setting in &row.settings {
            cells.push(match setting.number() {
                Some(value) => Cell::number(value, setting.shown.clone()),
                None => Cell::text(setting.shown.clone()),
            });
        }
        cells.push(runs_cell(&row.runs, &comparison.runs, folder));
        for name in [RateName::Train, RateName::TrainDev, RateName::Dev] {
            cells.push(rate_cell(row, name));
        }
        let interval = row.rate(RateName::Dev).and_then(|rate| rate.interval);
        cells.push(interval.map_or_else(Cell::default, |interval| {
            Cell::number(interval.high - interval.low, span(interval))
        }));
        cells.push(rate_cell(row, RateName::Test));
        cells.push(Cell::text(row.first_words()));
        cells.push(Cell::number(
            row.parameters as f64,
            thousands(row.parameters as u64),
        ));
        cells.push(row.train_secs.map_or_else(Cell::default, |secs| {
            Cell::number(secs, format!("{secs:.1}"))
        }));
        cells
    });
    TableView::new(header, rows.collect())
}

/// How many seeds; or the one run, with a link to its own report if it has one.
fn runs_cell(runs: &[usize], all: &[Run], folder: &Path) -> Cell {
    match runs {
        [only] => {
            let path = &all[*only].path;
            let name = file_name(path);
            let report = path.join(FILE);
            let inside = path.strip_prefix(folder).ok();
            let link = inside
                .filter(|_| report.is_file())
                .map(|inside| format!("{}/{}", inside.display(), FILE));
            Cell {
                link,
                ..Cell::text(name)
            }
        }
        several => Cell::number(several.len() as f64, format!("{} seeds", several.len())),
    }
}

fn rate_cell(row: &Row, name: RateName) -> Cell {
    row.rate(name).map_or_else(Cell::default, |rate| {
        Cell::number(rate.rate * 100.0, format!("{:.2}", rate.rate * 100.0))
    })
}
