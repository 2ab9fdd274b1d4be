//! Error, or loss, against the number of training examples: is the curve one to extrapolate, what does it come
//! to at other numbers of examples, and how many does a target take?
//!
//! ```
//! use plumb_diagnostics::Confidence;
//! use plumb_diagnostics::scaling::{Curve, Needed, Point, Scaling};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Three trainings at each of five sizes: about 2 n^(−1/2) + 0.01.
//! let points: Vec<Point> = [(300, 0.125), (1_000, 0.073), (3_000, 0.0465), (10_000, 0.03), (30_000, 0.0215)]
//!     .into_iter()
//!     .flat_map(|(n, error)| [0.97, 1.0, 1.03].map(|seed| Point::new(n, error * seed)))
//!     .collect();
//! let scaling = Scaling::analyse(&Curve::new(&points)?, Confidence::default(), 0)?;
//! let interval = scaling.predict(100_000.0);
//! assert!(interval.low < 0.0163 && 0.0163 < interval.high);
//! let Needed::Examples { n, low, high, .. } = scaling.examples_for(0.018) else { panic!() };
//! assert!(low <= n && high.is_none_or(|high| n <= high));
//! # Ok(())
//! # }
//! ```

mod crossing;
mod curve;
mod law;
mod needed;
mod noise;
mod point;
mod shape;

pub use crossing::{Crossing, CrossingError, Side, crossing};
pub use curve::Curve;
pub use law::OffsetPowerLaw;
pub use needed::{FAR, Needed, Reach};
pub use point::{Point, PointsError};
pub use shape::{IllShaped, MIN_SIZES};

use serde::Serialize;

use crate::bootstrap::{self, RESAMPLES};
use crate::interval::{Confidence, Interval};
use law::Problem;
use noise::Noise;

/// An offset power law, fitted to a curve that has the shape for it, and how sure it is.
#[derive(Clone, Debug, Serialize)]
pub struct Scaling {
    /// The law.
    pub law: OffsetPowerLaw,
    /// Interval of its scale a.
    pub scale: Interval,
    /// Interval of its exponent b.
    pub exponent: Interval,
    /// Interval of its floor c.
    pub floor: Interval,
    /// Standard deviation of a training around the law, relative: 0.03 is 3 % of the value.
    pub noise: f64,
    /// Two-sided confidence of all intervals.
    pub confidence: Confidence,
    #[serde(skip)]
    curve: Curve,
    #[serde(skip)]
    resamples: Vec<Resample>,
}

/// The law fitted to one resample, and how far the logarithm of a new training's value lies from the curve.
#[derive(Clone, Copy, Debug)]
struct Resample {
    law: OffsetPowerLaw,
    new: f64,
}

impl Scaling {
    /// Checks the shape of a curve, fits the law and resamples it.
    ///
    /// The bootstrap ([`crate::RESAMPLES`] resamples, seeded with `seed`) puts noise on the fitted curve and
    /// fits again. Noise, in logarithms:
    ///
    /// - Trainings of the same size: the deviations from their mean, each times a normal multiplier (the wild
    ///   bootstrap: Wu, Annals of Statistics 14:1261, 1986). Drawing two or three seeds from themselves gives
    ///   too few different resamples, and too little variance. Where seeds mean the same at every size
    ///   ([`Point::seed`]), the share of the variance by which they agree over the sizes is drawn once for all
    ///   sizes (multipliers that seeds keep over all sizes would have S − 1 degrees of freedom only).
    /// - What the means lie off the law beyond that: its misfit, drawn from a normal distribution. Where no
    ///   size was trained twice this is all the noise.
    /// - Both are stretched by a draw of √(ν/χ²(ν)), because variances from few trainings are estimates
    ///   themselves: intervals become Student's, with the degrees of freedom of Satterthwaite.
    ///
    /// Bounds are percentiles. What is called 95 % then holds the truth in 92 to 99 % of cases (simulated:
    /// parameters, curve, a new training, examples needed; one to five trainings at five to eight sizes). One exception:
    /// where the true floor is 0, which no fit gets below, the intervals of scale and exponent hold it in 87 %;
    /// those of the curve, of a new training and of the examples needed keep theirs. The intervals take the law for granted: they know how far the points lie from
    /// it, not whether it holds further on.
    ///
    /// # Errors
    /// [`IllShaped`]: the curve has no shape to extrapolate ([`Curve::shape`]).
    pub fn analyse(curve: &Curve, confidence: Confidence, seed: u64) -> Result<Self, IllShaped> {
        curve.shape(confidence)?;
        let problem = Problem::new(curve);
        let logs: Vec<f64> = curve.sizes().iter().map(curve::Size::mean).collect();
        let best = problem.fit(&logs, None);
        let law = problem.law(best);
        let sizes = curve.sizes().iter();
        let fitted: Vec<f64> = sizes.map(|size| law.value_at(size.n as f64).ln()).collect();
        let residuals: Vec<f64> = logs
            .iter()
            .zip(&fitted)
            .map(|(log, fit)| log - fit)
            .collect();
        let noise = Noise::new(curve, &residuals);

        let mut rng = bootstrap::stream(seed);
        let resample = |_| {
            let draw = noise.draw(&mut rng);
            let logs: Vec<f64> = fitted.iter().zip(&draw.sizes).map(|(a, b)| a + b).collect();
            Resample {
                law: problem.law(problem.fit(&logs, Some(best))),
                new: draw.new,
            }
        };
        let resamples: Vec<Resample> = (0..RESAMPLES).map(resample).collect();
        let interval = |of: fn(&OffsetPowerLaw) -> f64| {
            let mut values: Vec<f64> = resamples.iter().map(|each| of(&each.law)).collect();
            bootstrap::percentile(&mut values, of(&law), confidence)
        };
        Ok(Self {
            scale: interval(|law| law.scale),
            exponent: interval(|law| law.exponent),
            floor: interval(|law| law.floor),
            law,
            noise: noise.sd(),
            confidence,
            curve: curve.clone(),
            resamples,
        })
    }

    /// The points that it was made from.
    #[must_use]
    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    /// Where `n` training examples lie, seen from the sizes measured.
    #[must_use]
    pub fn reach(&self, n: f64) -> Reach {
        Reach::of(n, &self.curve)
    }

    /// Interval of the curve at `n` training examples: of what trainings come to in the middle.
    #[must_use]
    pub fn band(&self, n: f64) -> Interval {
        self.interval(n, |resample| resample.law.value_at(n))
    }

    /// Interval for one new training with `n` examples: the curve's, and the noise of a training.
    #[must_use]
    pub fn predict(&self, n: f64) -> Interval {
        self.interval(n, |resample| resample.law.value_at(n) * resample.new.exp())
    }

    fn interval(&self, n: f64, value: impl Fn(&Resample) -> f64) -> Interval {
        let mut values: Vec<f64> = self.resamples.iter().map(value).collect();
        bootstrap::percentile(&mut values, self.law.value_at(n), self.confidence)
    }

    /// How many training examples the curve takes to come down to `target`, in the unit of the values.
    #[must_use]
    pub fn examples_for(&self, target: f64) -> Needed {
        let estimate = self.law.examples_for(target).ok_or(self.law.floor);
        let resampled = self
            .resamples
            .iter()
            .map(|each| each.law.examples_for(target));
        Needed::new(estimate, resampled, self.confidence, &self.curve)
    }
}

#[cfg(test)]
mod tests;
