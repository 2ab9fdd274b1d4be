//! A training with all around it, from its data to its diagnosis: one that begins, or one that goes on.

use std::{
    path::Path,
    time::{Instant, SystemTime},
};

use burn::{module::Module, tensor::Device};
use plumb_data::{Examples, seed};
use plumb_diagnostics::{
    Confidence, Diagnosis, ErrorCount, Figures, Human, Options, SetName, diagnose,
};
use plumb_model::Model;
use serde::Serialize;

use crate::{
    Error,
    advice::{Case, advise},
    checkpoint::{Checkpoints, Saved},
    cli::RunOutput,
    config::Config,
    device::{self, OpenDevice},
    device_check::{self, Batches, DeviceCheck, Recipe},
    evaluate::evaluate,
    feed::{Augmentation, Feed, Resident, Streamed},
    initial::Initial,
    interrupt,
    loss::Loss,
    predictions,
    prepare::Prepared,
    progress::thousands,
    recorder::{Recorder, Written},
    report::{self, Findings, Report},
    run_dir::RunDir,
    sets::PerSet,
    terminal,
    train::{End, Ingredients, Position, Snapshot, State, train},
    train_sample::{self, Evaluations},
    trained::{ModelFile, other_model},
    watch::Facts,
};

/// What a session is made of.
pub(crate) struct Session<'a> {
    /// When the command began.
    pub(crate) start: Instant,
    pub(crate) config: &'a Config,
    pub(crate) prepared: &'a Prepared,
    pub(crate) opened: &'a OpenDevice,
    /// The folder that gets a new run directory.
    pub(crate) runs_dir: &'a Path,
    /// The run that it goes on with; none if it begins.
    pub(crate) earlier: Option<Earlier>,
    /// Whether to train on a device without comparing it with the CPU first.
    pub(crate) skip_device_check: bool,
    pub(crate) output: &'a RunOutput,
}

/// A run that ended early, or is trained longer.
pub(crate) struct Earlier {
    pub(crate) run: RunDir,
    pub(crate) checkpoints: Checkpoints,
    /// The checkpoint to go on from; none if the run had not saved one.
    pub(crate) last: Option<Saved>,
    /// The best one so far.
    pub(crate) best: Option<Saved>,
    /// What the user should know about this choice.
    pub(crate) notes: Vec<String>,
}

/// What `environment.json` says.
#[derive(Serialize)]
struct Environment<'a> {
    format: u32,
    plumb: &'static str,
    command: Vec<String>,
    /// Where the command was started; relative paths of the config start here.
    folder: String,
    device: &'a str,
    device_name: &'a str,
    /// Whether it computes what the CPU computes; none on the CPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_check: Option<DeviceCheck>,
    threads: usize,
    os: &'static str,
    architecture: &'static str,
    /// UTC.
    started: String,
    /// The run that this one goes on with, and from which of its checkpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    resumed_from: Option<ResumedFrom>,
    /// Of the whole command up to the diagnosis; none while it goes on, or if it ended early.
    elapsed_secs: Option<f64>,
}

#[derive(Serialize)]
struct ResumedFrom {
    run: String,
    checkpoint: Option<String>,
}

