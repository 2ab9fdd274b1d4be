//! Rates are fractions everywhere in plumb; who wrote a percentage is asked.

/// What was probably meant by a number that is no fraction, if it can be a percentage.
pub(crate) fn did_you_mean(rate: f64) -> Option<String> {
    let is_percentage = rate > 1.0 && rate <= 100.0;
    is_percentage.then(|| {
        // 5.1 / 100 is 0.051000000000000004.
        let fraction = format!("{:.10}", rate / 100.0);
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        format!("did you mean {fraction}? rates are fractions: {rate} % is written {fraction}")
    })
}

/// The same of a message that begins as in "is 20; expected", where what is expected is a share.
pub(crate) fn meant_in(message: &str) -> Option<String> {
    let (found, expected) = message.strip_prefix("is ")?.split_once("; expected ")?;
    let is_share = ["share", "below 1", "0 to 0."]
        .iter()
        .any(|words| expected.contains(words));
    did_you_mean(found.parse().ok().filter(|_| is_share)?)
}

/// The same of a message that ends as in "`dev`: the error rate is 10; expected a fraction from 0 to 1".
pub(crate) fn meant_anywhere(message: &str) -> Option<String> {
    let (before, _) = message.split_once("; expected a fraction")?;
    let found = before.rsplit(' ').next()?.trim_matches('`');
    did_you_mean(found.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_shares_are_asked_about() {
        let check = |message: &str, is_asked: bool| {
            assert_eq!(meant_in(message).is_some(), is_asked, "{message}");
        };
        check(
            "is 12.5; expected a count such as 500, or a share such as 0.2",
            true,
        );
        check("is 20; expected a number from 0 to below 1", true);
        check(
            "is 20; expected 0 to 0.9, where no label says anything",
            true,
        );
        check("is 20; expected at most 10", false);
        check("is \"lots\"; expected a share", false);
    }

    #[test]
    fn the_number_before_what_is_expected_is_read() {
        let check = |message: &str, is_asked: bool| {
            assert_eq!(meant_anywhere(message).is_some(), is_asked, "{message}");
        };
        check(
            "`dev`: the error rate is 10; expected a fraction from 0 to 1",
            true,
        );
        check(
            "line 3: `error` is `45`; expected a fraction from 0 to 1",
            true,
        );
        check(
            "the error rate is -1; expected a fraction from 0 to 1",
            false,
        );
        check("the error rate is 10; expected less", false);
    }

    #[test]
    fn percentages_are_recognized() {
        let check = |rate: f64, expected: Option<&str>| {
            let said = did_you_mean(rate);
            let fraction = said
                .as_deref()
                .map(|said| said.split(['?', ' ']).nth(3).unwrap());
            assert_eq!(fraction, expected, "{rate}: {said:?}");
        };
        check(2.5, Some("0.025"));
        check(5.1, Some("0.051"));
        check(100.0, Some("1"));
        for no_percentage in [0.5, 1.0, 100.5, -3.0, f64::NAN, f64::INFINITY] {
            check(no_percentage, None);
        }
    }
}
