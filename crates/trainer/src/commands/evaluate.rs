mod place;

use std::path::{Path, PathBuf};

use plumb_data::{Examples, leak};
use plumb_diagnostics::{ErrorCount, SetName};
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    advice::advise,
    cli::EvaluateArgs,
    config::{Config, Document, KeyError},
    device,
    evaluate::{Evaluation, evaluate},
    prepare::{Divided, Prepared, divide, judge_leaks},
    progress::Loading,
    report::{self, Findings},
    run_dir::RunDir,
    session::{feeds, human, in_pool, judge},
    sets::PerSet,
    terminal,
    trained::{Trained, folder_of, read_config},
};

use self::place::absolute_paths;

/// The version of what `plumb evaluate --json` prints.
const FORMAT: u32 = 1;

/// What `plumb evaluate --json` prints.
#[derive(Serialize)]
struct Evaluated<'a> {
    format: u32,
    name: &'a str,
    run: &'a Path,
    /// Whose weights were measured.
    checkpoint: &'a str,
    device: &'a str,
    sets: PerSet<Option<Measured>>,
    notes: &'a [String],
    #[serde(flatten)]
    findings: Findings<'a>,
}

/// One set.
#[derive(Serialize)]
struct Measured {
    #[serde(flatten)]
    count: ErrorCount,
    /// Mean cross-entropy, in nats.
    loss: f64,
    /// Whether it is the set that the run was trained or measured on.
    is_of_run: bool,
}

/// What of `data.json` is needed.
#[derive(Deserialize)]
struct DataBefore {
    sets: PerSet<SetBefore>,
}

#[derive(Deserialize)]
struct SetBefore {
    sha256: String,
}

pub(crate) fn run(args: &EvaluateArgs) -> Result<(), Error> {
    let run = RunDir::open(&absolute_path(&args.run)?)?;
    let overrides = enter(&run, &args.overrides)?;
    let (before, document_before) = read_config(&run, &[])?;
    let (config, document) = read_config(&run, &overrides)?;
    check_same(&before, &config, &document)?;
    let opened = device::open(args.device)?;
    let trained = Trained::load(run.path(), &opened.device)?;
    let data_before: DataBefore = run.read_json("data.json")?;

    let loading = Loading::new(args.quiet);
    let mut divided = divide(&config, &document, &|chunk, progress| {
        loading.show(chunk, progress);
    })?;
    loading.finish();
    judge_leaks(&config, &document, &divided)?;
    fit(&trained, &document, &mut divided)?;
    let normalizer = trained.about.normalizer.clone();
    let prepared = Prepared::new(divided, normalizer, trained.task.clone());
    let is_of_run =
        PerSet::of(|set| prepared.summary.sets.get(set).sha256 == data_before.sets.get(set).sha256);
    for warning in &prepared.summary.warnings {
        terminal::talk(&format!("warning: {warning}"));
    }
    let mut notes = Vec::new();
    if is_of_run.train {
        notes.extend(changed(&is_of_run));
    } else {
        let before = (&before, &document_before);
        notes.extend(check_unseen(
            before,
            &data_before,
            &config,
            &document,
            &prepared,
        )?);
    }

    let is_shown = |set| is_of_run.train || matches!(set, SetName::Dev | SetName::Test);
    let measured = in_pool(|| {
        let sets = feeds(&config, &prepared, &opened);
        sets.try_map(|set, feed| {
            is_shown(set)
                .then(|| evaluate(&trained.model, feed))
                .transpose()
        })
    })??;

    // Without a train error, no gap begins at the human level; a known Bayes error would be train's.
    let has_human = config.human.is_some() || is_of_run.train;
    let human = if has_human {
        human(&config, &prepared)?
    } else {
        None
    };
    let count =
        |evaluation: &Option<Evaluation>| evaluation.as_ref().map(|measured| measured.count);
    let diagnosis = judge(&config, human.as_ref(), |set| count(measured.get(set)))?;
    let actions = advise(&config, &prepared.summary, &diagnosis);
    let findings = Findings {
        matters_share: config.diagnosis.matters_share,
        human: human.as_ref(),
        bayes: (config.human.is_none() && has_human).then_some(&prepared.bayes),
        diagnosis: &diagnosis,
        actions: &actions,
    };
    if args.json {
        return terminal::json(&Evaluated {
            format: FORMAT,
            name: &config.name,
            run: run.path(),
            checkpoint: &trained.checkpoint,
            device: &opened.spelling,
            sets: PerSet::of(|set| {
                measured.get(set).as_ref().map(|measured| Measured {
                    count: measured.count,
                    loss: measured.loss,
                    is_of_run: *is_of_run.get(set),
                })
            }),
            notes: &notes,
            findings,
        });
    }
    terminal::data(&format!(
        "\n{}, weights of {} (lowest dev error), measured again\n{}\n{}",
        args.run.display(),
        trained.checkpoint,
        notes
            .iter()
            .map(|note| format!("{note}\n"))
            .collect::<String>(),
        report::findings(&findings)
    ))
}

fn absolute_path(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path)
        .map_err(|error| Error::bad_input(format!("can't find {}: {error}", path.display())))
}

/// Enters the folder where the run was trained, where the relative paths of its config start, and makes
/// those of the overrides absolute.
fn enter(run: &RunDir, overrides: &[String]) -> Result<Vec<String>, Error> {
    let folder = folder_of(run)?;
    let wrong = |error: std::io::Error| {
        Error::bad_input(format!("can't enter {}: {error}", folder.display()))
    };
    if !folder.is_dir() {
        return Ok(overrides.to_vec());
    }
    let here = std::env::current_dir().map_err(wrong)?;
    std::env::set_current_dir(&folder).map_err(wrong)?;
    Ok(overrides
        .iter()
        .map(|setting| absolute_paths(setting, &here))
        .collect())
}

