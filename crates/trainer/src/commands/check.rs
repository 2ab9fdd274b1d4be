use plumb_model::Cost;
use serde::Serialize;

use crate::{
    Error,
    cli::CheckConfigArgs,
    config::{self, Config, Document},
    data_summary::DataSummary,
    device::{self, DeviceChoice},
    forewarn::forewarnings,
    initial::initial,
    prepare::{Prepared, prepare},
    progress::thousands,
    terminal,
};

/// What `plumb check --json` prints.
#[derive(Serialize)]
struct Checked<'a> {
    config: &'a Config,
    #[serde(flatten)]
    cost: Cost,
    /// Parameters that are not frozen.
    trained_parameters: usize,
    /// What a training batch's activations take, in 32 bits each.
    activation_bytes_per_batch: usize,
    data: &'a DataSummary,
    /// What a run of this config will not be able to say.
    warnings: &'a [String],
}

pub(crate) fn run(args: &CheckConfigArgs) -> Result<(), Error> {
    let Some(given) = &args.config else {
        return terminal::json(&config::schema());
    };
    let (config, document) = config::read(&given.path, &given.overrides)?;
    let prepared = prepare(&config, &document, &|_, _| {})?;
    let cost = config.model.cost(&prepared.task);
    let activation_bytes_per_batch = cost.activation_bytes(config.train.batch_size);
    let data = &prepared.summary;
    let begins = Beginning::of(&config, &document, &prepared, cost)?;
    let forewarnings = forewarnings(&config, &prepared);
    if args.json {
        let checked = Checked {
            config: &config,
            cost,
            trained_parameters: begins.n_trained,
            activation_bytes_per_batch,
            data,
            warnings: &forewarnings,
        };
        return terminal::json(&checked);
    }
    terminal::data(&config.to_toml()?)?;
    let summary = summary(&config, cost, &begins, data, &forewarnings);
    terminal::report(&format!("\n{summary}"))
}

/// What is known of the model that training starts with.
struct Beginning {
    n_trained: usize,
    notes: Vec<String>,
}

impl Beginning {
    /// The model is built only if the config says something about its weights.
    fn of(
        config: &Config,
        document: &Document,
        prepared: &Prepared,
        cost: Cost,
    ) -> Result<Self, Error> {
        if config.train.init_from.is_none() && config.train.freeze.is_empty() {
            return Ok(Self {
                n_trained: cost.parameters,
                notes: Vec::new(),
            });
        }
        let opened = device::open(DeviceChoice::to_look_at())?;
        let initial = initial(config, document, prepared, &opened.device)?;
        Ok(Self {
            n_trained: initial.n_trained,
            notes: initial.notes,
        })
    }
}

/// As TOML comments, so that the whole output is a config again.
fn summary(
    config: &Config,
    cost: Cost,
    begins: &Beginning,
    data: &DataSummary,
    forewarnings: &[String],
) -> String {
    use std::fmt::Write;

    let count = |n: usize| thousands(n as u64);
    let batch_size = config.train.batch_size;
    let bytes = cost.activation_bytes(batch_size) as u64;
    let mut text = match config.model.forest() {
        Some(forest) => format!(
            "# forest      {} trees, which grow with the examples\n",
            count(forest.trees as usize)
        ),
        None => format!(
            "# parameters  {}\n\
             # compute     {} multiply-adds per example and forward pass\n\
             # activations {} per batch of {} ({} bytes)\n",
            count(cost.parameters),
            count(cost.multiply_adds),
            readable(bytes),
            count(batch_size),
            thousands(bytes),
        ),
    };
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
    for warning in forewarnings {
        writeln!(text, "# warning: {}", warning.replace('\n', "\n# ")).ok();
    }
    for note in &begins.notes {
        writeln!(text, "# {}", note.replace('\n', "\n# ")).ok();
    }
    text
}

/// Bytes in the largest unit that they fill, with one decimal.
fn readable(bytes: u64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let bytes = bytes as f64;
    UNITS
        .iter()
        .find(|(unit, _)| bytes >= *unit)
        .map_or(format!("{bytes} B"), |(unit, name)| {
            format!("{:.1} {name}", bytes / unit)
        })
}
