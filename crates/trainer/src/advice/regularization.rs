use plumb_model::Network;

use super::Fitted;
use crate::config::Config;

/// Usual first values, and the largest that is still usual (Srivastava et al., 2014).
const FIRST_DROPOUT: f64 = 0.2;
const LAST_DROPOUT: f64 = 0.5;

/// `PyTorch`'s default for `AdamW`; a usual first one as an L2 penalty.
const FIRST_DECOUPLED_DECAY: f64 = 1e-2;
const FIRST_DECAY: f64 = 1e-4;

/// Beyond, weights have no room to learn.
const LAST_DECAY: f64 = 0.1;

/// The authors' (Szegedy et al., 2016; Zhang et al., 2018).
const LABEL_SMOOTHING: f64 = 0.1;
const MIXUP: f64 = 0.2;

/// Takes away what a config has, what does most first: dropout, mixup, label smoothing, weight decay.
pub(super) fn less(config: &Config) -> Option<Fitted> {
    let network = config.model.network();
    if let Some(now) = network.dropout().filter(|&now| now > 0.0) {
        let then = if now > 0.1 { now / 2.0 } else { 0.0 };
        Some(dropout(network, now, then))
    } else if config.train.mixup > 0.0 {
        Some(mixup(config.train.mixup, 0.0))
    } else if config.loss.label_smoothing > 0.0 {
        Some(smoothing(config.loss.label_smoothing, 0.0))
    } else if config.optimizer.weight_decay() > 0.0 {
        Some(decay(config, 0.0))
    } else {
        None
    }
}

/// Adds what a config has not, in the order of how common it is: dropout, weight decay, label smoothing,
/// mixup; then more of what it has. Augmentation is a remedy of its own. Early stopping is none here: the
/// weights with the lowest dev error are taken anyway, and `train.patience` saves time alone.
pub(super) fn more(config: &Config) -> Option<Fitted> {
    let network = config.model.network();
    let now_dropout = network.dropout();
    let now_decay = config.optimizer.weight_decay();
    let more_decay = 3.0 * now_decay;
    if let Some(now) = now_dropout.filter(|&now| now == 0.0) {
        Some(dropout(network, now, FIRST_DROPOUT))
    } else if now_decay == 0.0 {
        let first = match config.optimizer.name() {
            "adamw" => FIRST_DECOUPLED_DECAY,
            _ => FIRST_DECAY,
        };
        Some(decay(config, first))
    } else if config.loss.label_smoothing == 0.0 {
        Some(smoothing(0.0, LABEL_SMOOTHING))
    } else if config.train.mixup == 0.0 {
        Some(mixup(0.0, MIXUP))
    } else if let Some(now) = now_dropout.filter(|&now| now < LAST_DROPOUT) {
        Some(dropout(network, now, LAST_DROPOUT))
    } else {
        (more_decay <= LAST_DECAY).then(|| decay(config, more_decay))
    }
}

fn dropout(network: &Network, now: f64, then: f64) -> Fitted {
    Fitted::key(
        format!("dropout {now} -> {then}"),
        format!("model.{}.dropout={then}", network.name()),
    )
}

fn mixup(now: f64, then: f64) -> Fitted {
    Fitted::key(
        format!("mixup {now} -> {then}"),
        format!("train.mixup={then}"),
    )
}

fn smoothing(now: f64, then: f64) -> Fitted {
    Fitted::key(
        format!("label smoothing {now} -> {then}"),
        format!("loss.label_smoothing={then}"),
    )
}

fn decay(config: &Config, then: f64) -> Fitted {
    let now = config.optimizer.weight_decay();
    let then = crate::learning_rates::short(then);
    Fitted::key(
        format!("weight decay {now} -> {then}"),
        format!("optimizer.{}.weight_decay={then}", config.optimizer.name()),
    )
}
