use plumb_diagnostics::{Diagnosis, Gap, Interval, Note, Rate, RateName, SetName};

use crate::progress::thousands;

/// The ladder human → train → train-dev → dev → test, with each gap between its two rates.
pub(super) fn ladder(diagnosis: &Diagnosis) -> String {
    let width = label_width(diagnosis);
    let mut text = format!(
        "{:<width$}{:>9}  {:<19}errors / n\n",
        "",
        "error",
        format!("{} % interval", diagnosis.confidence.level() * 100.0)
    );
    for (at, rate) in diagnosis.rates.iter().enumerate() {
        if at > 0 {
            let step = (diagnosis.rates[at - 1].name, rate.name);
            if let Some(gap) = diagnosis.gaps.iter().find(|gap| gap.kind.between() == step) {
                text.push_str(&gap_line(gap, diagnosis.first == Some(gap.kind), width));
            }
        }
        text.push_str(&rate_line(rate, width));
    }
    text.push_str(&seeds(diagnosis));
    text
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

/// Of the first column: the usual one, or more for a gap that holds several.
fn label_width(diagnosis: &Diagnosis) -> usize {
    let kinds = diagnosis
        .gaps
        .iter()
        .map(|gap| gap.kind.to_string().len() + 4);
    kinds.max().unwrap_or_default().max(22)
}

fn rate_line(rate: &Rate, width: usize) -> String {
    let interval = match (rate.name, rate.interval) {
        (_, Some(interval)) => span(interval, false),
        (RateName::Human, None) => "given".into(),
        (RateName::Train, None) => "exact".into(),
        (_, None) => "no number".into(),
    };
    let count = rate.count.map_or(String::new(), |count| {
        format!("{} / {}", thousands(count.errors()), thousands(count.n()))
    });
    let line = format!(
        "{:<width$}{:>9}  {interval:<19}{count}",
        rate.name.to_string(),
        percent(rate.rate)
    );
    format!("{}\n", line.trim_end())
}

fn gap_line(gap: &Gap, is_first: bool, width: usize) -> String {
    let width = width - 2;
    let interval = if gap.interval.low < gap.interval.high {
        span(gap.interval, true)
    } else {
        String::new()
    };
    let mut line = format!(
        "  {:<width$}{:>9}  {interval:<19}{}",
        gap.kind.to_string(),
        signed(gap.size),
        gap.verdict
    );
    if is_first {
        line.push_str("  <- first");
    }
    format!("{line}\n")
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
        "A gap matters from {:.2} points on{sure}, a share of {share} of the {of} error\n",
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
