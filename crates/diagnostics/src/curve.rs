//! What the curve of a training says: whether an error still falls where the training ended.
//!
//! The same examples are measured again and again while the weights move, so the sampling error of a set
//! says nothing about whether a curve falls; the scatter of the curve itself does. Hence the tests here look
//! at the order of the values alone.

/// One measurement of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// When, in epochs. Points come in the order of time.
    pub epoch: f64,
    /// What was measured: an error rate as a fraction, or a loss.
    pub value: f64,
}

/// Where a curve goes, as far as its scatter lets that be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Down.
    Falling,
    /// Neither down nor up beyond the scatter.
    Flat,
    /// Up.
    Rising,
}

/// The trend of a stretch of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// By the test of Mann and Kendall.
    pub direction: Direction,
    /// Change of the value per epoch: the estimate of Theil and Sen.
    pub slope: f64,
    /// Epoch of the first point.
    pub from: f64,
    /// Epoch of the last point.
    pub to: f64,
}

/// The share of a curve that counts as its end.
const END_SHARE: f64 = 1.0 / 3.0;

/// Fewest points that the end of a curve has, if there are so many. Of five that only scatter, at most one
/// pair may stand in the wrong order to look like a trend (5 of 120 orders).
const MIN_END: usize = 5;

/// Fewer points can't show a trend at this level: of three, all in order come by chance once in six.
const MIN_POINTS: usize = 4;

/// More points of a stretch are thinned out evenly: their pairs are counted.
const MAX_POINTS: usize = 200;

/// One-sided 5 % point of the standard normal distribution.
const Z: f64 = 1.644_853_626_951_472_2;

impl Trend {
    /// The trend of a whole stretch; none of fewer than 4 points, or of values that are not finite.
    ///
    /// Direction: Mann–Kendall, one-sided at 5 % either way, by the normal approximation with corrections
    /// for ties and for continuity (Mann, Econometrica 13:245, 1945; Kendall, Rank Correlation Methods,
    /// 1975), which decides as the exact distribution does from 4 points without ties on. It takes the
    /// scatter of the points as independent. Slope: the median of the slopes of all pairs, which a few odd
    /// points don't move (Theil 1950; Sen, JASA 63:1379, 1968).
    #[must_use]
    pub fn of(points: &[CurvePoint]) -> Option<Self> {
        let step = points.len().div_ceil(MAX_POINTS).max(1);
        // Counted from the end, which is what matters most.
        let mut points: Vec<CurvePoint> = points.iter().rev().step_by(step).copied().collect();
        points.reverse();
        let is_finite = |point: &CurvePoint| point.epoch.is_finite() && point.value.is_finite();
        if points.len() < MIN_POINTS || !points.iter().all(is_finite) {
            return None;
        }
        Some(Self {
            direction: direction(&points),
            slope: slope(&points),
            from: points[0].epoch,
            to: points[points.len() - 1].epoch,
        })
    }

    /// The trend of the end of a curve: its last third, or its last 5 points if that is more.
    ///
    /// None as in [`Self::of`].
    #[must_use]
    pub fn at_end(curve: &[CurvePoint]) -> Option<Self> {
        let third = (curve.len() as f64 * END_SHARE).ceil() as usize;
        let n = third.max(MIN_END).min(curve.len());
        Self::of(&curve[curve.len() - n..])
    }

    /// What the slope adds up to over the stretch; negative where the curve falls.
    #[must_use]
    pub fn change(&self) -> f64 {
        self.slope * (self.to - self.from)
    }
}

/// The position of the lowest value, the first of equal ones; none of an empty curve.
#[must_use]
pub fn lowest(curve: &[CurvePoint]) -> Option<usize> {
    (0..curve.len()).reduce(|low, at| {
        if curve[at].value < curve[low].value {
            at
        } else {
            low
        }
    })
}

/// Whether training went on fitting train at dev's cost: behind the epoch with the lowest dev error, which is
/// returned, dev error rises while train error falls.
///
/// Both curves have the same epochs. The lowest point itself is no part of the trend: it was chosen for being
/// low, so that whatever follows seems to rise from it.
#[must_use]
pub fn overfits_from(train: &[CurvePoint], dev: &[CurvePoint]) -> Option<f64> {
    let best = lowest(dev)?;
    let train = Trend::of(train.get(best + 1..)?)?;
    let rise = Trend::of(dev.get(best + 1..)?)?;
    let overfits = rise.direction == Direction::Rising && train.direction == Direction::Falling;
    overfits.then_some(dev[best].epoch)
}

fn direction(points: &[CurvePoint]) -> Direction {
    let n = points.len() as f64;
    let mut score = 0.0;
    for (at, first) in points.iter().enumerate() {
        for second in &points[at + 1..] {
            if second.value > first.value {
                score += 1.0;
            } else if second.value < first.value {
                score -= 1.0;
            }
        }
    }
    let tied: f64 = ties(points).map(variance_term).sum();
    let deviation = ((variance_term(n) - tied) / 18.0).sqrt();
    // One step of the score towards 0, for continuity; without any, it is 0.
    let z = if score == 0.0 {
        0.0
    } else {
        (score - f64::signum(score)) / deviation
    };
    if z > Z {
        Direction::Rising
    } else if z < -Z {
        Direction::Falling
    } else {
        Direction::Flat
    }
}

/// What `n` points (or `n` equal ones) add to (or take from) 18 times the variance of the score.
fn variance_term(n: f64) -> f64 {
    n * (n - 1.0) * (2.0 * n + 5.0)
}

/// The sizes of the groups of equal values.
fn ties(points: &[CurvePoint]) -> impl Iterator<Item = f64> {
    let mut values: Vec<f64> = points.iter().map(|point| point.value).collect();
    values.sort_by(f64::total_cmp);
    let groups: Vec<f64> = values
        .chunk_by(|a, b| a >= b)
        .map(|group| group.len() as f64)
        .collect();
    groups.into_iter()
}

fn slope(points: &[CurvePoint]) -> f64 {
    let mut slopes = Vec::new();
    for (at, first) in points.iter().enumerate() {
        for second in &points[at + 1..] {
            if second.epoch > first.epoch {
                slopes.push((second.value - first.value) / (second.epoch - first.epoch));
            }
        }
    }
    slopes.sort_by(f64::total_cmp);
    match slopes.len() {
        0 => 0.0,
        n if n % 2 == 1 => slopes[n / 2],
        n => f64::midpoint(slopes[n / 2 - 1], slopes[n / 2]),
    }
}

#[cfg(test)]
mod tests;
