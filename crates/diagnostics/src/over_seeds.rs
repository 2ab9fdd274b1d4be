//! A figure that every seed gives once: its mean, and how sure that is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::interval::{Confidence, Interval};
use crate::student;

/// One set of examples, and the models whose errors on it went into a figure.
#[derive(Clone, Debug)]
pub struct SampledSet<'a> {
    /// Per model: by how much the mean of the figure changes per unit of its error rate, and one flag per
    /// example, true where it was wrong; all in the same order of examples.
    pub models: Vec<(f64, &'a [bool])>,
    /// Whether several seeds were measured on these same examples.
    pub is_shared: bool,
}

/// The mean of a figure over seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverSeeds {
    /// How many seeds.
    pub seeds: usize,
    /// Mean of the figure.
    pub mean: f64,
    /// Standard deviation of the seeds' figures; none with one seed.
    pub seed_sd: Option<f64>,
    /// For another seed and other examples.
    pub interval: Interval,
    /// Variance of the mean that more seeds would not make smaller: that of examples which they share.
    shared_variance: f64,
    /// That of examples which no seeds share.
    own_variance: f64,
}

impl OverSeeds {
    /// The most seeds that [`Self::seeds_to_settle`] proposes.
    pub const MOST_SEEDS: usize = 10_000;

