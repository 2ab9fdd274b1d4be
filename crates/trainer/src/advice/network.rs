use plumb_model::{Init, Network};

use super::{Case, fit::Fitted};
use crate::config::ForestConfig;

/// A usual first hidden layer for a model that has none.
const FIRST_HIDDEN: usize = 64;

/// All layers, where some are frozen; else twice the width, or hidden layers for a model that has none.
pub(super) fn bigger(case: Case<'_>) -> Option<Fitted> {
    let model = &case.config.model;
    let frozen = &case.config.train.freeze;
    if !frozen.is_empty() {
        let change = format!("frozen layers {} -> none", frozen.join(", "));
        return Some(Fitted::key(change, "train.freeze=[]"));
    }
    let (Some(network), Ok(plan)) = (model.network(), model.plan()) else {
        return deeper(model.forest()?);
    };
    match network {
        Network::Linear(_) => Some(Fitted::key(
            format!("a linear model -> an MLP with hidden layers [{FIRST_HIDDEN}]"),
            instead(case, &format!("mlp={{hidden=[{FIRST_HIDDEN}]}}"))?,
        )),
        Network::Mlp(mlp) => {
            let wider = if mlp.hidden.is_empty() {
                vec![FIRST_HIDDEN]
            } else {
                mlp.hidden.iter().map(|width| 2 * width).collect()
            };
            Some(Fitted::key(
                format!("hidden layers {:?} -> {wider:?}", mlp.hidden),
                format!("model.mlp.hidden={}", compact(&wider)),
            ))
        }
        Network::Cnn(_) | Network::Lenet5(_) | Network::SmallCnn(_) | Network::Resnet8(_) => {
            let (now, then) = (plan.width, 2.0 * plan.width);
            Some(Fitted::key(
                format!("channels and hidden layers {now} -> {then} times as wide"),
                format!("model.width={then:?}"),
            ))
        }
    }
}

/// Twice the depth, for a forest whose depth is limited.
fn deeper(forest: &ForestConfig) -> Option<Fitted> {
    let now = forest.max_depth?;
    let then = now.saturating_mul(2);
    Some(Fitted::key(
        format!("depth of the trees, at most {now} -> {then}"),
        format!("model.forest.max_depth={then}"),
    ))
}

/// Convolutions for images that fully connected layers look at; more of them for a small network of
/// convolutions.
pub(super) fn new_architecture(case: Case<'_>) -> Option<Fitted> {
    if case.data.general.shape.len() != 3 {
        return None;
    }
    let network = case.config.model.network()?;
    let (now, then) = match network {
        Network::Linear(_) => ("a linear model", "small_cnn"),
        Network::Mlp(_) => ("an MLP", "small_cnn"),
        Network::Lenet5(_) => ("lenet5", "resnet8"),
        Network::SmallCnn(_) => ("small_cnn", "resnet8"),
        Network::Cnn(_) | Network::Resnet8(_) => return None,
    };
    let dropout = network.dropout().filter(|&dropout| dropout > 0.0);
    let dropout = dropout.map_or(String::new(), |dropout| format!("dropout={dropout}"));
    Some(Fitted::key(
        format!("{now} -> convolutions, which suit images: {then}"),
        instead(case, &format!("{then}={{{dropout}}}"))?,
    ))
}

/// The table `[model]` with another network. It is replaced as a whole, since it holds one network.
fn instead(case: Case<'_>, network: &str) -> Option<String> {
    let init = match case.config.model.plan().ok()?.init {
        Init::Pytorch => String::new(),
        other => format!("init={},", toml::Value::try_from(other).ok()?),
    };
    Some(format!("model={{{init}{network}}}"))
}

/// A list without blanks, which a shell takes as one word.
fn compact(widths: &[usize]) -> String {
    format!("{widths:?}").replace(' ', "")
}
