//! The ladder human → train → train-dev → dev → test, with each gap between its two rates.

mod columns;

use plumb_diagnostics::{Diagnosis, Gap, Interval, Note, Rate, RateName, SetName};

use self::columns::{Columns, Rung};
use super::bars::{self, Scale};
use crate::{progress::thousands, terminal::Screen};

/// A picture beside the numbers has so many columns at least; else it stands below them.
const LEAST_BESIDE: usize = 24;

/// More columns show no more.
const MOST_COLUMNS: usize = 64;

/// Numbers, and a picture of them on one scale, beside each other where the width allows it.
pub(super) fn ladder(diagnosis: &Diagnosis, screen: Screen) -> String {
    let steps = steps(diagnosis);
    let rungs: Vec<Rung> = steps.iter().map(|step| step.rung(diagnosis)).collect();
    let columns = Columns::fitting(&rungs, screen.width);
    let mut table = vec![columns.header(diagnosis.confidence)];
    table.extend(rungs.iter().map(|rung| columns.line(rung, screen)));
    let picture = |n_columns: usize| {
        let scale = Scale::of(diagnosis, n_columns.min(MOST_COLUMNS));
        let bars = steps.iter().map(|step| step.bar(diagnosis, scale, screen));
        [scale.axis()].into_iter().chain(bars).collect::<Vec<_>>()
    };
    let width = |line: &String| console::measure_text_width(line);
    let left = table.iter().map(width).max().unwrap_or_default() + 2;
    let room = screen.width.saturating_sub(left);
    let lines: Vec<String> = if columns.is_one_line_each() && room >= LEAST_BESIDE {
        let lines = table.iter().zip(picture(room));
        let beside = lines.map(|(numbers, bar)| {
            let space = " ".repeat(left - width(numbers));
            format!("{numbers}{space}{bar}")
        });
        beside.collect()
    } else {
        let bars = picture(screen.width.saturating_sub(columns.label_width() + 1));
        let labels = std::iter::once(String::new());
        let labels = labels.chain(rungs.iter().map(|rung| columns.label(rung)));
        let below = labels
            .zip(bars)
            .map(|(label, bar)| columns.beside_label(&label, &bar));
        let table = table.into_iter().chain([String::new()]);
        table.chain(below).collect()
    };
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&seeds(diagnosis));
    text
}

/// A rate or a gap, in the order of the ladder.
enum Step<'a> {
    Rate(&'a Rate),
    Gap(&'a Gap),
}

fn steps(diagnosis: &Diagnosis) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for (at, rate) in diagnosis.rates.iter().enumerate() {
        if at > 0 {
            let between = (diagnosis.rates[at - 1].name, rate.name);
            let gap = (diagnosis.gaps.iter()).find(|gap| gap.kind.between() == between);
            steps.extend(gap.map(Step::Gap));
        }
        steps.push(Step::Rate(rate));
    }
    steps
}

impl Step<'_> {
    fn rung(&self, diagnosis: &Diagnosis) -> Rung {
        match self {
            Self::Rate(rate) => rate_rung(rate),
            Self::Gap(gap) => gap_rung(gap, diagnosis.first == Some(gap.kind)),
        }
    }

    fn bar(&self, diagnosis: &Diagnosis, scale: Scale, screen: Screen) -> String {
        match self {
            Self::Rate(rate) => bars::rate(rate, scale, screen),
            Self::Gap(gap) => bars::gap(gap, diagnosis, scale, screen),
        }
    }
}

fn rate_rung(rate: &Rate) -> Rung {
    let interval = match (rate.name, rate.interval) {
        (_, Some(interval)) => span(interval, false),
        (RateName::Human, None) => "given".into(),
        (RateName::Train, None) => "exact".into(),
        (_, None) => "no number".into(),
    };
    let count = rate.count.map_or(String::new(), |count| {
        format!("{} / {}", thousands(count.errors()), thousands(count.n()))
    });
    Rung {
        label: rate.name.to_string(),
        size: percent(rate.rate),
        interval,
        rest: count,
        is_gap: false,
        is_first: false,
    }
}

fn gap_rung(gap: &Gap, is_first: bool) -> Rung {
    let interval = if gap.interval.low < gap.interval.high {
        span(gap.interval, true)
    } else {
        String::new()
    };
    Rung {
        label: gap.kind.to_string(),
        size: signed(gap.size),
        interval,
        rest: gap.verdict.to_string(),
        is_gap: true,
        is_first,
    }
}

/// How the intervals are made, where they are not those of one model.
fn seeds(diagnosis: &Diagnosis) -> String {
    let Some(seeds) = &diagnosis.seeds else {
        return String::new();
    };
    let sds: Vec<String> = (seeds.rate_sds.iter())
        .map(|(name, sd)| format!("{name} {:.2}", sd * 100.0))
        .collect();
    format!(
        "rates are means; intervals: a bootstrap crossed over {} seeds and the examples\n\
         standard deviation over the seeds, in points: {}\n",
        seeds.n,
        sds.join(", ")
    )
}

/// From which size on a gap matters, and how sure that is.
pub(super) fn threshold(diagnosis: &Diagnosis, share: f64) -> String {
    let interval = diagnosis.threshold_interval;
    let without_dev = diagnosis.notes.iter().find_map(|note| match note {
        Note::NoDev { threshold_from } => Some(*threshold_from),
        _ => None,
    });
    let of = without_dev.unwrap_or(SetName::Dev);
    let sure = if interval.low < interval.high {
        format!(" ({})", span(interval, false))
    } else {
        String::new()
    };
    format!(
        "A gap matters from {:.2} points on{sure}, {share} of the {of} error",
        diagnosis.threshold * 100.0,
    )
}

/// A gap's size and interval in percentage points, in a sentence.
pub(super) fn points(gap: &Gap) -> String {
    let size = format!("{:.2} points", gap.size * 100.0);
    if gap.interval.low < gap.interval.high {
        format!(
            "{size}, interval {:.2} to {:.2}",
            gap.interval.low * 100.0,
            gap.interval.high * 100.0
        )
    } else {
        size
    }
}

fn percent(rate: f64) -> String {
    format!("{:.2} %", rate * 100.0)
}

fn signed(size: f64) -> String {
    format!("{:+.2}  ", size * 100.0)
}

fn span(interval: Interval, with_sign: bool) -> String {
    let (low, high) = (interval.low * 100.0, interval.high * 100.0);
    if with_sign {
        format!("{low:+.2} to {high:+.2}")
    } else {
        format!("{low:.2} to {high:.2}")
    }
}
