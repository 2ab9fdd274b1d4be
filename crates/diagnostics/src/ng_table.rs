//! Ng's table of two distributions by three error rates, and what part of a mismatch is only harder data.
//!
//! Andrew Ng, Machine Learning Yearning, ch. 41, and the course Structuring Machine Learning Projects,
//! "Bias and variance with mismatched data distributions".

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::interval::{Confidence, Interval, newcombe, wilson};
use crate::rate::ErrorCount;

/// A column of the table: which distribution the examples are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// The large chunk.
    General,
    /// What users will really bring.
    Target,
}

/// A row of the table: whose error, and on what kind of examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableRow {
    /// Human-level (or Bayes) error.
    Human,
    /// The model's error on examples that it was trained on.
    Trained,
    /// The model's error on examples that it was not trained on.
    Untrained,
}

/// One place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TablePlace {
    /// Whose error.
    pub row: TableRow,
    /// On which distribution.
    pub distribution: Distribution,
}

impl fmt::Display for TablePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let distribution = match self.distribution {
            Distribution::General => "general",
            Distribution::Target => "target",
        };
        let row = match self.row {
            TableRow::Human => "human",
            TableRow::Trained => "trained on",
            TableRow::Untrained => "not trained on",
        };
        write!(f, "{distribution}, {row}")
    }
}

/// What was measured; whatever is missing leaves its cell empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableFigures {
    /// Human-level or Bayes error on general examples, a fraction in 0..=1; taken as exact.
    pub general_human: Option<f64>,
    /// Errors on all general examples in train.
    pub general_trained: Option<ErrorCount>,
    /// Errors on the general examples in train-dev.
    pub general_untrained: Option<ErrorCount>,
    /// Human-level or Bayes error on target examples, a fraction in 0..=1; taken as exact.
    pub target_human: Option<f64>,
    /// Errors on all target examples in train, if there are any.
    pub target_trained: Option<ErrorCount>,
    /// Errors on dev.
    pub target_untrained: Option<ErrorCount>,
}

/// Why there is no table.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TableError {
    /// A human figure is no error rate.
    #[error("human error on {distribution} is {figure}; expected a fraction from 0 to 1")]
    Human {
        /// "general" or "target".
        distribution: &'static str,
        /// What was given.
        figure: f64,
    },
    /// All six cells would be empty.
    #[error("no error rates; expected at least one of the table's six")]
    NoRates,
}

/// One cell that is filled; the rate is a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableCell {
    /// Where it stands.
    pub place: TablePlace,
    /// Errors and examples; none for a human figure.
    pub count: Option<ErrorCount>,
    /// Error rate.
    pub rate: f64,
    /// Wilson interval; none where the rate is exact: human figures are given, and what was trained on is
    /// counted whole.
    pub interval: Option<Interval>,
}

/// The difference between two neighbouring cells, a difference of fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellDifference {
    /// What is subtracted.
    pub lower: TablePlace,
    /// What it is subtracted from.
    pub upper: TablePlace,
    /// Rate of `upper` minus rate of `lower`.
    pub size: f64,
    /// Interval of the size; of zero width where both rates are exact.
    pub interval: Interval,
}

/// Dev error minus train-dev error, split into what no change of the model can win back and the rest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MismatchSplit {
    /// Human (Bayes) error on target minus that on general: the target is harder (or, below 0, easier).
    pub harder: f64,
    /// The rest: what the model loses because it was made for other data.
    pub mismatched: f64,
    /// Newcombe's interval of the rest; the harder part is exact.
    pub interval: Interval,
}

/// Ng's table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NgTable {
    /// The filled cells: human, trained on, not trained on; general before target in each row.
    pub cells: Vec<TableCell>,
    /// Differences of cells one below the other (general, then target; Ng's avoidable bias and variance),
    /// then of cells side by side (the last is his data mismatch).
    pub differences: Vec<CellDifference>,
    /// The split of the mismatch, where both human figures and both rates on examples not trained on are
    /// there.
    pub mismatch: Option<MismatchSplit>,
    /// Two-sided confidence of every interval.
    pub confidence: Confidence,
}

