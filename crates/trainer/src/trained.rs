//! What a run leaves for those who use its model.

use std::path::Path;

use burn::{module::Module, tensor::Device};
use plumb_data::{Examples, Normalizer};
use plumb_model::{Cost, Model, Task};
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    checkpoint::Checkpoints,
    cli::Weights,
    config::{self, Config, Document},
    run_dir::RunDir,
};

/// The version of `model.json`.
const FORMAT: u32 = 1;

/// What `model.json` says: what the model takes and gives.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ModelFile {
    format: u32,
    /// Shape of one example.
    pub(crate) input_shape: Vec<usize>,
    /// In the order of the logits.
    pub(crate) classes: Vec<String>,
    /// Of the values before normalization.
    pub(crate) range: Option<(f32, f32)>,
    /// What is done to the values.
    pub(crate) normalizer: Normalizer,
    #[serde(flatten)]
    pub(crate) cost: Cost,
    /// What a training batch's activations take, in 32 bits each.
    activation_bytes_per_batch: usize,
}

/// A model with the weights that its run chose.
pub(crate) struct Trained {
    pub(crate) config: Config,
    pub(crate) about: ModelFile,
    pub(crate) task: Task,
    /// In evaluation mode.
    pub(crate) model: Model,
    /// The checkpoint that its weights are from.
    pub(crate) checkpoint: String,
}

impl ModelFile {
    pub(crate) const NAME: &str = "model.json";

    pub(crate) fn new(
        train: &Examples,
        normalizer: &Normalizer,
        cost: Cost,
        batch_size: usize,
    ) -> Self {
        Self {
            format: FORMAT,
            input_shape: train.shape.clone(),
            classes: train.classes.clone(),
            range: train.range,
            normalizer: normalizer.clone(),
            cost,
            activation_bytes_per_batch: cost.activation_bytes(batch_size),
        }
    }

    pub(crate) fn task(&self) -> Task {
        Task {
            input_shape: self.input_shape.clone(),
            n_classes: self.classes.len(),
        }
    }
}

impl Trained {
    /// Loads the weights with the lowest dev error of a run.
    ///
    /// # Errors
    /// Bad input if `run` is no run, has no checkpoint yet, or if one of its files is missing, damaged
    /// or of another version; another checkpoint that is whole is named.
    pub(crate) fn load(run: &Path, device: &Device) -> Result<Self, Error> {
        Self::load_weights(run, Weights::Best, device)
    }

    /// Loads those weights of a run.
    ///
    /// # Errors
    /// As [`Trained::load`].
    pub(crate) fn load_weights(
        run: &Path,
        weights: Weights,
        device: &Device,
    ) -> Result<Self, Error> {
        let run = RunDir::open(run)?;
        let (config, _) = read_config(&run, &[])?;
        config.model.plan()?; // before files are missed that only a network has
        let about: ModelFile = run.read_json(ModelFile::NAME)?;
        if about.format != FORMAT {
            return Err(Error::bad_input(format!(
                "{} has format {}; this plumb reads format {FORMAT}",
                run.path().join(ModelFile::NAME).display(),
                about.format
            )));
        }
        let checkpoints = Checkpoints::new(run.path());
        let chosen = match weights {
            Weights::Best => checkpoints.best().map(ToString::to_string),
            Weights::Last => checkpoints.names().into_iter().next(),
        };
        let Some(chosen) = chosen else {
            let message = format!("{} has no trained weights yet", run.path().display());
            let command = format!("`plumb resume {}` trains on", run.path().display());
            return Err(Error::bad_input(message).hint(command));
        };
        let saved = checkpoints.read(&chosen).map_err(|error| {
            let error = Error::bad_input(error.to_string());
            let whole = checkpoints.names().into_iter().find(|name| {
                // the newest that can be read
                *name != chosen && checkpoints.read(name).is_ok()
            });
            match whole {
                Some(name) => error.hint(format!(
                    "{name} is whole; write its name into {} to use it instead",
                    run.path().join("checkpoints/best").display()
                )),
                None => error,
            }
        })?;
        let task = about.task();
        let model = config
            .init_model(&task, device)?
            .try_load_record(saved.weights)
            .map_err(|error| other_model(&saved.name, &error))?;
        Ok(Self {
            config,
            about,
            task,
            model: model.valid(),
            checkpoint: saved.name,
        })
    }
}

/// Reads the resolved config of a run, with overrides laid over it.
pub(crate) fn read_config(run: &RunDir, overrides: &[String]) -> Result<(Config, Document), Error> {
    config::read(&run.path().join("config.toml"), overrides)
}

/// A checkpoint whose weights do not fit the config beside it.
pub(crate) fn other_model(checkpoint: &str, error: &dyn std::fmt::Display) -> Error {
    Error::bad_input(format!(
        "checkpoint {checkpoint} holds the weights of another model than config.toml describes: {error}"
    ))
}
