use crate::{
    Error,
    config::{Config, Document, KeyError},
};

/// Only data and what is said of it can change: the model is trained.
pub(super) fn check_same(
    before: &Config,
    after: &Config,
    document: &Document,
) -> Result<(), Error> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_key_that_differs_is_named() {
        let table = |text: &str| text.parse::<toml::Table>().unwrap();
        let old = table("a.b = 1\na.c = 2\nd = 3");
        let check = |new: &str, expected: Option<&str>| {
            let found = difference(&old, &table(new), "", &|key| key == "d" || key == "a.c");
            assert_eq!(found.as_deref(), expected, "{new}");
        };
        check("a.b = 1\na.c = 2\nd = 3", None);
        check("a.b = 1\na.c = 0\nd = 0", None);
        check("a.b = 0\na.c = 0\nd = 0", Some("a.b"));
        check("a.c = 2", Some("a.b"));
        check("a.b = 1\ne = 1", Some("e"));
        check("a = 1", Some("a"));
    }
}