/// Trains and diagnoses, in a new run directory.
///
/// `initial` is the model without what an earlier run learned.
///
/// # Errors
/// [`Error::Interrupted`] with the command that goes on, and all that can go wrong in a training.
#[allow(clippy::too_many_lines, reason = "a run from top to bottom")]
pub(crate) fn run(mut session: Session<'_>, initial: Initial) -> Result<(), Error> {
    let Session {
        config, prepared, ..
    } = session;
    let mut environment = session.environment(session.check_device()?);
    let earlier = session.earlier.take();
    let state = in_pool(|| session.state(initial.model, earlier.as_ref()))??;
    let written = match &earlier {
        Some(Earlier {
            run,
            last: Some(last),
            ..
        }) => Written::of(run, last.position.step),
        _ => Written::default(),
    };
    let goes_on = earlier
        .as_ref()
        .is_some_and(|earlier| earlier.last.is_some());
    let cost = config.model.cost(&prepared.task);
    let model_file = ModelFile::new(&prepared.sets.train, &prepared.normalizer, cost);
    let run = RunDir::create(session.runs_dir, &config.name, |run| {
        run.write("config.toml", config.to_toml()?.as_bytes())?;
        run.write_json("environment.json", &environment)?;
        run.write_json("data.json", &prepared.summary)?;
        run.write_json(ModelFile::NAME, &model_file)?;
        if let Some(earlier) = &earlier {
            written.write(run)?;
            earlier.copy_checkpoints(run)?;
        }
        if config.train.init_from.is_some() && !goes_on {
            // So that resuming never needs the run that the weights come from.
            let start = Snapshot {
                model: &state.model,
                optimizer: &state.optimizer,
                position: &state.position,
            };
            Checkpoints::new(run.path()).save(&start, false)?;
        }
        Ok(())
    })?;
    if let Some(check) = &environment.device_check {
        check.verdict(session.opened)?;
    }
    interrupt::listen()?;

    let n_train = prepared.sets.train.len();
    let mut recorder = Recorder::new(&run, config, n_train, written, session.output.quiet);
    session.introduce(&mut recorder, &run);
    if let Some(check) = &environment.device_check {
        recorder.note(&check.to_string());
    }
    for note in &initial.notes {
        recorder.note(note);
    }
    if let Some(earlier) = &earlier {
        for note in &earlier.notes {
            recorder.note(note);
        }
        recorder.note(&earlier.to_string());
    }
    let trained = in_pool(|| {
        let sets = feeds(config, prepared, session.opened);
        let (state, end) = session.train(&sets, state, &mut recorder)?;
        if end == End::Interrupted {
            return Err(interrupted(&run, &state.position));
        }
        let best = state
            .best
            .ok_or_else(|| Error::failed("no epoch was evaluated"))?;
        // Once more, on all of train.
        let measured = sets.try_map(|_, set| evaluate(&best, set))?;
        Ok((state.position, end, measured))
    })?;
    let (position, end, measured) = trained?;
    let log = recorder.finish();

    let human = human(config, prepared)?;
    let diagnosis = judge(config, human.as_ref(), |set| Some(measured.get(set).count))?;
    let case = Case {
        config,
        data: &prepared.summary,
        end,
    };
    let actions = advise(case, &diagnosis);
    let report = Report {
        format: report::FORMAT,
        name: &config.name,
        run: run.path(),
        best_epoch: position.best.map_or(position.epoch, |best| best.epoch),
        epochs: config.train.epochs,
        epochs_done: position.epoch,
        end,
        findings: Findings {
            matters_share: config.diagnosis.matters_share,
            human: human.as_ref(),
            bayes: config.human.is_none().then_some(&prepared.bayes),
            diagnosis: &diagnosis,
            actions: &actions,
        },
    };
    let text = report::text(&report);
    for (set, measured) in measured.iter() {
        predictions::write(&run, set, prepared.sets.get(set), &measured.predictions)?;
    }
    run.write_json("diagnosis.json", &report)?;
    run.write("train.log", (log + &text).as_bytes())?;
    environment.elapsed_secs = Some(session.start.elapsed().as_secs_f64());
    run.write_json("environment.json", &environment)?;
    if session.output.json {
        terminal::json(&report)
    } else {
        terminal::data(&text)
    }
}

