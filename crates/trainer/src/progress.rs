use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::terminal;

/// Reading a loss synchronizes with the device, so it is read for show this often at most.
const READ_LOSS_EVERY: Duration = Duration::from_millis(500);

/// What a person sees on stderr while training: a live display in a terminal, plain lines elsewhere.
pub(crate) struct Progress {
    bar: ProgressBar,
    n_epochs: u32,
    /// Epoch, loss and the rates of the epoch before, as far as they are known.
    epoch: u32,
    loss: Option<f32>,
    rates: String,
    loss_read: Instant,
    quiet: bool,
}

impl Progress {
    /// For so many epochs of so many examples each.
    pub(crate) fn new(n_epochs: u32, n_examples: usize, quiet: bool) -> Self {
        let bar = if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(u64::from(n_epochs) * n_examples as u64)
        };
        if let Ok(style) = ProgressStyle::with_template(
            "{wide_msg}\n{bar:24} {percent:>3} %  {speed} examples/s, {eta} left",
        ) {
            let speed = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                write!(out, "{}", thousands(state.per_sec() as u64)).ok();
            };
            bar.set_style(style.progress_chars("=> ").with_key("speed", speed));
        }
        let progress = Self {
            bar,
            n_epochs,
            epoch: 1,
            loss: None,
            rates: String::new(),
            loss_read: Instant::now(),
            quiet,
        };
        progress.show();
        progress
    }

    /// After a step on `n_examples`; the loss is read from the device only now and then.
    pub(crate) fn step(&mut self, n_examples: usize, loss: &Tensor<1>) {
        self.bar.inc(n_examples as u64);
        if !self.bar.is_hidden() && self.loss_read.elapsed() >= READ_LOSS_EVERY {
            self.loss_read = Instant::now();
            self.loss = loss.clone().try_into_scalar().ok();
            self.show();
        }
    }

    /// After an epoch, with its rates in words.
    pub(crate) fn epoch_done(&mut self, epoch: u32, rates: &str) {
        self.epoch = (epoch + 1).min(self.n_epochs);
        self.rates = rates.to_string();
        self.show();
    }

    fn show(&self) {
        let loss = self
            .loss
            .map_or(String::new(), |loss| format!("  loss {loss:.4}"));
        let (epoch, n_epochs, rates) = (self.epoch, self.n_epochs, &self.rates);
        self.bar
            .set_message(format!("epoch {epoch}/{n_epochs}{loss}{rates}"));
    }

    /// Writes a line that stays.
    pub(crate) fn line(&self, line: &str) {
        if !self.quiet {
            self.bar.suspend(|| terminal::talk(line));
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// What a person sees while data is read or drawn: a bar, in a terminal, once it takes a moment.
pub(crate) struct Loading {
    bar: ProgressBar,
}

impl Loading {
    pub(crate) fn new(quiet: bool) -> Self {
        let bar = if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::no_length()
        };
        if let Ok(style) = ProgressStyle::with_template("{msg}  {bar:24} {human_pos}/{human_len}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar }
    }

    /// Shows how far one of the chunks has come.
    pub(crate) fn show(&self, chunk: &str, progress: plumb_data::source::Progress) {
        self.bar.set_message(format!("reading {chunk}"));
        self.bar.set_length(progress.total as u64);
        self.bar.set_position(progress.done as u64);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar for many trainings in memory, shown at once.
pub(crate) fn trainings_bar(n_trainings: u64, quiet: bool) -> ProgressBar {
    let bar = if quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(n_trainings)
    };
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} trainings  {bar:24}  {eta} left") {
        bar.set_style(style);
    }
    bar.tick();
    bar
}

/// A count with commas between thousands.
pub(crate) fn thousands(count: u64) -> String {
    indicatif::HumanCount(count).to_string()
}
