//! From text to a tree, by recursive descent.
//!
//! ```text
//! claim    = sum ("<" | "<=" | ">" | ">=") sum ["is" "undetermined"]
//!          | sum "is" "within" sum ".." sum
//!          | "first" "(" selector ")" "is" (gap | "none")
//!          | gap "(" selector ")" "is" ("present" | "absent")
//! sum      = product {("+" | "-") product}
//! product  = unary {("*" | "/") unary}
//! unary    = "-" unary | number ["%"] | "(" sum ")" | call
//! call     = "crossing" "(" sum "," sum "," "along" "=" axis ")"
//!          | "peak" "(" sum "," "along" "=" axis ")"
//!          | measure "(" selector ")"
//! selector = [item {"," item}]
//! item     = variant | axis "=" value | "pick" "=" "dev" | "human" "=" number ["%"]
//! ```

use std::ops::Range;

use super::{
    expression::{
        Claim, Expression, GAPS, Item, Name, Number, Operator, Order, Selector, gap_name, gap_named,
    },
    mistake::Mistake,
};

/// Deeper nesting than this is no claim that anybody reads; and a parser must not run out of stack.
const MAX_DEPTH: u32 = 40;

/// Reads a claim.
///
/// # Errors
/// What was expected, and where.
pub(crate) fn claim(text: &str) -> Result<Claim, Mistake> {
    let mut parser = Parser::new(text);
    let claim = parser.claim()?;
    parser.end()?;
    Ok(claim)
}

/// Reads an expression.
///
/// # Errors
/// As [`claim`].
pub(crate) fn expression(text: &str) -> Result<Expression, Mistake> {
    let mut parser = Parser::new(text);
    let expression = parser.sum()?;
    parser.end()?;
    Ok(expression)
}

