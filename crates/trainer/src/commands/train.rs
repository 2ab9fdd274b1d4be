use std::time::{Instant, SystemTime};

use plumb_diagnostics::{Confidence, Diagnosis, Figures, Human, Options, SetName, diagnose};
use serde::Serialize;

use crate::{
    Error,
    advice::advise,
    cli::TrainArgs,
    config::{self, Config},
    device::{self, OpenDevice},
    evaluate::Evaluation,
    feed::{Augmentation, Feed, Resident, Streamed},
    predictions,
    prepare::{Prepared, prepare},
    progress::{Loading, thousands},
    recorder::Recorder,
    report::{self, Report},
    run_dir::RunDir,
    sets::PerSet,
    terminal,
    train::{Best, Ingredients, train},
};

/// What `environment.json` says.
#[derive(Serialize)]
struct Environment<'a> {
    format: u32,
    plumb: &'static str,
    command: Vec<String>,
    device: &'a str,
    device_name: &'a str,
    threads: usize,
    os: &'static str,
    architecture: &'static str,
    /// UTC.
    started: String,
    /// Of the whole run up to its diagnosis; none while it goes on, or if it was killed.
    elapsed_secs: Option<f64>,
}

pub(crate) fn run(args: &TrainArgs) -> Result<(), Error> {
    let start = Instant::now();
    let (mut config, document) = config::read(&args.config.path, &args.config.overrides)?;
    if let Some(name) = &args.name {
        config::check_name(name)?;
        config.name.clone_from(name);
    }
    let loading = Loading::new(args.quiet);
    let prepared = prepare(&config, &document, &|chunk, progress| {
        loading.show(chunk, progress);
    })?;
    loading.finish();
    let opened = device::open(args.device)?;

    let run = RunDir::create(&args.runs_dir, &config.name)?;
    let mut environment = Environment {
        format: 1,
        plumb: env!("CARGO_PKG_VERSION"),
        command: std::env::args().collect(),
        device: &opened.spelling,
        device_name: &opened.name,
        threads: device::n_threads(),
        os: std::env::consts::OS,
        architecture: std::env::consts::ARCH,
        started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        elapsed_secs: None,
    };
    run.write("config.toml", config.to_toml()?.as_bytes())?;
    run.write_json("environment.json", &environment)?;
    run.write_json("data.json", &prepared.summary)?;

    let n_train = prepared.sets.get(SetName::Train).len();
    let mut recorder = Recorder::new(&run, config.train.epochs, n_train, args.quiet);
    introduce(&mut recorder, &config, &prepared, &opened, &run);
    let best = in_pool(|| train_on(&opened, &config, &prepared, &mut recorder))??;
    let log = recorder.finish();

    let human = human(&config, &prepared)?;
    let diagnosis = judge(&config, human.as_ref(), &best.measured)?;
    let actions = advise(&config, &prepared.summary, &diagnosis);
    let report = Report {
        format: report::FORMAT,
        name: &config.name,
        run: run.path(),
        best_epoch: best.epoch,
        epochs: config.train.epochs,
        matters_share: config.diagnosis.matters_share,
        human: human.as_ref(),
        bayes: config.human.is_none().then_some(&prepared.bayes),
        diagnosis: &diagnosis,
        actions: &actions,
    };
    let text = report::text(&report);
    for (set, measured) in best.measured.iter() {
        predictions::write(&run, set, prepared.sets.get(set), &measured.predictions)?;
    }
    run.write_json("diagnosis.json", &report)?;
    run.write("train.log", (log + &text).as_bytes())?;
    environment.elapsed_secs = Some(start.elapsed().as_secs_f64());
    run.write_json("environment.json", &environment)?;
    if args.json {
        terminal::json(&report)
    } else {
        terminal::data(&text)
    }
}

