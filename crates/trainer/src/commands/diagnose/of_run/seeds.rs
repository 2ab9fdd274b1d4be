//! Several runs of one recipe, which differ in their seeds: the mean, and how sure it is.

use std::path::PathBuf;

use plumb_diagnostics::SetName;
use serde::Serialize;

use crate::{
    Error,
    advice::{Case, advise},
    answers::{Answers, diagnosis, shared_sets},
    cli::DiagnoseArgs,
    finished::Finished,
    report::{self, Findings},
    sets::PerSet,
    terminal::{self, Screen},
};

/// What `plumb diagnose RUN RUN… --json` prints.
#[derive(Serialize)]
struct Diagnosed<'a> {
    format: u32,
    runs: &'a [PathBuf],
    /// Sets that are the same examples in every run.
    shared_sets: &'a [SetName],
    #[serde(flatten)]
    findings: Findings<'a>,
}

pub(super) fn run(args: &DiagnoseArgs, paths: &[PathBuf]) -> Result<(), Error> {
    let runs = paths
        .iter()
        .map(|path| Finished::open(path))
        .collect::<Result<Vec<_>, _>>()?;
    check_one_recipe(&runs)?;
    let first = &runs[0];
    let given = first.given(args)?;
    let answers = (runs.iter().map(Answers::of)).collect::<Result<Vec<_>, _>>()?;
    let answers: Vec<&PerSet<Answers>> = answers.iter().collect();
    let shared_sets = shared_sets(&answers);
    let human = (
        given.figures.human.clone(),
        given.figures.human_general.clone(),
    );
    let diagnosis = diagnosis(&answers, human, &given.options).map_err(Error::bad_input)?;
    let human = given.human();
    // Against the means, in terms of the recipe, with the curve of its first seed.
    let case = Case {
        config: &first.config,
        data: &first.data,
        end: first.verdict.end,
        curve: &first.curve,
    };
    let actions = advise(case, &diagnosis);
    let findings = Findings {
        matters_share: given.options.matters_share,
        human: &human,
        bayes: None,
        diagnosis: &diagnosis,
        sentence: report::sentence(&diagnosis, &actions),
        actions: &actions,
        go_on: Vec::new(),
    };
    if args.json {
        return terminal::json(&Diagnosed {
            format: report::FORMAT,
            runs: paths,
            shared_sets: &shared_sets,
            findings,
        });
    }
    let names: Vec<String> = shared_sets.iter().map(ToString::to_string).collect();
    let shared = if names.is_empty() {
        "each run split the data anew, and an example that two of them share\ncounts as two, so intervals are a little too narrow where they share many".to_owned()
    } else {
        format!("the same examples in {}", names.join(", "))
    };
    let title = format!("\nThe mean of {} runs; {shared}\n\n", runs.len());
    terminal::report(&(title + &report::findings(&findings, Screen::stdout())))
}

/// Means of different recipes would mean nothing; and a run that stands there twice is no second seed.
fn check_one_recipe(runs: &[Finished]) -> Result<(), Error> {
    let first = &runs[0];
    for (at, run) in runs.iter().enumerate().skip(1) {
        let is_free = |key: &str| ["seed", "name", "data.split.repeat"].contains(&key);
        if let Some(key) = first.config.difference(&run.config, &is_free)? {
            return Err(Error::bad_input(format!(
                "{} differs from {} in `{key}`; expected runs of one recipe, whose seeds differ",
                run.run.path().display(),
                first.run.path().display()
            ))
            .hint("`plumb diagnose RUN --against OLD` compares two recipes"));
        }
        let seed = |run: &Finished| (run.config.seed, run.config.data.split.repeat);
        if let Some(twin) = runs[..at].iter().find(|other| seed(other) == seed(run)) {
            return Err(Error::bad_input(format!(
                "{} and {} have the same seed, {}; expected different ones, since equal seeds give \
                 equal runs",
                twin.run.path().display(),
                run.run.path().display(),
                run.config.seed
            )));
        }
    }
    Ok(())
}
