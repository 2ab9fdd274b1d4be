use std::{io, path::Path};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::{
    Error,
    cli::{Cli, ManArgs},
    run_dir::write_whole,
    terminal,
};

/// Prints the main manual page, or writes it and one per command.
pub(crate) fn run(args: &ManArgs) -> Result<(), Error> {
    // `plumb help` has no page: the pages are what it shows.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.out else {
        let page = page(&command).map_err(|error| Error::failed(error.to_string()))?;
        return terminal::data(&String::from_utf8_lossy(&page));
    };
    let n_pages = write(&command, folder).map_err(|error| {
        let message = format!(
            "can't write manual pages into {}: {error}",
            folder.display()
        );
        Error::bad_input(message).hint("choose another folder with --out")
    })?;
    terminal::talk(&format!(
        "wrote {n_pages} manual pages into {}; `man -l {}` shows the first",
        folder.display(),
        folder.join("plumb.1").display()
    ));
    Ok(())
}

/// A command's page, and those of all commands below it; how many these are.
fn write(command: &Command, folder: &Path) -> io::Result<usize> {
    let man = Man::new(command.clone());
    write_whole(&folder.join(man.get_filename()), &page(command)?)?;
    let mut n_pages = 1;
    for below in command.get_subcommands() {
        n_pages += write(below, folder)?;
    }
    Ok(n_pages)
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let version = concat!("plumb ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(version).manual("plumb");
    man.render(&mut page)?;
    Ok(page)
}