/// Only data and what is said of it can change: the model is trained.
fn check_same(before: &Config, after: &Config, document: &Document) -> Result<(), Error> {
    let as_toml = |config: &Config| -> Result<toml::Table, Error> {
        config.to_toml()?.parse().map_err(|error| {
            Error::failed(format!("can't compare the config with the run's: {error}"))
        })
    };
    let (old, new) = (as_toml(before)?, as_toml(after)?);
    let Some(key) = difference(&old, &new, "", &|key| {
        let is_data = key.starts_with("data.") && key != "data.normalization";
        is_data || ["human", "diagnosis", "seed"].contains(&key)
    }) else {
        return Ok(());
    };
    let message = format!("`{key}` is not what the run was trained with");
    let hint =
        "evaluating can change `data` (but not its normalization), `human`, `diagnosis` and `seed`";
    Err(document.error(&KeyError::new(key, message).hint(hint)))
}

/// The first key with different values, beside those that `is_free` names.
fn difference(
    old: &toml::Table,
    new: &toml::Table,
    above: &str,
    is_free: &dyn Fn(&str) -> bool,
) -> Option<String> {
    old.keys().chain(new.keys()).find_map(|key| {
        let path = match above {
            "" => key.clone(),
            above => format!("{above}.{key}"),
        };
        match (old.get(key), new.get(key)) {
            _ if is_free(&path) => None,
            (old, new) if old == new => None,
            (Some(toml::Value::Table(old)), Some(toml::Value::Table(new))) => {
                difference(old, new, &path, is_free)
            }
            _ => Some(path),
        }
    })
}

/// Brings the classes into the order of the model's, and makes sure that it takes the examples.
fn fit(trained: &Trained, document: &Document, divided: &mut Divided) -> Result<(), Error> {
    let wrong = |message: String| Err(document.error(&KeyError::new("data", message)));
    let about = &trained.about;
    let train = &divided.sets.train;
    if train.shape != about.input_shape {
        return wrong(format!(
            "the examples have the shape {:?}; expected {:?}, the shape that the model takes",
            train.shape, about.input_shape
        ));
    }
    if let Some((low, high)) = about.range
        && train.range != about.range
    {
        let found = train
            .range
            .map_or("not known".into(), |(low, high)| format!("{low} to {high}"));
        return wrong(format!(
            "the range of the values is {found}; expected {low} to {high}, as in training"
        ));
    }
    let mut sorted = [train.classes.clone(), about.classes.clone()];
    sorted.iter_mut().for_each(|classes| classes.sort());
    if sorted[0] != sorted[1] {
        return wrong(format!(
            "the classes are {}; expected {}, those of the run",
            train.classes.join(", "),
            about.classes.join(", ")
        ));
    }
    let place = |class: &String| about.classes.iter().position(|known| known == class);
    let order: Vec<u32> = train
        .classes
        .iter()
        .map(|class| place(class).unwrap_or_default() as u32)
        .collect();
    let sets = &mut divided.sets;
    for set in [
        &mut sets.train,
        &mut sets.train_dev,
        &mut sets.dev,
        &mut sets.test,
    ] {
        for label in &mut set.labels {
            *label = order[*label as usize];
        }
        set.classes.clone_from(&about.classes);
    }
    Ok(())
}

/// Says which sets are not those of the run.
fn changed(is_of_run: &PerSet<bool>) -> Option<String> {
    let changed: Vec<String> = is_of_run
        .iter()
        .filter(|(_, is_same)| !**is_same)
        .map(|(set, _)| set.to_string())
        .collect();
    let (last, others) = changed.split_last()?;
    Some(match others {
        [] => format!("{last} is not that of the run"),
        _ => format!("{} and {last} are not those of the run", others.join(", ")),
    })
}

/// Where train is another set, looks for examples that the run was trained on in dev and test.
///
/// # Errors
/// Bad input if there are some, unless `data.split.allow` has `identical`.
fn check_unseen(
    (before, document_before): (&Config, &Document),
    data_before: &DataBefore,
    config: &Config,
    document: &Document,
    prepared: &Prepared,
) -> Result<Vec<String>, Error> {
    let mut notes = vec![
        "train is not the set that the run was trained on, so only dev and test are shown"
            .to_owned(),
    ];
    let unknown = |why: String| {
        format!(
            "warning: whether dev and test hold examples that the run was trained on is not known: {why}"
        )
    };
    let sets = match divide(before, document_before, &|_, _| {}) {
        Ok(divided) => divided.sets,
        Err(_) => {
            notes.push(unknown("its own data can't be read any more".into()));
            return Ok(notes);
        }
    };
    if sets.train.sha256() != data_before.sets.train.sha256 {
        notes.push(unknown("its own data has changed".into()));
        return Ok(notes);
    }
    let examples = |set: SetName| -> &Examples { prepared.sets.get(set) };
    let leaks = leak::find(&[
        ("train", &sets.train),
        ("dev", examples(SetName::Dev)),
        ("test", examples(SetName::Test)),
    ])
    .map_err(|error| Error::failed(error.to_string()))?;
    // Originals are numbered within each data set, so equal numbers mean nothing here.
    let mut identical = leaks.identical.iter().filter(|leak| leak.a == "train");
    let allow = &config.data.split.allow;
    match identical.next() {
        Some(leak) if !allow.contains(&plumb_data::split::Allow::Identical) => {
            let message = format!(
                "{}, which the run was trained on; expected none",
                leak.describe(leak::Relation::Identical)
            );
            let hint = "allow them with `data.split.allow = [\"identical\"]`";
            Err(document.error(&KeyError::new("data.split", message).hint(hint)))
        }
        _ => Ok(notes),
    }
}
