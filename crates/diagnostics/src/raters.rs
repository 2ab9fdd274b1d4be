//! Human level from what raters said of each example: who is best, how much they agree, and how much
//! disagreement the examples themselves force on them.

mod agreement;
mod note;
mod ratings;
mod vote;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use agreement::{Agreement, DisagreementBayes};
pub use note::RaterNote;
pub use ratings::{ALL_RATERS, RaterError, RaterLabels, Ratings};

use crate::bonferroni::shared_by;
use crate::human::Human;
use crate::interval::{Confidence, Interval, wilson};
use crate::rate::ErrorCount;
use vote::{Vote, vote};

/// A candidate measured on a smaller share of examples than this, of those that the best measured one has,
/// is not chosen: few examples, perhaps the easy ones, make anyone perfect.
pub const MIN_COVERAGE: f64 = 0.5;

/// What a candidate's labels were held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Against {
    /// The true label.
    Reference,
    /// Leave-one-out: the majority of all raters who are not the candidate or part of it. It is
    /// disagreement, not error: a mistake that all share is not seen, and where the others are wrong, the
    /// candidate is blamed.
    OthersMajority,
}

/// Who labels: one person, or several by vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CandidateKind {
    /// One rater.
    Rater,
    /// The majority vote of a group.
    GroupVote,
    /// The majority vote of all raters.
    MajorityVote,
}

/// One who could stand for the human level; rates are fractions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Name of the rater or the group, or [`ALL_RATERS`].
    pub name: String,
    /// Who labels.
    pub kind: CandidateKind,
    /// Errors among the examples that the candidate labelled and that have something to be held against.
    /// A vote that ends in a tie is an error.
    pub count: ErrorCount,
    /// Wilson interval of the error rate at the confidence asked for.
    pub interval: Interval,
    /// Whether it was measured on enough examples to be chosen: see [`MIN_COVERAGE`].
    pub eligible: bool,
}

/// The candidate that counts as human level: the lowest error rate among those eligible, the first name in
/// alphabetical order among equals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// Its name.
    pub name: String,
    /// Its errors.
    pub count: ErrorCount,
    /// Wilson interval of its error rate, with Bonferroni's correction for the number of candidates: the
    /// lowest of many rates is lower than its truth on average (the winner's curse), and this interval
    /// covers the truth of whichever was chosen.
    pub interval: Interval,
    /// How many candidates it was chosen from.
    pub n_candidates: usize,
}

/// What raters' labels say of the human level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RaterStudy {
    /// Examples in the table.
    pub n_examples: u64,
    /// What labels were held against.
    pub against: Against,
    /// Raters, then groups in alphabetical order, then the vote of all; without those that could not be
    /// measured on a single example.
    pub candidates: Vec<Candidate>,
    /// Who counts; none if nobody could be measured.
    pub chosen: Option<Chosen>,
    /// How much raters agree; none if no example has two labels.
    pub agreement: Option<Agreement>,
    /// The Bayes error as far as disagreement shows it; none if no example has two labels.
    pub bayes: Option<DisagreementBayes>,
    /// What could not be told, and what to be careful with.
    pub notes: Vec<RaterNote>,
    /// Two-sided confidence of the intervals.
    pub confidence: Confidence,
}

impl RaterStudy {
    /// The eligible candidates by name with their error rates, fractions: what [`Human::raters`] takes.
    #[must_use]
    pub fn figures(&self) -> BTreeMap<String, f64> {
        let eligible = self
            .candidates
            .iter()
            .filter(|candidate| candidate.eligible);
        eligible
            .map(|candidate| (candidate.name.clone(), candidate.count.rate()))
            .collect()
    }

    /// The human level of a diagnosis; none if nobody could be measured.
    #[must_use]
    pub fn human(&self) -> Option<Human> {
        Human::raters(self.figures()).ok()
    }
}

