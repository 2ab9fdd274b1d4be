use std::fmt::Write;

use plumb_diagnostics::{
    Confidence, Distribution, ErrorCount, Human, NgTable, SetName, TableFigures, TableRow,
};

use super::wrapped;
use crate::Error;

/// Ng's table of both kinds of data, from human level on the target and on the general data, and the errors of a
/// set on one kind.
///
/// # Errors
/// Bad input if there is nothing for it.
pub(crate) fn ng_table_of(
    [human, human_general]: [Option<&Human>; 2],
    count: impl Fn(SetName, Distribution) -> Option<ErrorCount>,
    confidence: Confidence,
) -> Result<NgTable, Error> {
    let figures = TableFigures {
        general_human: human_general.map(Human::level),
        general_trained: count(SetName::Train, Distribution::General),
        general_untrained: count(SetName::TrainDev, Distribution::General),
        target_human: human.map(Human::level),
        target_trained: count(SetName::Train, Distribution::Target),
        target_untrained: count(SetName::Dev, Distribution::Target),
    };
    plumb_diagnostics::ng_table(&figures, confidence)
        .map_err(|error| Error::bad_input(error.to_string()))
}

/// Ng's table of both kinds of data, for a terminal.
pub(crate) fn ng_table(table: &NgTable) -> String {
    let mut text = format!("\n{:<22}{:>21}{:>26}\n", "", "general data", "target data");
    for (name, general, target) in ng_rows(table) {
        writeln!(text, "{name:<18}{general:>25}{target:>26}").ok();
    }
    if let Some(harder) = harder(table) {
        text.push_str(&wrapped(80, "", &harder));
    }
    text
}

/// The rows of the table: what the figures are of, the general data, the target data.
pub(crate) fn ng_rows(table: &NgTable) -> Vec<(String, String, String)> {
    let rows = [
        (TableRow::Human, "human"),
        (TableRow::Trained, "trained on"),
        (TableRow::Untrained, "not trained on"),
    ];
    let rows = rows.map(|(row, name)| {
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
        (name.to_owned(), general, target)
    });
    rows.to_vec()
}

/// What part of the mismatch is harder data, where people's figures tell.
pub(crate) fn harder(table: &NgTable) -> Option<String> {
    let points = |share: f64| share * 100.0;
    table.mismatch.as_ref().map(|split| {
        format!(
            "Of the mismatch, {:+.2} points are harder (or easier) data, as people find too, and \
             {:+.2} points ({:+.2} to {:+.2}) are what the model does not know of the target",
            points(split.harder),
            points(split.mismatched),
            points(split.interval.low),
            points(split.interval.high)
        )
    })
}
