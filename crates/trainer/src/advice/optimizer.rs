use super::fit::Fitted;
use crate::{
    config::Config,
    learning_rates::{USUAL_ADAM, short},
    optimizer::Optimizer,
    schedule::Curve,
};

/// Adam for SGD, then a schedule, then decay that is apart from the gradient, then another rate.
pub(super) fn better(config: &Config) -> Fitted {
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
