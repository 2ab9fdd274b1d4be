use std::{
    collections::HashMap,
    fmt::Write,
    time::{Duration, Instant},
};

use console::{measure_text_width, truncate_str};

use crate::terminal::Screen;

/// How a sweep stands.
#[derive(Default)]
pub(super) struct State {
    pub(super) start: Option<Instant>,
    pub(super) n_missing: usize,
    pub(super) n_done: usize,
    pub(super) n_failed: usize,
    /// What each worker is on; one that is done gives its line to the next.
    workers: Vec<Option<Running>>,
    /// Seconds of the finished runs of each point of the grid, its seeds together.
    pub(super) times: HashMap<String, Vec<f64>>,
    /// How often each point of the grid is still to be done, and the effort of one of its runs.
    pub(super) left: HashMap<String, (usize, f64)>,
    /// Of all runs that are finished.
    pub(super) effort_done: f64,
}

/// A run that a worker is on.
pub(super) struct Running {
    id: String,
    label: String,
    since: Instant,
    /// The last one that was measured, and how many there are.
    epoch: Option<(u32, u32)>,
}

impl Running {
    pub(super) fn new(id: &str, label: String) -> Self {
        Self {
            id: id.to_owned(),
            label,
            since: Instant::now(),
            epoch: None,
        }
    }

    /// Its name, and at the right end how far it is and for how long.
    fn line(&self, screen: Screen) -> String {
        let epoch = self.epoch.map_or(String::new(), |(epoch, n_epochs)| {
            format!("epoch {epoch}/{n_epochs}")
        });
        let elapsed = Duration::from_secs(self.since.elapsed().as_secs());
        let elapsed = humantime::format_duration(elapsed).to_string();
        let right = format!("{epoch:<13} {elapsed:>7}");
        let room = screen.width.saturating_sub(measure_text_width(&right) + 2);
        let name = format!("{}  {}", self.id, self.label);
        let name = truncate_str(&name, room, screen.symbols().ellipsis);
        let space = " ".repeat(room.saturating_sub(measure_text_width(&name)));
        screen.cut(&format!("{name}{space}  {right}"))
    }
}

/// Of a bar with fewer columns nothing is to be seen; more show no more.
const BAR: std::ops::RangeInclusive<usize> = 8..=40;

/// Lines of a terminal that are left to what is written above the display.
const LINES_LEFT: usize = 4;

impl State {
    /// A worker begins with a run.
    pub(super) fn started(&mut self, run: Running) {
        match self.workers.iter_mut().find(|worker| worker.is_none()) {
            Some(free) => *free = Some(run),
            None => self.workers.push(Some(run)),
        }
    }

    pub(super) fn epoch(&mut self, id: &str, epoch: u32, n_epochs: u32) {
        let running = self.workers.iter_mut().flatten();
        if let Some(run) = running.into_iter().find(|run| run.id == id) {
            run.epoch = Some((epoch, n_epochs));
        }
    }

    /// A worker is done with a run, however it ended.
    pub(super) fn ended(&mut self, id: &str) {
        let is_it =
            |worker: &&mut Option<Running>| worker.as_ref().is_some_and(|running| running.id == id);
        if let Some(worker) = self.workers.iter_mut().find(is_it) {
            *worker = None;
        }
    }

    /// A line for each worker, as many as a terminal of so many rows has room for, and one for the whole.
    pub(super) fn text(&self, screen: Screen, rows: usize) -> String {
        let mut text = String::new();
        let room = rows.saturating_sub(LINES_LEFT).max(1);
        let running: Vec<&Running> = self.workers.iter().flatten().collect();
        let n_shown = if running.len() <= room {
            room
        } else {
            room - 1
        };
        for run in running.iter().take(n_shown) {
            writeln!(text, "{}", run.line(screen)).ok();
        }
        if running.len() > n_shown {
            writeln!(text, "and {} more", running.len() - n_shown).ok();
        }
        text.push_str(&self.whole(screen));
        text
    }

    /// A bar, where there is room, and the words.
    fn whole(&self, screen: Screen) -> String {
        let words = self.words();
        let room = screen.width.saturating_sub(words.len() + 1);
        let columns = room.min(*BAR.end());
        if columns < *BAR.start() {
            return screen.cut(&words);
        }
        let n_ended = self.n_done + self.n_failed;
        let filled = columns * n_ended / self.n_missing.max(1);
        let mut bar = "=".repeat(filled.min(columns));
        if filled < columns {
            bar.push('>');
        }
        format!("{bar:<columns$} {words}")
    }

    /// `12/60 done, 2 running, 1 failed, 40s left`
    fn words(&self) -> String {
        let mut words = format!(
            "{}/{} done, {} running",
            self.n_done,
            self.n_missing,
            self.workers.iter().flatten().count()
        );
        if self.n_failed > 0 {
            write!(words, ", {} failed", self.n_failed).ok();
        }
        if let Some(left) = self.time_left() {
            write!(words, ", about {} left", rough(left)).ok();
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

/// A time in whole seconds; of more than an hour in whole minutes.
fn rough(time: Duration) -> humantime::FormattedDuration {
    const HOUR: u64 = 3_600;
    let secs = time.as_secs().max(1);
    let secs = if secs > HOUR { secs / 60 * 60 } else { secs };
    humantime::format_duration(Duration::from_secs(secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_tell_what_there_is_to_tell() {
        let mut state = State {
            n_missing: 60,
            n_done: 12,
            ..State::default()
        };
        state.started(Running::new("0001", String::new()));
        state.started(Running::new("0002", String::new()));
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

    fn screen(width: usize) -> Screen {
        Screen {
            width,
            ascii: true,
            colours: false,
        }
    }

    /// By hand: of 60 columns 38 are left to the names, 34 of them to the label.
    #[test]
    fn each_worker_has_a_line() {
        let mut state = State {
            n_missing: 4,
            n_done: 1,
            ..State::default()
        };
        let label = "examples=3000 hidden=[64,64] dropout=0.2";
        state.started(Running::new("0001", label.into()));
        state.started(Running::new("0002", "examples=300".into()));
        state.epoch("0002", 12, 20);
        let expected = "\
0001  examples=3000 hidden=[64,64]...                     0s
0002  examples=300                     epoch 12/20        0s
==========>                              1/4 done, 2 running";
        let text = state.text(screen(60), 24);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], expected.lines().collect::<Vec<_>>()[..2]);
        assert_eq!(lines[2].len(), 60);
        assert!(lines[2].starts_with("==========> ") && lines[2].ends_with(" 1/4 done, 2 running"));
        // The next run takes the line of the one that ended.
        state.ended("0001");
        state.started(Running::new("0003", String::new()));
        assert!(state.text(screen(60), 24).starts_with("0003 "));
    }

    #[test]
    fn no_line_is_too_wide_and_none_too_many() {
        let mut state = State {
            n_missing: 1000,
            ..State::default()
        };
        for at in 0..100 {
            let label = "a=1 ".repeat(at);
            state.started(Running::new(&format!("{at:04}"), label));
            state.epoch(&format!("{at:04}"), 100_000, 100_000);
        }
        for width in 60..=140 {
            let text = state.text(screen(width), 24);
            assert!(text.lines().all(|line| line.len() <= width));
            assert_eq!(text.lines().count(), 24 - LINES_LEFT + 1);
            assert!(text.contains("\nand 81 more\n"), "{text}"); // 20 lines, one of which says so
        }
    }
}
