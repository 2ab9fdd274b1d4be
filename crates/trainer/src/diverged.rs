//! What is said when a training has left the numbers behind.

use std::{fmt, path::Path};

use crate::{Error, config::Config, learning_rates};

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
            Self::Gradient => "gradient's norm",
        })
    }
}

/// The step at which a loss or a gradient was not finite.
pub(crate) struct Diverged<'a> {
    pub(crate) config: &'a Config,
    pub(crate) run: &'a Path,
    /// Counted from 1.
    pub(crate) step: u64,
    pub(crate) quantity: Quantity,
    /// NaN or an infinity.
    pub(crate) value: f64,
    /// Of this step, as the schedule has it.
    pub(crate) learning_rate: f64,
    /// The step after which the last checkpoint was saved; none if there is none yet.
    pub(crate) saved_step: Option<u64>,
}

/// A usual bound on the norm of all gradients together (Pascanu et al., 2013, find such bounds to matter
/// little within a factor of ten).
const USUAL_CLIP_NORM: f64 = 1.0;

impl Diverged<'_> {
    /// The error that ends the run: which step, what is kept, and what usually helps.
    pub(crate) fn error(&self) -> Error {
        let Self {
            step,
            quantity,
            value,
            ..
        } = self;
        let kept = match self.saved_step {
            Some(saved) => format!(
                "the checkpoint of step {saved} in {} is kept",
                self.run.display()
            ),
            None => "there is no checkpoint yet".into(),
        };
        Error::failed(format!(
            "the {quantity} is {value} at step {step}, at a learning rate of {}: training has diverged\n\
             {kept}",
            learning_rates::short(self.learning_rate),
        ))
        .hint(self.hint())
    }

    fn hint(&self) -> String {
        let config = self.config;
        let optimizer = &config.optimizer;
        let lower = learning_rates::set(optimizer, learning_rates::lower(optimizer));
        let mut lines = vec![
            "one of these usually helps:".to_string(),
            format!("  a lower learning rate  {lower}"),
        ];
        let run = self.run.display();
        lines.push(format!(
            "`plumb find-lr {run}/config.toml` measures which rates work"
        ));
        if self.saved_step.is_some() {
            lines.push(format!(
                "from the checkpoint on: plumb resume {run} {lower}"
            ));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(quantity: Quantity, overrides: &[&str], saved_step: Option<u64>) -> String {
        let path = Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../configs/quickstart.toml"
        ));
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        let (config, _) = crate::config::read(path, &overrides).unwrap();
        let diverged = Diverged {
            config: &config,
            run: Path::new("runs/quickstart-0001"),
            step: 57,
            quantity,
            value: f64::NAN,
            learning_rate: config.optimizer.learning_rate(),
            saved_step,
        };
        let error = diverged.error();
        assert_eq!(error.exit_code(), 1);
        error.to_string()
    }

    #[test]
    fn the_words_fit_the_config() {
        let sgd = "optimizer={sgd={learning_rate=2.0}}";
        let texts = [
            text(Quantity::Loss, &[sgd], Some(42)),
            text(Quantity::Gradient, &[], None),
        ];
        insta::assert_snapshot!(texts.join("\n\n\n"));
    }
}
