use super::{Case, Fitted};
use crate::{
    config::Config,
    learning_rates::{USUAL_ADAM, short},
    optimizer::Optimizer,
    schedule::Curve,
    train::End,
};

/// Twice of what ended the training.
pub(super) fn train_longer(case: Case<'_>) -> Option<Fitted> {
    let train = &case.config.train;
    match case.end {
        End::Epochs | End::Interrupted => {
            let (now, then) = (train.epochs, train.epochs.saturating_mul(2));
            (then > now).then(|| {
                Fitted::key(
                    format!("epochs {now} -> {then}"),
                    format!("train.epochs={then}"),
                )
            })
        }
        End::Patience => {
            let now = train.patience?;
            let then = now.saturating_mul(2);
            (then > now).then(|| {
                Fitted::key(
                    format!("patience, which ended the training, {now} -> {then} evaluations"),
                    format!("train.patience={then}"),
                )
            })
        }
        End::Time => {
            let (now, then) = (train.max_time?, train.max_time?.saturating_mul(2));
            let [now, then] = [now, then].map(humantime::format_duration);
            Some(Fitted::key(
                format!("the time that ended the training {now} -> {then}"),
                format!("train.max_time=\"{then}\""),
            ))
        }
    }
}

/// Adam for SGD, then a schedule, then decay that is apart from the gradient, then another rate.
pub(super) fn better_optimizer(config: &Config) -> Fitted {
    let optimizer = &config.optimizer;
    let now = short(optimizer.learning_rate());
    match (optimizer, config.schedule.curve()) {
        (Optimizer::Sgd(_), _) => {
            let adam = USUAL_ADAM;
            Fitted::key(
                format!("optimizer SGD at learning rate {now} -> Adam at {adam}"),
                format!("optimizer={{adam={{learning_rate={adam}}}}}"),
            )
        }
        (_, Curve::Constant) => Fitted::key(
            "a constant learning rate -> one that rises and falls once (one_cycle)",
            "schedule={one_cycle={}}",
        ),
        (Optimizer::Adam(adam), _) if adam.weight_decay > 0.0 => Fitted::key(
            "Adam with an L2 penalty -> AdamW, whose decay is apart from the gradient",
            format!(
                "optimizer={{adamw={{learning_rate={}}}}}",
                adam.learning_rate
            ),
        ),
        _ => Fitted::work(format!(
            "measure which learning rates work, with `plumb find-lr` (now {now})"
        )),
    }
}
