use serde::Serialize;

use crate::{
    Error,
    cli::CheckArgs,
    config::{self, Config},
    data_summary::DataSummary,
    prepare::prepare,
    progress::thousands,
    terminal,
};

/// What `plumb check --json` prints.
#[derive(Serialize)]
struct Checked<'a> {
    config: &'a Config,
    parameters: usize,
    data: &'a DataSummary,
}

pub(crate) fn run(args: &CheckArgs) -> Result<(), Error> {
    let (config, document) = config::read(&args.config.path, &args.config.overrides)?;
    let prepared = prepare(&config, &document, &|_, _| {})?;
    let parameters = config.model.n_params(&prepared.task);
    let data = &prepared.summary;
    if args.json {
        let checked = Checked {
            config: &config,
            parameters,
            data,
        };
        return terminal::json(&checked);
    }
    terminal::data(&config.to_toml()?)?;
    terminal::data(&format!("\n{}", summary(parameters, data)))
}

/// As TOML comments, so that the whole output is a config again.
fn summary(parameters: usize, data: &DataSummary) -> String {
    use std::fmt::Write;

    let count = |n: usize| thousands(n as u64);
    let mut text = format!("# parameters  {}\n", count(parameters));
    for (name, chunk) in [("general", &data.general), ("target", &data.target)] {
        writeln!(text, "# {name:10}  {chunk}").ok();
    }
    for (name, set) in data.sets.iter() {
        write!(text, "# {name:10}  {} examples", count(set.examples)).ok();
        if set.from_target > 0 && set.from_target < set.examples {
            write!(text, ", {} of them from target", count(set.from_target)).ok();
        }
        text.push('\n');
    }
    if data.unused_target > 0 {
        writeln!(
            text,
            "# unused      {} target examples",
            count(data.unused_target)
        )
        .ok();
    }
    for warning in &data.warnings {
        writeln!(text, "# warning: {warning}").ok();
    }
    text
}
