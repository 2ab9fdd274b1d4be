use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    Error,
    cli::ExamArgs,
    device::{self, DeviceChoice},
    exam::{self, Plan},
    run_dir::write_whole,
    terminal,
};

/// Where there is no terminal, a line of progress per so many scenarios.
const LINE_EVERY: usize = 20;

pub(crate) fn run(args: &ExamArgs) -> Result<(), Error> {
    let plan = Plan {
        scenarios: args.scenarios as usize,
        repeats: args.repeats as usize,
        seed: args.seed,
        only: args.only,
    };
    // Small networks, one per thread: nothing for a GPU.
    let opened = device::open(DeviceChoice::to_look_at())?;
    let bar = bar(plan.scenarios, args.quiet);
    let last = Mutex::new(0);
    let report = exam::run(plan, &opened, &|done| {
        bar.set_position(done as u64);
        let mut last = last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if bar.is_hidden() && !args.quiet && done >= *last + LINE_EVERY {
            *last = done;
            terminal::talk(&format!("{done} of {} scenarios", plan.scenarios));
        }
    })?;
    bar.finish_and_clear();
    if let Some(path) = &args.out {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::failed(format!("can't write {}: {error}", path.display()))
        };
        let csv = report.to_csv().map_err(|error| wrong(&error))?;
        write_whole(path, &csv).map_err(|error| wrong(&error))?;
        terminal::talk(&format!("wrote {}", path.display()));
    }
    if args.json {
        terminal::json(&report)?;
    } else {
        terminal::report(&report.text())?;
    }
    report.verdict()
}

fn bar(n: usize, quiet: bool) -> ProgressBar {
    let bar = if quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(n as u64)
    };
    if let Ok(style) = ProgressStyle::with_template("scenarios  {bar:24} {pos}/{len}, {eta} left") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
