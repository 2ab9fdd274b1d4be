//! Several seeds of one recipe: its error rates and gaps, as sure as seeds and examples allow.

use serde::{Deserialize, Serialize};

use crate::diagnosis::{Diagnosis, DiagnosisError, Figures, Options, diagnose};
use crate::gap::{GapKind, verdict};
use crate::human::Human;
use crate::interval::Interval;
use crate::rate::{ErrorCount, RateError, RateName, SetError, SetName};

mod errors;
mod resampled;

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
    /// No set at all, or options that are none.
    #[error(transparent)]
    Diagnosis(#[from] DiagnosisError),
    /// A mean rate is no fraction.
    #[error(transparent)]
    Rate(#[from] RateError),
}

/// What was measured on several seeds of one recipe, everywhere in the same order of seeds; whatever is
/// missing only takes its gaps with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeedFigures {
    /// Human-level error on the target data, or on both kinds of data alike.
    pub human: Option<Human>,
    /// Human-level error on the general data, where it is another.
    pub human_general: Option<Human>,
    /// Errors on the whole training set: one count per seed, exact for its frozen weights.
    pub train: Option<Vec<ErrorCount>>,
    /// Errors on train-dev.
    pub train_dev: Option<SeedErrors>,
    /// Errors on dev.
    pub dev: Option<SeedErrors>,
    /// Errors on test.
    pub test: Option<SeedErrors>,
}

/// How much the seeds of a recipe differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seeds {
    /// How many.
    pub n: usize,
    /// Standard deviation of the seeds' rates on each set, fractions.
    pub rate_sds: Vec<(RateName, f64)>,
    /// Standard deviation of the seeds' gaps, fractions.
    pub gap_sds: Vec<(GapKind, f64)>,
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
/// [`SeedsError`] with fewer than two seeds, sets with different numbers of seeds, no set at all, or
/// options outside 0..=1.
pub fn diagnose_seeds(
    figures: &SeedFigures,
    options: &Options,
    seed: u64,
) -> Result<Diagnosis, SeedsError> {
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
    // Sizes, their order and what is missing are those of the means, taken as one model's exact rates.
    let means = figures.means(&sets)?;
    let mut diagnosis = diagnose(&means, options)?;
    let n_seeds = common_seeds(&sets)?;
    let resampled = Resampled::draw(&sets, n_seeds, seed);
    let confidence = options.confidence;
    let human = means.foot().map_or(0.0, Human::level);
    let sum = |name: RateName| match SetName::ALL.into_iter().find(|&set| name == set.into()) {
        Some(set) => Sum::rate(set),
        None => Sum::known(human),
    };

    let mut spread = Seeds {
        n: n_seeds,
        rate_sds: Vec::new(),
        gap_sds: Vec::new(),
    };
    for rate in &mut diagnosis.rates {
        if rate.name != RateName::Human {
            let sum = sum(rate.name);
            rate.interval = Some(clamped(resampled.interval(&sum, confidence), 0.0));
            spread.rate_sds.push((rate.name, resampled.seed_sd(&sum)));
        }
    }
    let threshold_from = means.threshold_from().map_or(SetName::Dev, |(set, _)| set);
    let threshold = sum(threshold_from.into()).times(options.matters_share);
    let threshold_interval = clamped(resampled.interval(&threshold, confidence), 0.0);
    for gap in &mut diagnosis.gaps {
        let (lower, upper) = gap.kind.between();
        let size = sum(upper).less(&sum(lower));
        gap.interval = clamped(resampled.interval(&size, confidence), -1.0);
        gap.over_threshold = resampled.interval(&size.less(&threshold), confidence);
        gap.verdict = verdict(gap.interval, gap.over_threshold);
        gap.needed = None;
        spread.gap_sds.push((gap.kind, resampled.seed_sd(&size)));
    }
    let Diagnosis {
        rates,
        gaps,
        threshold,
        ..
    } = diagnosis;
    let threshold = (threshold, threshold_interval);
    let spread = Some(spread);
    Ok(Diagnosis::conclude(
        &means, options, rates, gaps, threshold, spread,
    ))
}

impl SeedFigures {
    /// The mean rates over the seeds.
    fn means(&self, sets: &[(SetName, &SeedErrors)]) -> Result<Figures, SeedsError> {
        let mean = |set| {
            let errors = sets.iter().find(|&&(name, _)| name == set);
            let mean = errors.map(|(_, errors)| SetError::stated(errors.mean()));
            mean.transpose()
        };
        Ok(Figures {
            human: self.human.clone(),
            human_general: self.human_general.clone(),
            train: mean(SetName::Train)?,
            train_dev: mean(SetName::TrainDev)?,
            dev: mean(SetName::Dev)?,
            test: mean(SetName::Test)?,
        })
    }
}

/// The number of seeds, which all sets must have.
fn common_seeds(sets: &[(SetName, &SeedErrors)]) -> Result<usize, SeedsError> {
    let &(first, errors) = sets
        .first()
        .ok_or(SeedsError::Diagnosis(DiagnosisError::NoSets))?;
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

fn clamped(interval: Interval, lowest: f64) -> Interval {
    Interval {
        low: interval.low.max(lowest),
        high: interval.high.min(1.0),
    }
}

#[cfg(test)]
mod tests;
