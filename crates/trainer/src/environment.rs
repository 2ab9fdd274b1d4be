//! Where and how a run was started: `environment.json`.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    device::{OpenDevice, n_threads},
    device_check::DeviceCheck,
    earlier::Earlier,
    run_dir::RunDir,
};

/// What `environment.json` says.
#[derive(Serialize)]
pub(crate) struct Environment<'a> {
    format: u32,
    plumb: &'static str,
    command: Vec<String>,
    /// Where the command was started; relative paths of the config start here.
    folder: String,
    device: &'a str,
    device_name: &'a str,
    /// Whether it computes what the CPU computes; none on the CPU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device_check: Option<DeviceCheck>,
    threads: usize,
    os: &'static str,
    architecture: &'static str,
    /// UTC.
    started: String,
    /// The run that this one goes on with, and from which of its checkpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    resumed_from: Option<ResumedFrom>,
    /// Of the whole command up to the diagnosis; none while it goes on, or if it ended early.
    pub(crate) elapsed_secs: Option<f64>,
}

#[derive(Serialize)]
struct ResumedFrom {
    run: String,
    checkpoint: Option<String>,
}

impl<'a> Environment<'a> {
    const NAME: &'static str = "environment.json";

    /// Of this process.
    pub(crate) fn new(
        opened: &'a OpenDevice,
        device_check: Option<DeviceCheck>,
        earlier: Option<&Earlier>,
    ) -> Self {
        let resumed_from = earlier.map(|earlier| ResumedFrom {
            run: earlier.run.path().display().to_string(),
            checkpoint: earlier.last.as_ref().map(|last| last.name.clone()),
        });
        Self {
            format: 2,
            plumb: env!("CARGO_PKG_VERSION"),
            command: std::env::args().collect(),
            folder: std::env::current_dir()
                .map(|folder| folder.display().to_string())
                .unwrap_or_default(),
            device: &opened.spelling,
            device_name: &opened.name,
            device_check,
            threads: n_threads(),
            os: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            resumed_from,
            elapsed_secs: None,
        }
    }

    pub(crate) fn write(&self, run: &RunDir) -> Result<(), Error> {
        run.write_json(Self::NAME, self)
    }
}

/// What a later command needs of a run's `environment.json`.
#[derive(Deserialize)]
pub(crate) struct Began {
    /// The version that began it.
    pub(crate) plumb: String,
    folder: PathBuf,
    pub(crate) device: String,
}

impl Began {
    /// # Errors
    /// Bad input if the file is missing or damaged.
    pub(crate) fn read(run: &RunDir) -> Result<Self, Error> {
        run.read_json(Environment::NAME)
    }

    /// Enters the folder that the run was started in, where the relative paths of its config start. Stays
    /// here if there is none any more.
    ///
    /// # Errors
    /// Bad input if it may not be entered.
    pub(crate) fn enter_folder(&self) -> Result<(), Error> {
        if !self.folder.is_dir() {
            return Ok(());
        }
        std::env::set_current_dir(&self.folder).map_err(|error| {
            Error::bad_input(format!("can't enter {}: {error}", self.folder.display()))
        })
    }
}

/// A path of the command line that stays the same when another folder is entered.
///
/// # Errors
/// Bad input if it is empty, or there is no current folder.
pub(crate) fn absolute_path(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path)
        .map_err(|error| Error::bad_input(format!("can't find {}: {error}", path.display())))
}
