//! Remarks on a study of raters.

use serde::{Deserialize, Serialize};

use crate::interval::Interval;

/// One remark on a study of raters; its text is lower case, without a final period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum RaterNote {
    /// The chosen rate is the lowest of several.
    #[error(
        "the lowest of {n_candidates} error rates is optimistic: \
         the interval, corrected for the choice, reaches from {} % to {} %",
        percent(.interval.low),
        percent(.interval.high)
    )]
    WinnersCurse {
        /// How many candidates there were.
        n_candidates: usize,
        /// The corrected interval.
        interval: Interval,
    },
    /// No example has a true label.
    #[error(
        "no true labels: each rater is held against the majority of the others, \
         which is disagreement and not error"
    )]
    NoReference,
    /// Nobody can be held against anything.
    #[error("no example has both a rater's label and something to hold it against: no human level")]
    NothingToCompare,
    /// All raters say the same of everything.
    #[error("all labels of the raters are class {class}: no disagreement can be measured")]
    OneClass {
        /// Class index.
        class: u32,
    },
    /// No example has two labels.
    #[error(
        "no example was labelled by two raters: neither agreement nor the Bayes error can be told"
    )]
    NoPairs,
    /// The Bayes error from disagreement is biased.
    #[error(
        "the Bayes error from disagreement is biased low with few raters: \
         {labels_per_example:.1} labels per example"
    )]
    BayesBiasedLow {
        /// Mean number of labels of the examples that have at least two.
        labels_per_example: f64,
    },
}

fn percent(rate: f64) -> String {
    format!("{:.2}", rate * 100.0)
}
