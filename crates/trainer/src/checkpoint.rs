//! Checkpoints: directories that appear whole or not at all, and are checked when they are read.

use std::{
    collections::BTreeMap,
    fmt::Display,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use burn::{module::Module, optim::ModuleOptimizer, store::ModuleRecord, tensor::Bytes};
use plumb_data::sha256_hex;
use plumb_model::Model;
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    run_dir::{cannot_write, make_readable, write_whole},
    train::{Position, Snapshot},
};

/// The version of a checkpoint's files.
const FORMAT: u32 = 2;

const WEIGHTS: &str = "model.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
/// The file that says what the others are.
const ABOUT: &str = "checkpoint.json";

/// What `checkpoint.json` says.
#[derive(Serialize, Deserialize)]
struct About {
    format: u32,
    /// The version of plumb that wrote it.
    plumb: String,
    position: Position,
    /// Of each other file.
    sha256: BTreeMap<String, String>,
}

/// The folder `checkpoints/` of a run.
///
/// Each checkpoint is a folder `step-NNNNNNNN`; the files `best` and `last` hold the name of one. A
/// folder can't replace another in one step everywhere, a small file can.
pub(crate) struct Checkpoints {
    folder: PathBuf,
    best: Option<String>,
    /// The newest, and the one before it, in case the newest gets damaged.
    newest: [Option<String>; 2],
}

/// A checkpoint that was read and found whole.
pub(crate) struct Saved {
    pub(crate) name: String,
    pub(crate) position: Position,
    pub(crate) weights: ModuleRecord,
    optimizer: Bytes,
}

/// Why a checkpoint can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckpointError {
    #[error("can't read {path}: {error}")]
    Unreadable { path: PathBuf, error: String },
    #[error("{path} is damaged: its sha256 is not the one that {ABOUT} gives")]
    Damaged { path: PathBuf },
    #[error("{path} has format {found}; this plumb, {version}, reads format {FORMAT}", version = env!("CARGO_PKG_VERSION"))]
    Format { path: PathBuf, found: u64 },
}

impl Checkpoints {
    /// The name of the newest one, if there is one.
    pub(crate) fn last(&self) -> Option<&str> {
        self.newest[0].as_deref()
    }

    /// Of a run whose directory is `run`, with what is there already.
    pub(crate) fn new(run: &Path) -> Self {
        let folder = run.join("checkpoints");
        Self {
            best: pointer(&folder, "best"),
            newest: [pointer(&folder, "last"), None],
            folder,
        }
    }

    /// The name of the checkpoint after so many steps.
    pub(crate) fn name(step: u64) -> String {
        format!("step-{step:08}")
    }

