//! Human-level error: the stand-in for the best achievable (Bayes) error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why a human figure cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HumanError {
    /// The one figure is no error rate.
    #[error("human error is {figure}; expected a fraction from 0 to 1")]
    Figure {
        /// What was given.
        figure: f64,
    },
    /// One rater's figure is no error rate.
    #[error("human error of rater {rater:?} is {figure}; expected a fraction from 0 to 1")]
    Rater {
        /// Whose figure it is.
        rater: String,
        /// What was given.
        figure: f64,
    },
    /// Raters were announced and none was named.
    #[error("no raters; expected at least one, with an error rate each")]
    NoRaters,
}

/// Human-level error: one exact figure, or several raters by name, of whom the best counts.
///
/// The figure is taken as exact: it comes without a number of examples. For synthetic tasks, give the
/// Bayes error itself where it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Given", into = "Given")]
pub struct Human {
    given: Given,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Given {
    Figure(f64),
    Raters(BTreeMap<String, f64>),
}

impl TryFrom<Given> for Human {
    type Error = HumanError;

    fn try_from(given: Given) -> Result<Self, HumanError> {
        match given {
            Given::Figure(figure) => Self::figure(figure),
            Given::Raters(raters) => Self::raters(raters),
        }
    }
}

impl From<Human> for Given {
    fn from(human: Human) -> Self {
        human.given
    }
}

impl Human {
    /// Takes one figure, a fraction in 0..=1.
    ///
    /// # Errors
    /// [`HumanError::Figure`] if it is not in that range.
    pub fn figure(figure: f64) -> Result<Self, HumanError> {
        if !(0.0..=1.0).contains(&figure) {
            return Err(HumanError::Figure { figure });
        }
        Ok(Self {
            given: Given::Figure(figure),
        })
    }

    /// Takes the error of several raters (or kinds of rater) by name, each a fraction in 0..=1.
    ///
    /// # Errors
    /// [`HumanError::NoRaters`] without raters, [`HumanError::Rater`] for the first one, by name, whose
    /// figure is not in that range.
    pub fn raters(raters: BTreeMap<String, f64>) -> Result<Self, HumanError> {
        if raters.is_empty() {
            return Err(HumanError::NoRaters);
        }
        if let Some((rater, &figure)) = raters.iter().find(|(_, e)| !(0.0..=1.0).contains(*e)) {
            return Err(HumanError::Rater {
                rater: rater.clone(),
                figure,
            });
        }
        Ok(Self {
            given: Given::Raters(raters),
        })
    }

    /// The figure that counts, a fraction in 0..=1: the only one, or the best rater's.
    #[must_use]
    pub fn level(&self) -> f64 {
        match &self.given {
            Given::Figure(figure) => *figure,
            Given::Raters(raters) => raters.values().copied().fold(1.0, f64::min),
        }
    }

    /// Name of the rater who counts, the first in alphabetical order among equals; none for one figure.
    #[must_use]
    pub fn chosen(&self) -> Option<&str> {
        match &self.given {
            Given::Figure(_) => None,
            Given::Raters(raters) => {
                let best = raters.iter().min_by(|a, b| a.1.total_cmp(b.1));
                best.map(|(rater, _)| rater.as_str())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{Error, MapAccessDeserializer, MapDeserializer};

    use super::*;

    fn raters(figures: &[(&str, f64)]) -> Result<Human, HumanError> {
        Human::raters(
            figures
                .iter()
                .map(|&(name, figure)| (name.to_owned(), figure))
                .collect(),
        )
    }

    fn check(human: Result<Human, HumanError>, expected: Result<(f64, Option<&str>), &str>) {
        match (human, expected) {
            (Ok(human), Ok(expected)) => assert_eq!((human.level(), human.chosen()), expected),
            (Err(error), Err(expected)) => assert_eq!(error.to_string(), expected),
            (got, expected) => panic!("got {got:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn the_best_rater_counts() {
        check(Human::figure(0.0), Ok((0.0, None)));
        check(Human::figure(1.0), Ok((1.0, None)));
        // Ng's radiology example, MISSION.md: 5, 1, 0.8 and 0.5 percent.
        let radiology = [
            ("typical", 0.05),
            ("doctor", 0.01),
            ("specialist", 0.008),
            ("team", 0.005),
        ];
        check(raters(&radiology), Ok((0.005, Some("team"))));
        check(raters(&[("b", 0.1), ("a", 0.1)]), Ok((0.1, Some("a"))));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        check(
            Human::figure(f64::NAN),
            Err("human error is NaN; expected a fraction from 0 to 1"),
        );
        check(
            Human::figure(-0.1),
            Err("human error is -0.1; expected a fraction from 0 to 1"),
        );
        check(
            Human::figure(5.0),
            Err("human error is 5; expected a fraction from 0 to 1"),
        );
        check(
            raters(&[]),
            Err("no raters; expected at least one, with an error rate each"),
        );
        let expected = "human error of rater \"doctor\" is NaN; expected a fraction from 0 to 1";
        check(
            raters(&[("typical", 0.1), ("doctor", f64::NAN)]),
            Err(expected),
        );
    }

    #[test]
    fn a_figure_that_is_read_is_checked() {
        let read = |figure: f64| {
            let fields = MapDeserializer::<_, Error>::new([("figure", figure)].into_iter());
            Human::deserialize(MapAccessDeserializer::new(fields))
        };
        assert_eq!(read(0.25).map(|human| human.level()), Ok(0.25));
        assert!(read(2.0).is_err());
    }
}
