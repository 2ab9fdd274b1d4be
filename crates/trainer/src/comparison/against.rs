//! The row with the lowest dev error against each of the others.

use std::collections::BTreeMap;

use plumb_diagnostics::{
    Comparison, Confidence, Interval, OverSeeds, PairedCounts, PairedDifference, SampledPart,
    SampledSet, Standing, newcombe, noether_seeds,
};
use serde::Serialize;

use super::{Row, Run, run::Seed};
use crate::{Error, answers::BOOTSTRAP_SEED};

/// Rate of missed differences for which seeds are planned: 5 %, as by Bouthillier et al. (arXiv 2103.03098).
const MISSED: f64 = 0.05;

/// The best row against the others.
#[derive(Debug, Serialize)]
pub(crate) struct AgainstBest {
    /// Which row has the lowest dev error.
    pub(crate) best: usize,
    /// The pairs that all rows make, hidden ones too. The best one was picked by the same figures that it is tested with, so
    /// every pair was looked at, and each test is one of so many (Bonferroni).
    pub(crate) n_pairs: usize,
    /// Of all statements together.
    pub(crate) confidence: f64,
    /// Of each interval.
    pub(crate) each_confidence: f64,
    pub(crate) others: Vec<Against>,
}

impl AgainstBest {
    /// The fewest seeds, all of them won, that say anything with the confidence of each pair: from
    /// Clopper and Pearson's bound, where tail^(1/seeds) exceeds one half.
    pub(crate) fn fewest_seeds(&self) -> usize {
        let tail = (1.0 - self.each_confidence) / 2.0;
        (tail.ln() / 0.5_f64.ln()).floor() as usize + 1
    }
}

/// A row against the best one. Rates are fractions.
#[derive(Debug, Serialize)]
pub(crate) struct Against {
    pub(crate) row: usize,
    /// Its dev error minus that of the best row.
    pub(crate) difference: f64,
    /// Of that difference; none where neither seeds nor examples are the same.
    pub(crate) interval: Option<Interval>,
    /// Whether both were measured on the same dev examples (for several seeds, seed by seed).
    pub(crate) is_same_dev: bool,
    /// Where each is one run on the same examples.
    pub(crate) mcnemar: Option<McNemar>,
    /// Where one of them has several seeds.
    pub(crate) over_seeds: Option<SeedComparison>,
    /// Whether the best row is better than this one.
    pub(crate) verdict: Standing,
}

/// Two models on one set.
#[derive(Debug, Serialize)]
pub(crate) struct McNemar {
    /// Examples that only the best row's run gets wrong, and that only the other does.
    pub(crate) only_best_wrong: u64,
    pub(crate) only_other_wrong: u64,
    /// Exact, two-sided.
    pub(crate) p_value: f64,
    /// Times the number of pairs, at most 1.
    pub(crate) p_corrected: f64,
}

/// Two recipes over their seeds.
#[derive(Debug, Serialize)]
pub(crate) struct SeedComparison {
    /// Whether seeds were held against each other one by one, and how many.
    pub(crate) is_paired: bool,
    pub(crate) seeds: usize,
    /// The probability that a run of the best row has fewer errors than one of the other.
    pub(crate) p_better: f64,
    pub(crate) interval: Interval,
    /// Of each row, to settle it, were the probability what it was estimated at; none where it is settled,
    /// and where no number would do.
    pub(crate) seeds_needed: Option<u64>,
}

impl AgainstBest {
    /// None with fewer than two rows. `n_all` counts those too that a filter hides: they were looked at.
    ///
    /// # Errors
    /// [`Error::Failed`] for what can't be compared, which no finished run is.
    pub(crate) fn of(
        rows: &[Row],
        n_all: usize,
        runs: &[Run],
        confidence: Confidence,
    ) -> Result<Option<Self>, Error> {
        let order = |a: &usize, b: &usize| rows[*a].dev().total_cmp(&rows[*b].dev());
        let Some(best) = (0..rows.len()).min_by(order) else {
            return Ok(None);
        };
        if rows.len() < 2 {
            return Ok(None);
        }
        let n_pairs = n_all * (n_all - 1) / 2;
        let each = confidence.shared_by(n_pairs);
        let pair = Pair {
            runs,
            n_pairs,
            each,
        };
        let others = (0..rows.len()).filter(|row| *row != best);
        let others = others.map(|row| pair.compare(row, &rows[best], &rows[row]));
        Ok(Some(Self {
            best,
            n_pairs,
            confidence: confidence.level(),
            each_confidence: each.level(),
            others: others.collect::<Result<_, _>>()?,
        }))
    }
}

/// What all comparisons share.
struct Pair<'a> {
    runs: &'a [Run],
    n_pairs: usize,
    each: Confidence,
}

