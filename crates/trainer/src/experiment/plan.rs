//! What an experiment is to check, read and looked up before anything is trained.

use plumb_diagnostics::Confidence;

use super::{
    expression::{Claim, Expression, Name, Selector},
    grid::{Axis, Grid},
    measure::Measure,
    mistake::Mistake,
    parse,
    template::{Part, Template},
};
use crate::config::{Expect, Figure, KeyError};

/// The claims, the figure and the text of an experiment, whose names may mean nothing yet.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    /// What each says in words, and what it says.
    pub(crate) all: Vec<(Option<String>, Claim)>,
    pub(crate) figure: Option<(Figure, Vec<Expression>)>,
    pub(crate) text: Option<Template>,
}

/// An experiment whose names all mean something in its sweep.
#[derive(Clone, Debug)]
pub(crate) struct Experiment {
    pub(crate) claims: Claims,
    pub(crate) grid: Grid,
    pub(crate) confidence: Confidence,
}

impl Claims {
    /// Reads all expressions.
    ///
    /// # Errors
    /// The key of the first that can't be read, and what was expected where.
    pub(crate) fn parse(expect: &Expect) -> Result<Self, KeyError> {
        if expect.claims.is_empty() {
            let message = "[expect] has no claims; expected at least one";
            let hint = "a claim is written [[expect.claims]] check = \"dev(small) > dev(large)\"";
            return Err(KeyError::new("expect.claims", message).hint(hint));
        }
        let mut claims = Vec::new();
        for (at, claim) in expect.claims.iter().enumerate() {
            let read =
                parse::claim(&claim.check).map_err(|mistake| at_key(&check_key(at), mistake))?;
            claims.push((claim.says.clone(), read));
        }
        let mut figure = None;
        if let Some(given) = &expect.figure {
            let mut ys = Vec::new();
            for (at, y) in given.y.all().iter().enumerate() {
                let read = whole(y).map_err(|mistake| at_key(&given.y.key(at), mistake))?;
                ys.push(read);
            }
            if ys.is_empty() || (ys.len() > 1 && given.series.is_some()) {
                let message = "a figure has one `y` and `series`, or several `y`";
                return Err(KeyError::new("expect.figure.y", message));
            }
            figure = Some((given.clone(), ys));
        }
        let text = expect.text.as_deref().map(Template::parse).transpose();
        let text = text.map_err(|mistake| at_key("expect.text", mistake))?;
        Ok(Self {
            all: claims,
            figure,
            text,
        })
    }
}

impl Experiment {
    /// Reads all expressions, and looks their names up in the sweep.
    ///
    /// # Errors
    /// The key of the first that is wrong, and why: an unknown function, variant, axis or value, with a similar
    /// one; a selector that means no run, or several.
    pub(crate) fn plan(
        expect: &Expect,
        grid: Grid,
        confidence: Confidence,
    ) -> Result<Self, KeyError> {
        let claims = Claims::parse(expect)?;
        let lookup = Lookup { grid: &grid };
        for (at, (_, claim)) in claims.all.iter().enumerate() {
            lookup
                .claim(claim)
                .map_err(|mistake| at_key(&check_key(at), mistake))?;
        }
        if let Some((figure, ys)) = &claims.figure {
            lookup.figure(figure, ys)?;
        }
        for part in claims.text.iter().flat_map(|text| &text.parts) {
            if let Part::Value(value) = part {
                lookup
                    .expression(value, &[])
                    .map_err(|mistake| without_place(&at_key("expect.text", mistake)))?;
            }
        }
        Ok(Self {
            claims,
            grid,
            confidence,
        })
    }
}

fn check_key(at: usize) -> String {
    format!("expect.claims.{at}.check")
}

fn at_key(key: &str, mistake: Mistake) -> KeyError {
    let error = KeyError::new(key, mistake.message).within(mistake.at);
    match mistake.hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The places of a text's expressions are those in the expression, not in the text.
fn without_place(error: &KeyError) -> KeyError {
    error.clone().within(0..0)
}

/// An expression, or the name of a function, which is then that of all runs.
fn whole(text: &str) -> Result<Expression, Mistake> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !text.is_empty() && text.chars().all(is_name) && !text.starts_with(|c: char| c.is_numeric())
    {
        let at = 0..text.len();
        let name = Name {
            text: text.to_owned(),
            at: at.clone(),
        };
        let items = Vec::new();
        return Ok(Expression::Measure(name, Selector { items, at }));
    }
    parse::expression(text)
}

struct Lookup<'a> {
    grid: &'a Grid,
}

impl Lookup<'_> {
    fn claim(&self, claim: &Claim) -> Result<(), Mistake> {
        match claim {
            Claim::Compare { left, right, .. } | Claim::Undetermined { left, right, .. } => {
                self.expression(left, &[])?;
                self.expression(right, &[])
            }
            Claim::Within { value, low, high } => [value, low, high]
                .into_iter()
                .try_for_each(|part| self.expression(part, &[])),
            Claim::First { selector, .. } | Claim::Gap { selector, .. } => {
                self.grid.check(selector, &[])
            }
        }
    }

    /// `free` are the axes that something around the expression goes along.
    fn expression(&self, expression: &Expression, free: &[usize]) -> Result<(), Mistake> {
        match expression {
            Expression::Number(_) => Ok(()),
            Expression::Negative(of) => self.expression(of, free),
            Expression::Operation(left, _, right) => {
                self.expression(left, free)?;
                self.expression(right, free)
            }
            Expression::Measure(name, selector) => {
                let figures = self.grid.figures();
                if Measure::named(&name.text, figures).is_none() {
                    let known = Measure::names(figures);
                    let at = name.at.clone();
                    return Err(Mistake::unknown("function", &name.text, at, &known));
                }
                self.grid.check(selector, free)
            }
            Expression::Crossing(left, right, along) => {
                let free = self.along(along, free)?;
                self.expression(left, &free)?;
                self.expression(right, &free)
            }
            Expression::Peak(of, along) => self.expression(of, &self.along(along, free)?),
        }
    }

    fn along(&self, along: &Name, free: &[usize]) -> Result<Vec<usize>, Mistake> {
        let axis = self.grid.axis(along)?;
        let of = &self.grid.axes()[axis];
        if of.numbers().is_none() || of.values.len() < 2 {
            let message = format!(
                "a curve along `{}` needs two or more values that are numbers",
                of.name
            );
            return Err(Mistake::new(message, along.at.clone()));
        }
        let mut free = free.to_vec();
        free.push(axis);
        Ok(free)
    }

    fn figure(&self, figure: &Figure, ys: &[Expression]) -> Result<(), KeyError> {
        let axis = |key: &str, name: &str| {
            let at = 0..name.len();
            let text = name.to_owned();
            let number = self.grid.axis(&Name { text, at });
            number.map_err(|mistake| at_key(&format!("expect.figure.{key}"), mistake))
        };
        let mut free = vec![axis("x", &figure.x)?];
        if let Some(series) = &figure.series {
            free.push(axis("series", series)?);
        }
        let x: &Axis = &self.grid.axes()[free[0]];
        let is_positive = |xs: Vec<f64>| xs.iter().all(|&x| x > 0.0);
        if figure.log_x && !x.numbers().is_some_and(is_positive) {
            let message = format!("the values of `{}` are not all numbers above 0", x.name);
            return Err(KeyError::new("expect.figure.log_x", message));
        }
        for (at, y) in ys.iter().enumerate() {
            self.expression(y, &free)
                .map_err(|mistake| at_key(&figure.y.key(at), mistake))?;
        }
        Ok(())
    }
}
