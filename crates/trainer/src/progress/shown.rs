use std::fmt::Write;

use plumb_diagnostics::SetName;

use crate::{
    sets::{PerSet, SETS},
    sparkline::{History, sparkline},
    terminal::Screen,
};

/// What is known of a training while it goes on.
#[derive(Debug)]
pub(super) struct Shown {
    /// Of a step not long ago.
    pub(super) loss: Option<f32>,
    sets: PerSet<Series>,
    best: Option<Best>,
}

/// The error rates of one set, fractions.
#[derive(Debug, Default)]
struct Series {
    now: Option<f64>,
    history: History,
}

/// The lowest dev error so far.
#[derive(Clone, Copy, Debug)]
struct Best {
    epoch: u32,
    rate: f64,
    is_now: bool,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            loss: None,
            sets: PerSet::of(|_| Series::default()),
            best: None,
        }
    }
}

/// Columns of a set's name and of its rate, with two between them and two behind.
const NAME: usize = 9;
const RATE: usize = 8;

/// From this width on there is room to say which epoch was the best.
const ROOMY: usize = 80;

impl Shown {
    pub(super) fn add(&mut self, epoch: u32, set: SetName, rate: f64) {
        let series = self.sets.get_mut(set);
        series.now = Some(rate);
        series.history.add(rate);
        if set == SetName::Dev {
            // Of equal ones the earlier stays, as when weights are chosen.
            self.best = Some(match self.best {
                Some(best) if best.rate <= rate => Best {
                    is_now: false,
                    ..best
                },
                _ => Best {
                    epoch,
                    rate,
                    is_now: true,
                },
            });
        }
    }

    /// A line on the training and one for each set, none of them wider than the screen.
    pub(super) fn text(&self, epoch: u32, n_epochs: u32, screen: Screen) -> String {
        let mut text = format!("epoch {epoch}/{n_epochs}");
        if let Some(loss) = self.loss {
            write!(text, "  loss {loss:.4}").ok();
        }
        // As wide for every set, so that what stands below each other happened at the same time.
        let width = screen
            .width
            .saturating_sub(NAME + RATE + 4 + best_width(screen));
        for set in SETS {
            let series = self.sets.get(set);
            let rate = percent(series.now);
            let curve = sparkline(series.history.values(), width, screen.symbols().sparks);
            let curve = screen.rate(set.into(), &curve);
            let name = screen.rate(set.into(), &format!("{set:<NAME$}"));
            write!(text, "\n{name}{rate:>RATE$}  {curve}").ok();
            if let (SetName::Dev, Some(best)) = (set, self.best) {
                write!(text, "  {}", best.words(screen)).ok();
            }
        }
        text
    }
}

/// The most columns that the words on the best dev error take.
fn best_width(screen: Screen) -> usize {
    let epoch = if screen.width < ROOMY {
        ""
    } else {
        " in epoch 10000"
    };
    format!("best 10.00 %{epoch}").len()
}

impl Best {
    fn words(self, screen: Screen) -> String {
        if self.is_now {
            return "best so far".into();
        }
        let rate = percent(Some(self.rate));
        if screen.width < ROOMY {
            format!("best {rate}")
        } else {
            format!("best {rate} in epoch {}", self.epoch)
        }
    }
}

fn percent(rate: Option<f64>) -> String {
    rate.map_or("-".into(), |rate| format!("{:.2} %", rate * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_four_epochs() -> Shown {
        let mut shown = Shown {
            loss: Some(0.123_456),
            ..Shown::default()
        };
        for (epoch, rate) in (1..).zip([0.8, 0.4, 0.1, 0.2]) {
            for set in SETS {
                shown.add(epoch, set, rate);
            }
        }
        shown
    }

    fn screen(width: usize) -> Screen {
        Screen {
            width,
            ascii: true,
            colours: false,
        }
    }

    /// By hand: of five levels, 0.1 is the lowest, 0.8 the highest; 0.4 and 0.2 are at 3/7 · 4 = 1.7 and 1/7 · 4 =
    /// 0.6 of 4.
    #[test]
    fn each_set_has_a_line() {
        let expected = "epoch 5/20  loss 0.1235
train     20.00 %  #-_.
train-dev 20.00 %  #-_.
dev       20.00 %  #-_.  best 10.00 %
test      20.00 %  #-_.";
        let text = |shown: &Shown, width| {
            let text = shown.text(5, 20, screen(width));
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            lines.join("\n")
        };
        let mut shown = after_four_epochs();
        assert_eq!(text(&shown, 60), expected);
        assert!(text(&shown, 80).contains("  best 10.00 % in epoch 3\n"));
        shown.add(5, SetName::Dev, 0.05);
        assert!(text(&shown, 60).contains("  best so far\n"));
        shown.add(6, SetName::Dev, 0.05);
        assert!(text(&shown, 80).contains("  best 5.00 % in epoch 5\n"));
    }

    #[test]
    fn nothing_is_known_at_the_beginning() {
        let text = Shown::default().text(1, 20, screen(60));
        assert_eq!(text.lines().count(), 5);
        assert!(text.starts_with("epoch 1/20\ntrain"), "{text}");
        assert!(!text.contains('%'), "{text}");
    }

    #[test]
    fn no_line_is_too_wide() {
        let mut shown = after_four_epochs();
        for epoch in 5..20_000 {
            for set in SETS {
                shown.add(epoch, set, 1.0);
            }
        }
        for width in 60..=140 {
            for ascii in [true, false] {
                let screen = Screen {
                    ascii,
                    ..screen(width)
                };
                let text = shown.text(u32::MAX, u32::MAX, screen);
                for line in text.lines() {
                    assert!(line.chars().count() <= width, "{width}: {line}");
                }
            }
        }
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let shown = after_four_epochs();
        let plain = shown.text(5, 20, screen(80));
        let coloured = Screen {
            colours: true,
            ..screen(80)
        };
        let coloured = shown.text(5, 20, coloured);
        assert_ne!(coloured, plain);
        assert_eq!(console::strip_ansi_codes(&coloured), plain);
    }
}
