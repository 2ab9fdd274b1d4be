//! Weights that another run trained, as the start of this one.

use std::{collections::HashMap, path::Path};

use burn::tensor::TensorData;
use plumb_data::Normalizer;
use plumb_model::Model;

use crate::{
    config::KeyError,
    parameters::{Parameter, fill, parameters, tensors},
    trained::Trained,
};

/// What this run does to its data and tells apart.
pub(crate) struct Here<'a> {
    pub(crate) classes: &'a [String],
    /// What the values of an example can be.
    pub(crate) range: Option<(f32, f32)>,
    pub(crate) normalizer: &'a Normalizer,
}

/// A model with another run's weights, and what to say about it.
pub(crate) struct Started {
    pub(crate) model: Model,
    pub(crate) notes: Vec<String>,
}

/// Gives a model the weights of `source` (a run named `name`) wherever path and shape agree.
///
/// Batch norms take over their running statistics too. The optimizer starts anew.
///
/// # Errors
/// The key `train.init_from` with every layer that doesn't fit, unless `partial` lets those keep their
/// fresh weights; and if none fits.
pub(crate) fn init_from(
    model: Model,
    source: &Trained,
    name: &str,
    here: &Here<'_>,
    partial: bool,
) -> Result<Started, KeyError> {
    let wanted = parameters(&model);
    let (there, values): (Vec<Parameter>, Vec<TensorData>) =
        tensors(&source.model).into_iter().unzip();
    let unfit = differences(&wanted, &there);
    let fits = |there: &Parameter| {
        let same = |here: &Parameter| here.path == there.path && here.shape == there.shape;
        wanted.iter().any(same)
    };
    let fitting: HashMap<&str, TensorData> = there
        .iter()
        .zip(values)
        .filter(|(parameter, _)| fits(parameter))
        .map(|(parameter, values)| (parameter.path.as_str(), values))
        .collect();
    let n_fit = fitting.len();
    let (n_classes, n_before) = (here.classes.len(), source.about.classes.len());
    let why = if n_classes == n_before {
        String::new()
    } else {
        format!("that run tells {n_before} classes apart, this one {n_classes}; ")
    };
    let list = |lines: &[String]| lines.join("\n  ");
    if n_fit == 0 {
        let message = format!("no layer of {name} fits this network:\n  {}", list(&unfit));
        return Err(KeyError::new("train.init_from", message)
            .hint("expected a run whose [model] is like this one's"));
    }
    if !unfit.is_empty() && !partial {
        let message = format!("layers of {name} don't fit:\n  {}", list(&unfit));
        return Err(KeyError::new("train.init_from", message).hint(format!(
            "{why}with `train.init_partial = true` these layers start with fresh weights"
        )));
    }

    let mut notes = vec![format!(
        "starts from the best weights of {name}: {n_fit} of {} tensors",
        wanted.len()
    )];
    if !unfit.is_empty() {
        notes.push(format!(
            "{why}fresh weights, because nothing fits:\n  {}",
            list(&unfit)
        ));
    }
    notes.extend(warnings(source, name, here));
    let model = fill(model, |path| fitting.get(path).cloned());
    Ok(Started { model, notes })
}

/// `--init-from RUN` as a setting of the config, which then tells it.
pub(crate) fn setting(run: &Path) -> String {
    format!(
        "train.init_from={}",
        toml::Value::from(run.display().to_string())
    )
}

/// One line per tensor that is not the same in both, with both shapes.
fn differences(here: &[Parameter], there: &[Parameter]) -> Vec<String> {
    let find = |all: &[Parameter], path: &str| {
        let found = all.iter().find(|parameter| parameter.path == path);
        found.map(Parameter::torch_shape)
    };
    let mut lines = Vec::new();
    for parameter in here {
        let shape = parameter.torch_shape();
        match find(there, &parameter.path) {
            Some(other) if other == shape => {}
            Some(other) => lines.push(format!(
                "{}: {other:?} there, {shape:?} here",
                parameter.path
            )),
            None => lines.push(format!("{}: missing there, {shape:?} here", parameter.path)),
        }
    }
    for parameter in there {
        if find(here, &parameter.path).is_none() {
            let shape = parameter.torch_shape();
            lines.push(format!("{}: {shape:?} there, missing here", parameter.path));
        }
    }
    lines
}

/// What makes the same weights mean something else here.
fn warnings(source: &Trained, name: &str, here: &Here<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    if source.about.range != here.range {
        let said = |range: Option<(f32, f32)>| match range {
            Some((low, high)) => format!("{low} to {high}"),
            None => "unknown".into(),
        };
        warnings.push(format!(
            "warning: the range of input values is {} in {name} and {} here",
            said(source.about.range),
            said(here.range)
        ));
    }
    if source.about.normalizer != *here.normalizer {
        let message = if source.about.normalizer.kind() == here.normalizer.kind() {
            format!(
                "warning: {name} normalizes with figures of its own training set, this run with those of \
                 its own: the first layer sees other inputs than it was trained on"
            )
        } else {
            format!(
                "warning: data.normalization is another one in {name}: the first layer sees other inputs \
                 than it was trained on"
            )
        };
        warnings.push(message);
    }
    if source.about.classes.len() == here.classes.len() && source.about.classes != here.classes {
        warnings.push(format!(
            "warning: the classes are {:?} in {name} and {:?} here: the output layer's weights stand for \
             other classes",
            source.about.classes, here.classes
        ));
    }
    warnings
}
