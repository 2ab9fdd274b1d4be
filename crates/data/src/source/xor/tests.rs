use super::*;
use crate::Values;

fn options(distance: f64, turn_degrees: f64, noise: f64) -> Xor {
    Xor {
        distance,
        turn_degrees,
        noise,
        ..Xor::new(100_000)
    }
}

fn load(options: &Xor, seed: u64) -> Examples {
    options.load(&Context::new(seed)).unwrap().examples
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} for {expected}"
    );
}

/// The share of examples that `rule` gives another class.
fn error(examples: &Examples, rule: impl Fn(&[f32]) -> u32) -> f64 {
    let n_wrong = (0..examples.len()).filter(|&i| rule(&examples.example(i)) != examples.labels[i]);
    n_wrong.count() as f64 / examples.len() as f64
}

/// Four standard errors of an error rate on so many examples.
fn four_errors(rate: f64, n: usize) -> f64 {
    4.0 * (rate * (1.0 - rate) / n as f64).sqrt()
}

#[test]
fn bayes_error_as_the_larger_density_integrates() {
    // 1 - the sum over a grid of steps 0.01 of the larger of the two classes' densities, in NumPy,
    // agrees to 3e-6; the digits are 2q(1 - q) with scipy.stats.norm.cdf.
    near(
        options(4.0, 0.0, 1.0).bayes_error(),
        0.044_465_126_889_039_26,
        1e-10,
    );
    near(
        options(2.0, 30.0, 1.0).bayes_error(),
        0.266_967_528_662_803_9,
        1e-10,
    );
    near(
        options(4.0, 0.0, 1.5).bayes_error(),
        0.165_783_466_243_974_66,
        1e-10,
    );
    let loaded = options(4.0, 20.0, 1.5).load(&Context::new(7)).unwrap();
    let bayes = loaded.bayes.unwrap();
    near(bayes.rate, 0.165_783_466_243_974_66, 1e-10);
    near(bayes.standard_error, 0.0, 0.0);
}

#[test]
fn the_larger_posterior_gets_the_bayes_error_on_what_is_drawn() {
    for (distance, turn, noise) in [(4.0, 0.0, 1.0), (3.0, 25.0, 1.2), (1.0, 100.0, 1.0)] {
        let options = options(distance, turn, noise);
        let examples = load(&options, 7);
        let (sin, cos) = turn.to_radians().sin_cos();
        // The posterior as it is written down, not the rule of signs that follows from it.
        let found = error(&examples, |x| {
            let density = |u: f64, v: f64| {
                let (cx, cy) = (u * cos - v * sin, u * sin + v * cos);
                let squares = (f64::from(x[0]) - cx).powi(2) + (f64::from(x[1]) - cy).powi(2);
                (-squares / (2.0 * noise * noise)).exp()
            };
            let half = distance / 2.0;
            let equal = density(half, half) + density(-half, -half);
            let different = density(half, -half) + density(-half, half);
            u32::from(different > equal)
        });
        let expected = options.bayes_error();
        near(found, expected, four_errors(expected, examples.len()));
    }
}

#[test]
fn the_general_optimum_gets_its_formula_on_what_is_drawn() {
    // From the four clusters' own probabilities, with scipy.stats.norm.cdf.
    near(
        options(4.0, 20.0, 1.0).general_optimum_error(),
        0.119_956_353_949_164_79,
        1e-10,
    );
    near(
        options(4.0, 20.0, 1.5).general_optimum_error(),
        0.237_877_975_409_267_03,
        1e-10,
    );
    near(options(4.0, 45.0, 1.0).general_optimum_error(), 0.5, 1e-10);
    for turn in [0.0, 20.0, -70.0] {
        let options = options(4.0, turn, 1.5);
        let examples = load(&options, 7);
        let found = error(&examples, |x| u32::from(x[0] * x[1] < 0.0));
        let expected = options.general_optimum_error();
        near(found, expected, four_errors(expected, examples.len()));
    }
}

