//! The model that a training starts with.

use std::collections::HashMap;

use burn::tensor::Device;
use plumb_data::seed;
use plumb_model::{Model, NetworkPlan, Task};

use crate::{
    Error,
    config::{Config, Document},
    freeze::{freeze, freeze_named, n_trained},
    init_from::{Here, init_from},
    parameters::{fill, tensors},
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
    let model = config.init_model(&prepared.task, &device.clone().autodiff())?;
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

/// The same network on another device: the same weights and running averages, with the parts that are
/// named in `frozen` frozen.
///
/// Nothing is shared with `model`, as the running averages of a clone would be. With automatic
/// differentiation if `device` has it.
pub(crate) fn same_model(
    model: &Model,
    plan: &NetworkPlan,
    frozen: &[String],
    task: &Task,
    device: &Device,
) -> Model {
    let values: HashMap<String, _> = tensors(model)
        .into_iter()
        .map(|(parameter, values)| (parameter.path, values))
        .collect();
    let any = seed::stream(0, "init"); // each of these weights is replaced
    let model = freeze_named(plan.init(task, any, device), frozen);
    fill(model, |path| values.get(path).cloned())
}

#[cfg(test)]
#[cfg(feature = "cpu")]
mod tests {
    use burn::tensor::{Tensor, TensorData};

    use super::*;

    /// Weights of another seed, batch norms that have seen data, and a frozen block: the copy computes the
    /// same, in evaluation too, and has the same parameters to train.
    #[test]
    fn the_same_model_has_weights_running_averages_and_what_is_frozen() {
        let config: crate::config::ModelConfig = toml::from_str(
            "cnn = { blocks = [{ channels = 2, norm = 'batch' }, { channels = 3, norm = 'batch' }] }",
        )
        .unwrap();
        let plan = config.plan().unwrap();
        let task = Task {
            input_shape: vec![1, 3, 3],
            n_classes: 2,
        };
        let device = Device::flex().autodiff();
        let frozen = ["blocks.0".to_string()];
        let model = plan.init(&task, seed::stream(7, "init"), &device);
        let inputs = |device: &Device| {
            let values: Vec<f32> = (0..36_u8).map(|i| f32::from(i).sin()).collect();
            Tensor::<2>::from_data(TensorData::new(values, [4, 9]), device)
        };
        drop(model.forward(inputs(&device))); // moves the running averages
        let model = freeze_named(model, &frozen);

        let same = same_model(&model, plan, &frozen, &task, &device);
        for (one, other) in tensors(&model).iter().zip(tensors(&same)) {
            assert_eq!(one.1, other.1, "{}", one.0.path);
            assert_eq!(one.0.is_trained, other.0.is_trained, "{}", one.0.path);
        }
        assert!(n_trained(&same).0 < n_trained(&same).1);

        let mean = |model: &Model| {
            let all = tensors(model).into_iter();
            let mut means = all.filter(|(parameter, _)| parameter.path.ends_with("running_mean"));
            means.next_back().unwrap().1
        };
        let before = mean(&model);
        assert_ne!(before.try_to_vec::<f32>().unwrap(), vec![0.0; 3]);
        drop(same.forward(inputs(&device) * 2.0));
        assert_eq!(mean(&model), before, "the copy has its own averages");
        assert_ne!(mean(&same), before);
    }
}
