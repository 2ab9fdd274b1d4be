//! From a config with `[expect]` to a report.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use plumb_diagnostics::Confidence;
use serde::Deserialize;

use super::rows::{self, Rows};
use crate::{
    Error,
    cli::ReproduceArgs,
    config::{self, DecomposeConfig, Document, Expect, KeyError, LeastNormConfig, Procedure},
    device::OpenDevice,
    experiment::{Experiment, Grid, Header, Report, Runs, decompose_figures, least_norm_grid, svg},
    page,
    report::behind_sweep,
    run_dir::RunDir,
    sweep::Plan,
};

/// More runs than any experiment has.
const MAX_RUNS: u64 = 10_000;

/// An experiment that can be run: its configs are valid, and its claims mean something.
pub(super) struct Ready {
    path: PathBuf,
    name: String,
    source: Source,
    expect: Expect,
    experiment: Experiment,
}

/// Where its figures come from.
pub(super) enum Source {
    /// One training per run of a sweep.
    Sweep(Plan),
    /// Many trainings per run of a sweep.
    Decompose(Plan, DecomposeConfig),
    /// No training at all: regressions in closed form, from the first seed on.
    LeastNorm(LeastNormConfig, u64),
}

/// A config of which only this matters.
#[derive(Deserialize)]
struct OfConfig {
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    diagnosis: config::Diagnosis,
    expect: Option<Expect>,
}

impl Ready {
    /// Reads a config, in short if that is asked for, and looks its claims up in its sweep.
    ///
    /// # Errors
    /// Bad input that points at the key.
    pub(super) fn read(path: &Path, args: &ReproduceArgs) -> Result<Self, Error> {
        let mut document = Document::read(path, &[])?;
        if args.short {
            let settings = document.settings("short").into_iter();
            let settings =
                settings.map(|(key, value)| ("short".into(), format!("{key} = {value}")));
            document = document.with(&settings.collect::<Vec<_>>())?;
        }
        let name = document.name()?;
        let name = if args.short {
            format!("{name}-short")
        } else {
            name
        };
        let OfConfig {
            seed,
            diagnosis,
            expect,
        } = document.deserialize()?;
        let Some(expect) = expect else {
            let hint = "as in [[expect.claims]] with check = \"dev(small) > dev(large)\"";
            let error = KeyError::new(
                "expect",
                "there is no table [expect], so nothing is claimed",
            );
            return Err(document.error(&error.hint(hint)));
        };
        expect.check().map_err(|error| document.error(&error))?;
        let confidence = Confidence::new(expect.confidence.unwrap_or(diagnosis.confidence))
            .map_err(|error| Error::bad_input(error.to_string()))?;
        let plan = || Plan::new(document.clone(), Some(&name), MAX_RUNS);
        let (grid, source) = match &expect.procedure {
            None => {
                let plan = plan()?;
                (Grid::of(&plan, Vec::new()), Source::Sweep(plan))
            }
            Some(Procedure::LeastNorm(asked)) => {
                let source = Source::LeastNorm(asked.clone(), seed);
                (least_norm_grid(asked), source)
            }
            Some(Procedure::Decompose(asked)) => {
                let plan = plan()?;
                let grid = Grid::of(&plan, decompose_figures());
                (grid, Source::Decompose(plan, asked.clone()))
            }
        };
        let experiment =
            Experiment::plan(&expect, grid, confidence).map_err(|error| document.error(&error))?;
        Ok(Self {
            path: path.to_owned(),
            name,
            source,
            expect,
            experiment,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Does all runs that are not done yet, judges the claims, and writes the report beside the runs.
    ///
    /// # Errors
    /// Bad input for data that can't be read; that somebody ended it early, with everything saved.
    pub(super) fn run(&self, args: &ReproduceArgs, opened: &OpenDevice) -> Result<Report, Error> {
        let start = Instant::now();
        let Rows {
            outcomes,
            seeds,
            before,
            failed,
        } = match &self.source {
            Source::Sweep(plan) => rows::of_sweep(plan, args, opened)?,
            Source::Decompose(plan, asked) => rows::of_decompositions(plan, asked, args, opened)?,
            Source::LeastNorm(asked, seed) => rows::of_regressions(asked, *seed)?,
        };
        let directory = args.runner.runs_dir.join(&self.name);
        let runs = Runs::new(&self.experiment.grid, &outcomes, &seeds);
        let short = if args.short { " --short" } else { "" };
        let header = Header {
            name: self.name.clone(),
            config: self.path.clone(),
            claimed_by: self.expect.claimed_by.clone(),
            command: format!("plumb reproduce {}{short}", self.path.display()),
            time: self.expect.time.clone().filter(|_| !args.short),
            elapsed_secs: start.elapsed().as_secs_f64(),
            is_short: args.short,
            runs: seeds.len(),
            runs_before: before,
            failed_runs: failed,
            seeds: runs.seeds.len(),
            directory: directory.clone(),
            go_on: match &self.source {
                Source::Sweep(_) => behind_sweep(&directory),
                Source::Decompose(..) | Source::LeastNorm(..) => Vec::new(),
            },
        };
        let report = Report::new(&self.experiment, &runs, header);
        fs::create_dir_all(&directory).map_err(|error| {
            Error::failed(format!("can't make {}: {error}", directory.display()))
        })?;
        let folder = RunDir::at(&directory);
        folder.write_json(Report::FILE, &report)?;
        folder.write("experiment.md", report.markdown().as_bytes())?;
        if let Some(figure) = &report.figure {
            folder.write("figure.svg", svg(figure)?.as_bytes())?;
        }
        page::write_or_say(&directory);
        Ok(report)
    }
}
