/// Says in a user's words what serde found, and which known key is similar to an unknown one.
pub(super) fn explain(message: &str) -> (String, Option<String>) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    for (kind, said) in [
        ("unknown field", "unknown key"),
        ("unknown variant", "unknown choice"),
    ] {
        if message.starts_with(kind)
            && let [unknown, known @ ..] = &quoted[..]
        {
            return (format!("{said} `{unknown}`"), Some(suggest(unknown, known)));
        }
    }
    if message.starts_with("missing field")
        && let [missing, ..] = &quoted[..]
    {
        return (format!("the key `{missing}` is missing here"), None);
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
    ] {
        said = said.replace(&format!("expected {rust}"), &format!("expected {plain}"));
    }
    (
        said.replace("sequence", "list")
            .replace("invalid type: map", "invalid type: table"),
        None,
    )
}

/// Names the known name that is similar to an unknown one, or else all of them.
pub(crate) fn suggest(unknown: &str, known: &[&str]) -> String {
    /// Below this Jaro–Winkler similarity two names have little in common.
    const SIMILAR: f64 = 0.8;
    let similar = known
        .iter()
        .map(|name| (strsim::jaro_winkler(unknown, name), name))
        .filter(|(similarity, _)| *similarity >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match similar {
        Some((_, name)) => format!("a similar one exists: `{name}`"),
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

    fn check(message: &str, said: &str, hint: Option<&str>) {
        assert_eq!(explain(message), (said.into(), hint.map(Into::into)));
    }

    /// Messages as serde and toml word them.
    #[test]
    fn serde_s_words_become_a_user_s() {
        check(
            "unknown field `epohcs`, expected `epochs` or `batch_size`",
            "unknown key `epohcs`",
            Some("a similar one exists: `epochs`"),
        );
        check(
            "unknown variant `x`, expected one of `relu`, `gelu`",
            "unknown choice `x`",
            Some("expected `relu`, `gelu`"),
        );
        check(
            "missing field `path`",
            "the key `path` is missing here",
            None,
        );
        check(
            "invalid type: string \"3\", expected u32",
            "invalid type: string \"3\", expected a whole number, 0 or more",
            None,
        );
    }
}
