use super::*;

fn curve(values: &[f64]) -> Vec<CurvePoint> {
    let point = |(at, &value): (usize, &f64)| CurvePoint {
        epoch: at as f64 + 1.0,
        value,
    };
    values.iter().enumerate().map(point).collect()
}

fn direction_of(values: &[f64]) -> Option<Direction> {
    Trend::of(&curve(values)).map(|trend| trend.direction)
}

/// Exact one-sided p without ties: the share of the n! orders with as few pairs in the wrong order or fewer,
/// which is 1, 1 + (n − 1), … of them (Kendall 1975).
#[test]
fn a_trend_is_one_that_chance_makes_in_a_twentieth_of_all_orders_at_most() {
    use Direction::{Falling, Flat, Rising};
    fn check(values: &[f64], expected: Option<Direction>) {
        assert_eq!(direction_of(values), expected, "{values:?}");
        let upside_down: Vec<f64> = values.iter().map(|value| -value).collect();
        let opposite = expected.map(|direction| match direction {
            Falling => Rising,
            Flat => Flat,
            Rising => Falling,
        });
        assert_eq!(direction_of(&upside_down), opposite, "-{values:?}");
    }
    check(&[], None);
    check(&[3.0, 2.0, 1.0], None); // 1 of 6
    check(&[4.0, 3.0, 2.0, 1.0], Some(Falling)); // 1 of 24
    check(&[4.0, 3.0, 1.0, 2.0], Some(Flat)); // 4 of 24
    check(&[5.0, 4.0, 3.0, 2.0, 1.0], Some(Falling)); // 1 of 120
    check(&[5.0, 4.0, 3.0, 1.0, 2.0], Some(Falling)); // 5 of 120
    check(&[5.0, 4.0, 2.0, 1.0, 3.0], Some(Flat)); // 14 of 120
    // Six points: 1 + 5 + 14 = 20 of 720 have at most 2 pairs in the wrong order, 29 more have 3.
    check(&[6.0, 5.0, 4.0, 2.0, 1.0, 3.0], Some(Falling));
    check(&[6.0, 5.0, 4.0, 1.0, 2.0, 3.0], Some(Flat));
    check(&[1.0, 1.0, 1.0, 1.0], Some(Flat));
    // By hand: S = −8, var = (5·4·15 − 2·(2·1·9))/18 = 14.67, z = −7/3.83 = −1.83.
    check(&[3.0, 3.0, 2.0, 1.0, 1.0], Some(Falling));
    // By hand: S = −3, var = (4·3·13 − 3·2·11)/18 = 5, z = −2/2.24: a single step proves nothing.
    check(&[2.0, 1.0, 1.0, 1.0], Some(Flat));
    check(&[4.0, 3.0, f64::NAN, 1.0], None);
}

/// By hand: the 15 pairs without the odd point have a slope of −1, of the 6 with it one is lower.
#[test]
fn one_odd_point_does_not_move_the_slope() {
    let odd = curve(&[10.0, 9.0, 8.0, 7.0, 6.0, 100.0, 4.0]);
    let trend = Trend::of(&odd).unwrap();
    assert!((trend.slope + 1.0).abs() < 1e-12);
    assert!((trend.change() + 6.0).abs() < 1e-12);
}

/// By hand: (1, 5), (2, 4), (4, 0), (5, 0) have the slopes −1, −5/3, −5/4, −2, −4/3 and 0; in order the two in the
/// middle are −4/3 and −5/4.
#[test]
fn the_slope_is_the_median_over_pairs_of_uneven_epochs() {
    let points = [(1.0, 5.0), (2.0, 4.0), (4.0, 0.0), (5.0, 0.0)];
    let points = points.map(|(epoch, value)| CurvePoint { epoch, value });
    let expected = -(4.0 / 3.0 + 5.0 / 4.0) / 2.0;
    assert!((Trend::of(&points).unwrap().slope - expected).abs() < 1e-12);
    // An epoch that was measured twice has no slope of its own.
    let twice = points.map(|point| CurvePoint {
        epoch: 1.0,
        ..point
    });
    assert!(Trend::of(&twice).unwrap().slope.abs() < 1e-12);
}

#[test]
fn the_end_is_the_last_third_and_five_points_at_least() {
    fn check(n: usize, expected: Option<f64>) {
        let falling: Vec<f64> = (0..n).map(|at| -(at as f64)).collect();
        let from = Trend::at_end(&curve(&falling)).map(|trend| trend.from);
        assert_eq!(from, expected, "{n} points");
    }
    check(0, None);
    check(3, None);
    check(4, Some(1.0));
    check(9, Some(5.0)); // 5 to 9
    check(15, Some(11.0)); // 11 to 15, a third
    check(30, Some(21.0)); // 21 to 30
    // 1,000 of 3,000: every fifth is taken, up to the last.
    let long: Vec<f64> = (0..3_000).map(|at| -f64::from(at)).collect();
    let trend = Trend::at_end(&curve(&long)).unwrap();
    assert_eq!((trend.from, trend.to), (2_005.0, 3_000.0));
    // What fell long ago does not fall still.
    let settled: Vec<f64> = (0..30).map(|at| f64::from((20 - at).max(0))).collect();
    let trend = Trend::at_end(&curve(&settled)).unwrap();
    assert_eq!(trend.direction, Direction::Flat);
}

#[test]
fn the_lowest_is_the_first_of_equal_ones() {
    assert_eq!(lowest(&[]), None);
    assert_eq!(lowest(&curve(&[3.0, 1.0, 2.0, 1.0])), Some(1));
}

#[test]
fn overfitting_is_dev_that_rises_while_train_falls() {
    fn check(train: &[f64], dev: &[f64], expected: Option<f64>) {
        assert_eq!(overfits_from(&curve(train), &curve(dev)), expected);
    }
    let falling = [9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0];
    let turning = [9.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
    check(&falling, &turning, Some(2.0));
    // Both fall; both rise; train is fitted already.
    check(&falling, &falling, None);
    check(&turning, &turning, None);
    check(&[0.0; 7], &turning, None);
    // Dev jumps up from its lowest and stays there, which any lowest of a scatter does.
    check(&falling, &[9.0, 5.0, 7.0, 6.0, 7.0, 6.0, 7.0], None);
    // Three points behind the lowest are too few to tell.
    check(&falling, &[9.0, 8.0, 7.0, 5.0, 6.0, 7.0, 8.0], None);
    check(&[], &[], None);
}
