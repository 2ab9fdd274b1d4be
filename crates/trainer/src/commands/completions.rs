use clap::CommandFactory;

use crate::{
    Error,
    cli::{Cli, CompletionsArgs},
    terminal,
};

/// Prints what makes a shell complete plumb's commands and options.
pub(crate) fn run(args: &CompletionsArgs) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "plumb", &mut script);
    terminal::data(&String::from_utf8_lossy(&script))
}
