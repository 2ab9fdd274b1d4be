use std::fmt::Write;

use plumb_diagnostics::{Diagnosis, Gap, Human, Verdict};

use super::{Findings, Report, actions::actions, ladder};
use crate::{judge::HumanLevel, progress::thousands, ratings, train::End};

/// The report that ends a training, for a terminal of 80 columns.
pub(crate) fn text(report: &Report<'_>) -> String {
    let mut text = if report.is_forest {
        format!("\n{}, a forest\n\n", report.run.display())
    } else {
        format!(
            "\n{}, weights of epoch {} of {} (lowest dev error)\n\n",
            report.run.display(),
            report.best_epoch,
            report.epochs
        )
    };
    if report.end != End::Epochs {
        let (end, done) = (report.end, report.epochs_done);
        writeln!(text, "training ended after {done} epochs: {end}\n").ok();
    }
    text.push_str(&findings(&report.findings));
    let run = report.run.display();
    writeln!(text, "\nMore about its errors: plumb diagnose {run}").ok();
    text
}

/// The ladder, and what it says.
pub(crate) fn findings(report: &Findings<'_>) -> String {
    let mut text = ladder::ladder(report.diagnosis);
    text.push('\n');
    text.push_str(&human_level(report.human));
    if let Some(bayes) = report.bayes {
        text.push_str(&bayes.text());
    }
    text.push_str(&verdict(report));
    text.push_str(&actions(report));
    if !report.diagnosis.notes.is_empty() {
        text.push('\n');
    }
    for note in &report.diagnosis.notes {
        writeln!(text, "note: {note}").ok();
    }
    text
}

fn verdict(report: &Findings<'_>) -> String {
    let diagnosis = report.diagnosis;
    let mut text = String::new();
    let ranked: Vec<&Gap> = diagnosis
        .ranked
        .iter()
        .filter_map(|&kind| diagnosis.gap(kind))
        .collect();
    match ranked.first() {
        Some(first) => {
            let points = ladder::points(first);
            let kind = first.kind;
            writeln!(text, "What stands in the way first: {kind} ({points})").ok();
            if first.verdict != Verdict::Present {
                writeln!(text, "  as far as so few examples tell{}", needed(first)).ok();
            }
        }
        None => text.push_str(nothing(diagnosis)),
    }
    for gap in ranked.iter().skip(1) {
        if gap.verdict == Verdict::Present {
            writeln!(text, "Then: {} ({})", gap.kind, ladder::points(gap)).ok();
        }
    }
    for gap in &diagnosis.gaps {
        if gap.verdict == Verdict::Inconclusive && diagnosis.first != Some(gap.kind) {
            let points = ladder::points(gap);
            let needed = needed(gap);
            writeln!(
                text,
                "Too few examples to tell: {} ({points}){needed}",
                gap.kind
            )
            .ok();
        }
    }
    text.push_str(&ladder::threshold(diagnosis, report.matters_share));
    if let Some(goal) = &diagnosis.goal {
        let reached = match goal.reached {
            Verdict::Present => "is reached",
            Verdict::Absent => "is not reached",
            Verdict::Inconclusive | Verdict::NotMeasurable => {
                "may be reached or not: too few dev examples to tell"
            }
        };
        writeln!(
            text,
            "The goal, a dev error of {:.2} %, {reached}",
            goal.error * 100.0
        )
        .ok();
    }
    text
}

/// What to say where no gap's size matters.
fn nothing(diagnosis: &Diagnosis) -> &'static str {
    if diagnosis.gaps.is_empty() {
        return "No gap can be measured: that takes two error rates, human level being one\n";
    }
    let unsure = |gap: &Gap| gap.verdict == Verdict::Inconclusive;
    if diagnosis.gaps.iter().any(unsure) {
        "No gap matters, as far as so few examples tell\n"
    } else {
        "Nothing stands in the way: no gap matters\n"
    }
}

/// Which figure counts, where there are several.
fn human_level(human: &HumanLevel) -> String {
    let mut text = String::new();
    let figures = [
        ("", &human.target, &human.target_study),
        (" on the general data", &human.general, &human.general_study),
    ];
    for (of, human, study) in figures {
        if let Some(study) = study {
            text.push_str(&ratings::text(study, of));
        } else if let Some(rater) = human.as_ref().and_then(Human::chosen) {
            writeln!(text, "human level{of}: the best rater counts, {rater}").ok();
        }
    }
    text
}

