use super::rows;
use crate::{
    comparison::Comparison,
    page::{
        signed,
        table::{Cell, TableView},
    },
};

/// The best row against each other one.
#[derive(Clone, Debug)]
pub(crate) struct AgainstView {
    pub(crate) intro: String,
    pub(crate) table: TableView,
    pub(crate) notes: Vec<String>,
}

impl AgainstView {
    pub(super) fn of(comparison: &Comparison) -> Option<Self> {
        let against = comparison.against_best.as_ref()?;
        let best = against.best;
        let (intro, notes) = against.words();
        let header = [
            "#",
            "recipe",
            "dev, points more",
            "interval",
            "test of it",
            "the best one is",
        ];
        let compared = against.others.iter().map(|other| {
            let row = &comparison.rows[other.row];
            let interval = other.interval.map_or_else(Cell::default, |interval| {
                let ends = [interval.low, interval.high].map(signed);
                Cell::number(interval.low, ends.join(" to "))
            });
            let test = match (&other.mcnemar, &other.over_seeds) {
                (Some(test), _) => Cell::number(
                    test.p_corrected,
                    format!(
                        "exact McNemar: {} against {}, p {:.4}",
                        test.only_best_wrong, test.only_other_wrong, test.p_corrected
                    ),
                ),
                (None, Some(over)) => Cell::number(
                    over.p_better,
                    format!(
                        "P(best is better) {:.2} ({:.2} to {:.2})",
                        over.p_better, over.interval.low, over.interval.high
                    ),
                ),
                (None, None) => Cell::default(),
            };
            vec![
                Cell::number((other.row + 1) as f64, (other.row + 1).to_string()),
                Cell::text(rows::name(comparison, row)),
                Cell::number(other.difference, signed(other.difference)),
                interval,
                test,
                Cell::text(other.verdict_words()),
            ]
        });
        Some(Self {
            intro: format!("Row {} has the lowest dev error. {intro}", best + 1),
            table: TableView::new(header.map(str::to_owned).to_vec(), compared.collect()),
            notes,
        })
    }
}
