//! From a config to the four sets.

use plumb_data::{Examples, Normalizer, SplitError};
use plumb_model::Task;

use crate::{
    Error,
    config::{Config, Document, KeyError},
    data_summary::DataSummary,
    load::{load_general, load_target},
    sets::PerSet,
};

/// The data of a run, on the host.
pub(crate) struct Prepared {
    pub(crate) sets: PerSet<Examples>,
    pub(crate) normalizer: Normalizer,
    pub(crate) task: Task,
    pub(crate) summary: DataSummary,
}

/// The most parameters that plumb trains: with gradients and Adam's moments they fill 16 GB.
const MAX_PARAMETERS: usize = 1_000_000_000;

/// Loads both chunks, splits them, and fits the normalization on train.
///
/// # Errors
/// Bad input, pointing at the key of the config that it comes from.
pub(crate) fn prepare(config: &Config, document: &Document) -> Result<Prepared, Error> {
    let target = load_target(&config.data.target).map_err(|error| document.error(&error))?;
    let general = load_general(&config.data.general, &target.examples, config.seed)
        .map_err(|error| document.error(&error))?;
    let split = plumb_data::split(
        &general.examples,
        &target.examples,
        &config.data.split,
        config.seed,
    )
    .map_err(|error| document.error(&split_error(&error)))?;
    let normalizer = Normalizer::fit(config.data.normalization, &split.train)
        .map_err(|error| document.error(&KeyError::new("data.normalization", error.to_string())))?;
    let task = Task {
        input_shape: split.train.shape.clone(),
        n_classes: split.train.classes.len(),
    };
    let n_params = config.model.n_params(&task);
    if n_params > MAX_PARAMETERS {
        let predicate = format!("has {n_params} parameters; expected at most {MAX_PARAMETERS}");
        return Err(document.error(&KeyError::value("model", predicate)));
    }
    Ok(Prepared {
        summary: DataSummary::new(&general, &target, &split, &normalizer),
        sets: PerSet {
            train: split.train,
            train_dev: split.train_dev,
            dev: split.dev,
            test: split.test,
        },
        normalizer,
        task,
    })
}

fn split_error(error: &SplitError) -> KeyError {
    let key = match error {
        SplitError::Field(field) => {
            return KeyError::value(format!("data.split.{}", field.field), &field.message);
        }
        SplitError::TooFewTarget { plan, .. } => {
            let asked = [
                (plan.test, "data.split.test"),
                (plan.dev, "data.split.dev"),
                (plan.target_in_train, "data.split.target_in_train"),
            ];
            asked.into_iter().max().map_or("data.split", |(_, key)| key)
        }
        SplitError::TooFewInMix { .. } => "data.split.train_dev",
        SplitError::Classes { .. } | SplitError::Shape { .. } | SplitError::Range { .. } => {
            "data.general"
        }
        _ => "data.split",
    };
    KeyError::new(key, error.to_string())
}
