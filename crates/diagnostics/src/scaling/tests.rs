use super::*;
use crate::rate::ErrorCount;

fn curve(points: &[(u64, f64)]) -> Curve {
    let points: Vec<Point> = points
        .iter()
        .map(|&(n, value)| Point::new(n, value))
        .collect();
    Curve::new(&points).unwrap()
}

/// Each value as of three trainings: at it, the given share above it, and as many times below it.
fn thrice(points: &[(u64, f64)], share: f64) -> Curve {
    let spread = [1.0 / (1.0 + share), 1.0, 1.0 + share];
    let three = |&(n, value): &(u64, f64)| spread.map(|times| (n, value * times));
    curve(&points.iter().flat_map(three).collect::<Vec<_>>())
}

#[test]
fn points_that_are_none() {
    fn check(points: &[Point], expected: &str) {
        assert_eq!(Curve::new(points).unwrap_err().to_string(), expected);
    }
    let good = Point::new(10, 0.5);
    check(&[], "the curve has no points; expected at least one");
    check(
        &[good, Point::new(0, 0.1)],
        "point 1 has 0 training examples; expected at least 1",
    );
    for (value, shown) in [
        (-1.0, "-1"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
        (0.0, "0"),
    ] {
        check(
            &[good, Point::new(20, value)],
            &format!(
                "point 1 (20 training examples) has the value {shown}; expected a number above 0 (no errors \
                 at all: measure on more examples, or leave the size out)"
            ),
        );
    }
    check(
        &[good.of_seed(3), good.of_seed(3)],
        "seed 3 stands twice at 10 training examples; expected once",
    );
    check(
        &[good.of_seed(3), good],
        "point 1 (10 training examples) has no seed and others have one; expected one for all or for none",
    );
}

#[test]
fn points_of_a_size_belong_together() {
    let curve = curve(&[(200, 0.1), (100, 0.4), (100, 0.1)]);
    let means = curve.means();
    // Geometric mean of 0.4 and 0.1.
    assert_eq!(means[0].0, 100);
    assert!((means[0].1 - 0.2).abs() < 1e-12, "{means:?}");
    assert_eq!(curve.span(), (100, 200));
}

#[test]
fn shapes() {
    fn check(curve: &Curve, expected: &str) {
        let shape = curve.shape(Confidence::default());
        let got = shape.map_or_else(|reason| reason.to_string(), |()| "fine".into());
        assert!(got.starts_with(expected), "{got}\nexpected {expected}");
    }
    let sizes = [1_000, 2_000, 4_000, 8_000, 16_000];
    let of = |values: &[f64]| -> Vec<(u64, f64)> {
        sizes.into_iter().zip(values.iter().copied()).collect()
    };
    check(
        &curve(&of(&[10.0, 8.0, 6.0])),
        "the curve has 3 numbers of training examples; expected at least 4",
    );
    check(&curve(&of(&[10.0, 8.0, 6.5, 5.5])), "fine");
    let bump = "the curve rises from 8.0000 at 2000 training examples to 12.0000 at 4000, which is more than noise";
    check(&curve(&of(&[10.0, 8.0, 12.0, 5.0])), bump);
    check(&thrice(&of(&[10.0, 8.0, 12.0, 5.0]), 0.05), bump);
    // Trainings of one size a factor of 1.3 apart: standard deviation ln 1.3 = 0.262 of the logarithm, of a mean
    // 0.151. The rise is 4 over √(8² + 12²) · 0.151 = 2.18, or 1.8 of them: noise. The fall is 5 over
    // √(10² + 5²) · 0.151 = 1.69, or 3.0; Student's with 8 degrees of freedom asks for 1.86.
    check(&thrice(&of(&[10.0, 8.0, 12.0, 5.0]), 0.3), "fine");
    // A factor of 1.6: 0.271, and the fall is 1.65 of them.
    check(
        &thrice(&of(&[10.0, 8.0, 12.0, 5.0]), 0.6),
        "the curve is flat: 10.0000 at the fewest training examples and 5.0000",
    );
    // Nothing learnt, then everything at once.
    check(
        &curve(&of(&[10.0, 10.0, 10.0, 5.0])),
        "the curve bulges at 4000 training examples: 10.0000, and 6.6667 on",
    );
    check(
        &curve(&of(&[10.0, 8.0, 6.5, 5.5, 2.0])),
        "the curve bulges at 8000",
    );
    // Up at the end, by 15 % of the value: beyond the noise that is assumed of single trainings; 4 % isn't.
    check(
        &curve(&of(&[10.0, 8.0, 6.5, 6.0, 6.9])),
        "the curve rises from 6.0000 at 8000",
    );
    check(&curve(&of(&[10.0, 8.0, 6.5, 6.0, 6.24])), "fine");
    // The same 4 % with trainings that differ by 0.5 %.
    check(
        &thrice(&of(&[10.0, 8.0, 6.5, 6.0, 6.24]), 0.005),
        "the curve rises from 6.0000 at 8000",
    );
    check(
        &curve(&of(&[10.0, 10.1, 9.9, 10.0])),
        "the curve is flat: 10.0000 at the fewest training examples and 10.0000",
    );
    // Equal trainings, equal values: no noise to measure a fall by.
    check(&thrice(&of(&[10.0; 5]), 0.0), "the curve is flat");
    check(&thrice(&of(&[10.0, 8.0, 6.5, 5.5]), 0.0), "fine");
    // A rise of 15 % that is one of 20 to 23 errors: their sampling error alone is 22 %.
    let errors = [40, 30, 24, 20, 23].map(|errors| ErrorCount::new(errors, 1_000).unwrap());
    let points: Vec<Point> = sizes
        .into_iter()
        .zip(errors)
        .map(|(n, count)| Point::counted(n, count))
        .collect();
    check(&Curve::new(&points).unwrap(), "fine");
}

#[test]
fn a_law_without_noise_is_found() {
    // The law's own formula is the origin of all numbers.
    fn check(scale: f64, exponent: f64, floor: f64) {
        let truth = OffsetPowerLaw {
            scale,
            exponent,
            floor,
        };
        let points: Vec<(u64, f64)> = (0..8)
            .map(|doubling| 500 << doubling)
            .map(|n| (n, truth.value_at(n as f64)))
            .collect();
        let law = OffsetPowerLaw::fit(&curve(&points));
        let largest = points[7].1;
        assert!(
            (law.exponent / exponent - 1.0).abs() < 1e-4,
            "{law:?} {truth:?}"
        );
        assert!((law.scale / scale - 1.0).abs() < 1e-3, "{law:?} {truth:?}");
        assert!(
            (law.floor - floor).abs() < 1e-4 * largest,
            "{law:?} {truth:?}"
        );
    }
    for exponent in [0.07, 0.35, 0.5, 1.0, 2.0] {
        for floor in [0.0, 0.01, 0.3] {
            check(3.0, exponent, floor);
            check(700.0, exponent, floor);
        }
    }
    check(1e9, 0.5, 1e6);
    check(1e-9, 0.5, 1e-12);
}

#[test]
fn examples_for_a_target_by_hand() {
    let law = OffsetPowerLaw {
        scale: 2.0,
        exponent: 0.5,
        floor: 0.01,
    };
    // (2 / (0.03 − 0.01))² = 10,000.
    assert!((law.examples_for(0.03).unwrap() - 10_000.0).abs() < 1e-6);
    assert!((law.value_at(10_000.0) - 0.03).abs() < 1e-15);
    assert_eq!(law.examples_for(0.01), None);
    assert_eq!(law.examples_for(-1.0), None);
}

#[test]
fn reach_by_hand() {
    fn check(sizes: &[(u64, f64)], n: f64, expected: Reach) {
        assert_eq!(Reach::of(n, &curve(sizes)), expected, "{n}");
    }
    // Sizes that span a factor of 4: so far and no further.
    let narrow = [(100, 0.2), (400, 0.1)];
    check(&narrow, 99.0, Reach::Below);
    check(&narrow, 100.0, Reach::Within);
    check(&narrow, 400.0, Reach::Within);
    check(&narrow, 1_600.0, Reach::Beyond);
    check(&narrow, 1_601.0, Reach::Far);
    // A factor of 100: no further than 10.
    let wide = [(100, 0.2), (10_000, 0.1)];
    check(&wide, 100_000.0, Reach::Beyond);
    check(&wide, 100_001.0, Reach::Far);
}

#[test]
fn needed_from_resamples_by_hand() {
    // 0, 1, …, 100 thousand examples, of which the last are never enough.
    fn check(estimate: Result<f64, f64>, unreachable: usize, expected: Needed) {
        let of = |n: usize| (n + unreachable <= 100).then_some(n as f64 * 1_000.0);
        let curve = curve(&[(100, 0.2), (10_000, 0.1)]);
        let confidence = Confidence::new(0.9).unwrap();
        let got = Needed::new(estimate, (0..=100).map(of), confidence, &curve);
        assert_eq!(got, expected);
    }
    // 5 % at each end: values number 5 and 95 of 0 to 100.
    let examples = |high, unreachable| Needed::Examples {
        n: 50_001,
        low: 5_000,
        high,
        unreachable,
        reach: Reach::Beyond,
    };
    check(Ok(50_000.3), 0, examples(Some(95_000), 0.0));
    check(Ok(50_000.3), 5, examples(Some(95_000), 5.0 / 101.0));
    check(Ok(50_000.3), 6, examples(None, 6.0 / 101.0));
    let never = |low, unreachable| Needed::Never {
        floor: 0.1,
        low,
        unreachable,
    };
    check(Err(0.1), 60, never(Some(5_000), 60.0 / 101.0));
    check(Err(0.1), 101, never(None, 1.0));
}

#[test]
fn a_target_below_the_floor_is_never_reached() {
    let truth = OffsetPowerLaw {
        scale: 3.0,
        exponent: 0.7,
        floor: 0.1,
    };
    let points: Vec<(u64, f64)> = [100, 300, 1_000, 3_000, 10_000, 30_000]
        .map(|n| (n, truth.value_at(n as f64)))
        .into();
    let scaling = Scaling::analyse(&thrice(&points, 0.01), Confidence::default(), 5).unwrap();
    let needed = scaling.examples_for(0.05);
    let Needed::Never {
        floor,
        low: None,
        unreachable,
    } = needed
    else {
        panic!("{needed:?}");
    };
    assert!(
        (floor - 0.1).abs() < 1e-3 && unreachable > 0.99,
        "{needed:?}"
    );
    // Far above the floor it is a number.
    let needed = scaling.examples_for(0.11);
    assert!(
        matches!(
            needed,
            Needed::Examples {
                unreachable: 0.0,
                ..
            }
        ),
        "{needed:?}"
    );
}

#[test]
fn equal_seeds_equal_intervals() {
    let points = [(100, 0.3), (300, 0.21), (1_000, 0.15), (3_000, 0.13)];
    let curve = thrice(&points, 0.05);
    let analyse = |seed| Scaling::analyse(&curve, Confidence::default(), seed).unwrap();
    assert_eq!(analyse(1).predict(1e4), analyse(1).predict(1e4));
    assert_ne!(analyse(1).predict(1e4), analyse(2).predict(1e4));
    let (band, new) = (analyse(1).band(1e4), analyse(1).predict(1e4));
    assert!(
        new.low < band.low && band.high < new.high,
        "{band:?} {new:?}"
    );
    let refused = Scaling::analyse(&self::curve(&points[..3]), Confidence::default(), 1);
    assert_eq!(refused.unwrap_err(), IllShaped::TooFewSizes { sizes: 3 });
}
