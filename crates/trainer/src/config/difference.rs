/// The keys with different values, beside those that `is_free` names: the innermost that both tables can have.
/// Those of the new table come first, since they are what somebody wrote.
pub(crate) fn differences(
    old: &toml::Table,
    new: &toml::Table,
    above: &str,
    is_free: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let removed = old.keys().filter(|key| !new.contains_key(*key));
    let mut paths = Vec::new();
    for key in new.keys().chain(removed) {
        let path = match above {
            "" => key.clone(),
            above => format!("{above}.{key}"),
        };
        match (old.get(key), new.get(key)) {
            _ if is_free(&path) => {}
            (old, new) if old == new => {}
            (Some(toml::Value::Table(old)), Some(toml::Value::Table(new))) => {
                paths.extend(differences(old, new, &path, is_free));
            }
            _ => paths.push(path),
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_keys_that_differ_are_named() {
        let table = |text: &str| text.parse::<toml::Table>().unwrap();
        let old = table("a.b = 1\na.c = 2\nd = 3");
        let check = |new: &str, expected: &[&str]| {
            let found = differences(&old, &table(new), "", &|key| key == "d" || key == "a.c");
            assert_eq!(found, expected, "{new}");
        };
        check("a.b = 1\na.c = 2\nd = 3", &[]);
        check("a.b = 1\na.c = 0\nd = 0", &[]);
        check("a.b = 0\na.c = 0\nd = 0", &["a.b"]);
        check("a.c = 2", &["a.b"]);
        check("a.b = 1\ne = 1", &["e"]);
        check("a = 1", &["a"]);
        check("a.b = 2\ne = 1", &["a.b", "e"]);
    }
}
