use super::Action;
use crate::{
    Error,
    config::{self, Config, lookup, number},
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
    for action in actions {
        let proposed = action.set.as_ref().map(|set| config::changed(old, set));
        let Some(Ok(proposed)) = proposed else {
            continue; // work, or an action for another config
        };
        let keys = old.differences(&proposed, &is_free)?;
        if keys.is_empty() || !keys.iter().all(|key| touches(&besides, key)) {
            continue;
        }
        let left = proposed.differences(new, &is_free)?;
        let is_as_proposed = !keys.iter().any(|key| touches(&left, key));
        if !is_as_proposed && !goes_the_same_way(old, &proposed, new, &keys)? {
            continue;
        }
        let follow = Follow {
            action,
            is_as_proposed,
        };
        follows.push((keys, follow));
    }
    // Of actions on the same keys, one that stands exactly as proposed leaves no room for the others.
    let settled: Vec<String> = follows
        .iter()
        .filter(|(_, follow)| follow.is_as_proposed)
        .flat_map(|(keys, _)| keys.clone())
        .collect();
    follows.retain(|(keys, follow)| {
        follow.is_as_proposed || !keys.iter().any(|key| touches(&settled, key))
    });
    besides.retain(|key| !follows.iter().any(|(keys, _)| touches(keys, key)));
    Ok(Taken {
        actions: follows.into_iter().map(|(_, follow)| follow).collect(),
        besides,
    })
}

/// Whether each key's number, or the sum of its numbers, moved to the side on which the proposal lies. Other values
/// have no sides.
fn goes_the_same_way(
    old: &Config,
    proposed: &Config,
    new: &Config,
    keys: &[String],
) -> Result<bool, Error> {
    let tables = [old, proposed, new].map(|config| {
        let text = config.to_toml()?;
        text.parse::<toml::Table>()
            .map_err(|error| Error::failed(format!("can't compare the configs: {error}")))
    });
    let [old, proposed, new] = tables;
    let (old, proposed, new) = (old?, proposed?, new?);
    let same = |key: &String| {
        let numbers = [&old, &proposed, &new].map(|table| number_at(table, key));
        let [Some(old), Some(proposed), Some(new)] = numbers else {
            return false;
        };
        (proposed - old) * (new - old) > 0.0
    };
    Ok(keys.iter().all(same))
}

/// The number, or the sum of the list of numbers, at a dotted key.
fn number_at(table: &toml::Table, key: &str) -> Option<f64> {
    match lookup(table, key)? {
        toml::Value::Array(all) => all.iter().map(number).sum(),
        one => number(one),
    }
}

/// Whether a key is among others, or above or below one of them.
fn touches(keys: &[String], key: &str) -> bool {
    keys.iter()
        .any(|other| is_within(other, key) || is_within(key, other))
}

#[cfg(test)]
mod tests {
    use plumb_diagnostics::{GapKind, Remedy};

    use super::*;
    use crate::advice::{Cost, tests::quickstart};

    fn action(set: Option<&str>) -> Action {
        Action {
            gap: GapKind::AvoidableBias,
            remedy: Remedy::BiggerModel,
            change: String::new(),
            reason: None,
            set: set.map(Into::into),
            ceiling: 0.1,
            cost: Cost::default(),
        }
    }

    /// What is found of the actions, in order, each with whether it is as proposed; and what is besides.
    fn check(new: &[&str], expected: &[(&str, bool)], besides: &[&str]) {
        let (old, _) = quickstart(&[]);
        let (new_config, _) = quickstart(new);
        let sets = [
            "train.epochs=40",
            "model.mlp.hidden=[256,256]",
            "model={small_cnn={}}",
            "schedule={one_cycle={}}",
            "optimizer.adam.weight_decay=0.0001",
            "model.width=3",
        ];
        let mut actions = sets.map(|set| action(Some(set))).to_vec();
        actions.push(action(None));
        actions.push(action(Some("train.pochs=3")));
        let taken = taken(&old, &new_config, &actions).unwrap();
        let found: Vec<_> = taken
            .actions
            .iter()
            .map(|follow| (follow.action.set.as_deref().unwrap(), follow.is_as_proposed))
            .collect();
        assert_eq!(found, expected, "{new:?}");
        assert_eq!(taken.besides, besides, "{new:?}");
    }

    #[test]
    fn a_follow_up_contains_the_actions_whose_keys_it_changed() {
        check(&[], &[], &[]);
        let longer = ("train.epochs=40", true);
        check(&["train.epochs=40"], &[longer], &[]);
        check(&["train.epochs=30"], &[("train.epochs=40", false)], &[]);
        check(&["seed=8"], &[], &["seed"]);
        check(&["name=\"again\"", "diagnosis.goal_error=0.1"], &[], &[]);
        check(
            &[
                "train.epochs=40",
                "model.mlp.hidden=[256,256]",
                "train.batch_size=32",
            ],
            &[longer, ("model.mlp.hidden=[256,256]", true)],
            &["train.batch_size"],
        );
        // Another network leaves no hidden layers to widen.
        check(
            &["model={small_cnn={}}"],
            &[("model={small_cnn={}}", true)],
            &[],
        );
        check(
            &["schedule={one_cycle={}}"],
            &[("schedule={one_cycle={}}", true)],
            &[],
        );
        // Part of a network that was proposed as a whole is not that network.
        check(&["model.mlp.dropout=0.2"], &[], &["model.mlp.dropout"]);
    }
}
