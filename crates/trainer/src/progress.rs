mod shown;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use burn::tensor::Tensor;
use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use plumb_diagnostics::SetName;

use self::shown::Shown;
use crate::{
    device::traffic::from_device,
    terminal::{self, Screen},
};

/// Reading a loss synchronizes with the device, so it is read for show this often at most.
const READ_LOSS_EVERY: Duration = Duration::from_millis(500);

/// A live display is drawn this often, by a thread of its own, which also sees a terminal's new width.
pub(crate) const DRAW_EVERY: Duration = Duration::from_millis(100);

/// What a person sees on stderr while training: a live display in a terminal, plain lines elsewhere.
pub(crate) struct Progress {
    bar: ProgressBar,
    shown: Arc<Mutex<Shown>>,
    loss_read: Instant,
    quiet: bool,
}

/// How much there is to train.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) n_epochs: u32,
    /// Of each epoch.
    pub(crate) n_examples: usize,
    /// Whole epochs that an earlier run trained.
    pub(crate) epochs_before: u32,
}

impl Extent {
    /// The epoch in progress, counted from 1, after so many examples.
    fn epoch(self, n_examples: u64) -> u32 {
        let done = n_examples / (self.n_examples as u64).max(1);
        let done = u32::try_from(done).unwrap_or(u32::MAX);
        (self.epochs_before.saturating_add(done).saturating_add(1)).min(self.n_epochs)
    }
}

impl Progress {
    /// `is_live` is whether the training can be watched at all: what is made in one step can't.
    pub(crate) fn new(extent: Extent, is_live: bool, quiet: bool) -> Self {
        let shown = Arc::new(Mutex::new(Shown::default()));
        let n_epochs = extent.n_epochs.saturating_sub(extent.epochs_before);
        let bar = if quiet || !is_live {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(u64::from(n_epochs) * extent.n_examples as u64)
        };
        let style = ProgressStyle::with_template("{sets}\n{wide_bar} {percent:>3} %{pace}");
        if let (Ok(style), false) = (style, bar.is_hidden()) {
            let pace = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let speed = thousands(state.per_sec() as u64);
                // Before the first steps neither is known.
                if speed != "0" {
                    let left = HumanDuration(state.eta());
                    write!(out, "  {speed} examples/s, {left:#} left").ok();
                }
            };
            let of_sets = Arc::clone(&shown);
            let sets = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                let epoch = extent.epoch(state.pos());
                let text = locked(&of_sets).text(epoch, extent.n_epochs, Screen::stderr());
                write!(out, "{text}").ok();
            };
            let style = style.with_key("pace", pace).with_key("sets", sets);
            bar.set_style(style.progress_chars("=> "));
            bar.enable_steady_tick(DRAW_EVERY);
        }
        Self {
            bar,
            shown,
            loss_read: Instant::now(),
            quiet,
        }
    }

    /// After a step on `n_examples`; the loss is read from the device only now and then.
    pub(crate) fn step(&mut self, n_examples: usize, loss: &Tensor<1>) {
        self.bar.inc(n_examples as u64);
        if !self.bar.is_hidden() && self.loss_read.elapsed() >= READ_LOSS_EVERY {
            self.loss_read = Instant::now();
            let loss = from_device(|| loss.clone().try_into_scalar()).ok();
            locked(&self.shown).loss = loss;
        }
    }

    /// After the errors of a set were counted in an epoch, or where an earlier run counted them; `rate` is a
    /// fraction.
    pub(crate) fn measured(&self, epoch: u32, set: SetName, rate: f64) {
        if !self.bar.is_hidden() {
            locked(&self.shown).add(epoch, set, rate);
        }
    }

    /// Writes a line that stays; in a terminal broken at words where it is too long.
    pub(crate) fn line(&self, line: &str) {
        if !self.quiet {
            self.bar.suspend(|| terminal::talk_in_words(line));
        }
    }

    /// Writes a line that stays; in a terminal without its end where it is too long.
    pub(crate) fn brief(&self, line: &str) {
        if !self.quiet {
            self.bar.suspend(|| terminal::talk_briefly(line));
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    /// A training that fails leaves no half of a display.
    fn drop(&mut self) {
        self.finish();
    }
}

fn locked(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 10 examples an epoch; a resumed run begins behind the epochs that are done.
    #[test]
    fn the_epoch_in_progress_is_counted_from_1() {
        let check = |epochs_before, n_examples, expected| {
            let extent = Extent {
                n_epochs: 5,
                n_examples: 10,
                epochs_before,
            };
            assert_eq!(extent.epoch(n_examples), expected);
        };
        check(0, 0, 1);
        check(0, 9, 1);
        check(0, 10, 2);
        check(0, 50, 5); // the last one stays in sight
        check(3, 0, 4);
        check(3, 15, 5);
    }
}
