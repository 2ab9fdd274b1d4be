#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "these texts are the help of the commands, where [sweep] is a table of a config"
)]

mod bench;
mod init;
mod many_runs;
mod pages;
mod tools;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::bench::BenchArgs;
pub(crate) use self::init::{FirstNetwork, InitArgs, Kind};
pub(crate) use self::many_runs::{CompareArgs, CurveSet, ReproduceArgs, SweepArgs};
pub(crate) use self::pages::{BoardArgs, ReportArgs, ReportFormat};
pub(crate) use self::tools::{CompletionsArgs, LogFormat, ManArgs};
use crate::{device::DeviceChoice, exam::Regime};

/// Trains small networks on data from two distributions, and says why they are not good enough yet
#[derive(Parser)]
#[command(version, arg_required_else_help = true, infer_long_args = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    // An attribute, because an underscore in a doc comment is code.
    #[arg(
        long,
        global = true,
        help = "Draw with ASCII characters alone; so does the environment variable PLUMB_ASCII=1"
    )]
    pub(crate) ascii: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    /// Train from a config, measure the four error rates, and print the diagnosis
    Train(TrainArgs),
    /// Go on with a run that ended early, in a new run directory; or train a finished one longer
    Resume(ResumeArgs),
    Evaluate(EvaluateArgs),
    Diagnose(DiagnoseArgs),
    Compare(CompareArgs),
    Predict(PredictArgs),
    /// Check a config and its data; print the resolved config, set sizes and parameter count
    Check(CheckConfigArgs),
    /// Look at a config's data, write it down for other programs, list the sources
    #[command(subcommand)]
    Data(DataCommand),
    /// Write a run's best weights, or all that it measured, as a file for other programs
    Export(ExportNetworkArgs),
    /// Find a learning rate: train while it rises, and see where the loss falls and where it rises
    FindLr(FindLrArgs),
    Bench(BenchArgs),
    Sweep(SweepArgs),
    Reproduce(ReproduceArgs),
    Decompose(DecomposeArgs),
    Exam(ExamArgs),
    Report(ReportArgs),
    Board(BoardArgs),
    /// List the devices that `--device` can name
    Devices(DevicesArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

#[derive(Args)]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Start from the best weights of this run, instead of fresh ones
    #[arg(long, value_name = "RUN")]
    pub(crate) init_from: Option<PathBuf>,
    /// Where to compute: auto, cpu, gpu, wgpu:N, cuda:N or ndarray; auto takes a real GPU if there is one
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub(crate) device: DeviceChoice,
    /// Do not compare a GPU with the CPU before the first step
    #[arg(long)]
    pub(crate) skip_device_check: bool,
    /// Do not compile and tune a GPU's kernels before the clock runs: the first steps do it
    #[arg(long)]
    pub(crate) skip_warm_up: bool,
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
    /// Do not compare a GPU with the CPU before the first step
    #[arg(long)]
    pub(crate) skip_device_check: bool,
    /// Do not compile and tune a GPU's kernels before the clock runs: the first steps do it
    #[arg(long)]
    pub(crate) skip_warm_up: bool,
    /// The folder that gets the new run directory, instead of the one that the run is in
    #[arg(long, value_name = "DIR")]
    pub(crate) runs_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: RunOutput,
}

