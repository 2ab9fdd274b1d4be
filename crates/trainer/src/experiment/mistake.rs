use std::ops::Range;

/// What is wrong with an expression, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// A whole sentence.
    pub(crate) message: String,
    /// Bytes of the expression.
    pub(crate) at: Range<usize>,
    pub(crate) hint: Option<String>,
}

impl Mistake {
    pub(super) fn new(message: impl Into<String>, at: Range<usize>) -> Self {
        Self {
            message: message.into(),
            at,
            hint: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A name that stands for nothing here, with the known names, of which a similar one is proposed.
    pub(super) fn unknown(kind: &str, name: &str, at: Range<usize>, known: &[String]) -> Self {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        Self::new(format!("unknown {kind} `{name}`"), at)
            .hint(crate::config::similar_name(name, &known))
    }
}
