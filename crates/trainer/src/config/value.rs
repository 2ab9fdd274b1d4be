//! Values of a config, found by their dotted keys.

use toml::{Table, Value};

/// The value at a dotted key.
pub(crate) fn lookup<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((first, rest)) => lookup(table.get(first)?.as_table()?, rest),
    }
}

/// The number that a value is, if it is one.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// What people call a key among several: its shortest ending, of whole words between dots, that no other key has.
pub(crate) fn alias(key: &str, keys: &[String]) -> String {
    let is_free = |ending: &&str| {
        let mut others = keys.iter().filter(|other| *other != key);
        !others.any(|other| other == *ending || other.ends_with(&format!(".{ending}")))
    };
    let mut endings = key.rmatch_indices('.').map(|(dot, _)| &key[dot + 1..]);
    endings.find(is_free).unwrap_or(key).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_the_shortest_ending_that_no_other_key_has() {
        let check = |keys: &[&str], expected: &[&str]| {
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            let found: Vec<String> = keys.iter().map(|key| alias(key, &keys)).collect();
            assert_eq!(found, expected);
        };
        check(&["a.b.c"], &["c"]);
        check(&["a.n", "b.n"], &["a.n", "b.n"]);
        check(&["x.a.n", "x.b.n", "m"], &["a.n", "b.n", "m"]);
        // A key that is the ending of another keeps its own name, and the other its full one.
        check(&["n", "b.n"], &["n", "b.n"]);
    }

    #[test]
    fn values_are_found_by_dotted_keys() {
        let table: Table = "a.b = 2\nc = [1]".parse().unwrap();
        let check = |key: &str, expected: Option<f64>| {
            assert_eq!(lookup(&table, key).and_then(number), expected, "{key}");
        };
        check("a.b", Some(2.0));
        check("a", None);
        check("c", None);
        check("a.b.c", None);
        check("d", None);
    }
}
