//! Runs made by hand, whose figures are counted on fingers.

use std::path::PathBuf;

use plumb_diagnostics::{ErrorCount, Human, Options, Standing};

use super::{run::Seed, *};
use crate::{answers::Answers, judge::HumanLevel, sets::PerSet};

/// Twenty dev examples of which some are wrong.
const N: usize = 20;

/// A run of a small network.
struct Made {
    config: &'static str,
    seed: u64,
    /// Dev examples that it gets wrong.
    wrong: Vec<usize>,
    /// Which dev set.
    dev: &'static str,
    train_examples: usize,
}

fn made(config: &'static str, seed: u64, wrong: impl IntoIterator<Item = usize>) -> Made {
    Made {
        config,
        seed,
        wrong: wrong.into_iter().collect(),
        dev: "dev",
        train_examples: 100,
    }
}

impl Made {
    fn run(self) -> Run {
        let measured = |wrong: &[usize], n: usize, hash: &str| Answers {
            count: ErrorCount::new(wrong.len() as u64, n as u64).unwrap(),
            errors: (0..n).map(|at| wrong.contains(&at)).collect(),
            sha256: hash.to_owned(),
        };
        Run {
            path: PathBuf::from(format!(
                "runs/{}-{}",
                self.config.replace(' ', ""),
                self.seed
            )),
            name: "made".into(),
            seed: Seed {
                seed: self.seed,
                repeat: 0,
            },
            config: self.config.parse().unwrap(),
            human: HumanLevel {
                target: Some(Human::figure(0.01).unwrap()),
                ..HumanLevel::default()
            },
            options: Options::default(),
            sets: PerSet {
                train: measured(&[], self.train_examples, "train"),
                train_dev: measured(&[0], N, "train-dev"),
                dev: measured(&self.wrong, N, self.dev),
                test: measured(&[1, 2], N, "test"),
            },
            train_examples: self.train_examples,
            parameters: 1234,
            train_secs: Some(61.2),
        }
    }
}

fn runs(made: Vec<Made>) -> Vec<Run> {
    made.into_iter().map(Made::run).collect()
}

fn choices(filters: &[String]) -> Choices<'_> {
    Choices {
        is_each: false,
        filters,
        sort: "dev",
        is_reversed: false,
        confidence: None,
        curves_on: SetName::Dev,
        goal: None,
        is_held_out: false,
    }
}

fn compared(made: Vec<Made>) -> Comparison {
    let gathered = Gathered {
        runs: runs(made),
        left_out: Vec::new(),
    };
    Comparison::of_gathered(gathered, &choices(&[])).unwrap()
}

fn against(made: Vec<Made>) -> AgainstBest {
    compared(made).against_best.unwrap()
}

#[test]
fn seeds_of_one_recipe_are_one_row() {
    let comparison = compared(vec![
        made("a = 1", 1, 0..6),
        made("a = 2", 1, 0..1),
        made("a = 1", 2, 0..8),
        made("a = 2", 2, 0..2),
    ]);
    let rows: Vec<(&str, &[usize], f64)> = (comparison.rows.iter())
        .map(|row| (row.settings[0].shown.as_str(), &row.runs[..], row.dev()))
        .collect();
    // (1 + 2)/40 and (6 + 8)/40
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].0, rows[0].1), ("2", &[1, 3][..]));
    assert!((rows[0].2 - 0.075).abs() < 1e-12);
    assert_eq!((rows[1].0, rows[1].1), ("1", &[0, 2][..]));
    assert!((rows[1].2 - 0.35).abs() < 1e-12);
}

/// Of n examples on which one is wrong alone, k or fewer by the better one: 2 Σ C(n, i)/2ⁿ.
#[test]
fn two_runs_are_tested_on_their_common_examples() {
    let check = |wrong: Vec<usize>, (alone, other): (u64, u64), p: f64, verdict| {
        let against = against(vec![made("a = 1", 1, [0, 1]), made("a = 2", 1, wrong)]);
        let other_one = &against.others[0];
        let test = other_one.mcnemar.as_ref().unwrap();
        assert_eq!(
            (test.only_best_wrong, test.only_other_wrong),
            (alone, other)
        );
        assert!((test.p_value - p).abs() < 1e-12, "{}", test.p_value);
        assert!((test.p_corrected - p).abs() < 1e-12);
        assert_eq!(other_one.verdict, verdict);
        assert!(other_one.is_same_dev);
    };
    // 1 and 7: 2 · (1 + 8)/256; 6 more errors of 20
    let wrong = [0, 2, 3, 4, 5, 6, 7, 8];
    check(wrong.to_vec(), (1, 7), 18.0 / 256.0, Standing::Undetermined);
    // 0 and 8: 2/256
    check((0..10).collect(), (0, 8), 2.0 / 256.0, Standing::Better);
    check(vec![0, 1], (0, 0), 1.0, Standing::Undetermined);
}

