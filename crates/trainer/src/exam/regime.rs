use clap::ValueEnum;
use serde::Serialize;

/// What a scenario is built to suffer from. What it truly suffers from is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Regime {
    /// Plenty of data and a model that can learn it.
    Healthy,
    /// A model that cannot fit the boundary, or too few steps.
    Bias,
    /// Few examples, many dimensions or noisy labels, and a model that learns them by heart.
    Variance,
    /// A target that is turned or moved, as hard as the general data.
    Mismatch,
    /// A target with more noise and the same boundary.
    Harder,
    /// A wandering model, chosen among many epochs on a small dev set.
    OverfittedDev,
    /// Two at once.
    BiasVariance,
    /// Two at once.
    BiasMismatch,
    /// Two at once.
    VarianceMismatch,
    /// Two at once.
    MismatchHarder,
}

impl Regime {
    /// All of them; scenarios take turns in this order.
    pub(crate) const ALL: [Self; 10] = [
        Self::Healthy,
        Self::Bias,
        Self::Variance,
        Self::Mismatch,
        Self::Harder,
        Self::OverfittedDev,
        Self::BiasVariance,
        Self::BiasMismatch,
        Self::VarianceMismatch,
        Self::MismatchHarder,
    ];

    /// As `--only` takes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Bias => "bias",
            Self::Variance => "variance",
            Self::Mismatch => "mismatch",
            Self::Harder => "harder",
            Self::OverfittedDev => "overfitted-dev",
            Self::BiasVariance => "bias-variance",
            Self::BiasMismatch => "bias-mismatch",
            Self::VarianceMismatch => "variance-mismatch",
            Self::MismatchHarder => "mismatch-harder",
        }
    }

    /// Whether the target is to differ from the general data by what a model could learn.
    pub(super) fn has_mismatch(self) -> bool {
        matches!(
            self,
            Self::Mismatch | Self::BiasMismatch | Self::VarianceMismatch | Self::MismatchHarder
        )
    }

    /// Whether the target is to be harder for every model.
    pub(super) fn is_harder(self) -> bool {
        matches!(self, Self::Harder | Self::MismatchHarder)
    }
}

impl std::fmt::Display for Regime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_command_takes() {
        for regime in Regime::ALL {
            let value = regime.to_possible_value().unwrap();
            assert_eq!(value.get_name(), regime.name());
            let json = serde_json::to_value(regime).unwrap();
            assert_eq!(json, regime.name());
        }
        assert_eq!(Regime::value_variants(), Regime::ALL);
    }
}
