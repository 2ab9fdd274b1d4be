mod before;
mod fit;
mod place;
mod same;

use std::path::Path;

use plumb_diagnostics::{ErrorCount, SetName};
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    advice::{Case, advise},
    cli::EvaluateArgs,
    curve::Curve,
    data_summary::SetHashes,
    device,
    environment::absolute_path,
    evaluate::{Evaluation, evaluate},
    feed::feeds,
    judge::{HumanLevel, judge},
    pool::in_pool,
    prepare::{Prepared, divide, judge_leaks},
    progress::Loading,
    report::{self, Findings},
    run_dir::RunDir,
    sets::PerSet,
    terminal::{self, Screen},
    train::End,
    trained::{Trained, read_config},
};

use self::{
    before::{changed, check_unseen},
    fit::fit,
    place::enter,
    same::check_same,
};

/// The version of what `plumb evaluate --json` prints.
const FORMAT: u32 = 2;

/// What `plumb evaluate --json` prints.
#[derive(Serialize)]
struct Evaluated<'a> {
    format: u32,
    name: &'a str,
    run: &'a Path,
    /// Whose weights were measured.
    checkpoint: &'a str,
    device: &'a str,
    sets: PerSet<Option<Measured>>,
    notes: &'a [String],
    #[serde(flatten)]
    findings: Findings<'a>,
}

/// One set.
#[derive(Serialize)]
struct Measured {
    #[serde(flatten)]
    count: ErrorCount,
    /// Mean cross-entropy, in nats.
    loss: f64,
    /// Whether it is the set that the run was trained or measured on.
    is_of_run: bool,
}

pub(crate) fn run(args: &EvaluateArgs) -> Result<(), Error> {
    let run = RunDir::open(&absolute_path(&args.run)?)?;
    let overrides = enter(&run, &args.overrides)?;
    let (before, document_before) = read_config(&run, &[])?;
    let (config, document) = read_config(&run, &overrides)?;
    check_same(&before, &config, &document)?;
    let opened = device::open(args.device)?;
    let trained = Trained::load(run.path(), &opened.device)?;
    let data_before = SetHashes::read(&run)?;

    let loading = Loading::new(args.quiet);
    let mut divided = divide(&config, &document, &|chunk, progress| {
        loading.show(chunk, progress);
    })?;
    loading.finish();
    judge_leaks(&config, &document, &divided)?;
    fit(&trained, &document, &mut divided)?;
    let normalizer = trained.about.normalizer.clone();
    let prepared = Prepared::new(divided, normalizer, trained.task.clone());
    let is_of_run =
        PerSet::of(|set| prepared.summary.sets.get(set).sha256 == data_before.sets.get(set).sha256);
    for warning in &prepared.summary.warnings {
        terminal::talk(&format!("warning: {warning}"));
    }
    let mut notes = Vec::new();
    if is_of_run.train {
        notes.extend(changed(&is_of_run));
    } else {
        let before = (&before, &document_before);
        notes.extend(check_unseen(
            before,
            &data_before,
            &config,
            &document,
            &prepared,
        )?);
    }

    let is_shown = |set| is_of_run.train || matches!(set, SetName::Dev | SetName::Test);
    let measured = in_pool(|| {
        let sets = feeds(&config, &prepared, &opened);
        sets.try_map(|set, feed| {
            is_shown(set)
                .then(|| evaluate(&trained.model, feed))
                .transpose()
        })
    })??;

    // Without a train error, a known Bayes error of train's distribution says nothing.
    let has_human = config.human.is_some() || is_of_run.train;
    let human = if has_human {
        HumanLevel::of(&config, &document, &prepared.bayes)?
    } else {
        HumanLevel::default()
    };
    let count =
        |evaluation: &Option<Evaluation>| evaluation.as_ref().map(|measured| measured.count);
    let diagnosis = judge(&config, &human, |set| count(measured.get(set)))?;
    let curve = curve_of(&run, &mut notes);
    let case = Case {
        config: &config,
        data: &prepared.summary,
        end: end_of(&run),
        curve: &curve,
    };
    let actions = advise(case, &diagnosis);
    let findings = Findings {
        matters_share: config.diagnosis.matters_share,
        human: &human,
        bayes: (config.human.is_none() && has_human).then_some(&prepared.bayes),
        diagnosis: &diagnosis,
        actions: &actions,
        sentence: report::sentence(&diagnosis, &actions),
        go_on: Vec::new(),
    };
    if args.json {
        return terminal::json(&Evaluated {
            format: FORMAT,
            name: &config.name,
            run: run.path(),
            checkpoint: &trained.checkpoint,
            device: &opened.spelling,
            sets: PerSet::of(|set| {
                measured.get(set).as_ref().map(|measured| Measured {
                    count: measured.count,
                    loss: measured.loss,
                    is_of_run: *is_of_run.get(set),
                })
            }),
            notes: &notes,
            findings,
        });
    }
    let title = title(&args.run, &trained.checkpoint, &notes);
    terminal::report(&format!(
        "{title}\n{}",
        report::findings(&findings, Screen::stdout())
    ))
}

fn title(run: &Path, checkpoint: &str, notes: &[String]) -> String {
    let run = run.display();
    let mut text = format!("\n{run}, weights of {checkpoint} (lowest dev error), measured again\n");
    for note in notes {
        text.push_str(note);
        text.push('\n');
    }
    text
}

/// What was measured during the run's training; none, and a note, if that can't be read.
fn curve_of(run: &RunDir, notes: &mut Vec<String>) -> Curve {
    Curve::read(run).unwrap_or_else(|error| {
        let error = error.message();
        notes.push(format!("the training curve is not known: {error}"));
        Curve::default()
    })
}

/// Why the run's training ended; one that is not diagnosed yet ends with its epochs.
fn end_of(run: &RunDir) -> End {
    #[derive(Deserialize)]
    struct Ended {
        end: End,
    }
    run.read_json("diagnosis.json")
        .map_or(End::Epochs, |Ended { end }| end)
}
