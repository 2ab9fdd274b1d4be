use super::{expression::Expression, mistake::Mistake, parse};

/// A text in which `{dev(small)}` stands for what was measured; `{{` is a brace.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Text(String),
    Value(Expression),
}

impl Template {
    /// Reads the text and the expressions in it.
    ///
    /// # Errors
    /// A brace that is not closed, and what is wrong with an expression.
    pub(crate) fn parse(text: &str) -> Result<Self, Mistake> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                plain.push(c);
                at += 2;
            } else if c == '{' {
                let Some(length) = rest.find('}') else {
                    let message = "this `{` has no `}`; expected `{{` for a brace itself";
                    return Err(Mistake::new(message, at..at + 1));
                };
                let inner = &rest[1..length];
                let value = parse::expression(inner).map_err(|mut mistake| {
                    mistake.at.start += at + 1;
                    mistake.at.end += at + 1;
                    mistake
                })?;
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Value(value));
                at += length + 1;
            } else {
                plain.push(c);
                at += c.len_utf8();
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_stand_in_braces() {
        let text = |text: &str| Part::Text(text.into());
        let value = |text: &str| Part::Value(parse::expression(text).unwrap());
        let check = |input: &str, expected: &[Part]| {
            assert_eq!(Template::parse(input).unwrap().parts, expected, "{input}");
        };
        check("", &[]);
        check("no value", &[text("no value")]);
        check("{{a}} ü", &[text("{a} ü")]);
        check("{dev(a)}", &[value("dev(a)")]);
        check(
            "is {dev(a) - 1%}{test()}, so",
            &[
                text("is "),
                value("dev(a) - 1%"),
                value("test()"),
                text(", so"),
            ],
        );
    }

    #[test]
    fn mistakes_are_placed_in_the_whole_text() {
        let check = |input: &str, at: std::ops::Range<usize>| {
            assert_eq!(Template::parse(input).unwrap_err().at, at, "{input}");
        };
        check("so {dev(a)", 3..4);
        check("so {dev a}", 8..9);
        check("so {}", 4..4);
    }
}
