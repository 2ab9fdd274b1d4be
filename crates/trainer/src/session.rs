//! A training with all around it, from its data to its diagnosis: one that begins, or one that goes on.

mod forest;

use std::{path::Path, time::Instant};

use burn::module::Module;
use plumb_diagnostics::{Diagnosis, ErrorCount, Human, SetName};
use plumb_model::Model;

use crate::{
    Error,
    advice::{Case, advise},
    checkpoint::{Checkpoints, Saved},
    cli::{LogFormat, RunOutput},
    config::Config,
    curve::Curve,
    device::OpenDevice,
    device_check::{self, DeviceCheck, Recipe},
    earlier::Earlier,
    environment::Environment,
    error_analysis::ErrorAnalysis,
    evaluate::Evaluation,
    feed::{Feed, Residents, lone_feed, shared_feeds},
    finished,
    forewarn::forewarnings,
    gallery::Gallery,
    hindsight::Hindsight,
    initial::{Initial, same_model},
    interrupt,
    judge::judge,
    ledger::Look,
    looks::UsedUp,
    loss::Loss,
    page,
    pool::in_pool,
    predictions,
    prepare::Prepared,
    progress::thousands,
    recorder::{OnEpoch, Recorder, Written},
    report::{self, Findings, Report},
    run_dir::RunDir,
    sets::PerSet,
    tensorboard::EventFile,
    terminal::{self, Screen},
    train::{Batches, Best, End, Ingredients, Observer, Position, Snapshot, State, train, warm_up},
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
    /// Its sets that are on the device.
    pub(crate) residents: &'a Residents,
    pub(crate) opened: &'a OpenDevice,
    /// The folder that gets a new run directory.
    pub(crate) runs_dir: &'a Path,
    /// The run that it goes on with; none if it begins.
    pub(crate) earlier: Option<Earlier>,
    /// Whether to train on a device without comparing it with the CPU first.
    pub(crate) skip_device_check: bool,
    /// Hears of its epochs.
    pub(crate) on_epoch: Option<OnEpoch<'a>>,
    pub(crate) output: Output,
    /// The program that is shown what is measured, beside people.
    pub(crate) log: Option<LogFormat>,
}

/// What a session prints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Output {
    /// The diagnosis on stdout; progress on stderr unless it is to be quiet.
    Report { json: bool, quiet: bool },
    /// Nothing: somebody else tells of this run.
    Nothing,
}

impl From<&RunOutput> for Output {
    fn from(output: &RunOutput) -> Self {
        Self::Report {
            json: output.json,
            quiet: output.quiet,
        }
    }
}

impl Output {
    fn is_quiet(self) -> bool {
        !matches!(self, Self::Report { quiet: false, .. })
    }
}

/// A session that came to its end.
pub(crate) struct Concluded {
    pub(crate) diagnosis: Diagnosis,
}

/// How a training ended.
struct Outcome {
    position: Position,
    end: End,
    /// By the best weights, on all of every set.
    measured: PerSet<Evaluation>,
    hindsight: Hindsight,
}

/// Trains and diagnoses what the config names, in a new run directory.
///
/// `initial` makes the model of a network.
///
/// # Errors
/// As [`run`], and what `initial` fails with.
pub(crate) fn begin(
    session: Session<'_>,
    initial: impl FnOnce() -> Result<Initial, Error>,
) -> Result<Concluded, Error> {
    match session.config.model.forest() {
        Some(forest) => forest::run(&session, forest),
        None => run(session, initial()?),
    }
}

