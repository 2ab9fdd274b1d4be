//! The diagnosis itself: figures in, gaps and their order out.

use serde::{Deserialize, Serialize};

use crate::gap::{Gap, GapKind, ROUNDING, Sample, Span, Threshold, Verdict};
use crate::human::Human;
use crate::interval::{Confidence, wilson};
use crate::note::Note;
use crate::rate::{ErrorCount, Rate, RateName, SetName};

/// What was measured; whatever is missing only takes its gaps with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Figures {
    /// Human-level error.
    pub human: Option<Human>,
    /// Errors on the whole training set, in evaluation mode.
    pub train: Option<ErrorCount>,
    /// Errors on train-dev.
    pub train_dev: Option<ErrorCount>,
    /// Errors on dev.
    pub dev: Option<ErrorCount>,
    /// Errors on test.
    pub test: Option<ErrorCount>,
}

impl Figures {
    /// The sets that are there, in the flowchart's order.
    fn sets(&self) -> impl Iterator<Item = (SetName, ErrorCount)> {
        let sets = [
            (SetName::Train, self.train),
            (SetName::TrainDev, self.train_dev),
            (SetName::Dev, self.dev),
            (SetName::Test, self.test),
        ];
        sets.into_iter()
            .filter_map(|(set, count)| Some((set, count?)))
    }

    /// The gaps whose two rates are there, in the flowchart's order.
    fn spans(&self) -> Vec<(GapKind, Span)> {
        let human = self.human.as_ref().map(Human::level);
        let train = self.train.map(ErrorCount::rate);
        let train_dev = self
            .train_dev
            .map(|count| Sample::new(SetName::TrainDev, count));
        let dev = self.dev.map(|count| Sample::new(SetName::Dev, count));
        let test = self.test.map(|count| Sample::new(SetName::Test, count));

        let exact = |(lower, upper)| Span::Exact { lower, upper };
        let one_sampled = |(lower, upper)| Span::OneSampled { lower, upper };
        let two_sampled = |(lower, upper)| Span::TwoSampled { lower, upper };
        let either = if train_dev.is_none() {
            train.zip(dev)
        } else {
            None
        };
        [
            (GapKind::AvoidableBias, human.zip(train).map(exact)),
            (GapKind::Variance, train.zip(train_dev).map(one_sampled)),
            (GapKind::DataMismatch, train_dev.zip(dev).map(two_sampled)),
            (GapKind::VarianceOrMismatch, either.map(one_sampled)),
            (GapKind::OverfittingToDev, dev.zip(test).map(two_sampled)),
        ]
        .into_iter()
        .filter_map(|(kind, span)| Some((kind, span?)))
        .collect()
    }
}

/// How to judge the figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Two-sided confidence of every interval.
    pub confidence: Confidence,
    /// A gap matters when it is at least this share of the dev error; a fraction in 0..=1.
    pub matters_share: f64,
    /// The dev error to reach, a fraction in 0..=1.
    pub goal_error: Option<f64>,
}

impl Options {
    /// A tenth. Ng reads train / train-dev / dev of 10/11/12 percent as bias alone, so a gap of 1 in 12
    /// must not matter and the share lies above 1/12; he reads 1/5/5 as variance *first*, so the bias
    /// of 1 in 5 does matter. A tenth is the round figure between.
    pub const MATTERS_SHARE: f64 = 0.1;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            confidence: Confidence::default(),
            matters_share: Self::MATTERS_SHARE,
            goal_error: None,
        }
    }
}

/// Why there is no diagnosis.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DiagnosisError {
    /// None of the four sets has a count.
    #[error("no error rates; expected at least one of train, train-dev, dev and test")]
    NoSets,
    /// The share of the dev error from which on a gap matters is no share.
    #[error("the share of the dev error that matters is {0}; expected a fraction in 0..=1")]
    MattersShare(f64),
    /// The goal is no error rate.
    #[error("the goal error is {0}; expected a fraction in 0..=1")]
    GoalError(f64),
}

/// The dev error to reach, and whether it is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// The goal, a fraction in 0..=1.
    pub error: f64,
    /// Present if the whole dev interval is at the goal or below it, absent if all of it is above.
    pub reached: Verdict,
}

/// What the figures say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The error rates that were given, human first, then in the flowchart's order.
    pub rates: Vec<Rate>,
    /// The gaps between them, in the flowchart's order.
    pub gaps: Vec<Gap>,
    /// The size from which on a gap matters, a fraction. Taken as exact: it is a rule, no measurement.
    pub threshold: f64,
    /// The gap to work on: the largest whose size matters, though its verdict may be inconclusive. None
    /// when none matters: done, or a new round.
    pub first: Option<GapKind>,
    /// All gaps whose size matters, the largest first; the flowchart's order breaks ties.
    pub ranked: Vec<GapKind>,
    /// What could not be told, and what looks odd.
    pub notes: Vec<Note>,
    /// How dev stands against the goal, where there are both.
    pub goal: Option<Goal>,
    /// Two-sided confidence of every interval.
    pub confidence: Confidence,
}

