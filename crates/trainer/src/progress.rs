use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use indicatif::{ProgressBar, ProgressStyle};

use crate::terminal;

/// Reading a loss synchronizes with the device, so it is read for show this often at most.
const READ_LOSS_EVERY: Duration = Duration::from_millis(500);

/// What a person sees on stderr while training: a live bar in a terminal, plain lines elsewhere.
pub(crate) struct Progress {
    bar: ProgressBar,
    loss_read: Instant,
    quiet: bool,
}

impl Progress {
    /// `n_examples` is the number that training will visit, over all epochs.
    pub(crate) fn new(n_examples: u64, quiet: bool) -> Self {
        let bar = if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(n_examples)
        };
        if let Ok(style) = ProgressStyle::with_template(
            "{bar:24} {percent:>3} %  {msg}  {per_sec} examples, {eta} left",
        ) {
            bar.set_style(style.progress_chars("=> ").with_key(
                "per_sec",
                |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                    write!(out, "{}/s", thousands(state.per_sec() as u64)).ok();
                },
            ));
        }
        Self {
            bar,
            loss_read: Instant::now(),
            quiet,
        }
    }

    pub(crate) fn epoch(&self, number: u32, n_epochs: u32) {
        self.bar.set_message(format!("epoch {number}/{n_epochs}"));
    }

    pub(crate) fn step(&mut self, n_examples: usize, epoch: u32, n_epochs: u32, loss: &Tensor<1>) {
        self.bar.inc(n_examples as u64);
        if !self.bar.is_hidden() && self.loss_read.elapsed() >= READ_LOSS_EVERY {
            self.loss_read = Instant::now();
            if let Ok(loss) = loss.clone().try_into_scalar::<f32>() {
                self.bar
                    .set_message(format!("epoch {epoch}/{n_epochs}  loss {loss:.4}"));
            }
        }
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

/// A count with commas between thousands.
pub(crate) fn thousands(count: u64) -> String {
    indicatif::HumanCount(count).to_string()
}
