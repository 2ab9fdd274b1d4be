use super::*;
use crate::source::Grid;
use crate::{Values, bayes};

const GRID: [usize; 2] = [8, 8];

fn options(examples: usize) -> Templates {
    Templates {
        grid: Some(GRID),
        ..Templates::new(examples)
    }
}

fn load(options: &Templates, seed: u64) -> Examples {
    options.load(&Context::new(seed)).unwrap().examples
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} for {expected}"
    );
}

#[test]
fn two_classes_without_nuisances_have_the_closed_form() {
    // Φ(−‖t₁ − t₂‖/(2σ))
    let [first, second] = [0, 1].map(|class| pattern::draw(3, class, GRID));
    let squares = first.iter().zip(&second).map(|(a, b)| (a - b).powi(2));
    let distance = squares.sum::<f64>().sqrt();
    for noise in [2.5, 5.0] {
        let options = Templates {
            classes: 2,
            template_seed: 3,
            shift: 0,
            noise,
            ..options(2)
        };
        let found = options.load(&Context::new(7)).unwrap().bayes.unwrap();
        let expected = bayes::normal_cdf(-distance / (2.0 * noise));
        assert!(expected > 0.005, "{expected} tests nothing");
        assert!(found.standard_error < 0.0015, "{found:?}");
        near(found.rate, expected, 4.0 * found.standard_error);
    }
}

#[test]
fn the_best_rule_gets_the_bayes_error_on_what_is_drawn() {
    let options = Templates {
        classes: 4,
        contrasts: vec![0.7, 1.4],
        noise: 3.0,
        ..options(12_000)
    };
    let loaded = options.load(&Context::new(7)).unwrap();
    let examples = loaded.examples;
    let patterns: Vec<_> = (0..4).map(|class| pattern::draw(0, class, GRID)).collect();
    // Densities summed as they are defined, pixel by pixel; at this noise none of them underflows.
    let likelihood = |x: &[f32], class: usize| {
        let mut sum = 0.0;
        for down in [7, 8, 9] {
            for right in [7, 8, 9] {
                for contrast in [0.7, 1.4] {
                    let squares = x.iter().enumerate().map(|(i, &x)| {
                        let from = (i / 8 + down) % 8 * 8 + (i % 8 + right) % 8;
                        (f64::from(x) - contrast * patterns[class][from]).powi(2)
                    });
                    sum += (-squares.sum::<f64>() / 18.0).exp();
                }
            }
        }
        sum
    };
    let n_wrong = (0..examples.len()).filter(|&i| {
        let x = examples.example(i);
        let likelihoods = [0, 1, 2, 3].map(|class| likelihood(&x, class));
        let own = likelihoods[examples.labels[i] as usize];
        likelihoods.iter().any(|&other| other > own)
    });
    let n = examples.len() as f64;
    let found = n_wrong.count() as f64 / n;
    let bayes = loaded.bayes.unwrap();
    let variance = bayes.rate * (1.0 - bayes.rate) / n + bayes.standard_error.powi(2);
    near(found, bayes.rate, 4.0 * variance.sqrt());
}

#[test]
fn the_bayes_error_belongs_to_the_distribution_not_to_the_draw() {
    let bayes = |options: &Templates, seed| options.load(&Context::new(seed)).unwrap().bayes;
    let of_noise = |noise| Templates {
        noise,
        bayes_draws: 2000,
        ..options(5)
    };
    let rates = [1.0, 2.0, 3.0].map(|noise| bayes(&of_noise(noise), 7).unwrap().rate);
    assert!(rates[0] < rates[1] && rates[1] < rates[2], "{rates:?}");
    let more = Templates {
        examples: 50,
        ..of_noise(2.0)
    };
    assert_eq!(bayes(&more, 8), bayes(&of_noise(2.0), 7));
    let unknown = Templates {
        bayes_draws: 0,
        ..options(5)
    };
    assert_eq!(bayes(&unknown, 7), None);
}

