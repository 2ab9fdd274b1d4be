use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    checkpoint::Checkpoints,
    config::Config,
    curve::{FORMAT, Metric, Timing},
    diverged::{Diverged, NotFinite},
    progress::{Extent, Progress, thousands},
    run_dir::RunDir,
    tensorboard::EventFile,
    train::{Evaluated, Observer, Position, Snapshot},
};

/// Epochs can be shorter than a write to the disk: what is not a new best is saved this often.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// Lines that a run prints at most, whatever its number of epochs.
const MAX_LINES: u32 = 50;

/// Hears of each epoch that was measured, counted from 1, and of how many there are.
pub(crate) type OnEpoch<'a> = &'a (dyn Fn(u32, u32) + Sync);

/// Writes a training down in its run directory, and shows it.
pub(crate) struct Recorder<'a> {
    run: &'a RunDir,
    config: &'a Config,
    checkpoints: Checkpoints,
    progress: Progress,
    on_epoch: Option<OnEpoch<'a>>,
    n_epochs: u32,
    n_examples: usize,
    written: Written,
    /// In this session; an earlier one that it goes on with counted its own.
    n_evaluations: u32,
    log: String,
    saved: Instant,
    events: Option<EventFile>,
}

/// What was measured, one JSON document per line. Equal runs have equal `metrics.jsonl`; what the clock
/// says lies apart, in `timings.jsonl`.
#[derive(Default)]
pub(crate) struct Written {
    metrics: String,
    timings: String,
}

impl Written {
    /// What an earlier run wrote up to a position, and warnings of what is lost.
    pub(crate) fn of(run: &RunDir, last: &Position) -> (Self, Vec<String>) {
        let mut warnings = Vec::new();
        let mut up_to_position = |file: &str| {
            let text = std::fs::read(run.path().join(file)).unwrap_or_default();
            let (lines, is_whole) = lines_up_to(&String::from_utf8_lossy(&text), last);
            if !is_whole {
                warnings.push(format!(
                    "warning: {file} of {} is missing or damaged; measurements up to step {} may be lost",
                    run.path().display(),
                    last.step
                ));
            }
            lines
        };
        let written = Self {
            metrics: up_to_position("metrics.jsonl"),
            timings: up_to_position("timings.jsonl"),
        };
        (written, warnings)
    }

    /// What can be read of the measurements.
    fn metrics(&self) -> impl Iterator<Item = Metric> {
        let lines = self.metrics.lines();
        lines.filter_map(|line| serde_json::from_str(line).ok())
    }

    /// Writes it into a new run.
    pub(crate) fn write(&self, run: &RunDir) -> Result<(), Error> {
        run.write("timings.jsonl", self.timings.as_bytes())?;
        run.write("metrics.jsonl", self.metrics.as_bytes())
    }

    fn add(&mut self, evaluated: &Evaluated<'_>, step: u64) -> Result<(), Error> {
        for (set, measured) in evaluated.measured.iter() {
            let count = measured.count;
            let metric = Metric {
                format: FORMAT,
                epoch: evaluated.epoch,
                step,
                set,
                errors: count.errors(),
                n: count.n(),
                error_rate: count.rate(),
                loss: measured.loss,
                learning_rate: evaluated.learning_rate,
            };
            add_line(&mut self.metrics, &metric)?;
        }
        let timing = Timing {
            format: FORMAT,
            epoch: evaluated.epoch,
            step,
            train_secs: evaluated.train_time.as_secs_f64(),
            evaluate_secs: evaluated.evaluate_time.as_secs_f64(),
        };
        add_line(&mut self.timings, &timing)
    }
}

/// The lines of steps up to a position, and whether nothing seems to be missing: each line can be read, and
/// the evaluation that was the best is among them.
fn lines_up_to(text: &str, last: &Position) -> (String, bool) {
    #[derive(Deserialize)]
    struct Step {
        step: u64,
    }
    let mut lines = String::new();
    let mut is_whole = true;
    let mut lacks_best = last.best.is_some();
    for line in text.lines() {
        match serde_json::from_str(line) {
            Ok(Step { step }) if step <= last.step => {
                lines.push_str(line);
                lines.push('\n');
                lacks_best &= last.best.is_none_or(|best| best.step != step);
            }
            Ok(_) => {}
            Err(_) => is_whole = false,
        }
    }
    (lines, is_whole && !lacks_best)
}

fn add_line(text: &mut String, value: &impl Serialize) -> Result<(), Error> {
    let line = serde_json::to_string(value)
        .map_err(|error| Error::failed(format!("can't write a metric: {error}")))?;
    text.push_str(&line);
    text.push('\n');
    Ok(())
}

