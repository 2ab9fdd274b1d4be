//! The session of a forest: no epochs, no checkpoints, and the same files and diagnosis else.

use std::time::Instant;

use super::{Concluded, Outcome, Session};
use crate::{
    Error,
    config::ForestConfig,
    environment::Environment,
    forest::Forest,
    hindsight::Hindsight,
    interrupt,
    pool::in_pool,
    recorder::{Recorder, Written},
    train::{BestPosition, End, Evaluated, Position},
};

/// Grows and diagnoses, in a new run directory.
///
/// # Errors
/// [`Error::Interrupted`], and all that can go wrong in reading and writing.
pub(super) fn run(session: &Session<'_>, forest: &ForestConfig) -> Result<Concluded, Error> {
    let (config, prepared) = (session.config, session.prepared);
    Forest::check(&prepared.sets.train)?;
    let mut environment = Environment::new(session.opened, None, None);
    let run = session.begin(&environment, |_| Ok(()))?;
    interrupt::listen()?;
    let quiet = session.output.is_quiet();
    let n_train = prepared.sets.train.len();
    let mut recorder = Recorder::new(&run, config, n_train, Written::default(), quiet);
    session.log_to(&mut recorder, &run, None)?;
    session.introduce(&mut recorder, &run);

    let mut clock = Instant::now();
    let mut lap = || {
        let time = clock.elapsed();
        clock += time;
        time
    };
    let normalizer = &prepared.normalizer;
    let (outputs, times) = in_pool(|| {
        let grown = Forest::grow(forest, prepared, config.seed)?;
        let train_time = lap();
        let outputs = prepared
            .sets
            .try_map(|_, examples| grown.ask(examples, normalizer))?;
        Ok::<_, Error>((outputs, [train_time, lap()]))
    })??;

    let n_classes = prepared.task.n_classes;
    let measured = outputs.try_map(|set, outputs| {
        let labels = &prepared.sets.get(set).labels;
        outputs.judge(n_classes, labels)
    })?;
    let [train_time, evaluate_time] = times;
    recorder.evaluated_once(&Evaluated {
        epoch: 1,
        learning_rate: 0.0,
        running_loss: measured.train.loss,
        measured: &measured,
        is_best: true,
        warnings: &[],
        train_time,
        evaluate_time,
    })?;
    session.remember_look(&run, &mut recorder, Some(measured.dev.count));
    let best = BestPosition {
        epoch: 1,
        step: 1,
        dev: measured.dev.count,
    };
    let outcome = Outcome {
        position: Position {
            epoch: 1,
            step: 1,
            best: Some(best),
            elapsed_secs: (train_time + evaluate_time).as_secs_f64(),
            ..Position::default()
        },
        end: End::Epochs,
        hindsight: Hindsight::of_outputs(config, prepared, &outputs.train_dev, &outputs.dev)?,
        measured,
    };
    let log = recorder.finish();
    session.conclude(&run, &outcome, &mut environment, log)
}
