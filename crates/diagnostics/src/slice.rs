//! Slices of a set by tag, the worst first, each with the ceiling on what fixing it can gain.

use serde::{Deserialize, Serialize};

use crate::bonferroni::shared_by;
use crate::gap::{Verdict, verdict};
use crate::interval::{Confidence, Interval, newcombe, wilson};
use crate::rate::ErrorCount;

/// Smaller slices are not judged.
///
/// In 10 examples without an error, the error rate may still be 28 % (Wilson, 95 %): such a slice says
/// next to nothing, and judging it would widen the intervals of all others.
pub const MIN_SLICE_EXAMPLES: u64 = 10;

/// One tag of every example: a column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagColumn {
    /// What the tag is called, such as "writer".
    pub name: String,
    /// For each example the index of its value in `names`.
    pub values: Vec<u32>,
    /// The values that the tag has.
    pub names: Vec<String>,
}

/// Why there are no slices.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SliceError {
    /// The set is empty.
    #[error("no examples; expected at least one to slice")]
    NoExamples,
    /// A column is of another length than the set.
    #[error("tag {tag:?} has {got} values; expected one for each of {expected} examples")]
    UnequalLengths {
        /// Which column.
        tag: String,
        /// Values it has.
        got: usize,
        /// Examples there are.
        expected: usize,
    },
    /// A value has no name.
    #[error("tag {tag:?} has value {value} at example {example}; expected an index below {names}")]
    UnknownValue {
        /// Which column.
        tag: String,
        /// Which example, counted from 0.
        example: usize,
        /// Its value.
        value: u32,
        /// Number of names.
        names: usize,
    },
}

/// All examples whose tag has one value; rates, shares and their differences are fractions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// Name of the tag.
    pub tag: String,
    /// Value of the tag.
    pub value: String,
    /// Errors and examples in the slice.
    pub count: ErrorCount,
    /// Share of the whole set's errors that lie in the slice, 0 if there are none at all.
    pub share_of_errors: f64,
    /// The most that fixing the slice can take off the error rate of the whole set: its errors over all
    /// examples (Ng, Machine Learning Yearning, ch. 14).
    pub ceiling: f64,
    /// Error rate of the whole set if every error of the slice were fixed and none made elsewhere.
    pub error_if_fixed: f64,
    /// Wilson interval of the slice's error rate, corrected for the number of slices tried.
    pub interval: Interval,
    /// Error rate of the slice minus that of all other examples.
    pub excess: f64,
    /// Newcombe's interval of the excess, corrected for the number of slices tried.
    pub excess_interval: Interval,
    /// Whether the slice is worse than all other examples, as far as the interval tells.
    pub worse: Verdict,
}

/// Why a slice was not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotJudged {
    /// It has fewer than [`MIN_SLICE_EXAMPLES`] examples.
    TooFewExamples,
    /// It is the whole set, so there is nothing to compare it with.
    WholeSet,
}

/// A slice that was counted and not judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetAside {
    /// Name of the tag.
    pub tag: String,
    /// Value of the tag.
    pub value: String,
    /// Errors and examples in the slice.
    pub count: ErrorCount,
    /// Why it was not judged.
    pub why: NotJudged,
}

/// The slices of one set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slices {
    /// Errors and examples of the whole set.
    pub whole: ErrorCount,
    /// Slices that were judged, the worst first; their number is the number of slices tried.
    pub slices: Vec<Slice>,
    /// Slices that were not judged, by tag, then by the order of its names.
    pub set_aside: Vec<SetAside>,
    /// Two-sided confidence with which the excess intervals of all slices cover at once.
    pub confidence: Confidence,
    /// Two-sided confidence of each single interval.
    pub confidence_each: Confidence,
}

