use std::fmt::Write;

use super::Ended;
use crate::experiment::Standing;

/// A line per experiment, and what its claims came to.
pub(super) fn summary(ended: &[Ended]) -> String {
    let name = |one: &Ended| match &one.report {
        Some(report) => report.header.name.clone(),
        None => one.config.display().to_string(),
    };
    let width = ended.iter().map(|one| name(one).chars().count()).max();
    let width = width.unwrap_or_default().max("experiment".len());
    let mut text = format!(
        "\n{:<width$}  {:>5}  {:>6}  {:>12}  {:>8}\n",
        "experiment", "held", "failed", "undetermined", "time"
    );
    for one in ended {
        let line = match &one.report {
            Some(report) => format!(
                "{:>5}  {:>6}  {:>12}  {:>6.0} s",
                report.count(Standing::Held),
                report.count(Standing::Failed),
                report.count(Standing::Undetermined),
                report.header.elapsed_secs
            ),
            None => "not run".to_owned(),
        };
        writeln!(text, "{:<width$}  {line}", name(one)).ok();
    }
    text
}
