use plumb_data::unlabelled::Unlabelled;
use plumb_diagnostics::{Confidence, ErrorCount, wilson};

use super::scores::Scores;
use crate::{Error, progress::thousands, trained::Trained};

/// Predictions compared with the labels that the input has.
#[derive(Default)]
pub(super) struct Errors {
    errors: u64,
    n: u64,
}

impl Errors {
    pub(super) fn count(&mut self, label: Option<u32>, scores: &Scores) {
        if let Some(label) = label {
            self.n += 1;
            self.errors += u64::from(scores.best() != label as usize);
        }
    }

    /// The error rate in words, and how many labels are none.
    pub(super) fn text(
        &self,
        trained: &Trained,
        input: &Unlabelled,
        n_examples: usize,
    ) -> Result<String, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
        let count = ErrorCount::new(self.errors, self.n).map_err(|error| failed(&error))?;
        let confidence =
            Confidence::new(trained.config.diagnosis.confidence).map_err(|error| failed(&error))?;
        let interval = wilson(count, confidence);
        let mut text = format!(
            "error {:.2} % ({} % interval {:.2} to {:.2}): {} / {}",
            count.rate() * 100.0,
            confidence.level() * 100.0,
            interval.low * 100.0,
            interval.high * 100.0,
            thousands(count.errors()),
            thousands(count.n()),
        );
        let others = n_examples as u64 - self.n;
        if others > 0 {
            let is_class = |text: &&String| !trained.about.classes.contains(text);
            let labels = input.labels.as_ref();
            let first = labels.and_then(|labels| labels.values.iter().find(is_class));
            let what = match others {
                1 => "1 label is none of the run's classes and is".to_owned(),
                n => format!(
                    "{} labels are none of the run's classes and are",
                    thousands(n)
                ),
            };
            let first = first.map_or("", String::as_str);
            text.push_str(&format!("\n{what} not counted, such as `{first}`"));
        }
        Ok(text)
    }
}