/// Cuts a set into slices by each of its tags, and orders them, the worst first.
///
/// `wrong` says for each example whether it is an error. Every value of every tag makes one slice, so an
/// example lies in as many slices as there are tags, and shares of different tags do not add up. Slices
/// without examples are left out. Intervals carry Bonferroni's correction for the number of slices
/// judged: with it, the chance that any slice is called worse by luck alone is at most about
/// 1 − confidence.
///
/// Order: by the errors beyond the rate of the other examples that are sure (examples × lower bound of
/// the excess, at least 0), then by those observed (examples × excess), then by the order of the tags.
///
/// # Errors
/// [`SliceError`] without examples, for a column of another length, or a value without a name.
pub fn worst_slices(
    wrong: &[bool],
    tags: &[TagColumn],
    confidence: Confidence,
) -> Result<Slices, SliceError> {
    let whole = count_of(
        wrong.iter().filter(|&&w| w).count() as u64,
        wrong.len() as u64,
    )
    .ok_or(SliceError::NoExamples)?;
    let mut to_judge = Vec::new();
    let mut set_aside = Vec::new();
    for tag in tags {
        for (value, count) in tag.names.iter().zip(counts(wrong, tag)?) {
            let Some(count) = count else { continue };
            let rest = count_of(whole.errors() - count.errors(), whole.n() - count.n());
            match rest {
                Some(rest) if count.n() >= MIN_SLICE_EXAMPLES => {
                    to_judge.push((&tag.name, value, count, rest));
                }
                _ => set_aside.push(SetAside {
                    tag: tag.name.clone(),
                    value: value.clone(),
                    count,
                    why: match rest {
                        None => NotJudged::WholeSet,
                        Some(_) => NotJudged::TooFewExamples,
                    },
                }),
            }
        }
    }
    let confidence_each = shared_by(confidence, to_judge.len());
    let mut slices: Vec<Slice> = (to_judge.into_iter())
        .map(|(tag, value, count, rest)| {
            let excess_interval = newcombe(count, rest, confidence_each);
            let elsewhere = whole.errors() - count.errors();
            Slice {
                tag: tag.clone(),
                value: value.clone(),
                count,
                share_of_errors: count.errors() as f64 / whole.errors().max(1) as f64,
                ceiling: count.errors() as f64 / whole.n() as f64,
                error_if_fixed: elsewhere as f64 / whole.n() as f64,
                interval: wilson(count, confidence_each),
                excess: count.rate() - rest.rate(),
                excess_interval,
                worse: verdict(excess_interval, excess_interval),
            }
        })
        .collect();
    let sure = |slice: &Slice| slice.count.n() as f64 * slice.excess_interval.low.max(0.0);
    let observed = |slice: &Slice| slice.count.n() as f64 * slice.excess;
    slices.sort_by(|a, b| {
        let by_sure = sure(b).total_cmp(&sure(a));
        by_sure.then(observed(b).total_cmp(&observed(a)))
    });
    Ok(Slices {
        whole,
        slices,
        set_aside,
        confidence,
        confidence_each,
    })
}

/// Errors and examples of each value of a tag; none for a value that no example has.
fn counts(wrong: &[bool], tag: &TagColumn) -> Result<Vec<Option<ErrorCount>>, SliceError> {
    if tag.values.len() != wrong.len() {
        return Err(SliceError::UnequalLengths {
            tag: tag.name.clone(),
            got: tag.values.len(),
            expected: wrong.len(),
        });
    }
    let mut counts = vec![(0_u64, 0_u64); tag.names.len()];
    for (example, (&value, &wrong)) in tag.values.iter().zip(wrong).enumerate() {
        let Some((errors, n)) = counts.get_mut(value as usize) else {
            return Err(SliceError::UnknownValue {
                tag: tag.name.clone(),
                example,
                value,
                names: tag.names.len(),
            });
        };
        *errors += u64::from(wrong);
        *n += 1;
    }
    Ok(counts
        .into_iter()
        .map(|(errors, n)| count_of(errors, n))
        .collect())
}

/// A count, or none where there are no examples.
fn count_of(errors: u64, n: u64) -> Option<ErrorCount> {
    ErrorCount::new(errors, n).ok()
}

#[cfg(test)]
mod tests;
