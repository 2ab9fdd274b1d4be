use super::synonyms::in_plumb;
use crate::fraction;

/// Says in a user's words what serde found, and what to do about it.
///
/// `key` is the dotted key whose value is wrong, or in which a key is unknown or missing; empty for the whole config.
pub(super) fn explain(message: &str, key: &str) -> (String, Option<String>) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let place = match key {
        "" => "at the top of the config".to_string(),
        key => format!("in [{key}]"),
    };
    if message.starts_with("unknown field")
        && let [unknown, known @ ..] = &quoted[..]
    {
        let hint = match similar(unknown, known) {
            Some(name) => format!("a similar one exists: `{name}`"),
            None => in_plumb(unknown).unwrap_or_else(|| suggest(unknown, known)),
        };
        return (format!("unknown key `{unknown}` {place}"), Some(hint));
    }
    if message.starts_with("unknown variant")
        && let [unknown, known @ ..] = &quoted[..]
    {
        let of = match key {
            "" => String::new(),
            key => format!(" for `{key}`"),
        };
        return (
            format!("unknown choice `{unknown}`{of}"),
            Some(suggest(unknown, known)),
        );
    }
    if message.starts_with("missing field")
        && let [missing, ..] = &quoted[..]
    {
        return (format!("the key `{missing}` is missing {place}"), None);
    }
    let mut said = message.to_string();
    for (rust, plain) in [
        ("usize", "a whole number, 0 or more"),
        ("u64", "a whole number, 0 or more"),
        ("u32", "a whole number, 0 or more"),
        ("f64", "a number"),
        ("f32", "a number"),
        ("a sequence", "a list"),
        ("a map", "a table"),
        ("a string", "a text in quotes"),
        ("a boolean", "true or false"),
    ] {
        said = said.replace(&format!("expected {rust}"), &format!("expected {plain}"));
    }
    let said = without_structs(&said);
    (of_value(&said, key), fraction::meant_in(&said))
}

/// As in "expected struct `LossConfig`", which is a table to a user.
fn without_structs(message: &str) -> String {
    match message.split_once("expected struct ") {
        Some((before, name)) => {
            let rest = name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
            format!("{before}expected a table{rest}")
        }
        None => message.into(),
    }
}

/// What is wrong with a value, as in "`train.epochs` is \"twenty\"; expected a whole number".
fn of_value(message: &str, key: &str) -> String {
    let subject = match key {
        "" => "the value".to_string(),
        key => format!("`{key}`"),
    };
    if message.starts_with("is ") {
        return format!("{subject} {message}");
    }
    let kinds = ["invalid type: ", "invalid value: "];
    let Some(rest) = kinds.iter().find_map(|kind| message.strip_prefix(kind)) else {
        return message.into();
    };
    let Some((found, expected)) = rest.split_once(", expected ") else {
        return message.into();
    };
    let found = match found.split_once(' ') {
        Some(("string" | "integer" | "boolean", value)) => value.trim_matches('`'),
        _ => found
            .strip_prefix("floating point ")
            .map_or(found, |value| value.trim_matches('`')),
    };
    let found = match found {
        "map" => "a table",
        "sequence" => "a list",
        other => other,
    };
    format!("{subject} is {found}; expected {expected}")
}

/// The known name that is most like an unknown one, if any is like it.
pub(crate) fn similar<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    /// Below this Jaro–Winkler similarity two names have little in common.
    const SIMILAR: f64 = 0.8;
    known
        .iter()
        .map(|name| (strsim::jaro_winkler(unknown, name), *name))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// Names the known name that is similar to an unknown one, or else all of them.
pub(crate) fn suggest(unknown: &str, known: &[&str]) -> String {
    match similar(unknown, known) {
        Some(name) => format!("a similar one exists: `{name}`"),
        None if known.is_empty() => "nothing is expected here".into(),
        None => {
            let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("expected {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, key: &str, said: &str, hint: Option<&str>) {
        let explained = explain(message, key);
        assert_eq!(explained, (said.into(), hint.map(Into::into)));
    }

    /// Messages as serde and toml word them.
    #[test]
    fn serde_s_words_become_a_user_s() {
        check(
            "unknown field `epohcs`, expected `epochs` or `batch_size`",
            "train",
            "unknown key `epohcs` in [train]",
            Some("a similar one exists: `epochs`"),
        );
        check(
            "unknown field `wd`, expected `epochs` or `batch_size`",
            "",
            "unknown key `wd` at the top of the config",
            Some(
                "`wd` is the name in fastai; in plumb, weight decay is `weight_decay` in the optimizer's table, \
                 as in [optimizer.adamw] weight_decay = 0.01",
            ),
        );
        check(
            "unknown variant `x`, expected one of `relu`, `gelu`",
            "model.mlp.activation",
            "unknown choice `x` for `model.mlp.activation`",
            Some("expected `relu`, `gelu`"),
        );
        check(
            "missing field `path`",
            "data.target.csv",
            "the key `path` is missing in [data.target.csv]",
            None,
        );
        check(
            "invalid type: string \"3\", expected u32",
            "train.epochs",
            "`train.epochs` is \"3\"; expected a whole number, 0 or more",
            None,
        );
        check(
            "invalid type: floating point `1.5`, expected u32",
            "",
            "the value is 1.5; expected a whole number, 0 or more",
            None,
        );
        check(
            "is -500; expected a count",
            "data.split.dev",
            "`data.split.dev` is -500; expected a count",
            None,
        );
    }
}
