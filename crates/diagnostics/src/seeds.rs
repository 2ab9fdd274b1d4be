//! Several seeds of one recipe: its error rates and gaps, as sure as seeds and examples allow.

use serde::{Deserialize, Serialize};

use crate::gap::GapKind;
use crate::human::Human;
use crate::interval::{Confidence, Interval};
use crate::rate::{ErrorCount, RateName, SetName};

mod errors;
mod resampled;
mod student;

pub use errors::SeedErrors;

use resampled::{Resampled, Sum};

/// Why several seeds give no diagnosis.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SeedsError {
    /// One seed shows nothing of how much seeds differ.
    #[error("{set} has {seeds} seeds; expected at least two")]
    TooFewSeeds {
        /// Which set.
        set: SetName,
        /// Its seeds.
        seeds: usize,
    },
    /// The sets were measured on different numbers of seeds.
    #[error("{set} has {seeds} seeds; expected {expected}, as in {other}")]
    UnequalSeeds {
        /// The set that differs.
        set: SetName,
        /// Its seeds.
        seeds: usize,
        /// The set before it.
        other: SetName,
        /// The seeds of that one.
        expected: usize,
    },
    /// The seeds were said to share their examples and have different numbers of them.
    #[error("seed {seed} has {n} examples; expected {expected}, those of seed 0")]
    UnequalExamples {
        /// Which seed, counted from 0.
        seed: usize,
        /// Its examples.
        n: usize,
        /// The examples of the first seed.
        expected: usize,
    },
    /// A set without examples.
    #[error("the seeds have no examples; expected at least one")]
    NoExamples,
    /// None of the four sets has errors.
    #[error("no error rates; expected at least one of train, train-dev, dev and test")]
    NoSets,
    /// The share of the dev error from which on a gap matters is no share.
    #[error("the share of the dev error that matters is {0}; expected a fraction in 0..=1")]
    MattersShare(f64),
}

/// What was measured on several seeds of one recipe, everywhere in the same order of seeds; whatever is
/// missing only takes its gaps with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeedFigures {
    /// Human-level error.
    pub human: Option<Human>,
    /// Errors on the whole training set: one count per seed, exact for its frozen weights.
    pub train: Option<Vec<ErrorCount>>,
    /// Errors on train-dev.
    pub train_dev: Option<SeedErrors>,
    /// Errors on dev.
    pub dev: Option<SeedErrors>,
    /// Errors on test.
    pub test: Option<SeedErrors>,
}

/// The mean error rate of the seeds on one set, a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedRate {
    /// Whose rate it is; never the human one, which has no seeds.
    pub name: RateName,
    /// Mean over the seeds.
    pub mean: f64,
    /// Interval of the recipe's rate: over all seeds it could have had, and all examples.
    pub interval: Interval,
    /// Standard deviation of the seeds' rates.
    pub seed_sd: f64,
}

/// How far a gap is above the size from which on it matters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contrast {
    /// The gap less the share of the dev error that matters: from 0 on the gap matters.
    pub size: f64,
    /// Interval of it.
    pub interval: Interval,
}

/// The mean of one gap over the seeds, a difference of fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedGap {
    /// Which one.
    pub kind: GapKind,
    /// Mean over the seeds, shown as it is when negative.
    pub size: f64,
    /// Interval of the recipe's gap.
    pub interval: Interval,
    /// Standard deviation of the seeds' gaps.
    pub seed_sd: f64,
    /// The gap against the share of the dev error that matters; none without dev.
    pub contrast: Option<Contrast>,
}

/// Rates and gaps of a recipe, measured on several seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedDiagnosis {
    /// How many seeds.
    pub seeds: usize,
    /// Rates in the flowchart's order.
    pub rates: Vec<SeedRate>,
    /// Gaps in the flowchart's order.
    pub gaps: Vec<SeedGap>,
}