impl Diagnosis {
    /// The gap of this kind, if its two rates are there.
    #[must_use]
    pub fn gap(&self, kind: GapKind) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.kind == kind)
    }
}

/// Measures every gap between the figures and says which to work on first.
///
/// Intervals: Wilson's for one sampled rate, Newcombe's for the difference of two; human and train error
/// are exact. The gaps add up to test − human.
///
/// # Errors
/// [`DiagnosisError::NoSets`] without any set; [`DiagnosisError::MattersShare`] and
/// [`DiagnosisError::GoalError`] for options outside 0..=1.
pub fn diagnose(figures: &Figures, options: &Options) -> Result<Diagnosis, DiagnosisError> {
    let share = options.matters_share;
    if !(0.0..=1.0).contains(&share) {
        return Err(DiagnosisError::MattersShare(share));
    }
    if let Some(goal) = options
        .goal_error
        .filter(|goal| !(0.0..=1.0).contains(goal))
    {
        return Err(DiagnosisError::GoalError(goal));
    }
    let (last_set, last) = figures.sets().last().ok_or(DiagnosisError::NoSets)?;
    let threshold = Threshold(share * figures.dev.unwrap_or(last).rate());

    let gaps: Vec<Gap> = (figures.spans().into_iter())
        .map(|(kind, span)| Gap::measure(kind, span, threshold, options.confidence))
        .collect();
    let ranked = ranked(&gaps, threshold);
    Ok(Diagnosis {
        rates: rates(figures, options.confidence),
        threshold: threshold.0,
        first: ranked.first().copied(),
        ranked,
        notes: notes(figures, options, last_set, &gaps),
        goal: goal(figures, options),
        confidence: options.confidence,
        gaps,
    })
}

fn rates(figures: &Figures, confidence: Confidence) -> Vec<Rate> {
    let human = figures.human.as_ref().map(|human| Rate {
        name: RateName::Human,
        count: None,
        rate: human.level(),
        interval: None,
    });
    let of_sets = figures.sets().map(|(set, count)| Rate {
        name: set.into(),
        count: Some(count),
        rate: count.rate(),
        interval: (set != SetName::Train).then(|| wilson(count, confidence)),
    });
    human.into_iter().chain(of_sets).collect()
}

fn ranked(gaps: &[Gap], threshold: Threshold) -> Vec<GapKind> {
    let mut mattering: Vec<&Gap> = gaps
        .iter()
        .filter(|gap| threshold.matters(gap.size))
        .collect();
    // A stable sort, in units within which sizes count as equal: ties keep the flowchart's order.
    let steps = |gap: &Gap| (gap.size / ROUNDING).round();
    mattering.sort_by(|a, b| steps(b).total_cmp(&steps(a)));
    mattering.into_iter().map(|gap| gap.kind).collect()
}

fn goal(figures: &Figures, options: &Options) -> Option<Goal> {
    let (error, dev) = options.goal_error.zip(figures.dev)?;
    let interval = wilson(dev, options.confidence);
    let reached = if interval.high <= error {
        Verdict::Present
    } else if interval.low > error {
        Verdict::Absent
    } else {
        Verdict::Inconclusive
    };
    Some(Goal { error, reached })
}

fn notes(figures: &Figures, options: &Options, last_set: SetName, gaps: &[Gap]) -> Vec<Note> {
    let mut notes = Vec::new();
    if figures.human.is_none() {
        notes.push(Note::NoHuman);
    }
    if figures.train.is_none() {
        notes.push(Note::NoTrain);
    }
    if figures.dev.is_none() {
        notes.push(Note::NoDev {
            threshold_from: last_set,
        });
        if options.goal_error.is_some() {
            notes.push(Note::GoalNotJudged);
        }
    }
    for gap in gaps {
        match gap.kind {
            GapKind::AvoidableBias if gap.size < 0.0 => notes.push(Note::NegativeBias),
            GapKind::VarianceOrMismatch => notes.push(Note::NoTrainDev),
            _ => {}
        }
        if gap.kind != GapKind::AvoidableBias && gap.interval.high < 0.0 {
            notes.push(Note::NegativeGap { gap: gap.kind });
        }
        if gap.verdict == Verdict::Inconclusive && gap.needed.is_none() {
            notes.push(Note::NotSettled { gap: gap.kind });
        }
    }
    notes
}
