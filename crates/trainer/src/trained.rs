//! Temporary: the lead's file takes its place at the merge.

use std::path::Path;

use burn::{module::Module, tensor::Device};
use plumb_data::{Examples, Normalizer, seed};
use plumb_model::{Model, Task};
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    config::{self, Config, Document},
    run_dir::RunDir,
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ModelFile {
    format: u32,
    pub(crate) input_shape: Vec<usize>,
    pub(crate) classes: Vec<String>,
    pub(crate) range: Option<(f32, f32)>,
    pub(crate) normalizer: Normalizer,
    pub(crate) parameters: usize,
}

pub(crate) struct Trained {
    pub(crate) config: Config,
    pub(crate) about: ModelFile,
    pub(crate) task: Task,
    pub(crate) model: Model,
    pub(crate) checkpoint: String,
}

impl ModelFile {
    pub(crate) const NAME: &str = "model.json";

    pub(crate) fn new(train: &Examples, normalizer: &Normalizer, parameters: usize) -> Self {
        Self {
            format: 1,
            input_shape: train.shape.clone(),
            classes: train.classes.clone(),
            range: train.range,
            normalizer: normalizer.clone(),
            parameters,
        }
    }
}

impl Trained {
    pub(crate) fn load(run: &Path, device: &Device) -> Result<Self, Error> {
        RunDir::open(run)?;
        let wrong = |error: &dyn std::fmt::Display| Error::bad_input(format!("no run: {error}"));
        let (config, _) = config::read(&run.join("config.toml"), &[])?;
        let text = std::fs::read(run.join(ModelFile::NAME)).map_err(|error| wrong(&error))?;
        let about: ModelFile = serde_json::from_slice(&text).map_err(|error| wrong(&error))?;
        let best =
            std::fs::read_to_string(run.join("checkpoints/best")).map_err(|error| wrong(&error))?;
        let checkpoint = best.trim().to_owned();
        let path = run.join("checkpoints").join(&checkpoint).join("model.bpk");
        let task = Task {
            input_shape: about.input_shape.clone(),
            n_classes: about.classes.len(),
        };
        let model = config
            .model
            .init(&task, seed::stream(config.seed, "init"), device);
        let model = model.load_file(&path);
        Ok(Self {
            config,
            about,
            task,
            model: model.valid(),
            checkpoint,
        })
    }
}

pub(crate) fn read_config(run: &RunDir, overrides: &[String]) -> Result<(Config, Document), Error> {
    config::read(&run.path().join("config.toml"), overrides)
}
