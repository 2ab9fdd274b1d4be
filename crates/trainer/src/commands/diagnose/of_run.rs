//! Finished runs, judged again and looked at more closely.

mod against;
mod seeds;

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use plumb_diagnostics::{Figures, NgTable};
use serde::Serialize;

use self::against::{Change, change};
use super::figures::Given;
use crate::{
    Error,
    advice::{Action, Case, advise},
    cli::DiagnoseArgs,
    error_analysis::{self, ErrorAnalysis, Suspects},
    finished::Finished,
    looks::UsedUp,
    mismatch_test::MismatchTest,
    report::{self, Findings},
    terminal::{self, Screen},
};

/// What `plumb diagnose RUN --json` prints.
#[derive(Serialize)]
struct Diagnosed<'a> {
    format: u32,
    name: &'a str,
    run: &'a Path,
    best_epoch: u32,
    #[serde(flatten)]
    findings: Findings<'a>,
    ng_table: &'a NgTable,
    mismatch_test: &'a MismatchTest,
    error_analysis: &'a ErrorAnalysis,
    suspected_labels: &'a Suspects,
    used_up: &'a UsedUp,
    /// What is lost, and costs only a part of what can be said.
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a Change>,
}

/// Diagnoses one run, or the recipe of several.
pub(super) fn run(args: &DiagnoseArgs, runs: &[PathBuf]) -> Result<(), Error> {
    if args.figures.has_rate() {
        return Err(Error::bad_input(
            "a run has its own error rates; expected no --train, --train-dev, --dev or --test beside it",
        ));
    }
    match runs {
        [only] => one(args, only),
        several => seeds::run(args, several),
    }
}

fn one(args: &DiagnoseArgs, path: &Path) -> Result<(), Error> {
    let finished = Finished::open(path)?;
    let given = finished.given(args)?;
    let human = given.human();
    let confidence = given.options.confidence;
    let change = match &args.against {
        Some(old) => Some(change(
            &Finished::open(old)?,
            &finished,
            &human,
            confidence,
        )?),
        None => None,
    };
    let diagnosis = given.diagnose()?;
    let case = Case {
        config: &finished.config,
        data: &finished.data,
        end: finished.verdict.end,
        curve: &finished.curve,
    };
    let actions = advise(case, &diagnosis);
    let flags = &args.figures;
    let is_own_human =
        flags.human.is_none() && flags.human_general.is_none() && flags.raters.is_none();
    let findings = Findings {
        matters_share: given.options.matters_share,
        human: &human,
        bayes: finished.verdict.bayes.as_ref().filter(|_| is_own_human),
        diagnosis: &diagnosis,
        actions: &actions,
        sentence: report::sentence(&diagnosis, &actions),
        go_on: go_on(finished.run.path(), &actions),
    };
    let table = given.ng_table(|set, kind| finished.sets.get(set).count_of(kind))?;
    let analysis = ErrorAnalysis::of(&finished.sets.dev, confidence)?;
    let run = &finished.run;
    let mismatch: MismatchTest = run.read_format(MismatchTest::FILE, MismatchTest::FORMAT)?;
    let suspects: Suspects = run.read_format(Suspects::FILE, Suspects::FORMAT)?;
    let test_errors = finished.sets.test.count();
    let used_up = UsedUp::of(&finished.run, &finished.data, test_errors, confidence);
    if args.json {
        return terminal::json(&Diagnosed {
            format: report::FORMAT,
            name: &finished.config.name,
            run: finished.run.path(),
            best_epoch: finished.verdict.best_epoch,
            findings,
            ng_table: &table,
            mismatch_test: &mismatch,
            error_analysis: &analysis,
            suspected_labels: &suspects,
            used_up: &used_up,
            notes: &finished.notes,
            change: change.as_ref(),
        });
    }
    let run_path = finished.run.path().display();
    let mut text = match finished.config.model.forest() {
        Some(_) => format!("\n{run_path}, a forest, judged again\n\n"),
        None => format!(
            "\n{run_path}, weights of epoch {} of {} (lowest dev error), judged again\n\n",
            finished.verdict.best_epoch, finished.verdict.epochs
        ),
    };
    text.push_str(&report::findings(&findings, Screen::stdout()));
    for note in &finished.notes {
        writeln!(text, "note: {note}").ok();
    }
    if let Some(change) = &change {
        text.push_str(&change.text());
    }
    text.push_str(&report::ng_table(&table));
    text.push_str(&mismatch.text());
    text.push_str(&used_up.text());
    text.push_str(&error_analysis::text(&analysis));
    text.push_str(&suspects.text(&diagnosis));
    text.push_str(&report::go_on(&findings.go_on));
    terminal::report(&text)
}

/// What is done behind a run, but for this command.
fn go_on(run: &Path, actions: &[Action]) -> Vec<String> {
    let mut commands = report::behind_run(run, actions);
    commands.retain(|command| !command.starts_with("plumb diagnose "));
    commands
}

impl Finished {
    /// Its figures, with what the command line says instead.
    fn given(&self, args: &DiagnoseArgs) -> Result<Given, Error> {
        let human = self.verdict.human.clone();
        let mut given = Given {
            figures: Figures {
                human: human.target,
                human_general: human.general,
                ..Figures::of_sets(|set| self.sets.get(set).count().map(Into::into))
            },
            options: self.config.diagnosis.options()?,
            study: human.target_study,
            general_study: human.general_study,
        };
        let is_human_given = args.figures.human.is_some() || args.figures.raters.is_some();
        if is_human_given && args.figures.human_general.is_none() {
            // One figure on the command line is for both kinds of data.
            given.figures.human_general = None;
            given.general_study = None;
        }
        given.with_flags(&args.figures)
    }
}
