use rayon::prelude::*;

use super::*;
use crate::Values;

fn load(options: &Gaussian, seed: u64) -> Examples {
    options.load(&Context::new(seed)).unwrap().examples
}

/// Two classes at this distance, turned by so many degrees, under so much noise.
fn pair(distance: f64, turn_degrees: f64, noise: f64) -> Gaussian {
    Gaussian {
        distance,
        turn_degrees,
        noise,
        ..Gaussian::new(100_000)
    }
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} for {expected}"
    );
}

/// The share of examples that `rule` gives another class is `expected` within four standard errors.
fn check_rule(options: &Gaussian, expected: f64, rule: impl Fn(&[f64]) -> usize + Sync) {
    let examples = load(options, 7);
    let strength = options.warp_strength.unwrap_or(DEFAULT_WARP_STRENGTH);
    let is_wrong = |&i: &usize| {
        let mut x: Vec<f64> = examples.example(i).into_iter().map(f64::from).collect();
        options.warp.undo(strength, &mut x);
        rule(&x) != examples.labels[i] as usize
    };
    let n = examples.len();
    let n_wrong = (0..n).into_par_iter().filter(is_wrong).count();
    let standard_error = (expected * (1.0 - expected) / n as f64).sqrt();
    near(n_wrong as f64 / n as f64, expected, 4.0 * standard_error);
}

/// The class with the largest share times density, for these means and this noise.
fn best_class(x: &[f64], means: &[Vec<f64>], shares: &[f64], noise: f64) -> usize {
    let score = |class: usize| {
        let squares: f64 = x
            .iter()
            .zip(means[class].iter().chain(std::iter::repeat(&0.0)))
            .map(|(x, mean)| (x - mean).powi(2))
            .sum();
        shares[class].ln() - squares / (2.0 * noise * noise)
    };
    (0..means.len())
        .max_by(|&a, &b| score(a).total_cmp(&score(b)))
        .unwrap()
}

#[test]
fn the_numbers_of_the_statistics_page() {
    // Percentages from shared/STATISTICS.md, to the digits given there.
    let check = |options: Gaussian, bayes_percent: f64, optimum_percent: f64| {
        let loaded = Gaussian {
            examples: 2,
            ..options.clone()
        }
        .load(&Context::new(7))
        .unwrap();
        let bayes = loaded.bayes.unwrap();
        near(100.0 * bayes.rate, bayes_percent, 0.005);
        assert!(bayes.standard_error.abs() < f64::MIN_POSITIVE);
        let optimum = options.general_optimum_error().unwrap();
        near(100.0 * optimum, optimum_percent, 0.005);
    };
    // Φ(−Δ/2)
    check(pair(1.0, 0.0, 1.0), 30.85, 30.85);
    check(pair(2.0, 0.0, 1.0), 15.87, 15.87);
    check(pair(3.0, 0.0, 1.0), 6.68, 6.68);
    check(pair(4.0, 0.0, 1.0), 2.28, 2.28);
    // data mismatch: Φ(−(Δ/2)·cos θ), the Bayes error stays
    check(pair(3.0, 30.0, 1.0), 6.68, 9.70);
    check(pair(3.0, 60.0, 1.0), 6.68, 22.66);
    check(pair(3.0, -60.0, 1.0), 6.68, 22.66);
    // harder, not mismatched: Φ(−Δ/2s) at the same boundary: Δ = 3 at s = 1.5 is Δ = 2
    check(pair(3.0, 0.0, 1.5), 15.87, 15.87);
    // scipy.stats.norm.cdf(-3 / 4); and of -(3 / 4)·cos 60° = -0.375
    check(pair(3.0, 0.0, 2.0), 22.66, 22.66);
    check(pair(3.0, 60.0, 2.0), 22.66, 35.38);
    // An invertible map leaves all of it unchanged.
    for warp in [Warp::Bend, Warp::Swirl] {
        let warped = Gaussian {
            warp,
            warp_strength: Some(3.0),
            ..pair(3.0, 30.0, 1.0)
        };
        check(warped, 6.68, 9.70);
    }
}

#[test]
fn the_general_optimum_gets_its_formula_on_what_is_drawn() {
    // The plain nearest mean of the general distribution: the sign of the first coordinate.
    let sign = |x: &[f64]| usize::from(x[0] > 0.0);
    for (turn, noise) in [(0.0, 1.0), (30.0, 1.0), (60.0, 1.5), (120.0, 1.0)] {
        let options = pair(3.0, turn, noise);
        let expected = options.general_optimum_error().unwrap();
        check_rule(&options, expected, sign);
    }
    let unequal = Gaussian {
        class_shares: Some(vec![0.8, 0.2]),
        ..pair(2.0, 40.0, 1.5)
    };
    let means = simplex::means(2, 2.0, 0.0);
    let expected = unequal.general_optimum_error().unwrap();
    check_rule(&unequal, expected, |x| {
        best_class(x, &means, &[0.8, 0.2], 1.0)
    });
}

