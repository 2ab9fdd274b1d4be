//! What to try next, as a page shows it.

use std::path::Path;

use plumb_diagnostics::Diagnosis;

use crate::{advice::Action, report};

/// One thing to try.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) gap: String,
    pub(crate) change: String,
    pub(crate) reason: Option<String>,
    /// The most that it can gain, in points.
    pub(crate) ceiling: String,
    pub(crate) cost: Option<String>,
    /// To be copied; none where no change of the config does it.
    pub(crate) command: Option<String>,
}

/// The actions of a run; commands start from its own config, which is complete.
pub(super) fn attempts(actions: &[Action], run: &Path) -> Vec<Attempt> {
    let attempt = |action: &Action| Attempt {
        gap: action.gap.to_string(),
        change: action.change.clone(),
        reason: action.reason.clone(),
        ceiling: format!("{:.2}", action.ceiling * 100.0),
        cost: report::cost(&action.cost),
        command: (action.set.as_deref()).map(|set| report::with_change(run, set)),
    };
    actions.iter().map(attempt).collect()
}

/// What is left out of the page because it is not known.
pub(super) fn notes(diagnosis: &Diagnosis) -> Vec<String> {
    diagnosis.notes.iter().map(ToString::to_string).collect()
}
