//! One confidence shared by several intervals.

use crate::interval::Confidence;

/// Returns the confidence that each of `k` intervals needs so that all of them cover at once with
/// `confidence`.
///
/// Bonferroni's correction, each interval misses with probability (1 − confidence)/k. Šidák's would be a
/// little narrower but asks for more than is known of how the intervals depend on each other; this asks
/// for nothing.
pub(crate) fn shared_by(confidence: Confidence, k: usize) -> Confidence {
    let missing = (1.0 - confidence.level()) / k.max(1) as f64;
    // Nothing is certain: with very many intervals the level would round to 1.
    let level = (1.0 - missing).min(1.0 - f64::EPSILON);
    Confidence::new(level).unwrap_or(confidence)
}

impl Confidence {
    /// Returns the confidence that each of `k` intervals needs so that all of them cover at once with this
    /// one: Bonferroni's correction, which asks for nothing of how the intervals depend on each other.
    ///
    /// ```
    /// use plumb_diagnostics::Confidence;
    ///
    /// // 1 − 0.05/5
    /// assert!((Confidence::default().shared_by(5).level() - 0.99).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn shared_by(self, k: usize) -> Self {
        shared_by(self, k)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_miss_is_shared() {
        fn check(level: f64, k: usize, expected: f64) {
            let got = shared_by(Confidence::new(level).unwrap(), k).level();
            assert!((got - expected).abs() < 1e-15, "{level} by {k}: {got}");
        }
        check(0.95, 1, 0.95);
        check(0.95, 0, 0.95);
        check(0.95, 5, 0.99); // 1 − 0.05/5
        check(0.9, 100, 0.999); // 1 − 0.1/100
        check(0.95, usize::MAX, 1.0);
        assert!(shared_by(Confidence::default(), usize::MAX).level() < 1.0);
    }
}