#[test]
fn the_best_rule_gets_the_bayes_error_on_what_is_drawn() {
    let check = |options: Gaussian| {
        let turn = options.turn_degrees.to_radians();
        let means = simplex::means(options.classes, options.distance, turn);
        let shares = options.shares();
        let rule = |x: &[f64]| best_class(x, &means, &shares, options.noise);
        check_rule(&options, options.bayes_error(), rule);
    };
    check(pair(2.0, 50.0, 1.3));
    let several = Gaussian {
        classes: 4,
        dimension: 6,
        turn_degrees: 25.0,
        warp: Warp::Bend,
        warp_strength: Some(5.0),
        ..Gaussian::new(60_000)
    };
    let unequal = Gaussian {
        class_shares: Some(vec![0.1, 0.5, 0.15, 0.25]),
        noise: 1.4,
        warp: Warp::Swirl,
        ..several.clone()
    };
    check(several);
    check(unequal);
}

#[test]
fn turned_classes_have_a_general_optimum_only_where_it_is_known() {
    let three = |turn_degrees| Gaussian {
        classes: 3,
        turn_degrees,
        noise: 1.5,
        ..Gaussian::new(10)
    };
    let unturned = three(0.0);
    assert_eq!(three(1.0).general_optimum_error(), None);
    // With equal shares the noise does not move the boundary.
    near(
        unturned.general_optimum_error().unwrap(),
        unturned.bayes_error(),
        1e-12,
    );
    // With unequal ones it does, and no rule beats the best.
    let unequal = Gaussian {
        class_shares: Some(vec![0.6, 0.3, 0.1]),
        ..unturned
    };
    assert!(unequal.general_optimum_error().unwrap() > unequal.bayes_error() + 1e-3);
}

#[test]
fn nearest_mean_on_few_examples_has_the_variance_of_the_statistics_page() {
    // p = 20, N = 40, Δ = 2: "about" 20.7 % by the formula; 20,000 trainings in NumPy give a mean of
    // 20.94 % and a deviation of 1.83 points, so 0.13 points for the mean of 200.
    let (n_features, n) = (20, 40);
    let error = |seed: u64| {
        let options = Gaussian {
            dimension: n_features,
            ..Gaussian::new(n)
        };
        let examples = load(&options, seed);
        let mut means = [vec![0.0; n_features], vec![0.0; n_features]];
        for i in 0..n {
            let mean = &mut means[examples.labels[i] as usize];
            for (mean, x) in mean.iter_mut().zip(examples.example(i)) {
                *mean += 2.0 * f64::from(x) / n as f64;
            }
        }
        let pairs = || means[0].iter().zip(&means[1]);
        let length = pairs().map(|(a, b)| (b - a).powi(2)).sum::<f64>().sqrt();
        // How far the boundary is from the origin, and what one true mean's step, Δ/2 = 1, is along it.
        let offset = pairs().map(|(a, b)| (b * b - a * a) / 2.0).sum::<f64>() / length;
        let step = (means[1][0] - means[0][0]) / length;
        bayes::two_gaussians(step, offset, 1.0, [0.5, 0.5])
    };
    let mean = (0..200).map(error).sum::<f64>() / 200.0;
    near(mean, 0.2094, 4.0 * 0.0013);
}

#[test]
fn values_have_the_mean_and_the_deviation_that_were_asked_for() {
    let options = Gaussian {
        dimension: 3,
        ..pair(4.0, 90.0, 2.0)
    };
    let examples = load(&options, 7);
    let n = examples.len() as f64;
    for (axis, centre) in [(0, 0.0), (1, 2.0), (2, 0.0)] {
        let offsets: Vec<f64> = (0..examples.len())
            .map(|i| {
                let sign = if examples.labels[i] == 1 { 1.0 } else { -1.0 };
                f64::from(examples.example(i)[axis]) - sign * centre
            })
            .collect();
        let mean = offsets.iter().sum::<f64>() / n;
        let square = offsets.iter().map(|x| x * x).sum::<f64>() / n;
        // Five standard errors: that of the mean is σ/√n, that of the mean square σ²·√(2/n).
        near(mean, 0.0, 5.0 * 2.0 / n.sqrt());
        near(square, 4.0, 5.0 * 4.0 * (2.0 / n).sqrt());
    }
}

