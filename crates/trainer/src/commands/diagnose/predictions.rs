//! A table of predictions from anywhere.

use std::path::Path;

use plumb_diagnostics::{
    Diagnosis, ErrorCount, Figures, NgTable, SeedErrors, SeedFigures, SetName, diagnose_seeds,
};
use serde::Serialize;

use super::figures::Given;
use crate::{
    Error,
    advice::in_general,
    answers::BOOTSTRAP_SEED,
    cli::DiagnoseArgs,
    error_analysis::{self, ErrorAnalysis},
    report::{self, Findings},
    scored::{Part, Roles, Table},
    terminal::{self, Screen},
};

/// What `plumb diagnose FILE.csv --json` prints.
#[derive(Serialize)]
struct Diagnosed<'a> {
    format: u32,
    input: &'a Path,
    #[serde(flatten)]
    findings: Findings<'a>,
    /// Where a column `chunk` tells general from target data.
    #[serde(skip_serializing_if = "Option::is_none")]
    ng_table: Option<&'a NgTable>,
    /// Of dev, for one seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_analysis: Option<&'a ErrorAnalysis>,
}

/// Counts the errors of each set, and looks at those of dev.
pub(super) fn run(args: &DiagnoseArgs, path: &Path) -> Result<(), Error> {
    let flags = &args.figures;
    if flags.has_rate() {
        return Err(Error::bad_input(
            "a table of predictions has its own error rates; expected no --train, --train-dev, --dev or \
             --test beside it",
        ));
    }
    let table = Table::read(path, Roles::FROM_ANYWHERE)?;
    for part in table.of(SetName::Dev) {
        if let Some(class) = part.scored.only_answer() {
            terminal::talk(&format!(
                "warning: all {} predictions on dev are `{class}`, where dev has other labels too: the model \
                 answers without looking\n  see that these are predictions and not a constant column, and that \
                 the model gets its inputs scaled as in training",
                part.scored.len()
            ));
        }
    }
    let (given, diagnosis) = match table.seeds()[..] {
        [_] => one(args, &table)?,
        _ => several(args, path, &table)?,
    };
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
    let (mut ng, mut analysis) = (None, None);
    if diagnosis.seeds.is_none() {
        ng = table.by_chunk(&given)?;
        let dev = table.of(SetName::Dev).next();
        analysis = dev
            .map(|part| ErrorAnalysis::of(&part.scored, given.options.confidence))
            .transpose()?;
    }
    if args.json {
        return terminal::json(&Diagnosed {
            format: report::FORMAT,
            input: path,
            findings,
            ng_table: ng.as_ref(),
            error_analysis: analysis.as_ref(),
        });
    }
    let mut text = report::findings(&findings, Screen::stdout());
    if let Some(table) = &ng {
        text.push_str(&report::ng_table(table));
    }
    if let Some(analysis) = &analysis {
        text.push_str(&error_analysis::text(analysis));
    }
    terminal::report(&text)
}

fn one(args: &DiagnoseArgs, table: &Table) -> Result<(Given, Diagnosis), Error> {
    let given = Given {
        figures: Figures::of_sets(|set| {
            let count = table.of(set).next().and_then(|part| part.scored.count());
            count.map(Into::into)
        }),
        ..Given::default()
    };
    let given = given.with_flags(&args.figures)?;
    let diagnosis = given.diagnose()?;
    Ok((given, diagnosis))
}

/// A mean over seeds; examples that have the same names in every seed are the same.
fn several(args: &DiagnoseArgs, path: &Path, table: &Table) -> Result<(Given, Diagnosis), Error> {
    let wrong = |what: String| Error::bad_input(format!("{}: {what}", path.display()));
    let given = Given::default().with_flags(&args.figures)?;
    let seeds = table.seeds();
    let parts = |set: SetName| -> Result<Vec<&Part>, Error> {
        let parts: Vec<&Part> = table.of(set).collect();
        if !parts.is_empty() && parts.len() != seeds.len() {
            return Err(wrong(format!(
                "{set} has lines of {} of the {} seeds; expected all or none",
                parts.len(),
                seeds.len()
            )));
        }
        Ok(parts)
    };
    let counts = |parts: &[&Part]| -> Vec<ErrorCount> {
        parts
            .iter()
            .filter_map(|part| part.scored.count())
            .collect()
    };
    let errors = |set: SetName| -> Result<Option<SeedErrors>, Error> {
        let parts = parts(set)?;
        let Some((first, others)) = parts.split_first() else {
            return Ok(None);
        };
        let has_other_ids = |part: &&&Part| {
            let (own, firsts) = (part.scored.errors_by_id(), first.scored.errors_by_id());
            !own.keys().eq(firsts.keys())
        };
        if others.iter().any(|part| has_other_ids(&part)) {
            return Ok(Some(SeedErrors::per_seed(&counts(&parts))));
        }
        // In one order, whatever that of the lines.
        let flags: Vec<Vec<bool>> = (parts.iter())
            .map(|part| part.scored.errors_by_id().into_values().collect())
            .collect();
        SeedErrors::shared(&flags)
            .map(Some)
            .map_err(|error| wrong(error.to_string()))
    };
    let train = parts(SetName::Train)?;
    let figures = SeedFigures {
        human: given.figures.human.clone(),
        human_general: given.figures.human_general.clone(),
        train: (!train.is_empty()).then(|| counts(&train)),
        train_dev: errors(SetName::TrainDev)?,
        dev: errors(SetName::Dev)?,
        test: errors(SetName::Test)?,
    };
    let diagnosis = diagnose_seeds(&figures, &given.options, BOOTSTRAP_SEED)
        .map_err(|error| wrong(error.to_string()))?;
    Ok((given, diagnosis))
}

impl Table {
    /// The names of the seeds, one of them nameless where there is no such column.
    fn seeds(&self) -> Vec<Option<&str>> {
        let mut seeds: Vec<_> = self.parts.iter().map(|part| part.seed.as_deref()).collect();
        seeds.sort_unstable();
        seeds.dedup();
        seeds
    }

    /// The parts of one set, one per seed.
    fn of(&self, set: SetName) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |part| part.set == Some(set))
    }

    /// Ng's table, where it is known which kind of data each example is.
    fn by_chunk(&self, given: &Given) -> Result<Option<NgTable>, Error> {
        if self.parts.iter().all(|part| part.scored.chunks.is_none()) {
            return Ok(None);
        }
        let table = given.ng_table(|set, kind| self.of(set).next()?.scored.count_of(kind));
        table.map(Some)
    }
}
