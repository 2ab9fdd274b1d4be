//! The diagnosis itself: figures in, gaps and their order out.

use serde::{Deserialize, Serialize};

use crate::contrast::{Sample, Term};
use crate::gap::{Gap, GapKind, ROUNDING, Span, Threshold, Verdict};
use crate::human::Human;
use crate::interval::{Confidence, Interval, wilson};
use crate::note::Note;
use crate::rate::{Rate, RateName, SetError, SetName};
use crate::seeds::Seeds;

/// What was measured; whatever is missing only takes its gaps with it, or joins two in one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Human-level error on the target data, or on both kinds of data alike.
    pub human: Option<Human>,
    /// Human-level error on the general data, where it is another: the foot of the ladder, since train is
    /// general.
    pub human_general: Option<Human>,
    /// Errors on the whole training set, in evaluation mode.
    pub train: Option<SetError>,
    /// Errors on train-dev.
    pub train_dev: Option<SetError>,
    /// Errors on dev.
    pub dev: Option<SetError>,
    /// Errors on test.
    pub test: Option<SetError>,
}

impl Figures {
    /// The figure that avoidable bias is measured from.
    #[must_use]
    pub fn foot(&self) -> Option<&Human> {
        self.human_general.as_ref().or(self.human.as_ref())
    }

    /// The error on one of the sets.
    #[must_use]
    pub fn get(&self, set: SetName) -> Option<SetError> {
        match set {
            SetName::Train => self.train,
            SetName::TrainDev => self.train_dev,
            SetName::Dev => self.dev,
            SetName::Test => self.test,
        }
    }

    /// The sets that are there, in the flowchart's order.
    fn sets(&self) -> impl Iterator<Item = (SetName, SetError)> {
        SetName::ALL
            .into_iter()
            .filter_map(|set| Some((set, self.get(set)?)))
    }

    /// The error on a set, as the intervals see it: train is counted whole, and a rate without a number of
    /// examples is taken as exact.
    fn term(set: SetName, error: SetError) -> Term {
        match error.count() {
            Some(count) if set != SetName::Train => Term::Sampled(Sample::new(set, count)),
            _ => Term::Known(error.rate()),
        }
    }

    /// The gaps between neighbours among the rates that are there, in the flowchart's order.
    fn spans(&self) -> Vec<(GapKind, Span)> {
        let foot = self
            .foot()
            .map(|human| (RateName::Human, Term::Known(human.level())));
        let sets = self
            .sets()
            .map(|(set, error)| (set.into(), Self::term(set, error)));
        let ladder: Vec<(RateName, Term)> = foot.into_iter().chain(sets).collect();
        let neighbours = ladder.windows(2).filter_map(|pair| match *pair {
            [(from, lower), (to, upper)] => {
                Some((GapKind::from_rates(from, to)?, Span { lower, upper }))
            }
            _ => None,
        });
        neighbours.collect()
    }

    /// The held-out set of the kind of data that the foot of the ladder is about.
    fn foot_set(&self) -> SetName {
        if self.human_general.is_some() {
            SetName::TrainDev
        } else {
            SetName::Dev
        }
    }

