//! Whether a sweep fits: its files on the disk, its runs side by side in memory.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use plumb_model::Task;
use sysinfo::{Disks, System};

use crate::{
    Error,
    config::Config,
    sweep::{Found, Plan, SharedData, SweepDir},
    workers::Workers,
};

/// What the runs of a sweep take, estimated from the shape of the first one's data.
pub(crate) struct Room {
    /// Bytes of the directories of all runs that are not done yet.
    pub(crate) disk: u64,
    /// Bytes of the largest run while it trains.
    pub(crate) memory: u64,
}

/// Bytes of a value in 32 bits.
const VALUE: u64 = 4;

/// A line of `predictions/*.csv`, with label, prediction, probability and tags.
const PREDICTION: u64 = 40;

/// Config, metrics, logs, diagnosis and what else does not grow with the run.
const OTHER_FILES: u64 = 60_000;

impl Room {
    /// The directory of the sweep need not be there yet; what is done in it needs no room any more.
    ///
    /// # Errors
    /// Bad input if the data of the first run can't be read.
    pub(crate) fn of(plan: &Plan, directory: &Path, data: &SharedData) -> Result<Self, Error> {
        let mut room = Self { disk: 0, memory: 0 };
        if plan.configs().is_empty() {
            return Ok(room);
        }
        let (first, document) = plan.config(0)?;
        let chunks = data.chunks(&first, &document)?;
        let (general, target) = (&chunks.general.examples, &chunks.target.examples);
        let task = chunks.task();
        let done = done(directory);
        for config in plan.configs() {
            let n_general = config.data.general.n_drawn().unwrap_or(general.len());
            let n_target = config.data.target.n_drawn().unwrap_or(target.len());
            let (disk, memory) = of_run(config, &task, (n_general + n_target) as u64);
            if !done.contains(&config.name) {
                room.disk = room.disk.saturating_add(disk);
            }
            room.memory = room.memory.max(memory);
        }
        Ok(room)
    }
}

/// The ids of runs that are done. What is wrong with the directory is said when it is opened to work in it.
fn done(directory: &Path) -> HashSet<String> {
    let Ok(directory) = SweepDir::open(directory) else {
        return HashSet::new();
    };
    let found = directory.found().unwrap_or_default();
    let points = directory.file.points.iter().zip(found);
    points
        .filter(|(_, found)| matches!(found, Found::Done(_)))
        .map(|(point, _)| point.id.clone())
        .collect()
}

/// Bytes on the disk and in memory of one run on so many examples in all.
fn of_run(config: &Config, task: &Task, n_examples: u64) -> (u64, u64) {
    let Ok(()) = config.model.check_task(task) else {
        return (0, 0); // the run itself will say what is wrong
    };
    let cost = config.model.cost(task);
    // Weights, and two moments of each as Adam has them.
    let checkpoint = cost.parameters as u64 * VALUE * 3;
    let n_values: usize = task.input_shape.iter().product();
    let disk = 2 * checkpoint + n_examples * PREDICTION + OTHER_FILES;
    let memory = n_examples * n_values as u64 * VALUE * 2
        + checkpoint * 2
        + 3 * cost.activation_bytes(config.train.batch_size) as u64;
    (disk, memory)
}

/// Makes sure that the disk has room for all runs.
///
/// # Errors
/// Bad input with both figures if it has not.
pub(crate) fn check(room: &Room, runs_dir: &Path) -> Result<(), Error> {
    let Some((mount, free)) = free_space(runs_dir) else {
        return Ok(()); // of a kind that the system does not tell about
    };
    if room.disk > free {
        return Err(Error::bad_input(format!(
            "the sweep needs about {} on the disk; {} has {} free",
            gigabytes(room.disk),
            mount.display(),
            gigabytes(free)
        ))
        .hint("--runs-dir chooses another place; sweep.sample trains a part of the grid"));
    }
    Ok(())
}

/// How many runs go side by side: as many as somebody asks for, else as many as fit into memory; none where that is
/// no bound.
pub(crate) fn jobs(asked: Option<u16>, room: &Room) -> Option<usize> {
    asked.map(usize::from).or_else(|| most_jobs(room))
}

/// Runs that fit into memory side by side, where those are fewer than there are threads.
fn most_jobs(room: &Room) -> Option<usize> {
    let mut system = System::new();
    system.refresh_memory();
    let available = system.available_memory();
    let fit = available.checked_div(room.memory)?.max(1) as usize;
    (available > 0 && fit < Workers::one_per_thread().count).then_some(fit)
}

/// The mount point that a path is below, and the bytes free there.
fn free_space(path: &Path) -> Option<(PathBuf, u64)> {
    let path = std::path::absolute(path).ok()?;
    let disks = Disks::new_with_refreshed_list();
    disks
        .iter()
        .filter(|disk| path.starts_with(disk.mount_point()))
        .max_by_key(|disk| disk.mount_point().components().count())
        .map(|disk| (disk.mount_point().to_owned(), disk.available_space()))
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}
