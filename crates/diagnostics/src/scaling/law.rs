//! The offset power law, and its fit.

use serde::{Deserialize, Serialize};

use super::curve::Curve;

/// Exponent of the number of examples in the weight of a size: the fit looks more at large sizes.
///
/// The law is one of large numbers of examples: with few, a model has only begun to learn (the
/// "small data region" of Hestness et al. 2017), and what a curve does there is the law's misfit. Equal
/// weights let that misfit bend the extrapolation. Chosen on the rows of `scaling_nmt.csv` that are there to
/// be fitted (rolling origin: every next point of them, from the fifth size on, predicted from those before):
/// mean |log error| 4.1 % with equal weights, 3.8 % at exponent ¼, 3.5 % at ½, 2.8 % at 1. A whole 1 would make
/// the fit depend on the last three or four sizes alone, and noise with it.
const WEIGHT_EXPONENT: f64 = 0.5;

/// Exponents of the law that the fit considers. Measured ones lie between 0.07 and 2.
const EXPONENTS: (f64, f64) = (1e-3, 10.0);

/// Smallest share of the value at the largest size that falls with more examples.
const SMALLEST_SHARE: f64 = 1e-12;

/// e(n) = a·n^(−b) + c: error or loss against the number of training examples.
///
/// Hestness et al., "Deep learning scaling is predictable, empirically" (2017, arXiv 1712.00409);
/// Alabdulmohsin et al., "Revisiting neural scaling laws" (2022, arXiv 2209.06640), who judge laws by
/// extrapolation and find that the offset c must be fitted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OffsetPowerLaw {
    /// a, above 0, in the unit of the values.
    pub scale: f64,
    /// b, above 0.
    pub exponent: f64,
    /// c, at least 0, in the unit of the values: what no number of examples gets below.
    pub floor: f64,
}

impl OffsetPowerLaw {
    /// The value at `n` training examples.
    #[must_use]
    pub fn value_at(&self, n: f64) -> f64 {
        self.scale * n.powf(-self.exponent) + self.floor
    }

    /// The training examples at which the law reaches `target`; none if its floor is not below it.
    #[must_use]
    pub fn examples_for(&self, target: f64) -> Option<f64> {
        let above = target - self.floor;
        (above > 0.0).then(|| (self.scale / above).powf(1.0 / self.exponent))
    }

    /// Fits the law to a curve, whatever its shape: ask [`Curve::shape`] first.
    ///
    /// Least squares of the logarithms, so of relative errors; each training weighs as the square root of
    /// its number of examples (the law holds for many examples; see the source for how that was chosen). The law is
    /// written as S·(w·(n/N)^(−b) + 1 − w), N the largest size: S goes out of the logarithm and has a closed
    /// form (variable projection: Golub and Pereyra, SIAM J. Numer. Anal. 10:413, 1973), and a floor of 0
    /// is the plain bound w = 1. What is left, two numbers, is found by Levenberg–Marquardt from the best
    /// places of a grid: no crate is worth its dependencies for two unknowns. Deterministic.
    #[must_use]
    pub fn fit(curve: &Curve) -> Self {
        let means: Vec<f64> = curve.sizes().iter().map(super::curve::Size::mean).collect();
        let problem = Problem::new(curve);
        problem.law(problem.fit(&means, None))
    }
}

/// Where the search stands: logarithms of w and b.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    share: f64,
    exponent: f64,
    /// Logarithm of S.
    level: f64,
    squares: f64,
}

/// What stays the same from resample to resample: sizes and weights.
pub(super) struct Problem {
    /// Logarithm of n/N for each size.
    log_n: Vec<f64>,
    weights: Vec<f64>,
    largest: f64,
}

impl Problem {
    pub(super) fn new(curve: &Curve) -> Self {
        let largest = curve.span().1 as f64;
        let sizes = curve.sizes().iter();
        let weight =
            |size: &super::curve::Size| size.m() * (size.n as f64 / largest).powf(WEIGHT_EXPONENT);
        let weights: Vec<f64> = sizes.clone().map(weight).collect();
        let sum: f64 = weights.iter().sum();
        Self {
            log_n: sizes.map(|size| (size.n as f64 / largest).ln()).collect(),
            weights: weights.iter().map(|weight| weight / sum).collect(),
            largest,
        }
    }

    /// The law that a place stands for.
    pub(super) fn law(&self, place: Place) -> OffsetPowerLaw {
        let (level, share) = (place.level.exp(), place.share.exp());
        let exponent = place.exponent.exp();
        OffsetPowerLaw {
            scale: level * share * self.largest.powf(exponent),
            exponent,
            floor: level * (1.0 - share),
        }
    }

    /// Fits the mean logarithms of the sizes; a near fit, if one is known, is one more place to start from.
    pub(super) fn fit(&self, logs: &[f64], near: Option<Place>) -> Place {
        // Around 0, differences of squares keep their digits.
        let centre = self
            .weights
            .iter()
            .zip(logs)
            .map(|(w, log)| w * log)
            .sum::<f64>();
        let logs: &[f64] = &logs.iter().map(|log| log - centre).collect::<Vec<f64>>();
        let starts = self.starts(logs);
        let near = near.map(|near| self.place(logs, near.share, near.exponent));
        let squares = |a: &Place, b: &Place| a.squares.total_cmp(&b.squares);
        let found = near.into_iter().chain(starts.iter().copied());
        let found = found.map(|start| self.descend(logs, start));
        let best = found.min_by(squares).unwrap_or(starts[0]);
        Place {
            level: best.level + centre,
            ..best
        }
    }

