//! `plumb data …`: what a config's data is, without training on it.

mod describe;
mod export;
mod list;
mod preview;
mod sheet;
mod split;
mod synthesize;

use crate::{
    Error,
    cli::{ConfigArgs, DataCommand},
    config::{self, Config, Document},
    prepare::{Divided, divide},
    progress::Loading,
};

pub(crate) fn run(command: &DataCommand) -> Result<(), Error> {
    match command {
        DataCommand::List(args) => list::run(args),
        DataCommand::Describe(args) => describe::run(args),
        DataCommand::Preview(args) => preview::run(args),
        DataCommand::Split(args) => split::run(args),
        DataCommand::Export(args) => export::run(args),
        DataCommand::Synthesize(args) => synthesize::run(args),
    }
}

/// Reads a config, loads and splits its data; leaks are found and not yet judged.
fn read_and_divide(args: &ConfigArgs) -> Result<(Config, Document, Divided), Error> {
    let (config, document) = config::read(&args.path, &args.overrides)?;
    let loading = Loading::new(false);
    let divided = divide(&config, &document, &|chunk, progress| {
        loading.show(chunk, progress);
    })?;
    loading.finish();
    Ok((config, document, divided))
}
