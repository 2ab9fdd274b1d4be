//! What commands about many runs take: sweeps, comparisons, experiments.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConfigArgs, LogFormat};
use crate::{device::DeviceChoice, sweep::Shard};

/// Compare runs: what differs, what came of it, which is better, and how the error falls with data
///
/// The input is runs, folders of runs such as a sweep's (also the parts of one sweep from several machines), or
/// both. Runs that differ in nothing but their seeds are one row, with means over the seeds. Unfinished runs are
/// left out, and said. Where runs differ in the size of their training set, the error is held against it, for
/// every model size. Nothing is written.
#[derive(Args)]
pub(crate) struct CompareArgs {
    /// Runs, and folders of runs
    #[arg(value_name = "RUN|SWEEP", required_unless_present = "curve")]
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) rows: RowArgs,
    #[command(flatten)]
    pub(crate) curves: CurveArgs,
    /// Two-sided confidence of every interval, instead of that in the runs' configs
    #[arg(long, value_name = "LEVEL", allow_negative_numbers = true)]
    pub(crate) confidence: Option<f64>,
    /// Print the table as CSV, rates as fractions
    #[arg(long)]
    pub(crate) csv: bool,
    /// Print one JSON document
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
}

/// Which rows, and in which order.
#[derive(Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct RowArgs {
    /// One row for every run, instead of one for all seeds of a recipe
    #[arg(long)]
    pub(crate) each: bool,
    /// Only rows for which this holds, as in 'hidden=[64,64]', 'dev<5%' or 'seed!=3'; repeatable
    #[arg(long = "filter", value_name = "COMPARISON")]
    pub(crate) filters: Vec<String>,
    /// The order: human, train, train-dev, dev, test, train-examples, parameters, time, first, name, seed, or a
    /// key of the config
    #[arg(long, value_name = "KEY", default_value = "dev")]
    pub(crate) sort: String,
    /// The other way round
    #[arg(long)]
    pub(crate) reverse: bool,
}

/// Error against training examples.
#[derive(Args)]
#[command(next_help_heading = "Learning curves")]
pub(crate) struct CurveArgs {
    // Attributes, because names with underscores in a doc comment are code.
    #[arg(
        long,
        value_name = "FILE.csv",
        conflicts_with_all = ["inputs", "each", "filters", "sort", "reverse", "csv", "curves_on"],
        help = "Curves from anywhere, instead of runs: a CSV file with the columns examples (or seen_examples, n) \
                and error (or loss, value), maybe curve (or size), seed, and training, whose 0 holds a point out \
                to be predicted"
    )]
    pub(crate) curve: Option<PathBuf>,
    #[arg(
        long,
        value_name = "RATE",
        allow_negative_numbers = true,
        help = "The error (or loss) to reach: how many examples that takes; the config's diagnosis.goal_error if \
                absent"
    )]
    pub(crate) goal: Option<f64>,
    /// Keep the most training examples of each curve from its fit, and see whether the fit predicts them
    #[arg(long)]
    pub(crate) hold_out: bool,
    /// The set whose error is held against training examples
    #[arg(long, value_enum, value_name = "SET", default_value_t = CurveSet::Dev)]
    pub(crate) curves_on: CurveSet,
}

/// A set that is not trained on.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum CurveSet {
    TrainDev,
    Dev,
    Test,
}

const SWEEP_EXAMPLE: &str = r#"An example of [sweep]:
  [sweep]
  seeds = 3              # seed, seed + 1, seed + 2; or a list
  sample = 20            # only so many points of the grid, drawn by the config's seed
  [sweep.axes]           # any keys of the config
  "data.general.strokes.examples" = { from = 300, to = 10_000, steps = 4, scale = "log" }
  "model.mlp.hidden" = [[8], [64, 64]]
  [sweep.variants]       # named sets of changes: one more axis
  short = { "train.epochs" = 5 }
  smooth = { "loss.label_smoothing" = 0.1, "train.epochs" = 50 }"#;

