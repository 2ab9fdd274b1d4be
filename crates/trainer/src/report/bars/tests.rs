use plumb_diagnostics::{ErrorCount, Figures, GapKind, Human, Options, RateName, diagnose};
use proptest::prelude::*;

use super::*;

fn screen(ascii: bool) -> Screen {
    Screen {
        width: 80,
        ascii,
        colours: false,
    }
}

fn diagnosis(human: f64, counts: [(u64, u64); 4]) -> Diagnosis {
    let [train, train_dev, dev, test] =
        counts.map(|(errors, n)| Some(ErrorCount::new(errors, n).unwrap().into()));
    let figures = Figures {
        human: Some(Human::figure(human).unwrap()),
        human_general: None,
        train,
        train_dev,
        dev,
        test,
    };
    diagnose(&figures, &Options::default()).unwrap()
}

fn rate_of(diagnosis: &Diagnosis, name: RateName) -> &Rate {
    diagnosis
        .rates
        .iter()
        .find(|rate| rate.name == name)
        .unwrap()
}

#[test]
fn a_scale_ends_at_a_round_number() {
    for (most, expected) in [
        (0.0, 0.01),
        (0.004_1, 0.005),
        (0.256, 0.3),
        (0.25, 0.25),
        (0.1, 0.1),
        (0.81, 1.0),
        (1.0, 1.0),
    ] {
        assert!((round_above(most) - expected).abs() < 1e-12, "{most}");
    }
}

#[test]
fn an_axis_names_its_ends_and_its_middle() {
    let axis = |end, columns| Scale { end, columns }.axis();
    //                          0         1         2         3
    //                          0123456789012345678901234567890
    assert_eq!(axis(0.3, 31), "0 %            15 %        30 %");
    assert_eq!(axis(0.3, 12), "0 %     30 %");
    assert_eq!(axis(0.025, 31), "0 %            1.25 %     2.5 %");
}

/// By hand: on a scale to 30 % with 31 columns a column is a point. The quickstart's dev error is 19.6 % (Wilson,
/// by `SciPy` 16.36 to 23.31, so columns 16, 20, 23); its gap to the 0.45 % of train-dev goes from column 0, and
/// Newcombe's interval from 0.45 + 15.88 = 16.33 to 0.45 + 22.86 = 23.31, columns 16 and 23 again. Test is 21.8 %
/// (18.40 to 25.63), its gap -2.83 to 7.22 points from 19.6 %: columns 17, 22, 27. Train is below half a column.
#[test]
fn bars_reach_as_far_as_rates() {
    let given = diagnosis(0.03, [(25, 18_000), (9, 2_000), (98, 500), (109, 500)]);
    let scale = Scale::of(&given, 31);
    assert!((scale.end - 0.3).abs() < 1e-12);
    let rates = |name, ascii| rate(rate_of(&given, name), scale, screen(ascii));
    let gaps = |kind, ascii| gap(given.gap(kind).unwrap(), &given, scale, screen(ascii));
    assert_eq!(rates(RateName::Human, false), "███");
    assert_eq!(rates(RateName::Train, false), "▏");
    assert_eq!(rates(RateName::Dev, false), "████████████████├───┼──┤");
    assert_eq!(rates(RateName::Dev, true), "################[---+--]");
    assert_eq!(gaps(GapKind::AvoidableBias, false), "░░░");
    assert_eq!(
        gaps(GapKind::DataMismatch, false),
        "▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓├───┼──┤"
    );
    let test = format!("{}├────┼────┤", " ".repeat(17));
    assert_eq!(gaps(GapKind::OverfittingToDev, false), test);
    assert_eq!(
        gaps(GapKind::OverfittingToDev, true),
        format!("{}[----+----]", " ".repeat(17))
    );
}

#[test]
fn a_perfect_model_has_no_bar() {
    let given = diagnosis(0.0, [(0, 100); 4]);
    let scale = Scale::of(&given, 31);
    let train = rate(rate_of(&given, RateName::Train), scale, screen(false));
    assert_eq!(train, "");
}

proptest! {
    /// Whatever is measured: no line is wider than its columns, and a rate's point stands in the column of the rate.
    #[test]
    fn bars_fit(
        human in 0.0..1.0,
        counts in prop::array::uniform4((0_u64..=50, 50_u64..2_000)),
        columns in 2_usize..120,
        ascii: bool,
    ) {
        let given = diagnosis(human, counts);
        let scale = Scale::of(&given, columns);
        let width = |text: &str| text.chars().count();
        for found in &given.rates {
            let line = rate(found, scale, screen(ascii));
            prop_assert!(width(&line) <= columns);
            if found.interval.is_some() {
                let at = (found.rate / scale.end * (columns - 1) as f64).round() as usize;
                prop_assert_eq!(line.chars().nth(at), Some(screen(ascii).symbols().point));
            }
        }
        for found in &given.gaps {
            prop_assert!(width(&gap(found, &given, scale, screen(ascii))) <= columns);
        }
        prop_assert!(columns < 16 || width(&scale.axis()) == columns);
    }
}
