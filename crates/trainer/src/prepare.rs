//! From a config to the four sets.

use std::sync::Arc;

use plumb_data::{
    Examples, Normalizer, SplitError,
    leak::{self, Leaks},
    source::Progress,
    split::{self, Member, Sets},
    transform::Pipeline,
};
use plumb_diagnostics::SetName;
use plumb_model::Task;

use crate::{
    Error,
    bayes::KnownBayes,
    config::{Config, Document, KeyError},
    data_summary::DataSummary,
    judge::HumanLevel,
    load::{Chunks, load},
    progress::thousands,
    sets::PerSet,
};

/// The data of a run, on the host.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) sets: PerSet<Examples>,
    /// Where their examples come from.
    pub(crate) members: PerSet<Vec<Member>>,
    /// Per example of train, with mean 1; none where all weigh the same.
    pub(crate) train_weights: Option<Vec<f32>>,
    /// Per class, such that the examples of train have mean 1; none where all classes weigh the same.
    pub(crate) class_weights: Option<Vec<f32>>,
    pub(crate) normalizer: Normalizer,
    /// What is done to training batches.
    pub(crate) augmentation: Option<Arc<Pipeline>>,
    pub(crate) task: Task,
    pub(crate) bayes: KnownBayes,
    /// What the config or the data say of it.
    pub(crate) human: HumanLevel,
    pub(crate) summary: DataSummary,
}

/// Both chunks and the sets made of them, before anything is fitted.
#[derive(Clone)]
pub(crate) struct Divided {
    pub(crate) chunks: Arc<Chunks>,
    pub(crate) sets: Sets,
    pub(crate) leaks: Leaks,
}

/// The most parameters that plumb trains: with gradients and Adam's moments they fill 16 GB.
const MAX_PARAMETERS: usize = 1_000_000_000;

/// Loads both chunks, splits them, and looks for leaks, which it leaves to the caller to judge.
///
/// # Errors
/// Bad input, pointing at the key of the config that it comes from.
pub(crate) fn divide(
    config: &Config,
    document: &Document,
    on_progress: &(dyn Fn(&str, Progress) + Sync),
) -> Result<Divided, Error> {
    let chunks = load(&config.data, config.seed, on_progress);
    let chunks = chunks.map_err(|error| document.error(&error))?;
    divide_loaded(config, document, Arc::new(chunks))
}

/// As [`divide`], of chunks that are loaded already.
///
/// # Errors
/// As [`divide`].
pub(crate) fn divide_loaded(
    config: &Config,
    document: &Document,
    chunks: Arc<Chunks>,
) -> Result<Divided, Error> {
    let data = &config.data;
    let sets = plumb_data::split(
        &chunks.general.examples,
        &chunks.target.examples,
        &data.split,
        config.seed,
    )
    .map_err(|error| document.error(&split_error(&error)))?;
    let sets = Sets {
        train: sets.train.side_by_side(),
        train_dev: sets.train_dev.side_by_side(),
        dev: sets.dev.side_by_side(),
        test: sets.test.side_by_side(),
        ..sets
    };
    let leaks = leak::find(&[
        ("train", &sets.train),
        ("train-dev", &sets.train_dev),
        ("dev", &sets.dev),
        ("test", &sets.test),
    ])
    .map_err(|error| Error::failed(error.to_string()))?;
    Ok(Divided {
        chunks,
        sets,
        leaks,
    })
}

/// Loads both chunks, splits them, checks them for leaks, and fits the normalization on train.
///
/// # Errors
/// Bad input, pointing at the key of the config that it comes from.
pub(crate) fn prepare(
    config: &Config,
    document: &Document,
    on_progress: &(dyn Fn(&str, Progress) + Sync),
) -> Result<Prepared, Error> {
    let divided = divide(config, document, on_progress)?;
    fit(config, document, divided)?.for_training(config, document)
}

/// Checks the sets for leaks, and fits the normalization on train: all that the data alone decide.
///
/// # Errors
/// Bad input, pointing at the key of the config that it comes from.
pub(crate) fn fit(
    config: &Config,
    document: &Document,
    divided: Divided,
) -> Result<Prepared, Error> {
    judge_leaks(config, document, &divided)?;
    let train = &divided.sets.train;
    let normalizer = Normalizer::fit(config.data.normalization, train)
        .map_err(|error| document.error(&KeyError::new("data.normalization", error.to_string())))?;
    let task = Task {
        input_shape: train.shape.clone(),
        n_classes: train.classes.len(),
    };
    Ok(Prepared::new(divided, normalizer, task))
}

impl Prepared {
    /// Divided data with a normalization, without what only training and a diagnosis need.
    pub(crate) fn new(divided: Divided, normalizer: Normalizer, task: Task) -> Self {
        let summary = DataSummary::new(&divided, Some(&normalizer));
        let sets = divided.sets;
        Self {
            bayes: KnownBayes::of(&summary),
            human: HumanLevel::default(),
            summary,
            sets: PerSet {
                train: sets.train,
                train_dev: sets.train_dev,
                dev: sets.dev,
                test: sets.test,
            },
            members: PerSet {
                train: sets.membership.train,
                train_dev: sets.membership.train_dev,
                dev: sets.membership.dev,
                test: sets.membership.test,
            },
            train_weights: sets.train_weights,
            normalizer,
            class_weights: None,
            augmentation: None,
            task,
        }
    }