impl Pair<'_> {
    fn compare(&self, at: usize, best: &Row, other: &Row) -> Result<Against, Error> {
        match (&best.runs[..], &other.runs[..]) {
            (&[best], &[other]) => self.single(at, &self.runs[best], &self.runs[other]),
            _ => self.over_seeds(at, best, other),
        }
    }

    /// Two models.
    fn single(&self, row: usize, best: &Run, other: &Run) -> Result<Against, Error> {
        let (a, b) = (&best.sets.dev, &other.sets.dev);
        let mut against = Against {
            row,
            difference: b.count.rate() - a.count.rate(),
            interval: Some(newcombe(b.count, a.count, self.each)),
            is_same_dev: a.sha256 == b.sha256,
            mcnemar: None,
            over_seeds: None,
            verdict: Standing::Undetermined,
        };
        if against.is_same_dev {
            let counts = PairedCounts::from_flags(&a.errors, &b.errors).map_err(failed)?;
            let paired = PairedDifference::measure(counts, self.each, BOOTSTRAP_SEED);
            let p_corrected = (paired.p_value * self.n_pairs as f64).min(1.0);
            against.interval = Some(paired.interval);
            against.mcnemar = Some(McNemar {
                only_best_wrong: counts.only_first_wrong(),
                only_other_wrong: counts.only_second_wrong(),
                p_value: paired.p_value,
                p_corrected,
            });
            // The exact test decides: the bootstrap's interval is too narrow with few examples apart.
            if paired.p_value < 1.0 - self.each.level() {
                against.verdict = side(against.difference);
            }
        } else if against
            .interval
            .is_some_and(|interval| !interval.contains(0.0))
        {
            against.verdict = side(against.difference);
        }
        Ok(against)
    }

    /// Two recipes.
    fn over_seeds(&self, row: usize, best: &Row, other: &Row) -> Result<Against, Error> {
        let common = self.common(best, other);
        let dev = |at: usize| self.runs[at].sets.dev.count.rate();
        let is_paired = common.len() > 1;
        let (comparison, of) = if is_paired {
            let rates: (Vec<f64>, Vec<f64>) = common.iter().map(|&(a, b)| (dev(a), dev(b))).unzip();
            let comparison = Comparison::paired(&rates.0, &rates.1, self.each).map_err(failed)?;
            (comparison, Some(self.difference(&common)))
        } else {
            let rates = |row: &Row| -> Vec<f64> { row.runs.iter().map(|&at| dev(at)).collect() };
            let comparison = Comparison::unpaired(&rates(best), &rates(other), self.each);
            (comparison.map_err(failed)?, None)
        };
        let of = of.flatten();
        let hash = |at: usize| &self.runs[at].sets.dev.sha256;
        let is_undetermined = comparison.verdict == Standing::Undetermined;
        let alpha = (1.0 - self.each.level()).max(f64::MIN_POSITIVE);
        let needed = noether_seeds(comparison.p_better, alpha, 1.0 - MISSED);
        Ok(Against {
            row,
            difference: of.map_or(other.dev() - best.dev(), |of| of.mean),
            interval: of.map(|of| within_1(of.interval)),
            is_same_dev: is_paired && common.iter().all(|&(a, b)| hash(a) == hash(b)),
            mcnemar: None,
            verdict: comparison.verdict,
            over_seeds: Some(SeedComparison {
                is_paired,
                seeds: comparison.seeds,
                p_better: comparison.p_better,
                interval: comparison.interval,
                seeds_needed: needed
                    .filter(|_| is_undetermined && comparison.interval.contains(0.5))
                    .map(|needed| needed.max(comparison.seeds as u64 + 1)),
            }),
        })
    }

    /// The runs of both rows with the same seed.
    fn common(&self, best: &Row, other: &Row) -> Vec<(usize, usize)> {
        let by_seed = |row: &Row| -> BTreeMap<Seed, usize> {
            let runs = row.runs.iter();
            runs.map(|&at| (self.runs[at].seed, at)).collect()
        };
        let others = by_seed(other);
        let best = by_seed(best).into_iter();
        best.filter_map(|(seed, at)| Some((at, *others.get(&seed)?)))
            .collect()
    }

    /// The other's dev error minus the best one's, over their common seeds.
    fn difference(&self, common: &[(usize, usize)]) -> Option<OverSeeds> {
        let dev = |at: usize| &self.runs[at].sets.dev;
        let weight = 1.0 / common.len() as f64;
        let values: Vec<f64> = (common.iter())
            .map(|&(a, b)| dev(b).count.rate() - dev(a).count.rate())
            .collect();
        let parts = (0_u64..).zip(common).flat_map(|(seed, &(a, b))| {
            [(a, -weight), (b, weight)].map(|(at, weight)| SampledPart {
                set: &dev(at).sha256,
                seed,
                weight,
                wrong: &dev(at).errors,
            })
        });
        OverSeeds::measure(&values, &SampledSet::group(parts), 0.0, self.each)
    }
}

/// The best row's standing by a difference that is no chance.
fn side(difference: f64) -> Standing {
    if difference > 0.0 {
        Standing::Better
    } else if difference < 0.0 {
        Standing::Worse
    } else {
        Standing::Undetermined
    }
}

/// No difference between two rates is beyond.
fn within_1(Interval { low, high }: Interval) -> Interval {
    Interval {
        low: low.max(-1.0),
        high: high.min(1.0),
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::failed(error.to_string())
}
