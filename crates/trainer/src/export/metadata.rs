use std::collections::BTreeMap;

use crate::{Error, trained::Trained};

/// What a file says about its network beside the weights: name and text.
///
/// | name | text |
/// |---|---|
/// | `plumb` | the version that wrote it |
/// | `model` | the `[model]` table of its config, as JSON |
/// | `checkpoint` | the checkpoint of the run that the weights are from |
/// | `classes` | names of the classes in the order of the outputs, a JSON list |
/// | `input_shape` | of one example, a JSON list: `[channels, height, width]` or `[features]` |
/// | `range` | what raw values can be, `[low, high]` or `null` |
/// | `normalizer` | what makes inputs of raw values, as JSON: `offset` and `divisor` |
/// | `preprocessing` | how to use it, in words |
pub(super) fn metadata(trained: &Trained) -> Result<BTreeMap<&'static str, String>, Error> {
    Ok(BTreeMap::from([
        ("plumb", env!("CARGO_PKG_VERSION").to_string()),
        ("model", json(&trained.config.model)?),
        ("checkpoint", trained.checkpoint.clone()),
        ("classes", json(&trained.about.classes)?),
        ("input_shape", json(&trained.task.input_shape)?),
        ("range", json(&trained.about.range)?),
        ("normalizer", json(&trained.about.normalizer)?),
        ("preprocessing", PREPROCESSING.to_string()),
    ]))
}

const PREPROCESSING: &str = "input = (value - offset) / divisor, with raw values as in the data's files \
(`range` is what they can be); `offset` and `divisor` of `normalizer` hold one number for all values, or \
one per channel of a picture, or one per value of a table";

fn json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::failed(error.to_string()))
}
