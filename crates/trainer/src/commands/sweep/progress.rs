//! What a person sees while a sweep runs: a bar in a terminal, a line per run elsewhere too.

mod shown;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use console::Term;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use plumb_diagnostics::RateName;

use self::shown::{Running, State};
use crate::{
    Error,
    progress::DRAW_EVERY,
    session::Concluded,
    sweep::{Axis, Missing, Plan, Point, SweepDir, Watcher},
    terminal::{self, Screen},
};

/// A line per run is too much for large sweeps: so many lines at most, beside those of failures.
const MAX_LINES: usize = 200;

/// Watches a sweep.
pub(crate) struct SweepProgress<'a> {
    axes: &'a [Axis],
    points: &'a [Point],
    folder: String,
    quiet: bool,
    bar: ProgressBar,
    state: Arc<Mutex<State>>,
}

impl<'a> SweepProgress<'a> {
    pub(crate) fn new(plan: &'a Plan, directory: &SweepDir, quiet: bool) -> Self {
        let bar = if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::no_length()
        };
        let state = Arc::new(Mutex::new(State::default()));
        let style = ProgressStyle::with_template("{workers}");
        if let (Ok(style), false) = (style, bar.is_hidden()) {
            let of_workers = Arc::clone(&state);
            let workers = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                let (rows, _) = Term::stderr().size();
                let text = locked(&of_workers).text(Screen::stderr(), rows.into());
                write!(out, "{text}").ok();
            };
            bar.set_style(style.with_key("workers", workers));
        }
        Self {
            axes: &plan.axes,
            points: &plan.points,
            folder: directory.path().display().to_string(),
            quiet,
            bar,
            state,
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Writes a line that stays.
    fn line(&self, line: &str) {
        if !self.quiet {
            self.bar.suspend(|| terminal::talk_briefly(line));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watcher for SweepProgress<'_> {
    fn begins(&self, missing: &[Missing<'_>], n_done_before: usize) {
        let before = match n_done_before {
            0 => String::new(),
            n => format!(", {n} were done before"),
        };
        self.line(&format!(
            "{} runs to do{before}, in {}",
            missing.len(),
            self.folder
        ));
        let mut state = self.state();
        state.n_missing = missing.len();
        state.start = Some(Instant::now());
        for Missing { point, effort } in missing {
            let left = state.left.entry(point.values_key());
            left.or_insert((0, *effort)).0 += 1;
        }
        drop(state);
        if !self.bar.is_hidden() && !missing.is_empty() {
            self.bar.enable_steady_tick(DRAW_EVERY);
        }
    }

    fn started(&self, point: &Point) {
        let label = point.label(self.axes);
        self.state().started(Running::new(&point.id, label));
    }

    fn epoch(&self, point: &Point, epoch: u32, n_epochs: u32) {
        self.state().epoch(&point.id, epoch, n_epochs);
    }

    fn done(&self, point: &Point, concluded: &Concluded, time: Duration) {
        let n_done = {
            let mut state = self.state();
            state.ended(&point.id);
            state.n_done += 1;
            let key = point.values_key();
            if let Some((n_left, effort)) = state.left.get_mut(&key) {
                *n_left -= 1;
                let effort = *effort;
                state.effort_done += effort;
            }
            let times = state.times.entry(key).or_default();
            times.push(time.as_secs_f64());
            state.n_done
        };
        let every = self.points.len().div_ceil(MAX_LINES);
        if n_done.is_multiple_of(every) {
            let rates = &concluded.diagnosis.rates;
            let dev = rates.iter().find(|rate| rate.name == RateName::Dev);
            let dev = dev
                .and_then(|rate| rate.count)
                .map_or(String::new(), |count| {
                    format!("dev {:.2} %", count.rate() * 100.0)
                });
            let first = concluded.diagnosis.first;
            let first = first.map_or("no gap matters".to_string(), |gap| gap.to_string());
            self.line(&format!(
                "{}  {}  {dev}  {first}  {:.1} s",
                point.id,
                point.label(self.axes),
                time.as_secs_f64()
            ));
        }
    }

    fn failed(&self, point: &Point, error: &Error) {
        let mut state = self.state();
        state.ended(&point.id);
        state.n_failed += 1;
        if let Some((n_left, _)) = state.left.get_mut(&point.values_key()) {
            *n_left -= 1;
        }
        drop(state);
        let text = error.to_string();
        self.line(&format!(
            "{}  {}  failed: {text}",
            point.id,
            point.label(self.axes)
        ));
    }
}
