//! Figures from anywhere: flags of the command line, or a JSON file.

use std::{collections::BTreeMap, path::Path};

use plumb_diagnostics::{
    Confidence, Distribution, ErrorCount, Figures, Human, NgTable, Options, RateError, RaterStudy,
    SetError, SetName,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::unique::Unique;
use crate::{Error, cli::FigureArgs, fraction, judge::HumanLevel, ratings, report};

/// The version of the file.
pub(super) const FORMAT: u32 = 1;

/// Error rates of any model, from any framework, to be diagnosed by `plumb diagnose FILE.json`.
///
/// Rates are fractions in 0..=1. What is missing takes its gaps with it, or joins two in one; at least one
/// of the four sets is needed.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "figures for plumb diagnose")]
#[allow(
    dead_code,
    reason = "the schema is made of it; a file is read key by key, for clear errors"
)]
pub(super) struct FiguresFile {
    /// The version of this format: 1.
    format: Option<u32>,
    /// Human-level error on the target data, or on both kinds of data alike.
    human: Option<HumanValue>,
    /// Human-level error on the general data, where it is another.
    human_general: Option<HumanValue>,
    /// Errors on the training set itself, in evaluation mode. Its number of examples is not needed: a
    /// training set that is counted whole has no sampling error.
    train: Option<SetValue>,
    /// Errors on held-out examples of the same kind as train.
    train_dev: Option<SetValue>,
    /// Errors on the target set that decisions are made on.
    dev: Option<SetValue>,
    /// Errors on the target set that makes no decision.
    test: Option<SetValue>,
    /// Two-sided confidence of every interval, between 0 and 1; 0.95 if absent.
    confidence: Option<f64>,
    /// The share of the dev error from which on a gap matters; 0.1 if absent.
    matters_share: Option<f64>,
    /// The dev error that is good enough.
    goal_error: Option<f64>,
}

/// Human-level error: one fraction, or the fraction of each rater, of whom the best counts.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a fraction such as 0.02, or raters by name such as {\"typical\": 0.05, \"expert\": 0.02}"
)]
enum HumanValue {
    Figure(f64),
    Raters(BTreeMap<String, f64>),
}

/// The model's error on a set: counted, as a rate of so many examples, or as a rate alone, which then has
/// no interval.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected {\"errors\": 12, \"n\": 1000}, {\"error_rate\": 0.012, \"n\": 1000} or a fraction alone"
)]
enum SetValue {
    Rate(f64),
    Counted(CountedValue),
}

/// Errors among `n` examples; either `errors` or `error_rate` is enough, and both must agree.
#[derive(Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CountedValue {
    /// Wrong examples.
    errors: Option<u64>,
    /// Their share, a fraction in 0..=1.
    error_rate: Option<f64>,
    /// Examples of the set.
    n: u64,
}

/// Figures, and how to judge them.
#[derive(Default)]
pub(super) struct Given {
    pub(super) figures: Figures,
    pub(super) options: Options,
    /// Where the human level comes from raters' labels.
    pub(super) study: Option<RaterStudy>,
    /// The same of the general data.
    pub(super) general_study: Option<RaterStudy>,
}

/// Reads a JSON file; flags of the command line that are given replace what it says.
///
/// # Errors
/// Bad input that names the file and the key.
pub(super) fn read(path: &Path) -> Result<Given, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::bad_input(format!("can't read {}: {error}", path.display())))?;
    parse(&text).map_err(|what| {
        let error = Error::bad_input(format!("{}: {what}", path.display()));
        error.hint(match fraction::meant_anywhere(&what) {
            Some(meant) => meant,
            None => "`plumb diagnose --schema` prints the format of such files".into(),
        })
    })
}

fn parse(text: &str) -> Result<Given, String> {
    const KEYS: [&str; 10] = [
        "format",
        "human",
        "human_general",
        "train",
        "train_dev",
        "dev",
        "test",
        "confidence",
        "matters_share",
        "goal_error",
    ];
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err("the file is empty; expected a JSON object".into());
    }
    let Unique(value) =
        serde_json::from_str(text).map_err(|error| format!("not as expected: {error}"))?;
    let Value::Object(keys) = value else {
        return Err("expected a JSON object with keys such as train, dev and human".into());
    };
    if let Some(unknown) = keys.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let similarity = |key: &str| strsim::jaro_winkler(key, &unknown.replace('-', "_"));
        let similar = KEYS
            .into_iter()
            .filter(|key| similarity(key) > 0.8)
            .max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        let hint = similar.map_or(String::new(), |key| format!(", did you mean `{key}`?"));
        return Err(format!(
            "unknown key `{unknown}`{hint}; known are {}",
            KEYS.join(", ")
        ));
    }
    let format: Option<u32> = value_of(&keys, "format")?;
    if let Some(other) = format.filter(|&format| format != FORMAT) {
        return Err(format!("`format` is {other}; this plumb reads {FORMAT}"));
    }
    let human = |key: &str| -> Result<Option<Human>, String> {
        let human = match value_of(&keys, key)? {
            None => return Ok(None),
            Some(HumanValue::Figure(figure)) => Human::figure(figure),
            Some(HumanValue::Raters(raters)) => Human::raters(raters),
        };
        human.map(Some).map_err(|error| format!("`{key}`: {error}"))
    };
    let set = |key: &str| -> Result<Option<SetError>, String> {
        let Some(value) = value_of::<SetValue>(&keys, key)? else {
            return Ok(None);
        };
        value
            .error()
            .map(Some)
            .map_err(|what| format!("`{key}`: {what}"))
    };
    let figures = Figures {
        human: human("human")?,
        human_general: human("human_general")?,
        train: set("train")?,
        train_dev: set("train_dev")?,
        dev: set("dev")?,
        test: set("test")?,
    };
    let default = Options::default();
    let confidence = match value_of(&keys, "confidence")? {
        Some(level) => Confidence::new(level).map_err(|error| format!("`confidence`: {error}"))?,
        None => default.confidence,
    };
    let options = Options {
        confidence,
        matters_share: fraction_of(&keys, "matters_share")?.unwrap_or(default.matters_share),
        goal_error: fraction_of(&keys, "goal_error")?,
    };
    Ok(Given {
        figures,
        options,
        ..Given::default()
    })
}

