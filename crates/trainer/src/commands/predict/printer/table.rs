use super::{Printing, Row};

/// Classes of each example in a table: the predicted one and the runner-up.
const N_SHOWN: usize = 2;

/// Characters of each column.
#[derive(Default)]
pub(super) struct Widths {
    id: usize,
    label: usize,
    class: usize,
}

impl Widths {
    pub(super) fn new(printing: &Printing<'_>) -> Self {
        let longest = |head: &str, texts: &mut dyn Iterator<Item = usize>| {
            texts.max().unwrap_or_default().max(head.len())
        };
        let ids = &printing.ids;
        let mut id_widths = (0..ids.len()).map(|i| ids.get(i).chars().count());
        let of = |texts: &[String]| -> Vec<usize> {
            texts.iter().map(|text| text.chars().count()).collect()
        };
        let labels = printing.labels.map(|labels| of(&labels.values));
        Self {
            id: longest("id", &mut id_widths),
            label: longest("label", &mut labels.unwrap_or_default().into_iter()),
            class: longest("runner-up", &mut of(printing.classes).into_iter()),
        }
    }
}

pub(super) fn head(printing: &Printing<'_>, widths: &Widths) -> String {
    let mut text = format!("{:<width$}", "id", width = widths.id);
    if printing.labels.is_some() {
        text.push_str(&format!("  {:<width$}", "label", width = widths.label));
    }
    for rank in 1..=printing.n_shown(N_SHOWN) {
        let name = match rank {
            1 => "predicted".to_string(),
            2 => "runner-up".to_string(),
            3 => "3rd".to_string(),
            _ => format!("{rank}th"),
        };
        text.push_str(&format!("  {name:<width$}          ", width = widths.class));
    }
    format!("{}\n", text.trim_end())
}

pub(super) fn row(printing: &Printing<'_>, widths: &Widths, row: &Row<'_>) -> String {
    let mut text = format!("{:<width$}", row.id, width = widths.id);
    if let Some(label) = row.label {
        text.push_str(&format!("  {label:<width$}", width = widths.label));
    }
    for &class in row.scores.ranked.iter().take(printing.n_shown(N_SHOWN)) {
        text.push_str(&format!(
            "  {:<width$}  {:>6.2} %",
            printing.classes[class],
            f64::from(row.scores.probability(class)) * 100.0,
            width = widths.class
        ));
    }
    format!("{}\n", text.trim_end())
}
