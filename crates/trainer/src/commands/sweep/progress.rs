//! What a person sees while a sweep runs: a bar in a terminal, a line per run elsewhere too.

use std::{
    collections::HashMap,
    fmt::Write,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use plumb_diagnostics::RateName;

use crate::{
    Error,
    session::Concluded,
    sweep::{Axis, Missing, Plan, Point, SweepDir, Watcher},
    terminal,
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
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    start: Option<Instant>,
    n_missing: usize,
    n_running: usize,
    n_done: usize,
    n_failed: usize,
    /// Seconds of the finished runs of each point of the grid, its seeds together.
    times: HashMap<String, Vec<f64>>,
    /// How often each point of the grid is still to be done, and the effort of one of its runs.
    left: HashMap<String, (usize, f64)>,
    /// Of all runs that are finished.
    effort_done: f64,
}

impl<'a> SweepProgress<'a> {
    pub(crate) fn new(plan: &'a Plan, directory: &SweepDir, quiet: bool) -> Self {
        let bar = if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(0)
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:24} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            axes: &plan.axes,
            points: &plan.points,
            folder: directory.path().display().to_string(),
            quiet,
            bar,
            state: Mutex::default(),
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self, line: &str) {
        if !self.quiet {
            self.bar.suspend(|| terminal::talk(line));
        }
    }

    /// Changes the counts and shows them.
    fn update(&self, change: impl FnOnce(&mut State)) -> usize {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        self.bar.set_length(state.n_missing as u64);
        self.bar
            .set_position((state.n_done + state.n_failed) as u64);
        self.bar.set_message(state.words());
        state.n_done
    }
}

impl State {
    /// `12/60 done, 2 running, 1 failed, 40s left`
    fn words(&self) -> String {
        let mut words = format!(
            "{}/{} done, {} running",
            self.n_done, self.n_missing, self.n_running
        );
        if self.n_failed > 0 {
            write!(words, ", {} failed", self.n_failed).ok();
        }
        if let Some(left) = self.time_left() {
            let left = humantime::format_duration(Duration::from_secs(left.as_secs().max(1)));
            write!(words, ", about {left} left").ok();
        }
        words
    }

    /// From the speed so far: a run takes as long as those of its point that are done, or else as its effort says
    /// beside theirs, and so many were done at a time as this process did in its time.
    fn time_left(&self) -> Option<Duration> {
        let elapsed = self.start?.elapsed().as_secs_f64();
        let sum: f64 = self.times.values().flatten().sum();
        if self.times.is_empty() {
            return None;
        }
        let per_effort = sum / self.effort_done.max(1e-9);
        let of_point = |point: &String, effort: f64| match self.times.get(point) {
            Some(times) => times.iter().sum::<f64>() / times.len() as f64,
            None => effort * per_effort,
        };
        let mut left = 0.0;
        let mut points: Vec<_> = self.left.iter().collect();
        points.sort_by_key(|(point, _)| *point);
        for (point, (n, effort)) in points {
            left += of_point(point, *effort) * *n as f64;
        }
        Some(Duration::from_secs_f64(left * elapsed / sum.max(1e-9)))
    }
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
        self.update(|state| {
            state.n_missing = missing.len();
            state.start = Some(Instant::now());
            for Missing { point, effort } in missing {
                let left = state.left.entry(point.values_key());
                left.or_insert((0, *effort)).0 += 1;
            }
        });
    }

    fn started(&self, _point: &Point) {
        self.update(|state| state.n_running += 1);
    }

    fn done(&self, point: &Point, concluded: &Concluded, time: Duration) {
        let n_done = self.update(|state| {
            state.n_running -= 1;
            state.n_done += 1;
            let key = point.values_key();
            if let Some((n_left, effort)) = state.left.get_mut(&key) {
                *n_left -= 1;
                state.effort_done += *effort;
            }
            state.times.entry(key).or_default().push(time.as_secs_f64());
        });
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
        self.update(|state| {
            state.n_running -= 1;
            state.n_failed += 1;
            if let Some((n_left, _)) = state.left.get_mut(&point.values_key()) {
                *n_left -= 1;
            }
        });
        let text = error.to_string();
        self.line(&format!(
            "{}  {}  failed: {text}",
            point.id,
            point.label(self.axes)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_tell_what_there_is_to_tell() {
        let mut state = State {
            n_missing: 60,
            n_running: 2,
            n_done: 12,
            ..State::default()
        };
        assert_eq!(state.words(), "12/60 done, 2 running");
        state.n_failed = 1;
        assert_eq!(state.words(), "12/60 done, 2 running, 1 failed");
    }

    /// By hand: of point a, 2 runs took 10 s each, of b one took 40 s, in 30 s by the clock, so two at a time. Left
    /// are one of a (10 s), one of b (40 s) and one of c, which is half of the effort done, so 30 s: 80 s, two at a time
    /// 40 s.
    #[test]
    fn the_time_left_comes_from_the_speed_so_far() {
        let now = Instant::now();
        let Some(start) = now.checked_sub(Duration::from_secs(30)) else {
            return; // a machine that was started just now
        };
        let state = State {
            start: Some(start),
            times: [("a".into(), vec![10.0, 10.0]), ("b".into(), vec![40.0])].into(),
            left: [
                ("a".into(), (1, 3.0)),
                ("b".into(), (1, 12.0)),
                ("c".into(), (1, 9.0)),
            ]
            .into(),
            effort_done: 18.0,
            ..State::default()
        };
        let left = state.time_left().unwrap().as_secs_f64();
        assert!((left - 40.0).abs() < 1.0, "{left}");
        assert!(
            state.words().ends_with(", about 40s left"),
            "{}",
            state.words()
        );
        assert_eq!(State::default().time_left(), None);
    }
}
