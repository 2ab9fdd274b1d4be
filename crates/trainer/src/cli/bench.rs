use clap::Args;

use super::ConfigArgs;
use crate::device::DeviceChoice;

/// Measure what a config's training costs on this machine: time, share of the machine's limit, memory
///
/// It trains with fresh weights and batches of the config's training set, evaluates what a training would measure of
/// that set, and multiplies matrices on the same device and threads to see how fast they could be. Nothing is
/// written. Compare figures only of one machine and one sitting: what else runs on it slows everything down.
#[derive(Args)]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Training steps to time
    #[arg(long, value_name = "N", default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) steps: u32,
    /// Training steps before, which are not timed
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) warm_up: u32,
    /// Threads that the CPU computes with; if absent, as many as the machine has
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Where to compute: auto, cpu, gpu, wgpu:N, cuda:N or ndarray; auto takes a real GPU if there is one
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub(crate) device: DeviceChoice,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}
