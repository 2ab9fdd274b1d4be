//! What to try against each gap: the actions of Ng's flowchart.

use serde::{Deserialize, Serialize};

use crate::gap::GapKind;

/// One action of the flowchart, in general words; whoever knows the config turns it into a change of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// More layers or wider ones.
    BiggerModel,
    /// More epochs.
    TrainLonger,
    /// Another optimizer or learning rate.
    BetterOptimizer,
    /// Less dropout or weight decay, later stopping.
    LessRegularization,
    /// A kind of network that suits the data better.
    NewArchitecture,
    /// More examples of the kind already trained on.
    MoreData,
    /// Altered copies of the training examples.
    AugmentData,
    /// Dropout, weight decay, early stopping; rather than a smaller model.
    MoreRegularization,
    /// The error on the training set itself, which tells bias from variance.
    MeasureTrain,
    /// A train-dev set, which tells variance from mismatch.
    HoldOutTrainDev,
    /// A dev set of the target, which tells mismatch from overfitting to dev.
    HoldOutDev,
    /// Training data of the target kind.
    CollectTargetLikeData,
    /// More weight for the training examples that resemble the target.
    WeightTargetLikeData,
    /// A part of the target data moved into train.
    MixInTarget,
    /// Training data made to look like the target.
    SynthesizeLikeTarget,
    /// Methods that carry a model from one distribution to another.
    DomainAdaptation,
    /// A larger dev set.
    MoreDevData,
}

impl Remedy {
    /// The action as one short sentence.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::BiggerModel => "use a bigger model",
            Self::TrainLonger => "train longer",
            Self::BetterOptimizer => "use a better optimizer or learning rate",
            Self::LessRegularization => "regularize less",
            Self::NewArchitecture => "try another architecture",
            Self::MoreData => "get more training data",
            Self::AugmentData => "augment the training data",
            Self::MoreRegularization => "regularize more: dropout, weight decay, early stopping",
            Self::MeasureTrain => "measure the error on the training set too",
            Self::HoldOutDev => "hold a dev set out of the target data, apart from test",
            Self::HoldOutTrainDev => "hold a train-dev set out of the training data",
            Self::CollectTargetLikeData => "collect training data that is like the target",
            Self::WeightTargetLikeData => "give target-like training examples more weight",
            Self::MixInTarget => "mix target data into the training set",
            Self::SynthesizeLikeTarget => "synthesize training data that is like the target",
            Self::DomainAdaptation => "try domain adaptation",
            Self::MoreDevData => "get more dev data",
        }
    }
}

/// Returns what the flowchart offers against a gap, in its order.
///
/// More data is absent from the remedies for bias, which it does not help; a smaller model from those
/// for variance, where regularization does the same with less harm.
#[must_use]
pub fn remedies(gap: GapKind) -> &'static [Remedy] {
    use Remedy::{
        AugmentData, BetterOptimizer, BiggerModel, CollectTargetLikeData, DomainAdaptation,
        HoldOutDev, HoldOutTrainDev, LessRegularization, MeasureTrain, MixInTarget, MoreData,
        MoreDevData, MoreRegularization, NewArchitecture, SynthesizeLikeTarget, TrainLonger,
        WeightTargetLikeData,
    };
    match gap {
        GapKind::AvoidableBias => &[
            BiggerModel,
            TrainLonger,
            BetterOptimizer,
            LessRegularization,
            NewArchitecture,
        ],
        GapKind::Variance => &[MoreData, AugmentData, MoreRegularization, NewArchitecture],
        GapKind::DataMismatch => &[
            CollectTargetLikeData,
            WeightTargetLikeData,
            MixInTarget,
            SynthesizeLikeTarget,
            DomainAdaptation,
            NewArchitecture,
        ],
        // Which of the two it is comes first; target-like data helps against both.
        GapKind::VarianceOrMismatch => &[
            HoldOutTrainDev,
            CollectTargetLikeData,
            MixInTarget,
            MoreRegularization,
        ],
        GapKind::OverfittingToDev => &[MoreDevData],
        // What is missing is a measurement.
        GapKind::BiasOrVariance => &[MeasureTrain],
        GapKind::BiasVarianceOrMismatch => &[MeasureTrain, HoldOutTrainDev],
        GapKind::Any => &[MeasureTrain, HoldOutTrainDev, HoldOutDev],
        GapKind::VarianceMismatchOrOverfitting => &[HoldOutTrainDev, HoldOutDev],
        GapKind::MismatchOrOverfitting => &[HoldOutDev],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(gap: GapKind, first: Remedy, never: &[Remedy]) {
        let offered = remedies(gap);
        assert_eq!(offered.first(), Some(&first), "{gap}");
        assert!(
            never.iter().all(|remedy| !offered.contains(remedy)),
            "{gap}"
        );
        for remedy in offered {
            let text = remedy.text();
            assert!(
                text.starts_with(char::is_lowercase) && !text.ends_with('.'),
                "{text}"
            );
        }
    }

    /// Order and exclusions: the flowchart in MISSION.md.
    #[test]
    fn each_gap_has_the_flowchart_s_remedies() {
        check(
            GapKind::AvoidableBias,
            Remedy::BiggerModel,
            &[Remedy::MoreData, Remedy::AugmentData],
        );
        check(GapKind::Variance, Remedy::MoreData, &[Remedy::BiggerModel]);
        check(
            GapKind::DataMismatch,
            Remedy::CollectTargetLikeData,
            &[Remedy::MoreDevData],
        );
        check(
            GapKind::VarianceOrMismatch,
            Remedy::HoldOutTrainDev,
            &[Remedy::BiggerModel],
        );
        check(
            GapKind::MismatchOrOverfitting,
            Remedy::HoldOutDev,
            &[Remedy::MoreDevData],
        );
        check(
            GapKind::OverfittingToDev,
            Remedy::MoreDevData,
            &[Remedy::MoreData],
        );
    }
}
