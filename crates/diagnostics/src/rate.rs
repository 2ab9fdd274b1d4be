//! Error rates: how many examples of a set the model got wrong, and out of how many.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::interval::Interval;

/// One of the four sets on which a model's errors are counted, in the order of the flowchart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SetName {
    /// What the weights are fitted on, drawn from the general distribution.
    Train,
    /// Drawn like train and never trained on.
    TrainDev,
    /// Drawn from the target distribution; every decision is made on it.
    Dev,
    /// Drawn from the target distribution; drives no decision.
    Test,
}

impl fmt::Display for SetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Train => "train",
            Self::TrainDev => "train-dev",
            Self::Dev => "dev",
            Self::Test => "test",
        })
    }
}

/// Whose error rate it is: the human one, or the model's on one of the sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RateName {
    /// Human-level error, standing in for the best achievable.
    Human,
    /// The model's error on train.
    Train,
    /// The model's error on train-dev.
    TrainDev,
    /// The model's error on dev.
    Dev,
    /// The model's error on test.
    Test,
}

impl From<SetName> for RateName {
    fn from(set: SetName) -> Self {
        match set {
            SetName::Train => Self::Train,
            SetName::TrainDev => Self::TrainDev,
            SetName::Dev => Self::Dev,
            SetName::Test => Self::Test,
        }
    }
}

impl fmt::Display for RateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Human => f.pad("human"),
            Self::Train => SetName::Train.fmt(f),
            Self::TrainDev => SetName::TrainDev.fmt(f),
            Self::Dev => SetName::Dev.fmt(f),
            Self::Test => SetName::Test.fmt(f),
        }
    }
}

/// Why two numbers are no error count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// The set is empty, so it has no error rate.
    #[error("an error rate needs at least one example, got n = 0")]
    NoExamples,
    /// More errors than examples.
    #[error("{errors} errors among {n} examples; expected at most {n}")]
    MoreErrorsThanExamples {
        /// Examples said to be wrong.
        errors: u64,
        /// Examples in the set.
        n: u64,
    },
}

/// Wrong examples among all examples of a set; at least one example, and no more errors than examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawCount")]
pub struct ErrorCount {
    errors: u64,
    n: u64,
}

/// What a file may hold, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCount {
    errors: u64,
    n: u64,
}

impl TryFrom<RawCount> for ErrorCount {
    type Error = RateError;

    fn try_from(raw: RawCount) -> Result<Self, RateError> {
        Self::new(raw.errors, raw.n)
    }
}

impl ErrorCount {
    /// Makes a count of `errors` wrong examples out of `n`.
    ///
    /// # Errors
    /// [`RateError::NoExamples`] if `n` is 0, [`RateError::MoreErrorsThanExamples`] if `errors > n`.
    pub fn new(errors: u64, n: u64) -> Result<Self, RateError> {
        if n == 0 {
            Err(RateError::NoExamples)
        } else if errors > n {
            Err(RateError::MoreErrorsThanExamples { errors, n })
        } else {
            Ok(Self { errors, n })
        }
    }

    /// How many examples are wrong.
    #[must_use]
    pub fn errors(self) -> u64 {
        self.errors
    }

    /// How many examples the set has.
    #[must_use]
    pub fn n(self) -> u64 {
        self.n
    }

    /// Error rate, a fraction in 0..=1.
    #[must_use]
    pub fn rate(self) -> f64 {
        self.errors as f64 / self.n as f64
    }
}

/// One line of the table of error rates in a diagnosis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Whose rate it is.
    pub name: RateName,
    /// Errors and examples; none for the human figure.
    pub count: Option<ErrorCount>,
    /// Error rate, a fraction in 0..=1.
    pub rate: f64,
    /// Wilson interval; none where the rate is exact: the human figure is given, and train is counted
    /// whole.
    pub interval: Option<Interval>,
}

#[cfg(test)]
mod tests {
    use serde::de::value::{Error, MapDeserializer};

    use super::*;

    fn check(errors: u64, n: u64, expected: Result<f64, &str>) {
        let expected = expected.map_err(str::to_owned);
        let made = ErrorCount::new(errors, n).map_err(|e| e.to_string());
        assert_eq!(made.map(ErrorCount::rate), expected);

        let fields = [("errors", errors), ("n", n)].into_iter();
        let read = ErrorCount::deserialize(MapDeserializer::<_, Error>::new(fields));
        let read = read.map_err(|e| e.to_string());
        assert_eq!(read.map(ErrorCount::rate), expected, "deserialized");
    }

    #[test]
    fn a_count_is_checked_when_made_and_when_read() {
        check(1, 4, Ok(0.25)); // 1/4
        check(0, 1, Ok(0.0));
        check(7, 7, Ok(1.0));
        let empty = "an error rate needs at least one example, got n = 0";
        check(0, 0, Err(empty));
        check(3, 0, Err(empty));
        check(5, 4, Err("5 errors among 4 examples; expected at most 4"));
    }

    #[test]
    fn a_misspelt_field_is_an_error() {
        let fields = [("errors", 1_u64), ("n", 2), ("m", 3)].into_iter();
        assert!(ErrorCount::deserialize(MapDeserializer::<_, Error>::new(fields)).is_err());
    }

    #[test]
    fn names_read_as_in_the_literature() {
        let sets = [
            SetName::Train,
            SetName::TrainDev,
            SetName::Dev,
            SetName::Test,
        ];
        let names = sets.map(|set| RateName::from(set).to_string());
        assert_eq!(names, ["train", "train-dev", "dev", "test"]);
        assert_eq!(
            format!("{:>6}|{:<10}|", RateName::Human, RateName::TrainDev),
            " human|train-dev |"
        );
    }
}
