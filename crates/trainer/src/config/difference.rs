/// The first key with different values, beside those that `is_free` names; those of the new table come first,
/// since they are what somebody wrote.
pub(super) fn difference(
    old: &toml::Table,
    new: &toml::Table,
    above: &str,
    is_free: &dyn Fn(&str) -> bool,
) -> Option<String> {
    new.keys().chain(old.keys()).find_map(|key| {
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