/// A number that is a fraction in 0..=1.
fn fraction_of(keys: &Map<String, Value>, key: &str) -> Result<Option<f64>, String> {
    let number: Option<f64> = value_of(keys, key)?;
    match number.filter(|number| !(0.0..=1.0).contains(number)) {
        Some(other) => Err(format!(
            "`{key}` is {other}; expected a fraction from 0 to 1"
        )),
        None => Ok(number),
    }
}

fn value_of<T: DeserializeOwned>(
    keys: &Map<String, Value>,
    key: &str,
) -> Result<Option<T>, String> {
    match keys.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => T::deserialize(value).map(Some).map_err(|error| {
            let error = error.to_string();
            let words = error.replace("expected f64", "expected a number");
            format!(
                "`{key}`: {}",
                words.replace("expected u32", "expected a whole number")
            )
        }),
    }
}

impl SetValue {
    fn error(&self) -> Result<SetError, String> {
        let count = match self {
            Self::Rate(rate) => return SetError::stated(*rate).map_err(|error| error.to_string()),
            Self::Counted(count) => count,
        };
        let made = match (count.errors, count.error_rate) {
            (Some(errors), None) => ErrorCount::new(errors, count.n),
            (None, Some(rate)) => ErrorCount::from_rate(rate, count.n),
            (Some(errors), Some(rate)) => {
                let counted =
                    ErrorCount::new(errors, count.n).map_err(|error| error.to_string())?;
                let from_rate = ErrorCount::from_rate(rate, count.n);
                if from_rate.as_ref() != Ok(&counted) {
                    return Err(format!(
                        "{errors} errors among {} examples contradict an error rate of {rate}; expected \
                         {:.4}, or one of the two",
                        count.n,
                        counted.rate()
                    ));
                }
                from_rate
            }
            (None, None) => return Err("expected `errors` or `error_rate` beside `n`".into()),
        };
        made.map(Into::into).map_err(|error| error.to_string())
    }
}

impl Given {
    pub(super) fn human(&self) -> HumanLevel {
        HumanLevel {
            target: self.figures.human.clone(),
            general: self.figures.human_general.clone(),
            target_study: self.study.clone(),
            general_study: self.general_study.clone(),
        }
    }

    /// Ng's table of both kinds of data, from the errors of a set on one kind.
    ///
    /// # Errors
    /// Bad input if there is nothing for it.
    pub(super) fn ng_table(
        &self,
        count: impl Fn(SetName, Distribution) -> Option<ErrorCount>,
    ) -> Result<NgTable, Error> {
        let human = [&self.figures.human, &self.figures.human_general].map(Option::as_ref);
        report::ng_table_of(human, count, self.options.confidence)
    }

