use std::fmt::Write;

use plumb_data::leak::{Leaks, Relation};

use crate::{
    Error,
    cli::CheckArgs,
    data_summary::{ChunkSummary, DataSummary},
    progress::thousands,
    terminal,
};

pub(super) fn run(args: &CheckArgs) -> Result<(), Error> {
    let (_, _, divided) = super::read_and_divide(&args.config)?;
    let summary = DataSummary::new(&divided, None);
    if args.json {
        return terminal::json(&summary);
    }
    terminal::report(&text(&summary))
}

fn text(summary: &DataSummary) -> String {
    let mut text = String::new();
    for (name, chunk) in [("general", &summary.general), ("target", &summary.target)] {
        text.push_str(&chunk_text(name, chunk));
        text.push('\n');
    }
    text.push_str(&sets_text(summary));
    for (n, what) in [
        (summary.unused_target, "target examples are in no set"),
        (
            summary.unused_train,
            "examples of the training mix are left out by data.split.train",
        ),
        (
            summary.left_out_general,
            "general examples are left out: their group is in dev or test",
        ),
    ] {
        if n > 0 {
            writeln!(text, "{} {what}", thousands(n as u64)).ok();
        }
    }
    text.push('\n');
    text.push_str(&leaks_text(&summary.leaks));
    for warning in &summary.warnings {
        writeln!(text, "warning: {warning}").ok();
    }
    text
}

fn chunk_text(name: &str, chunk: &ChunkSummary) -> String {
    let mut text = format!("{name}: {chunk}\n");
    let range = chunk
        .range
        .map_or("not known".into(), |(low, high)| format!("{low} to {high}"));
    writeln!(text, "  shape {:?}, range {range}", chunk.shape).ok();
    if let Some(bayes) = chunk.bayes {
        write!(text, "  Bayes error {:.2} %", bayes.rate * 100.0).ok();
        if bayes.standard_error > 0.0 {
            write!(
                text,
                " (standard error {:.3} points)",
                bayes.standard_error * 100.0
            )
            .ok();
        }
        text.push('\n');
    }
    for file in &chunk.files {
        writeln!(text, "  {}\n    sha256 {}", file.path, file.sha256).ok();
    }
    text
}

/// What the sets share, a line each.
fn leaks_text(leaks: &Leaks) -> String {
    let mut lines = Vec::new();
    for (relation, found) in [
        (Relation::Identical, &leaks.identical),
        (Relation::Derived, &leaks.derived),
        (Relation::Near, &leaks.near.found),
    ] {
        lines.extend(found.iter().map(|leak| leak.describe(relation)));
    }
    if leaks.identical.is_empty() && leaks.derived.is_empty() {
        lines.push("no example stands in two sets, and none derives from another set's".into());
    }
    for duplicates in &leaks.duplicates {
        lines.push(format!(
            "{} examples of {} are identical to others of that set",
            thousands(duplicates.n as u64),
            duplicates.set
        ));
    }
    if let Some(why_not) = &leaks.near.why_not {
        lines.push(format!("near duplicates were not looked for: {why_not}"));
    } else if leaks.near.found.is_empty() {
        lines.push(format!(
            "no near duplicates across sets (nearer than {:.4}, where two random examples are {:.4} apart)",
            leaks.near.near_distance, leaks.near.typical_distance
        ));
    }
    format!("leak check: {}\n", lines.join("\nleak check: "))
}

/// A table with a row per set, then one with a row per class.
fn sets_text(summary: &DataSummary) -> String {
    let mut text = format!(
        "{:<10}{:>10}{:>13}{:>11}  sha256\n",
        "set", "examples", "from target", "originals"
    );
    for (name, set) in summary.sets.iter() {
        writeln!(
            text,
            "{:<10}{:>10}{:>13}{:>11}  {}…",
            name.to_string(),
            thousands(set.examples as u64),
            thousands(set.from_target as u64),
            thousands(set.distinct_originals as u64),
            set.sha256.get(..12).unwrap_or_default(),
        )
        .ok();
    }
    text.push('\n');
    let classes = &summary.sets.train.classes;
    let width = classes
        .iter()
        .map(|count| count.class.chars().count())
        .max();
    let width = width.unwrap_or(0).max("class".len());
    write!(text, "{:<width$}", "class").ok();
    for (name, _) in summary.sets.iter() {
        write!(text, "{:>11}", name.to_string()).ok();
    }
    text.push('\n');
    for (at, class) in classes.iter().enumerate() {
        write!(text, "{:<width$}", class.class).ok();
        for (_, set) in summary.sets.iter() {
            write!(text, "{:>11}", thousands(set.classes[at].examples as u64)).ok();
        }
        text.push('\n');
    }
    text
}
