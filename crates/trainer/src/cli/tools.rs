//! What commands around a run take: completions, manual pages, what goes to other programs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::Shell;

/// Print what makes a shell complete plumb's commands and options
///
/// For bash: plumb completions bash > ~/.local/share/bash-completion/completions/plumb
/// (zsh: a file `_plumb` in a folder of $fpath; fish: ~/.config/fish/completions/plumb.fish).
#[derive(Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Print the manual page, or write it and one per command
#[derive(Args)]
pub(crate) struct ManArgs {
    /// A folder to write all pages into; if absent, the main page goes to standard output
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// A program that shows what a run measures, while it trains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Event files in RUN/tensorboard
    Tensorboard,
}
