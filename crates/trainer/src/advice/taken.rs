use super::Action;
use crate::{
    Error,
    config::{self, Config},
    parameters::is_within,
};

/// Keys that change no figure.
const WITHOUT_EFFECT: [&str; 6] = [
    "name",
    "format",
    "checkpoint",
    "data.cache",
    "data.memory_budget",
    "diagnosis",
];

/// What a follow-up run did of what was advised, and what it did besides.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    pub(crate) actions: Vec<Follow<'a>>,
    /// The keys that differ and belong to none of these actions, dotted.
    pub(crate) besides: Vec<String>,
}

/// An action that was taken.
#[derive(Debug)]
pub(crate) struct Follow<'a> {
    pub(crate) action: &'a Action,
    /// Whether its keys have the very values that it proposed, and not others.
    pub(crate) is_as_proposed: bool,
}

/// Which of the actions advised for `old` the config `new` contains.
///
/// An action is taken if every key that it changes is changed; work that no key does leaves no trace in a config,
/// and is never found. Actions that change the same keys to other values may all be found where none is as
/// proposed.
///
/// # Errors
/// [`Error::Failed`] if a config can't be written as TOML.
pub(crate) fn taken<'a>(
    old: &Config,
    new: &Config,
    actions: &'a [Action],
) -> Result<Taken<'a>, Error> {
    let is_free = |key: &str| WITHOUT_EFFECT.iter().any(|free| is_within(key, free));
    let mut besides = old.differences(new, &is_free)?;
    let mut follows = Vec::new();
    let mut explained = Vec::new();
    for action in actions {
        let Some(set) = &action.set else {
            continue;
        };
        let Ok(proposed) = config::changed(old, set) else {
            continue; // of another config
        };
        let keys = old.differences(&proposed, &is_free)?;
        if keys.is_empty() || !keys.iter().all(|key| has(&besides, key)) {
            continue;
        }
        let left = proposed.differences(new, &is_free)?;
        let is_as_proposed = !keys.iter().any(|key| has(&left, key));
        follows.push(Follow {
            action,
            is_as_proposed,
        });
        explained.extend(keys);
    }
    // What stands exactly as one action proposed it was not another one with other values.
    let exact: Vec<String> = exact_keys(old, &follows, &is_free)?;
    let is_other = |follow: &Follow<'_>| -> Result<bool, Error> {
        let keys = keys_of(old, follow.action, &is_free)?;
        Ok(!follow.is_as_proposed && keys.iter().any(|key| has(&exact, key)))
    };
    let mut kept = Vec::new();
    for follow in follows {
        if !is_other(&follow)? {
            kept.push(follow);
        }
    }
    besides.retain(|key| !has(&explained, key));
    Ok(Taken {
        actions: kept,
        besides,
    })
}
