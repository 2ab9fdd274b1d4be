//! Student's quantile against the normal one, for a variance of which one part is known from few seeds.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::interval::Confidence;

/// Returns by how much a normal interval must be stretched when its variance is the sum of one that was
/// estimated with some degrees of freedom, given with it, and one that is as good as known.
///
/// Degrees of freedom of the sum: Satterthwaite, Biometrics Bulletin 2:110, 1946.
pub(crate) fn stretch(estimated: (f64, f64), known: f64, confidence: Confidence) -> f64 {
    let (variance, freedom) = estimated;
    if variance <= 0.0 {
        return 1.0;
    }
    quantile((1.0 + known / variance).powi(2) * freedom, confidence) / confidence.z()
}

/// Student's two-sided quantile; by halving, which always ends (see `beta.rs` on statrs' own quantiles).
pub(crate) fn quantile(freedom: f64, confidence: Confidence) -> f64 {
    /// From here on it differs from the normal one by less than 10⁻⁵ of it at usual confidences.
    const MANY: f64 = 1e5;
    /// Beyond any error rate's stretch; at 95 % and one degree of freedom the quantile is 12.7.
    const FAR: f64 = 1e9;
    let z = confidence.z();
    if freedom > MANY {
        return z;
    }
    let Ok(student) = StudentsT::new(0.0, 1.0, freedom) else {
        return z;
    };
    let tail = (1.0 - confidence.level()) / 2.0;
    let (mut low, mut high) = (z, FAR);
    while high - low > 1e-12 * high {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if student.sf(middle) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_tables() {
        // Student's t at 97.5 % and 95 %, as tables print it.
        for (freedom, level, expected) in [
            (1.0, 0.95, 12.706_2),
            (2.0, 0.95, 4.302_65),
            (4.0, 0.95, 2.776_45),
            (9.0, 0.95, 2.262_16),
            (30.0, 0.95, 2.042_27),
            (2.0, 0.9, 2.919_99),
        ] {
            let got = quantile(freedom, Confidence::new(level).unwrap());
            assert!((got - expected).abs() < 5e-5, "{freedom} {level}: {got}");
        }
        // At one degree the quantile is tan(π/2 · level).
        let got = quantile(1.0, Confidence::new(0.5).unwrap());
        assert!((got - 1.0).abs() < 1e-9, "{got}");
    }

    #[test]
    fn a_known_variance_stretches_nothing() {
        let confidence = Confidence::default();
        assert!((stretch((0.0, 2.0), 1.0, confidence) - 1.0).abs() < 1e-12);
        assert!((stretch((1.0, 2.0), 1e9, confidence) - 1.0).abs() < 1e-12);
        // All of it estimated with two degrees of freedom: 4.303/1.960.
        let all = stretch((1.0, 2.0), 0.0, confidence);
        assert!((all - 4.302_653 / 1.959_964).abs() < 1e-5, "{all}");
        // Half of it: (1 + 1)² · 2 = 8 degrees, 2.306/1.960.
        let half = stretch((1.0, 2.0), 1.0, confidence);
        assert!((half - 2.306_004 / 1.959_964).abs() < 1e-5, "{half}");
    }
}
