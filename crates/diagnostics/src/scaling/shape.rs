//! Whether a learning curve has the shape of one: falling, and falling less and less.

use serde::{Deserialize, Serialize};

use super::curve::Curve;
use crate::bonferroni;
use crate::interval::Confidence;
use crate::student;

/// Fewest sizes for a law of three parameters: with three it would go through every point, whatever they
/// are.
pub const MIN_SIZES: usize = 4;

/// Why a curve is not to be extrapolated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum IllShaped {
    /// A law of three parameters needs more.
    #[error("the curve has {sizes} numbers of training examples; expected at least {MIN_SIZES}")]
    TooFewSizes {
        /// Different numbers of examples.
        sizes: usize,
    },
    /// With more examples it got worse, by more than noise.
    #[error(
        "the curve rises from {from_value:.4} at {from} training examples to {to_value:.4} at {to}, which is \
         more than noise; expected it to fall"
    )]
    Rises {
        /// Examples at the lower point.
        from: u64,
        /// Its mean value.
        from_value: f64,
        /// Examples at the higher point.
        to: u64,
        /// Its mean value.
        to_value: f64,
    },
    /// The fall per doubling grew, by more than noise.
    #[error(
        "the curve bulges at {at} training examples: {value:.4}, and {straight:.4} on the straight line from \
         {below} to {above} examples (on a logarithmic axis), which is more than noise; expected each doubling \
         to gain less than the one before"
    )]
    NotConvex {
        /// Examples at the lower end of the line.
        below: u64,
        /// Examples where the curve bulges.
        at: u64,
        /// Examples at the upper end of the line.
        above: u64,
        /// Mean value of the curve there.
        value: f64,
        /// Value of the line there.
        straight: f64,
    },
    /// Nothing falls, as far as noise lets that be told.
    #[error(
        "the curve is flat: {first:.4} at the fewest training examples and {last:.4} at the most differ by no \
         more than noise"
    )]
    Flat {
        /// Mean value at the smallest size.
        first: f64,
        /// Mean value at the largest.
        last: f64,
    },
}

impl Curve {
    /// Says whether the curve may be extrapolated; about one learning curve in seven may not (Mohr et al.,
    /// "LCDB 1.0", ECML 2022, count curves that aren't monotone or convex).
    ///
    /// It must have [`MIN_SIZES`] sizes, rise between no two of them, bulge above no straight line between two
    /// of them, and fall from the first to the last. Straight is meant over the logarithm of the examples,
    /// where every offset power law is convex, and where convex says that each doubling gains less than the
    /// one before. That is stricter than over the examples themselves, and more lenient than with both axes
    /// logarithmic: there the start of many a useful curve bulges, where a model has only begun to learn.
    ///
    /// A rise or bulge counts only beyond noise: one-sided tests, Student's with the degrees of freedom of
    /// the noise; what may be refused wrongly (1 − confidence) is shared between all rises and all bulges
    /// (Bonferroni). Noise is the scatter between trainings of the same size, relative to their mean and
    /// pooled over the sizes. Where no size was trained twice it is taken to be 2.5 % of the value, and the
    /// sampling error of counts on top: with five sizes, a rise of some 10 % then counts, one of 5 % doesn't.
    ///
    /// # Errors
    /// [`IllShaped`], the reason.
    pub fn shape(&self, confidence: Confidence) -> Result<(), IllShaped> {
        let k = self.sizes().len();
        if k < MIN_SIZES {
            return Err(IllShaped::TooFewSizes { sizes: k });
        }
        let (relative, freedom) = self.mean_variances();
        let means = self.means();
        let at = |i: usize| Mean {
            n: means[i].0,
            value: means[i].1,
            variance: means[i].1.powi(2) * relative[i],
        };
        let means: Vec<Mean> = (0..k).map(at).collect();
        let pairs = k * (k - 1) / 2;
        // Half for the rises, half for the bulges.
        let each = |tests: usize| one_sided(bonferroni::shared_by(confidence, 2 * tests), freedom);
        worst_rise(&means, each(pairs))?;
        worst_bulge(&means, each(pairs * (k - 2) / 3))?;
        let (first, last) = (means[0], means[k - 1]);
        let fall = (first.value - last.value) / (first.variance + last.variance).sqrt();
        // Without any noise in it, 0/0 is no fall.
        if fall.is_nan() || fall <= one_sided(confidence, freedom) {
            return Err(IllShaped::Flat {
                first: first.value,
                last: last.value,
            });
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct Mean {
    n: u64,
    value: f64,
    variance: f64,
}

/// Student's quantile that is passed by chance with probability 1 − confidence, on one side.
fn one_sided(confidence: Confidence, freedom: f64) -> f64 {
    let two_sided = (2.0 * confidence.level() - 1.0).max(f64::EPSILON);
    student::quantile(freedom, Confidence::new(two_sided).unwrap_or(confidence))
}

fn worst_rise(means: &[Mean], limit: f64) -> Result<(), IllShaped> {
    let mut worst = (limit, Ok(()));
    for (i, from) in means.iter().enumerate() {
        for to in &means[i + 1..] {
            let rise = (to.value - from.value) / (from.variance + to.variance).sqrt();
            if rise > worst.0 {
                let reason = IllShaped::Rises {
                    from: from.n,
                    from_value: from.value,
                    to: to.n,
                    to_value: to.value,
                };
                worst = (rise, Err(reason));
            }
        }
    }
    worst.1
}

fn worst_bulge(means: &[Mean], limit: f64) -> Result<(), IllShaped> {
    let mut worst = (limit, Ok(()));
    for (i, below) in means.iter().enumerate() {
        for (j, at) in means.iter().enumerate().skip(i + 1) {
            for above in &means[j + 1..] {
                let log = |mean: &Mean| (mean.n as f64).ln();
                let share = (log(at) - log(below)) / (log(above) - log(below));
                let straight = below.value + share * (above.value - below.value);
                let variance = at.variance
                    + (1.0 - share).powi(2) * below.variance
                    + share.powi(2) * above.variance;
                let bulge = (at.value - straight) / variance.sqrt();
                if bulge > worst.0 {
                    let reason = IllShaped::NotConvex {
                        below: below.n,
                        at: at.n,
                        above: above.n,
                        value: at.value,
                        straight,
                    };
                    worst = (bulge, Err(reason));
                }
            }
        }
    }
    worst.1
}
