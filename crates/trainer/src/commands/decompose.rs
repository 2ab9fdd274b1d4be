use std::fmt::Write;

use plumb_diagnostics::Estimate;
use serde::Serialize;

use crate::{
    Error,
    cli::DecomposeArgs,
    config,
    decomposition::{self, Decomposed, Resampling},
    device::{self, DeviceChoice},
    progress::{thousands, trainings_bar},
    terminal,
};

/// The version of what `--json` prints.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    name: &'a str,
    trainings: u32,
    #[serde(flatten)]
    decomposed: &'a Decomposed,
}

pub(crate) fn run(args: &DecomposeArgs) -> Result<(), Error> {
    let (config, document) = config::read(&args.config.path, &args.config.overrides)?;
    config.model.plan()?;
    // Many small networks, one per thread: nothing for a GPU.
    let opened = device::open(DeviceChoice::to_look_at())?;
    let bar = trainings_bar(u64::from(args.trainings), args.quiet);
    let decomposed = decomposition::run(&config, &document, args.trainings, &opened, &|done| {
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let decomposed = decomposed?;
    if args.json {
        return terminal::json(&Report {
            format: FORMAT,
            name: &config.name,
            trainings: args.trainings,
            decomposed: &decomposed,
        });
    }
    terminal::report(&text(args.trainings, &decomposed))
}

fn text(trainings: u32, decomposed: &Decomposed) -> String {
    let examples = thousands(decomposed.train_examples as u64);
    let mut text = match decomposed.resampling {
        Resampling::FreshDraw => {
            format!("{trainings} trainings, each on {examples} examples drawn anew\n")
        }
        Resampling::Bootstrap => format!(
            "{trainings} trainings, each on {examples} examples drawn from the training set with \
             replacement\n"
        ),
    };
    text.push_str("bias and variance as the textbooks mean them (Domingos 2000), not Ng's gaps\n");
    for of_set in &decomposed.sets {
        let parts = &of_set.parts;
        writeln!(
            text,
            "\n{}, {} examples, in percent",
            of_set.set,
            thousands(parts.n as u64)
        )
        .ok();
        let lines = [
            ("mean error", &parts.error, ""),
            ("bias", &parts.bias, "the majority of the networks is wrong"),
            (
                "+ unbiased variance",
                &parts.unbiased_variance,
                "a network deviates from a majority that is right",
            ),
            (
                "- biased variance",
                &parts.biased_variance,
                "a network is right against the majority",
            ),
        ];
        for (name, estimate, meaning) in lines {
            writeln!(text, "{}", line(name, estimate, meaning).trim_end()).ok();
        }
    }
    text
}

fn line(name: &str, estimate: &Estimate, meaning: &str) -> String {
    format!(
        "  {name:<20}{:>7.2}  {:<16}{meaning}",
        estimate.mean * 100.0,
        format!(
            "{:.2} to {:.2}",
            estimate.interval.low * 100.0,
            estimate.interval.high * 100.0
        )
    )
}