/// How many more examples would settle a gap, on a line of its own.
fn needed(gap: &Gap) -> String {
    gap.needed.as_ref().map_or(String::new(), |more| {
        let sets: Vec<_> = more.sets.iter().map(ToString::to_string).collect();
        let sets = sets.join(" and in ");
        format!(
            ";\n  about {} more in {sets} would settle it",
            thousands(more.n_each)
        )
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use plumb_diagnostics::{ErrorCount, Figures, GapKind, Human, Options, Remedy, diagnose};

    use super::*;
    use crate::{
        advice::{Action, Change, Cost},
        report::FORMAT,
    };

    fn check(snapshot: &str, human: Option<f64>, counts: [(u64, u64); 4], actions: &[Action]) {
        let count = |(errors, n)| Some(ErrorCount::new(errors, n).unwrap().into());
        let [train, train_dev, dev, test] = counts.map(count);
        let human = HumanLevel {
            target: human.map(|level| Human::figure(level).unwrap()),
            ..HumanLevel::default()
        };
        let figures = Figures {
            human: human.target.clone(),
            human_general: None,
            train,
            train_dev,
            dev,
            test,
        };
        let options = Options {
            goal_error: Some(0.06),
            ..Options::default()
        };
        let report = Report {
            format: FORMAT,
            name: "example",
            run: Path::new("runs/example-0001"),
            is_forest: false,
            best_epoch: 3,
            epochs_done: 5,
            end: End::Epochs,
            epochs: 20,
            findings: Findings {
                matters_share: options.matters_share,
                human: &human,
                bayes: None,
                diagnosis: &diagnose(&figures, &options).unwrap(),
                actions,
            },
        };
        insta::assert_snapshot!(snapshot, text(&report));
    }

    /// The worked numbers 10 / 11 / 20 of MISSION.md: bias and mismatch.
    #[test]
    fn bias_and_mismatch() {
        let action = |gap, remedy, change: &str, set: Option<&str>, ceiling| Action {
            gap,
            remedy,
            change: change.into(),
            reason: None,
            set: set.map(Into::into),
            ceiling,
            cost: Cost::default(),
        };
        let longer = action(
            GapKind::AvoidableBias,
            Remedy::TrainLonger,
            "epochs 20 -> 40",
            Some("train.epochs=40"),
            0.1,
        );
        let bigger = action(
            GapKind::AvoidableBias,
            Remedy::BiggerModel,
            "hidden layers [128, 128] -> [256, 256]",
            Some("model.mlp.hidden=[256,256]"),
            0.1,
        );
        let actions = [
            Action {
                reason: Some(
                    "train error still falls, by 0.30 points over the last 7 epochs, as the learning rate does"
                        .into(),
                ),
                cost: Cost {
                    parameters: Some(Change {
                        now: 118_282,
                        then: 118_282,
                    }),
                    multiply_adds: None,
                    train_secs: Some(Change {
                        now: 4.1,
                        then: 8.2,
                    }),
                    examples: None,
                },
                ..longer
            },
            Action {
                cost: Cost {
                    parameters: Some(Change {
                        now: 118_282,
                        then: 269_322,
                    }),
                    multiply_adds: None,
                    train_secs: Some(Change {
                        now: 4.1,
                        then: 10.9,
                    }),
                    examples: None,
                },
                ..bigger
            },
            action(
                GapKind::DataMismatch,
                Remedy::CollectTargetLikeData,
                "collect training examples like those of target.csv",
                None,
                0.09,
            ),
        ];
        let counts = [
            (5_000, 50_000),
            (1_100, 10_000),
            (2_000, 10_000),
            (2_000, 10_000),
        ];
        check("bias_and_mismatch", Some(0.0), counts, &actions);
    }

    /// Few examples: the largest gap is named, and said to be unsure.
    #[test]
    fn few_examples() {
        let collect = Action {
            gap: GapKind::DataMismatch,
            remedy: Remedy::CollectTargetLikeData,
            change: "collect training examples like those of target.csv".into(),
            reason: None,
            set: None,
            ceiling: 0.04,
            cost: Cost::default(),
        };
        check(
            "few_examples",
            Some(0.0),
            [(0, 900), (1, 50), (3, 50), (3, 50)],
            &[collect],
        );
    }

    /// A mismatch without an action: all of it is harder data.
    #[test]
    fn nothing_to_gain() {
        let counts = [
            (1_000, 50_000),
            (200, 10_000),
            (2_000, 10_000),
            (2_000, 10_000),
        ];
        check("nothing_to_gain", Some(0.019), counts, &[]);
    }

    #[test]
    fn nothing_in_the_way_and_no_human() {
        let counts = [
            (500, 5_000),
            (1_000, 10_000),
            (1_000, 10_000),
            (1_000, 10_000),
        ];
        check("nothing_in_the_way", None, counts, &[]);
    }
}
