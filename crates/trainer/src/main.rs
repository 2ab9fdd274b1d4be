//! `plumb`: trains small networks on data from two distributions, measures human-level, train,
//! train-dev, dev and test error, and says what stands in the way and what to try next.

mod advice;
mod answers;
mod bayes;
mod bench;
mod board;
mod chart;
mod checkpoint;
mod cli;
mod clip;
mod commands;
mod comparison;
mod config;
mod curve;
mod data_summary;
mod decomposition;
mod device;
mod device_check;
mod diverged;
mod earlier;
mod environment;
mod error;
mod error_analysis;
mod evaluate;
mod exam;
mod experiment;
mod export;
mod feed;
mod finished;
mod folder;
mod forest;
mod forewarn;
mod fraction;
mod freeze;
mod gallery;
mod hindsight;
mod host;
mod init;
mod init_from;
mod initial;
mod interrupt;
mod judge;
mod learner;
mod learning_rates;
mod ledger;
mod load;
mod looks;
mod loss;
mod losses;
mod measured_model;
mod measurements;
mod mismatch_test;
mod mixup;
mod names;
mod near;
mod optimizer;
mod outputs;
mod page;
mod parameters;
mod picture;
mod pool;
mod predictions;
mod prepare;
mod progress;
mod range_test;
mod ratings;
mod recorder;
mod report;
mod run_dir;
mod schedule;
mod scored;
mod session;
mod sets;
mod shell;
mod sparkline;
mod sweep;
mod tensorboard;
mod terminal;
#[cfg(test)]
mod testing;
mod train;
mod train_sample;
mod trained;
mod watch;
mod workers;

use std::{panic, process::ExitCode};

use clap::Parser;

use crate::{
    cli::{Cli, Command},
    error::Error,
};

/// Batches come and go many times a second; the system's allocator hands large ones back to the
/// kernel each time, which took half of a small network's training time (MLP 784-256-256-10, batch
/// 128, 2 cores: 5.1 ms per step without, 2.5 ms with).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    terminal::choose_ascii(cli.ascii);
    // A panic is a bug of ours or of a library below: it ends the run like any other failure.
    panic::set_hook(Box::new(|panic| {
        terminal::talk(&format!(
            "error: a bug in plumb, or in a library below it: {panic}"
        ));
    }));
    let Ok(result) = panic::catch_unwind(|| run(cli)) else {
        return ExitCode::FAILURE;
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::talk(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(cli: Cli) -> Result<(), Error> {
    match cli.command {
        Command::Init(args) => commands::init::run(args),
        Command::Train(args) => commands::train::run(&args),
        Command::Resume(args) => commands::resume::run(&args),
        Command::Evaluate(args) => commands::evaluate::run(&args),
        Command::Diagnose(args) => commands::diagnose::run(&args),
        Command::Compare(args) => commands::compare::run(&args),
        Command::Predict(args) => commands::predict::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Data(command) => commands::data::run(&command),
        Command::Export(args) => commands::export::run(&args),
        Command::FindLr(args) => commands::find_lr::run(&args),
        Command::Bench(args) => commands::bench::run(&args),
        Command::Reproduce(args) => commands::reproduce::run(&args),
        Command::Sweep(args) => commands::sweep::run(&args),
        Command::Exam(args) => commands::exam::run(&args),
        Command::Decompose(args) => commands::decompose::run(&args),
        Command::Board(args) => commands::board::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Devices(args) => commands::devices::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man(args) => commands::man::run(&args),
    }
}