impl<'a> Session<'a> {
    fn environment(&self, device_check: Option<DeviceCheck>) -> Environment<'a> {
        let resumed_from = self.earlier.as_ref().map(|earlier| ResumedFrom {
            run: earlier.run.path().display().to_string(),
            checkpoint: earlier.last.as_ref().map(|last| last.name.clone()),
        });
        Environment {
            format: 2,
            plumb: env!("CARGO_PKG_VERSION"),
            command: std::env::args().collect(),
            folder: std::env::current_dir()
                .map(|folder| folder.display().to_string())
                .unwrap_or_default(),
            device: &self.opened.spelling,
            device_name: &self.opened.name,
            device_check,
            threads: device::n_threads(),
            os: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            resumed_from,
            elapsed_secs: None,
        }
    }

    /// Compares the device with the CPU, on batches of the run's own, through its own network.
    fn check_device(&self) -> Result<Option<DeviceCheck>, Error> {
        let Self {
            config,
            prepared,
            opened,
            ..
        } = *self;
        if self.skip_device_check {
            return Ok(DeviceCheck::unwanted(opened));
        }
        let batches = Batches::new(
            &prepared.sets.train,
            &prepared.normalizer,
            config.train.batch_size,
        );
        let label_smoothing = config.loss.label_smoothing;
        let class_weights = prepared.class_weights.as_deref();
        in_pool(|| {
            let recipe = Recipe {
                model: &|device| self.initial_model(device),
                loss: &|device| Loss::new(label_smoothing, class_weights, device),
            };
            device_check::check(&recipe, &batches, opened)
        })?
    }

    /// The network with the weights that every device starts from.
    fn initial_model(&self, device: &Device) -> Model {
        let stream = seed::stream(self.config.seed, "init");
        self.config.model.init(&self.prepared.task, stream, device)
    }

    fn evaluations(&self) -> Evaluations {
        Evaluations::plan(self.config, &self.prepared.sets)
    }

    /// Says what is about to be trained, on what, and where it is written.
    fn introduce(&self, recorder: &mut Recorder<'_>, run: &RunDir) {
        let (config, prepared) = (self.config, self.prepared);
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
        if let Some(note) = train_sample::note(self.evaluations(), prepared.sets.train.len()) {
            recorder.note(&note);
        }
        recorder.note(&format!(
            "{} parameters on {} ({}), into {}",
            thousands(config.model.cost(&prepared.task).parameters as u64),
            self.opened.spelling,
            self.opened.name,
            run.path().display(),
        ));
    }

    fn train(
        &self,
        sets: &PerSet<Feed<'_>>,
        state: State,
        recorder: &mut Recorder<'_>,
    ) -> Result<(State, End), Error> {
        let (config, prepared) = (self.config, self.prepared);
        let evaluations = self.evaluations();
        let train_sample = evaluations
            .train_sample(&prepared.sets.train, config.seed)
            .map(|sample| resident(&sample, prepared, &self.opened.device));
        let device = self.opened.device.clone().autodiff();
        let ingredients = Ingredients {
            config,
            sets,
            class_weights: prepared.class_weights.as_deref(),
            facts: &Facts::new(config, prepared),
            train_sample: train_sample.as_ref().unwrap_or(&sets.train),
            evaluate_every: evaluations.every_epochs,
            min_batch: config.model.min_batch(&prepared.task),
            device: &device,
        };
        train(&ingredients, state, recorder)
    }

    /// Where training begins, or goes on; `initial` without what an earlier run learned.
    fn state(&self, initial: Model, earlier: Option<&Earlier>) -> Result<State, Error> {
        let config = self.config;
        let restore = |saved: &Saved, model: Model| {
            saved
                .restore(model, config.optimizer.init())
                .map_err(|error| other_model(&saved.name, &error))
        };
        let Some((last, best)) =
            earlier.and_then(|earlier| Some((earlier.last.as_ref()?, &earlier.best)))
        else {
            return Ok(State {
                model: initial,
                optimizer: config.optimizer.init(),
                position: Position::default(),
                best: None,
            });
        };
        let (model, optimizer) = restore(last, initial)?;
        let best = best.as_ref().map(|best| {
            // A model of its own: clones share the running averages of batch normalization.
            let device = self.opened.device.clone().autodiff();
            restore(best, self.initial_model(&device))
        });
        let best = best.transpose()?;
        Ok(State {
            model,
            optimizer,
            position: last.position.clone(),
            best: best.map(|(model, _)| model.valid()),
        })
    }
}

