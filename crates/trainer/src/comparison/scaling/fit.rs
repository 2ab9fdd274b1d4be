//! A law fitted to each curve, and what it says of other numbers of examples.

use plumb_diagnostics::{
    Confidence, Interval,
    scaling::{Curve, Needed, OffsetPowerLaw, Point as Measured, Scaling},
};
use serde::Serialize;

use super::{Series, points::Point};
use crate::answers::BOOTSTRAP_SEED;

/// A curve's law, or why it has none.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fit {
    Law(Box<Extrapolation>),
    /// In words.
    None(String),
}

/// An offset power law, with what was asked of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Extrapolation {
    pub(crate) law: OffsetPowerLaw,
    pub(crate) scale: Interval,
    pub(crate) exponent: Interval,
    pub(crate) floor: Interval,
    /// Standard deviation of a training around the law, relative.
    pub(crate) noise: f64,
    /// The examples that each target takes.
    pub(crate) targets: Vec<Target>,
    /// By rising number of examples.
    pub(crate) held_out: Vec<HeldOut>,
    /// The law from the smallest number of examples measured to ten times the largest, for a chart.
    pub(crate) curve: Vec<OnCurve>,
}

/// The law at one number of examples.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct OnCurve {
    pub(crate) examples: f64,
    pub(crate) value: f64,
    /// Of what trainings come to in the middle.
    pub(crate) band: Interval,
    /// Whether it lies beyond what was measured.
    pub(crate) is_beyond: bool,
}

/// A value to reach.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Target {
    pub(crate) value: f64,
    pub(crate) needed: Needed,
}

/// A point that was kept from the fit.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct HeldOut {
    pub(crate) examples: u64,
    /// Mean of the trainings.
    pub(crate) measured: f64,
    pub(crate) predicted: f64,
    /// Of one training.
    pub(crate) interval: Interval,
    /// Natural logarithm of predicted over measured.
    pub(crate) log_error: f64,
}

impl Fit {
    pub(super) fn of(series: &Series, targets: &[f64], confidence: Confidence) -> Self {
        match scaling(&series.points, confidence) {
            Ok(scaling) => Self::Law(Box::new(Extrapolation::of(&scaling, series, targets))),
            Err(why) => Self::None(why),
        }
    }

    pub(crate) fn law(&self) -> Option<&Extrapolation> {
        match self {
            Self::Law(law) => Some(law),
            Self::None(_) => None,
        }
    }
}

fn scaling(points: &[Point], confidence: Confidence) -> Result<Scaling, String> {
    let points = points.iter().flat_map(|point| {
        point.trainings.iter().map(|training| Measured {
            n: point.examples,
            value: training.value,
            seed: training.seed,
            count: training.count,
        })
    });
    let curve = Curve::new(&points.collect::<Vec<_>>()).map_err(|error| error.to_string())?;
    Scaling::analyse(&curve, confidence, BOOTSTRAP_SEED).map_err(|error| error.to_string())
}

impl Extrapolation {
    fn of(scaling: &Scaling, series: &Series, targets: &[f64]) -> Self {
        let target = |&value: &f64| Target {
            value,
            needed: scaling.examples_for(value),
        };
        let held_out = |point: &Point| {
            let predicted = scaling.law.value_at(point.examples as f64);
            HeldOut {
                examples: point.examples,
                measured: point.mean,
                predicted,
                interval: scaling.predict(point.examples as f64),
                log_error: (predicted / point.mean).ln(),
            }
        };
        Self {
            law: scaling.law,
            scale: scaling.scale,
            exponent: scaling.exponent,
            floor: scaling.floor,
            noise: scaling.noise,
            targets: targets.iter().map(target).collect(),
            held_out: series.held_out.iter().map(held_out).collect(),
            curve: on_curve(scaling, &series.points),
        }
    }
}

/// Places along the curve, as far apart as their logarithms, the largest size measured among them.
fn on_curve(scaling: &Scaling, points: &[Point]) -> Vec<OnCurve> {
    const MEASURED: u32 = 24;
    const BEYOND: u32 = 12;
    const TIMES: f64 = 10.0;
    let Some((first, last)) = points.first().zip(points.last()) else {
        return Vec::new();
    };
    let (from, to) = (first.examples as f64, last.examples as f64);
    let at = |examples: f64, is_beyond: bool| OnCurve {
        examples,
        value: scaling.law.value_at(examples),
        band: scaling.band(examples),
        is_beyond,
    };
    let share = |step: u32, of: u32| f64::from(step) / f64::from(of);
    let measured =
        (0..=MEASURED).map(|step| at(from * (to / from).powf(share(step, MEASURED)), false));
    let beyond = (1..=BEYOND).map(|step| at(to * TIMES.powf(share(step, BEYOND)), true));
    measured.chain(beyond).collect()
}