    /// A held-out set of the kind of data that the foot of the ladder is about, if the model makes fewer
    /// errors there than people do, with its whole interval.
    fn beats_human_on(&self, confidence: Confidence) -> Option<SetName> {
        let set = self.foot_set();
        let count = self.get(set)?.count()?;
        let human = self.foot()?.level();
        (wilson(count, confidence).high < human).then_some(set)
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

impl Options {
    fn check(&self) -> Result<(), DiagnosisError> {
        let is_fraction = |value: f64| (0.0..=1.0).contains(&value);
        if !is_fraction(self.matters_share) {
            return Err(DiagnosisError::MattersShare(self.matters_share));
        }
        match self.goal_error.filter(|&goal| !is_fraction(goal)) {
            Some(goal) => Err(DiagnosisError::GoalError(goal)),
            None => Ok(()),
        }
    }
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

impl Goal {
    fn judge(error: f64, dev: Interval) -> Self {
        let reached = if dev.high <= error {
            Verdict::Present
        } else if dev.low > error {
            Verdict::Absent
        } else {
            Verdict::Inconclusive
        };
        Self { error, reached }
    }
}

/// What the figures say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The error rates that were given, human first, then in the flowchart's order.
    pub rates: Vec<Rate>,
    /// The gaps between them, in the flowchart's order.
    pub gaps: Vec<Gap>,
    /// The size from which on a gap matters, a fraction.
    pub threshold: f64,
    /// Its interval: it is a share of the dev error, and as uncertain.
    pub threshold_interval: Interval,
    /// The gap to work on: the largest that is present; if none is, the largest whose size matters, though
    /// its verdict is inconclusive. None when none matters: done, or a new round.
    pub first: Option<GapKind>,
    /// All gaps whose size matters: those that are present before those that may be chance, the largest
    /// first; the flowchart's order breaks ties.
    pub ranked: Vec<GapKind>,
    /// What could not be told, and what looks odd.
    pub notes: Vec<Note>,
    /// How dev stands against the goal, where there are both.
    pub goal: Option<Goal>,
    /// Two-sided confidence of every interval.
    pub confidence: Confidence,
    /// The seeds, where the rates are means over several: all intervals are then those of a bootstrap crossed
    /// over seeds and examples. None for one model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seeds: Option<Seeds>,
}

impl Diagnosis {
    /// Brings in line with other intervals of rates and gaps what was read from the first ones.
    pub(crate) fn judge_again(&mut self, figures: &Figures, options: &Options) {
        let foot = figures.foot_set();
        let interval = (self.rates.iter().find(|rate| rate.name == foot.into()))
            .and_then(|rate| rate.interval);
        let human = figures.foot().map(Human::level);
        let beats = human
            .zip(interval)
            .is_some_and(|(human, interval)| interval.high < human);
        let beats_human_on = beats.then_some(foot);
        mark_not_measurable(&mut self.gaps, beats_human_on);
        // Which gaps matter by their size has not changed.
        let is_sure = |kind: &GapKind| {
            let gap = self.gaps.iter().find(|gap| gap.kind == *kind);
            gap.is_some_and(|gap| gap.verdict == Verdict::Present)
        };
        self.ranked.sort_by_key(|kind| !is_sure(kind));
        self.first = self.ranked.first().copied();
        let dev = (self.rates.iter().find(|rate| rate.name == RateName::Dev))
            .and_then(|rate| rate.interval);
        self.goal = options
            .goal_error
            .zip(dev)
            .map(|(error, dev)| Goal::judge(error, dev));
        let last_set = figures.sets().last().map_or(SetName::Dev, |(set, _)| set);
        self.notes = notes(figures, options, last_set, beats_human_on, &self.gaps);
        // Rates are means of counts, and more seeds may settle what more examples don't.
        let is_of_one =
            |note: &Note| matches!(note, Note::NoCount { .. } | Note::NotSettled { .. });
        self.notes.retain(|note| !is_of_one(note));
    }

    /// The gap of this kind, if its two rates are there.
    #[must_use]
    pub fn gap(&self, kind: GapKind) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.kind == kind)
    }
}

