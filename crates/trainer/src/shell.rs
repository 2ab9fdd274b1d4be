//! Commands to copy.

/// A word as a POSIX shell reads it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell() {
        for (word, expected) in [
            ("runs/a-1", "runs/a-1"),
            ("model.mlp.hidden=[8]", "'model.mlp.hidden=[8]'"),
            ("", "''"),
            ("it's", r"'it'\''s'"),
            ("a b;rm", "'a b;rm'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