#[test]
fn each_test_is_one_of_all_pairs() {
    // 0 and 7 alone: 2/128 = 0.0156, times the 3 pairs of 3 rows 0.0469; times 6 it is no longer below 5 %.
    let three = || {
        vec![
            made("a = 1", 1, []),
            made("a = 2", 1, 0..7),
            made("a = 3", 1, 0..7),
        ]
    };
    let of_three = against(three());
    assert_eq!(of_three.n_pairs, 3);
    assert!((of_three.each_confidence - (1.0 - 0.05 / 3.0)).abs() < 1e-12);
    for other in &of_three.others {
        let p = other.mcnemar.as_ref().unwrap().p_corrected;
        assert!((p - 6.0 / 128.0).abs() < 1e-12);
        assert_eq!(other.verdict, Standing::Better);
        assert!((other.difference - 0.35).abs() < 1e-12);
    }
    let mut four = three();
    four.push(made("a = 4", 1, 0..7));
    for other in against(four).others {
        assert_eq!(other.verdict, Standing::Undetermined);
    }
}

#[test]
fn other_examples_are_said_to_be_others() {
    let elsewhere = Made {
        dev: "other",
        ..made("a = 2", 1, 0..10)
    };
    let against = against(vec![made("a = 1", 1, []), elsewhere]);
    let other = &against.others[0];
    assert!(!other.is_same_dev && other.mcnemar.is_none());
    // Newcombe by hand, from Wilson's bounds: 0 of 20 has 0 to z²/(20 + z²) = 0.16113, 10 of 20 has
    // 0.5 ± z/2 · √(1/20 + z²/1600)·… = 0.29930 to 0.70070. Low: 0.5 − √(0.2007² + 0.16113²) = 0.24262; high:
    // 0.5 + 0.2007 = 0.7007.
    let interval = other.interval.unwrap();
    assert!((interval.low - 0.242_62).abs() < 1e-4, "{interval:?}");
    assert!((interval.high - 0.700_70).abs() < 1e-4, "{interval:?}");
    assert_eq!(other.verdict, Standing::Better);
}

/// Won by all of six seeds is the least that says anything at 95 %: 0.025^(1/6) = 0.5407, 0.025^(1/5) = 0.4782.
#[test]
fn recipes_are_compared_over_their_seeds() {
    let check = |n_seeds: u64, low: f64, verdict, needed| {
        let seeds = 1..=n_seeds;
        let recipes = seeds.flat_map(|seed| [made("a = 1", seed, [0]), made("a = 2", seed, 0..5)]);
        let against = against(recipes.collect());
        let other = &against.others[0];
        let over = other.over_seeds.as_ref().unwrap();
        assert!(over.is_paired && other.is_same_dev);
        assert_eq!(over.seeds as u64, n_seeds);
        assert!((over.p_better - 1.0).abs() < 1e-12);
        assert!(
            (over.interval.low - low).abs() < 1e-3,
            "{}",
            over.interval.low
        );
        assert_eq!((other.verdict, over.seeds_needed), (verdict, needed));
        assert!((other.difference - 0.2).abs() < 1e-12); // 4 more of 20
        // The seeds agree, on 20 examples: 4 of them differ, and the interval knows that these are few.
        let interval = other.interval.unwrap();
        assert!(interval.low < 0.1 && interval.high > 0.3, "{interval:?}");
    };
    check(6, 0.5407, Standing::Better, None);
    // Noether: ((1.645 + 1.645)/(√6 · 0.5))² = 7.2
    check(5, 0.4782, Standing::Undetermined, Some(8));
}

#[test]
fn seeds_that_do_not_correspond_are_not_paired() {
    let against = against(vec![
        made("a = 1", 1, [0]),
        made("a = 1", 2, [0, 1]),
        made("a = 2", 3, [0]),
        made("a = 2", 4, 0..4),
    ]);
    let other = &against.others[0];
    let over = other.over_seeds.as_ref().unwrap();
    assert!(!over.is_paired && !other.is_same_dev);
    // 1 and 2 errors against 1 and 4: 1 = 1, 1 < 4, 2 > 1, 2 < 4, so 2.5 wins of 4.
    assert!((over.p_better - 0.625).abs() < 1e-12);
    assert_eq!(other.interval, None);
    assert!((other.difference - 0.05).abs() < 1e-12); // 5/40 − 3/40
}

