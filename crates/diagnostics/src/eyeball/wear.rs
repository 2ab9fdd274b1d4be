//! Whether the eyeball part is used up: its error fell faster than the blackbox part's.

use serde::{Deserialize, Serialize};

use super::paired::{Paired, newcombe_paired};
use crate::diagnosis::Options;
use crate::gap::{Verdict, verdict};
use crate::interval::{Confidence, Interval, newcombe};
use crate::rate::{ErrorCount, RateError};

/// The errors of one part at two times, on the same examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BeforeAfter {
    /// How many were wrong each time. Which ones is not known, so the two counts are taken for
    /// independent: on the same examples they hardly ever vary against each other, so the interval is
    /// too wide, not too narrow.
    Counts {
        /// Errors before.
        before: ErrorCount,
        /// Errors after.
        after: ErrorCount,
    },
    /// Which ones were wrong each time; first is before, second is after.
    Flags(Paired),
}

/// Why two times cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WearError {
    /// A part has no examples.
    #[error("the {part} part has no examples; expected at least one")]
    NoExamples {
        /// "eyeball" or "blackbox".
        part: &'static str,
    },
    /// The number of examples changed between the two times.
    #[error(
        "the {part} part has {before} examples before and {after} after; \
         expected the same examples at both times"
    )]
    NotTheSameExamples {
        /// "eyeball" or "blackbox".
        part: &'static str,
        /// Examples before.
        before: u64,
        /// Examples after.
        after: u64,
    },
}

/// How much faster the eyeball error fell; rates and their differences are fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EyeballWear {
    /// Eyeball error before minus after.
    pub eyeball_drop: f64,
    /// Interval of the eyeball part's drop.
    pub eyeball_interval: Interval,
    /// Blackbox error before minus after.
    pub blackbox_drop: f64,
    /// Interval of the blackbox part's drop.
    pub blackbox_interval: Interval,
    /// The eyeball part's drop minus the blackbox part's.
    pub difference: f64,
    /// Interval of the difference.
    pub interval: Interval,
    /// The difference from which on the eyeball part counts as used up.
    pub threshold: f64,
    /// Whether it is used up, as far as the interval tells.
    pub verdict: Verdict,
}

/// How far apart the two parts are at one time; fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EyeballGap {
    /// Blackbox error minus eyeball error: above 0, the eyeball part looks better than dev is.
    pub difference: f64,
    /// Newcombe's interval of the difference.
    pub interval: Interval,
    /// The difference from which on the eyeball part counts as used up.
    pub threshold: f64,
    /// Whether it is used up, as far as the interval tells.
    pub verdict: Verdict,
}

/// Tells whether the eyeball part's error fell faster than the blackbox part's between two times, which
/// means that it is used up (Ng, Machine Learning Yearning, ch. 17: get a new one).
///
/// Each part's drop has Newcombe's interval, the paired one where flags are given. The two parts hold
/// different examples, so the interval of the difference of drops is made from theirs as Newcombe makes
/// his from Wilson's: distances to the bounds, added as the sides of a right triangle (MOVER; Zou, Donner,
/// Stat. Med. 27:1693, 2008). As for gaps, a difference counts from [`Options::MATTERS_SHARE`] of the
/// error on: here of the error of both parts together, before.
///
/// # Errors
/// [`WearError`] if a part has no examples, or not the same number at both times.
pub fn eyeball_wear(
    eyeball: BeforeAfter,
    blackbox: BeforeAfter,
    confidence: Confidence,
) -> Result<EyeballWear, WearError> {
    let eyeball = Drop::of("eyeball", eyeball, confidence)?;
    let blackbox = Drop::of("blackbox", blackbox, confidence)?;
    let (e, b) = (eyeball, blackbox);
    let difference = e.size - b.size;
    let below = (e.size - e.interval.low).hypot(b.interval.high - b.size);
    let above = (e.interval.high - e.size).hypot(b.size - b.interval.low);
    let interval = Interval {
        low: difference - below,
        high: difference + above,
    };
    let errors = e.before.errors() as f64 + b.before.errors() as f64;
    let threshold = Options::MATTERS_SHARE * errors / (e.before.n() as f64 + b.before.n() as f64);
    Ok(EyeballWear {
        eyeball_drop: e.size,
        eyeball_interval: e.interval,
        blackbox_drop: b.size,
        blackbox_interval: b.interval,
        difference,
        interval,
        threshold,
        verdict: verdict(interval, interval.minus(threshold)),
    })
}

/// Tells whether the eyeball part's error is lower than the blackbox part's now.
///
/// Weaker than [`eyeball_wear`]: the parts may have differed by chance from the start. A difference
/// counts from [`Options::MATTERS_SHARE`] of the blackbox error on.
#[must_use]
pub fn eyeball_gap(eyeball: ErrorCount, blackbox: ErrorCount, level: Confidence) -> EyeballGap {
    let interval = newcombe(blackbox, eyeball, level);
    let threshold = Options::MATTERS_SHARE * blackbox.rate();
    EyeballGap {
        difference: blackbox.rate() - eyeball.rate(),
        interval,
        threshold,
        verdict: verdict(interval, interval.minus(threshold)),
    }
}

/// The fall of one part's error.
#[derive(Clone, Copy)]
struct Drop {
    before: ErrorCount,
    size: f64,
    interval: Interval,
}

impl Drop {
    fn of(
        part: &'static str,
        times: BeforeAfter,
        confidence: Confidence,
    ) -> Result<Self, WearError> {
        let no_examples = |_: RateError| WearError::NoExamples { part };
        let (before, after, interval) = match times {
            BeforeAfter::Counts { before, after } if before.n() != after.n() => {
                return Err(WearError::NotTheSameExamples {
                    part,
                    before: before.n(),
                    after: after.n(),
                });
            }
            BeforeAfter::Counts { before, after } => {
                (before, after, newcombe(before, after, confidence))
            }
            BeforeAfter::Flags(pairs) => (
                pairs.first().map_err(no_examples)?,
                pairs.second().map_err(no_examples)?,
                newcombe_paired(pairs, confidence).map_err(no_examples)?,
            ),
        };
        Ok(Self {
            before,
            size: before.rate() - after.rate(),
            interval,
        })
    }
}
