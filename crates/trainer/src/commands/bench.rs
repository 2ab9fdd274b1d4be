use serde::Serialize;

use crate::{
    Error,
    bench::{self, Ingredients, Measured, Plan},
    cli::BenchArgs,
    config,
    device::{self, OpenDevice},
    feed::{lone_feed, train_feed},
    pool::in_pool_of,
    prepare::{Prepared, prepare},
    progress::{Loading, thousands},
    terminal,
    train_sample::Evaluations,
};

/// The version of what `--json` prints.
const FORMAT: u32 = 1;

/// What `plumb bench --json` prints.
#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    name: &'a str,
    device: &'a str,
    device_name: &'a str,
    threads: usize,
    parameters: usize,
    batch_size: usize,
    train_examples: usize,
    warm_up: u32,
    #[serde(flatten)]
    measured: &'a Measured,
}

pub(crate) fn run(args: &BenchArgs) -> Result<(), Error> {
    let (config, document) = config::read(&args.config.path, &args.config.overrides)?;
    let network = config.model.plan()?;
    let loading = Loading::new(false);
    let prepared = prepare(&config, &document, &|chunk, progress| {
        loading.show(chunk, progress);
    })?;
    loading.finish();
    let plan = Plan {
        steps: args.steps,
        warm_up: args.warm_up,
    };
    // A device is opened inside the pool: the CPU's name tells the number of threads.
    let (opened, threads, measured) = in_pool_of(args.threads.map(usize::from), || {
        let opened = device::open(args.device)?;
        let measured = measure(&config, &prepared, &opened, &plan)?;
        Ok::<_, Error>((opened, device::n_threads(), measured))
    })??;

    let parameters = network.cost(&prepared.task).parameters;
    let train_examples = prepared.sets.train.len();
    if args.json {
        return terminal::json(&Report {
            format: FORMAT,
            name: &config.name,
            device: &opened.spelling,
            device_name: &opened.name,
            threads,
            parameters,
            batch_size: config.train.batch_size,
            train_examples,
            warm_up: args.warm_up,
            measured: &measured,
        });
    }
    let head = format!(
        "{}: {} parameters, batches of {} from {} examples, {}\n\n",
        config.name,
        thousands(parameters as u64),
        thousands(config.train.batch_size as u64),
        thousands(train_examples as u64),
        opened.name,
    );
    terminal::report(&(head + &bench::text(&measured)))
}

fn measure(
    config: &config::Config,
    prepared: &Prepared,
    opened: &OpenDevice,
    plan: &Plan,
) -> Result<Measured, Error> {
    let train = train_feed(config, prepared, opened);
    let train_sample =
        Evaluations::plan(config, &prepared.sets).train_sample(&prepared.sets.train, config.seed);
    let train_sample = train_sample
        .as_ref()
        .map(|sample| lone_feed(sample, prepared, opened));
    let ingredients = Ingredients {
        config,
        prepared,
        train: &train,
        evaluated: train_sample.as_ref().unwrap_or(&train),
        opened,
    };
    bench::measure(&ingredients, plan)
}
