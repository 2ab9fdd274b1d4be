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

impl SetName {
    /// The four, in the order of the flowchart.
    pub const ALL: [Self; 4] = [Self::Train, Self::TrainDev, Self::Dev, Self::Test];
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

/// Why numbers are no error rate or no error count.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RateError {
    /// No fraction.
    #[error("the error rate is {0}; expected a fraction from 0 to 1")]
    NoFraction(f64),
    /// No count of errors has this rate.
    #[error(
        "an error rate of {rate} among {n} examples would be {:.2} errors; \
         expected a rate that a whole number of errors has, rounded or not", .rate * *.n as f64
    )]
    NoWholeNumber {
        /// The rate that was given.
        rate: f64,
        /// Examples in the set.
        n: u64,
    },
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

    /// Counts the wrong answers among flags, one per example, true where it was wrong.
    ///
    /// # Errors
    /// [`RateError::NoExamples`] without any.
    pub fn of(wrong: &[bool]) -> Result<Self, RateError> {
        let errors = wrong.iter().filter(|&&wrong| wrong).count();
        Self::new(errors as u64, wrong.len() as u64)
    }

    /// Makes the count whose rate was written as `rate`: 0.033 of 30 examples is 1 error, since 1/30 is
    /// 0.033 to as many digits.
    ///
    /// # Errors
    /// [`RateError::NoExamples`] if `n` is 0, [`RateError::NoFraction`] if `rate` is not in 0..=1, and
    /// [`RateError::NoWholeNumber`] if no number of errors among `n` rounds to it.
    pub fn from_rate(rate: f64, n: u64) -> Result<Self, RateError> {
        let rate = fraction(rate)?;
        let errors = (rate * n as f64).round();
        let written = format!("{rate}"); // the fewest digits that mean this number
        let digits = written
            .split_once('.')
            .map_or(0, |(_, digits)| digits.len());
        let half_a_digit = 0.5 * 10_f64.powi(-i32::try_from(digits).unwrap_or(i32::MAX));
        let count = Self::new(errors as u64, n)?;
        if (count.rate() - rate).abs() <= half_a_digit * (1.0 + 1e-9) {
            Ok(count)
        } else {
            Err(RateError::NoWholeNumber { rate, n })
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

/// A number that is a fraction in 0..=1.
fn fraction(rate: f64) -> Result<f64, RateError> {
    if (0.0..=1.0).contains(&rate) {
        Ok(rate)
    } else {
        Err(RateError::NoFraction(rate))
    }
}

/// The model's error on a set: counted, or a rate that somebody states without the number of examples.
///
/// A stated rate has no interval: it is taken as exact, for want of anything better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SetError {
    rate: f64,
    count: Option<ErrorCount>,
}

impl SetError {
    /// Takes a rate without a number of examples, a fraction in 0..=1.
    ///
    /// # Errors
    /// [`RateError::NoFraction`] if it is not in that range.
    pub fn stated(rate: f64) -> Result<Self, RateError> {
        Ok(Self {
            rate: fraction(rate)?,
            count: None,
        })
    }

    /// Error rate, a fraction in 0..=1.
    #[must_use]
    pub fn rate(self) -> f64 {
        self.rate
    }

    /// Errors and examples, where they were counted.
    #[must_use]
    pub fn count(self) -> Option<ErrorCount> {
        self.count
    }
}

impl From<ErrorCount> for SetError {
    fn from(count: ErrorCount) -> Self {
        Self {
            rate: count.rate(),
            count: Some(count),
        }
    }
}

/// One line of the table of error rates in a diagnosis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Whose rate it is.
    pub name: RateName,
    /// Errors and examples; none for the human figure and for a rate without a number of examples.
    pub count: Option<ErrorCount>,
    /// Error rate, a fraction in 0..=1.
    pub rate: f64,
    /// Wilson interval; none where the rate is exact or taken as such: the human figure is given, train is
    /// counted whole, and some come without a number of examples.
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

    /// Errors by hand; a rate stands for the count that it is rounded from.
    #[test]
    fn a_rate_is_taken_for_the_count_it_is_rounded_from() {
        let check = |rate: f64, n: u64, expected: Result<u64, &str>| {
            let made = ErrorCount::from_rate(rate, n).map_err(|error| error.to_string());
            let expected = expected.map_err(str::to_owned);
            assert_eq!(made.map(ErrorCount::errors), expected, "{rate} of {n}");
        };
        check(0.085, 1000, Ok(85));
        check(0.033, 30, Ok(1)); // 1/30 = 0.0333
        check(0.0, 7, Ok(0));
        check(1.0, 7, Ok(7));
        check(0.3, 3, Ok(1)); // 1/3 is 0.3 to one digit
        check(1e-7, 10_000_000, Ok(1));
        let between = "an error rate of 0.25 among 10 examples would be 2.50 errors; expected a rate \
                       that a whole number of errors has, rounded or not";
        check(0.25, 10, Err(between));
        check(
            0.1,
            0,
            Err("an error rate needs at least one example, got n = 0"),
        );
        let percent = "the error rate is 8; expected a fraction from 0 to 1";
        check(8.0, 100, Err(percent));
        let nan = "the error rate is NaN; expected a fraction from 0 to 1";
        check(f64::NAN, 100, Err(nan));
        assert!(SetError::stated(-0.1).is_err());
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