/// Says what is about to be trained, on what, and where it is written.
fn introduce(
    recorder: &mut Recorder<'_>,
    config: &Config,
    prepared: &Prepared,
    opened: &OpenDevice,
    run: &RunDir,
) {
    let summary = &prepared.summary;
    for (name, chunk) in [("general", &summary.general), ("target", &summary.target)] {
        recorder.note(&format!("{name}: {chunk}"));
    }
    let sizes: Vec<_> = summary
        .sets
        .iter()
        .map(|(set, summary)| format!("{set} {}", thousands(summary.examples as u64)))
        .collect();
    recorder.note(&format!("sets: {}", sizes.join(", ")));
    for warning in &summary.warnings {
        recorder.note(&format!("warning: {warning}"));
    }
    recorder.note(&format!(
        "{} parameters on {} ({}), into {}",
        thousands(config.model.cost(&prepared.task).parameters as u64),
        opened.spelling,
        opened.name,
        run.path().display(),
    ));
}

/// Runs the training inside a pool of threads of its own.
///
/// The backend spreads each operation over the pool that it is called from; entering it once, not
/// once per operation, took a sixth off the time of a small network's step.
pub(crate) fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .build()
        .map_err(|error| Error::failed(format!("can't start the threads: {error}")))?;
    Ok(pool.install(work))
}

fn train_on(
    opened: &OpenDevice,
    config: &Config,
    prepared: &Prepared,
    recorder: &mut Recorder<'_>,
) -> Result<Best, Error> {
    let sets = feeds(config, prepared, opened);
    let ingredients = Ingredients {
        config,
        task: &prepared.task,
        sets: &sets,
        class_weights: prepared.class_weights.as_deref(),
        device: &opened.device,
    };
    train(&ingredients, recorder)
}

/// Brings the sets to the device as long as the memory budget lasts, train last; what is left stays
/// on the host, and so does a train set whose batches are augmented.
fn feeds<'a>(config: &Config, prepared: &'a Prepared, opened: &'a OpenDevice) -> PerSet<Feed<'a>> {
    let mut budget = config.data.memory_budget.0;
    let mut feed = |set: SetName| {
        let examples = prepared.sets.get(set);
        let is_train = set == SetName::Train;
        let weights = prepared.train_weights.as_deref().filter(|_| is_train);
        let augmentation = prepared.augmentation.as_ref().filter(|_| is_train);
        let needed = prepared.sets.device_bytes(set);
        if augmentation.is_none() && needed <= budget {
            budget -= needed;
            let set = Resident::new(examples, weights, &prepared.normalizer, &opened.device);
            return Feed::Resident(Box::new(set));
        }
        let set = Streamed::new(examples, weights, &prepared.normalizer, &opened.device);
        Feed::Streamed(match augmentation {
            Some(pipeline) => set.augmented(Augmentation {
                pipeline,
                seed: config.seed,
            }),
            None => set,
        })
    };
    let [test, dev, train_dev, train] = [
        SetName::Test,
        SetName::Dev,
        SetName::TrainDev,
        SetName::Train,
    ]
    .map(&mut feed);
    PerSet {
        train,
        train_dev,
        dev,
        test,
    }
}

/// Train alone, as it is trained on.
pub(crate) fn train_feed<'a>(
    config: &Config,
    prepared: &'a Prepared,
    opened: &'a OpenDevice,
) -> Feed<'a> {
    feeds(config, prepared, opened).train
}

/// The config's figure; else the Bayes error, where the data was made so that it is known.
fn human(config: &Config, prepared: &Prepared) -> Result<Option<Human>, Error> {
    match &config.human {
        Some(human) => human
            .level()
            .map(Some)
            .map_err(|error| Error::bad_input(error.to_string())),
        None => prepared.bayes.human(),
    }
}

fn judge(
    config: &Config,
    human: Option<&Human>,
    measured: &PerSet<Evaluation>,
) -> Result<Diagnosis, Error> {
    let figures = Figures {
        human: human.cloned(),
        train: Some(measured.train.count),
        train_dev: Some(measured.train_dev.count),
        dev: Some(measured.dev.count),
        test: Some(measured.test.count),
    };
    let confidence = Confidence::new(config.diagnosis.confidence)
        .map_err(|error| Error::bad_input(error.to_string()))?;
    let options = Options {
        confidence,
        matters_share: config.diagnosis.matters_share,
        goal_error: config.diagnosis.goal_error,
    };
    diagnose(&figures, &options).map_err(|error| Error::failed(error.to_string()))
}
