use plumb_diagnostics::Confidence;

use crate::{report::percent_of, terminal::Screen};

/// A line of the ladder: a rate, or a gap between two of them.
#[derive(Clone)]
pub(super) struct Rung {
    pub(super) label: String,
    pub(super) size: String,
    pub(super) interval: String,
    /// Errors and examples, or the verdict.
    pub(super) rest: String,
    pub(super) is_gap: bool,
    pub(super) is_first: bool,
}

/// How the numbers stand beside each other.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    label: usize,
    size: usize,
    interval: usize,
    /// The columns there are.
    width: usize,
    is_narrow: bool,
}

impl Columns {
    /// A label that is longer than this, where there is little room, stands alone.
    const LONGEST_LABEL: usize = 22;

    /// The usual ones if they fit, else narrow ones.
    pub(super) fn fitting(rungs: &[Rung], width: usize) -> Self {
        let label = |most: usize| {
            let labels = rungs.iter().map(|rung| rung.label.len());
            labels.filter(|&n| n <= most).max().unwrap_or_default()
        };
        let usual = Self {
            label: (label(usize::MAX) + 4).max(Self::LONGEST_LABEL),
            size: 9,
            interval: 19,
            width,
            is_narrow: false,
        };
        let fits = |rung: &Rung| usual.spread(rung, &usual.rest(rung)).len() <= width;
        if rungs.iter().all(fits) {
            return usual;
        }
        Self {
            label: label(Self::LONGEST_LABEL) + 2,
            size: 8,
            interval: 17,
            width,
            is_narrow: true,
        }
    }

    /// Whether each rung is one line, as is needed beside a picture.
    pub(super) fn is_one_line_each(self) -> bool {
        !self.is_narrow
    }

    pub(super) fn label_width(self) -> usize {
        self.label
    }

    pub(super) fn header(self, confidence: Confidence) -> String {
        let level = percent_of(confidence);
        let rung = Rung {
            label: String::new(),
            size: "error".into(),
            interval: format!("{level} % interval"),
            rest: "errors / n".into(),
            is_gap: false,
            is_first: false,
        };
        self.spread(&rung, &self.rest(&rung))
    }

    /// Gaps are set in; where there is little room, an arrow there says which is the first.
    pub(super) fn label(self, rung: &Rung) -> String {
        match (rung.is_gap, rung.is_first && self.is_narrow) {
            (true, true) => format!("> {}", rung.label),
            (true, false) => format!("  {}", rung.label),
            (false, _) => rung.label.clone(),
        }
    }

    fn rest(self, rung: &Rung) -> String {
        match (self.is_narrow, rung.is_first) {
            (false, true) => format!("{}  <- first", rung.rest),
            (false, false) => rung.rest.clone(),
            (true, _) => rung.rest.replace(" / ", "/"),
        }
    }

    fn spread(self, rung: &Rung, rest: &str) -> String {
        let Self {
            label,
            size,
            interval,
            ..
        } = self;
        let space = if self.is_narrow { " " } else { "  " };
        let line = format!(
            "{:<label$}{:>size$}{space}{:<interval$}{rest}",
            self.label(rung),
            rung.size,
            rung.interval,
        );
        line.trim_end().to_owned()
    }

    /// One line, or two where one is too long.
    pub(super) fn line(self, rung: &Rung, screen: Screen) -> String {
        let rest = self.rest(rung);
        let line = self.spread(rung, &rest);
        let line = if line.chars().count() <= self.width {
            line
        } else if self.label(rung).len() > self.label {
            let label = self.label(rung);
            let unnamed = Rung {
                label: String::new(),
                is_gap: false,
                ..rung.clone()
            };
            format!("{label}\n{}", self.spread(&unnamed, &rest))
        } else {
            let head = self.spread(rung, "");
            format!("{head}\n{rest:>width$}", width = self.width)
        };
        if rung.is_first {
            let mark = if self.is_narrow { "> " } else { "<- first" };
            return line.replacen(mark, &screen.alarm(mark), 1);
        }
        line
    }

    /// A bar behind its label; a label that is too long stands above it.
    pub(super) fn beside_label(self, label: &str, bar: &str) -> String {
        let width = self.label;
        if label.len() > width {
            format!("{label}\n{:width$} {bar}", "")
        } else {
            format!("{label:<width$} {bar}")
        }
    }
}