/// Train every point of a grid of configs, with several seeds; started again, it does what is missing
///
/// The grid is the config's [sweep]: lists or ranges of values of any keys, named variants, and seeds.
///
/// The runs lie in the folder NAME of the runs' directory, each an ordinary run directory, beside sweep.json
/// (the grid) and ledger.jsonl (what became of each run). After a kill at any moment the same command goes on with what is
/// missing. A run that fails is kept with its error and stops no other. The numbers of a run depend neither
/// on --jobs nor on --shard. Exit code 1 if a run failed.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "flags of a command line")]
#[command(after_long_help = SWEEP_EXAMPLE)]
pub(crate) struct SweepArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) runner: RunnerArgs,
    /// Only one part of the runs, as in 3/16, for schedulers; parts that are counted alike never overlap
    #[arg(long, value_name = "PART/PARTS")]
    pub(crate) shard: Option<Shard>,
    /// Stop at the first run that fails
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// The most runs that a sweep may have
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) max_runs: u64,
    /// Also write what each run measures for another program, while it trains
    #[arg(long, value_enum, value_name = "PROGRAM")]
    pub(crate) log: Option<LogFormat>,
    /// List the runs with their parameters, examples and estimated time, and train nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not compare a GPU with the CPU before the first step of each run
    #[arg(long)]
    pub(crate) skip_device_check: bool,
    /// Do not compile and tune a GPU's kernels before a run's clock runs: the first steps do it
    #[arg(long)]
    pub(crate) skip_warm_up: bool,
    /// The name of the sweep's directory, instead of the config's
    #[arg(long)]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) slurm: SlurmArgs,
}

/// How the runs of a sweep are done, and where they lie.
#[derive(Args)]
pub(crate) struct RunnerArgs {
    /// Runs side by side; if absent, as many as the machine has threads, or one on a GPU
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Try runs that failed before again
    #[arg(long)]
    pub(crate) retry_failed: bool,
    /// Where to compute: auto, cpu, gpu, wgpu:N, cuda:N or ndarray; auto takes a real GPU if there is one
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub(crate) device: DeviceChoice,
    /// The folder that gets the sweep's directory
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub(crate) runs_dir: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// No progress on stderr
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

const EXPECT_EXAMPLE: &str = r#"An example of [expect]:
  [expect]
  claimed_by = "who, where, when"
  text = "The large network ends at {test(large, examples=10000)}."   # any expression in braces
  [expect.figure]
  x = "examples"         # an axis of the sweep
  y = "test"
  series = "variant"
  [[expect.claims]]
  says = "with many examples the large network wins"
  check = "test(large, examples=10000) < test(small, examples=10000)"

Claims:
  A < B, <=, >, >=                 two expressions, or an expression and a number such as 5%
  A < B is undetermined            these runs can't tell
  A is within LOW..HIGH
  first(RUNS) is variance          the gap to work on first, or none
  data-mismatch(RUNS) is present   a gap matters, or is absent

Expressions, with + - * / and brackets:
  human, train, train_dev, dev, test, bayes (RUNS)      rates
  avoidable_bias, variance, data_mismatch, overfitting_to_dev (RUNS)
  parameters, seconds (RUNS)
  crossing(A, B, along=AXIS)       where two curves cross, straight on logarithmic axes
  peak(A, along=AXIS)              where a curve is highest, per seed

RUNS is one run of each seed: the name of a variant, AXIS=VALUE for each other axis, pick=dev for the one with the
lowest dev error, human=1% for another human level than the runs' own. What is measured is averaged over seeds, and
all else made of these means."#;

/// Run an experiment, or all of them, and say whether its claims held
///
/// A claim is held or failed where its whole interval is on one side, else undetermined; exit code 1 unless all
/// are held. Runs that were done before are not done again. The report, with a figure, is written into the
/// sweep's directory.
#[derive(Args)]
#[command(after_long_help = EXPECT_EXAMPLE)]
pub(crate) struct ReproduceArgs {
    /// A config with [sweep] and [expect]; or `all`, for those in configs/experiments
    #[arg(value_name = "CONFIG|all")]
    pub(crate) config: PathBuf,
    /// With what the config's [short] says otherwise: smaller, and less sure
    #[arg(long)]
    pub(crate) short: bool,
    #[command(flatten)]
    pub(crate) runner: RunnerArgs,
}

#[derive(Args)]
#[command(next_help_heading = "Slurm")]
pub(crate) struct SlurmArgs {
    /// Write slurm.sh into the sweep's directory, an array job with a task per part, and submit it with sbatch
    #[arg(long, conflicts_with_all = ["shard", "jobs"])]
    pub(crate) slurm: bool,
    /// Tasks of the array job; if absent, one per run, at most 100
    #[arg(long, value_name = "N", requires = "slurm", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) tasks: Option<u32>,
    /// Options for sbatch, as in --sbatch "--partition=gpu --time=2:00:00"; repeatable
    #[arg(
        long,
        value_name = "OPTIONS",
        requires = "slurm",
        allow_hyphen_values = true
    )]
    pub(crate) sbatch: Vec<String>,
}