impl<'a> Recorder<'a> {
    /// `written` is what an earlier run, which this one goes on with, wrote.
    pub(crate) fn new(
        run: &'a RunDir,
        config: &'a Config,
        n_examples: usize,
        written: Written,
        quiet: bool,
    ) -> Self {
        let n_epochs = config.train.epochs;
        let before: Vec<Metric> = written.metrics().collect();
        let extent = Extent {
            n_epochs,
            n_examples,
            epochs_before: before.last().map_or(0, |metric| metric.epoch),
        };
        let progress = Progress::new(extent, config.model.forest().is_none(), quiet);
        for metric in before {
            progress.measured(metric.epoch, metric.set, metric.error_rate);
        }
        Self {
            run,
            config,
            checkpoints: Checkpoints::new(run.path()),
            progress,
            on_epoch: None,
            n_epochs,
            n_examples,
            written,
            n_evaluations: 0,
            log: String::new(),
            saved: Instant::now(),
            events: None,
        }
    }

    /// Somebody wants to hear of the epochs.
    pub(crate) fn tell(&mut self, on_epoch: Option<OnEpoch<'a>>) {
        self.on_epoch = on_epoch;
    }

    /// Has what is measured written into an event file too, beginning with what an earlier run measured.
    pub(crate) fn log_to(&mut self, events: EventFile) -> Result<(), Error> {
        self.events = Some(events);
        self.log_events()
    }

    fn log_events(&mut self) -> Result<(), Error> {
        let Written { metrics, timings } = &self.written;
        (self.events.as_mut()).map_or(Ok(()), |events| events.catch_up(metrics, timings))
    }

    /// Says something that is kept in `train.log` too.
    pub(crate) fn note(&mut self, line: &str) {
        self.log.push_str(line);
        self.log.push('\n');
        self.progress.line(line);
    }

    /// Writes down and shows an evaluation of what is not trained step by step: the only one there is, behind
    /// a single step.
    pub(crate) fn evaluated_once(&mut self, evaluated: &Evaluated<'_>) -> Result<(), Error> {
        self.n_evaluations += 1;
        self.written.add(evaluated, 1)?;
        self.log_events()?;
        self.written.write(self.run)?;
        let secs = evaluated.train_time.as_secs_f64();
        self.note(&format!("grown in {secs:.1} s{}", rates(evaluated)));
        Ok(())
    }

    /// How often the sets were measured.
    pub(crate) fn evaluations(&self) -> u32 {
        self.n_evaluations
    }

    /// Takes the live display away and returns all that was said, for `train.log`.
    pub(crate) fn finish(self) -> String {
        self.progress.finish();
        self.log
    }

    fn line(&self, epoch: &Evaluated<'_>, rates: &str) -> String {
        let width = self.n_epochs.to_string().len();
        let speed = self.n_examples as f64 / epoch.train_time.as_secs_f64();
        format!(
            "epoch {:>width$}/{}  loss {:.4}{rates}  {} examples/s{}",
            epoch.epoch,
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
fn rates(epoch: &Evaluated<'_>) -> String {
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

    fn is_save_due(&self, position: &Position) -> bool {
        let steps = self.config.checkpoint.every_steps;
        steps.is_some_and(|steps| position.step.is_multiple_of(steps))
            || self.saved.elapsed() >= self.config.checkpoint.every_time
    }

    fn save(&mut self, snapshot: &Snapshot<'_>) -> Result<(), Error> {
        self.save_as(snapshot, false)
    }

    fn diverged(&self, at: &NotFinite) -> Error {
        Diverged {
            at,
            config: self.config,
            run: self.run.path(),
            checkpoint: self.checkpoints.last(),
        }
        .error()
    }

    fn evaluated(
        &mut self,
        evaluated: &Evaluated<'_>,
        snapshot: &Snapshot<'_>,
        is_end: bool,
    ) -> Result<(), Error> {
        self.n_evaluations += 1;
        self.written.add(evaluated, snapshot.position.step)?;
        self.log_events()?;
        let rates = rates(evaluated);
        let line = self.line(evaluated, &rates);
        let epoch = evaluated.epoch;
        for (set, measured) in evaluated.measured.iter() {
            let rate = measured.count.rate();
            self.progress.measured(epoch, set, rate);
        }
        if let Some(tell) = self.on_epoch {
            tell(epoch, self.n_epochs);
        }
        self.log.push_str(&line);
        self.log.push('\n');
        if is_end || epoch.is_multiple_of(self.n_epochs.div_ceil(MAX_LINES)) {
            self.progress.brief(&line);
        }
        for warning in evaluated.warnings {
            self.note(&format!("warning: {warning}"));
        }
        let is_due = match self.config.checkpoint.every_epochs {
            Some(epochs) => epoch.is_multiple_of(epochs),
            None => self.saved.elapsed() >= SAVE_EVERY,
        };
        if evaluated.is_best || is_end || is_due || self.is_save_due(snapshot.position) {
            self.save_as(snapshot, evaluated.is_best)?;
        }
        Ok(())
    }
}

impl Recorder<'_> {
    /// Measurements first: a checkpoint is never ahead of them.
    fn save_as(&mut self, snapshot: &Snapshot<'_>, is_best: bool) -> Result<(), Error> {
        self.written.write(self.run)?;
        self.run.write("train.log", self.log.as_bytes())?;
        self.checkpoints.save(snapshot, is_best)?;
        self.saved = Instant::now();
        Ok(())
    }
}
