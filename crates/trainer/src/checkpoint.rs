//! Checkpoints: directories that appear whole or not at all.

use std::{fs, io::Write, path::PathBuf};

use burn::{module::Module, optim::ModuleOptimizer};
use plumb_diagnostics::ErrorCount;
use plumb_model::Model;
use serde::Serialize;

use crate::{
    Error,
    run_dir::{RunDir, cannot_write},
};

/// The version of a checkpoint's files.
const FORMAT: u32 = 1;

/// Where a training stands.
#[derive(Serialize)]
pub(crate) struct Position {
    format: u32,
    /// Epochs done.
    epoch: u32,
    /// Steps done.
    step: u64,
    /// Errors on dev at this epoch.
    dev: ErrorCount,
}

impl Position {
    pub(crate) fn new(epoch: u32, step: u64, dev: ErrorCount) -> Self {
        Self {
            format: FORMAT,
            epoch,
            step,
            dev,
        }
    }
}

/// The folder `checkpoints/` of a run.
///
/// Each checkpoint is a folder `epoch-NNNN`; the files `best` and `last` hold the name of one. A
/// folder can't replace another in one step everywhere, a small file can.
pub(crate) struct Checkpoints {
    folder: PathBuf,
    best: Option<String>,
    last: Option<String>,
}

impl Checkpoints {
    pub(crate) fn new(run: &RunDir) -> Self {
        Self {
            folder: run.path().join("checkpoints"),
            best: None,
            last: None,
        }
    }

    /// Saves the weights and the optimizer's state as the last checkpoint, and as the best one if
    /// `is_best`. Checkpoints that are neither are removed.
    pub(crate) fn save(
        &mut self,
        position: &Position,
        model: &Model,
        optimizer: &ModuleOptimizer,
        is_best: bool,
    ) -> Result<(), Error> {
        let name = format!("epoch-{:04}", position.epoch);
        if self.last.as_ref() != Some(&name) {
            self.write_folder(&name, position, model, optimizer)?;
            self.point("last", &name)?;
        }
        let before = self.last.replace(name.clone());
        let mut unused = vec![before];
        if is_best {
            self.point("best", &name)?;
            unused.push(self.best.replace(name));
        }
        for old in unused.into_iter().flatten() {
            if Some(&old) != self.best.as_ref() && Some(&old) != self.last.as_ref() {
                let path = self.folder.join(old);
                match fs::remove_dir_all(&path) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(cannot_write(&path, &error));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn write_folder(
        &self,
        name: &str,
        position: &Position,
        model: &Model,
        optimizer: &ModuleOptimizer,
    ) -> Result<(), Error> {
        let path = self.folder.join(name);
        let wrong = |error: &dyn std::fmt::Display| cannot_write(&path, error);
        fs::create_dir_all(&self.folder).map_err(|error| wrong(&error))?;
        let folder = tempfile::Builder::new()
            .prefix(".writing-")
            .tempdir_in(&self.folder)
            .map_err(|error| wrong(&error))?;
        let weights = model
            .valid()
            .into_record()
            .into_bytes()
            .map_err(|error| wrong(&error))?;
        let moments = optimizer.into_bytes().map_err(|error| wrong(&error))?;
        let position = serde_json::to_vec_pretty(position).map_err(|error| wrong(&error))?;
        for (file, content) in [
            ("model.bpk", &weights[..]),
            ("optimizer.bpk", &moments[..]),
            ("position.json", &position[..]),
        ] {
            fs::File::create(folder.path().join(file))
                .and_then(|mut file| {
                    file.write_all(content)?;
                    file.sync_all()
                })
                .map_err(|error| wrong(&error))?;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))
                .map_err(|error| wrong(&error))?;
        }
        fs::rename(folder.path(), &path).map_err(|error| wrong(&error))?;
        // It has its final name, so there is nothing temporary left to remove.
        drop(folder.keep());
        Ok(())
    }

    fn point(&self, pointer: &str, name: &str) -> Result<(), Error> {
        let path = self.folder.join(pointer);
        crate::run_dir::write_whole(&path, format!("{name}\n").as_bytes())
            .map_err(|error| cannot_write(&path, &error))
    }
}
