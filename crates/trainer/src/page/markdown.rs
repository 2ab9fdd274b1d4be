//! The same in Markdown, for pull requests and notes: words and tables, no charts.

use std::fmt::Write;

use super::{RunView, SweepView, table::TableView};

/// A run: the sentence, the ladder, and what to try.
pub(super) fn run(view: &RunView) -> String {
    let mut text = format!(
        "## {}\n\n{}\n",
        plain(&super::run::file_name(&view.path)),
        plain(&view.sentence)
    );
    facts(&mut text, &view.facts);
    if let Some(ladder) = &view.ladder {
        text.push_str("\n| | percent | interval | errors / n | |\n|---|--:|---|--:|---|\n");
        for row in &ladder.rows {
            let [what, percent, low, high, errors, n, verdict] = &row[..] else {
                continue;
            };
            let is_rate = verdict.is_empty();
            let value = number(percent, !is_rate);
            let interval = match (low.is_empty(), low == high) {
                (false, false) => {
                    format!("{} to {}", number(low, !is_rate), number(high, !is_rate))
                }
                _ => String::new(),
            };
            let count = if errors.is_empty() {
                String::new()
            } else {
                format!("{errors} / {n}")
            };
            let what = if is_rate {
                format!("**{what}**")
            } else {
                format!("&nbsp;&nbsp;{what}")
            };
            writeln!(
                text,
                "| {what} | {value} | {interval} | {count} | {verdict} |"
            )
            .ok();
        }
    }
    if !view.attempts.is_empty() {
        text.push_str("\nTo try:\n\n");
    }
    for attempt in &view.attempts {
        let cost = attempt
            .cost
            .as_ref()
            .map_or(String::new(), |cost| format!("; cost: {cost}"));
        writeln!(
            text,
            "- against {}, worth {} points at most: {}{cost}",
            attempt.gap,
            attempt.ceiling,
            plain(&attempt.change)
        )
        .ok();
        if let Some(command) = &attempt.command {
            writeln!(text, "  `{command}`").ok();
        }
    }
    notes(&mut text, &view.notes);
    how(&mut text, &view.how);
    text
}

/// A sweep: the sentence, the claims if there are any, the table, and what the curves say.
pub(super) fn sweep(view: &SweepView) -> String {
    let mut text = format!("## {}\n\n{}\n", plain(&view.name), plain(&view.sentence));
    facts(&mut text, &view.facts);
    if let Some(experiment) = &view.experiment {
        if let Some(words) = &experiment.text {
            write!(text, "\n{}\n", plain(words)).ok();
        }
        table(&mut text, &experiment.claims);
    }
    if let Some(rows) = &view.table {
        table(&mut text, rows);
    }
    if let Some(against) = &view.against {
        write!(text, "\n{}\n", plain(&against.intro)).ok();
        table(&mut text, &against.table);
        notes(&mut text, &against.notes);
    }
    notes(&mut text, &view.best);
    notes(&mut text, &view.fits);
    notes(&mut text, &view.left_out);
    how(&mut text, &view.how);
    text
}

fn facts(text: &mut String, facts: &[(String, String)]) {
    if facts.is_empty() {
        return;
    }
    let facts: Vec<String> = facts
        .iter()
        .map(|(name, value)| format!("{}: {}", plain(name), plain(value)))
        .collect();
    write!(text, "\n{}\n", facts.join(" · ")).ok();
}

fn notes(text: &mut String, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    text.push('\n');
    for note in notes {
        writeln!(text, "- {}", plain(note)).ok();
    }
}

fn how(text: &mut String, how: &[(String, String)]) {
    if how.is_empty() {
        return;
    }
    let how: Vec<String> = how
        .iter()
        .map(|(name, value)| format!("{name}: `{}`", value.replace('`', "'")))
        .collect();
    write!(text, "\n<sub>{}</sub>\n", how.join(" · ")).ok();
}

fn table(text: &mut String, table: &TableView) {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    text.push('\n');
    text.push_str(&row(table.header.iter().map(|name| plain(name)).collect()));
    let is_number = |at: usize| {
        table
            .rows
            .iter()
            .all(|cells| cells.get(at).is_some_and(|cell| cell.is_number))
    };
    let rule = |at: usize| if is_number(at) { "--:" } else { "---" };
    text.push_str(&row((0..table.header.len())
        .map(|at| rule(at).to_owned())
        .collect()));
    for cells in &table.rows {
        text.push_str(&row(cells.iter().map(|cell| plain(&cell.text)).collect()));
    }
}

/// A cell of the ladder to two digits.
fn number(cell: &str, with_sign: bool) -> String {
    match (cell.parse::<f64>(), with_sign) {
        (Ok(value), true) => format!("{value:+.2}"),
        (Ok(value), false) => format!("{value:.2}"),
        (Err(_), _) => cell.to_owned(),
    }
}

/// A text in which nothing is taken for markup, on one line.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '*' | '_' | '`' | '<' | '[' | ']' | '\\' => {
                plain.push('\\');
                plain.push(c);
            }
            '\n' | '\r' => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}
