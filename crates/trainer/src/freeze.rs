//! Layers whose weights training leaves as they are.

use burn::module::{Module, ParamGroup};
use plumb_model::Model;

use crate::{
    config::KeyError,
    parameters::{Parameter, flags, is_within, layers, parameters},
};

/// Freezes everything within the named parts of a model.
///
/// A name is a prefix of whole components: `hidden` is all hidden layers, `hidden.0` the first,
/// `hidden.0.weight` one tensor. What is frozen gets no gradient and no step of the optimizer, weight
/// decay included; the batch norms within keep their running statistics, and what is random within
/// stays off.
///
/// # Errors
/// The key `train.freeze`, if a name fits nothing (with all layers' names) or nothing is left to train.
pub(crate) fn freeze(model: Model, names: &[String]) -> Result<Model, KeyError> {
    if names.is_empty() {
        return Ok(model);
    }
    let all = parameters(&model);
    let chosen = |path: &str| names.iter().any(|name| is_within(path, name));
    if let Some(unknown) = names
        .iter()
        .find(|name| !all.iter().any(|parameter| parameter.is_within(name)))
    {
        let predicate = format!("names {unknown:?}, which is no layer of this network");
        return Err(
            KeyError::value("train.freeze", predicate).hint(format!("expected {}", listed(&all)))
        );
    }
    if all
        .iter()
        .all(|parameter| parameter.is_running || chosen(&parameter.path))
    {
        let predicate = "names every layer; expected one or more that are left to train";
        return Err(
            KeyError::value("train.freeze", predicate).hint(format!("there are {}", listed(&all)))
        );
    }
    Ok(freeze_named(model, names))
}

/// As [`freeze`], for names that are known to be right.
pub(crate) fn freeze_named(model: Model, names: &[String]) -> Model {
    if names.is_empty() {
        return model;
    }
    let chosen = |path: &str| names.iter().any(|name| is_within(path, name));
    let frozen = parameters(&model)
        .into_iter()
        .filter(|parameter| chosen(&parameter.path))
        .map(|parameter| parameter.id);
    let switches = flags(&model)
        .into_iter()
        .filter(|(path, _)| chosen(path))
        .map(|(_, id)| id);
    let group = ParamGroup::from_ids(frozen.chain(switches).collect());
    model.freeze_group(group)
}

/// How many parameters training changes, and how many there are; running statistics are none.
pub(crate) fn n_trained(model: &Model) -> (usize, usize) {
    let (mut n_trained, mut n_all) = (0, 0);
    for parameter in parameters(model).iter().filter(|one| !one.is_running) {
        n_all += parameter.len();
        n_trained += usize::from(parameter.is_trained) * parameter.len();
    }
    (n_trained, n_all)
}

fn listed(parameters: &[Parameter]) -> String {
    let names: Vec<String> = layers(parameters)
        .iter()
        .map(|layer| format!("`{layer}`"))
        .collect();
    names.join(", ")
}
