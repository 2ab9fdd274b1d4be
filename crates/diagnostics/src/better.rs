//! Is recipe A better than recipe B? Asked of several seeds: the probability that A beats B.

use serde::{Deserialize, Serialize};

use crate::beta;
use crate::interval::{Confidence, Interval};

/// From which probability of winning on a difference is worth acting on: 0.75, recommended by
/// Bouthillier et al. ("Accounting for Variance in Machine Learning Benchmarks", `MLSys` 2021,
/// arXiv 2103.03098).
pub const MEANINGFUL: f64 = 0.75;

/// Rate of wrong claims, and of missed differences, for which seeds are planned: 5 % each, as by
/// Bouthillier et al.
const PLANNED_ERROR: f64 = 0.05;

/// Why two recipes cannot be compared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BetterError {
    /// A recipe without seeds.
    #[error("{recipe} has no seeds; expected the error rate of at least one")]
    NoSeeds {
        /// "A" or "B".
        recipe: &'static str,
    },
    /// Pairs of seeds were announced, and one has no partner.
    #[error("{a} seeds of A and {b} of B; expected as many of each where seeds are paired")]
    UnequalSeeds {
        /// Seeds of A.
        a: usize,
        /// Seeds of B.
        b: usize,
    },
    /// No error rate.
    #[error("error rate of {recipe} at seed {position} is {rate}; expected a fraction from 0 to 1")]
    NoRate {
        /// "A" or "B".
        recipe: &'static str,
        /// Which seed, counted from 0.
        position: usize,
        /// What was given.
        rate: f64,
    },
}

/// What several seeds say about A against B.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A is better than B: not by chance, and by enough.
    Better,
    /// B is better than A, judged the same way.
    Worse,
    /// Neither can be said.
    Undetermined,
}

/// The probability that a run of A has fewer errors than a run of B.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Share of comparisons in which A has the lower error rate, ties counted half; a fraction in 0..=1.
    pub p_better: f64,
    /// Interval of that probability.
    pub interval: Interval,
    /// What to make of it.
    pub verdict: Standing,
    /// How many seeds of each recipe were used: the smaller number where the two differ.
    pub seeds: usize,
    /// Seeds of each recipe that [`noether_seeds`] asks for at 5 % wrong claims and 5 % missed
    /// differences, were the probability what it was estimated at. None where the interval leaves no
    /// doubt on which side of 0.5 it is, and at an estimate of exactly 0.5, where no number would do.
    pub seeds_needed: Option<u64>,
}

impl Comparison {
    /// Compares error rates that belong together in pairs: seed by seed the same split, order or
    /// initialization. Rates are fractions.
    ///
    /// The probability is the share of pairs that A wins, ties half (Bouthillier et al. 2021). They take
    /// a percentile bootstrap for its interval, which has no width once one side has won every pair, be it
    /// the only pair; here it is Clopper–Pearson's, whose coverage is guaranteed with any number of
    /// seeds, and half a win counts half. Six seeds won out of six are the fewest that say
    /// anything at 95 % (0.025^(1/6) = 0.541, 0.025^(1/5) = 0.478).
    ///
    /// A is [`Standing::Better`] if the interval's lower bound is above 0.5 (not chance) and the
    /// estimate above [`MEANINGFUL`] (worth it); [`Standing::Worse`] the same with A and B exchanged. A
    /// difference that is surely there and too small to matter is therefore undetermined, with no number
    /// of seeds to settle it.
    ///
    /// # Errors
    /// [`BetterError`] if a recipe has no seeds, the numbers of seeds differ, or a rate is none.
    pub fn paired(a: &[f64], b: &[f64], confidence: Confidence) -> Result<Self, BetterError> {
        check("A", a)?;
        check("B", b)?;
        if a.len() != b.len() {
            return Err(BetterError::UnequalSeeds {
                a: a.len(),
                b: b.len(),
            });
        }
        let wins: f64 = a.iter().zip(b).map(|(&a, &b)| win(a, b)).sum();
        Ok(Self::of(wins / a.len() as f64, a.len(), confidence))
    }

