//! After the fact: what changed from an older run to a newer one, beside what was promised.

mod text;

use plumb_data::seed;
use plumb_diagnostics::{
    BeforeAfter, Confidence, EyeballWear, GapKind, Interval, Paired, PairedCounts,
    PairedDifference, eyeball_wear, newcombe,
};
use serde::Serialize;

use crate::{
    Error,
    advice::{Action, taken},
    error_analysis::ErrorAnalysis,
    finished::Finished,
    judge::{HumanLevel, judge},
};

/// What `plumb diagnose NEW --against OLD` finds.
#[derive(Serialize)]
pub(super) struct Change {
    old: String,
    /// Which of the old run's actions the new config contains.
    taken: Vec<TakenAction>,
    /// The keys that differ beside those.
    besides: Vec<String>,
    /// In the order of the ladder.
    gaps: Vec<GapChange>,
    dev: DevChange,
    /// Whether the part of dev that people look at fell faster than the rest; none where dev is another set.
    eyeball: Option<EyeballWear>,
    outcome: Outcome,
}

/// An action of the old run, and what became of it.
#[derive(Serialize)]
struct TakenAction {
    #[serde(flatten)]
    action: Action,
    /// Whether its keys have the values that it proposed, and not others.
    is_as_proposed: bool,
}

/// One gap before and after; fractions.
#[derive(Serialize)]
struct GapChange {
    gap: GapKind,
    old: f64,
    new: f64,
    /// The most that the actions taken against it promised; none if none was taken.
    promised_at_most: Option<f64>,
}

/// New dev error minus old.
#[derive(Serialize)]
struct DevChange {
    old: f64,
    new: f64,
    difference: f64,
    interval: Interval,
    /// On the same examples, if dev is the same set.
    paired: Option<PairedDifference>,
}

/// Whether the change did what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    /// Both say the same of every dev example.
    Unchanged,
    /// The target data is other data, so that its change and the model's can't be told apart.
    NotComparable,
    /// The dev error fell, with its whole interval, and the gap that was worked on shrank most.
    AsPromised,
    /// The dev error fell, with its whole interval, but not by the gap that was worked on.
    ByAnotherWay,
    /// The dev error fell, with its whole interval; nothing was promised.
    Better,
    /// The dev error did not fall: its whole interval is at 0 or above.
    NotBetter,
    /// The interval reaches from lower to higher.
    CantTell,
}

/// The resamples of the paired interval are the same each time.
const BOOTSTRAP_SEED: &str = "paired difference";

/// Holds a run against an older one.
///
/// # Errors
/// Bad input if they are one run, or of different tasks; [`Error::Failed`] if a config can't be compared.
pub(super) fn change(
    old: &Finished,
    new: &Finished,
    human: &HumanLevel,
    confidence: Confidence,
) -> Result<Change, Error> {
    check_comparable(old, new)?;
    let taken = taken(&old.config, &new.config, &old.verdict.actions)?;
    let mut actions = Vec::new();
    for follow in &taken.actions {
        actions.push(TakenAction {
            action: follow.action.clone(),
            is_as_proposed: follow.is_as_proposed,
        });
    }
    let gaps = gap_changes(old, new, human, &actions)?;
    let is_same_dev = old.data.sets.dev.sha256 == new.data.sets.dev.sha256;
    let dev = DevChange::of(old, new, is_same_dev, confidence)?;
    let eyeball = if is_same_dev {
        wear(old, new, confidence)?
    } else {
        None
    };
    Ok(Change {
        old: old.run.path().display().to_string(),
        outcome: if !is_same_dev && !is_same_target(old, new)? {
            Outcome::NotComparable
        } else {
            outcome(&gaps, &dev)
        },
        taken: actions,
        besides: taken.besides,
        gaps,
        dev,
        eyeball,
    })
}

/// Runs of one task: the same classes, and examples of one shape.
fn check_comparable(old: &Finished, new: &Finished) -> Result<(), Error> {
    let path = |run: &Finished| std::fs::canonicalize(run.run.path()).ok();
    let (old_path, new_path) = (old.run.path().display(), new.run.path().display());
    if path(old) == path(new) {
        return Err(Error::bad_input(format!(
            "{old_path} is the run itself; expected an older one"
        )));
    }
    let classes = |run: &Finished| -> Vec<String> {
        let classes = run.data.sets.dev.classes.iter();
        classes.map(|count| count.class.clone()).collect()
    };
    let shape = |run: &Finished| run.data.target.shape.clone();
    if classes(old) != classes(new) || shape(old) != shape(new) {
        return Err(Error::bad_input(format!(
            "{new_path} and {old_path} are of different tasks: {} classes and examples of shape {:?} here, {} \
             and {:?} there; expected the same",
            classes(new).len(),
            shape(new),
            classes(old).len(),
            shape(old)
        )));
    }
    Ok(())
}

/// Whether both bring their target examples from the same place.
fn is_same_target(old: &Finished, new: &Finished) -> Result<bool, Error> {
    let is_elsewhere = |key: &str| !key.is_empty() && !key.starts_with("data");
    let is_free = |key: &str| {
        is_elsewhere(key) || (key.starts_with("data.") && !key.starts_with("data.target"))
    };
    let is_same = old.config.difference(&new.config, &is_free)?.is_none();
    let files = |run: &Finished| -> Vec<String> {
        let files = run.data.target.files.iter();
        files.map(|file| file.sha256.clone()).collect()
    };
    Ok(is_same && files(old) == files(new))
}

