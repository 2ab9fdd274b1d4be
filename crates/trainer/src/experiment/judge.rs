//! Whether a claim holds.

use plumb_diagnostics::{Confidence, OverSeeds};
use serde::{Deserialize, Serialize};

use super::{
    estimate::{Estimate, unit_of},
    expression::{Claim, Expression, Order},
    measure::Measure,
    runs::{Missing, OfSeeds, Runs},
    verdict,
};

/// What the runs say of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Standing {
    /// The whole interval is on the claimed side.
    Held,
    /// The whole interval is on the other side.
    Failed,
    /// The interval reaches over both, or there is none.
    Undetermined,
}

/// What was measured for a claim, and what it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Judgement {
    pub(crate) standing: Standing,
    /// What each side of the claim was measured to be, beside plain numbers.
    pub(crate) measured: Vec<Measured>,
    /// The left side less the right one, where both were measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) difference: Option<Estimate>,
    /// What else is to be said: why it is undetermined, what stands first instead.
    pub(crate) why: Option<String>,
}

/// An expression, and what it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) expression: String,
    #[serde(flatten)]
    pub(crate) estimate: Estimate,
}

impl Judgement {
    pub(super) fn new(standing: Standing, why: impl Into<String>) -> Self {
        Self {
            standing,
            measured: Vec::new(),
            difference: None,
            why: Some(why.into()),
        }
    }
}

/// Judges a claim by intervals of this confidence. At 95 % a claim that is neither true nor false by anything is
/// called held or failed in 5 % of all cases, together; about as often the one as the other, but for single rates
/// near 0, where up to 4 % may be on one side. Several claims are not corrected for being several.
pub(crate) fn judge(claim: &Claim, runs: &Runs<'_>, confidence: Confidence) -> Judgement {
    let judged = match claim {
        Claim::Compare { left, order, right } => compare(left, *order, right, runs, confidence),
        Claim::Undetermined { left, order, right } => {
            compare(left, *order, right, runs, confidence).map(undetermined)
        }
        Claim::Within { value, low, high } => within(value, low, high, runs, confidence),
        Claim::First { selector, gap } => verdict::first(selector, *gap, runs, confidence),
        Claim::Gap {
            gap,
            selector,
            is_present,
        } => verdict::gap(*gap, selector, *is_present, runs),
    };
    judged.unwrap_or_else(|missing| Judgement::new(Standing::Undetermined, missing.text()))
}

fn compare(
    left: &Expression,
    order: Order,
    right: &Expression,
    runs: &Runs<'_>,
    confidence: Confidence,
) -> Result<Judgement, Missing> {
    let (difference, is_log) = difference(left, right, runs, confidence)?;
    let standing = order.standing(&difference);
    let mut measured = Vec::new();
    for side in [left, right] {
        if !is_number(side) {
            measured.push(measure(side, runs, confidence)?);
        }
    }
    let unit = unit_of(left, runs.grid.figures()).of_difference();
    let difference_shown = (measured.len() > 1 && !is_log).then(|| Estimate::new(difference, unit));
    let why = (standing == Standing::Undetermined).then(|| to_settle(&difference, confidence));
    Ok(Judgement {
        standing,
        measured,
        difference: difference_shown,
        why,
    })
}

fn within(
    value: &Expression,
    low: &Expression,
    high: &Expression,
    runs: &Runs<'_>,
    confidence: Confidence,
) -> Result<Judgement, Missing> {
    let (over_low, _) = difference(value, low, runs, confidence)?;
    let (over_high, _) = difference(value, high, runs, confidence)?;
    let sides = [
        (Order::AtLeast.standing(&over_low), over_low),
        (Order::AtMost.standing(&over_high), over_high),
    ];
    let standing = if sides.iter().any(|(side, _)| *side == Standing::Failed) {
        Standing::Failed
    } else if sides.iter().all(|(side, _)| *side == Standing::Held) {
        Standing::Held
    } else {
        Standing::Undetermined
    };
    let unsettled = sides
        .iter()
        .find(|(side, _)| *side == Standing::Undetermined);
    let why = (unsettled.filter(|_| standing == Standing::Undetermined))
        .map(|(_, difference)| to_settle(difference, confidence));
    let mut measured = Vec::new();
    for part in [value, low, high] {
        if !is_number(part) {
            measured.push(measure(part, runs, confidence)?);
        }
    }
    Ok(Judgement {
        standing,
        measured,
        difference: None,
        why,
    })
}

