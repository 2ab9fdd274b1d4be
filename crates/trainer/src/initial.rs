//! The model that a training starts with.

use burn::tensor::Device;
use plumb_data::seed;
use plumb_model::Model;

use crate::{
    Error,
    config::{Config, Document},
    freeze::{freeze, n_trained},
    init_from::{Here, init_from},
    prepare::Prepared,
    progress::thousands,
    trained::Trained,
};

/// A model that is ready to be trained.
pub(crate) struct Initial {
    /// With automatic differentiation.
    pub(crate) model: Model,
    /// Parameters that training changes.
    pub(crate) n_trained: usize,
    /// What to say about where its weights come from, and which are frozen.
    pub(crate) notes: Vec<String>,
}

/// Draws fresh weights, lays those of `train.init_from` over them, and freezes what `train.freeze`
/// names.
///
/// `device` is without automatic differentiation.
///
/// # Errors
/// Bad input, pointing at the key: a run that can't be read, layers that don't fit, names of no layer.
pub(crate) fn initial(
    config: &Config,
    document: &Document,
    prepared: &Prepared,
    device: &Device,
) -> Result<Initial, Error> {
    let mut initial = frozen(config, document, prepared, device)?;
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
        let started = init_from(initial.model, &source, &name, &here, partial)
            .map_err(|error| document.error(&error))?;
        initial.model = started.model;
        initial.notes.splice(0..0, started.notes);
    }
    Ok(initial)
}

/// As [`initial`], with fresh weights whatever `train.init_from` says: a model for those of a checkpoint.
///
/// # Errors
/// Bad input if `train.freeze` names no layer, or all.
pub(crate) fn frozen(
    config: &Config,
    document: &Document,
    prepared: &Prepared,
    device: &Device,
) -> Result<Initial, Error> {
    let stream = seed::stream(config.seed, "init");
    let device = device.clone().autodiff();
    let model = config.model.init(&prepared.task, stream, &device);
    let names = &config.train.freeze;
    let model = freeze(model, names).map_err(|error| document.error(&error))?;
    let (n_trained, n_all) = n_trained(&model);
    let mut notes = Vec::new();
    if !names.is_empty() {
        notes.push(format!(
            "frozen: {}; {} of {} parameters are trained",
            names.join(", "),
            thousands(n_trained as u64),
            thousands(n_all as u64)
        ));
    }
    Ok(Initial {
        model,
        n_trained,
        notes,
    })
}