#[test]
fn images_are_shifted_patterns_under_noise() {
    let options = Templates {
        classes: 3,
        shift: 2,
        contrasts: vec![0.5, -2.0],
        noise: 0.25,
        bayes_draws: 0,
        ..options(600)
    };
    let examples = load(&options, 7);
    let (shift, contrast) = (
        examples.tag("shift").unwrap(),
        examples.tag("contrast").unwrap(),
    );
    assert_eq!((shift.values.len(), shift.n_distinct()), (25, 25));
    assert_eq!(contrast.values, ["0.5", "-2"]);
    assert_eq!(shift.values[0], "-2 -2");
    assert!(shift.values.contains(&"+0 +1".to_owned()));
    let mut squares = 0.0;
    for i in 0..examples.len() {
        let by: Vec<isize> = shift
            .get(i)
            .split(' ')
            .map(|s| s.parse().unwrap())
            .collect();
        let factor: f64 = contrast.get(i).parse().unwrap();
        let pattern = pattern::draw(0, examples.labels[i] as usize, GRID);
        let mut clean = vec![0.0; 64];
        pattern::shift(&pattern, GRID, [by[0], by[1]], &mut clean);
        let pixels = examples.example(i);
        squares += clean
            .iter()
            .zip(pixels)
            .map(|(clean, x)| (f64::from(x) - factor * clean).powi(2))
            .sum::<f64>();
    }
    // What is left is the noise: its mean square within five standard errors, σ²·√(2/n).
    let n = examples.values.len() as f64;
    near(squares / n, 0.0625, 5.0 * 0.0625 * (2.0 / n).sqrt());
}

#[test]
fn a_smaller_set_is_the_beginning_of_a_larger_one_and_patterns_are_not_of_the_run() {
    let of = |n| Templates {
        noise: 0.001,
        shift: 0,
        bayes_draws: 0,
        ..options(n)
    };
    let (small, large) = (load(&of(57), 7), load(&of(200), 7));
    let first: Vec<usize> = (0..57).collect();
    assert_eq!(large.select(&first), small);
    assert_eq!(small.class_counts(), [6, 6, 6, 6, 6, 6, 6, 5, 5, 5]);
    assert_eq!(
        (small.shape.as_slice(), small.range),
        (&[1, 8, 8][..], None)
    );
    assert_eq!((small.n_originals(), small.n_sources()), (57, 1));
    assert_eq!(small.source_names, ["templates"]);
    assert!(matches!(small.values, Values::F32(_)));
    // Another run draws other noise over the same patterns; fewer classes have the first of them.
    let other = load(
        &Templates {
            classes: 2,
            ..of(2)
        },
        8,
    );
    assert_ne!(other.example(1), small.example(1));
    for (a, b) in other.example(1).iter().zip(small.example(1)) {
        near(f64::from(*a), f64::from(b), 0.01);
    }
    let strange = Templates {
        template_seed: 1,
        ..of(2)
    };
    let changes = load(&strange, 7).example(0);
    let apart = |(a, b): (&f32, &f32)| (a - b).abs() > 0.1;
    assert!(changes.iter().zip(&small.example(0)).any(apart));
}

#[test]
fn the_grid_is_the_options_or_that_of_the_other_chunk() {
    let other = Grid {
        height: 6,
        width: 5,
        max: 16.0,
    };
    let context = Context::new(7).with_grid(other);
    let absent = Templates {
        bayes_draws: 100,
        ..Templates::new(3)
    };
    let of_other = absent.load(&context).unwrap().examples;
    assert_eq!(of_other.shape, [1, 6, 5]);
    let own = Templates {
        bayes_draws: 100,
        ..options(3)
    };
    assert_eq!(own.load(&context).unwrap().examples.shape, [1, 8, 8]);
    let error = absent.load(&Context::new(7)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no grid to draw into; expected a size, or another chunk that has one"
    );
    let tiny = Context::new(7).with_grid(Grid { height: 2, ..other });
    assert_eq!(
        absent.load(&tiny).unwrap_err().to_string(),
        "`grid` is 2 × 5; expected at least 4 × 4 and at most 1048576 pixels"
    );
}

