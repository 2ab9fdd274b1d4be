//! The best achievable error, where the data was made so that it is known.

use std::fmt::Write;

use plumb_data::source::BayesError;
use plumb_diagnostics::Human;
use serde::{Deserialize, Serialize};

use crate::{Error, data_summary::DataSummary, judge::HumanLevel};

/// The smallest difference of two rates that shows in percent with two decimals.
const PRINTED: f64 = 5e-5;

/// The lowest error that any model can reach, per distribution.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct KnownBayes {
    pub(crate) general: Option<BayesError>,
    pub(crate) target: Option<BayesError>,
    /// Of the examples in train; 0 where none come from the target.
    target_share_of_train: f64,
    /// Whether all of dev comes from the target, which a `mistake` of the split prevents.
    #[serde(skip)]
    is_dev_target: bool,
}

impl KnownBayes {
    /// Of data that was not made.
    pub(crate) const UNKNOWN: Self = Self {
        general: None,
        target: None,
        target_share_of_train: 0.0,
        is_dev_target: false,
    };

    pub(crate) fn of(data: &DataSummary) -> Self {
        let train = &data.sets.train;
        Self {
            general: data.general.bayes,
            target: data.target.bayes,
            target_share_of_train: train.from_target as f64 / train.examples as f64,
            is_dev_target: data.sets.dev.from_target == data.sets.dev.examples,
        }
    }

    /// The lowest error that any model can have on dev.
    pub(crate) fn of_dev(&self) -> Option<f64> {
        let target = self.target.filter(|_| self.is_dev_target);
        target.map(|bayes| bayes.rate)
    }

    /// The part of the data mismatch that is harder data, a fraction; negative where the target is easier.
    pub(crate) fn harder(&self) -> Option<f64> {
        Some(self.of_dev()? - self.of_mix()?)
    }

    /// That of the mix which train is drawn from, the foot of the ladder.
    ///
    /// With two distributions in the mix it is the mean of both, weighted by their shares, which is
    /// a lower bound: a model is not told which of them an example comes from.
    pub(crate) fn of_mix(&self) -> Option<f64> {
        let (general, target) = (self.general?.rate, self.target.map(|bayes| bayes.rate));
        if self.target_share_of_train == 0.0 {
            return Some(general);
        }
        let share = self.target_share_of_train;
        Some((1.0 - share) * general + share * target?)
    }

    /// The human figures of a run whose config gives none.
    pub(crate) fn human(&self) -> Result<HumanLevel, Error> {
        let figure = |rate: Option<f64>| {
            let human = rate.map(Human::figure).transpose();
            human.map_err(|error| Error::failed(error.to_string()))
        };
        let general = figure(self.of_mix())?;
        Ok(HumanLevel {
            target: match general {
                Some(_) => figure(self.target.map(|bayes| bayes.rate))?,
                None => None,
            },
            general,
            ..HumanLevel::default()
        })
    }

    /// A line or two under the ladder.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Where the Bayes error of the mix is not known, there is no human level to explain.
        let (Some(general), Some(_)) = (self.general, self.of_mix()) else {
            return text;
        };
        write!(text, "human level: the Bayes error of the general data").ok();
        text.push_str(&certainty(general));
        if self.target_share_of_train > 0.0 {
            text.push_str(", weighted with that of the target data in train (a lower bound)");
        }
        text.push('\n');
        let is_other = |target: &BayesError| (target.rate - general.rate).abs() >= PRINTED;
        let Some(target) = self.target.filter(is_other) else {
            return text;
        };
        writeln!(
            text,
            "Bayes error of the target data: {:.2} %{}; {:.2} points of the mismatch are harder\n\
             (or easier) data, which no change of the model or of its training data takes away",
            target.rate * 100.0,
            certainty(target),
            (target.rate - general.rate) * 100.0,
        )
        .ok();
        text
    }
}

fn certainty(bayes: BayesError) -> String {
    if bayes.standard_error > 0.0 {
        format!(
            ", by Monte Carlo (standard error {:.3} points)",
            bayes.standard_error * 100.0
        )
    } else {
        ", known exactly".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bayes(general: f64, target: Option<f64>, share: f64) -> KnownBayes {
        let exact = |rate| BayesError {
            rate,
            standard_error: 0.0,
        };
        KnownBayes {
            general: Some(exact(general)),
            target: target.map(exact),
            target_share_of_train: share,
            is_dev_target: true,
        }
    }

    #[test]
    fn a_mix_has_the_mean_of_both() {
        assert_eq!(bayes(0.1, Some(0.3), 0.0).of_mix(), Some(0.1));
        assert_eq!(bayes(0.1, None, 0.0).of_mix(), Some(0.1));
        assert_eq!(bayes(0.1, None, 0.5).of_mix(), None);
        // By hand: 0.75 × 0.1 + 0.25 × 0.3.
        assert!((bayes(0.1, Some(0.3), 0.25).of_mix().unwrap() - 0.15).abs() < 1e-12);
    }

    /// By hand: 0.3 − (0.75 × 0.1 + 0.25 × 0.3) = 0.15.
    #[test]
    fn harder_is_dev_against_the_mix() {
        let check = |bayes: KnownBayes, expected: Option<f64>| {
            let found = bayes.harder();
            assert_eq!(found.is_some(), expected.is_some());
            let (found, expected) = (found.unwrap_or(0.0), expected.unwrap_or(0.0));
            assert!((found - expected).abs() < 1e-12, "{found}");
        };
        check(bayes(0.1, Some(0.3), 0.0), Some(0.2));
        check(bayes(0.1, Some(0.05), 0.0), Some(-0.05));
        check(bayes(0.1, Some(0.3), 0.25), Some(0.15));
        check(bayes(0.1, None, 0.0), None);
        let dev_from_general = KnownBayes {
            is_dev_target: false,
            ..bayes(0.1, Some(0.3), 0.0)
        };
        check(dev_from_general, None);
    }

    #[test]
    fn a_mix_whose_bayes_error_is_unknown_is_not_called_the_human_level() {
        assert_eq!(bayes(0.1, None, 0.5).text(), "");
    }

    #[test]
    fn what_is_harder_is_said_to_be() {
        insta::assert_snapshot!("harder", bayes(0.0668, Some(0.2266), 0.0).text());
        insta::assert_snapshot!("alike", bayes(0.0668, Some(0.0668), 0.0).text());
    }
}
