use serde::Deserialize;

use super::{KeyError, Procedure};
use crate::experiment::Claims;

/// What must come out of an experiment, and who says so.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// Whose claims these are: a person and a place where they stand.
    #[serde(default)]
    pub(crate) claimed_by: Option<String>,
    /// How long all runs take, and on what.
    #[serde(default)]
    pub(crate) time: Option<String>,
    /// Two-sided confidence of every interval; that of `[diagnosis]` if absent.
    #[serde(default)]
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub(crate) confidence: Option<f64>,
    /// What must come out.
    pub(crate) claims: Vec<Claim>,
    /// Where the figures come from, if not from one training per run.
    #[serde(default)]
    pub(crate) procedure: Option<Procedure>,
    /// What is drawn of it.
    #[serde(default)]
    pub(crate) figure: Option<Figure>,
    /// What a reader should keep; `{dev(small)}` stands for what was measured.
    #[serde(default)]
    pub(crate) text: Option<String>,
}

/// A sentence, and the expression that it comes down to.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    /// The claim in words.
    #[serde(default)]
    pub(crate) says: Option<String>,
    /// What decides, as in `dev(large) < dev(small)`; `plumb reproduce --help` has the whole language.
    pub(crate) check: String,
}

/// A figure: curves over an axis of numbers, bars over any other.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figure {
    /// What stands above it.
    #[serde(default)]
    pub(crate) title: Option<String>,
    /// An axis of the sweep.
    pub(crate) x: String,
    /// What is drawn: a function such as `dev`, or an expression; or a list of them, one series each.
    pub(crate) y: OneOrMore,
    /// Another axis, with one curve for each of its values.
    #[serde(default)]
    pub(crate) series: Option<String>,
    /// What the axes say, instead of their names.
    #[serde(default)]
    pub(crate) x_label: Option<String>,
    /// The same of the other axis.
    #[serde(default)]
    pub(crate) y_label: Option<String>,
    /// Whether equal factors are equally far on the x axis.
    #[serde(default)]
    pub(crate) log_x: bool,
    /// The same of the y axis.
    #[serde(default)]
    pub(crate) log_y: bool,
}

/// One text or a list of them.
#[derive(Clone, Debug)]
pub(crate) struct OneOrMore {
    texts: Vec<String>,
    is_list: bool,
}

impl Expect {
    /// Checks all but what names mean, which a sweep alone can tell.
    ///
    /// # Errors
    /// The key that is wrong, and where in it.
    pub(crate) fn check(&self) -> Result<(), KeyError> {
        if let Some(confidence) = self.confidence
            && !(confidence > 0.0 && confidence < 1.0)
        {
            let predicate =
                format!("is {confidence}; expected a number between 0 and 1, such as 0.95");
            return Err(KeyError::value("expect.confidence", predicate));
        }
        if let Some(procedure) = &self.procedure {
            procedure.check()?;
        }
        Claims::parse(self).map(|_| ())
    }
}

impl OneOrMore {
    pub(crate) fn all(&self) -> &[String] {
        &self.texts
    }

    /// The key of one of the texts.
    pub(crate) fn key(&self, at: usize) -> String {
        if self.is_list {
            format!("expect.figure.y.{at}")
        } else {
            "expect.figure.y".into()
        }
    }
}

impl schemars::JsonSchema for OneOrMore {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMore".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "array"], "items": { "type": "string" } })
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore {
                    texts: vec![text.to_owned()],
                    is_list: false,
                })
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<OneOrMore, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(OneOrMore {
                    texts,
                    is_list: true,
                })
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}
