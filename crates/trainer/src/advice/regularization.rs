use plumb_diagnostics::{Direction, Trend, overfits_from};
use plumb_model::Network;

use super::{Case, fit::Fitted, longer::is_annealed};
use crate::{config::Config, curve::Curve};

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

/// Less of what a config has. It comes first where the curve says that regularization holds the fit back: the
/// training ends with a train error that rises or stays, and with a dev error that does not fall.
pub(super) fn less(case: Case<'_>) -> Option<Fitted> {
    let fitted = less_of(case.config)?;
    let held_back = in_use(case.config).zip(stands_still(case.curve));
    Some(match held_back {
        Some((means, how)) => fitted.first().because(format!(
            "train error {how} at the end, regularized: {means}"
        )),
        None => fitted,
    })
}

/// More of it. It comes first in a run without any that overfits while it trains.
pub(super) fn more(case: Case<'_>) -> Option<Fitted> {
    let fitted = more_of(case.config)?;
    let curve = case.curve;
    let Some(epoch) = overfits_from(&curve.train_error(), &curve.dev_error()) else {
        return Some(fitted);
    };
    let fitted = fitted.because(format!(
        "dev error rises from epoch {epoch} on, while train error falls"
    ));
    Some(match in_use(case.config) {
        None => fitted.first(),
        Some(_) => fitted,
    })
}

/// How train error ends, if it does not fall and dev error does not either.
fn stands_still(curve: &Curve) -> Option<&'static str> {
    let train = Trend::at_end(&curve.train_error())?;
    let dev = Trend::at_end(&curve.dev_error())?;
    if dev.direction == Direction::Falling {
        return None;
    }
    match train.direction {
        Direction::Rising => Some("rises"),
        Direction::Flat if !is_annealed(curve, train.from) => Some("no longer falls"),
        Direction::Flat | Direction::Falling => None,
    }
}

/// What a config regularizes with, in words; none if it does not. Weight decay counts beyond what is usual:
/// small ones do little, and `AdamW` has one by default.
pub(super) fn in_use(config: &Config) -> Option<String> {
    let network = config.model.network()?;
    let in_blocks = match network {
        Network::Cnn(cnn) => cnn.blocks.iter().map(|block| block.dropout).collect(),
        _ => Vec::new(),
    };
    let dropout = in_blocks
        .into_iter()
        .chain(network.dropout())
        .fold(0.0, f64::max);
    let decay = config.optimizer.weight_decay();
    let amounts = [
        ("dropout", dropout, 0.0),
        ("mixup", config.train.mixup, 0.0),
        ("label smoothing", config.loss.label_smoothing, 0.0),
        ("weight decay", decay, first_decay(config)),
    ];
    let mut means: Vec<String> = amounts
        .iter()
        .filter(|(_, amount, usual)| amount > usual)
        .map(|(name, amount, _)| format!("{name} {amount}"))
        .collect();
    if config.data.augmentation.is_some() {
        means.push("augmentation".into());
    }
    (!means.is_empty()).then(|| means.join(", "))
}

/// A usual first weight decay.
fn first_decay(config: &Config) -> f64 {
    match config.optimizer.name() {
        "adamw" => FIRST_DECOUPLED_DECAY,
        _ => FIRST_DECAY,
    }
}

/// Takes away what a config has, what does most first: dropout, mixup, label smoothing, weight decay; then
/// augmentation, which no `--set` takes away.
fn less_of(config: &Config) -> Option<Fitted> {
    let network = config.model.network()?;
    if let Some(now) = network.dropout().filter(|&now| now > 0.0) {
        let then = if now > 0.1 { now / 2.0 } else { 0.0 };
        Some(dropout(network, now, then))
    } else if config.train.mixup > 0.0 {
        Some(mixup(config.train.mixup, 0.0))
    } else if config.loss.label_smoothing > 0.0 {
        Some(smoothing(config.loss.label_smoothing, 0.0))
    } else if config.optimizer.weight_decay() > 0.0 {
        Some(decay(config, 0.0))
    } else if config.data.augmentation.is_some() {
        Some(Fitted::work(
            "train without augmentation: leave out [data.augmentation]",
        ))
    } else {
        None
    }
}

/// Adds what a config has not, in the order of how common it is: dropout, weight decay, label smoothing,
/// mixup; then more of what it has. Augmentation is a remedy of its own. Early stopping is none here: the
/// weights with the lowest dev error are taken anyway, and `train.patience` saves time alone.
fn more_of(config: &Config) -> Option<Fitted> {
    let network = config.model.network()?;
    let now_dropout = network.dropout();
    let now_decay = config.optimizer.weight_decay();
    let more_decay = 3.0 * now_decay;
    if let Some(now) = now_dropout.filter(|&now| now == 0.0) {
        Some(dropout(network, now, FIRST_DROPOUT))
    } else if now_decay == 0.0 {
        Some(decay(config, first_decay(config)))
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
