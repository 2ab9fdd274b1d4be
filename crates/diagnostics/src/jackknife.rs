//! How sure a figure is that is computed from the means over seeds, and not from each seed alone.

/// Returns one value per seed, of which the mean is the figure of all seeds, and Student's interval of the mean is
/// the jackknife's (Tukey, Annals of Mathematical Statistics 29:614, 1958): the figure, and how far it moves
/// without that seed, times the seeds less one.
///
/// `without` is the figure of all seeds but one, for each of them in turn; with one seed there is none to be
/// without, so it is empty. For a mean the values are those that were averaged.
#[must_use]
pub fn pseudo_values(figure: f64, without: &[f64]) -> Vec<f64> {
    if without.is_empty() {
        return vec![figure];
    }
    let n = without.len() as f64;
    let middle = without.iter().sum::<f64>() / n;
    let moved = without.iter().map(|one| middle - one);
    moved.map(|by| figure + (n - 1.0) * by).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The figure of all, and of all but one.
    fn of<T: Copy>(all: &[T], figure: impl Fn(&[T]) -> f64) -> Vec<f64> {
        let but = |left_out: usize| {
            let mut others = all.to_vec();
            others.remove(left_out);
            figure(&others)
        };
        let without: Vec<f64> = (0..all.len()).map(but).collect();
        pseudo_values(figure(all), &without)
    }

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    fn standard_error(values: &[f64]) -> f64 {
        let (n, middle) = (values.len() as f64, mean(values));
        let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
        (squares / (n - 1.0) / n).sqrt()
    }

    fn correlation(pairs: &[(f64, f64)]) -> f64 {
        let xs: Vec<f64> = pairs.iter().map(|pair| pair.0).collect();
        let ys: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
        let (x, y) = (mean(&xs), mean(&ys));
        let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
        sum(&|pair| (pair.0 - x) * (pair.1 - y))
            / (sum(&|pair| (pair.0 - x).powi(2)) * sum(&|pair| (pair.1 - y).powi(2))).sqrt()
    }

    /// Fifteen law schools (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, table 3.1), whose scores
    /// have a correlation of 0.776, with a standard error of 0.142 by the jackknife (Efron, The Jackknife, the
    /// Bootstrap and Other Resampling Plans, 1982).
    #[test]
    fn the_law_schools_have_their_published_standard_error() {
        let schools = [
            (576.0, 3.39),
            (635.0, 3.30),
            (558.0, 2.81),
            (578.0, 3.03),
            (666.0, 3.44),
            (580.0, 3.07),
            (555.0, 3.00),
            (661.0, 3.43),
            (651.0, 3.36),
            (605.0, 3.13),
            (653.0, 3.12),
            (575.0, 2.74),
            (545.0, 2.76),
            (572.0, 2.88),
            (594.0, 2.96),
        ];
        let values = of(&schools, correlation);
        assert!((mean(&values) - 0.776).abs() < 5e-4, "{}", mean(&values));
        let error = standard_error(&values);
        assert!((error - 0.142).abs() < 1e-3, "{error}");
    }

    #[test]
    fn one_seed_is_itself() {
        assert_eq!(pseudo_values(7.0, &[]), [7.0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn those_of_a_mean_are_what_was_averaged(values in prop::collection::vec(-1e3..1e3, 2..30)) {
            for (got, expected) in of(&values, mean).into_iter().zip(&values) {
                prop_assert!((got - expected).abs() < 1e-8, "{got} {expected}");
            }
        }
    }
}
