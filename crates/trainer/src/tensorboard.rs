//! TensorBoard's event files: what a run measures, for a program that many people have open already.
//!
//! A file is a row of records ([`record`]), each of which holds one message ([`event`]). Records are appended while
//! a run trains; a kill leaves at most a torn last one, which TensorBoard leaves out.

mod event;
mod record;

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use event::Event;

use crate::{
    Error,
    measurements::{Row, rows},
    run_dir::{RunDir, cannot_write, make_readable},
};

/// The folder of a run that TensorBoard shows.
const FOLDER: &str = "tensorboard";

/// An event file that grows with a run's measurements.
pub(crate) struct EventFile {
    path: PathBuf,
    file: File,
    /// Of the training set: what an epoch goes through.
    n_examples: usize,
    /// Human-level error on the target data, as a fraction.
    human: Option<f64>,
    /// Bytes of `metrics.jsonl` and `timings.jsonl` that are in it.
    seen: [usize; 2],
}

impl EventFile {
    /// A new file in the run's folder, with nothing but its version in it.
    ///
    /// # Errors
    /// [`Error::Failed`] if it can't be written.
    pub(crate) fn create(
        run: &RunDir,
        n_examples: usize,
        human: Option<f64>,
    ) -> Result<Self, Error> {
        let now = now_secs();
        let folder = run.path().join(FOLDER);
        // TensorBoard knows event files by this part of their names.
        let path = folder.join(format!("events.out.tfevents.{}.plumb", now as u64));
        let file = create(&folder, &path).map_err(|error| cannot_write(&path, &error))?;
        let mut events = Self {
            path,
            file,
            n_examples,
            human,
            seen: [0; 2],
        };
        events.append(&[Event::version(now)])?;
        Ok(events)
    }

    /// Whether a run has one.
    pub(crate) fn is_in(run: &RunDir) -> bool {
        run.path().join(FOLDER).is_dir()
    }

    /// Adds what was measured since the last call; the texts are all of `metrics.jsonl` and of `timings.jsonl`.
    ///
    /// The last evaluation was now. An earlier run's, which came before, are dated back by the time that training
    /// and measuring took since.
    ///
    /// # Errors
    /// [`Error::Failed`] if it can't be written.
    pub(crate) fn catch_up(&mut self, metrics: &str, timings: &str) -> Result<(), Error> {
        let [metrics_seen, timings_seen] = self.seen;
        let new = rows(&metrics[metrics_seen..], &timings[timings_seen..]);
        let mut wall_time = now_secs();
        let mut events: Vec<Event> = Vec::new();
        for row in new.iter().rev() {
            events.push(Event::scalars(wall_time, row.step, self.scalars(row)));
            wall_time -= (row.timing.as_ref())
                .map_or(0.0, |timing| timing.train_secs + timing.evaluate_secs);
        }
        events.reverse();
        self.append(&events)?;
        self.seen = [metrics.len(), timings.len()];
        Ok(())
    }

    /// The figures of an evaluation by their tags.
    fn scalars(&self, row: &Row) -> Vec<(String, f64)> {
        let mut scalars = Vec::new();
        for metric in &row.sets {
            scalars.push((format!("error/{}", metric.set), metric.error_rate));
            scalars.push((format!("loss/{}", metric.set), metric.loss));
        }
        scalars.extend(self.human.map(|rate| ("error/human".to_string(), rate)));
        scalars.push(("learning_rate".into(), row.learning_rate));
        scalars.push(("epoch".into(), f64::from(row.epoch)));
        if let Some(timing) = &row.timing
            && timing.train_secs > 0.0
        {
            let speed = self.n_examples as f64 / timing.train_secs;
            scalars.push(("speed/examples_per_second".into(), speed));
        }
        scalars
    }

    fn append(&mut self, events: &[Event]) -> Result<(), Error> {
        let bytes: Vec<u8> = (events.iter())
            .flat_map(|event| record::framed(&prost::Message::encode_to_vec(event)))
            .collect();
        self.file
            .write_all(&bytes)
            .map_err(|error| cannot_write(&self.path, &error))
    }
}

fn create(folder: &Path, path: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let file = File::create(path)?;
    make_readable(path)?;
    Ok(file)
}

/// Seconds since 1970, as TensorBoard counts them.
fn now_secs() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |time| time.as_secs_f64())
}

#[cfg(test)]
mod tests;