    /// With what the training of a config takes besides, once the config is checked against the data.
    ///
    /// # Errors
    /// Bad input, pointing at the key of the config that it comes from.
    pub(crate) fn for_training(self, config: &Config, document: &Document) -> Result<Self, Error> {
        let wrong = |error: KeyError| document.error(&error);
        let augmentation = augmentation(config, &self.sets.train).map_err(wrong)?;
        check_model(config, &self.task).map_err(wrong)?;
        Ok(Self {
            class_weights: self.class_weights(config).map_err(wrong)?,
            augmentation: augmentation.map(Arc::new),
            human: HumanLevel::of(config, document, &self.bayes)?,
            ..self
        })
    }

    fn class_weights(&self, config: &Config) -> Result<Option<Vec<f32>>, KeyError> {
        let Some(weights) = &config.loss.class_weights else {
            return Ok(None);
        };
        let own = |i: usize| {
            let all = self.train_weights.as_ref();
            all.map_or(1.0, |all| f64::from(all[i]))
        };
        let train = &self.sets.train;
        let labels = train.labels.iter().enumerate();
        let examples = labels.map(|(i, &label)| (label, own(i)));
        weights.per_class(&train.classes, examples).map(Some)
    }
}

/// Refuses sets that share examples, unless the config allows it by name.
///
/// # Errors
/// Bad input with the counts and the first indices.
pub(crate) fn judge_leaks(
    config: &Config,
    document: &Document,
    divided: &Divided,
) -> Result<(), Error> {
    let allow = &config.data.split.allow;
    let judged = divided.leaks.check(
        allow.contains(&split::Allow::Identical),
        allow.contains(&split::Allow::Derived),
    );
    judged.map_err(|error| {
        let hint = error.hint();
        document.error(&KeyError::new("data.split", error.to_string()).hint(hint))
    })
}

/// Checks the network against the data, and the batches against the network.
pub(crate) fn check_model(config: &Config, task: &Task) -> Result<(), KeyError> {
    let model = &config.model;
    model.check_task(task)?;
    let n_params = model.cost(task).parameters;
    if n_params > MAX_PARAMETERS {
        let found = match n_params {
            usize::MAX => "more parameters than can be counted".into(),
            n => format!("{} parameters", thousands(n as u64)),
        };
        let most = thousands(MAX_PARAMETERS as u64);
        let predicate = format!("has {found}; expected at most {most}");
        return Err(KeyError::value("model", predicate));
    }
    let min_batch = model.min_batch(task);
    if config.train.batch_size < min_batch {
        let predicate = format!(
            "is {}; expected {min_batch} or more, since batch normalization needs a variance",
            config.train.batch_size
        );
        return Err(KeyError::value("train.batch_size", predicate));
    }
    Ok(())
}

fn augmentation(config: &Config, train: &Examples) -> Result<Option<Pipeline>, KeyError> {
    let Some(augmentation) = &config.data.augmentation else {
        return Ok(None);
    };
    let wrong = |message: String| KeyError::new("data.augmentation.steps", message);
    let pipeline = Pipeline::new(&augmentation.steps, train, config.seed)
        .map_err(|error| wrong(error.to_string()))?;
    if pipeline.shape() != train.shape {
        return Err(wrong(format!(
            "augmentation makes examples of shape {:?} of those of shape {:?}; expected the same \
             shape, since the other sets are not augmented",
            pipeline.shape(),
            train.shape
        ))
        .hint("[data.general.convert] and [data.target.convert] change the size of all sets"));
    }
    Ok(Some(pipeline))
}

/// What to do about a plan that asks for more than there is.
fn split_hint(error: &SplitError) -> Option<&'static str> {
    match error {
        SplitError::TooFewTarget { .. } => Some(
            "make dev, test or target_in_train smaller (shares such as 0.4 always fit), or collect more target data",
        ),
        SplitError::TooFewGeneral { .. }
        | SplitError::TooFewInPool { .. }
        | SplitError::TooFewInMix { .. } => {
            Some("make the sets that are held out smaller, or the general chunk larger")
        }
        SplitError::NoGroup { .. } => {
            Some("give this set more examples, or group by a tag that has more and smaller groups")
        }
        SplitError::TooFewLeft { .. } => Some("leave `train` out to train on all that is left"),
        SplitError::ClassMissing { .. } => Some(
            "collect examples of it, or leave it out with `classes` under [data.target.convert]",
        ),
        _ => None,
    }
}

fn split_error(error: &SplitError) -> KeyError {
    let key = match error {
        SplitError::Field(field) => {
            return KeyError::value(format!("data.split.{}", field.field), &field.message);
        }
        SplitError::Classes { .. } | SplitError::Shape { .. } | SplitError::Range { .. } => {
            "data.general".to_string()
        }
        error => match error.keys() {
            [] => "data.split".to_string(),
            [first, ..] => format!("data.split.{first}"),
        },
    };
    KeyError::new(key, error.to_string()).maybe_hint(split_hint(error).map(Into::into))
}

impl PerSet<Examples> {
    /// Bytes that a set takes as normalized numbers on a device.
    pub(crate) fn device_bytes(&self, set: SetName) -> u64 {
        let examples = self.get(set);
        examples.len() as u64 * examples.n_values() as u64 * size_of::<f32>() as u64
    }
}
