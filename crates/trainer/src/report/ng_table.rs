use std::fmt::Write;

use plumb_diagnostics::{Distribution, NgTable, TableRow};

/// Ng's table of both kinds of data, for a terminal.
pub(crate) fn ng_table(table: &NgTable) -> String {
    let mut text = format!("\n{:<22}{:>21}{:>26}\n", "", "general data", "target data");
    let rows = [
        (TableRow::Human, "human"),
        (TableRow::Trained, "trained on"),
        (TableRow::Untrained, "not trained on"),
    ];
    for (row, name) in rows {
        let cell = |distribution| {
            let Some(cell) = table.cell(row, distribution) else {
                return "-".to_owned();
            };
            let rate = format!("{:.2} %", cell.rate * 100.0);
            cell.interval.map_or(rate.clone(), |interval| {
                let (low, high) = (interval.low * 100.0, interval.high * 100.0);
                format!("{rate} ({low:.2} to {high:.2})")
            })
        };
        let (general, target) = (cell(Distribution::General), cell(Distribution::Target));
        writeln!(text, "{name:<18}{general:>25}{target:>26}").ok();
    }
    if let Some(split) = &table.mismatch {
        let points = |share: f64| share * 100.0;
        writeln!(
            text,
            "Of the mismatch, {:+.2} points are harder (or easier) data, as people find too, and\n\
             {:+.2} points ({:+.2} to {:+.2}) are what the model does not know of the target",
            points(split.harder),
            points(split.mismatched),
            points(split.interval.low),
            points(split.interval.high)
        )
        .ok();
    }
    text
}
