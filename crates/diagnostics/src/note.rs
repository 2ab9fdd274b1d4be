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
    #[error(
        "no human figure: without it there is no diagnosis of bias (have people label some 100 dev examples \
         without seeing the labels: their error rate is the figure)"
    )]
    NoHuman,
    /// Train error is missing, and with it the gaps that start or end there.
    #[error("no train error: neither avoidable bias nor variance can be told")]
    NoTrain,
    /// A gap holds several of the four, which sets that are not there would tell apart.
    #[error("{gap}: no {} set", .missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and no "))]
    NotApart {
        /// Which one.
        gap: GapKind,
        /// The sets.
        missing: Vec<SetName>,
    },
    /// A rate is given without the number of examples.
    #[error(
        "the {set} error comes without a number of examples: it is taken as exact, and has no interval"
    )]
    NoCount {
        /// Where.
        set: SetName,
    },
    /// Dev error is missing, and with it the usual threshold.
    #[error("no dev set: what matters is measured by the {threshold_from} error")]
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
    /// A held-out error is below the human figure, with its whole interval.
    #[error(
        "better than human: the {set} error is below the human figure, so people no longer tell how much \
         bias is avoidable; look for slices where the model is still worse than they are"
    )]
    BetterThanHuman {
        /// Where.
        set: SetName,
    },
    /// Another gap lies below zero with its whole interval.
    #[error("negative {gap}: the {} error is lower than the {} error", .gap.between().1, .gap.between().0)]
    NegativeGap {
        /// Which one.
        gap: GapKind,
    },
    /// Another gap is below zero, and its interval is not.
    #[error("negative {gap}: its interval reaches above 0, so it may be chance")]
    NegativeByChance {
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
            "no dev set: what matters is measured by the train-dev error",
        );
        let not_apart = |gap: GapKind| Note::NotApart {
            gap,
            missing: gap.missing(),
        };
        check(
            &not_apart(GapKind::VarianceOrMismatch),
            "variance or mismatch: no train-dev set",
        );
        check(
            &not_apart(GapKind::BiasVarianceOrMismatch),
            "bias, variance or mismatch: no train and no train-dev set",
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