#[test]
fn the_best_is_corrected_among_those_on_its_examples() {
    let elsewhere = Made {
        dev: "other",
        ..made("a = 3", 1, 0..10)
    };
    let comparison = compared(vec![
        made("a = 1", 1, 0..4),
        made("a = 2", 1, 10..13),
        elsewhere,
    ]);
    let best = comparison.best.unwrap();
    assert_eq!(best.run, 1);
    assert_eq!((best.figures.runs, best.runs_elsewhere), (2, 1));
    assert_eq!(best.figures.naive, ErrorCount::new(3, 20).unwrap());
    assert!(best.figures.corrected > 0.15);
    // Nothing is chosen from one run.
    assert!(compared(vec![made("a = 1", 1, 0..4)]).best.is_none());
}

#[test]
fn filters_keep_what_they_say() {
    let runs = runs(vec![
        made("m.n = 1\nm.l = [1, 2]\nx = \"up\"", 1, 0..1),
        made("m.n = 5\nm.l = [1]\nx = \"up\"", 1, 0..10),
        made("m.n = 5\nm.l = [1]\nx = \"up\"", 2, 0..10),
    ]);
    let columns = columns_of(&runs);
    let rows = Row::all(&runs, &Row::groups(&runs, false), &columns).unwrap();
    let check = |text: &str, expected: &[usize]| {
        let filter = Filter::parse(text, &columns, &runs).unwrap();
        let kept: Vec<usize> = if filter.is_of_run() {
            let kept = (0..runs.len()).filter(|&at| filter.keeps_run(&runs[at]));
            kept.collect()
        } else {
            let kept = rows.iter().filter(|row| filter.keeps_row(row));
            kept.flat_map(|row| row.runs.clone()).collect()
        };
        assert_eq!(kept, expected, "{text}");
    };
    check("n=5", &[1, 2]);
    check("m.n = 5.0", &[1, 2]);
    check("n<5", &[0]);
    check("n<=5", &[0, 1, 2]);
    check("n!=5", &[0]);
    check("l=[1,2]", &[0]);
    check("x=up", &[0, 1, 2]);
    check("seed>1", &[2]);
    check("name=made", &[0, 1, 2]);
    check("dev<5%", &[]); // it is 5 %
    check("dev<=0.05", &[0]);
    check("dev >= 50 %", &[1, 2]);
    check("first=none", &[]);
    check("parameters>1000", &[0, 1, 2]);
    check("train-examples=100", &[0, 1, 2]);
    check("time>=61", &[0, 1, 2]);
    let refused = |text: &str, expected: &str| {
        let error = Filter::parse(text, &columns, &runs).unwrap_err();
        assert_eq!(error.message(), format!("--filter {text}: {expected}"));
    };
    refused("n", "this is no comparison; expected one of = != < <= > >=");
    refused("n<high", "`high` is no number; expected one");
    refused(
        "width=3",
        "`width` is nothing that these runs have; expected a key of their config, or one of human, train, \
         train-dev, dev, test, first, train-examples, parameters, time, name, seed, l, n",
    );
}

#[test]
fn a_report() {
    let mut all = Vec::new();
    for seed in 1..=3 {
        for (config, more) in [
            ("model.mlp.hidden = [8]", 4),
            ("model.mlp.hidden = [64]", 2),
        ] {
            all.push(made(config, seed, 0..more + seed as usize));
        }
    }
    let mut comparison = compared(all);
    let left_out = |run: &str, why, what: &str| LeftOut {
        run: run.into(),
        why,
        what: format!("{run} {what}"),
    };
    comparison.left_out = vec![
        left_out("runs/a-0001", Why::Unfinished, "is not finished"),
        left_out("runs/a-0002", Why::Unfinished, "is not finished"),
        left_out("runs/b-0001", Why::Unreadable, "has no data.json"),
    ];
    insta::assert_snapshot!("wide", comparison.text(200));
    insta::assert_snapshot!("narrow", comparison.text(80));
    insta::assert_snapshot!("csv", comparison.csv().unwrap());
    let two = compared(vec![made("a = 1", 1, [0, 1]), made("a = 2", 1, 0..10)]);
    insta::assert_snapshot!("two_runs", two.text(100));
}

/// `b` is 1 wherever `a` is 1 or 2, so `a` says all that `b` does; `c` says something of its own.
#[test]
fn columns_that_another_one_decides_tell_nothing() {
    let comparison = compared(vec![
        made("a = 1\nb = 1\nc = 1", 1, 0..1),
        made("a = 2\nb = 1\nc = 2", 1, 0..2),
        made("a = 3\nb = 2\nc = 1", 1, 0..3),
        made("a = 3\nb = 2\nc = 2", 1, 0..4),
    ]);
    let telling = comparison.telling.iter();
    let telling: Vec<&str> = telling
        .map(|&at| comparison.columns[at].alias.as_str())
        .collect();
    assert_eq!(telling, ["a", "c"]);
    // Of two that decide each other the first stays.
    let comparison = compared(vec![
        made("a = 1\nb = 1", 1, 0..1),
        made("a = 2\nb = 2", 1, 0..2),
    ]);
    assert_eq!(comparison.telling, [0]);
}
