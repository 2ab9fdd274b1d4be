use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Go on with a run that ended early, in a new run directory; or train a finished one longer
    Resume(ResumeArgs),
    /// Check a config and its data; print the resolved config, set sizes and parameter count
    Check(CheckArgs),
    /// Look at a config's data, write it down for other programs, list the sources
    #[command(subcommand)]
    Data(DataCommand),
    /// Find a learning rate: train while it rises, and see where the loss falls and where it rises
    FindLr(FindLrArgs),
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
    #[command(flatten)]
    pub(crate) output: RunOutput,
}

#[derive(Args)]
pub(crate) struct ResumeArgs {
    /// The run directory; it is left as it is
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    #[arg(
        long = "set",
        value_name = "KEY=VALUE",
        help = "Override a key of the run's config, as in --set train.epochs=40; repeatable"
    )]
    pub(crate) overrides: Vec<String>,
    /// Where to compute, instead of where the run did
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<DeviceChoice>,
    /// The folder that gets the new run directory, instead of the one that the run is in
    #[arg(long, value_name = "DIR")]
    pub(crate) runs_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: RunOutput,
}

#[derive(Args)]
pub(crate) struct RunOutput {
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
pub(crate) struct FindLrArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Where to compute: auto, cpu, gpu or wgpu:N; auto takes a real GPU if there is one
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub(crate) device: DeviceChoice,
    /// The lowest learning rate, that of the first step
    #[arg(long, value_name = "RATE", default_value_t = 1e-7)]
    pub(crate) min: f64,
    /// The highest learning rate, that of the last step
    #[arg(long, value_name = "RATE", default_value_t = 10.0)]
    pub(crate) max: f64,
    /// How many steps to train
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub(crate) steps: u32,
    /// An SVG file to draw the test into; one that exists is replaced
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Subcommand)]
pub(crate) enum DataCommand {
    /// List the data sources and their keys
    List(ListArgs),
    /// Describe the sets: counts, classes, ranges, hashes, originals, leaks
    Describe(CheckArgs),
    /// Draw general beside target as a PNG: a contact sheet of pictures, or points
    Preview(PreviewArgs),
    /// Write down which example is in which set
    Split(SplitArgs),
    /// Write the four sets as files, so that another program trains on exactly the same
    Export(ExportArgs),
    /// Write one chunk as files, with all that its config draws and synthesizes
    Synthesize(SynthesizeArgs),
}

#[derive(Args)]
pub(crate) struct ListArgs {
    /// Only this source
    pub(crate) source: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct PreviewArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The PNG to write; one that exists is replaced
    #[arg(long, value_name = "FILE.png")]
    pub(crate) out: PathBuf,
    /// Pictures per class of each chunk
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=50))]
    pub(crate) per_class: u8,
}

#[derive(Args)]
pub(crate) struct SplitArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The folder to write, which must not exist
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) split: SplitArgs,
    /// The format of the files
    #[arg(long, value_enum, default_value_t = ExportFormat::Npz)]
    pub(crate) format: ExportFormat,
}

#[derive(Args)]
pub(crate) struct SynthesizeArgs {
    #[command(flatten)]
    pub(crate) export: ExportArgs,
    /// Which chunk
    #[arg(long, value_enum, default_value_t = ChunkName::General)]
    pub(crate) chunk: ChunkName,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A table with a header
    Csv,
    /// `NumPy` arrays x, y and classes
    Npz,
    /// The format of MNIST
    Idx,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ChunkName {
    General,
    Target,
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