#[test]
fn a_warp_is_a_map_of_the_same_draws() {
    for warp in [Warp::Bend, Warp::Swirl] {
        let flat = Gaussian {
            dimension: 5,
            examples: 200,
            ..pair(3.0, 20.0, 1.0)
        };
        let warped = Gaussian {
            warp,
            warp_strength: Some(2.0),
            ..flat.clone()
        };
        let (flat, warped) = (load(&flat, 7), load(&warped, 7));
        for i in 0..flat.len() {
            let mut x: Vec<f64> = flat.example(i).into_iter().map(f64::from).collect();
            warp.apply(2.0, &mut x);
            for (x, y) in x.iter().zip(warped.example(i)) {
                near(f64::from(y), *x, 1e-4);
            }
        }
    }
}

#[test]
fn a_warp_makes_flat_boundaries_worse() {
    let check = |warp, strength| {
        let options = Gaussian {
            warp,
            warp_strength: Some(strength),
            ..pair(4.0, 0.0, 1.0)
        };
        let examples = load(&options, 7);
        let mut means = [[0.0_f64; 2]; 2];
        for i in 0..examples.len() {
            for (mean, x) in means[examples.labels[i] as usize]
                .iter_mut()
                .zip(examples.example(i))
            {
                *mean += f64::from(x);
            }
        }
        let n_wrong = (0..examples.len()).filter(|&i| {
            let x = examples.example(i);
            let (w, half) = (
                [means[1][0] - means[0][0], means[1][1] - means[0][1]],
                examples.len() as f64,
            );
            let middle = [0, 1].map(|axis| (means[0][axis] + means[1][axis]) / half);
            let side: f64 = (0..2).map(|a| w[a] * (f64::from(x[a]) - middle[a])).sum();
            u32::from(side > 0.0) != examples.labels[i]
        });
        let error = n_wrong.count() as f64 / examples.len() as f64;
        assert!(error > 5.0 * options.bayes_error(), "{error} for {warp:?}");
    };
    check(Warp::Bend, 3.0);
    check(Warp::Swirl, 1.5);
}

#[test]
fn a_smaller_set_is_the_beginning_of_a_larger_one() {
    let of = |examples: usize| Gaussian {
        class_shares: Some(vec![0.3, 0.3, 0.4]),
        classes: 3,
        ..Gaussian::new(examples)
    };
    let (small, large) = (load(&of(57), 7), load(&of(200), 7));
    let first: Vec<usize> = (0..57).collect();
    assert_eq!(large.select(&first), small);
    assert_ne!(load(&of(57), 8).values, small.values);
}

#[test]
fn classes_take_turns_or_have_the_shares_asked_for() {
    let even = load(
        &Gaussian {
            classes: 3,
            dimension: 2,
            ..Gaussian::new(10)
        },
        7,
    );
    assert_eq!(even.class_counts(), [4, 3, 3]);
    assert_eq!(even.classes, ["0", "1", "2"]);
    assert_eq!(even.shape, [2]);
    assert_eq!(even.range, None);
    assert!(matches!(even.values, Values::F32(_)));
    assert_eq!((even.n_originals(), even.n_sources()), (10, 1));
    assert_eq!(even.source_names, ["gaussian"]);
    let shares = [0.05, 0.8, 0.15];
    let n = 20_000;
    let uneven = load(
        &Gaussian {
            classes: 3,
            class_shares: Some(shares.to_vec()),
            ..Gaussian::new(n)
        },
        7,
    );
    for (count, share) in uneven.class_counts().into_iter().zip(shares) {
        let deviation = (n as f64 * share * (1.0 - share)).sqrt();
        near(count as f64, n as f64 * share, 5.0 * deviation);
    }
}

#[test]
fn extreme_options_give_finite_values() {
    let check = |options: Gaussian| {
        let loaded = options.load(&Context::new(7)).unwrap();
        let values = &loaded.examples.values;
        assert!((0..values.len()).all(|i| values.get(i).is_finite()));
        let rate = loaded.bayes.unwrap().rate;
        assert!((0.0..=1.0).contains(&rate), "{rate} for {options:?}");
        if let Some(rate) = options.general_optimum_error() {
            assert!((0.0..=1.0).contains(&rate), "{rate} for {options:?}");
        }
    };
    let line = Gaussian {
        dimension: 1,
        ..Gaussian::new(1)
    };
    check(line.clone());
    check(Gaussian {
        distance: 100.0,
        noise: 0.001,
        class_shares: Some(vec![1e-300, 1.0]),
        ..line
    });
    for distance in [0.0, 1e-300, 100.0] {
        for noise in Gaussian::NOISE {
            let skewed = Gaussian {
                distance,
                noise,
                turn_degrees: 180.0,
                class_shares: Some(vec![1e-9, 1.0 - 1e-9]),
                warp: Warp::Swirl,
                warp_strength: Some(10.0),
                ..Gaussian::new(3)
            };
            check(skewed.clone());
            check(Gaussian {
                classes: 3,
                turn_degrees: 0.0,
                class_shares: Some(vec![1e-9, 0.5, 0.5 - 1e-9]),
                ..skewed
            });
        }
    }
    check(Gaussian {
        classes: 1000,
        dimension: 999,
        ..Gaussian::new(2)
    });
    check(Gaussian {
        dimension: Gaussian::MAX_DIMENSION,
        ..Gaussian::new(2)
    });
}

