//! All four sets over the epochs, for people to look at: test is here too, and reaches nothing that chooses.

use std::{fs, path::Path};

use crate::{
    curve::{Metric, Timing},
    sets::PerSet,
};

/// What `metrics.jsonl` and `timings.jsonl` hold so far. A run that goes on, or that was killed, may leave a
/// line that is cut off: it is passed over.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    /// By rising epoch.
    pub(crate) sets: PerSet<Vec<Metric>>,
    pub(crate) timings: Vec<Timing>,
}

impl History {
    /// That of a run; empty where there is none.
    pub(crate) fn read(run: &Path) -> Self {
        let text = |file: &str| {
            let bytes = fs::read(run.join(file)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Self::parse(&text("metrics.jsonl"), &text("timings.jsonl"))
    }

    fn parse(metrics: &str, timings: &str) -> Self {
        let mut history = Self::default();
        for line in metrics.lines() {
            if let Ok(metric) = serde_json::from_str::<Metric>(line) {
                history.sets.get_mut(metric.set).push(metric);
            }
        }
        let lines = timings.lines();
        history.timings = lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
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