struct Parser<'a> {
    text: &'a str,
    /// Bytes that are read.
    at: usize,
    depth: u32,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    fn claim(&mut self) -> Result<Claim, Mistake> {
        let left = self.sum()?;
        for (sign, order) in [
            ("<=", Order::AtMost),
            (">=", Order::AtLeast),
            ("<", Order::Less),
            (">", Order::More),
        ] {
            if self.takes(sign) {
                Self::no_verdict(&left)?;
                let right = self.sum()?;
                Self::no_verdict(&right)?;
                return if self.takes_word("is") {
                    self.word(&["undetermined"])?;
                    Ok(Claim::Undetermined { left, order, right })
                } else {
                    Ok(Claim::Compare { left, order, right })
                };
            }
        }
        if !self.takes_word("is") {
            return Err(self.expected("`<`, `<=`, `>`, `>=` or `is`"));
        }
        if let Expression::Measure(name, selector) = &left {
            let selector = || selector.clone();
            if is_first(name) {
                let mut known: Vec<&str> = GAPS.into_iter().map(gap_name).collect();
                known.push("none");
                let word = self.word(&known)?;
                let gap = gap_named(&word);
                return Ok(Claim::First {
                    selector: selector(),
                    gap,
                });
            }
            if let Some(gap) = gap_named(&name.text) {
                let word = self.word(&["present", "absent", "within"])?;
                if word != "within" {
                    return Ok(Claim::Gap {
                        gap,
                        selector: selector(),
                        is_present: word == "present",
                    });
                }
                return self.within(left);
            }
        }
        self.word(&["within"])?;
        self.within(left)
    }

    fn within(&mut self, value: Expression) -> Result<Claim, Mistake> {
        let low = self.sum()?;
        self.sign("..")?;
        let high = self.sum()?;
        for part in [&value, &low, &high] {
            Self::no_verdict(part)?;
        }
        Ok(Claim::Within { value, low, high })
    }

    fn sum(&mut self) -> Result<Expression, Mistake> {
        self.operations(
            &[("+", Operator::Plus), ("-", Operator::Minus)],
            Self::product,
        )
    }

    fn product(&mut self) -> Result<Expression, Mistake> {
        self.operations(
            &[("*", Operator::Times), ("/", Operator::Over)],
            Self::unary,
        )
    }

    fn operations(
        &mut self,
        operators: &[(&str, Operator)],
        part: fn(&mut Self) -> Result<Expression, Mistake>,
    ) -> Result<Expression, Mistake> {
        let mut left = part(self)?;
        let mut length = 0;
        while let Some(&(_, operator)) = operators.iter().find(|(sign, _)| self.takes(sign)) {
            // A long chain is as deep as it is long.
            length += 1;
            if length > MAX_DEPTH {
                return Err(self.too_deep());
            }
            let right = part(self)?;
            if let Some(verdict) = [&left, &right].into_iter().find(|part| is_verdict(part)) {
                Self::no_verdict(verdict)?;
            }
            left = Expression::Operation(Box::new(left), operator, Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expression, Mistake> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let read = if self.takes("-") {
            let of = self.unary()?;
            Self::no_verdict(&of)?;
            Expression::Negative(Box::new(of))
        } else if self.takes("(") {
            let inner = self.sum()?;
            self.sign(")")?;
            inner
        } else if let Some(number) = self.number()? {
            Expression::Number(number)
        } else if let Some(name) = self.name() {
            self.call(name)?
        } else {
            return Err(self.expected("a number, `(`, or a function such as `dev(…)`"));
        };
        self.depth -= 1;
        Ok(read)
    }

    fn call(&mut self, name: Name) -> Result<Expression, Mistake> {
        if !self.takes("(") {
            let hint = format!("write `{}()` for the only run", name.text);
            return Err(self.expected("`(` after the function's name").hint(hint));
        }
        match name.text.as_str() {
            "crossing" => {
                let left = self.sum()?;
                self.sign(",")?;
                let right = self.sum()?;
                let along = self.along()?;
                Ok(Expression::Crossing(Box::new(left), Box::new(right), along))
            }
            "peak" => {
                let of = self.sum()?;
                let along = self.along()?;
                Ok(Expression::Peak(Box::new(of), along))
            }
            _ => {
                let selector = self.selector()?;
                Ok(Expression::Measure(name, selector))
            }
        }
    }

    /// `, along=axis)`.
    fn along(&mut self) -> Result<Name, Mistake> {
        self.sign(",")?;
        if !self.takes_word("along") {
            return Err(self.expected("`along=` and the axis of the curve"));
        }
        self.sign("=")?;
        let axis = self.raw(&[')']);
        if axis.text.is_empty() {
            return Err(self.expected("the axis of the curve"));
        }
        self.sign(")")?;
        Ok(axis)
    }

    fn selector(&mut self) -> Result<Selector, Mistake> {
        let start = self.at;
        let mut items = Vec::new();
        self.skip_blanks();
        while !self.rest().starts_with(')') {
            let name = self.raw(&[',', ')', '=']);
            if name.text.is_empty() {
                return Err(self.expected("a variant, `axis=value`, `pick=dev` or `)`"));
            }
            items.push(if self.takes("=") {
                let value = self.raw(&[',', ')']);
                if value.text.is_empty() {
                    return Err(self.expected(&format!("a value of `{}`", name.text)));
                }
                Self::item(name, value)?
            } else {
                Item::Variant(name)
            });
            if !self.takes(",") {
                break;
            }
            self.skip_blanks();
        }
        let at = start..self.at;
        self.sign(")")?;
        Ok(Selector { items, at })
    }

    fn item(axis: Name, value: Name) -> Result<Item, Mistake> {
        match (axis.text.as_str(), value.text.as_str()) {
            ("pick", "dev") => Ok(Item::PickByDev),
            ("pick", _) => Err(Mistake::new(
                "runs are picked by dev; expected `pick=dev`",
                value.at,
            )
            .hint("a choice by test would make the test error no figure of what to expect")),
            ("human", _) => {
                let mut parser = Parser::new(&value.text);
                let number = parser.number().ok().flatten();
                let number = number.filter(|number| (0.0..=1.0).contains(&number.value()));
                match (number, parser.end()) {
                    (Some(number), Ok(())) => Ok(Item::Human(number)),
                    _ => Err(Mistake::new(
                        format!(
                            "`{}` is no error rate; expected one such as `1%` or `0.01`",
                            value.text
                        ),
                        value.at,
                    )),
                }
            }
            _ => Ok(Item::Axis { axis, value }),
        }
    }

    /// All up to one of `ends` outside of quotes and brackets, without the blanks around it.
    fn raw(&mut self, ends: &[char]) -> Name {
        self.skip_blanks();
        let start = self.at;
        let mut open = 0_u32;
        let mut quote = None;
        let mut end = self.text.len();
        for (at, c) in self.rest().char_indices() {
            match quote {
                Some(mark) if c == mark => quote = None,
                None if open == 0 && ends.contains(&c) => {
                    end = start + at;
                    break;
                }
                None if c == '"' || c == '\'' => quote = Some(c),
                None if "([{".contains(c) => open += 1,
                None if ")]}".contains(c) => open = open.saturating_sub(1),
                // What is in quotes, and what else is no sign.
                Some(_) | None => {}
            }
        }
        let text = self.text[start..end].trim_end();
        self.at = end;
        Name {
            text: text.to_owned(),
            at: start..start + text.len(),
        }
    }

    /// Digits, with `_` between them, maybe a fraction, an exponent, and `%`.
    fn number(&mut self) -> Result<Option<Number>, Mistake> {
        self.skip_blanks();
        let rest = self.rest();
        let digits = |from: usize| {
            let is_digit = |c: char| c.is_ascii_digit() || c == '_';
            rest[from..]
                .find(|c| !is_digit(c))
                .map_or(rest.len(), |n| from + n)
        };
        if !rest.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(None);
        }
        let starts_digit = |from: usize| {
            let next = rest.get(from..).and_then(|rest| rest.chars().next());
            next.is_some_and(|c| c.is_ascii_digit())
        };
        let mut end = digits(0);
        // Not the first dot of `1..2`.
        if rest[end..].starts_with('.') && starts_digit(end + 1) {
            end = digits(end + 1);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            if starts_digit(end + 1 + sign) {
                end = digits(end + 1 + sign);
            }
        }
        let written = rest[..end].replace('_', "").parse::<f64>();
        let at = self.at..self.at + end;
        let written = written
            .ok()
            .filter(|number| number.is_finite())
            .ok_or_else(|| Mistake::new("expected a number that is not that large", at))?;
        self.at += end;
        let is_percent = self.takes("%");
        Ok(Some(Number {
            written,
            is_percent,
        }))
    }

    /// A word of letters, digits, `_` and `-`.
    fn name(&mut self) -> Option<Name> {
        self.skip_blanks();
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let at = self.at..self.at + length;
        self.at = at.end;
        Some(Name {
            text: rest[..length].to_owned(),
            at,
        })
    }

    /// One of some words, hyphens and underscores alike.
    fn word(&mut self, known: &[&str]) -> Result<String, Mistake> {
        let options: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        let options = options.join(", ");
        let Some(name) = self.name() else {
            return Err(self.expected(&options));
        };
        let text = name.text.replace('_', "-");
        if known.contains(&text.as_str()) {
            Ok(text)
        } else {
            let message = format!("expected {options}, found `{}`", name.text);
            Err(Mistake::new(message, name.at))
        }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let before = self.at;
        let is_there = self.name().is_some_and(|name| name.text == word);
        if !is_there {
            self.at = before;
        }
        is_there
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.skip_blanks();
        let is_there = self.rest().starts_with(sign);
        if is_there {
            self.at += sign.len();
        }
        is_there
    }

    fn sign(&mut self, sign: &str) -> Result<(), Mistake> {
        if self.takes(sign) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{sign}`")))
        }
    }

    fn end(&mut self) -> Result<(), Mistake> {
        self.skip_blanks();
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(self.expected("an operator or the end"))
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn expected(&mut self, what: &str) -> Mistake {
        self.skip_blanks();
        let (found, length) = match self.rest().chars().next() {
            Some(c) => (format!("`{c}`"), c.len_utf8()),
            None => ("the end".into(), 0),
        };
        let at: Range<usize> = self.at..self.at + length;
        Mistake::new(format!("expected {what}, found {found}"), at)
    }

    fn too_deep(&self) -> Mistake {
        let message = format!("expected at most {MAX_DEPTH} parts in and beside each other");
        Mistake::new(message, self.at..self.at)
    }

    /// A verdict is no number.
    fn no_verdict(part: &Expression) -> Result<(), Mistake> {
        match part {
            Expression::Measure(name, _) if is_first(name) => Err(Mistake::new(
                "`first(…)` is no number; expected it alone, as in `first(…) is variance`",
                name.at.clone(),
            )),
            _ => Ok(()),
        }
    }
}

fn is_first(name: &Name) -> bool {
    name.text == "first"
}

fn is_verdict(part: &Expression) -> bool {
    matches!(part, Expression::Measure(name, _) if is_first(name))
}
