use plumb_diagnostics::{Direction, Trend, lowest};

use super::{Case, Need, fit::Fitted};
use crate::{curve::Curve, train::End};

/// Twice of what ended the training, unless the curve says that nothing is to be gained.
///
/// It comes first if an error still falls so steeply that as many epochs again would, at best, gain what
/// matters. Errors fall ever more slowly, so that is a bound.
pub(super) fn train_longer(case: Case<'_>, need: Need<'_>) -> Option<Fitted> {
    let fitted = more_of_what_ended_it(case)?;
    match outlook(case.curve, case.end, need.threshold) {
        Outlook::Promising(reason) => Some(fitted.first().because(reason)),
        Outlook::Possible(Some(reason)) => Some(fitted.because(reason)),
        Outlook::Possible(None) => Some(fitted),
        Outlook::Spent => None,
    }
}

fn more_of_what_ended_it(case: Case<'_>) -> Option<Fitted> {
    let train = &case.config.train;
    match case.end {
        End::Epochs | End::Interrupted => {
            let (now, then) = (train.epochs, train.epochs.saturating_mul(2));
            (then > now).then(|| {
                Fitted::key(
                    format!("epochs {now} -> {then}"),
                    format!("train.epochs={then}"),
                )
            })
        }
        End::Patience => {
            let now = train.patience?;
            let then = now.saturating_mul(2);
            (then > now).then(|| {
                Fitted::key(
                    format!("patience, which ended the training, {now} -> {then} evaluations"),
                    format!("train.patience={then}"),
                )
            })
        }
        End::Time => {
            let (now, then) = (train.max_time?, train.max_time?.saturating_mul(2));
            let [now, then] = [now, then].map(humantime::format_duration);
            Some(Fitted::key(
                format!("the time that ended the training {now} -> {then}"),
                format!("train.max_time=\"{then}\""),
            ))
        }
    }
}

/// What more epochs promise, with what speaks for them.
#[derive(Debug, PartialEq)]
enum Outlook {
    Promising(String),
    Possible(Option<String>),
    /// Nothing.
    Spent,
}

fn outlook(curve: &Curve, end: End, threshold: f64) -> Outlook {
    let (train, dev) = (curve.train_error(), curve.dev_error());
    let (Some(of_train), Some(of_dev)) = (Trend::at_end(&train), Trend::at_end(&dev)) else {
        return Outlook::Possible(None); // too few evaluations to tell
    };
    if of_dev.direction == Direction::Rising {
        return Outlook::Spent; // the weights with the lowest dev error would stay the same
    }
    let is_annealed = is_annealed(curve, of_train.from);
    for (name, trend) in [("train", of_train), ("dev", of_dev)] {
        if trend.direction != Direction::Falling {
            continue;
        }
        let reason = falls(name, trend);
        if is_annealed {
            let reason = format!("{reason}, as the learning rate does");
            return Outlook::Possible(Some(reason));
        }
        let bound = -trend.slope * f64::from(curve.epochs().unwrap_or(0));
        return if bound >= threshold {
            Outlook::Promising(reason)
        } else {
            Outlook::Possible(Some(reason))
        };
    }
    let loss = Trend::at_end(&curve.train_loss());
    let is_cut_short = matches!(end, End::Time | End::Interrupted);
    if loss.is_some_and(|loss| loss.direction == Direction::Falling) {
        Outlook::Possible(Some("train loss still falls, though not the errors".into()))
    } else if is_cut_short || is_annealed || lowest(&dev) == Some(dev.len() - 1) {
        Outlook::Possible(None)
    } else {
        Outlook::Spent
    }
}

fn falls(name: &str, trend: Trend) -> String {
    format!(
        "{name} error still falls, by {:.2} points over the last {} epochs",
        -trend.change() * 100.0,
        trend.to - trend.from
    )
}