#[test]
fn impossible_options_are_named() {
    let check = |change: fn(&mut Templates), expected: &str| {
        let mut options = options(10);
        change(&mut options);
        let error = options.check().unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(expected.contains(&format!("`{}`", error.field)));
        assert!(options.load(&Context::new(7)).is_err());
    };
    check(|o| o.examples = 0, "`examples` is 0; expected at least 1");
    // 2^32 bytes over 4·64 for the values and 16 for the rest
    check(
        |o| o.examples = usize::MAX,
        "`examples` is 18446744073709551615; expected at most 15790320, which fill 4294967296 bytes",
    );
    check(
        |o| (o.examples, o.grid) = (0, None),
        "`examples` is 0; expected at least 1",
    );
    check(|o| o.classes = 1, "`classes` is 1; expected 2 to 1000");
    check(|o| o.noise = 0.0, "`noise` is 0; expected 0.001 to 1000");
    check(
        |o| o.contrasts = Vec::new(),
        "`contrasts` has 0 factors; expected 1 to 1000",
    );
    check(
        |o| o.contrasts = vec![1.0; 1001],
        "`contrasts` has 1001 factors; expected 1 to 1000",
    );
    check(
        |o| o.contrasts = vec![1.0, f64::NAN],
        "`contrasts` has the factor NaN; expected -1000 to 1000",
    );
    check(
        |o| o.contrasts = vec![1.0, -1001.0],
        "`contrasts` has the factor -1001; expected -1000 to 1000",
    );
    check(|o| o.shift = 4, "`shift` is 4; expected 0 to 3");
    check(
        |o| o.shift = usize::MAX,
        "`shift` is 18446744073709551615; expected 0 to 3",
    );
    let expected = "expected at least 4 × 4 and at most 1048576 pixels";
    check(
        |o| o.grid = Some([0, 8]),
        &format!("`grid` is 0 × 8; {expected}"),
    );
    check(
        |o| o.grid = Some([usize::MAX, 8]),
        &format!("`grid` is 18446744073709551615 × 8; {expected}"),
    );
    check(
        |o| o.bayes_draws = 1,
        "`bayes_draws` is 1; expected 100 to 10000000, or 0, which leaves the Bayes error unknown",
    );
    // 2·10¹⁰ products over 10 × 9 × 64
    check(
        |o| o.bayes_draws = 9_000_000,
        "`bayes_draws` is 9000000; expected at most 3472222 with 90 shifted patterns of 8 × 8 \
         pixels, or 0, which leaves the Bayes error unknown",
    );
    check(
        |o| (o.classes, o.shift, o.grid) = (1000, 20, Some([64, 64])),
        "`bayes_draws` is 20000; expected 0, which leaves the Bayes error unknown: 1681000 shifted \
         patterns of 64 × 64 pixels are too many",
    );
    // 2^25 pixels over 2^20
    check(
        |o| (o.classes, o.grid, o.bayes_draws) = (33, Some([1024, 1024]), 0),
        "`classes` is 33; expected at most 32 patterns of 1024 × 1024 pixels",
    );
    check(
        |o| o.contrasts = vec![1.0, 2.0, 1.0],
        "`contrasts` has the factor 1 twice; expected different ones",
    );
}

#[test]
fn options_as_they_stand_in_a_config() {
    let check = |text: &str, expected: &Templates| {
        let read: Templates = toml::from_str(text).unwrap();
        assert_eq!(&read, expected);
        let written = toml::to_string(&read).unwrap();
        assert_eq!(&toml::from_str::<Templates>(&written).unwrap(), expected);
    };
    check("examples = 5", &Templates::new(5));
    check(
        "examples = 5
        classes = 3
        grid = [8, 8]
        template_seed = 4
        shift = 2
        contrasts = [0.5, 1]
        noise = 2.5
        bayes_draws = 1000",
        &Templates {
            classes: 3,
            template_seed: 4,
            shift: 2,
            contrasts: vec![0.5, 1.0],
            noise: 2.5,
            bayes_draws: 1000,
            ..options(5)
        },
    );
    let error = toml::from_str::<Templates>("examples = 5\ngird = [8, 8]").unwrap_err();
    assert!(
        error.message().starts_with("unknown field `gird`"),
        "{error}"
    );
}