/// Measures the rates and gaps of a recipe on several seeds, with intervals for another seed and other
/// examples.
///
/// A bootstrap crossed over seeds and examples (Owen, "The pigeonhole bootstrap", Annals of Applied
/// Statistics 1:386, 2007) with [`crate::RESAMPLES`] resamples, seeded with `seed`. Within a resample
/// the same seeds are drawn for every set, so rates of one seed stay together and gaps are as sure as
/// they are. Examples are drawn for each set, and for each seed where the seeds have examples of their
/// own. Two things differ from the plain crossed bootstrap, which with few seeds is too sure of itself
/// on one side and counts noise twice on the other:
///
/// - What the drawn seeds and the drawn examples each change of the mean is added; the change due to
///   both at once is left out. Owen shows that noise which belongs to one seed *and* one example enters
///   the plain bootstrap's variance three times. So it enters twice, still on the safe side: where such
///   noise is all there is, intervals are up to √2 too wide.
/// - Drawing S seeds from S makes their mean vary by (S − 1)/S of what it should, so the seeds' part is
///   stretched by √(S/(S − 1)). A variance estimated from S seeds is uncertain itself: as in Welch's
///   test the whole is stretched by the ratio of Student's quantile to the normal one, with the degrees
///   of freedom of Satterthwaite (Biometrics Bulletin 2:110, 1946): S − 1 where seeds are all that
///   matters, many where examples are.
///
/// What is called 95 % then covers 92 to 95 % with three seeds and 94 to 95 % with five or more where
/// seeds differ by a normal deviation (simulated), more where noise enters twice, and with two seeds
/// down to 88 %: two show little of how much seeds differ.
///
/// On a set where no seed made an error (or nothing but errors) resampling shows no doubt. Its rate is
/// drawn from Jeffreys' posterior there, the beta distribution with ½ and n + ½ (Brown, Cai, `DasGupta`,
/// Statistical Science 16:101, 2001).
///
/// # Errors
/// [`SeedsError`] with fewer than two seeds, sets with different numbers of seeds, no set at all, or a
/// `matters_share` outside 0..=1.
pub fn diagnose_seeds(
    figures: &SeedFigures,
    matters_share: f64,
    confidence: Confidence,
    seed: u64,
) -> Result<SeedDiagnosis, SeedsError> {
    if !(0.0..=1.0).contains(&matters_share) {
        return Err(SeedsError::MattersShare(matters_share));
    }
    let train = figures.train.as_deref().map(SeedErrors::exact);
    let sets = [
        (SetName::Train, train.as_ref()),
        (SetName::TrainDev, figures.train_dev.as_ref()),
        (SetName::Dev, figures.dev.as_ref()),
        (SetName::Test, figures.test.as_ref()),
    ]
    .into_iter()
    .filter_map(|(set, errors)| Some((set, errors?)))
    .collect::<Vec<_>>();
    let seeds = common_seeds(&sets)?;
    let resampled = Resampled::draw(&sets, seeds, seed);

    let rates = sets.iter().map(|&(set, _)| {
        let sum = Sum::rate(set);
        SeedRate {
            name: set.into(),
            mean: resampled.mean(&sum),
            interval: clamped(resampled.interval(&sum, confidence), 0.0),
            seed_sd: resampled.seed_sd(&sum),
        }
    });
    let human = figures.human.as_ref().map(Human::level);
    let has = |set| sets.iter().any(|&(name, _)| name == set);
    let gaps = gap_sums(human, has).into_iter().map(|(kind, sum)| {
        let contrast = has(SetName::Dev).then(|| {
            let above = sum.clone().plus(SetName::Dev, -matters_share);
            Contrast {
                size: resampled.mean(&above),
                interval: resampled.interval(&above, confidence),
            }
        });
        SeedGap {
            kind,
            size: resampled.mean(&sum),
            interval: clamped(resampled.interval(&sum, confidence), -1.0),
            seed_sd: resampled.seed_sd(&sum),
            contrast,
        }
    });
    Ok(SeedDiagnosis {
        seeds,
        rates: rates.collect(),
        gaps: gaps.collect(),
    })
}

/// The number of seeds, which all sets must have.
fn common_seeds(sets: &[(SetName, &SeedErrors)]) -> Result<usize, SeedsError> {
    let &(first, errors) = sets.first().ok_or(SeedsError::NoSets)?;
    let expected = errors.seeds();
    if expected < 2 {
        return Err(SeedsError::TooFewSeeds {
            set: first,
            seeds: expected,
        });
    }
    let unequal = sets.iter().find(|(_, errors)| errors.seeds() != expected);
    unequal.map_or(Ok(expected), |&(set, errors)| {
        Err(SeedsError::UnequalSeeds {
            set,
            seeds: errors.seeds(),
            other: first,
            expected,
        })
    })
}

/// The gaps whose two rates are there, in the flowchart's order, as sums of rates.
fn gap_sums(human: Option<f64>, has: impl Fn(SetName) -> bool) -> Vec<(GapKind, Sum)> {
    let between = |kind, lower, upper| {
        (has(lower) && has(upper)).then(|| (kind, Sum::rate(upper).plus(lower, -1.0)))
    };
    let bias = human.filter(|_| has(SetName::Train)).map(|human| {
        let sum = Sum::rate(SetName::Train).minus_known(human);
        (GapKind::AvoidableBias, sum)
    });
    let either = if has(SetName::TrainDev) {
        None
    } else {
        between(GapKind::VarianceOrMismatch, SetName::Train, SetName::Dev)
    };
    [
        bias,
        between(GapKind::Variance, SetName::Train, SetName::TrainDev),
        between(GapKind::DataMismatch, SetName::TrainDev, SetName::Dev),
        either,
        between(GapKind::OverfittingToDev, SetName::Dev, SetName::Test),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn clamped(interval: Interval, lowest: f64) -> Interval {
    Interval {
        low: interval.low.max(lowest),
        high: interval.high.min(1.0),
    }
}

#[cfg(test)]
mod tests;
