use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use burn::tensor::Tensor;
use plumb_diagnostics::SetName;
use serde::Serialize;

use crate::{
    Error,
    checkpoint::{Checkpoints, Position},
    progress::{Progress, thousands},
    run_dir::RunDir,
    train::{Epoch, Observer},
};

/// The version of a line of `metrics.jsonl`.
const FORMAT: u32 = 1;

/// Epochs can be shorter than a write to the disk: what is not a new best is saved this often.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// Lines that a run prints at most, whatever its number of epochs.
const MAX_LINES: u32 = 50;

/// Writes a training down in its run directory, and shows it.
pub(crate) struct Recorder<'a> {
    run: &'a RunDir,
    checkpoints: Checkpoints,
    progress: Progress,
    n_epochs: u32,
    n_examples: usize,
    metrics: String,
    log: String,
    saved: Instant,
}

/// A line of `metrics.jsonl`: what one set measures after one epoch.
#[derive(Serialize)]
struct Metric {
    format: u32,
    epoch: u32,
    step: u64,
    set: SetName,
    errors: u64,
    n: u64,
    error_rate: f64,
    /// Mean cross-entropy in evaluation mode, in nats.
    loss: f64,
    learning_rate: f64,
    /// Of the epoch's training, and of measuring the four sets.
    train_secs: f64,
    evaluate_secs: f64,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(run: &'a RunDir, n_epochs: u32, n_examples: usize, quiet: bool) -> Self {
        Self {
            run,
            checkpoints: Checkpoints::new(run),
            progress: Progress::new(n_epochs, n_examples, quiet),
            n_epochs,
            n_examples,
            metrics: String::new(),
            log: String::new(),
            saved: Instant::now(),
        }
    }

    /// Says something that is kept in `train.log` too.
    pub(crate) fn note(&mut self, line: &str) {
        self.log.push_str(line);
        self.log.push('\n');
        self.progress.line(line);
    }

    /// Takes the live display away and returns all that was said, for `train.log`.
    pub(crate) fn finish(self) -> String {
        self.progress.finish();
        self.log
    }

    fn add_metrics(&mut self, epoch: &Epoch<'_>) -> Result<(), Error> {
        for (set, measured) in epoch.measured.iter() {
            let count = measured.count;
            let metric = Metric {
                format: FORMAT,
                epoch: epoch.number,
                step: epoch.steps,
                set,
                errors: count.errors(),
                n: count.n(),
                error_rate: count.rate(),
                loss: measured.loss,
                learning_rate: epoch.learning_rate,
                train_secs: epoch.train_time.as_secs_f64(),
                evaluate_secs: epoch.evaluate_time.as_secs_f64(),
            };
            let line = serde_json::to_string(&metric)
                .map_err(|error| Error::failed(format!("can't write a metric: {error}")))?;
            self.metrics.push_str(&line);
            self.metrics.push('\n');
        }
        Ok(())
    }

    fn line(&self, epoch: &Epoch<'_>, rates: &str) -> String {
        let width = self.n_epochs.to_string().len();
        let speed = self.n_examples as f64 / epoch.train_time.as_secs_f64();
        format!(
            "epoch {:>width$}/{}  loss {:.4}{rates}  {} examples/s{}",
            epoch.number,
            self.n_epochs,
            epoch.running_loss,
            thousands(speed as u64),
            if epoch.is_best {
                "  best dev so far"
            } else {
                ""
            },
        )
    }
}

/// The four rates in words, in percent.
fn rates(epoch: &Epoch<'_>) -> String {
    let mut text = String::new();
    for (set, measured) in epoch.measured.iter() {
        write!(text, "  {set} {:.2} %", measured.count.rate() * 100.0).ok();
    }
    text
}

impl Observer for Recorder<'_> {
    fn step(&mut self, n_examples: usize, loss: &Tensor<1>) {
        self.progress.step(n_examples, loss);
    }

    fn epoch(&mut self, epoch: &Epoch<'_>) -> Result<(), Error> {
        self.add_metrics(epoch)?;
        let rates = rates(epoch);
        let line = self.line(epoch, &rates);
        self.progress.epoch_done(epoch.number, &rates);
        self.log.push_str(&line);
        self.log.push('\n');
        let is_last = epoch.number == self.n_epochs;
        if is_last
            || epoch
                .number
                .is_multiple_of(self.n_epochs.div_ceil(MAX_LINES))
        {
            self.progress.line(&line);
        }
        if epoch.is_best || is_last || self.saved.elapsed() >= SAVE_EVERY {
            let dev = epoch.measured.get(SetName::Dev).count;
            let position = Position::new(epoch.number, epoch.steps, dev);
            self.checkpoints
                .save(&position, epoch.model, epoch.optimizer, epoch.is_best)?;
            self.run.write("metrics.jsonl", self.metrics.as_bytes())?;
            self.run.write("train.log", self.log.as_bytes())?;
            self.saved = Instant::now();
        }
        Ok(())
    }
}
