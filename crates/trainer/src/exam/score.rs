use plumb_diagnostics::Verdict;
use serde::{Serialize, Serializer};

use super::{
    judged::{FAR, Fault, Judged, Standing},
    question::Question,
    share::Share,
    truth::GAPS,
};

/// What diagnoses got right and wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Tally {
    pub(super) diagnoses: u64,
    /// In the order of [`Question::ALL`].
    #[serde(serialize_with = "by_question")]
    shares: [Share; Question::ALL.len()],
    pub(super) confusion: Confusion,
    /// All gaps, by how far they stand from the threshold: in the order of [`DISTANCES`].
    pub(super) by_distance: [Verdicts; DISTANCES.len()],
}

/// Per true first gap, per named first gap; the last of either is none.
pub(super) type Confusion = [[Named; GAPS.len() + 1]; GAPS.len() + 1];

/// How many diagnoses named a gap first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Named {
    pub(super) first: u64,
    /// Of them, called present; the others name it as far as so few examples tell.
    pub(super) present: u64,
}

/// Standard errors from the threshold up to which a gap belongs to a group, the lower end not included.
pub(super) const DISTANCES: [f64; 6] = [-FAR, -2.0, 0.0, 2.0, FAR, f64::INFINITY];

/// What some gaps were called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Verdicts {
    pub(super) gaps: u64,
    pub(super) present: u64,
    pub(super) absent: u64,
}

impl Tally {
    /// Of scenarios, each with its diagnoses.
    pub(super) fn of<'a, D: IntoIterator<Item = &'a Judged>>(
        scenarios: impl IntoIterator<Item = D>,
    ) -> Self {
        let mut all = Self::default();
        for diagnoses in scenarios {
            let mut of_scenario = Self::default();
            for judged in diagnoses {
                of_scenario.add(judged);
            }
            all.join(&of_scenario);
        }
        all
    }

    pub(super) fn share(&self, question: Question) -> Share {
        self.shares[question as usize]
    }

    fn answer(&mut self, question: Question, holds: bool) {
        self.shares[question as usize].add(holds);
    }

    fn add(&mut self, judged: &Judged) {
        self.diagnoses += 1;
        let faults = judged.faults();
        let has = |fault: Fault| faults.contains(&fault);
        match judged.standing() {
            Standing::Far => {
                let is_right = !has(Fault::NotNamedFirst) && !has(Fault::NotPresent);
                self.answer(Question::NamedFirst, is_right);
                if judged.truth.is_clear() {
                    self.answer(Question::NamedFirstIfClear, is_right);
                }
            }
            Standing::Near => self.answer(Question::CalledAbsent, has(Fault::CalledAbsent)),
            Standing::Below => {}
        }
        for (at, gap) in judged.gaps.iter().enumerate() {
            if judged.truth.matters(at) {
                self.answer(Question::Overlooked, gap.verdict == Verdict::Absent);
            } else {
                let is_alarm = has(Fault::FalseAlarm(GAPS[at]));
                self.answer(Question::FalseAlarm, is_alarm);
                if judged.truth.standard_errors_above[at] > -FAR {
                    self.answer(Question::CloseFalseAlarm, is_alarm);
                }
            }
            let above = judged.truth.standard_errors_above[at];
            let group = DISTANCES.iter().position(|&end| above <= end);
            let verdicts = &mut self.by_distance[group.unwrap_or(DISTANCES.len() - 1)];
            verdicts.gaps += 1;
            verdicts.present += u64::from(gap.verdict == Verdict::Present);
            verdicts.absent += u64::from(gap.verdict == Verdict::Absent);
            if let Some(covered) = gap.covered {
                self.answer(Question::GapCovered, covered);
                self.answer(OF_GAP[at], covered);
            }
        }
        for rate in &judged.rates {
            self.answer(Question::RateCovered, rate.covered);
        }
        self.answer(Question::SplitCovered, judged.split_covered);
        self.confuse(judged);
    }

    fn confuse(&mut self, judged: &Judged) {
        let row = judged.truth.first().unwrap_or(GAPS.len());
        let named = GAPS.iter().position(|&kind| judged.named == Some(kind));
        let cell = &mut self.confusion[row][named.unwrap_or(GAPS.len())];
        cell.first += 1;
        let is_present = named.is_some_and(|at| judged.gaps[at].verdict == Verdict::Present);
        cell.present += u64::from(is_present);
    }

    /// Adds a scenario.
    fn join(&mut self, scenario: &Self) {
        self.diagnoses += scenario.diagnoses;
        for (share, of_scenario) in self.shares.iter_mut().zip(&scenario.shares) {
            *share = share.plus(of_scenario.as_cluster());
        }
        let cells = self.confusion.iter_mut().flatten();
        for (cell, of_scenario) in cells.zip(scenario.confusion.iter().flatten()) {
            cell.first += of_scenario.first;
            cell.present += of_scenario.present;
        }
        for (all, of_scenario) in self.by_distance.iter_mut().zip(&scenario.by_distance) {
            all.gaps += of_scenario.gaps;
            all.present += of_scenario.present;
            all.absent += of_scenario.absent;
        }
    }
}

/// The question that asks whether the interval of one gap holds the truth. That of bias has no width: both
/// its rates are exact.
const OF_GAP: [Question; GAPS.len()] = [
    Question::GapCovered,
    Question::VarianceCovered,
    Question::MismatchCovered,
    Question::OverfittingCovered,
];

fn by_question<S: Serializer>(shares: &[Share], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(Question::ALL.iter().zip(shares))
}
