/// The learning rates of a range test: so many steps from the lowest to the highest, each the same
/// factor above the one before (Smith, "Cyclical Learning Rates", 2017, with the exponential steps of
/// fastai's `lr_find`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sweep {
    lowest: f64,
    highest: f64,
    steps: u32,
}

/// What is wrong with the bounds of a sweep.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum SweepError {
    #[error("--min is {0:e}; expected a learning rate above 0 (and within 32 bits)")]
    Lowest(f64),
    #[error("--max is {highest:e}; expected a learning rate above --min, which is {lowest:e}")]
    Highest { lowest: f64, highest: f64 },
    #[error(
        "--steps is {steps}; expected {needed} or more, {} for each factor of 10 from --min to --max",
        Sweep::LEAST_PER_DECADE
    )]
    Steps { steps: u32, needed: u32 },
}

impl Sweep {
    /// The average looks back over a quarter of a decade (`window`), and needs two steps there to be
    /// one.
    const LEAST_PER_DECADE: u32 = 8;

    /// The share of a decade that the average of the losses looks back over: it delays the curve by
    /// this much, a factor of 10^0.25 = 1.8 in the learning rate.
    const WINDOW_DECADES: f64 = 0.25;

    /// # Errors
    /// [`SweepError`] unless `0 < lowest < highest`, both within 32 bits, and there are enough steps.
    pub(crate) fn new(lowest: f64, highest: f64, steps: u32) -> Result<Self, SweepError> {
        let fits = |rate: f64| rate as f32 > 0.0 && (rate as f32).is_finite();
        if !fits(lowest) {
            return Err(SweepError::Lowest(lowest));
        }
        if !fits(highest) || highest <= lowest {
            return Err(SweepError::Highest { lowest, highest });
        }
        let decades = (highest / lowest).log10();
        let needed = (f64::from(Self::LEAST_PER_DECADE) * decades).ceil() as u32 + 1;
        if steps < needed {
            return Err(SweepError::Steps { steps, needed });
        }
        Ok(Self {
            lowest,
            highest,
            steps,
        })
    }

    pub(crate) fn steps(&self) -> u32 {
        self.steps
    }

    /// The learning rate of a step, counted from 0.
    pub(crate) fn learning_rate(&self, step: u32) -> f64 {
        let share = f64::from(step) / f64::from(self.steps - 1);
        self.lowest * (self.highest / self.lowest).powf(share)
    }

    /// The number of steps that the average of the losses looks back over, 2 or more.
    pub(crate) fn window(&self) -> usize {
        let per_decade = f64::from(self.steps - 1) / (self.highest / self.lowest).log10();
        ((per_decade * Self::WINDOW_DECADES).round() as usize).max(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 5 steps over 4 decades are one per decade; 33 are 8 per decade, a quarter of which is 2.
    #[test]
    fn rates_rise_by_one_factor_from_the_lowest_to_the_highest() {
        let sweep = Sweep::new(1e-3, 10.0, 33).unwrap();
        for (step, expected) in [(0, 1e-3), (8, 1e-2), (16, 1e-1), (32, 10.0)] {
            let actual = sweep.learning_rate(step);
            assert!((actual / expected - 1.0).abs() < 1e-12, "{step}: {actual}");
        }
        assert_eq!(sweep.window(), 2);
        assert_eq!(Sweep::new(1e-3, 10.0, 161).unwrap().window(), 10);
    }

    #[test]
    fn bounds_and_steps_are_checked() {
        for lowest in [0.0, -1.0, f64::NAN, 1e-60, f64::INFINITY] {
            let error = Sweep::new(lowest, 10.0, 100).unwrap_err();
            assert!(matches!(error, SweepError::Lowest(_)), "{lowest}: {error}");
        }
        for highest in [1e-3, 1e-4, f64::NAN, 1e60] {
            let error = Sweep::new(1e-3, highest, 100).unwrap_err();
            assert!(matches!(error, SweepError::Highest { .. }), "{highest}");
        }
        // 4 decades of 8 steps, and the first rate itself
        let error = Sweep::new(1e-3, 10.0, 32).unwrap_err();
        assert_eq!(
            error,
            SweepError::Steps {
                steps: 32,
                needed: 33
            }
        );
    }
}
