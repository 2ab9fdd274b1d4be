use std::fmt::Write;

use super::Report;

impl Report {
    /// For reading later, beside the figure.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n", self.header.name);
        if let Some(paragraphs) = &self.text {
            writeln!(text, "{paragraphs}\n").ok();
        }
        if self.figure.is_some() {
            writeln!(text, "![{}](figure.svg)\n", self.header.name).ok();
        }
        writeln!(
            text,
            "| claim | check | measured | outcome |\n|---|---|---|---|"
        )
        .ok();
        for claim in &self.claims {
            let judgement = &claim.judgement;
            let mut measured: Vec<String> = judgement
                .measured
                .iter()
                .map(|of| format!("`{}` {}", of.expression, of.estimate))
                .collect();
            measured.extend(judgement.difference.map(|of| format!("difference {of}")));
            measured.extend(judgement.why.clone());
            let cells = [
                claim.says.clone().unwrap_or_default(),
                format!("`{}`", claim.check),
                measured.join("; "),
                format!("**{}**", judgement.standing.word()),
            ];
            let cells = cells.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
            writeln!(text, "| {} |", cells.join(" | ")).ok();
        }
        writeln!(text, "\n{}.\n", self.tally()).ok();
        for (name, value) in self.facts() {
            writeln!(text, "- {name}: {value}").ok();
        }
        text
    }
}
