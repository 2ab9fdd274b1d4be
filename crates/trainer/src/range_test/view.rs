use super::Point;

/// The part of a range test that a picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct View {
    /// Learning rates, from lowest to highest.
    pub(super) rates: (f64, f64),
    /// Losses, from lowest to highest.
    pub(super) losses: (f64, f64),
}

/// How far above the first loss a picture goes at most, as a share of it: a test ends at several times
/// its lowest loss, and the fall, not that, is to be seen.
const ABOVE_START: f64 = 0.25;

impl View {
    /// All rates, and all smoothed losses up to somewhat above the first; none without a point.
    pub(super) fn of(points: &[Point]) -> Option<Self> {
        let (first, last) = (points.first()?, points.last()?);
        let highest = first.loss * (1.0 + ABOVE_START);
        let (mut low, mut high) = (first.loss, first.loss);
        for point in points.iter().filter(|point| point.smoothed.is_finite()) {
            low = low.min(point.smoothed);
            high = high.max(point.smoothed.min(highest));
        }
        if !first.loss.is_finite() {
            return None;
        }
        // A curve without rise or fall runs through the middle.
        let margin = ((high - low) * 0.05).max(first.loss.abs() * 0.02).max(1e-6);
        Some(Self {
            rates: (first.learning_rate, last.learning_rate),
            losses: (low - margin, high + margin),
        })
    }

    /// Where a rate lies between the lowest, 0, and the highest, 1, on a scale of its logarithm.
    pub(super) fn x(&self, rate: f64) -> f64 {
        let (low, high) = self.rates;
        if high > low {
            (rate / low).ln() / (high / low).ln()
        } else {
            0.0
        }
    }

    /// Where a loss lies between the lowest, 0, and the highest, 1; outside, if it is outside.
    pub(super) fn y(&self, loss: f64) -> f64 {
        let (low, high) = self.losses;
        (loss - low) / (high - low)
    }

    /// The powers of ten among the rates.
    pub(super) fn decades(&self) -> impl Iterator<Item = i32> + use<> {
        // Rates are computed: 1e-7 may come out a little above it.
        let (low, high) = (self.rates.0.log10() - 1e-9, self.rates.1.log10() + 1e-9);
        low.ceil() as i32..=high.floor() as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(learning_rate: f64, smoothed: f64) -> Point {
        Point {
            learning_rate,
            loss: smoothed,
            smoothed,
        }
    }

    /// By hand: losses from 1 to 2.5, of which 1.25 times the first, 2, is 2.5; the margins are 0.05·1.5.
    #[test]
    fn what_is_far_above_the_start_is_cut_off() {
        let points = [point(1e-3, 2.0), point(1e-2, 1.0), point(1e-1, 9.0)];
        let view = View::of(&points).unwrap();
        assert_eq!(view.rates, (1e-3, 1e-1));
        assert!((view.losses.0 - 0.925).abs() < 1e-12 && (view.losses.1 - 2.575).abs() < 1e-12);
        assert!((view.x(1e-2) - 0.5).abs() < 1e-12);
        assert!(view.y(9.0) > 1.0 && view.y(1.0) > 0.0);
        assert_eq!(view.decades().collect::<Vec<_>>(), [-3, -2, -1]);
    }

    #[test]
    fn flat_losses_and_a_single_point_have_a_view() {
        let flat = View::of(&[point(1.0, 2.0), point(10.0, 2.0)]).unwrap();
        assert!((flat.y(2.0) - 0.5).abs() < 1e-12);
        assert!(View::of(&[point(1.0, 2.0)]).unwrap().x(1.0).abs() < 1e-12);
        assert_eq!(View::of(&[]), None);
        assert_eq!(View::of(&[point(1.0, f64::NAN)]), None);
    }
}