impl NgTable {
    /// The cell at this place, if it is filled.
    #[must_use]
    pub fn cell(&self, row: TableRow, distribution: Distribution) -> Option<&TableCell> {
        let place = TablePlace { row, distribution };
        self.cells.iter().find(|cell| cell.place == place)
    }
}

/// Fills the table and subtracts neighbouring cells.
///
/// Human figures and rates on examples trained on are exact, as in [`diagnose`](crate::diagnose); other
/// rates have Wilson's interval, and the difference of two of them Newcombe's.
///
/// # Errors
/// [`TableError`] for a human figure outside 0..=1, or if nothing is given.
pub fn ng_table(figures: &TableFigures, confidence: Confidence) -> Result<NgTable, TableError> {
    use Distribution::{General, Target};
    use TableRow::{Human, Trained, Untrained};
    let humans = [
        ("general", figures.general_human),
        ("target", figures.target_human),
    ];
    for (distribution, figure) in humans {
        if let Some(figure) = figure.filter(|figure| !(0.0..=1.0).contains(figure)) {
            return Err(TableError::Human {
                distribution,
                figure,
            });
        }
    }
    let human = |distribution, figure: Option<f64>| {
        figure.map(|rate| TableCell {
            place: TablePlace {
                row: Human,
                distribution,
            },
            count: None,
            rate,
            interval: None,
        })
    };
    let counted = |row, distribution, count: Option<ErrorCount>| {
        count.map(|count| TableCell {
            place: TablePlace { row, distribution },
            count: Some(count),
            rate: count.rate(),
            interval: (row == Untrained).then(|| wilson(count, confidence)),
        })
    };
    let cells: Vec<TableCell> = [
        human(General, figures.general_human),
        human(Target, figures.target_human),
        counted(Trained, General, figures.general_trained),
        counted(Trained, Target, figures.target_trained),
        counted(Untrained, General, figures.general_untrained),
        counted(Untrained, Target, figures.target_untrained),
    ]
    .into_iter()
    .flatten()
    .collect();
    if cells.is_empty() {
        return Err(TableError::NoRates);
    }
    let at = |row, distribution| {
        let place = TablePlace { row, distribution };
        cells.iter().find(|cell| cell.place == place)
    };
    let below = |distribution| {
        [(Human, Trained), (Trained, Untrained)]
            .map(|(lower, upper)| at(lower, distribution).zip(at(upper, distribution)))
    };
    let beside = [Human, Trained, Untrained].map(|row| at(row, General).zip(at(row, Target)));
    let differences = (below(General)
        .into_iter()
        .chain(below(Target))
        .chain(beside))
    .flatten()
    .map(|(lower, upper)| difference(lower, upper, confidence))
    .collect();
    let mismatch = mismatch(figures, confidence);
    Ok(NgTable {
        cells,
        differences,
        mismatch,
        confidence,
    })
}

fn difference(lower: &TableCell, upper: &TableCell, confidence: Confidence) -> CellDifference {
    let size = upper.rate - lower.rate;
    // A cell with an interval is a sample. Where one is, it is always the upper one.
    let interval = match (
        lower.interval.and(lower.count),
        upper.interval.and(upper.count),
    ) {
        (Some(lower), Some(upper)) => newcombe(upper, lower, confidence),
        _ => upper
            .interval
            .map_or(Interval::exact(size), |interval| interval.minus(lower.rate)),
    };
    CellDifference {
        lower: lower.place,
        upper: upper.place,
        size,
        interval,
    }
}

fn mismatch(figures: &TableFigures, confidence: Confidence) -> Option<MismatchSplit> {
    let harder = figures.target_human? - figures.general_human?;
    let (general, target) = (figures.general_untrained?, figures.target_untrained?);
    Some(MismatchSplit {
        harder,
        mismatched: target.rate() - general.rate() - harder,
        interval: newcombe(target, general, confidence).minus(harder),
    })
}

#[cfg(test)]
mod tests;