/// A claim that a comparison is undetermined. It says of these runs what they can't tell, not of the world
/// that there is no difference.
fn undetermined(judgement: Judgement) -> Judgement {
    let standing = match judgement.standing {
        Standing::Undetermined => Standing::Held,
        Standing::Held | Standing::Failed => Standing::Failed,
    };
    Judgement {
        standing,
        ..judgement
    }
}

impl Order {
    /// Whether the left side less the right one is on the side of zero that is claimed.
    fn standing(self, difference: &OverSeeds) -> Standing {
        let (low, high) = (difference.interval.low, difference.interval.high);
        let (holds, fails) = match self {
            Self::Less => (high < 0.0, low > 0.0 || low == 0.0 && high == 0.0),
            Self::AtMost => (high <= 0.0, low > 0.0),
            Self::More => (low > 0.0, high < 0.0 || low == 0.0 && high == 0.0),
            Self::AtLeast => (low >= 0.0, high < 0.0),
        };
        match (holds, fails) {
            (true, _) => Standing::Held,
            (_, true) => Standing::Failed,
            _ => Standing::Undetermined,
        }
    }
}

/// The left side less the right one, as one figure, so that what seeds have in common falls away. Places on an axis
/// differ by factors: of them it is the logarithm's, and true is returned beside it.
fn difference(
    left: &Expression,
    right: &Expression,
    runs: &Runs<'_>,
    confidence: Confidence,
) -> Result<(OverSeeds, bool), Missing> {
    let here = Vec::new();
    let both = |of: &OfSeeds<'_, '_>| Ok((of.value(left, &here)?, of.value(right, &here)?));
    if is_place(left) || is_place(right) {
        let factor = |of: &OfSeeds<'_, '_>| {
            let (left, right) = both(of)?;
            Ok(logarithm(left)? - logarithm(right)?)
        };
        if let Ok(measured) = runs.measure(&factor, confidence) {
            return Ok((measured, true));
        }
    }
    let less = |of: &OfSeeds<'_, '_>| {
        let (left, right) = both(of)?;
        Ok(left - right)
    };
    Ok((runs.measure(&less, confidence)?, false))
}

/// The value of an expression over the seeds.
///
/// # Errors
/// Why it has none.
pub(crate) fn estimate(
    expression: &Expression,
    place: &super::grid::Place,
    runs: &Runs<'_>,
    confidence: Confidence,
) -> Result<Estimate, Missing> {
    let figures = runs.grid.figures();
    let unit = unit_of(expression, figures);
    if is_place(expression) {
        let log = |of: &OfSeeds<'_, '_>| logarithm(of.value(expression, place)?);
        if let Ok(measured) = runs.measure(&log, confidence) {
            return Ok(Estimate::of_logarithm(measured, unit));
        }
    }
    let value = |of: &OfSeeds<'_, '_>| of.value(expression, place);
    let estimate = Estimate::new(runs.measure(&value, confidence)?, unit);
    let is_rate = matches!(expression, Expression::Measure(name, _)
        if Measure::named(&name.text, figures).is_some_and(|measure| measure.is_rate()));
    Ok(if is_rate {
        estimate.as_rate()
    } else {
        estimate
    })
}

fn measure(
    expression: &Expression,
    runs: &Runs<'_>,
    confidence: Confidence,
) -> Result<Measured, Missing> {
    Ok(Measured {
        expression: expression.to_string(),
        estimate: estimate(expression, &Vec::new(), runs, confidence)?,
    })
}

/// What would tell on which side a difference is.
fn to_settle(difference: &OverSeeds, confidence: Confidence) -> String {
    if difference.seeds < 2 {
        return "one seed shows nothing of how seeds differ; expected two or more".into();
    }
    match difference.seeds_to_settle(0.0, confidence) {
        Some(seeds) if seeds > difference.seeds + 1 => {
            format!("about {seeds} seeds would settle it, if all else stays")
        }
        Some(_) => "a few more seeds would settle it, if all else stays".into(),
        None => "more seeds alone would not settle it".into(),
    }
}

fn logarithm(value: f64) -> Result<f64, Missing> {
    if value > 0.0 {
        Ok(value.ln())
    } else {
        Err(Missing::Because("it is not positive".into()))
    }
}

/// Whether it is a place on an axis.
fn is_place(expression: &Expression) -> bool {
    matches!(expression, Expression::Crossing(..) | Expression::Peak(..))
}

/// Whether it is made of written numbers alone.
fn is_number(expression: &Expression) -> bool {
    match expression {
        Expression::Number(_) => true,
        Expression::Negative(of) => is_number(of),
        Expression::Operation(left, _, right) => is_number(left) && is_number(right),
        _ => false,
    }
}
