use plumb_diagnostics::{BestOf, Confidence, ErrorMatrix};
use serde::Serialize;

use super::Run;
use crate::answers::BOOTSTRAP_SEED;

/// The single run with the lowest dev error, whose dev figure is too good because it was picked by it.
#[derive(Debug, Serialize)]
pub(crate) struct BestRun {
    /// Which run.
    #[serde(skip)]
    pub(crate) run: usize,
    /// Among those measured on the same dev examples; fractions.
    #[serde(flatten)]
    pub(crate) figures: BestOf,
    /// Runs on other dev examples, which are not counted.
    pub(crate) runs_elsewhere: usize,
}

impl BestRun {
    /// None where nothing was chosen from: no two runs on the same dev examples.
    pub(crate) fn of(groups: &[Vec<usize>], runs: &[Run], confidence: Confidence) -> Option<Self> {
        let all: Vec<usize> = groups.iter().flatten().copied().collect();
        let dev = |at: usize| &runs[at].sets.dev;
        let rate = |at: &usize| dev(*at).count.rate();
        let best = all.iter().min_by(|a, b| rate(a).total_cmp(&rate(b)))?;
        let mut candidates = all.clone();
        candidates.retain(|&at| dev(at).sha256 == dev(*best).sha256);
        if candidates.len() < 2 {
            return None;
        }
        let flags: Vec<Vec<bool>> = candidates
            .iter()
            .map(|&at| dev(at).errors.clone())
            .collect();
        let matrix = ErrorMatrix::new(&flags).ok()?; // a dev set of one example has nothing to tell
        let figures = BestOf::measure(&matrix, confidence, BOOTSTRAP_SEED);
        Some(Self {
            run: candidates[figures.chosen],
            runs_elsewhere: all.len() - candidates.len(),
            figures,
        })
    }
}
