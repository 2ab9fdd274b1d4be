//! All four sets over the epochs, for people to look at: test is here too, and reaches nothing that chooses.

use std::{fs, path::Path};

use crate::{
    curve::{METRICS, Metric},
    measurements::lines,
    sets::PerSet,
};

/// What `metrics.jsonl` holds so far, by rising epoch. A run that goes on, or that was killed, may leave a line that is
/// cut off: it is passed over.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) sets: PerSet<Vec<Metric>>,
}

impl History {
    /// That of a run; empty where there is none.
    pub(crate) fn read(run: &Path) -> Self {
        let text = fs::read(run.join(METRICS)).unwrap_or_default();
        let mut history = Self::default();
        for metric in lines::<Metric>(&String::from_utf8_lossy(&text)) {
            history.sets.get_mut(metric.set).push(metric);
        }
        history
    }

    /// Epochs that were measured.
    pub(crate) fn epochs(&self) -> u32 {
        self.sets.dev.last().map_or(0, |metric| metric.epoch)
    }

    /// The epoch with the lowest dev error so far, the first of equal ones.
    pub(crate) fn best_epoch(&self) -> Option<u32> {
        let by_error = |a: &&Metric, b: &&Metric| a.error_rate.total_cmp(&b.error_rate);
        self.sets
            .dev
            .iter()
            .min_by(by_error)
            .map(|metric| metric.epoch)
    }
}
