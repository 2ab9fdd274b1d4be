use super::{
    ClassWeights, Config, Data, FORMAT, KeyError, LossConfig, chunk::at, training::at_least_one,
};
use crate::{fraction, optimizer::Optimizer, schedule::Curve};

/// What is expected of a number, in words and as a condition.
type Range = (&'static str, fn(f64) -> bool);

// The backends compute in 32 bits, where 0.99999999 is 1 and 1e-60 is 0.
const SHARE: Range = ("from 0 to below 1", |p| p >= 0.0 && (p as f32) < 1.0);
const POSITIVE: Range = ("more than 0 (and within 32 bits)", |value| {
    value as f32 > 0.0 && (value as f32).is_finite()
});
const NOT_NEGATIVE: Range = ("0 or more", |value| value >= 0.0);
const ONE_OR_MORE: Range = ("1 or more", |value| value >= 1.0);
const FROM_0_TO_1: Range = ("from 0 to 1", |value| (0.0..=1.0).contains(&value));
/// Below, one example of a pair has all of a mixture already; above, both have a half.
const MIXUP: Range = ("0 (no mixup), or from 0.01 to 100", |alpha| {
    alpha == 0.0 || (0.01..=100.0).contains(&alpha)
});

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
        human.check()?;
    }
    config.model.check()?;
    super::forest::check_unused(config)?;
    check_optimizer(&config.optimizer)?;
    check_schedule(config)?;
    check_loss(&config.loss)?;
    config.train.check()?;
    if let Some(norm) = config.train.clip_norm {
        numbers("train", &[("clip_norm", norm, POSITIVE)])?;
    }
    numbers("train", &[("mixup", config.train.mixup, MIXUP)])?;
    if let Some(expect) = &config.expect {
        expect.check()?;
    }
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
    let table = format!("optimizer.{}", optimizer.name());
    match optimizer {
        Optimizer::Adam(adam) => numbers(
            &table,
            &[
                ("learning_rate", adam.learning_rate, POSITIVE),
                ("beta_1", adam.beta_1, SHARE),
                ("beta_2", adam.beta_2, SHARE),
                ("epsilon", adam.epsilon, POSITIVE),
                ("weight_decay", adam.weight_decay, NOT_NEGATIVE),
            ],
        ),
        Optimizer::AdamW(adamw) => numbers(
            &table,
            &[
                ("learning_rate", adamw.learning_rate, POSITIVE),
                ("beta_1", adamw.beta_1, SHARE),
                ("beta_2", adamw.beta_2, SHARE),
                ("epsilon", adamw.epsilon, POSITIVE),
                ("weight_decay", adamw.weight_decay, NOT_NEGATIVE),
            ],
        ),
        Optimizer::Sgd(sgd) => {
            numbers(
                &table,
                &[
                    ("learning_rate", sgd.learning_rate, POSITIVE),
                    ("momentum", sgd.momentum, SHARE),
                    ("dampening", sgd.dampening, SHARE),
                    ("weight_decay", sgd.weight_decay, NOT_NEGATIVE),
                ],
            )?;
            if sgd.nesterov && (sgd.momentum == 0.0 || sgd.dampening > 0.0) {
                let message = "Nesterov's method needs a momentum, and no dampening";
                let error = KeyError::new(format!("{table}.nesterov"), message);
                return Err(error.hint("a usual momentum is 0.9; dampening is 0 unless given"));
            }
            Ok(())
        }
    }
}

fn check_schedule(config: &Config) -> Result<(), KeyError> {
    let schedule = &config.schedule;
    if let Some(epochs) = schedule.warmup_epochs {
        if schedule.warmup_steps.is_some() {
            let message = "warm-up is given in steps and in epochs, where one is expected";
            return Err(KeyError::new("schedule.warmup_epochs", message));
        }
        let all = config.train.epochs;
        let expected = format!("from 0 to the {all} of `train.epochs`");
        range("schedule.warmup_epochs", epochs, &expected, |epochs| {
            (0.0..=f64::from(all)).contains(&epochs)
        })?;
    }
    match schedule.curve() {
        Curve::Constant => Ok(()),
        Curve::Cosine(cosine) => numbers(
            "schedule.cosine",
            &[(
                "final_learning_rate",
                cosine.final_learning_rate,
                NOT_NEGATIVE,
            )],
        ),
        Curve::OneCycle(cycle) => numbers(
            "schedule.one_cycle",
            &[
                ("pct_start", cycle.pct_start, FROM_0_TO_1),
                ("div_factor", cycle.div_factor, ONE_OR_MORE),
                ("final_div_factor", cycle.final_div_factor, ONE_OR_MORE),
            ],
        ),
        Curve::Step(step) => {
            if let Some(every) = step.every_epochs {
                at_least_one("schedule.step.every_epochs", u64::from(every))?;
            }
            if step.every_epochs.is_some() == step.milestones.is_some() {
                let message =
                    "[schedule.step] needs either `every_epochs = 30` or `milestones = [30, 60]`";
                return Err(KeyError::new("schedule.step", message));
            }
            numbers("schedule.step", &[("gamma", step.gamma, POSITIVE)])
        }
    }
}

fn check_loss(loss: &LossConfig) -> Result<(), KeyError> {
    numbers("loss", &[("label_smoothing", loss.label_smoothing, SHARE)])?;
    if let Some(ClassWeights::Named(weights)) = &loss.class_weights {
        for (class, &weight) in weights {
            numbers("loss.class_weights", &[(class, weight, POSITIVE)])?;
        }
    }
    Ok(())
}

/// Checks the numbers of one table.
fn numbers(table: &str, numbers: &[(&str, f64, Range)]) -> Result<(), KeyError> {
    for &(key, value, (expected, holds)) in numbers {
        range(&format!("{table}.{key}"), value, expected, holds)?;
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
        let error = KeyError::value(key, format!("is {value}; expected a number {expected}"));
        // Only where all that is allowed lies below 1: a rate or a share.
        let meant = fraction::did_you_mean(value).filter(|_| holds(value / 100.0) && !holds(1.5));
        Err(error.maybe_hint(meant))
    }
}
