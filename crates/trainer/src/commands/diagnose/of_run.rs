//! Finished runs, judged again.

use std::path::{Path, PathBuf};

use plumb_diagnostics::SetName;
use serde::Serialize;

use super::figures::Given;
use crate::{
    Error,
    advice::{Case, advise},
    cli::DiagnoseArgs,
    finished::Finished,
    report::{self, Findings},
    terminal,
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
}

pub(super) fn run(args: &DiagnoseArgs, runs: &[PathBuf]) -> Result<(), Error> {
    let flags = &args.figures;
    let has_rate = [flags.train, flags.train_dev, flags.dev, flags.test]
        .iter()
        .any(Option::is_some);
    if has_rate {
        return Err(Error::bad_input(
            "a run has its own error rates; expected no --train, --train-dev, --dev or --test beside it",
        ));
    }
    let finished = Finished::open(&runs[0])?;
    let given = finished.given(args)?;
    let diagnosis = given.diagnose()?;
    let mut human = finished.human()?;
    human.target = given.figures.human.clone();
    human.general = given.figures.human_general.clone();
    let case = Case {
        config: &finished.config,
        data: &finished.data,
        end: finished.verdict.end,
    };
    let actions = advise(case, &diagnosis);
    let is_own_human = args.figures.human.is_none() && args.figures.human_general.is_none();
    let findings = Findings {
        matters_share: given.options.matters_share,
        human: &human,
        bayes: finished.verdict.bayes.as_ref().filter(|_| is_own_human),
        diagnosis: &diagnosis,
        actions: &actions,
    };
    if args.json {
        return terminal::json(&Diagnosed {
            format: report::FORMAT,
            name: &finished.config.name,
            run: finished.run.path(),
            best_epoch: finished.verdict.best_epoch,
            findings,
        });
    }
    let title = format!(
        "\n{}, weights of epoch {} of {} (lowest dev error), judged again\n\n",
        finished.run.path().display(),
        finished.verdict.best_epoch,
        finished.verdict.epochs
    );
    terminal::data(&(title + &report::findings(&findings)))
}

impl Finished {
    /// Its figures, with what the command line says instead.
    fn given(&self, args: &DiagnoseArgs) -> Result<Given, Error> {
        let human = self.human()?;
        let mut given = Given {
            options: self.config.diagnosis.options()?,
            ..Given::default()
        };
        let figures = &mut given.figures;
        figures.human = human.target;
        figures.human_general = human.general;
        let error = |set| self.sets.get(set).count().map(Into::into);
        figures.train = error(SetName::Train);
        figures.train_dev = error(SetName::TrainDev);
        figures.dev = error(SetName::Dev);
        figures.test = error(SetName::Test);
        if args.figures.human.is_some() && args.figures.human_general.is_none() {
            // One figure on the command line is for both kinds of data.
            figures.human_general = None;
        }
        given.with_flags(&args.figures)
    }
}
