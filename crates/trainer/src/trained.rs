//! stub until the lead's lands
use std::path::Path;

use burn::{module::Module, tensor::Device};
use plumb_data::Normalizer;
use plumb_model::{Model, Task};

use crate::{
    Error,
    config::{self, Config},
    prepare::prepare,
};

pub(crate) struct Trained {
    pub(crate) config: Config,
    pub(crate) task: Task,
    pub(crate) classes: Vec<String>,
    pub(crate) range: Option<(f32, f32)>,
    pub(crate) normalizer: Normalizer,
    pub(crate) model: Model,
}

impl Trained {
    pub(crate) fn load(run: &Path, device: &Device) -> Result<Self, Error> {
        let (config, document) = config::read(&run.join("config.toml"), &[])?;
        let prepared = prepare(&config, &document, &|_, _| {})?;
        let folder = run.join("checkpoints");
        let best = std::fs::read_to_string(folder.join("best"))
            .map_err(|error| Error::bad_input(format!("no checkpoint: {error}")))?;
        let model = config
            .model
            .init(&prepared.task, plumb_data::seed::stream(0, "init"), device)
            .try_load_file(folder.join(best.trim()).join("model.bpk"))
            .map_err(|error| Error::bad_input(error.to_string()))?
            .valid();
        Ok(Self {
            classes: prepared.sets.train.classes.clone(),
            range: prepared.sets.train.range,
            normalizer: prepared.normalizer,
            task: prepared.task,
            config,
            model,
        })
    }
}