/// Measures every gap between the figures and says which to work on first.
///
/// Intervals: Wilson's for one sampled rate, Newcombe's for the difference of two; human and train error
/// are exact. The gaps add up to test − human. A verdict is read from the interval of the gap less its
/// threshold, which is a share of the dev error and sampled with it.
///
/// # Errors
/// [`DiagnosisError::NoSets`] without any set; [`DiagnosisError::MattersShare`] and
/// [`DiagnosisError::GoalError`] for options outside 0..=1.
pub fn diagnose(figures: &Figures, options: &Options) -> Result<Diagnosis, DiagnosisError> {
    options.check()?;
    let confidence = options.confidence;
    let (last_set, last) = figures.sets().last().ok_or(DiagnosisError::NoSets)?;
    let threshold_from = figures
        .dev
        .map_or((last_set, last), |dev| (SetName::Dev, dev));
    let threshold = Threshold {
        share: options.matters_share,
        of: Figures::term(threshold_from.0, threshold_from.1),
    };
    let mut gaps: Vec<Gap> = (figures.spans().into_iter())
        .map(|(kind, span)| Gap::measure(kind, span, threshold, confidence))
        .collect();
    let beats_human_on = figures.beats_human_on(confidence);
    mark_not_measurable(&mut gaps, beats_human_on);
    let ranked = ranked(&gaps, threshold);
    Ok(Diagnosis {
        rates: rates(figures, confidence),
        threshold: threshold.size(),
        threshold_interval: threshold.interval(confidence),
        first: ranked.first().copied(),
        ranked,
        notes: notes(figures, options, last_set, beats_human_on, &gaps),
        goal: goal(figures, options),
        confidence,
        seeds: None,
        gaps,
    })
}

/// People who are beaten don't tell how much bias is avoidable.
fn mark_not_measurable(gaps: &mut [Gap], beats_human_on: Option<SetName>) {
    for gap in gaps {
        if gap.kind == GapKind::AvoidableBias && gap.size < 0.0 && beats_human_on.is_some() {
            gap.verdict = Verdict::NotMeasurable;
            gap.needed = None;
        }
    }
}

fn rates(figures: &Figures, confidence: Confidence) -> Vec<Rate> {
    let human = figures.foot().map(|human| Rate {
        name: RateName::Human,
        count: None,
        rate: human.level(),
        interval: None,
    });
    let of_sets = figures.sets().map(|(set, error)| Rate {
        name: set.into(),
        count: error.count(),
        rate: error.rate(),
        interval: (error.count().filter(|_| set != SetName::Train))
            .map(|count| wilson(count, confidence)),
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
    mattering.sort_by_key(|gap| gap.verdict != Verdict::Present); // stable too
    mattering.into_iter().map(|gap| gap.kind).collect()
}

fn goal(figures: &Figures, options: &Options) -> Option<Goal> {
    let (error, dev) = options.goal_error.zip(figures.dev)?;
    let interval = dev.count().map_or(Interval::exact(dev.rate()), |count| {
        wilson(count, options.confidence)
    });
    Some(Goal::judge(error, interval))
}

fn notes(
    figures: &Figures,
    options: &Options,
    last_set: SetName,
    beats_human_on: Option<SetName>,
    gaps: &[Gap],
) -> Vec<Note> {
    let mut notes = Vec::new();
    if figures.foot().is_none() {
        notes.push(Note::NoHuman);
        if figures.train.is_none() {
            notes.push(Note::NoTrain);
        }
    }
    if figures.dev.is_none() {
        notes.push(Note::NoDev {
            threshold_from: last_set,
        });
        if options.goal_error.is_some() {
            notes.push(Note::GoalNotJudged);
        }
    }
    for (set, error) in figures.sets() {
        if error.count().is_none() && set != SetName::Train {
            notes.push(Note::NoCount { set });
        }
    }
    if let Some(set) = beats_human_on {
        notes.push(Note::BetterThanHuman { set });
    }
    for gap in gaps {
        let kind = gap.kind;
        let missing = kind.missing();
        if !missing.is_empty() {
            notes.push(Note::NotApart { gap: kind, missing });
        }
        if kind == GapKind::AvoidableBias {
            if gap.size < 0.0 && beats_human_on.is_none() {
                notes.push(Note::NegativeBias);
            }
        } else if gap.interval.high < 0.0 {
            notes.push(Note::NegativeGap { gap: kind });
        } else if gap.size < 0.0 {
            notes.push(Note::NegativeByChance { gap: kind });
        }
        if gap.verdict == Verdict::Inconclusive && gap.needed.is_none() {
            notes.push(Note::NotSettled { gap: kind });
        }
    }
    notes
}