#[test]
fn linear_models_get_what_the_documentation_says() {
    let examples = load(&options(4.0, 0.0, 1.0), 7);
    let n = examples.len() as f64;
    // The least-squares weights are 0: the label ±1 is uncorrelated with either feature. Of the
    // feature, whose mean square is 1 + 2² = 5, five standard errors are 5·√(5/n).
    for axis in [0, 1] {
        let signed =
            |i| f64::from(examples.example(i)[axis]) * (2.0 * f64::from(examples.labels[i]) - 1.0);
        let product = (0..examples.len()).map(signed).sum::<f64>() / n;
        near(product, 0.0, 5.0 * (5.0 / n).sqrt());
    }
    // Any line through the centre gets 50 %.
    for degrees in [0.0_f32, 45.0, 100.0] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let found = error(&examples, |x| u32::from(x[0] * cos + x[1] * sin > 0.0));
        near(found, 0.5, four_errors(0.5, examples.len()));
    }
    // The best line cuts off one cluster. Where it lies, and its error, are from
    // scipy.optimize.minimize_scalar of ¼·Φ(t − m) + ¼·Φ(t + m) + ½·Φ(−t), m = distance/√2.
    for (distance, threshold, expected) in [
        (2.0, 1.172_00, 0.410_163),
        (4.0, 1.659_25, 0.304_557),
        (8.0, 2.950_96, 0.251_643),
    ] {
        let examples = load(&options(distance, 0.0, 1.0), 7);
        let found = error(&examples, |x| {
            u32::from((x[0] + x[1]) / 2.0_f32.sqrt() < threshold)
        });
        near(found, expected, four_errors(expected, examples.len()));
    }
}

#[test]
fn clusters_lie_where_they_should_and_are_tagged() {
    let options = Xor {
        dimension: 4,
        ..options(6.0, 90.0, 0.5)
    };
    let examples = load(&options, 7);
    let tag = examples.tag("cluster").unwrap();
    assert_eq!(tag.values, ["--", "-+", "+-", "++"]);
    assert!(!tag.is_pool);
    // A quarter turn takes (x, y) to (−y, x).
    for (cluster, [x, y], label) in [
        ("--", [3.0, -3.0], 0),
        ("-+", [-3.0, -3.0], 1),
        ("+-", [3.0, 3.0], 1),
        ("++", [-3.0, 3.0], 0),
    ] {
        let members: Vec<usize> = (0..examples.len())
            .filter(|&i| tag.get(i) == cluster)
            .collect();
        assert_eq!(members.len(), 25_000);
        assert!(members.iter().all(|&i| examples.labels[i] == label));
        for (axis, centre) in [x, y, 0.0, 0.0].into_iter().enumerate() {
            let sum: f64 = members
                .iter()
                .map(|&i| f64::from(examples.example(i)[axis]))
                .sum();
            near(sum / 25_000.0, centre, 5.0 * 0.5 / 25_000.0_f64.sqrt());
        }
    }
}

#[test]
fn a_smaller_set_is_the_beginning_of_a_larger_one() {
    let (small, large) = (load(&Xor::new(57), 7), load(&Xor::new(200), 7));
    let first: Vec<usize> = (0..57).collect();
    assert_eq!(large.select(&first), small);
    assert_ne!(load(&Xor::new(57), 8).values, small.values);
    assert_eq!((small.n_originals(), small.range), (57, None));
    assert_eq!(small.source_names, ["xor"]);
    assert_eq!(
        (small.shape, small.classes),
        (vec![2], vec!["0".into(), "1".into()])
    );
    assert!(matches!(small.values, Values::F32(_)));
}

#[test]
fn impossible_options_are_named() {
    let check = |change: fn(&mut Xor), expected: &str| {
        let mut options = Xor::new(10);
        change(&mut options);
        let error = options.check().unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(expected.contains(&format!("`{}`", error.field)));
        assert!(options.load(&Context::new(7)).is_err());
    };
    check(|o| o.examples = 0, "`examples` is 0; expected at least 1");
    check(
        |o| o.examples = usize::MAX,
        "`examples` is 18446744073709551615; expected at most 178956970, which fill 4294967296 bytes",
    );
    check(
        |o| o.dimension = 1,
        "`dimension` is 1; expected 2 to 1048576",
    );
    check(
        |o| o.distance = 101.0,
        "`distance` is 101; expected 0 to 100",
    );
    check(|o| o.noise = -1.0, "`noise` is -1; expected 0.001 to 1000");
    check(
        |o| o.turn_degrees = f64::NAN,
        "`turn_degrees` is NaN; expected -180 to 180",
    );
}

#[test]
fn options_as_they_stand_in_a_config() {
    let check = |text: &str, expected: &Xor| {
        let read: Xor = toml::from_str(text).unwrap();
        assert_eq!(&read, expected);
        let written = toml::to_string(&read).unwrap();
        assert_eq!(&toml::from_str::<Xor>(&written).unwrap(), expected);
    };
    check("examples = 5", &Xor::new(5));
    check(
        "examples = 5\ndimension = 7\ndistance = 3\nnoise = 1.5\nturn_degrees = 20",
        &Xor {
            examples: 5,
            dimension: 7,
            ..options(3.0, 20.0, 1.5)
        },
    );
    let error = toml::from_str::<Xor>("examples = 5\nclasses = 2").unwrap_err();
    assert!(
        error.message().starts_with("unknown field `classes`"),
        "{error}"
    );
}
