//! Remarks on a diagnosis: what could not be told, and what looks odd.

use serde::{Deserialize, Serialize};

use crate::gap::GapKind;
use crate::more_examples::MoreExamples;
use crate::rate::SetName;

/// One remark; its text is lower case, without a final period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// No human figure was given.
    #[error("no human figure: without it there is no diagnosis of bias")]
    NoHuman,
    /// Train error is missing, and with it the gaps that start or end there.
    #[error("no train error: neither avoidable bias nor variance can be told")]
    NoTrain,
    /// Train and dev are there and train-dev is not.
    #[error("variance or mismatch: no train-dev set")]
    NoTrainDev,
    /// Dev error is missing, and with it two gaps and the usual threshold.
    #[error(
        "no dev set: neither data mismatch nor overfitting to dev can be told, \
         and what matters is measured by the {threshold_from} error"
    )]
    NoDev {
        /// The set whose error rate takes the place of the dev error.
        threshold_from: SetName,
    },
    /// A goal was set and there is no dev error to hold against it.
    #[error("no dev set: the goal cannot be judged")]
    GoalNotJudged,
    /// Train error is below the human figure.
    #[error(
        "negative avoidable bias: the training set is memorized, \
         or the human figure is not the best achievable"
    )]
    NegativeBias,
    /// Another gap lies below zero with its whole interval.
    #[error("negative {gap}: the {} error is lower than the {} error", .gap.between().1, .gap.between().0)]
    NegativeGap {
        /// Which one.
        gap: GapKind,
    },
    /// No number of examples within reach would settle the gap.
    #[error(
        "{gap} is too close to the threshold: more than {} further examples per set would settle it, \
         if any number would",
        MoreExamples::MOST
    )]
    NotSettled {
        /// Which one.
        gap: GapKind,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_names_what_it_is_about() {
        fn check(note: &Note, expected: &str) {
            assert_eq!(note.to_string(), expected);
        }
        check(
            &Note::NegativeGap {
                gap: GapKind::DataMismatch,
            },
            "negative data mismatch: the dev error is lower than the train-dev error",
        );
        check(
            &Note::NoDev {
                threshold_from: SetName::TrainDev,
            },
            "no dev set: neither data mismatch nor overfitting to dev can be told, \
             and what matters is measured by the train-dev error",
        );
        check(
            &Note::NotSettled {
                gap: GapKind::Variance,
            },
            "variance is too close to the threshold: more than 10000000 further examples per set \
             would settle it, if any number would",
        );
    }
}
