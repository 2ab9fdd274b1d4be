//! Learning rates in words: what is usual, and the `--set` that makes it so.

use crate::optimizer::Optimizer;

/// Where Adam's authors start from (Kingma and Ba, 2015).
pub(crate) const USUAL_ADAM: f64 = 1e-3;

/// The rate that the methods' authors start from: 0.001 for Adam (Kingma and Ba, 2015), and for what is
/// made of it; 0.1 for SGD, with momentum or without (He et al., 2016).
pub(crate) fn usual(optimizer: &Optimizer) -> f64 {
    match optimizer {
        Optimizer::Sgd(_) => 0.1,
        Optimizer::Adam(_) | Optimizer::AdamW(_) => USUAL_ADAM,
    }
}

/// A rate to try where this one is too high: a tenth of it, or the usual one if that is lower still.
pub(crate) fn lower(optimizer: &Optimizer) -> f64 {
    (optimizer.learning_rate() / 10.0).min(usual(optimizer))
}

/// As in `optimizer.adam.learning_rate=0.001`.
pub(crate) fn setting(optimizer: &Optimizer, rate: f64) -> String {
    format!(
        "optimizer.{}.learning_rate={}",
        optimizer.name(),
        short(rate)
    )
}

/// As in `--set optimizer.adam.learning_rate=0.001`.
pub(crate) fn set(optimizer: &Optimizer, rate: f64) -> String {
    format!("--set {}", setting(optimizer, rate))
}

/// A rate with two digits, as in 0.012 or 1e-7; it is a number of TOML.
pub(crate) fn short(rate: f64) -> String {
    let exponent = format!("{rate:.1e}");
    match exponent.parse::<f64>() {
        Ok(rounded) if rounded == 0.0 || (1e-4..1e4).contains(&rounded) => rounded.to_string(),
        _ => exponent.replace(".0e", "e"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sgd(rate: f64) -> Optimizer {
        Optimizer::Sgd(toml::from_str(&format!("learning_rate = {rate:e}")).unwrap())
    }

    #[test]
    fn rates_have_two_digits_and_are_numbers_of_toml() {
        for (rate, expected) in [
            (1e-3, "0.001"),
            (0.001_249, "0.0012"),
            (0.3 / 10.0, "0.03"),
            (9.96, "10"),
            (1.84, "1.8"),
            (0.000_099, "9.9e-5"),
            (1e-9, "1e-9"),
            (1e30, "1e30"),
            (0.0, "0"),
        ] {
            assert_eq!(short(rate), expected);
            let read: toml::Table = format!("x={expected}").parse().unwrap();
            assert!(read["x"].is_float() || read["x"].is_integer());
        }
    }

    /// A tenth of 0.5, while a tenth of 1e30 is still more than the usual 0.1.
    #[test]
    fn a_lower_rate_is_a_tenth_and_never_above_the_usual() {
        for (rate, expected) in [
            (0.5, "--set optimizer.sgd.learning_rate=0.05"),
            (1e30, "--set optimizer.sgd.learning_rate=0.1"),
        ] {
            let optimizer = sgd(rate);
            assert_eq!(set(&optimizer, lower(&optimizer)), expected);
        }
    }
}
