//! What sets share and must not, in words.

use std::fmt;

use super::Leak;

/// Pairs that a sentence names before it only says that there are more.
const MAX_NAMED: usize = 3;

/// Sets share examples that they must not share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeakError {
    /// Identical examples, unless they are allowed.
    pub identical: Vec<Leak>,
    /// Examples of the same original, unless they are allowed.
    pub derived: Vec<Leak>,
}

/// How two examples are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Equal values.
    Identical,
    /// Made from the same original.
    Derived,
    /// At a small distance.
    Near,
}

impl LeakError {
    /// How to allow what was found.
    #[must_use]
    pub fn hint(&self) -> String {
        let kinds = [
            ("\"identical\"", &self.identical),
            ("\"derived\"", &self.derived),
        ];
        let found = kinds.into_iter().filter(|(_, leaks)| !leaks.is_empty());
        let names: Vec<&str> = found.map(|(name, _)| name).collect();
        format!(
            "allow them with `data.split.allow = [{}]`",
            names.join(", ")
        )
    }
}

impl fmt::Display for LeakError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let identical = self
            .identical
            .iter()
            .map(|l| l.describe(Relation::Identical));
        let derived = self.derived.iter().map(|l| l.describe(Relation::Derived));
        for sentence in identical.chain(derived) {
            write!(f, "{sentence}; ")?;
        }
        write!(f, "expected none")
    }
}

impl std::error::Error for LeakError {}

impl Leak {
    /// The count in words, with the first pairs: `3 examples of dev are identical to examples of
    /// train (dev 17 = train 203, …)`.
    #[must_use]
    pub fn describe(&self, relation: Relation) -> String {
        let (a, b) = (&self.a, &self.b);
        let (one, many, sign) = match relation {
            Relation::Identical => (
                "is identical to one of",
                "are identical to examples of",
                "=",
            ),
            Relation::Derived => (
                "derives from the original of one of",
                "derive from the originals of examples of",
                "and",
            ),
            Relation::Near => ("is near one of", "are near examples of", "and"),
        };
        let count = match self.n {
            1 => format!("1 example of {b} {one} {a}"),
            n => format!("{n} examples of {b} {many} {a}"),
        };
        let mut pairs: Vec<String> = self
            .pairs
            .iter()
            .take(MAX_NAMED)
            .map(|pair| format!("{b} {} {sign} {a} {}", pair.b, pair.a))
            .collect();
        if self.n > pairs.len() {
            pairs.push("…".to_owned());
        }
        let relabelled = match self.n_relabelled {
            0 => String::new(),
            n if n == self.n => ", with another label".to_owned(),
            n => format!(", {n} of them with another label"),
        };
        format!("{count} ({}){relabelled}", pairs.join(", "))
    }
}
