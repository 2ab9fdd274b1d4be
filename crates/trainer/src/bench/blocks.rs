use std::time::{Duration, Instant};

use burn::tensor::Device;

use crate::{Error, device::OpenDevice};

/// Steps per block on a device that only takes orders: the wait at the block's end is shared by this many.
const STEPS_PER_BLOCK: u32 = 10;

/// What was done between two waits for the device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Block {
    pub(super) n_steps: u32,
    pub(super) n_examples: usize,
    pub(super) time: Duration,
}

impl Block {
    pub(super) fn examples_per_sec(&self) -> f64 {
        self.n_examples as f64 / self.time.as_secs_f64()
    }

    pub(super) fn step_ms(&self) -> f64 {
        self.time.as_secs_f64() * 1e3 / f64::from(self.n_steps)
    }
}

/// How many steps are timed together. The CPU is done with each operation when the call returns, so each step is
/// timed by itself there; a GPU would be slowed down by a wait per step.
pub(super) fn steps_per_block(opened: &OpenDevice) -> u32 {
    if opened.is_host { 1 } else { STEPS_PER_BLOCK }
}

/// The time of some work, until the device has done all of it.
///
/// # Errors
/// What the work fails with, or [`Error::Failed`] if the device does.
pub(super) fn timed<T>(
    device: &Device,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<(T, Duration), Error> {
    let start = Instant::now();
    let result = work()?;
    wait(device)?;
    Ok((result, start.elapsed()))
}

/// Until the device has done all that it was told.
///
/// # Errors
/// [`Error::Failed`] if it could not.
pub(super) fn wait(device: &Device) -> Result<(), Error> {
    device
        .sync()
        .map_err(|error| Error::failed(format!("the device failed: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 4 steps of 100 examples in 0.2 seconds.
    #[test]
    fn rates_by_hand() {
        let block = Block {
            n_steps: 4,
            n_examples: 400,
            time: Duration::from_millis(200),
        };
        assert!((block.step_ms() - 50.0).abs() < 1e-9);
        assert!((block.examples_per_sec() - 2000.0).abs() < 1e-9);
    }
}
