use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::device::DeviceChoice;

/// Trains small networks on data from two distributions, and says why they are not good enough yet
#[derive(Parser)]
#[command(version, arg_required_else_help = true, infer_long_args = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Train from a config, measure the four error rates, and print the diagnosis
    Train(TrainArgs),
    /// Check a config and its data; print the resolved config, set sizes and parameter count
    Check(CheckArgs),
    /// List the devices that `--device` can name
    Devices(DevicesArgs),
}

#[derive(Args)]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Where to compute: auto, cpu, gpu or wgpu:N; auto takes a real GPU if there is one
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub(crate) device: DeviceChoice,
    /// The folder that gets a new run directory
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(crate) runs_dir: PathBuf,
    /// The run directory's name before its number, instead of the config's
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Print the diagnosis as one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct DevicesArgs {
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct ConfigArgs {
    /// The config, a TOML file
    #[arg(value_name = "CONFIG")]
    pub(crate) path: PathBuf,
    // An attribute, because brackets in a doc comment are links.
    #[arg(
        long = "set",
        value_name = "KEY=VALUE",
        help = "Override a key of the config, as in --set model.mlp.hidden=[64,64]; repeatable"
    )]
    pub(crate) overrides: Vec<String>,
}
