//! What was measured during a training, and when: `metrics.jsonl` and `timings.jsonl`, written and read.
//!
//! Test figures are checked when a curve is read, and left out of it: they reach no code that chooses anything.

use std::{fs, path::Path};

use plumb_diagnostics::{CurvePoint, ErrorCount, RateError, SetName};
use serde::{Deserialize, Serialize};

use crate::{Error, run_dir::RunDir};

/// The version of a line of either file.
pub(crate) const FORMAT: u32 = 2;

pub(crate) const METRICS: &str = "metrics.jsonl";
pub(crate) const TIMINGS: &str = "timings.jsonl";

/// A line of `metrics.jsonl`: what one set measures at one evaluation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Metric {
    pub(crate) format: u32,
    pub(crate) epoch: u32,
    pub(crate) step: u64,
    pub(crate) set: SetName,
    pub(crate) errors: u64,
    pub(crate) n: u64,
    pub(crate) error_rate: f64,
    /// Mean cross-entropy in evaluation mode, in nats.
    pub(crate) loss: f64,
    pub(crate) learning_rate: f64,
}

/// A line of `timings.jsonl`: an evaluation, and the epoch that it ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Timing {
    pub(crate) format: u32,
    pub(crate) epoch: u32,
    pub(crate) step: u64,
    /// Of the epoch's steps.
    pub(crate) train_secs: f64,
    /// Of measuring the four sets.
    pub(crate) evaluate_secs: f64,
}

/// The evaluations of a training, in the order of time; resumed parts included.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Curve {
    pub(crate) evaluations: Vec<Evaluation>,
    /// None if no time was written down.
    pub(crate) pace: Option<Pace>,
}

/// One evaluation, without the test set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Evaluation {
    /// Counted from 1.
    pub(crate) epoch: u32,
    /// Steps done.
    pub(crate) step: u64,
    /// Of the last step.
    pub(crate) learning_rate: f64,
    /// On the part of train that is measured during training.
    pub(crate) train: Measured,
    pub(crate) train_dev: Measured,
    pub(crate) dev: Measured,
}

/// One set at one evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) count: ErrorCount,
    /// Mean cross-entropy, in nats.
    pub(crate) loss: f64,
}

/// How long a training takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pace {
    /// Of an epoch's steps: the median epoch.
    pub(crate) epoch_secs: f64,
    /// Of measuring the four sets once: the median evaluation.
    pub(crate) evaluation_secs: f64,
}

/// Why a text is no curve; lines are counted from 1.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CurveError {
    #[error("line {line}: {problem}; expected a measurement of format {FORMAT}, one JSON object")]
    Line { line: usize, problem: String },
    #[error("line {line}: the format is {found}; this plumb reads format {FORMAT}")]
    Format { line: usize, found: u32 },
    #[error("line {line}: {error}")]
    Count { line: usize, error: RateError },
    #[error("line {line}: {set} is measured a second time at step {step}")]
    Twice {
        line: usize,
        set: SetName,
        step: u64,
    },
    #[error("line {line}: step {step} comes after step {before}; expected rising steps")]
    Order { line: usize, step: u64, before: u64 },
    #[error("{set} is not measured at step {step}; expected all four sets at each evaluation")]
    Missing { set: SetName, step: u64 },
}

impl Curve {
    /// That of a run.
    ///
    /// # Errors
    /// Bad input, naming the file and the line, if its `metrics.jsonl` is missing or damaged. Times that can't
    /// be read are none.
    pub(crate) fn read(run: &RunDir) -> Result<Self, Error> {
        let path = run.path().join(METRICS);
        let text = fs::read_to_string(&path)
            .map_err(|error| Error::bad_input(format!("can't read {}: {error}", path.display())))?;
        let curve = Self::parse(&text)
            .map_err(|error| Error::bad_input(format!("{}, {error}", path.display())))?;
        Ok(Self {
            pace: Pace::read(&run.path().join(TIMINGS)),
            ..curve
        })
    }

