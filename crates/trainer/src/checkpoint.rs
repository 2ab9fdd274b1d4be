//! Checkpoints: directories that appear whole or not at all, and are checked when they are read.

use std::{
    fmt::Display,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use burn::{module::Module, store::ModuleRecord, tensor::Bytes};
use plumb_data::sha256_hex;
use plumb_model::Model;
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    optimizer::Stepper,
    run_dir::{cannot_write, make_readable, write_whole},
    train::{Position, Snapshot},
};

/// The version of a checkpoint's files.
const FORMAT: u32 = 3;

const WEIGHTS: &str = "model.bpk";
const OPTIMIZER: &str = "optimizer.bpk";
/// The file that says what the others are.
const ABOUT: &str = "checkpoint.json";
/// The hashes of the other files, as `sha256sum` writes and checks them.
const SUMS: &str = "SHA256SUMS";

/// What `checkpoint.json` says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    format: u32,
    /// The version of plumb that wrote it.
    plumb: String,
    position: Position,
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
    #[error("{path} is damaged: its sha256 is not the one in {SUMS}")]
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
        About::check_format(&folder.join(ABOUT))?;
        let path = folder.join(SUMS);
        let sums = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        let file = |file: &str| {
            let path = folder.join(file);
            let content = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            let expected = sum(file, &content);
            if sums.lines().any(|line| line == expected) {
                Ok((content, path))
            } else {
                Err(CheckpointError::Damaged { path })
            }
        };
        let (about, path) = file(ABOUT)?;
        let about: About =
            serde_json::from_slice(&about).map_err(|error| unreadable(&path, &error))?;
        let (weights, path) = file(WEIGHTS)?;
        let weights = ModuleRecord::from_bytes(Bytes::from_bytes_vec(weights))
            .map_err(|error| unreadable(&path, &error))?;
        Ok(Saved {
            name: name.to_string(),
            position: about.position,
            weights,
            optimizer: Bytes::from_bytes_vec(file(OPTIMIZER)?.0),
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
            for file in [WEIGHTS, OPTIMIZER, ABOUT, SUMS] {
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
            .to_bytes()
            .map_err(|error| wrong(&error))?;
        let about = About {
            format: FORMAT,
            plumb: env!("CARGO_PKG_VERSION").into(),
            position: snapshot.position.clone(),
        };
        let about = serde_json::to_vec_pretty(&about).map_err(|error| wrong(&error))?;
        let files = [
            (WEIGHTS, &weights[..]),
            (OPTIMIZER, &moments[..]),
            (ABOUT, &about[..]),
        ];
        let sums = files
            .map(|(file, content)| sum(file, content) + "\n")
            .concat();
        for (file, content) in files.into_iter().chain([(SUMS, sums.as_bytes())]) {
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
    /// Makes sure that the checkpoint is of the version that is read here, before anything else of it is looked at.
    fn check_format(path: &Path) -> Result<(), CheckpointError> {
        /// What every version has.
        #[derive(Deserialize)]
        struct AnyVersion {
            format: u64,
        }
        let text = fs::read(path).map_err(|error| unreadable(path, &error))?;
        let AnyVersion { format } =
            serde_json::from_slice(&text).map_err(|error| unreadable(path, &error))?;
        if format == u64::from(FORMAT) {
            return Ok(());
        }
        Err(CheckpointError::Format {
            path: path.to_owned(),
            found: format,
        })
    }
}

/// A line of `SHA256SUMS`.
fn sum(file: &str, content: &[u8]) -> String {
    format!("{}  {file}", sha256_hex(content))
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
        optimizer: Stepper,
    ) -> Result<(Model, Stepper), String> {
        let model = model
            .try_load_record(self.weights.clone())
            .map_err(|error| error.to_string())?;
        let optimizer = optimizer
            .with_bytes(self.optimizer.clone())
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

#[cfg(test)]
#[cfg(feature = "cpu")]
mod tests {
    use burn::tensor::Device;
    use plumb_data::seed;
    use plumb_model::Task;

    use super::*;
    use crate::{config::ModelConfig, optimizer::Optimizer};

    /// Each byte of each file, changed in one bit or two: a key of another name, a digit of another value.
    #[test]
    fn no_change_of_any_byte_goes_unnoticed() {
        let network: ModelConfig = toml::from_str("mlp = { hidden = [2] }").unwrap();
        let optimizer: Optimizer = toml::from_str("sgd = { learning_rate = 0.1 }").unwrap();
        let task = Task {
            input_shape: vec![2],
            n_classes: 2,
        };
        let device = Device::flex().autodiff();
        let snapshot = Snapshot {
            model: &network
                .plan()
                .unwrap()
                .init(&task, seed::stream(1, "init"), &device),
            optimizer: &optimizer.init(),
            position: &Position::default(),
        };
        let run = tempfile::tempdir().unwrap();
        let mut checkpoints = Checkpoints::new(run.path());
        checkpoints.save(&snapshot, true).unwrap();
        let name = Checkpoints::name(0);
        checkpoints.read(&name).unwrap();
        for file in [WEIGHTS, OPTIMIZER, ABOUT, SUMS] {
            let path = checkpoints.folder.join(&name).join(file);
            let whole = fs::read(&path).unwrap();
            for at in 0..whole.len() {
                for bits in [0x01, 0x20, 0x03] {
                    let mut changed = whole.clone();
                    changed[at] ^= bits;
                    fs::write(&path, &changed).unwrap();
                    assert!(checkpoints.read(&name).is_err(), "{file}, byte {at}");
                }
            }
            fs::write(&path, &whole).unwrap();
        }
        checkpoints.read(&name).unwrap();
    }
}
