//! The model that a training starts with.

use burn::tensor::Device;
use plumb_data::seed;
use plumb_model::Model;

use crate::{
    Error,
    config::{Config, Document},
    freeze::{freeze, n_trained},
    init_from::{Here, Started, init_from},
    prepare::Prepared,
    progress::thousands,
    trained::Trained,
};

/// A model that is ready to be trained.
pub(crate) struct Initial {
    pub(crate) model: Model,
    /// What to say about where its weights come from and which are frozen.
    pub(crate) notes: Vec<String>,
}

/// Draws fresh weights, lays those of `train.init_from` over them, and freezes what `train.freeze`
/// names.
///
/// `device` is without automatic differentiation; the model comes with it.
///
/// # Errors
/// Bad input, pointing at the key: a run that can't be read, layers that don't fit, names of no layer.
pub(crate) fn initial(
    config: &Config,
    document: &Document,
    prepared: &Prepared,
    device: &Device,
) -> Result<Initial, Error> {
    let model = config.model.init(
        &prepared.task,
        seed::stream(config.seed, "init"),
        &device.clone().autodiff(),
    );
    let mut started = Started {
        model,
        notes: Vec::new(),
    };
    if let Some(run) = &config.train.init_from {
        let source = Trained::load(run, device)?;
        let train = &prepared.sets.train;
        let here = Here {
            classes: &train.classes,
            range: train.range,
            normalizer: &prepared.normalizer,
        };
        let name = run.display().to_string();
        let partial = config.train.init_partial;
        started = init_from(started.model, &source, &name, &here, partial)
            .map_err(|error| document.error(&error))?;
    }
    let Started { model, mut notes } = started;
    let model = freeze(model, &config.train.freeze).map_err(|error| document.error(&error))?;
    if !config.train.freeze.is_empty() {
        let (n_trained, n_all) = n_trained(&model);
        notes.push(format!(
            "frozen: {}; {} of {} parameters are trained",
            config.train.freeze.join(", "),
            thousands(n_trained as u64),
            thousands(n_all as u64)
        ));
    }
    Ok(Initial { model, notes })
}
