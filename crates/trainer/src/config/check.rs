use super::{Config, Data, FORMAT, KeyError, chunk::at};
use crate::{optimizer::Optimizer, schedule::Schedule};

/// Checks every value that needs no data to be read.
pub(super) fn check(config: &Config) -> Result<(), KeyError> {
    if config.format != FORMAT {
        return Err(KeyError::new(
            "format",
            format!(
                "the config's format is {}; this plumb reads format {FORMAT}",
                config.format
            ),
        ));
    }
    check_name("name", &config.name)?;
    check_data(&config.data)?;
    if let Some(human) = &config.human {
        human.level()?;
    }
    config.model.check()?;
    check_optimizer(&config.optimizer)?;
    if let Schedule::Cosine(cosine) = &config.schedule {
        let key = "schedule.cosine.final_learning_rate";
        range(key, cosine.final_learning_rate, "0 or more", |rate| {
            rate >= 0.0
        })?;
    }
    config.train.check()?;
    config.evaluation.check()?;
    config.checkpoint.check()?;
    if let Some(goal) = config.diagnosis.goal_error {
        range("diagnosis.goal_error", goal, "from 0 to 1", |rate| {
            (0.0..=1.0).contains(&rate)
        })?;
    }
    let inside = |share: f64| share > 0.0 && share < 1.0;
    range(
        "diagnosis.confidence",
        config.diagnosis.confidence,
        "between 0 and 1",
        inside,
    )?;
    range(
        "diagnosis.matters_share",
        config.diagnosis.matters_share,
        "between 0 and 1",
        inside,
    )
}

/// Checks a name that becomes part of a path.
pub(super) fn check_name(key: &str, name: &str) -> Result<(), KeyError> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(allowed) {
        let predicate = format!(
            "is {name:?}; expected letters, digits, `-`, `_` and `.`, with no `.` in front"
        );
        return Err(KeyError::value(key, predicate));
    }
    Ok(())
}

fn check_data(data: &Data) -> Result<(), KeyError> {
    data.general.check("data.general")?;
    data.target.check("data.target")?;
    if let Some(augmentation) = &data.augmentation {
        at("data.augmentation", augmentation.check())?;
    }
    at("data.split", data.split.check())
}

fn check_optimizer(optimizer: &Optimizer) -> Result<(), KeyError> {
    type Range = (&'static str, fn(f64) -> bool);
    // The backends compute in 32 bits, where 0.99999999 is 1 and 1e-60 is 0.
    const SHARE: Range = ("from 0 to below 1", |p| p >= 0.0 && (p as f32) < 1.0);
    const POSITIVE: Range = ("more than 0 (and within 32 bits)", |value| {
        value as f32 > 0.0 && (value as f32).is_finite()
    });
    const NOT_NEGATIVE: Range = ("0 or more", |value| value >= 0.0);
    let numbers: &[(&str, f64, Range)] = match optimizer {
        Optimizer::Adam(adam) => &[
            ("learning_rate", adam.learning_rate, POSITIVE),
            ("beta_1", adam.beta_1, SHARE),
            ("beta_2", adam.beta_2, SHARE),
            ("epsilon", adam.epsilon, POSITIVE),
            ("weight_decay", adam.weight_decay, NOT_NEGATIVE),
        ],
        Optimizer::Sgd(sgd) => &[
            ("learning_rate", sgd.learning_rate, POSITIVE),
            ("momentum", sgd.momentum, SHARE),
            ("weight_decay", sgd.weight_decay, NOT_NEGATIVE),
        ],
    };
    for &(key, value, (expected, holds)) in numbers {
        let key = format!("optimizer.{}.{key}", optimizer.name());
        range(&key, value, expected, holds)?;
    }
    Ok(())
}

fn range(
    key: &str,
    value: f64,
    expected: &str,
    holds: impl Fn(f64) -> bool,
) -> Result<(), KeyError> {
    if value.is_finite() && holds(value) {
        Ok(())
    } else {
        Err(KeyError::value(
            key,
            format!("is {value}; expected a number {expected}"),
        ))
    }
}
