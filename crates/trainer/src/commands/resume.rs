use std::{path::Path, time::Instant};

use plumb_diagnostics::SetName;
use serde::Deserialize;

use crate::{
    Error,
    cli::ResumeArgs,
    config::{Config, Document, KeyError},
    data_summary::DataSummary,
    device::{self, DeviceChoice},
    earlier::Earlier,
    environment::{Began, absolute_path},
    initial::{frozen, initial},
    prepare::prepare,
    progress::Loading,
    run_dir::RunDir,
    session::{self, Session},
    sets::PerSet,
    train::end,
    trained::read_config,
};

pub(crate) fn run(args: &ResumeArgs) -> Result<(), Error> {
    let start = Instant::now();
    let run = RunDir::open(&absolute_path(&args.run)?)?;
    let (before, _) = read_config(&run, &[])?;
    let (config, document) = read_config(&run, &args.overrides)?;
    check_same(&before, &config, &document)?;
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
    check_data(&earlier.run, &prepared.summary)?;
    let choice = match args.device {
        Some(device) => device,
        None => began.device.parse().unwrap_or(DeviceChoice::Auto),
    };
    let opened = device::open(choice)?;
    let initial = if earlier.last.is_some() {
        frozen(&config, &document, &prepared, &opened.device)?
    } else {
        initial(&config, &document, &prepared, &opened.device)?
    };
    let session = Session {
        start,
        config: &config,
        prepared: &prepared,
        opened: &opened,
        runs_dir: &runs_dir,
        earlier: Some(earlier),
        skip_device_check: args.skip_device_check,
        output: &args.output,
    };
    session::run(session, initial)
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
        "{} is finished: {end} after {} epochs",
        args.run.display(),
        last.position.epoch
    );
    let more = config.train.epochs.saturating_mul(2);
    Err(Error::bad_input(message).hint(format!(
        "to train on: plumb resume {} --set train.{}",
        args.run.display(),
        end.key_to_go_on(more)
    )))
}

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
    let as_toml = |config: &Config| -> Result<toml::Table, Error> {
        config.to_toml()?.parse().map_err(|error| {
            Error::failed(format!("can't compare the config with the run's: {error}"))
        })
    };
    let (old, new) = (as_toml(before)?, as_toml(after)?);
    let fixed = ["name", "seed", "data", "model", "loss"];
    if let Some(key) = fixed
        .iter()
        .find_map(|key| difference(key, old.get(*key), new.get(*key)))
    {
        return differs(&key);
    }
    if before.optimizer.name() != after.optimizer.name() {
        return differs("optimizer");
    }
    if before.train.batch_size != after.train.batch_size {
        return differs("train.batch_size");
    }
    if before.train.init_from != after.train.init_from {
        return differs("train.init_from");
    }
    if before.train.freeze != after.train.freeze {
        return differs("train.freeze");
    }
    Ok(())
}

/// The dotted key of the first value that differs, at or below `key`.
fn difference(key: &str, old: Option<&toml::Value>, new: Option<&toml::Value>) -> Option<String> {
    match (old, new) {
        (Some(toml::Value::Table(old)), Some(toml::Value::Table(new))) => {
            let keys = new.keys().chain(old.keys());
            keys.into_iter().find_map(|below| {
                difference(&format!("{key}.{below}"), old.get(below), new.get(below))
            })
        }
        _ => (old != new).then(|| key.to_string()),
    }
}

/// Makes sure that the sets are those that the run was begun with.
fn check_data(run: &RunDir, now: &DataSummary) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Before {
        sets: PerSet<Hash>,
    }
    #[derive(Deserialize)]
    struct Hash {
        sha256: String,
    }
    let before: Before = run.read_json("data.json")?;
    for (set, before) in before.sets.iter() {
        if now.sets.get(set).sha256 != before.sha256 {
            let what = match set {
                SetName::Train => "the data that the run was trained on",
                _ => "the data that the run was measured on",
            };
            return Err(Error::bad_input(format!(
                "{set} has changed: its sha256 is not the one in {}; expected {what}",
                run.path().join("data.json").display()
            ))
            .hint("to train on other data from these weights, start a run with --init-from"));
        }
    }
    Ok(())
}