    /// Saves a snapshot as the last checkpoint, and as the best one if `is_best`. The best, the last
    /// and the one before it are kept.
    pub(crate) fn save(&mut self, snapshot: &Snapshot<'_>, is_best: bool) -> Result<(), Error> {
        let name = Self::name(snapshot.position.step);
        let [newest, before] = self.newest.clone();
        // The loop passes a step once, so a folder of this name holds this very state.
        if !self.folder.join(&name).exists() {
            self.write_folder(&name, snapshot)?;
        }
        self.point("last", &name)?;
        let mut unused = Vec::new();
        if newest.as_ref() != Some(&name) {
            unused.push(before);
            self.newest = [Some(name.clone()), newest];
        }
        if is_best {
            self.point("best", &name)?;
            unused.push(self.best.replace(name));
        }
        for old in unused.into_iter().flatten() {
            if Some(&old) != self.best.as_ref() && !self.newest.contains(&Some(old.clone())) {
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

    /// The names of all checkpoints, the one with the most steps first.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.starts_with("step-"))
            .collect();
        names.sort_by(|a, b| b.cmp(a));
        names
    }

    /// The name of the best one; none if no epoch was evaluated.
    pub(crate) fn best(&self) -> Option<&str> {
        self.best.as_deref()
    }

    /// Reads a checkpoint and makes sure that it is as it was written.
    pub(crate) fn read(&self, name: &str) -> Result<Saved, CheckpointError> {
        let folder = self.folder.join(name);
        let about = About::read(&folder.join(ABOUT))?;
        let file = |file: &str| {
            let path = folder.join(file);
            let content = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            if about.sha256.get(file) == Some(&sha256_hex(&content)) {
                Ok((Bytes::from_bytes_vec(content), path))
            } else {
                Err(CheckpointError::Damaged { path })
            }
        };
        let (weights, path) = file(WEIGHTS)?;
        let weights =
            ModuleRecord::from_bytes(weights).map_err(|error| unreadable(&path, &error))?;
        Ok(Saved {
            name: name.to_string(),
            position: about.position,
            weights,
            optimizer: file(OPTIMIZER)?.0,
        })
    }

    /// Copies checkpoints of another run, with the pointers to them.
    pub(crate) fn copy_from(
        &self,
        other: &Self,
        last: &str,
        best: Option<&str>,
    ) -> Result<(), Error> {
        for name in [Some(last), best].into_iter().flatten() {
            let (from, to) = (other.folder.join(name), self.folder.join(name));
            fs::create_dir_all(&to).map_err(|error| cannot_write(&to, &error))?;
            for file in [WEIGHTS, OPTIMIZER, ABOUT] {
                fs::copy(from.join(file), to.join(file))
                    .map_err(|error| cannot_write(&to.join(file), &error))?;
            }
        }
        self.point("last", last)?;
        best.map_or(Ok(()), |best| self.point("best", best))
    }

    fn write_folder(&self, name: &str, snapshot: &Snapshot<'_>) -> Result<(), Error> {
        let path = self.folder.join(name);
        let wrong = |error: &dyn Display| cannot_write(&path, error);
        fs::create_dir_all(&self.folder).map_err(|error| wrong(&error))?;
        let folder = tempfile::Builder::new()
            .prefix(".writing-")
            .tempdir_in(&self.folder)
            .map_err(|error| wrong(&error))?;
        let weights = snapshot
            .model
            .valid()
            .into_record()
            .into_bytes()
            .map_err(|error| wrong(&error))?;
        let moments = snapshot
            .optimizer
            .into_bytes()
            .map_err(|error| wrong(&error))?;
        let about = About {
            format: FORMAT,
            plumb: env!("CARGO_PKG_VERSION").into(),
            position: snapshot.position.clone(),
            sha256: [(WEIGHTS, &weights), (OPTIMIZER, &moments)]
                .map(|(file, content)| (file.to_string(), sha256_hex(content)))
                .into(),
        };
        let about = serde_json::to_vec_pretty(&about).map_err(|error| wrong(&error))?;
        for (file, content) in [
            (WEIGHTS, &weights[..]),
            (OPTIMIZER, &moments[..]),
            (ABOUT, &about[..]),
        ] {
            fs::File::create(folder.path().join(file))
                .and_then(|mut file| {
                    file.write_all(content)?;
                    file.sync_all()
                })
                .map_err(|error| wrong(&error))?;
        }
        make_readable(folder.path()).map_err(|error| wrong(&error))?;
        fs::rename(folder.path(), &path).map_err(|error| wrong(&error))?;
        // It has its final name, so there is nothing temporary left to remove.
        drop(folder.keep());
        Ok(())
    }

    fn point(&self, pointer: &str, name: &str) -> Result<(), Error> {
        let path = self.folder.join(pointer);
        write_whole(&path, format!("{name}\n").as_bytes())
            .map_err(|error| cannot_write(&path, &error))
    }
}

impl About {
    fn read(path: &Path) -> Result<Self, CheckpointError> {
        /// What every version has.
        #[derive(Deserialize)]
        struct AnyVersion {
            format: u64,
        }
        let text = fs::read(path).map_err(|error| unreadable(path, &error))?;
        let AnyVersion { format } =
            serde_json::from_slice(&text).map_err(|error| unreadable(path, &error))?;
        if format != u64::from(FORMAT) {
            return Err(CheckpointError::Format {
                path: path.to_owned(),
                found: format,
            });
        }
        serde_json::from_slice(&text).map_err(|error| unreadable(path, &error))
    }
}

impl Saved {
    /// Brings the weights into a model and the optimizer's state into an optimizer, both as the
    /// run's config makes them.
    ///
    /// # Errors
    /// What does not fit.
    pub(crate) fn restore(
        &self,
        model: Model,
        optimizer: ModuleOptimizer,
    ) -> Result<(Model, ModuleOptimizer), String> {
        let model = model
            .try_load_record(self.weights.clone())
            .map_err(|error| error.to_string())?;
        let optimizer = optimizer
            .from_bytes(self.optimizer.clone())
            .map_err(|error| error.to_string())?;
        Ok((model, optimizer))
    }
}

/// The checkpoint that a pointer file names; none if there is no such file.
fn pointer(folder: &Path, pointer: &str) -> Option<String> {
    let name = fs::read_to_string(folder.join(pointer)).ok()?;
    Some(name.trim_end().to_string())
}

fn unreadable(path: &Path, error: &dyn Display) -> CheckpointError {
    CheckpointError::Unreadable {
        path: path.to_owned(),
        error: error.to_string(),
    }
}
