//! The diagnosis itself: figures in, gaps and their order out.

use serde::{Deserialize, Serialize};

use crate::contrast::{Sample, Term};
use crate::gap::{Gap, GapKind, ROUNDING, Span, Threshold, Verdict, matters};
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

    /// The errors on the sets, without a human level.
    ///
    /// ```
    /// use plumb_diagnostics::{ErrorCount, Figures, SetName};
    ///
    /// let dev = ErrorCount::new(3, 100).ok().map(Into::into);
    /// let figures = Figures::of_sets(|set| dev.filter(|_| set == SetName::Dev));
    /// assert_eq!((figures.dev, figures.test), (dev, None));
    /// ```
    #[must_use]
    pub fn of_sets(error: impl Fn(SetName) -> Option<SetError>) -> Self {
        Self {
            train: error(SetName::Train),
            train_dev: error(SetName::TrainDev),
            dev: error(SetName::Dev),
            test: error(SetName::Test),
            ..Self::default()
        }
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

    /// The held-out set that the foot of the ladder is about, if the model makes fewer errors there than people
    /// do, with the whole interval of its rate.
    fn beats_human_on(&self, rates: &[Rate]) -> Option<SetName> {
        let set = self.foot_set();
        let human = self.foot()?.level();
        let interval = interval_of(rates, set)?;
        (interval.high < human).then_some(set)
    }

    /// The error of which a share matters: dev's, or that of the last set there is.
    pub(crate) fn threshold_from(&self) -> Option<(SetName, SetError)> {
        let dev = self.dev.map(|dev| (SetName::Dev, dev));
        dev.or(self.sets().last())
    }
}

/// The interval of a set's rate; none where it has no interval, or is not there.
fn interval_of(rates: &[Rate], set: SetName) -> Option<Interval> {
    let rate = rates.iter().find(|rate| rate.name == set.into());
    rate.and_then(|rate| rate.interval)
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
    #[error("the share of the dev error that matters is {0}; expected a fraction from 0 to 1")]
    MattersShare(f64),
    /// The goal is no error rate.
    #[error("the goal error is {0}; expected a fraction from 0 to 1")]
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
    /// What rates and gaps with their intervals say: of one model, or of the means over seeds.
    pub(crate) fn conclude(
        figures: &Figures,
        options: &Options,
        rates: Vec<Rate>,
        mut gaps: Vec<Gap>,
        (threshold, threshold_interval): (f64, Interval),
        seeds: Option<Seeds>,
    ) -> Self {
        let beats_human_on = figures.beats_human_on(&rates);
        if beats_human_on.is_some() {
            mark_not_measurable(&mut gaps);
        }
        let ranked = ranked(&gaps, threshold);
        let goal = options.goal_error.zip(figures.dev);
        let goal = goal.map(|(error, dev)| {
            let interval = interval_of(&rates, SetName::Dev);
            Goal::judge(error, interval.unwrap_or(Interval::exact(dev.rate())))
        });
        let mut notes = notes(figures, options, beats_human_on, &gaps);
        if seeds.is_some() {
            // Rates are means of counts, and more seeds may settle what more examples don't.
            let is_of_one =
                |note: &Note| matches!(note, Note::NoCount { .. } | Note::NotSettled { .. });
            notes.retain(|note| !is_of_one(note));
        }
        Self {
            threshold,
            threshold_interval,
            first: ranked.first().copied(),
            ranked,
            notes,
            goal,
            confidence: options.confidence,
            seeds,
            rates,
            gaps,
        }
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
    let (set, error) = figures.threshold_from().ok_or(DiagnosisError::NoSets)?;
    let threshold = Threshold {
        share: options.matters_share,
        of: Figures::term(set, error),
    };
    let gaps = (figures.spans().into_iter())
        .map(|(kind, span)| Gap::measure(kind, span, threshold, confidence))
        .collect();
    let rates = rates(figures, confidence);
    let threshold = (threshold.size(), threshold.interval(confidence));
    let diagnosis = Diagnosis::conclude(figures, options, rates, gaps, threshold, None);
    Ok(diagnosis)
}

/// People who are beaten don't tell how much bias is avoidable.
fn mark_not_measurable(gaps: &mut [Gap]) {
    for gap in gaps {
        if gap.kind == GapKind::AvoidableBias && gap.size < 0.0 {
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

fn ranked(gaps: &[Gap], threshold: f64) -> Vec<GapKind> {
    let mut mattering: Vec<&Gap> = gaps
        .iter()
        .filter(|gap| matters(gap.size, gap.size - threshold))
        .collect();
    // A stable sort, in units within which sizes count as equal: ties keep the flowchart's order.
    let steps = |gap: &Gap| (gap.size / ROUNDING).round();
    mattering.sort_by(|a, b| steps(b).total_cmp(&steps(a)));
    mattering.sort_by_key(|gap| gap.verdict != Verdict::Present); // stable too
    mattering.into_iter().map(|gap| gap.kind).collect()
}

fn notes(
    figures: &Figures,
    options: &Options,
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
        let threshold_from = figures.threshold_from().map(|(set, _)| set);
        notes.extend(threshold_from.map(|threshold_from| Note::NoDev { threshold_from }));
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
