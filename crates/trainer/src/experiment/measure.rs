use plumb_diagnostics::{GapKind, RateName, SetName};
use serde::{Deserialize, Serialize};

use super::{
    expression::{GAPS, gap_name, gap_named},
    grid::FigureName,
};

/// What a function of an expression measures on one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Human,
    Rate(SetName),
    Gap(GapKind),
    Bayes,
    Parameters,
    Seconds,
    /// What a procedure calls so.
    Figure(String, Unit),
}

/// What a number is, for those who read it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unit {
    /// Shown in percent.
    Share,
    /// A difference of shares, shown in points.
    Points,
    #[default]
    Number,
    Seconds,
}

impl Unit {
    /// Whether it is a share, or a difference of shares.
    pub(crate) fn is_of_hundred(self) -> bool {
        matches!(self, Self::Share | Self::Points)
    }

    /// What it is multiplied by before it is shown.
    pub(crate) fn factor(self) -> f64 {
        if self.is_of_hundred() { 100.0 } else { 1.0 }
    }

    /// That of the difference of two: shares differ by points.
    pub(crate) fn of_difference(self) -> Self {
        if self == Self::Share {
            Self::Points
        } else {
            self
        }
    }
}

impl Measure {
    /// The measure of a name, hyphens and underscores alike; `figures` are those of a procedure.
    pub(crate) fn named(name: &str, figures: &[FigureName]) -> Option<Self> {
        if let Some(figure) = figures.iter().find(|figure| figure.name == name) {
            return Some(Self::Figure(name.to_owned(), figure.unit));
        }
        if let Some(gap) = gap_named(name) {
            return Some(Self::Gap(gap));
        }
        Some(match name.replace('_', "-").as_str() {
            "human" => Self::Human,
            "train" => Self::Rate(SetName::Train),
            "train-dev" => Self::Rate(SetName::TrainDev),
            "dev" => Self::Rate(SetName::Dev),
            "test" => Self::Rate(SetName::Test),
            "bayes" => Self::Bayes,
            "parameters" => Self::Parameters,
            "seconds" => Self::Seconds,
            _ => return None,
        })
    }

    /// All names.
    pub(crate) fn names(figures: &[FigureName]) -> Vec<String> {
        let own = [
            "human",
            "train",
            "train-dev",
            "dev",
            "test",
            "bayes",
            "parameters",
            "seconds",
            "first",
            "crossing",
            "peak",
        ];
        let gaps = GAPS.into_iter().map(gap_name);
        let names = own.into_iter().chain(gaps).map(str::to_owned);
        names
            .chain(figures.iter().map(|figure| figure.name.clone()))
            .collect()
    }

    pub(crate) fn unit(&self) -> Unit {
        match self {
            Self::Human | Self::Rate(_) | Self::Bayes => Unit::Share,
            Self::Gap(_) => Unit::Points,
            Self::Parameters => Unit::Number,
            Self::Figure(_, unit) => *unit,
            Self::Seconds => Unit::Seconds,
        }
    }

    /// Whether it is a rate, so never below 0 nor above 1.
    pub(crate) fn is_rate(&self) -> bool {
        matches!(self, Self::Human | Self::Rate(_) | Self::Bayes)
    }

    /// In words, for the axis of a figure.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Human => "human-level error".into(),
            Self::Rate(set) => format!("error rate on {set}"),
            Self::Gap(gap) => gap.to_string(),
            Self::Bayes => "Bayes error".into(),
            Self::Parameters => "parameters".into(),
            Self::Seconds => "seconds of training".into(),
            Self::Figure(name, _) => name.replace('_', " "),
        }
    }
}

/// The set of a rate; none for the human level.
pub(super) fn set_of(rate: RateName) -> Option<SetName> {
    SetName::ALL.into_iter().find(|&set| rate == set.into())
}
