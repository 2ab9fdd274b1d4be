//! What is said when a training has left the numbers behind.

use std::{fmt, path::Path};

use crate::{Error, config::Config, learning_rates, schedule::Curve};

/// What is not finite any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Loss,
    Gradient,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loss => "loss",
            Self::Gradient => "gradient",
        })
    }
}

/// The step at which a loss or a gradient was not finite.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotFinite {
    pub(crate) quantity: Quantity,
    /// NaN or an infinity.
    pub(crate) value: f32,
    /// Counted from 1.
    pub(crate) step: u64,
    /// Of this step, as the schedule has it.
    pub(crate) learning_rate: f64,
}

/// Such a step, and what there is to be said of it.
pub(crate) struct Diverged<'a> {
    pub(crate) at: &'a NotFinite,
    pub(crate) config: &'a Config,
    pub(crate) run: &'a Path,
    /// The name of the last checkpoint; none if there is none yet.
    pub(crate) checkpoint: Option<&'a str>,
}

/// A usual bound on the norm of all gradients together (Pascanu et al., 2013, find that bounds may lie an
/// order of magnitude apart).
const USUAL_CLIP_NORM: f64 = 1.0;

impl Diverged<'_> {
    /// The error that ends the run: which step, what is kept, and what usually helps.
    pub(crate) fn error(&self) -> Error {
        let NotFinite {
            quantity,
            value,
            step,
            learning_rate,
        } = self.at;
        let run = self.run.display();
        let kept = match self.checkpoint {
            Some(name) => format!("{run}/checkpoints/{name} is kept"),
            None => "there was no checkpoint yet".into(),
        };
        let rate = learning_rates::short(*learning_rate);
        Error::failed(format!(
            "the {quantity} is {value} at step {step}, with a learning rate of {rate}: training has \
             diverged\n{kept}"
        ))
        .hint(self.hint())
    }

    fn hint(&self) -> String {
        let config = self.config;
        let optimizer = &config.optimizer;
        let lower = learning_rates::set(optimizer, learning_rates::lower(optimizer));
        let mut lines = vec![
            "one of these usually helps".to_string(),
            format!("  a lower learning rate: {lower}"),
        ];
        match config.train.clip_norm {
            None => lines.push(format!(
                "  gradients that are clipped: --set train.clip_norm={USUAL_CLIP_NORM}"
            )),
            Some(norm) if norm > USUAL_CLIP_NORM => lines.push(format!(
                "  gradients that are clipped to less than {norm}: --set \
                 train.clip_norm={USUAL_CLIP_NORM}"
            )),
            Some(_) => {}
        }
        let schedule = &config.schedule;
        let warms_up = schedule.warmup_steps.is_some() || schedule.warmup_epochs.is_some();
        if !warms_up && !matches!(schedule.curve(), Curve::OneCycle(_)) {
            lines.push("  a rate that rises at first: --set schedule.warmup_epochs=1".into());
        }
        let run = self.run.display();
        lines.push(format!(
            "`plumb find-lr {run}/config.toml` measures which learning rates work"
        ));
        if self.checkpoint.is_some() {
            lines.push(format!(
                "`plumb resume {run} {lower}` goes on from the checkpoint"
            ));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(quantity: Quantity, overrides: &[&str], checkpoint: Option<&str>) -> String {
        let path = Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../configs/quickstart.toml"
        ));
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        let (config, _) = crate::config::read(path, &overrides).unwrap();
        let at = NotFinite {
            quantity,
            value: f32::NAN,
            step: 57,
            learning_rate: config.optimizer.learning_rate(),
        };
        let diverged = Diverged {
            at: &at,
            config: &config,
            run: Path::new("runs/quickstart-0001"),
            checkpoint,
        };
        let error = diverged.error();
        assert_eq!(error.exit_code(), 1);
        error.to_string()
    }

    #[test]
    fn the_words_fit_the_config() {
        let sgd = "optimizer={sgd={learning_rate=2.0}}";
        let clipped = "train.clip_norm=1";
        let texts = [
            text(Quantity::Loss, &[sgd], Some("step-00000042")),
            text(Quantity::Gradient, &["train.clip_norm=10"], None),
            text(Quantity::Loss, &[clipped, "schedule={one_cycle={}}"], None),
        ];
        insta::assert_snapshot!(texts.join("\n\n\n"));
    }

    /// Each override that is offered is one that the config takes.
    #[test]
    fn what_is_offered_is_possible() {
        let text = text(Quantity::Loss, &[], None);
        let offered: Vec<&str> = text
            .split_whitespace()
            .zip(text.split_whitespace().skip(1))
            .filter_map(|(word, next)| (word == "--set").then_some(next))
            .collect();
        assert_eq!(offered.len(), 3, "{text}");
        for set in offered {
            self::text(Quantity::Loss, &[set], None);
        }
    }
}