impl Earlier {
    fn copy_checkpoints(&self, run: &RunDir) -> Result<(), Error> {
        let Some(last) = &self.last else {
            return Ok(());
        };
        let best = self.best.as_ref().map(|best| best.name.as_str());
        Checkpoints::new(run.path()).copy_from(&self.checkpoints, &last.name, best)
    }
}

impl std::fmt::Display for Earlier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let run = self.run.path().display();
        match &self.last {
            Some(last) => write!(
                f,
                "going on with {run} from {}, {} epochs and {} steps done",
                last.name, last.position.epoch, last.position.step
            ),
            None => write!(
                f,
                "{run} had not saved anything: starting from its beginning"
            ),
        }
    }
}

fn interrupted(run: &RunDir, position: &Position) -> Error {
    Error::Interrupted(format!(
        "interrupted after {} steps ({} whole epochs), all saved; this goes on:\n\n  plumb resume {}",
        thousands(position.step),
        position.epoch,
        run.path().display()
    ))
}

/// Works inside a pool of threads of its own.
///
/// The backend spreads each operation over the pool that it is called from; entering it once, not
/// once per operation, took a sixth off the time of a small network's step.
pub(crate) fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .build()
        .map_err(|error| Error::failed(format!("can't start the threads: {error}")))?;
    Ok(pool.install(work))
}

/// Brings the sets to the device as long as the memory budget lasts, train last; what is left stays
/// on the host, and so does a train set whose batches are augmented.
pub(crate) fn feeds<'a>(
    config: &Config,
    prepared: &'a Prepared,
    opened: &'a OpenDevice,
) -> PerSet<Feed<'a>> {
    let mut budget = config.data.memory_budget.0;
    let mut feed = |set| feed(config, prepared, opened, set, &mut budget);
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

/// One set, on the device if it fits into what is left of the budget.
fn feed<'a>(
    config: &Config,
    prepared: &'a Prepared,
    opened: &'a OpenDevice,
    set: SetName,
    budget: &mut u64,
) -> Feed<'a> {
    let examples = prepared.sets.get(set);
    let is_train = set == SetName::Train;
    let weights = prepared.train_weights.as_deref().filter(|_| is_train);
    let augmentation = prepared.augmentation.as_ref().filter(|_| is_train);
    let needed = prepared.sets.device_bytes(set);
    if augmentation.is_none() && needed <= *budget {
        *budget -= needed;
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
}

/// Train alone, for a command that looks at no other set.
pub(crate) fn train_feed<'a>(
    config: &Config,
    prepared: &'a Prepared,
    opened: &'a OpenDevice,
) -> Feed<'a> {
    let mut budget = config.data.memory_budget.0;
    feed(config, prepared, opened, SetName::Train, &mut budget)
}

fn resident<'a>(examples: &Examples, prepared: &Prepared, device: &Device) -> Feed<'a> {
    let set = Resident::new(examples, None, &prepared.normalizer, device);
    Feed::Resident(Box::new(set))
}

/// The config's figure; else the Bayes error, where the data was made so that it is known.
pub(crate) fn human(config: &Config, prepared: &Prepared) -> Result<Option<Human>, Error> {
    match &config.human {
        Some(human) => human
            .level()
            .map(Some)
            .map_err(|error| Error::bad_input(error.to_string())),
        None => prepared.bayes.human(),
    }
}

/// The diagnosis of the sets that were measured.
pub(crate) fn judge(
    config: &Config,
    human: Option<&Human>,
    measured: impl Fn(SetName) -> Option<ErrorCount>,
) -> Result<Diagnosis, Error> {
    let figures = Figures {
        human: human.cloned(),
        train: measured(SetName::Train),
        train_dev: measured(SetName::TrainDev),
        dev: measured(SetName::Dev),
        test: measured(SetName::Test),
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
