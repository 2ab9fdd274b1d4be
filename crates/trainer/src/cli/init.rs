use std::path::PathBuf;

use clap::{Args, ValueEnum};

const EXAMPLES: &str = "Examples:
  plumb init                        asks
  plumb init mine.toml --general bought.csv --target users.csv --label digit --human 0.02
  plumb init photos.toml --general stock-photos --target phone-photos --network cnn
  plumb init try.toml --data digits     two kinds of drawn digits, to try things out";

/// Write a first config for your data, with a comment at each key; it passes `plumb check`
///
/// Two places with data are needed: the large one that you train on (general), and the small one that is like what
/// users bring (target). What is not given is asked for, if this is a terminal and something needed is missing. The
/// data are looked at: the columns of a table, classes, sizes of pictures, how many examples there are. Paths start in
/// the current folder, as those of every config.
#[derive(Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct InitArgs {
    /// The config to write
    #[arg(value_name = "FILE", default_value = "config.toml")]
    pub(crate) file: PathBuf,
    /// What the data are; if absent, what --target looks like
    #[arg(long, value_enum)]
    pub(crate) data: Option<Kind>,
    /// The large chunk: a file, or a folder with one folder of pictures per class
    #[arg(long, value_name = "PATH")]
    pub(crate) general: Option<PathBuf>,
    /// The small chunk, of what users really bring: likewise
    #[arg(long, value_name = "PATH")]
    pub(crate) target: Option<PathBuf>,
    /// The file with the labels of --general, for idx and .npy
    #[arg(long, value_name = "PATH")]
    pub(crate) general_labels: Option<PathBuf>,
    /// The file with the labels of --target, for idx and .npy
    #[arg(long, value_name = "PATH")]
    pub(crate) target_labels: Option<PathBuf>,
    /// The table's column with the label; its number, counted from 1, if columns have no names
    #[arg(long, value_name = "COLUMN")]
    pub(crate) label: Option<String>,
    /// The shape of one row of a table, if it is a picture: channels,height,width
    #[arg(long, value_name = "C,H,W", value_delimiter = ',', num_args = 1)]
    pub(crate) shape: Option<Vec<usize>>,
    /// Height and width that pictures are brought to, instead of what they mostly have (64 at most)
    #[arg(long, value_name = "H,W", value_delimiter = ',', num_args = 1)]
    pub(crate) size: Option<Vec<usize>>,
    /// What people get wrong on the target data, as a fraction: 2 % is 0.02
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) human: Option<f64>,
    /// The dev error that is good enough, as a fraction
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) goal: Option<f64>,
    /// What learns; if absent, cnn for pictures of 8 pixels and more, else mlp
    #[arg(long, value_enum)]
    pub(crate) network: Option<FirstNetwork>,
    /// What runs are called; if absent, as the file
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Replace a file that exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// What data a first config can be written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Tables with one example per line
    Csv,
    /// Pictures in one folder per class
    Images,
    /// The format of MNIST
    Idx,
    /// Arrays of `NumPy`
    Npz,
    /// Digits drawn by rule as general, with a target in any format, or drawn otherwise
    Digits,
}

/// The networks to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FirstNetwork {
    /// Two fully connected layers of 128
    Mlp,
    /// Two or three convolutions
    Cnn,
    /// Weighted sums of the inputs
    Linear,
}