    /// Measures a figure, of which every seed gives one value; none without any.
    ///
    /// The interval is made of two, and reaches as far as either:
    ///
    /// - Student's over the seeds' values, with S − 1 degrees of freedom. Where seeds share examples, the
    ///   variance that comes from those examples is added, with the degrees of freedom of Satterthwaite
    ///   (Biometrics Bulletin 2:110, 1946): seeds that agree on the same few examples agree about these only.
    ///   Noise that belongs to one seed and one example is then counted twice, on the safe side.
    /// - The normal one of the examples alone, from the variance of each example's contribution, which keeps
    ///   what models measured on the same examples have in common. So seeds that happen to be equal (no
    ///   errors at all, say) don't claim a certainty that their examples can't give. To every set a few
    ///   made-up examples are added, half of them wrong: four where a figure is one rate (Agresti and Coull,
    ///   American Statistician 52:119, 1998), two for differences (Agresti and Caffo, American Statistician
    ///   54:280, 2000; Agresti and Min, Statistics in Medicine 24:729, 2005), so it has a width at 0 errors.
    ///   With one seed it is all there is, and speaks of that one training.
    ///
    /// `further` is what is known of the mean's variance beside that: of figures that come with intervals of their
    /// own. It counts as examples that no seeds share. A figure without a spread and without examples (a number
    /// of parameters) is exact.
    #[must_use]
    pub fn measure(
        values: &[f64],
        sets: &[SampledSet<'_>],
        further: f64,
        confidence: Confidence,
    ) -> Option<Self> {
        let n = values.len() as f64;
        if values.is_empty() {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n;
        let n_models: usize = sets.iter().map(|set| set.models.len()).sum();
        let made_up = if n_models == values.len() { 4.0 } else { 2.0 };
        let (mut shift, mut own, mut shared) = (0.0, further, 0.0);
        for set in sets {
            // Seeds with examples of their own are, for the mean, one set that is as large as all of theirs.
            let made_up = if set.is_shared { made_up } else { made_up / n };
            let Some((moved, variance)) = set.moments(made_up) else {
                continue;
            };
            shift += moved;
            *(if set.is_shared { &mut shared } else { &mut own }) += variance;
        }
        let half = confidence.z() * (own + shared).sqrt();
        let mut interval = Interval {
            low: mean + shift - half,
            high: mean + shift + half,
        };
        let seed_sd = (values.len() > 1).then(|| {
            let squares = values.iter().map(|value| (value - mean).powi(2));
            (squares.sum::<f64>() / (n - 1.0)).sqrt()
        });
        let half = student_half(seed_sd.unwrap_or(0.0), n, shared, confidence);
        interval.low = interval.low.min(mean - half);
        interval.high = interval.high.max(mean + half);
        Some(Self {
            seeds: values.len(),
            mean,
            seed_sd,
            interval,
            shared_variance: shared,
            own_variance: own,
        })
    }

    /// About how many seeds, in all, would tell the mean from `other`, if mean and spread stay as they are;
    /// none where no number up to [`Self::MOST_SEEDS`] would, or nothing is known of the spread.
    #[must_use]
    pub fn seeds_to_settle(&self, other: f64, confidence: Confidence) -> Option<usize> {
        let distance = (self.mean - other).abs();
        // Seeds may agree by chance: they differ by as much as their examples at least.
        let own = (self.own_variance * self.seeds as f64).sqrt();
        let spread = self.seed_sd?.max(own);
        let settles = |seeds: usize| {
            student_half(spread, seeds as f64, self.shared_variance, confidence) < distance
        };
        if !settles(Self::MOST_SEEDS) {
            return None;
        }
        let (mut too_few, mut enough) = (self.seeds, Self::MOST_SEEDS);
        while enough - too_few > 1 {
            let middle = usize::midpoint(too_few, enough);
            *(if settles(middle) {
                &mut enough
            } else {
                &mut too_few
            }) = middle;
        }
        Some(enough)
    }
}

/// Half the width of Student's interval of a mean, whose variance has a further part that is known.
fn student_half(seed_sd: f64, seeds: f64, known: f64, confidence: Confidence) -> f64 {
    let variance = seed_sd.powi(2) / seeds;
    let stretch = student::stretch((variance, seeds - 1.0), known, confidence);
    confidence.z() * stretch * (variance + known).sqrt()
}

/// What one model's answers on one set have to do with a figure.
#[derive(Clone, Copy, Debug)]
pub struct SampledPart<'a, K> {
    /// Equal keys are equal examples.
    pub set: K,
    /// The seed whose figure this is a part of.
    pub seed: u64,
    /// By how much the mean over seeds changes per unit of the error rate.
    pub weight: f64,
    /// Per example, whether it was wrong.
    pub wrong: &'a [bool],
}

impl<'a> SampledSet<'a> {
    /// Puts the parts of a figure that were measured on the same examples together.
    pub fn group<K: Ord>(parts: impl IntoIterator<Item = SampledPart<'a, K>>) -> Vec<Self> {
        let mut sets: BTreeMap<K, (u64, Self)> = BTreeMap::new();
        for part in parts {
            let empty = Self {
                models: Vec::new(),
                is_shared: false,
            };
            let (first_seed, set) = sets.entry(part.set).or_insert((part.seed, empty));
            set.is_shared |= *first_seed != part.seed;
            set.models.push((part.weight, part.wrong));
        }
        sets.into_values().map(|(_, set)| set).collect()
    }

    /// By how much made-up examples move the figure, and the variance that the set's examples give it; none
    /// without examples.
    fn moments(&self, made_up: f64) -> Option<(f64, f64)> {
        let n = self.models.iter().map(|(_, wrong)| wrong.len()).min()?;
        if n == 0 {
            return None;
        }
        let (mut sum, mut squares) = (0.0, 0.0);
        for at in 0..n {
            let wrong = self.models.iter().filter(|(_, wrong)| wrong[at]);
            let contribution: f64 = wrong.map(|(weight, _)| weight).sum();
            sum += contribution;
            squares += contribution.powi(2);
        }
        // Of a made-up example each model is wrong with probability ½, whatever the others are.
        let half: f64 = self.models.iter().map(|(weight, _)| weight / 2.0).sum();
        let spread: f64 = self
            .models
            .iter()
            .map(|(weight, _)| (weight / 2.0).powi(2))
            .sum();
        let all = n as f64 + made_up;
        let mean = (sum + made_up * half) / all;
        let square = (squares + made_up * (spread + half.powi(2))) / all;
        let variance = (square - mean.powi(2)).max(0.0) / all;
        Some((mean - sum / n as f64, variance))
    }
}

#[cfg(test)]
mod tests;