    /// The lowest places of a grid that are lower than their neighbours: there can be more than one valley, of
    /// which a steep fall to a high floor and a slow one to none are the usual two.
    fn starts(&self, logs: &[f64]) -> Vec<Place> {
        const MOST: usize = 3;
        /// Shares of the value at the smallest size that fall with more examples.
        const SHARES: [f64; 7] = [1.0, 0.97, 0.9, 0.75, 0.5, 0.25, 0.08];
        const EXPONENTS: [f64; 9] = [0.03, 0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0, 6.0];
        let smallest = self.log_n.iter().copied().fold(0.0, f64::min);
        let at = |share: f64, exponent: f64| {
            // The same share at the largest size.
            let share = share / (share + (1.0 - share) * (-exponent * smallest).exp());
            self.place(logs, share.ln(), exponent.ln())
        };
        let grid = SHARES.map(|share| EXPONENTS.map(|exponent| at(share, exponent)));
        let mut starts = Vec::new();
        for (row, places) in grid.iter().enumerate() {
            for (column, place) in places.iter().enumerate() {
                let mut near = grid[row.saturating_sub(1)..(row + 2).min(SHARES.len())]
                    .iter()
                    .flat_map(|row| {
                        &row[column.saturating_sub(1)..(column + 2).min(EXPONENTS.len())]
                    });
                if near.all(|other| place.squares <= other.squares) {
                    starts.push(*place);
                }
            }
        }
        starts.sort_by(|a, b| a.squares.total_cmp(&b.squares));
        starts.truncate(MOST);
        // Without a number in the grid there is no valley, and one place is as good as another.
        if starts.is_empty() {
            starts.push(grid[0][0]);
        }
        starts
    }

    /// A place with its S and its sum of squares.
    fn place(&self, logs: &[f64], share: f64, exponent: f64) -> Place {
        let (w, b) = (share.exp(), exponent.exp());
        let (mut level, mut squares) = (0.0, 0.0);
        for ((log_n, weight), log) in self.log_n.iter().zip(&self.weights).zip(logs) {
            let residual = log - (w * (-b * log_n).exp() + 1.0 - w).ln();
            level += weight * residual;
            squares += weight * residual * residual;
        }
        Place {
            share,
            exponent,
            level,
            squares: squares - level * level,
        }
    }

    /// Levenberg–Marquardt within the bounds.
    fn descend(&self, logs: &[f64], start: Place) -> Place {
        let mut at = start;
        let mut damping = 1e-2;
        for _ in 0..100 {
            let Some((share, exponent)) = self.step(logs, at, damping) else {
                break;
            };
            let next = self.place(logs, share, exponent);
            if next.squares < at.squares {
                let gained = at.squares - next.squares;
                let moved = (share - at.share).abs() + (exponent - at.exponent).abs();
                at = next;
                damping = (damping / 5.0).max(1e-12);
                if gained <= 1e-12 * at.squares && moved < 1e-6 {
                    break;
                }
            } else {
                damping *= 5.0;
                if damping > 1e8 {
                    break;
                }
            }
        }
        at
    }

    /// Where the damped normal equations point to, within the bounds; none where they point nowhere.
    fn step(&self, logs: &[f64], at: Place, damping: f64) -> Option<(f64, f64)> {
        let (w, b) = (at.share.exp(), at.exponent.exp());
        let mut rows = Vec::with_capacity(logs.len());
        let mut mean = [0.0; 2];
        for ((&log_n, &weight), log) in self.log_n.iter().zip(&self.weights).zip(logs) {
            let power = (-b * log_n).exp();
            let value = w * power + 1.0 - w;
            let slopes = [w * (power - 1.0) / value, -b * log_n * w * power / value];
            mean[0] += weight * slopes[0];
            mean[1] += weight * slopes[1];
            rows.push((weight, slopes, log - value.ln() - at.level));
        }
        let (mut ss, mut se, mut ee, mut sr, mut er) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (weight, slopes, residual) in rows {
            let (s, e) = (slopes[0] - mean[0], slopes[1] - mean[1]);
            ss += weight * s * s;
            se += weight * s * e;
            ee += weight * e * e;
            sr += weight * s * residual;
            er += weight * e * residual;
        }
        let (bound_low, bound_high) = (EXPONENTS.0.ln(), EXPONENTS.1.ln());
        let (ss, ee) = (ss * (1.0 + damping), ee * (1.0 + damping));
        // At a floor of 0 that wants to be lower, only the exponent moves.
        let (share, exponent) = if at.share >= 0.0 && sr >= 0.0 {
            (0.0, er / ee)
        } else {
            let determinant = ss * ee - se * se;
            (
                (sr * ee - er * se) / determinant,
                (er * ss - sr * se) / determinant,
            )
        };
        // A step across a factor of e² is further than the slopes can be trusted.
        let next = (
            (at.share + share.clamp(-2.0, 2.0)).clamp(SMALLEST_SHARE.ln(), 0.0),
            (at.exponent + exponent.clamp(-2.0, 2.0)).clamp(bound_low, bound_high),
        );
        (share.is_finite() && exponent.is_finite()).then_some(next)
    }
}
