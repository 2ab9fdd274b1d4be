use std::collections::HashMap;

use plumb_diagnostics::RateName;

use crate::{
    chart::{Figure, Grid, Shade},
    comparison::{Comparison, Row, Setting},
    page::span,
};

/// Dev error by training examples (or by the setting with the most values) and by what else differs; none where
/// there is but one dimension.
pub(super) fn figure(comparison: &Comparison) -> Option<Figure> {
    let (columns, rows) = (&comparison.columns, &comparison.rows);
    let distinct = |at: usize| {
        let mut shown: Vec<Setting> = rows.iter().map(|row| row.settings[at].clone()).collect();
        shown.sort_by(Setting::order);
        shown.dedup_by(|a, b| a.shown == b.shown);
        shown
    };
    let size = (0..columns.len()).find(|&at| columns[at].is_train_size());
    let across = size.or_else(|| (0..columns.len()).max_by_key(|&at| distinct(at).len()))?;
    let telling = comparison.telling.iter().copied();
    let others: Vec<usize> = telling.filter(|&at| at != across).collect();
    let down_name = |row: &Row| match &others[..] {
        [only] => row.settings[*only].shown.clone(),
        several => row.name(columns, several.iter().copied()),
    };
    let names: Vec<String> = rows.iter().map(down_name).collect();
    let across_values = distinct(across);
    let mut down: Vec<(usize, &str)> = (rows.iter().zip(&names))
        .map(|(row, name)| (row.parameters, name.as_str()))
        .collect();
    down.sort_by_key(|(_, name)| *name);
    down.dedup_by_key(|(_, name)| *name);
    down.sort_unstable();
    if across_values.len() < 2 || down.len() < 2 || others.is_empty() {
        return None;
    }
    let down_at: HashMap<&str, usize> = down.iter().map(|(_, name)| *name).zip(0..).collect();
    let across_at: HashMap<&str, usize> = (across_values.iter())
        .map(|setting| setting.shown.as_str())
        .zip(0..)
        .collect();
    let shade = Shading::of(rows);
    let mut cells = vec![vec![None; across_values.len()]; down.len()];
    for (row, name) in rows.iter().zip(&names) {
        let place =
            (down_at.get(name.as_str())).zip(across_at.get(row.settings[across].shown.as_str()));
        if let Some((&down, &across)) = place
            && cells[down][across].is_none()
        {
            cells[down][across] = shade.cell(row);
        }
    }
    let others: Vec<&str> = others
        .iter()
        .map(|&at| columns[at].alias.as_str())
        .collect();
    Grid {
        id: "heat-map".into(),
        title: "Dev error by size of the model and of the data".into(),
        caption: "In percent, with its interval below; the darker, the more errors (equal steps of colour are equal \
                  factors)."
            .into(),
        columns: (
            columns[across].alias.clone(),
            across_values.iter().map(|setting| setting.shown.clone()).collect(),
        ),
        rows: (
            others.join(", "),
            down.iter().map(|(_, name)| (*name).to_owned()).collect(),
        ),
        cells,
    }
    .figure()
}

/// From dev errors to shades: equal steps of the logarithm are equal steps in colour.
struct Shading {
    lowest: f64,
    width: f64,
}

impl Shading {
    fn of(rows: &[Row]) -> Self {
        let devs = rows.iter().map(Row::dev);
        let (low, high) = devs.fold((f64::INFINITY, 0.0_f64), |(low, high), dev| {
            (low.min(dev), high.max(dev))
        });
        let lowest = Self::log(low);
        Self {
            lowest,
            width: (Self::log(high) - lowest).max(1e-9),
        }
    }

    /// A floor keeps 0 errors drawable.
    fn log(rate: f64) -> f64 {
        rate.max(1e-4).ln()
    }

    fn cell(&self, row: &Row) -> Option<Shade> {
        let dev = row.rate(RateName::Dev)?;
        Some(Shade {
            value: dev.rate * 100.0,
            text: format!("{:.2}", dev.rate * 100.0),
            below: dev.interval.map_or(String::new(), span),
            share: 0.08 + 0.92 * (Self::log(dev.rate) - self.lowest) / self.width,
            class: "heat",
        })
    }
}
