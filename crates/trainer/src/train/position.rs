use std::time::{Duration, Instant};

use plumb_diagnostics::ErrorCount;
use serde::{Deserialize, Serialize};

use crate::watch::Watch;

/// Where a training stands. With the config and the weights it decides all that follows: every random
/// stream depends on the run's seed and on one of these numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Epochs done.
    pub(crate) epoch: u32,
    /// Steps done, those of the epoch in progress included.
    pub(crate) step: u64,
    /// Sum of the losses of the epoch in progress.
    pub(crate) loss_sum: f64,
    /// The evaluation with the lowest dev error.
    pub(crate) best: Option<BestPosition>,
    /// Evaluations since that one.
    pub(crate) evaluations_since_best: u32,
    /// Time in training steps and evaluations so far.
    pub(crate) elapsed_secs: f64,
    /// Of it, training steps of the epoch in progress.
    pub(crate) epoch_secs: f64,
    /// What has been warned of, and what warnings need to know.
    pub(crate) watch: Watch,
}

/// An evaluation whose dev error is the lowest so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BestPosition {
    /// Counted from 1.
    pub(crate) epoch: u32,
    pub(crate) step: u64,
    pub(crate) dev: ErrorCount,
}

impl Position {
    /// Takes note of a dev error, and returns whether it is lower than the lowest so far. Of equal
    /// ones the earlier stays.
    ///
    /// The choice of weights sees nothing but these two counts on the same dev set.
    pub(super) fn note_dev(&mut self, epoch: u32, dev: ErrorCount) -> bool {
        if self
            .best
            .is_some_and(|best| best.dev.errors() <= dev.errors())
        {
            self.evaluations_since_best += 1;
            return false;
        }
        let step = self.step;
        self.best = Some(BestPosition { epoch, step, dev });
        self.evaluations_since_best = 0;
        true
    }

    /// Adds the time since the clock was last read, and returns it.
    pub(super) fn spend(&mut self, clock: &mut Instant) -> Duration {
        let time = clock.elapsed();
        *clock += time;
        self.elapsed_secs += time.as_secs_f64();
        time
    }

    pub(super) fn spend_on_steps(&mut self, clock: &mut Instant) {
        self.epoch_secs += self.spend(clock).as_secs_f64();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fewer_dev_errors_are_better() {
        let mut position = Position::default();
        let mut note = |errors| {
            let is_best = position.note_dev(1, ErrorCount::new(errors, 500).unwrap());
            (is_best, position.evaluations_since_best)
        };
        assert_eq!(note(4), (true, 0));
        assert_eq!(note(4), (false, 1));
        assert_eq!(note(5), (false, 2));
        assert_eq!(note(3), (true, 0));
    }
}
