use serde::{Deserialize, Serialize};

use super::Position;
use crate::config::Config;

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// All epochs are done.
    Epochs,
    /// `train.patience` evaluations in a row had no lower dev error.
    Patience,
    /// `train.max_time` is used up.
    Time,
    /// Somebody asked for it; the state is saved.
    Interrupted,
}

impl End {
    /// The setting that lets a run that ended so go on, as in `train.epochs=40`.
    pub(crate) fn key_to_go_on(self, more_epochs: u32) -> String {
        match self {
            Self::Patience => "patience=1000".into(),
            Self::Time => "max_time=1h".into(),
            Self::Epochs | Self::Interrupted => format!("epochs={more_epochs}"),
        }
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Epochs => "all epochs are done",
            Self::Patience => "dev error had not fallen for `train.patience` evaluations",
            Self::Time => "`train.max_time` was used up",
            Self::Interrupted => "interrupted",
        })
    }
}

/// Whether training ends behind an evaluation, and why.
pub(crate) fn end(config: &Config, position: &Position) -> Option<End> {
    let patience = config.train.patience;
    if position.epoch == config.train.epochs {
        Some(End::Epochs)
    } else if patience.is_some_and(|patience| position.evaluations_since_best >= patience) {
        Some(End::Patience)
    } else if is_time_up(config, position) {
        Some(End::Time)
    } else {
        None
    }
}

pub(super) fn is_time_up(config: &Config, position: &Position) -> bool {
    let max_time = config.train.max_time;
    max_time.is_some_and(|time| position.elapsed_secs >= time.as_secs_f64())
}