    /// Lays what the command line says over it.
    ///
    /// # Errors
    /// Bad input that names the flag.
    pub(super) fn with_flags(mut self, flags: &FigureArgs) -> Result<Self, Error> {
        let human = |flag: &str, given: Option<f64>| {
            let human = given.map(Human::figure).transpose();
            human.map_err(|error| wrong(flag, &error, given))
        };
        let set =
            |flag: &str, rate: Option<f64>, n: Option<u64>| -> Result<Option<SetError>, Error> {
                let error = match (rate, n) {
                    (None, None) => return Ok(None),
                    (None, Some(_)) => {
                        return Err(Error::bad_input(format!(
                            "--n-{flag} is given without --{flag}; expected the error rate too"
                        )));
                    }
                    (Some(rate), None) => SetError::stated(rate),
                    (Some(rate), Some(n)) => ErrorCount::from_rate(rate, n).map(Into::into),
                };
                error.map(Some).map_err(|error| match error {
                    RateError::NoExamples => wrong(&format!("--n-{flag}"), &error, None),
                    _ => wrong(&format!("--{flag}"), &error, rate),
                })
            };
        let figures = &mut self.figures;
        let lay = |place: &mut Option<SetError>, given: Option<SetError>| *place = given.or(*place);
        lay(
            &mut figures.train,
            set("train", flags.train, flags.n_train)?,
        );
        lay(
            &mut figures.train_dev,
            set("train-dev", flags.train_dev, flags.n_train_dev)?,
        );
        lay(&mut figures.dev, set("dev", flags.dev, flags.n_dev)?);
        lay(&mut figures.test, set("test", flags.test, flags.n_test)?);
        if let Some(level) = human("--human", flags.human)? {
            figures.human = Some(level);
            self.study = None;
        }
        if let Some(level) = human("--human-general", flags.human_general)? {
            figures.human_general = Some(level);
        }
        let options = &mut self.options;
        if let Some(level) = flags.confidence {
            options.confidence = Confidence::new(level)
                .map_err(|error| wrong("--confidence", &error, Some(level)))?;
        }
        if let Some(path) = &flags.raters {
            let study = ratings::study(path, options.confidence)
                .map_err(|what| Error::bad_input(format!("--raters: {what}")))?;
            if study.human().is_none() {
                return Err(Error::bad_input(format!(
                    "--raters: {}: no example has both a rater's label and something to hold it against",
                    path.display()
                ))
                .hint("give a column `truth`, or let two people or more label the same examples"));
            }
            figures.human = study.human();
            self.study = Some(study);
        }
        for (flag, given) in [
            ("--matters-share", flags.matters_share),
            ("--goal-error", flags.goal_error),
        ] {
            if let Some(other) = given.filter(|given| !(0.0..=1.0).contains(given)) {
                let error = format!("{other} is no share; expected a fraction from 0 to 1");
                return Err(wrong(flag, &error, given));
            }
        }
        options.matters_share = flags.matters_share.unwrap_or(options.matters_share);
        options.goal_error = flags.goal_error.or(options.goal_error);
        Ok(self)
    }
}

fn wrong(flag: &str, error: &dyn std::fmt::Display, rate: Option<f64>) -> Error {
    let message = Error::bad_input(format!("{flag}: {error}"));
    match rate.and_then(fraction::did_you_mean) {
        Some(hint) => message.hint(hint),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_in_a_file_is_named() {
        let check = |text: &str, expected: &str| {
            let error = parse(text).err().unwrap_or_default();
            assert!(error.contains(expected), "{text}: {error}");
        };
        check("", "the file is empty");
        check("[1]", "expected a JSON object");
        check(
            "{\"dev\": 0.1,}",
            "not as expected: trailing comma at line 1 column 13",
        );
        check(
            "{\"dev\": 0.1, \"dev\": 0.9}",
            "`dev` stands there twice at line 1",
        );
        check(
            "{\"dev\": {\"n\": 10, \"errors\": 1, \"errors\": 9}}",
            "`errors` stands there twice",
        );
        check(
            "{\"matters_share\": 2}",
            "`matters_share` is 2; expected a fraction",
        );
        check(
            "{\"format\": 1.5}",
            "`format`: invalid type: floating point `1.5`, expected a whole number",
        );
        check(
            "{\"devv\": 0.1}",
            "unknown key `devv`, did you mean `dev`?; known are",
        );
        check("{\"dev\": \"much\"}", "`dev`: expected {\"errors\": 12");
        check(
            "{\"dev\": 10}",
            "`dev`: the error rate is 10; expected a fraction",
        );
        check(
            "{\"dev\": {\"n\": 10}}",
            "expected `errors` or `error_rate` beside `n`",
        );
        check(
            "{\"dev\": {\"errors\": 3, \"n\": 0}}",
            "at least one example, got n = 0",
        );
        check(
            "{\"dev\": {\"errors\": 3, \"n\": 2}}",
            "3 errors among 2 examples",
        );
        check(
            "{\"dev\": {\"errors\": 3, \"error_rate\": 0.1, \"n\": 10}}",
            "3 errors among 10 examples contradict an error rate of 0.1; expected 0.3000",
        );
        check("{\"human\": {}}", "`human`: no raters");
        check(
            "{\"human\": {\"a\": 2}}",
            "`human`: human error of rater \"a\" is 2",
        );
        check("{\"confidence\": 95}", "`confidence`: confidence is 95");
        check("{\"format\": 2}", "`format` is 2; this plumb reads 1");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_figures() {
        assert!(parse("\u{feff}{\"dev\": 0.1}").is_ok());
    }

    #[test]
    fn the_three_ways_to_write_a_set_mean_the_same() {
        let figures = parse(
            "{\"train\": 0.02, \"dev\": {\"errors\": 12, \"n\": 1000},
              \"test\": {\"error_rate\": 0.012, \"n\": 1000}}",
        );
        let figures = figures.map(|given| given.figures).unwrap_or_default();
        let count = ErrorCount::new(12, 1000).unwrap();
        assert_eq!(figures.dev, Some(count.into()));
        assert_eq!(figures.test, Some(count.into()));
        assert_eq!(figures.train, SetError::stated(0.02).ok());
    }
}
