//! Data that several runs of a sweep share: decoded, split and brought to the device once.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Error,
    config::{Chunk, Config, Document},
    feed::Residents,
    load::{Chunks, load},
    prepare::{Prepared, divide_loaded, fit},
};

/// What was made lately, and what it was made of.
pub(crate) struct SharedData {
    chunks: Recent<Chunks>,
    sets: Recent<SharedSets>,
}

/// What runs on the same sets share.
struct SharedSets {
    prepared: Prepared,
    residents: Arc<Residents>,
}

impl SharedData {
    /// For so many runs side by side.
    pub(crate) fn new(n_workers: usize) -> Self {
        Self {
            chunks: Recent::new(n_workers),
            sets: Recent::new(n_workers),
        }
    }

    /// The same, with room for what so many runs side by side need.
    pub(crate) fn for_workers(mut self, n_workers: usize) -> Self {
        self.chunks.most = n_workers;
        self.sets.most = n_workers;
        self
    }

    /// The two chunks of a config.
    ///
    /// # Errors
    /// Bad input, pointing at the key of the config that it comes from.
    pub(crate) fn chunks(
        &self,
        config: &Config,
        document: &Document,
    ) -> Result<Arc<Chunks>, Error> {
        self.chunks.get(chunks_key(config)?, || {
            load(&config.data, config.seed, &|_, _| {}).map_err(|error| document.error(&error))
        })
    }

    /// As [`crate::prepare::prepare`], with as little as possible done anew; and the sets that are on the device.
    ///
    /// # Errors
    /// Bad input, pointing at the key of the config that it comes from.
    pub(crate) fn prepare(
        &self,
        config: &Config,
        document: &Document,
    ) -> Result<(Prepared, Arc<Residents>), Error> {
        let shared = self.sets.get(split_key(config)?, || {
            let chunks = self.chunks(config, document)?;
            let divided = divide_loaded(config, document, chunks)?;
            Ok(SharedSets {
                prepared: fit(config, document, divided)?,
                residents: Arc::default(),
            })
        })?;
        let prepared = shared.prepared.clone().for_training(config, document)?;
        Ok((prepared, Arc::clone(&shared.residents)))
    }
}

/// Everything that decides the four sets and how they are normalized: equal keys, equal sets.
pub(crate) fn split_key(config: &Config) -> Result<String, Error> {
    Ok(format!(
        "{}\nseed = {}",
        toml_of(&config.data)?,
        config.seed
    ))
}

/// Everything that decides the chunks.
fn chunks_key(config: &Config) -> Result<String, Error> {
    let data = &config.data;
    let key = format!(
        "{}\n{}\n{:?} {}",
        toml_of(&data.general)?,
        toml_of(&data.target)?,
        data.memory_budget,
        data.cache.display()
    );
    Ok(if is_random(&data.general) || is_random(&data.target) {
        format!("{key}\nseed = {}", config.seed)
    } else {
        key
    })
}

/// Whether the seed has a say in what is loaded.
fn is_random(chunk: &Chunk) -> bool {
    chunk.n_drawn().is_some()
        || chunk.label_noise.is_some()
        || chunk.synthesis.is_some()
        || chunk.convert.is_some()
}

fn toml_of(value: &impl serde::Serialize) -> Result<String, Error> {
    toml::to_string(value)
        .map_err(|error| Error::failed(format!("can't compare the data of two runs: {error}")))
}

/// A value that is being made, or is made.
type Slot<T> = Arc<Mutex<Option<Arc<T>>>>;

/// The values that were asked for last, each made once, however many ask at the same time.
struct Recent<T> {
    slots: Mutex<VecDeque<(String, Slot<T>)>>,
    most: usize,
}

impl<T> Recent<T> {
    fn new(most: usize) -> Self {
        Self {
            slots: Mutex::default(),
            most,
        }
    }

    /// A value that failed to be made is tried again by the next who asks.
    fn get(&self, key: String, make: impl FnOnce() -> Result<T, Error>) -> Result<Arc<T>, Error> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            let found = slots.iter().position(|(known, _)| *known == key);
            let entry = match found.and_then(|at| slots.remove(at)) {
                Some(entry) => entry,
                None => (key, Slot::default()),
            };
            let slot = Arc::clone(&entry.1);
            slots.push_back(entry);
            while slots.len() > self.most.max(1) {
                slots.pop_front();
            }
            slot
        };
        let mut value = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = &*value {
            return Ok(Arc::clone(value));
        }
        let new = Arc::new(make()?);
        *value = Some(Arc::clone(&new));
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_value_is_made_once_until_others_push_it_out() {
        let recent = Recent::new(2);
        let n_made = Cell::new(0);
        let get = |key: &str| {
            let make = || {
                n_made.set(n_made.get() + 1);
                Ok(n_made.get())
            };
            *recent.get(key.into(), make).unwrap()
        };
        assert_eq!([get("a"), get("b"), get("a"), get("b")], [1, 2, 1, 2]);
        assert_eq!(get("c"), 3); // pushes a out, which was asked for before b
        assert_eq!([get("b"), get("a")], [2, 4]);
    }

    #[test]
    fn what_failed_is_tried_again() {
        let recent = Recent::<u32>::new(1);
        assert!(recent.get("a".into(), || Err(Error::failed("no"))).is_err());
        assert_eq!(*recent.get("a".into(), || Ok(7)).unwrap(), 7);
    }
}
