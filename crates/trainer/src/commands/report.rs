//! `plumb report`: the page of a run, a sweep or an experiment.

use std::path::{Path, PathBuf};

use crate::{
    Error,
    cli::{ReportArgs, ReportFormat},
    page::{self, Page},
    run_dir::write_whole,
    terminal,
};

pub(crate) fn run(args: &ReportArgs) -> Result<(), Error> {
    let page = Page::open(&args.input)?;
    if let Some(folder) = &args.csv {
        csv_files(&page, folder)?;
    }
    match args.format {
        ReportFormat::Md => match &args.out {
            Some(out) => write(out, &page.markdown()),
            None => terminal::data(&page.markdown()),
        },
        ReportFormat::Html => {
            let out = args
                .out
                .clone()
                .unwrap_or_else(|| args.input.join(page::FILE));
            write(&out, &page.html()?)?;
            terminal::data(&format!("{}\n", out.display()))?;
            if args.open {
                open(&out)?;
            }
            Ok(())
        }
    }
}

/// A CSV file for each chart.
fn csv_files(page: &Page, folder: &Path) -> Result<(), Error> {
    for figure in page.figures() {
        write(&folder.join(format!("{}.csv", figure.id)), &figure.csv())?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    if path.is_dir() {
        let message = format!("{} is a folder; expected a file to write", path.display());
        return Err(Error::bad_input(message));
    }
    write_whole(path, text.as_bytes())
        .map_err(|error| Error::bad_input(format!("can't write {}: {error}", path.display())))
}

/// Shows a file in the browser.
fn open(path: &PathBuf) -> Result<(), Error> {
    open::that_detached(path).map_err(|error| {
        Error::failed(format!("can't open {}: {error}", path.display()))
            .hint("the file is written: open it in any browser")
    })
}