/// Measures each rater, the majority vote of each group and that of all (if there are several), and chooses
/// the best.
///
/// Where at least one example has a true label, errors are counted against true labels; else each
/// candidate is held against the majority of the raters outside it, over the examples where there is one
/// (a tie of the others leaves none; the vote of all has no others). A candidate's own tie counts as an
/// error, so no vote looks better than it is: with two raters, every disagreement is one.
#[must_use]
pub fn study_raters(ratings: &Ratings, confidence: Confidence) -> RaterStudy {
    let against = if ratings.has_reference() {
        Against::Reference
    } else {
        Against::OthersMajority
    };
    let measured: Vec<_> = (candidates(ratings).into_iter())
        .filter_map(|(name, kind, members)| Some((name, kind, count(ratings, against, &members)?)))
        .collect();
    let most = measured
        .iter()
        .map(|(_, _, count)| count.n())
        .max()
        .unwrap_or(0);
    let candidates: Vec<Candidate> = (measured.into_iter())
        .map(|(name, kind, count)| Candidate {
            name,
            kind,
            count,
            interval: wilson(count, confidence),
            eligible: count.n() as f64 >= MIN_COVERAGE * most as f64,
        })
        .collect();
    let chosen = chosen(&candidates, confidence);
    let votes = ratings.votes();
    let agreement = Agreement::measure(&votes);
    let bayes = DisagreementBayes::measure(&votes, ratings.n_classes(), confidence);
    RaterStudy {
        n_examples: ratings.n_examples() as u64,
        against,
        notes: notes(ratings, against, chosen.as_ref(), bayes),
        candidates,
        chosen,
        agreement,
        bayes,
        confidence,
    }
}

fn notes(
    ratings: &Ratings,
    against: Against,
    chosen: Option<&Chosen>,
    bayes: Option<DisagreementBayes>,
) -> Vec<RaterNote> {
    let mut notes = Vec::new();
    match chosen {
        Some(chosen) if chosen.n_candidates > 1 => notes.push(RaterNote::WinnersCurse {
            n_candidates: chosen.n_candidates,
            interval: chosen.interval,
        }),
        Some(_) => {}
        None => notes.push(RaterNote::NothingToCompare),
    }
    if against == Against::OthersMajority {
        notes.push(RaterNote::NoReference);
    }
    if let Some(class) = ratings.only_class() {
        notes.push(RaterNote::OneClass { class });
    }
    notes.push(match bayes {
        Some(bayes) => RaterNote::BayesBiasedLow {
            labels_per_example: bayes.labels_per_example,
        },
        None => RaterNote::NoPairs,
    });
    notes
}

/// Name and kind of every candidate (one rater alone is no vote of all), and for each rater whether they are part of it.
fn candidates(ratings: &Ratings) -> Vec<(String, CandidateKind, Vec<bool>)> {
    let raters = ratings.raters();
    let singles = raters.iter().enumerate().map(|(who, rater)| {
        let members = (0..raters.len()).map(|other| other == who).collect();
        (rater.name.clone(), CandidateKind::Rater, members)
    });
    let groups = ratings.groups().into_iter().map(|group| {
        let members = raters
            .iter()
            .map(|rater| rater.groups.contains(group))
            .collect();
        (group.clone(), CandidateKind::GroupVote, members)
    });
    let all = (raters.len() > 1).then(|| {
        let everyone = vec![true; raters.len()];
        (ALL_RATERS.to_owned(), CandidateKind::MajorityVote, everyone)
    });
    singles.chain(groups).chain(all).collect()
}

/// Errors of the vote of some raters; none if there is no example to count.
fn count(ratings: &Ratings, against: Against, members: &[bool]) -> Option<ErrorCount> {
    let (mut errors, mut n) = (0, 0);
    for example in 0..ratings.n_examples() {
        let labels = |inside: bool| {
            let raters = ratings.raters().iter().zip(members);
            raters
                .filter(move |&(_, &member)| member == inside)
                .filter_map(move |(r, _)| r.labels[example])
        };
        let truth = match against {
            Against::Reference => ratings.reference(example),
            Against::OthersMajority => vote(labels(false)).winner(),
        };
        let said = vote(labels(true));
        if let (Some(truth), false) = (truth, said == Vote::Nobody) {
            errors += u64::from(said != Vote::Class(truth));
            n += 1;
        }
    }
    ErrorCount::new(errors, n).ok()
}

fn chosen(candidates: &[Candidate], confidence: Confidence) -> Option<Chosen> {
    let eligible: Vec<&Candidate> = candidates.iter().filter(|c| c.eligible).collect();
    let best = eligible.iter().min_by(|a, b| {
        let by_rate = a.count.rate().total_cmp(&b.count.rate());
        by_rate.then(a.name.cmp(&b.name))
    })?;
    Some(Chosen {
        name: best.name.clone(),
        count: best.count,
        interval: wilson(best.count, shared_by(confidence, eligible.len())),
        n_candidates: eligible.len(),
    })
}

#[cfg(test)]
mod tests;
