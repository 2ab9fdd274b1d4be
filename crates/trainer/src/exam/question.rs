use serde::Serialize;

/// What is asked of many diagnoses: how often something holds, among how many times it could.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Question {
    /// Of those whose largest gap stands far above the threshold, that gap is named first and present.
    NamedFirst,
    /// Of those among them whose other gaps are two standard errors of the difference smaller or more.
    NamedFirstIfClear,
    /// Of those whose largest gap stands less far above it, that gap is called absent.
    CalledAbsent,
    /// Of all gaps that do not matter, present.
    FalseAlarm,
    /// Of those less than four standard errors below the threshold, present.
    CloseFalseAlarm,
    /// Of all gaps that matter, absent.
    Overlooked,
    /// The interval of an error rate holds the true rate.
    RateCovered,
    /// The interval of a gap holds the true gap.
    GapCovered,
    /// Of variance.
    VarianceCovered,
    /// Of data mismatch.
    MismatchCovered,
    /// Of overfitting to dev.
    OverfittingCovered,
    /// The interval of the part of a mismatch that is not harder data holds that part.
    SplitCovered,
}

impl Question {
    pub(super) const ALL: [Self; 12] = [
        Self::NamedFirst,
        Self::NamedFirstIfClear,
        Self::CalledAbsent,
        Self::FalseAlarm,
        Self::CloseFalseAlarm,
        Self::Overlooked,
        Self::RateCovered,
        Self::GapCovered,
        Self::VarianceCovered,
        Self::MismatchCovered,
        Self::OverfittingCovered,
        Self::SplitCovered,
    ];

    /// In words.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NamedFirst => "largest gap far above the threshold: named first and present",
            Self::NamedFirstIfClear => "named first, no other gap within 2 s.e.",
            Self::CalledAbsent => "largest gap less far above the threshold: called absent",
            Self::FalseAlarm => "gaps below the threshold: called present (false alarms)",
            Self::CloseFalseAlarm => "false alarms less than 4 s.e. below",
            Self::Overlooked => "gaps that matter, called absent",
            Self::RateCovered => "intervals of error rates: hold the true rate",
            Self::GapCovered => "intervals of gaps: hold the true gap",
            Self::VarianceCovered => "intervals of variance",
            Self::MismatchCovered => "intervals of data mismatch",
            Self::OverfittingCovered => "intervals of overfitting to dev",
            Self::SplitCovered => "intervals of mismatch less harder data",
        }
    }
}
