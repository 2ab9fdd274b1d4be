//! `plumb reproduce`: experiments that say by themselves whether their claims held.

mod ready;
mod rows;
mod summary;

use std::path::{Path, PathBuf};

use serde::Serialize;

use self::{ready::Ready, summary::summary};
use crate::{
    Error,
    cli::ReproduceArgs,
    device,
    experiment::{Report, Standing, together},
    terminal::{self, Screen},
};

/// The version of what `--json` prints of all experiments.
const FORMAT: u32 = 1;

/// Where the experiments that `all` means are.
const ALL: &str = "configs/experiments";

/// What became of one experiment.
#[derive(Serialize)]
struct Ended {
    config: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    /// Why there is no report.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct All<'a> {
    format: u32,
    standing: Standing,
    experiments: &'a [Ended],
}

pub(crate) fn run(args: &ReproduceArgs) -> Result<(), Error> {
    if args.config.as_os_str() != "all" {
        let ready = Ready::read(&args.config, args)?;
        let report = ready.run(args, &device::open(args.runner.device)?)?;
        if args.runner.json {
            terminal::json(&report)?;
        } else {
            terminal::report(&report.text(Screen::stdout()))?;
        }
        return verdict(report.standing, &report.tally());
    }
    // What is wrong with any of them is said before the first one takes its time.
    let paths = all(Path::new(ALL))?;
    let ready = paths.iter().map(|path| Ready::read(path, args));
    let ready = ready.collect::<Result<Vec<_>, _>>()?;
    let opened = device::open(args.runner.device)?;
    let mut ended = Vec::new();
    for one in &ready {
        let (report, error) = match one.run(args, &opened) {
            Ok(report) => (Some(report), None),
            Err(error @ Error::Interrupted(_)) => return Err(error),
            // Data that is not there, say: no reason not to run the others.
            Err(error) => (None, Some(error.to_string())),
        };
        if !args.runner.json {
            match (&report, &error) {
                (Some(report), _) => terminal::report(&report.text(Screen::stdout()))?,
                (_, error) => {
                    let error = error.as_deref().unwrap_or_default();
                    terminal::talk(&format!("{}: {error}", one.path().display()));
                }
            }
        }
        ended.push(Ended {
            config: one.path().to_owned(),
            report,
            error,
        });
    }
    let standings = ended.iter().map(|one| match &one.report {
        Some(report) => report.standing,
        None => Standing::Undetermined,
    });
    let standing = together(standings);
    if args.runner.json {
        terminal::json(&All {
            format: FORMAT,
            standing,
            experiments: &ended,
        })?;
    } else {
        terminal::report(&summary(&ended))?;
    }
    let held = ended
        .iter()
        .filter(|one| one.standing() == Some(Standing::Held));
    let held = held.count();
    verdict(
        standing,
        &format!("{held} of {} experiments held", ended.len()),
    )
}

impl Ended {
    fn standing(&self) -> Option<Standing> {
        self.report.as_ref().map(|report| report.standing)
    }
}

/// All configs of a folder, in the order of their names.
fn all(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let wrong = |what: &dyn std::fmt::Display| {
        Error::bad_input(format!("can't read {}: {what}", folder.display()))
            .hint("`all` means the experiments of plumb's repository, whose folder is to be the current one")
    };
    let entries = std::fs::read_dir(folder).map_err(|error| wrong(&error))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| wrong(&error))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(wrong(&"it holds no config"));
    }
    paths.sort();
    Ok(paths)
}

/// A claim that did not hold is exit code 1.
fn verdict(standing: Standing, words: &str) -> Result<(), Error> {
    match standing {
        Standing::Held => Ok(()),
        Standing::Failed | Standing::Undetermined => Err(Error::failed(words.to_owned())),
    }
}