#[test]
fn impossible_options_are_named() {
    let check = |change: fn(&mut Gaussian), expected: &str| {
        let mut options = Gaussian::new(10);
        change(&mut options);
        let error = options.check().unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(expected.contains(&format!("`{}`", error.field)));
        assert!(options.load(&Context::new(7)).is_err());
    };
    check(|o| o.examples = 0, "`examples` is 0; expected at least 1");
    // 2^32 bytes over 4·2 for the values and 16 for the rest
    check(
        |o| o.examples = 1_000_000_000_000,
        "`examples` is 1000000000000; expected at most 178956970, which fill 4294967296 bytes",
    );
    check(
        |o| (o.examples, o.dimension) = (usize::MAX, 1 << 20),
        "`examples` is 18446744073709551615; expected at most 1023, which fill 4294967296 bytes",
    );
    check(|o| o.classes = 1, "`classes` is 1; expected 2 to 1000");
    check(
        |o| o.dimension = 0,
        "`dimension` is 0; expected 1 to 1048576",
    );
    check(
        |o| o.dimension = usize::MAX,
        "`dimension` is 18446744073709551615; expected 1 to 1048576",
    );
    check(
        |o| o.classes = 4,
        "`dimension` is 2; expected at least 3 for 4 classes at equal distances",
    );
    check(
        |o| (o.dimension, o.turn_degrees) = (1, 10.0),
        "`dimension` is 1; expected at least 2 for a turn",
    );
    check(
        |o| (o.dimension, o.warp) = (1, Warp::Bend),
        "`dimension` is 1; expected at least 2 for a warp",
    );
    check(
        |o| o.distance = f64::NAN,
        "`distance` is NaN; expected 0 to 100",
    );
    check(|o| o.distance = -1.0, "`distance` is -1; expected 0 to 100");
    check(
        |o| o.turn_degrees = 181.0,
        "`turn_degrees` is 181; expected -180 to 180",
    );
    check(|o| o.noise = 0.0, "`noise` is 0; expected 0.001 to 1000");
    check(
        |o| o.noise = f64::INFINITY,
        "`noise` is inf; expected 0.001 to 1000",
    );
    check(
        |o| (o.warp, o.warp_strength) = (Warp::Swirl, Some(11.0)),
        "`warp_strength` is 11; expected 0 to 10",
    );
    check(
        |o| o.warp_strength = Some(2.0),
        "`warp_strength` is 2 without a warp; expected `warp` too",
    );
    check(
        |o| o.class_shares = Some(vec![1.0]),
        "`class_shares` is a list of 1; expected a share for each of 2 classes",
    );
    check(
        |o| o.class_shares = Some(vec![1.0, 0.0]),
        "`class_shares` has the share 0; expected shares above 0",
    );
    check(
        |o| o.class_shares = Some(vec![f64::NAN, 0.5]),
        "`class_shares` has the share NaN; expected shares above 0",
    );
    check(
        |o| o.class_shares = Some(vec![0.5, 0.25]),
        "`class_shares` adds up to 0.75; expected 1",
    );
    check(
        |o| o.class_shares = Some(vec![0.5, f64::INFINITY]),
        "`class_shares` adds up to inf; expected 1",
    );
}

#[test]
fn options_as_they_stand_in_a_config() {
    let check = |text: &str, expected: &Gaussian| {
        let read: Gaussian = toml::from_str(text).unwrap();
        assert_eq!(&read, expected);
        let written = toml::to_string(&read).unwrap();
        assert_eq!(&toml::from_str::<Gaussian>(&written).unwrap(), expected);
    };
    check("examples = 5", &Gaussian::new(5));
    check(
        "examples = 5
        classes = 3
        dimension = 4
        distance = 3.0
        turn_degrees = 30
        noise = 1.5
        warp = \"bend\"
        warp_strength = 2.0
        class_shares = [0.5, 0.25, 0.25]",
        &Gaussian {
            classes: 3,
            dimension: 4,
            warp: Warp::Bend,
            warp_strength: Some(2.0),
            class_shares: Some(vec![0.5, 0.25, 0.25]),
            examples: 5,
            ..pair(3.0, 30.0, 1.5)
        },
    );
    let error = toml::from_str::<Gaussian>("examples = 5\nwrap = \"bend\"").unwrap_err();
    assert!(
        error.message().starts_with("unknown field `wrap`"),
        "{error}"
    );
    let error = toml::from_str::<Gaussian>("examples = 5\nwarp = \"twist\"").unwrap_err();
    assert_eq!(
        error.message(),
        "unknown variant `twist`, expected one of `none`, `bend`, `swirl`"
    );
}
