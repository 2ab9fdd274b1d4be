//! Reports as pages: one file each, without any other, for a run, a sweep or an experiment.
//!
//! What they show is read back from the directory, so that a page can be made again, on another machine too. The
//! markup is in `templates/`; what stands in a page is put together here, as plain values.

mod analysis;
mod attempts;
mod curves;
mod data;
mod experiment;
mod history;
mod markdown;
mod run;
mod sweep;
mod table;

use std::path::Path;

use askama::Template;

pub(crate) use self::{
    experiment::ExperimentView, history::History, run::RunView, sweep::SweepView,
};
use crate::{
    Error,
    chart::Figure,
    run_dir::{cannot_write, write_whole},
    sweep::SweepDir,
    terminal,
};

/// The page in the directory that it is about.
pub(crate) const FILE: &str = "report.html";

/// Larger pages are not sent around gladly (issue 7: under 2 MB).
#[cfg(test)]
const MOST_BYTES: usize = 2_000_000;

/// What a directory holds.
pub(crate) enum Page {
    Run(Box<RunView>),
    /// A sweep, and the experiment that it was run for.
    Sweep(Box<SweepView>),
}

/// The frame around a report.
#[derive(Template)]
#[template(path = "page.html")]
struct Frame<'a> {
    version: &'static str,
    title: &'a str,
    body: &'a str,
    live: Option<&'a Live>,
}

/// Where a page that changes asks for its content.
pub(crate) struct Live {
    pub(crate) address: String,
    /// What it was made of.
    pub(crate) tag: String,
    /// Whether it is the list of all runs.
    pub(crate) is_root: bool,
}

/// What is in it.
#[derive(Template)]
#[template(path = "run.html")]
struct RunBody<'a> {
    view: &'a RunView,
}

#[derive(Template)]
#[template(path = "sweep.html")]
struct SweepBody<'a> {
    view: &'a SweepView,
}

impl Page {
    /// Reads what is in a directory.
    ///
    /// # Errors
    /// Bad input if it holds neither a run nor a sweep, or files that can't be used.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        if SweepDir::is_one(path) {
            return Ok(Self::Sweep(Box::new(SweepView::open(path)?)));
        }
        if path.is_dir() && !path.join("config.toml").is_file() {
            // Runs side by side, without a sweep around them.
            return Ok(Self::Sweep(Box::new(SweepView::of_folder(path)?)));
        }
        Ok(Self::Run(Box::new(RunView::open(path)?)))
    }

    pub(crate) fn title(&self) -> String {
        match self {
            Self::Run(view) => view.title(),
            Self::Sweep(view) => view.title(),
        }
    }

    /// The report without the frame of a page.
    ///
    /// # Errors
    /// [`Error::Failed`] if the template can't be filled in.
    pub(crate) fn body(&self) -> Result<String, Error> {
        let body = match self {
            Self::Run(view) => RunBody { view }.render(),
            Self::Sweep(view) => SweepBody { view }.render(),
        };
        body.map_err(|error| failed(&error))
    }

    /// The whole file.
    ///
    /// # Errors
    /// As [`Page::body`].
    pub(crate) fn html(&self) -> Result<String, Error> {
        framed(&self.title(), &self.body()?, None)
    }

    /// For pull requests and notes.
    pub(crate) fn markdown(&self) -> String {
        match self {
            Self::Run(view) => markdown::run(view),
            Self::Sweep(view) => markdown::sweep(view),
        }
    }

    /// All charts, with their numbers.
    pub(crate) fn figures(&self) -> Vec<&Figure> {
        match self {
            Self::Run(view) => view.figures(),
            Self::Sweep(view) => view.figures(),
        }
    }
}

/// A whole page.
///
/// # Errors
/// [`Error::Failed`] if the template can't be filled in.
pub(crate) fn framed(title: &str, body: &str, live: Option<&Live>) -> Result<String, Error> {
    let frame = Frame {
        version: env!("CARGO_PKG_VERSION"),
        title,
        body,
        live,
    };
    frame.render().map_err(|error| failed(&error))
}

/// Writes the report of a directory into it.
///
/// # Errors
/// As [`Page::open`], and [`Error::Failed`] if it can't be written.
pub(crate) fn write(directory: &Path) -> Result<(), Error> {
    let html = Page::open(directory)?.html()?;
    let path = directory.join(FILE);
    write_whole(&path, html.as_bytes()).map_err(|error| cannot_write(&path, &error))
}

/// Writes the report of a directory, which is made of its other files and can be made again: what is wrong with it
/// is said, and takes nothing from them.
pub(crate) fn write_or_say(directory: &Path) {
    if let Err(error) = write(directory) {
        let error = error.message();
        terminal::talk(&format!("warning: there is no {FILE}: {error}"));
    }
}

fn failed(error: &askama::Error) -> Error {
    Error::failed(format!("can't make the page: {error}"))
}

/// A rate in percent, as in "1.25 %".
fn percent(rate: f64) -> String {
    format!("{:.2} %", rate * 100.0)
}

/// An interval of rates in percent, as in "0.24 to 0.85".
fn span(interval: plumb_diagnostics::Interval) -> String {
    format!(
        "{:.2} to {:.2}",
        interval.low * 100.0,
        interval.high * 100.0
    )
}

/// A difference of rates in points, with its sign.
fn signed(size: f64) -> String {
    format!("{:+.2}", size * 100.0).replace('-', "−")
}

#[cfg(test)]
mod tests;