#[derive(Args)]
pub(crate) struct RunOutput {
    /// Also write what is measured for another program, while it trains
    #[arg(long, value_enum, value_name = "PROGRAM")]
    pub(crate) log: Option<LogFormat>,
    /// Print the diagnosis as one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Measure a trained model again, on its own data or on other data
///
/// The normalization is the run's own, never fitted anew, and so are the classes and the model. Keys of
/// `data`, `human` and `diagnosis` can be overridden. Where train is not the one that the run was trained
/// on, only dev and test are shown: their gap to a train error would mean nothing. Paths in the run's
/// config start in the folder that it was trained in, those in --set in the current one. Nothing is written.
#[derive(Args)]
pub(crate) struct EvaluateArgs {
    /// The run directory; it is left as it is
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    #[arg(
        long = "set",
        value_name = "KEY=VALUE",
        help = "Override a key of the run's config, as in --set data.target.csv.path=new.csv; repeatable"
    )]
    pub(crate) overrides: Vec<String>,
    /// Where to compute: auto, cpu, gpu, wgpu:N, cuda:N or ndarray; auto takes a real GPU if there is one
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub(crate) device: DeviceChoice,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Say what stands in the way of a run, or of error rates from anywhere, and what to try
///
/// The input is a run; several runs, for the mean over seeds; a JSON file of figures (--schema prints its
/// format); a CSV file of predictions with the columns set (train, train-dev, dev, test), label and
/// predicted, maybe probability, example and seed, all others being slices; or nothing but figures on the
/// command line. Missing sets are fine. Nothing is written.
#[derive(Args)]
pub(crate) struct DiagnoseArgs {
    /// Runs, a JSON file of figures, or a CSV file of predictions
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Say what changed since this run, and whether it is what its actions promised
    #[arg(long, value_name = "OLD_RUN")]
    pub(crate) against: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) figures: FigureArgs,
    /// Print the JSON Schema of a file of figures, and nothing else
    #[arg(long, exclusive = true)]
    pub(crate) schema: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// Figures and how to judge them. Rates are fractions: 2 % is 0.02.
#[derive(Args)]
#[command(next_help_heading = "Figures")]
pub(crate) struct FigureArgs {
    /// Human-level error on the target data, or on all data
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) human: Option<f64>,
    /// A CSV file of raters' labels (example, rater, label, maybe group and truth), instead of --human
    #[arg(long, value_name = "FILE.csv", conflicts_with = "human")]
    pub(crate) raters: Option<PathBuf>,
    /// Human-level error on the general data, where it is another
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) human_general: Option<f64>,
    /// Error rate on the whole training set
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) train: Option<f64>,
    /// Error rate on held-out data like train
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) train_dev: Option<f64>,
    /// Error rate on the target data that decisions are made on
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) dev: Option<f64>,
    /// Error rate on the target data that makes no decision
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) test: Option<f64>,
    /// Examples in train; not needed
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) n_train: Option<u64>,
    /// Examples in train-dev; without it, its error has no interval
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) n_train_dev: Option<u64>,
    /// Examples in dev; without it, its error has no interval
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) n_dev: Option<u64>,
    /// Examples in test; without it, its error has no interval
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) n_test: Option<u64>,
    /// Two-sided confidence of every interval; 0.95 if absent
    #[arg(long, value_name = "LEVEL", allow_negative_numbers = true)]
    pub(crate) confidence: Option<f64>,
    /// The share of the dev error from which on a gap matters; 0.1 if absent
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(crate) matters_share: Option<f64>,
    /// The dev error that is good enough
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) goal_error: Option<f64>,
}

impl FigureArgs {
    /// Whether an error rate of the model, or a number of examples, is given.
    pub(crate) fn has_rate(&self) -> bool {
        let rates = [self.train, self.train_dev, self.dev, self.test];
        let counts = [self.n_train, self.n_train_dev, self.n_dev, self.n_test];
        rates.iter().any(Option::is_some) || counts.iter().any(Option::is_some)
    }
}

