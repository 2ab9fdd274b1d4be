use std::{path::Path, time::Instant};

use crate::{
    Error,
    cli::ResumeArgs,
    config::{Config, Document, KeyError},
    device::{self, DeviceChoice},
    earlier::Earlier,
    environment::{Began, absolute_path},
    feed::Residents,
    initial::{frozen, initial},
    parameters::is_within,
    prepare::prepare,
    progress::Loading,
    run_dir::RunDir,
    session::{self, Session},
    train::end,
    trained::read_config,
};

pub(crate) fn run(args: &ResumeArgs) -> Result<(), Error> {
    let start = Instant::now();
    let run = RunDir::open(&absolute_path(&args.run)?)?;
    let (before, _) = read_config(&run, &[])?;
    let (config, document) = read_config(&run, &args.overrides)?;
    check_same(&before, &config, &document)?;
    config.model.plan()?;
    let began = Began::read(&run)?;
    let runs_dir = match &args.runs_dir {
        Some(dir) => absolute_path(dir)?,
        None => run.path().parent().unwrap_or(Path::new(".")).to_owned(),
    };
    let earlier = Earlier::find(run, &began.plumb)?;
    check_unfinished(&earlier, &config, args)?;

    began.enter_folder()?;
    let loading = Loading::new(args.output.quiet);
    let prepared = prepare(&config, &document, &|chunk, progress| {
        loading.show(chunk, progress);
    })?;
    loading.finish();
    prepared.summary.check_same(&earlier.run)?;
    let choice = match args.device {
        Some(device) => device,
        None => began.device.parse().unwrap_or(DeviceChoice::Auto),
    };
    let opened = device::open(choice)?.skipping_warm_up(args.skip_warm_up);
    let initial = if earlier.last.is_some() {
        frozen(&config, &document, &prepared, &opened.device)?
    } else {
        initial(&config, &document, &prepared, &opened.device)?
    };
    let session = Session {
        start,
        config: &config,
        prepared: &prepared,
        residents: &Residents::default(),
        opened: &opened,
        runs_dir: &runs_dir,
        earlier: Some(earlier),
        skip_device_check: args.skip_device_check,
        on_epoch: None,
        output: (&args.output).into(),
        log: args.output.log,
    };
    session::run(session, initial)?;
    Ok(())
}

/// # Errors
/// Bad input if there is nothing left to train.
fn check_unfinished(earlier: &Earlier, config: &Config, args: &ResumeArgs) -> Result<(), Error> {
    let Some(last) = &earlier.last else {
        return Ok(());
    };
    let is_diagnosed = earlier.run.path().join("diagnosis.json").exists();
    let Some(end) = end(config, &last.position).filter(|_| is_diagnosed) else {
        return Ok(());
    };
    let message = format!(
        "{} is finished: {end} after {} epoch{}",
        args.run.display(),
        last.position.epoch,
        if last.position.epoch == 1 { "" } else { "s" }
    );
    let more = config.train.epochs.saturating_mul(2);
    Err(Error::bad_input(message).hint(format!(
        "to train on: plumb resume {} --set train.{}",
        args.run.display(),
        end.key_to_go_on(more)
    )))
}

/// What is the same in a resumed run, and all below it.
const FIXED: [&str; 8] = [
    "name",
    "seed",
    "data",
    "model",
    "loss",
    "train.batch_size",
    "train.init_from",
    "train.freeze",
];

/// A resumed run is the same run: the same data, model and kind of optimizer, the same batches.
fn check_same(before: &Config, after: &Config, document: &Document) -> Result<(), Error> {
    let differs = |key: &str| {
        Err(document.error(
            &KeyError::new(
                key,
                format!("`{key}` is another one than the run's; expected the same in a resumed run"),
            )
            .hint("resuming can change how long a run trains, its learning rate, and what is said of it"),
        ))
    };
    let fixed = |key: &str| {
        FIXED
            .iter()
            .any(|fixed| is_within(key, fixed) || is_within(fixed, key))
    };
    if let Some(key) = before.difference(after, &|key| !fixed(key))? {
        return differs(&key);
    }
    if before.optimizer.name() != after.optimizer.name() {
        return differs("optimizer");
    }
    Ok(())
}
