//! What a claim says, as a tree.

use std::{fmt, ops::Range};

use plumb_diagnostics::GapKind;

/// Something that holds or doesn't.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Claim {
    /// `left < right`.
    Compare {
        left: Expression,
        order: Order,
        right: Expression,
    },
    /// `left < right is undetermined`: so many seeds don't tell.
    Undetermined {
        left: Expression,
        order: Order,
        right: Expression,
    },
    /// `value is within low..high`.
    Within {
        value: Expression,
        low: Expression,
        high: Expression,
    },
    /// `first(selector) is variance`; none where nothing stands in the way.
    First {
        selector: Selector,
        gap: Option<GapKind>,
    },
    /// `variance(selector) is present`, or absent.
    Gap {
        gap: GapKind,
        selector: Selector,
        is_present: bool,
    },
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    AtMost,
    More,
    AtLeast,
}

/// A number that the runs of a sweep give.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    Number(Number),
    Negative(Box<Self>),
    Operation(Box<Self>, Operator, Box<Self>),
    /// What was measured on one run of each seed, their mean.
    Measure(Name, Selector),
    /// Where two curves over an axis cross.
    Crossing(Box<Self>, Box<Self>, Name),
    /// Where a curve over an axis is highest.
    Peak(Box<Self>, Name),
}

/// A number as it is written: 5 % is 5, and a percentage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    pub(crate) written: f64,
    pub(crate) is_percent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

/// Which runs: all that every item holds of.
#[derive(Clone, Debug)]
pub(crate) struct Selector {
    pub(crate) items: Vec<Item>,
    /// Where it stands; of no matter for what it says.
    pub(crate) at: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    /// The name of a variant.
    Variant(Name),
    /// The value of an axis.
    Axis { axis: Name, value: Name },
    /// Of the runs that are left, per seed, the one with the lowest dev error.
    PickByDev,
    /// Another human level than the run's own.
    Human(Number),
}

/// A word, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) at: Range<usize>,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PartialEq for Selector {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl Number {
    /// As a fraction.
    pub(crate) fn value(self) -> f64 {
        if self.is_percent {
            self.written / 100.0
        } else {
            self.written
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare { left, order, right } => write!(f, "{left} {order} {right}"),
            Self::Undetermined { left, order, right } => {
                write!(f, "{left} {order} {right} is undetermined")
            }
            Self::Within { value, low, high } => write!(f, "{value} is within {low}..{high}"),
            Self::First { selector, gap } => {
                write!(f, "first({selector}) is ")?;
                match gap {
                    Some(gap) => f.write_str(gap_name(*gap)),
                    None => f.write_str("none"),
                }
            }
            Self::Gap {
                gap,
                selector,
                is_present,
            } => {
                let verdict = if *is_present { "present" } else { "absent" };
                write!(f, "{}({selector}) is {verdict}", gap_name(*gap))
            }
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        })
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Negative(of) => write!(f, "-{}", InParentheses(of, of.rank() < 3)),
            Self::Operation(left, operator, right) => {
                let (sign, rank) = match operator {
                    Operator::Plus => ('+', 1),
                    Operator::Minus => ('-', 1),
                    Operator::Times => ('*', 2),
                    Operator::Over => ('/', 2),
                };
                // Equal ranks are read from the left.
                let left = InParentheses(left, left.rank() < rank);
                let right = InParentheses(right, right.rank() <= rank);
                write!(f, "{left} {sign} {right}")
            }
            Self::Measure(name, selector) => write!(f, "{}({selector})", name.text),
            Self::Crossing(left, right, along) => {
                write!(f, "crossing({left}, {right}, along={})", along.text)
            }
            Self::Peak(of, along) => write!(f, "peak({of}, along={})", along.text),
        }
    }
}

impl Expression {
    /// How tightly it holds together: sums, products, all others.
    fn rank(&self) -> u8 {
        match self {
            Self::Operation(_, Operator::Plus | Operator::Minus, _) => 1,
            Self::Operation(..) => 2,
            _ => 3,
        }
    }
}

struct InParentheses<'a>(&'a Expression, bool);

impl fmt::Display for InParentheses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.1 {
            write!(f, "({})", self.0)
        } else {
            self.0.fmt(f)
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_percent { "%" } else { "" };
        write!(f, "{}{sign}", self.written)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, item) in self.items.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            match item {
                Item::Variant(name) => f.write_str(&name.text)?,
                Item::Axis { axis, value } => write!(f, "{}={}", axis.text, value.text)?,
                Item::PickByDev => f.write_str("pick=dev")?,
                Item::Human(number) => write!(f, "human={number}")?,
            }
        }
        Ok(())
    }
}

/// The gaps that a claim can be about.
pub(crate) const GAPS: [GapKind; 4] = [
    GapKind::AvoidableBias,
    GapKind::Variance,
    GapKind::DataMismatch,
    GapKind::OverfittingToDev,
];

/// What a gap is called in expressions.
pub(crate) fn gap_name(gap: GapKind) -> &'static str {
    match gap {
        GapKind::AvoidableBias => "avoidable-bias",
        GapKind::Variance => "variance",
        GapKind::DataMismatch => "data-mismatch",
        GapKind::OverfittingToDev => "overfitting-to-dev",
        // What only a missing set leaves, and every run has all sets.
        _ => "joined",
    }
}

/// The gap of a name, hyphens and underscores alike.
pub(crate) fn gap_named(name: &str) -> Option<GapKind> {
    let name = name.replace('_', "-");
    GAPS.into_iter().find(|&gap| gap_name(gap) == name)
}