/// Say what a trained model makes of pictures, tables or arrays
///
/// The input is read as the run's own data was (the target's before the general's): columns by their
/// names, pictures by the same rule, then [data.….convert], then the run's normalization. Labels that the
/// input has (the training table's label column, the array y, folders named by class) are compared with the
/// predictions; the error rate goes to stderr. Examples are called by their number, counted from 0, and
/// pictures by their path.
#[derive(Args)]
pub(crate) struct PredictArgs {
    /// The run directory
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// A picture, a folder of pictures, a CSV, IDX, NPY or NPZ file, or - for standard input
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// The input's format, instead of what its first bytes or its name say
    #[arg(long, value_enum)]
    pub(crate) format: Option<InputFormat>,
    /// What to print
    #[arg(long, value_enum, default_value_t = PredictionFormat::Table)]
    pub(crate) output: PredictionFormat,
    /// Print one JSON document, as --output json does
    #[arg(long, conflicts_with = "output")]
    pub(crate) json: bool,
    /// Only the K most probable classes; if absent, 2 in a table and all in csv and json
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) top: Option<u32>,
    /// Leave out a column of a table that the training table did not have; repeatable
    #[arg(long, value_name = "COLUMN")]
    pub(crate) ignore: Vec<String>,
    /// Leave out pictures that can't be decoded, with a warning
    #[arg(long)]
    pub(crate) skip_broken: bool,
    /// The values are those after the run's [data.….convert], as `plumb data export` writes them
    #[arg(long)]
    pub(crate) converted: bool,
    /// Which weights: those with the lowest dev error, or those of the last step saved
    #[arg(long, value_enum, default_value_t = Weights::Best)]
    pub(crate) checkpoint: Weights,
    /// Where to compute: auto, cpu, gpu, wgpu:N, cuda:N or ndarray; auto takes a real GPU if there is one
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub(crate) device: DeviceChoice,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum InputFormat {
    /// A table
    Csv,
    /// The format of MNIST
    Idx,
    /// `NumPy` arrays, .npy or .npz
    Npz,
    /// PNG, JPEG, BMP or GIF
    Picture,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum PredictionFormat {
    /// For people
    Table,
    /// One line per example, one column per class
    Csv,
    /// One document
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Weights {
    Best,
    Last,
}

#[derive(Args)]
pub(crate) struct CheckConfigArgs {
    #[command(flatten)]
    pub(crate) config: Option<ConfigArgs>,
    /// Print the JSON Schema of configs, for editors, and nothing else
    #[arg(long, exclusive = true)]
    pub(crate) schema: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
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
    /// Where to compute: auto, cpu, gpu, wgpu:N, cuda:N or ndarray; auto takes a real GPU if there is one
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
pub(crate) struct ExportNetworkArgs {
    /// The run's directory
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// The format of the file
    #[arg(long, value_enum)]
    pub(crate) format: NetworkFormat,
    /// The file to write; model.safetensors, model.onnx or metrics.csv in the run's directory if not given
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum NetworkFormat {
    /// Weights as `PyTorch` lays them out, for `load_state_dict`
    Safetensors,
    /// The whole network, for ONNX Runtime and others
    Onnx,
    /// What the run measured, one line per evaluation, for spreadsheets and experiment trackers
    Csv,
}

/// Examine the diagnosis itself, on trainings whose truth is known
///
/// Each scenario goes through the pipeline of `plumb train`, and its weights are measured on large pools of
/// fresh examples. Repeats draw the sets anew for the same weights. Exit code 1 if a target is missed.
/// Nothing is written but FILE.csv.
#[derive(Args)]
pub(crate) struct ExamArgs {
    /// How many scenarios; fewer are the beginning of more
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) scenarios: u32,
    /// Diagnoses of each scenario with sets that are drawn anew, beside its own
    #[arg(long, value_name = "R", default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) repeats: u32,
    /// Decides everything that is random
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Only scenarios of this regime
    #[arg(long, value_enum, value_name = "REGIME")]
    pub(crate) only: Option<Regime>,
    /// A CSV file for one line per scenario and gap; one that exists is replaced
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Measure the textbook's bias and variance of a config, over many trainings
///
/// Not Ng's gaps: those are differences between error rates of one training. Here many networks are trained,
/// each on a training set of its own, and asked about the same examples; the bias is what their majority gets
/// wrong, the variance how often single ones deviate from it (Domingos 2000, for the 0-1 loss, without noise).
/// A general chunk that is drawn is drawn anew for each training; one that is read is resampled with
/// replacement. Test is not looked at. Nothing is written.
#[derive(Args)]
pub(crate) struct DecomposeArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// How many networks to train
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) trainings: u32,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args)]
pub(crate) struct DevicesArgs {
    /// Compare what GPUs compute with the CPU, layer by layer; exit code 1 if one is wrong
    #[arg(long)]
    pub(crate) check: bool,
    /// Check this device alone; else all real GPUs, or the software adapters if there are none
    #[arg(long, value_name = "DEVICE", requires = "check")]
    pub(crate) device: Option<DeviceChoice>,
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
