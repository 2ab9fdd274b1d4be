//! What a run will not be able to say, told before it trains.

use plumb_diagnostics::{Confidence, examples_to_tell, smallest_gap};

use crate::{config::Config, prepare::Prepared, progress::thousands};

/// Of a dev error that nothing is known of.
const USUAL_ERROR: f64 = 0.1;

/// The warnings on a config and its sets.
pub(crate) fn forewarnings(config: &Config, prepared: &Prepared) -> Vec<String> {
    let human = &prepared.human;
    let figure = human.target.as_ref().or(human.general.as_ref());
    let mut warnings = Vec::new();
    if figure.is_none() {
        warnings.push(NO_HUMAN.to_string());
    }
    let sets = &prepared.sets;
    let expected = config
        .diagnosis
        .goal_error
        .map(|goal| (goal, "the goal"))
        .or_else(|| Some((figure?.level(), "the human figure")))
        .filter(|(rate, _)| *rate > 0.0 && *rate < 1.0)
        .unwrap_or((USUAL_ERROR, "for want of a goal"));
    let confidence = Confidence::new(config.diagnosis.confidence).unwrap_or_default();
    let sizes = [sets.train_dev.len(), sets.dev.len()].map(|n| n as u64);
    warnings.extend(few_dev(sizes, expected, confidence));
    warnings
}

const NO_HUMAN: &str = "the config has no human figure, so avoidable bias is not diagnosed: whether the train \
     error could be lower stays open\n  to get one, have people label some 100 examples of dev without \
     seeing the labels, and give [human] error = 0.02 (for 2 % wrong), or labels = \"raters.csv\" (columns \
     example, rater, label)";

/// A dev set so small that even a gap as large as the expected error may be chance.
fn few_dev(
    [train_dev, dev]: [u64; 2],
    (error, whose): (f64, &str),
    confidence: Confidence,
) -> Option<String> {
    /// More are not proposed.
    const MOST: u64 = 1_000_000;
    let least = smallest_gap(error, train_dev, dev, confidence);
    if least.is_some_and(|least| least <= error) {
        return None;
    }
    let told = match least {
        Some(least) => format!("gaps below about {} points", percent(least)),
        None => "no gap at all".into(),
    };
    let can = if least.is_some() {
        "can't be told"
    } else {
        "can be told"
    };
    let advice = match examples_to_tell(error, error, train_dev, MOST, confidence) {
        Some(n) => format!(
            "a gap of {} points takes {} in dev: enlarge data.split.dev, or collect more target data",
            percent(error),
            thousands(rounded_up(n)),
        ),
        None => format!(
            "more in dev alone would not help: train-dev has {} examples; enlarge data.split.train_dev too",
            thousands(train_dev)
        ),
    };
    Some(format!(
        "dev is small: with {} examples, and {} in train-dev, {told} {can} from chance above an error of {} % \
         ({whose})\n  {advice}",
        thousands(dev),
        thousands(train_dev),
        percent(error),
    ))
}

/// A rate in percent, or a gap in points.
fn percent(rate: f64) -> String {
    format!("{:.1}", 100.0 * rate)
}

/// To two digits, as nobody collects 147 examples.
fn rounded_up(n: u64) -> u64 {
    let unit = 10u64.pow(n.max(1).ilog10().saturating_sub(1));
    n.div_ceil(unit) * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_up_to_two_digits() {
        for (n, expected) in [(1, 1), (47, 47), (147, 150), (150, 150), (2_301, 2_400)] {
            assert_eq!(rounded_up(n), expected, "{n}");
        }
    }

    /// 500 and 2,000 are the quickstart's: Newcombe's interval of a gap of 5 points at 5 % and 10 % is, by hand,
    /// 5 − sqrt((10 − 7.7)² + (6.1 − 5)²) = 2.4 points above 0. Of 20, Wilson's interval of 10 % begins at 2.8 %.
    #[test]
    fn a_dev_set_is_small_if_a_doubled_error_may_be_chance() {
        let check = |sizes: [u64; 2], expected: Option<&str>| {
            let said = few_dev(sizes, (0.05, "the goal"), Confidence::default());
            match expected {
                Some(words) => assert!(said.as_deref().unwrap_or("").contains(words), "{said:?}"),
                None => assert_eq!(said, None, "{sizes:?}"),
            }
        };
        check([2_000, 500], None);
        check([2_000, 20], Some("dev is small: with 20 examples"));
        check([20, 5_000], Some("enlarge data.split.train_dev too"));
        check([1, 1], Some("no gap at all can be told"));
    }
}
