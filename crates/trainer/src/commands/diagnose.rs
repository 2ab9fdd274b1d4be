mod figures;
mod of_run;
mod predictions;
mod unique;

use std::path::{Path, PathBuf};

use plumb_diagnostics::{Diagnosis, DiagnosisError, diagnose};
use serde::Serialize;

use self::figures::{FiguresFile, Given};
use crate::{
    Error,
    advice::in_general,
    cli::DiagnoseArgs,
    near::near,
    report::{self, Findings},
    terminal::{self, Screen},
};

/// What `plumb diagnose --json` prints of figures that are no run's.
#[derive(Serialize)]
struct Diagnosed<'a> {
    format: u32,
    /// The file; none for figures of the command line.
    input: Option<&'a Path>,
    #[serde(flatten)]
    findings: Findings<'a>,
}

/// What is to be diagnosed.
enum Input<'a> {
    CommandLine,
    Figures(&'a Path),
    Predictions(&'a Path),
    Runs(&'a [PathBuf]),
}

pub(crate) fn run(args: &DiagnoseArgs) -> Result<(), Error> {
    if args.schema {
        return terminal::json(&schemars::schema_for!(FiguresFile));
    }
    let input = Input::of(&args.inputs)?;
    if args.against.is_some() && !matches!(input, Input::Runs([_])) {
        return Err(Error::bad_input(
            "--against compares one run with an older one; expected one run as input",
        ));
    }
    match input {
        Input::CommandLine => figures(args, None, Given::default()),
        Input::Figures(path) => figures(args, Some(path), figures::read(path)?),
        Input::Predictions(path) => predictions::run(args, path),
        Input::Runs(runs) => of_run::run(args, runs),
    }
}

impl<'a> Input<'a> {
    fn of(inputs: &'a [PathBuf]) -> Result<Self, Error> {
        let [only] = inputs else {
            return if inputs.is_empty() {
                Ok(Self::CommandLine)
            } else if let Some(other) = inputs.iter().find(|input| !input.is_dir()) {
                Err(Error::bad_input(format!(
                    "{} is not a run's folder; expected one file, or runs",
                    other.display()
                )))
            } else {
                Ok(Self::Runs(inputs))
            };
        };
        if !only.exists() {
            return Err(Error::bad_input(format!("{} does not exist", only.display()))
                .hint(format!(
                    "an input is a run's folder, a .json file of figures or a .csv file of predictions; {}",
                    near(only)
                )));
        }
        if only.is_dir() {
            return Ok(Self::Runs(inputs));
        }
        let extension = only.extension().unwrap_or_default().to_ascii_lowercase();
        match extension.to_str() {
            Some("json") => Ok(Self::Figures(only)),
            Some("csv") => Ok(Self::Predictions(only)),
            _ => Err(Error::bad_input(format!(
                "{} is neither a run's folder nor a .json or .csv file",
                only.display()
            ))),
        }
    }
}

fn figures(args: &DiagnoseArgs, path: Option<&Path>, given: Given) -> Result<(), Error> {
    let given = given.with_flags(&args.figures)?;
    let diagnosis = given.diagnose()?;
    let human = given.human();
    let actions = in_general(&diagnosis);
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
            input: path,
            findings,
        });
    }
    terminal::report(&report::findings(&findings, Screen::stdout()))
}

impl Given {
    /// # Errors
    /// Bad input if there is no set, or if an option is out of range.
    fn diagnose(&self) -> Result<Diagnosis, Error> {
        diagnose(&self.figures, &self.options).map_err(|error| {
            let message = Error::bad_input(error.to_string());
            match error {
                DiagnosisError::NoSets => message.hint(
                    "as in: plumb diagnose --human 0.01 --train 0.08 --dev 0.10 --n-dev 1000",
                ),
                _ => message,
            }
        })
    }
}