/// Whether the learning rate fell to less than half within the end of the curve: a curve that ends flat, or
/// falls, may owe it to that.
pub(super) fn is_annealed(curve: &Curve, from: f64) -> bool {
    let end = curve
        .evaluations
        .iter()
        .filter(|evaluation| f64::from(evaluation.epoch) >= from);
    let rates: Vec<f64> = end.map(|evaluation| evaluation.learning_rate).collect();
    match (rates.first(), rates.last()) {
        (Some(first), Some(last)) => *last < first / 2.0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Train and dev error of six epochs in percent.
    fn check(train: [f64; 6], dev: [f64; 6], end: End, threshold: f64, expected: &Outlook) {
        let curve = Curve::for_test(&train, &dev);
        let found = outlook(&curve, end, threshold);
        assert_eq!(&found, expected, "{train:?}, {dev:?}");
    }

    const FALLING: [f64; 6] = [30.0, 25.0, 20.0, 15.0, 10.0, 5.0];
    const FLAT: [f64; 6] = [9.0, 7.0, 8.0, 7.0, 8.0, 7.5];
    const RISING: [f64; 6] = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0];

    /// By hand: the end is the last 5 epochs, in which 25 falls to 5 by 5 points an epoch; in 6 further epochs
    /// that would be 30 points.
    #[test]
    fn what_still_falls_is_worth_more_epochs() {
        let reason = "train error still falls, by 20.00 points over the last 4 epochs";
        let promising = Outlook::Promising(reason.into());
        let possible = Outlook::Possible(Some(reason.into()));
        check(FALLING, FLAT, End::Epochs, 0.30, &promising);
        check(FALLING, FALLING, End::Patience, 0.01, &promising);
        check(FALLING, FLAT, End::Epochs, 0.31, &possible);
        let dev = "dev error still falls, by 20.00 points over the last 4 epochs";
        check(
            FLAT,
            FALLING,
            End::Epochs,
            0.1,
            &Outlook::Promising(dev.into()),
        );
    }

    #[test]
    fn what_is_flat_or_rises_is_not() {
        check(FLAT, FLAT, End::Epochs, 0.01, &Outlook::Spent);
        check(RISING, FLAT, End::Patience, 0.01, &Outlook::Spent);
        // Train falls, but what is chosen by dev error would stay the same.
        check(FALLING, RISING, End::Epochs, 0.01, &Outlook::Spent);
        check(FALLING, RISING, End::Time, 0.01, &Outlook::Spent);
    }

    #[test]
    fn where_a_flat_end_proves_nothing_more_epochs_stay_possible() {
        let possible = Outlook::Possible(None);
        check(FLAT, FLAT, End::Time, 0.01, &possible);
        check(FLAT, FLAT, End::Interrupted, 0.01, &possible);
        let last_is_best = [9.0, 7.0, 8.0, 7.0, 8.0, 6.0];
        check(FLAT, last_is_best, End::Epochs, 0.01, &possible);
        let short = Curve::for_test(&[9.0, 9.0, 9.0], &[9.0, 9.0, 9.0]);
        assert_eq!(outlook(&short, End::Epochs, 0.01), possible);
        assert_eq!(outlook(&Curve::default(), End::Epochs, 0.01), possible);
    }

    #[test]
    fn a_loss_that_still_falls_is_said() {
        let mut curve = Curve::for_test(&FLAT, &FLAT);
        for (at, evaluation) in curve.evaluations.iter_mut().enumerate() {
            evaluation.train.loss = 1.0 - at as f64 / 10.0;
        }
        let reason = "train loss still falls, though not the errors";
        let expected = Outlook::Possible(Some(reason.into()));
        assert_eq!(outlook(&curve, End::Epochs, 0.01), expected);
    }

    /// A cycle that ends makes every curve fall, and every other one flat.
    #[test]
    fn what_a_falling_learning_rate_does_proves_nothing() {
        let anneal = |mut curve: Curve| {
            for (at, evaluation) in curve.evaluations.iter_mut().enumerate() {
                evaluation.learning_rate = 0.1 / (at + 1) as f64;
            }
            outlook(&curve, End::Epochs, 0.01)
        };
        let falling = anneal(Curve::for_test(&FALLING, &FLAT));
        let reason = "train error still falls, by 20.00 points over the last 4 epochs, as the learning rate does";
        assert_eq!(falling, Outlook::Possible(Some(reason.into())));
        let flat = anneal(Curve::for_test(&FLAT, &FLAT));
        assert_eq!(flat, Outlook::Possible(None));
    }
}