    /// Compares error rates of seeds that have nothing to do with each other. Rates are fractions.
    ///
    /// The probability is the share of all pairs of one run of A and one of B that A wins, ties half: the
    /// statistic of Mann and Whitney. However the runs are distributed, its variance is at most that of
    /// as many independent pairs as the rarer recipe has seeds (Birnbaum and Klose, Annals of
    /// Mathematical Statistics 28:933, 1957), so the interval and the verdict are those of
    /// [`Comparison::paired`] with that many seeds: on the safe side, and wide.
    ///
    /// # Errors
    /// [`BetterError`] if a recipe has no seeds or a rate is none.
    pub fn unpaired(a: &[f64], b: &[f64], confidence: Confidence) -> Result<Self, BetterError> {
        check("A", a)?;
        check("B", b)?;
        let wins: f64 = a
            .iter()
            .map(|&a| b.iter().map(|&b| win(a, b)).sum::<f64>())
            .sum();
        let pairs = a.len() as f64 * b.len() as f64;
        Ok(Self::of(wins / pairs, a.len().min(b.len()), confidence))
    }

    fn of(p_better: f64, seeds: usize, confidence: Confidence) -> Self {
        let interval = Interval {
            low: low(p_better, seeds, confidence),
            high: 1.0 - low(1.0 - p_better, seeds, confidence),
        };
        let verdict = if interval.low > 0.5 && p_better > MEANINGFUL {
            Standing::Better
        } else if interval.high < 0.5 && p_better < 1.0 - MEANINGFUL {
            Standing::Worse
        } else {
            Standing::Undetermined
        };
        let seeds_needed = interval
            .contains(0.5)
            .then(|| noether_seeds(p_better, PLANNED_ERROR, 1.0 - PLANNED_ERROR))
            .flatten();
        Self {
            p_better,
            interval,
            verdict,
            seeds,
            seeds_needed,
        }
    }
}

fn check(recipe: &'static str, rates: &[f64]) -> Result<(), BetterError> {
    if rates.is_empty() {
        return Err(BetterError::NoSeeds { recipe });
    }
    let bad = rates.iter().position(|rate| !(0.0..=1.0).contains(rate));
    bad.map_or(Ok(()), |position| {
        Err(BetterError::NoRate {
            recipe,
            position,
            rate: rates[position],
        })
    })
}

fn win(a: f64, b: f64) -> f64 {
    if a < b {
        1.0
    } else if a > b {
        0.0
    } else {
        0.5
    }
}

/// Clopper–Pearson's lower bound, which is defined for half a win too.
fn low(p: f64, seeds: usize, confidence: Confidence) -> f64 {
    let (wins, seeds) = (p * seeds as f64, seeds as f64);
    // Less than half a win in hundreds of pairs bounds nothing from below.
    if wins < 0.5 {
        0.0
    } else {
        beta::low_quantile(wins, seeds, (1.0 - confidence.level()) / 2.0)
    }
}

/// Returns how many seeds of each recipe are needed to see that a run of A beats one of B with
/// probability `p` ≠ 0.5: wrongly claimed with probability `alpha` (one-sided), found with probability
/// `power`.
///
/// Noether (Journal of the American Statistical Association 82:645, 1987), as used by Bouthillier et al.
/// (2021): N = ((z(1 − alpha) + z(power)) / (√6 · (½ − p)))², rounded up. None if `p` is 0.5, where there
/// is nothing to see, or if an argument is no probability; `alpha` and `power` must lie strictly between
/// 0 and 1.
///
/// ```
/// # use plumb_diagnostics::noether_seeds;
/// assert_eq!(noether_seeds(0.75, 0.05, 0.95), Some(29));
/// ```
#[must_use]
pub fn noether_seeds(p: f64, alpha: f64, power: f64) -> Option<u64> {
    let off = (p - 0.5).abs();
    if !(0.0..=1.0).contains(&p) || off <= 0.0 {
        return None;
    }
    let z = -normal_quantile(alpha)? + normal_quantile(power)?;
    let seeds = (z.max(0.0) / (6_f64.sqrt() * off)).powi(2);
    Some((seeds.ceil() as u64).max(1))
}

/// Standard normal quantile; none unless `0 < at < 1`.
fn normal_quantile(at: f64) -> Option<f64> {
    // A two-sided confidence of 2 at − 1 has this quantile, and the lower half is the upper one mirrored.
    let level = 2.0 * at - 1.0;
    if level.abs() <= 0.0 {
        return Some(0.0);
    }
    Some(Confidence::new(level.abs()).ok()?.z() * level.signum())
}

#[cfg(test)]
mod tests;
