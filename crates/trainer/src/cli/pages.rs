//! Arguments of the commands that show runs in a browser.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Write a report that stands alone: one HTML file, of a run, a sweep or an experiment
///
/// A run that ends writes its report itself, and so do a sweep and an experiment; this makes it again, or for a run
/// that goes on. The file needs no network and nothing beside it. Runs of a sweep get theirs by this command.
#[derive(Args)]
pub(crate) struct ReportArgs {
    /// The directory of a run, a sweep or an experiment, or a folder of runs
    #[arg(value_name = "RUN|SWEEP")]
    pub(crate) input: PathBuf,
    /// What to write; md goes to standard output
    #[arg(long, value_enum, default_value_t = ReportFormat::Html)]
    pub(crate) format: ReportFormat,
    /// The file to write, instead of report.html in the directory
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write a CSV file of each figure too, into this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) csv: Option<PathBuf>,
    /// Show it in the browser
    #[arg(long)]
    pub(crate) open: bool,
}

/// Show runs and sweeps in the browser, also while they run
///
/// A small web server on this machine lists what is in the folder, and shows each run and sweep as its report does,
/// with charts that follow the training. It only reads. It answers to this machine alone unless --host says otherwise;
/// for a computer elsewhere, `ssh -L 7070:localhost:7070 NAME` brings its board here. Ctrl-C ends it.
#[derive(Args)]
pub(crate) struct BoardArgs {
    /// The folder of runs
    #[arg(value_name = "DIR", default_value = "runs")]
    pub(crate) folder: PathBuf,
    /// The port to listen on; 0 takes any that is free
    #[arg(long, value_name = "N", default_value_t = 7070)]
    pub(crate) port: u16,
    /// The address to listen on; 0.0.0.0 lets everybody in who reaches this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: std::net::IpAddr,
    /// Show it in the browser
    #[arg(long)]
    pub(crate) open: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ReportFormat {
    /// A page
    Html,
    /// Markdown, for pull requests and notes
    Md,
}