/// Trains and diagnoses, in a new run directory.
///
/// `initial` is the model without what an earlier run learned.
///
/// # Errors
/// [`Error::Interrupted`] with the command that goes on, and all that can go wrong in a training.
pub(crate) fn run(mut session: Session<'_>, initial: Initial) -> Result<Concluded, Error> {
    let earlier = session.earlier.take();
    let state = in_pool(|| session.state(initial.model, earlier.as_ref()))??;
    let check = session.check_device(&state.model)?;
    let mut environment = Environment::new(session.opened, check, earlier.as_ref());
    let (written, lost) = match &earlier {
        Some(Earlier {
            run,
            last: Some(last),
            ..
        }) => Written::of(run, &last.position),
        _ => Default::default(),
    };
    let run = session.begin(&environment, |run| {
        if let Some(earlier) = &earlier {
            written.write(run)?;
            earlier.copy_checkpoints(run)?;
        }
        let goes_on = earlier
            .as_ref()
            .is_some_and(|earlier| earlier.last.is_some());
        if session.config.train.init_from.is_some() && !goes_on {
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

    let Session {
        config, prepared, ..
    } = session;
    let n_train = prepared.sets.train.len();
    let mut recorder = Recorder::new(&run, config, n_train, written, session.output.is_quiet());
    recorder.tell(session.on_epoch);
    session.log_to(&mut recorder, &run, earlier.as_ref())?;
    session.introduce(&mut recorder, &run);
    if let Some(check) = &environment.device_check {
        recorder.note(&check.to_string());
    }
    for note in &initial.notes {
        recorder.note(note);
    }
    if let Some(earlier) = &earlier {
        for note in earlier.notes.iter().chain(&lost) {
            recorder.note(note);
        }
        recorder.note(&earlier.to_string());
    }
    let trained = in_pool(|| {
        let sets = shared_feeds(config, prepared, session.opened, session.residents);
        let (state, end) = train_on(
            config,
            prepared,
            session.opened,
            &sets,
            state,
            &mut recorder,
        )?;
        if end == End::Interrupted {
            return Err(interrupted(&run, &state.position));
        }
        let position = state.position.clone();
        let best = state.into_best()?;
        let measured = best.measure(&sets)?;
        let hindsight = Hindsight::of(config, prepared, &best.model, &sets, &measured)?;
        Ok(Outcome {
            position,
            end,
            measured,
            hindsight,
        })
    })?;
    let best_dev = trained
        .as_ref()
        .ok()
        .and_then(|outcome| outcome.position.best);
    session.remember_look(&run, &mut recorder, best_dev.map(|best| best.dev));
    let log = recorder.finish();
    session.conclude(&run, &trained?, &mut environment, log)
}

impl Session<'_> {
    /// Compares the device with the CPU, on batches of the run's own, through its own network with the
    /// weights that it starts from or goes on with.
    fn check_device(&self, model: &Model) -> Result<Option<DeviceCheck>, Error> {
        let Self {
            config,
            prepared,
            opened,
            ..
        } = *self;
        if self.skip_device_check {
            return Ok(DeviceCheck::unwanted(opened));
        }
        let plan = config.model.plan()?;
        let batches = device_check::Batches::new(
            &prepared.sets.train,
            &prepared.normalizer,
            config.train.batch_size,
        );
        in_pool(|| {
            let recipe = Recipe {
                model: &|device| {
                    let frozen = &config.train.freeze;
                    same_model(model, plan, frozen, &prepared.task, device)
                },
                loss: &|device| Loss::of_run(config, prepared, device),
            };
            device_check::check(&recipe, &batches, opened)
        })?
    }

    /// Makes the run directory, with all that is known before the first step; `write_more` adds to it.
    fn begin(
        &self,
        environment: &Environment<'_>,
        write_more: impl FnOnce(&RunDir) -> Result<(), Error>,
    ) -> Result<RunDir, Error> {
        let (config, prepared) = (self.config, self.prepared);
        let cost = config.model.cost(&prepared.task);
        let model_file = ModelFile::new(
            &prepared.sets.train,
            &prepared.normalizer,
            cost,
            config.train.batch_size,
        );
        RunDir::create(self.runs_dir, &config.name, |run| {
            run.write("config.toml", config.to_toml()?.as_bytes())?;
            environment.write(run)?;
            run.write_json("data.json", &prepared.summary)?;
            run.write_json(ModelFile::NAME, &model_file)?;
            write_more(run)
        })
    }

    /// Has what is measured written for other programs too, if that is wanted, or an earlier run did it.
    fn log_to(
        &self,
        recorder: &mut Recorder<'_>,
        run: &RunDir,
        earlier: Option<&Earlier>,
    ) -> Result<(), Error> {
        let did_before = earlier.is_some_and(|earlier| EventFile::is_in(&earlier.run));
        if self.log == Some(LogFormat::Tensorboard) || did_before {
            let n_train = self.prepared.sets.train.len();
            let human = self.prepared.human.target.as_ref();
            let events = EventFile::create(run, n_train, human.map(Human::level))?;
            recorder.log_to(events)?;
        }
        Ok(())
    }

    /// Notes in the ledger of the runs' folder that dev and test were measured. What can't be noted is said,
    /// and keeps nobody from training.
    fn remember_look(&self, run: &RunDir, recorder: &mut Recorder<'_>, best: Option<ErrorCount>) {
        let evaluations = recorder.evaluations();
        if evaluations == 0 {
            return;
        }
        let data = &self.prepared.summary;
        let look = Look::now(run.path(), self.config, data, evaluations, best);
        if let Err(error) = look.and_then(|look| look.append_to(self.runs_dir)) {
            recorder.note(&format!(
                "warning: this look at dev and test is not remembered: {error}"
            ));
        }
    }

    /// Diagnoses, writes it down and prints it.
    fn conclude(
        &self,
        run: &RunDir,
        outcome: &Outcome,
        environment: &mut Environment<'_>,
        mut log: String,
    ) -> Result<Concluded, Error> {
        let (config, prepared) = (self.config, self.prepared);
        let (end, measured) = (outcome.end, &outcome.measured);
        let human = &prepared.human;
        let diagnosis = judge(config, human, |set| Some(measured.get(set).count))?;
        let curve = Curve::read(run).unwrap_or_else(|error| {
            // Lines that were lost before a run was resumed: there is less to advise, and no less to report.
            let warning = format!(
                "warning: the training curve is not known: {}",
                error.message()
            );
            if !self.output.is_quiet() {
                terminal::talk(&warning);
            }
            log.push_str(&warning);
            log.push('\n');
            Curve::default()
        });
        let case = Case {
            config,
            data: &prepared.summary,
            end,
            curve: &curve,
        };
        let actions = advise(case, &diagnosis);
        let position = &outcome.position;
        let report = Report {
            format: report::FORMAT,
            name: &config.name,
            run: run.path(),
            is_forest: config.model.forest().is_some(),
            best_epoch: position.best.map_or(position.epoch, |best| best.epoch),
            epochs: match config.model.forest() {
                Some(_) => position.epoch,
                None => config.train.epochs,
            },
            epochs_done: position.epoch,
            end,
            findings: Findings {
                matters_share: config.diagnosis.matters_share,
                human,
                bayes: config.human.is_none().then_some(&prepared.bayes),
                diagnosis: &diagnosis,
                actions: &actions,
                sentence: report::sentence(&diagnosis, &actions),
                go_on: report::behind_run(run.path(), &actions),
            },
        };
        let text = report::text(&report, Screen::plain());
        for (set, measured) in measured.iter() {
            let examples = prepared.sets.get(set);
            let members = prepared.members.get(set);
            predictions::write(run, set, examples, members, &measured.predictions)?;
        }
        outcome.hindsight.write(run)?;
        run.write_json(Gallery::FILE, &self.gallery(run, outcome)?)?;
        run.write("train.log", (log + &text).as_bytes())?;
        environment.elapsed_secs = Some(self.start.elapsed().as_secs_f64());
        environment.write(run)?;
        // Last: it says that the run is whole.
        run.write_json("diagnosis.json", &report)?;
        if self.output != Output::Nothing {
            page::write_or_say(run.path());
        }
        match self.output {
            Output::Report { json: true, .. } => terminal::json(&report)?,
            Output::Report { json: false, .. } => {
                terminal::report(&report::text(&report, Screen::stdout()))?;
            }
            Output::Nothing => {}
        }
        if !self.output.is_quiet() {
            let final_count = Some(measured.test.count);
            for warning in UsedUp::looks(run, &prepared.summary, final_count).warnings {
                terminal::talk(&format!("warning: {warning}"));
            }
        }
        Ok(Concluded { diagnosis })
    }

    /// The examples that the run's report shows, from what the chosen weights say of dev.
    fn gallery(&self, run: &RunDir, outcome: &Outcome) -> Result<Gallery, Error> {
        let dev = finished::predictions(run, SetName::Dev, &self.prepared.summary)?;
        let confidence = self.config.diagnosis.options()?.confidence;
        let analysis = ErrorAnalysis::of(&dev, confidence)?;
        let suspects = &outcome.hindsight.suspects;
        Ok(Gallery::of(self.prepared, &analysis, suspects))
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
        for warning in forewarnings(config, prepared) {
            recorder.note(&format!("warning: {warning}"));
        }
        if let Some(forest) = config.model.forest() {
            let trees = thousands(forest.trees.into());
            let run = run.path().display();
            recorder.note(&format!("a forest of {trees} trees, into {run}"));
            return;
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
            restore(best, config.init_model(&self.prepared.task, &device)?)
        });
        let best = best.transpose()?;
        Ok(State {
            model,
            optimizer,
            position: last.position.clone(),
            best: best.map(|(model, _)| Best {
                model: model.valid(),
                measured: None,
            }),
        })
    }
}

/// Trains on sets that are on their way to the device already.
///
/// # Errors
/// All that can go wrong in a training.
pub(crate) fn train_on(
    config: &Config,
    prepared: &Prepared,
    opened: &OpenDevice,
    sets: &PerSet<Feed<'_>>,
    state: State,
    observer: &mut impl Observer,
) -> Result<(State, End), Error> {
    let evaluations = Evaluations::plan(config, &prepared.sets);
    let train_sample = evaluations.train_sample(&prepared.sets.train, config.seed);
    let train_sample = train_sample
        .as_ref()
        .map(|sample| lone_feed(sample, prepared, opened));
    let device = opened.device.clone().autodiff();
    let ingredients = Ingredients {
        config,
        sets,
        loss_function: &Loss::of_run(config, prepared, &device),
        facts: &Facts::new(config, prepared),
        train_sample: train_sample.as_ref().unwrap_or(&sets.train),
        evaluate_every: evaluations.every_epochs,
        batches: Batches::new(config, prepared),
    };
    if opened.warms_up {
        warm_up(&ingredients, config.init_model(&prepared.task, &device)?)?;
    }
    train(&ingredients, state, observer)
}

fn interrupted(run: &RunDir, position: &Position) -> Error {
    Error::Interrupted(format!(
        "interrupted after {} steps ({} whole epochs), all saved; this goes on:\n\n  plumb resume {}",
        thousands(position.step),
        position.epoch,
        run.path().display()
    ))
}