fn gap_changes(
    old: &Finished,
    new: &Finished,
    human: &HumanLevel,
    taken: &[TakenAction],
) -> Result<Vec<GapChange>, Error> {
    let diagnosed = |run: &Finished| judge(&run.config, human, |set| run.sets.get(set).count());
    let (before, after) = (diagnosed(old)?, diagnosed(new)?);
    let mut changes = Vec::new();
    for gap in &before.gaps {
        let Some(later) = after.gap(gap.kind) else {
            continue; // the human figure is gone
        };
        let against = taken.iter().filter(|taken| taken.action.gap == gap.kind);
        changes.push(GapChange {
            gap: gap.kind,
            old: gap.size,
            new: later.size,
            promised_at_most: against.map(|taken| taken.action.ceiling).reduce(f64::max),
        });
    }
    Ok(changes)
}

impl DevChange {
    fn of(
        old: &Finished,
        new: &Finished,
        is_same_dev: bool,
        confidence: Confidence,
    ) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
        let count = |run: &Finished| {
            let count = run.sets.dev.count();
            count.ok_or_else(|| Error::failed("dev has no examples"))
        };
        let (before, after) = (count(old)?, count(new)?);
        let paired = if is_same_dev {
            let flags = (old.sets.dev.errors(), new.sets.dev.errors());
            let counts =
                PairedCounts::from_flags(&flags.0, &flags.1).map_err(|error| failed(&error))?;
            let stream = seed::derive(0, BOOTSTRAP_SEED);
            Some(PairedDifference::measure(counts, confidence, stream))
        } else {
            None
        };
        let interval = paired.map_or_else(
            || newcombe(after, before, confidence),
            |paired| paired.interval,
        );
        Ok(Self {
            old: before.rate(),
            new: after.rate(),
            difference: after.rate() - before.rate(),
            interval,
            paired,
        })
    }
}

/// By the part that the old run's analysis showed.
fn wear(
    old: &Finished,
    new: &Finished,
    confidence: Confidence,
) -> Result<Option<EyeballWear>, Error> {
    let Some(eyeball) = ErrorAnalysis::of(&old.sets.dev, confidence)?.eyeball else {
        return Ok(None);
    };
    let (before, after) = (old.sets.dev.errors(), new.sets.dev.errors());
    let times = |places: &[usize]| {
        BeforeAfter::Flags(Paired::of(places.iter().map(|&at| (before[at], after[at]))))
    };
    let (seen, unseen) = (
        times(&eyeball.split.eyeball),
        times(&eyeball.split.blackbox),
    );
    Ok(eyeball_wear(seen, unseen, confidence).ok())
}

/// The gap that shrank most is the one that the error came down by.
fn outcome(gaps: &[GapChange], dev: &DevChange) -> Outcome {
    if let Some(paired) = &dev.paired
        && paired.counts.only_first_wrong() + paired.counts.only_second_wrong() == 0
    {
        return Outcome::Unchanged;
    }
    if dev.interval.low >= 0.0 {
        return Outcome::NotBetter;
    }
    if dev.interval.high >= 0.0 {
        return Outcome::CantTell;
    }
    let shrank = |gap: &GapChange| gap.old - gap.new;
    let is_of_dev = |gap: &&GapChange| gap.gap != GapKind::OverfittingToDev;
    let most = gaps
        .iter()
        .filter(is_of_dev)
        .max_by(|a, b| shrank(a).total_cmp(&shrank(b)));
    if gaps.iter().all(|gap| gap.promised_at_most.is_none()) {
        Outcome::Better
    } else if most.is_some_and(|gap| gap.promised_at_most.is_some()) {
        Outcome::AsPromised
    } else {
        Outcome::ByAnotherWay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_held_against_what_it_was_for() {
        let gap = |gap, old, new, promised_at_most| GapChange {
            gap,
            old,
            new,
            promised_at_most,
        };
        let bias = |promised| gap(GapKind::AvoidableBias, 0.05, 0.04, promised);
        let variance = |promised| gap(GapKind::Variance, 0.10, 0.02, promised);
        // Between dev and test, which no change of dev is about.
        let test = || gap(GapKind::OverfittingToDev, 0.30, 0.0, None);
        let check = |gaps: &[GapChange], (low, high): (f64, f64), expected: Outcome| {
            let dev = DevChange {
                old: 0.2,
                new: 0.1,
                difference: -0.1,
                interval: Interval { low, high },
                paired: None,
            };
            assert_eq!(outcome(gaps, &dev), expected);
        };
        let fell = (-0.1, -0.02);
        check(
            &[bias(None), variance(Some(0.1)), test()],
            fell,
            Outcome::AsPromised,
        );
        check(
            &[bias(Some(0.05)), variance(None), test()],
            fell,
            Outcome::ByAnotherWay,
        );
        check(&[bias(None), variance(None)], fell, Outcome::Better);
        check(&[variance(Some(0.1))], (-0.1, 0.02), Outcome::CantTell);
        check(&[variance(Some(0.1))], (0.0, 0.02), Outcome::NotBetter);
        check(&[], (0.01, 0.02), Outcome::NotBetter);
    }
}