    /// That of a `metrics.jsonl`, without times.
    ///
    /// # Errors
    /// The first line that is wrong, or an evaluation that lacks a set.
    pub(crate) fn parse(metrics: &str) -> Result<Self, CurveError> {
        let mut curve = Self::default();
        let mut open: Option<Open> = None;
        for (line, text) in (1..).zip(metrics.lines()) {
            let metric = parse_line(line, text)?;
            match &open {
                Some(evaluation) if evaluation.step == metric.step => {}
                Some(evaluation) if evaluation.step > metric.step => {
                    return Err(CurveError::Order {
                        line,
                        step: metric.step,
                        before: evaluation.step,
                    });
                }
                _ => {
                    let whole = open.replace(Open::new(&metric));
                    curve
                        .evaluations
                        .extend(whole.map(Open::close).transpose()?);
                }
            }
            if let Some(evaluation) = &mut open {
                evaluation.add(line, &metric)?;
            }
        }
        curve.evaluations.extend(open.map(Open::close).transpose()?);
        Ok(curve)
    }

    /// Epochs done, that of the last evaluation included; none if nothing was measured.
    pub(crate) fn epochs(&self) -> Option<u32> {
        self.evaluations.last().map(|last| last.epoch)
    }

    /// Train's error rate over the epochs.
    pub(crate) fn train_error(&self) -> Vec<CurvePoint> {
        self.of(|evaluation| evaluation.train.count.rate())
    }

    /// Train's loss over the epochs.
    pub(crate) fn train_loss(&self) -> Vec<CurvePoint> {
        self.of(|evaluation| evaluation.train.loss)
    }

    /// Dev's error rate over the epochs.
    pub(crate) fn dev_error(&self) -> Vec<CurvePoint> {
        self.of(|evaluation| evaluation.dev.count.rate())
    }

    fn of(&self, value: impl Fn(&Evaluation) -> f64) -> Vec<CurvePoint> {
        let point = |evaluation: &Evaluation| CurvePoint {
            epoch: f64::from(evaluation.epoch),
            value: value(evaluation),
        };
        self.evaluations.iter().map(point).collect()
    }
}

impl Pace {
    fn read(path: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(path).ok()?)
    }

    /// That of a `timings.jsonl`. The median is that of a usual epoch, where the first one warms up, a last one
    /// may be a part, and resumed ones may be another machine's.
    fn parse(timings: &str) -> Option<Self> {
        let timings = timings
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<Vec<Timing>, _>>()
            .ok()?;
        let median = |value: fn(&Timing) -> f64| {
            let mut values: Vec<f64> = timings.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied()
        };
        Some(Self {
            epoch_secs: median(|timing| timing.train_secs)?,
            evaluation_secs: median(|timing| timing.evaluate_secs)?,
        })
    }
}

/// An evaluation of which some sets are read.
struct Open {
    epoch: u32,
    step: u64,
    learning_rate: f64,
    sets: Vec<(SetName, Measured)>,
}

impl Open {
    fn new(first: &Metric) -> Self {
        Self {
            epoch: first.epoch,
            step: first.step,
            learning_rate: first.learning_rate,
            sets: Vec::new(),
        }
    }

    fn add(&mut self, line: usize, metric: &Metric) -> Result<(), CurveError> {
        let &Metric { set, step, .. } = metric;
        if self.sets.iter().any(|(known, _)| *known == set) {
            return Err(CurveError::Twice { line, set, step });
        }
        let count = ErrorCount::new(metric.errors, metric.n)
            .map_err(|error| CurveError::Count { line, error })?;
        let loss = metric.loss;
        self.sets.push((set, Measured { count, loss }));
        Ok(())
    }

    fn close(self) -> Result<Evaluation, CurveError> {
        let of = |set| {
            let found = self.sets.iter().find(|(known, _)| *known == set);
            let step = self.step;
            found
                .map(|(_, measured)| *measured)
                .ok_or(CurveError::Missing { set, step })
        };
        of(SetName::Test)?;
        Ok(Evaluation {
            epoch: self.epoch,
            step: self.step,
            learning_rate: self.learning_rate,
            train: of(SetName::Train)?,
            train_dev: of(SetName::TrainDev)?,
            dev: of(SetName::Dev)?,
        })
    }
}

fn parse_line(line: usize, text: &str) -> Result<Metric, CurveError> {
    /// What every format has.
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let wrong = |error: serde_json::Error| CurveError::Line {
        line,
        problem: error.to_string(),
    };
    let Version { format } = serde_json::from_str(text).map_err(wrong)?;
    if format != FORMAT {
        let found = format;
        return Err(CurveError::Format { line, found });
    }
    serde_json::from_str(text).map_err(wrong)
}

#[cfg(test)]
mod tests;
