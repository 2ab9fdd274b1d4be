use super::{Printing, Row};
use crate::Error;

/// The columns: `id`, `label` if the input has labels, `predicted`, `probability`, and `p_CLASS` for each
/// class; with `--top K` instead `predicted_2`, `probability_2` and so on.
pub(super) fn head(printing: &Printing<'_>) -> Result<String, Error> {
    let mut cells = vec!["id".to_string()];
    if printing.labels.is_some() {
        cells.push("label".into());
    }
    cells.extend(["predicted".into(), "probability".into()]);
    match printing.top {
        None => cells.extend(printing.classes.iter().map(|class| format!("p_{class}"))),
        Some(_) => {
            let others = 2..=printing.n_shown(printing.classes.len());
            cells.extend(
                others.flat_map(|k| [format!("predicted_{k}"), format!("probability_{k}")]),
            );
        }
    }
    line(&cells)
}

pub(super) fn row(printing: &Printing<'_>, row: &Row<'_>) -> Result<String, Error> {
    let scores = row.scores;
    let probability = |class: usize| format!("{:.6}", scores.probability(class));
    let mut cells = vec![row.id.clone()];
    cells.extend(row.label.map(ToString::to_string));
    let n_ranked = printing.top.map_or(1, |_| printing.n_shown(1));
    for &class in scores.ranked.iter().take(n_ranked) {
        cells.extend([printing.classes[class].clone(), probability(class)]);
    }
    if printing.top.is_none() {
        cells.extend((0..printing.classes.len()).map(probability));
    }
    line(&cells)
}

fn line(cells: &[String]) -> Result<String, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(cells).map_err(|error| failed(&error))?;
    let bytes = csv.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}
