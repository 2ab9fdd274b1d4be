use std::{collections::BTreeSet, fmt::Write};

use proptest::prelude::*;

use super::*;

const BASE: &str = r#"
name = "grid"
seed = 7
[data.general.strokes]
examples = 300
[data.target.strokes]
examples = 300
[data.split]
train_dev = 100
dev = 100
test = 100
[optimizer.adam]
learning_rate = 1e-3
[train]
epochs = 3
batch_size = 64
"#;

const MODEL: &str = "[model.mlp]\nhidden = [8]\n";

fn plan_of(text: &str, max_runs: u64) -> Result<Plan, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    Plan::read(&path, &[], None, max_runs).map_err(|error| error.to_string())
}

fn plan(sweep: &str) -> Plan {
    plan_of(&format!("{BASE}{MODEL}{sweep}"), 1000).unwrap()
}

fn labels(plan: &Plan) -> Vec<String> {
    let label = |point: &Point| format!("{} {}", point.id, point.label(&plan.axes));
    plan.points.iter().map(label).collect()
}

#[test]
fn the_last_axis_varies_fastest_and_seeds_faster_still() {
    let plan = plan(
        "[sweep]\nseeds = 2\n[sweep.axes]\n\"train.epochs\" = [1, 2]\n\"model.mlp.hidden\" = [[4], [8, 8]]",
    );
    let expected = [
        "001 epochs=1 hidden=[4] seed=7",
        "002 epochs=1 hidden=[4] seed=8",
        "003 epochs=1 hidden=[8, 8] seed=7",
        "004 epochs=1 hidden=[8, 8] seed=8",
        "005 epochs=2 hidden=[4] seed=7",
        "006 epochs=2 hidden=[4] seed=8",
        "007 epochs=2 hidden=[8, 8] seed=7",
        "008 epochs=2 hidden=[8, 8] seed=8",
    ];
    assert_eq!(labels(&plan), expected);
    for (at, point) in plan.points.iter().enumerate() {
        let (config, _) = plan.config(at).unwrap();
        assert_eq!((config.seed, &config.name), (point.seed, &point.id));
        assert_eq!(Value::Integer(config.train.epochs.into()), point.values[0]);
    }
}

#[test]
fn seeds_are_a_count_or_a_list() {
    let seeds =
        |sweep: &str| -> Vec<u64> { plan(sweep).points.iter().map(|point| point.seed).collect() };
    assert_eq!(seeds("[sweep]\nseeds = 3"), [7, 8, 9]);
    assert_eq!(seeds("[sweep]\nseeds = [9, 1]"), [9, 1]);
    assert_eq!(seeds("[sweep.axes]\n\"train.epochs\" = [1]"), [7]);
    let error = |sweep: &str| plan_of(&format!("{BASE}{MODEL}[sweep]\n{sweep}"), 1000).err();
    for (sweep, expected) in [
        (
            "seeds = 0",
            "`sweep.seeds` is 0; expected a count (1 or more)",
        ),
        ("seeds = -1", "`sweep.seeds` is -1; expected"),
        ("seeds = []", "`sweep.seeds` is []; expected"),
        ("seeds = [1, 1]", "`sweep.seeds` has 1 twice"),
        ("seeds = [1, -1]", "`sweep.seeds` is [1, -1]; expected"),
        ("seeds = 2.5", "`sweep.seeds` is 2.5; expected"),
        (
            "seeds = 10_001",
            "`sweep.seeds` is 10001; expected at most 10000",
        ),
        (
            "seeds = 1001",
            "the sweep has 1001 runs (points of its grid: 1, seeds of each: 1001)",
        ),
    ] {
        let error = error(sweep).unwrap();
        assert!(error.contains(expected), "{sweep}: {error}");
    }
}

#[test]
fn a_variant_changes_keys_and_whole_tables_and_may_bring_the_model() {
    let sweep = r#"
        [sweep.variants]
        linear = { model = { linear = {} } }
        small = { "model.mlp.hidden" = [4], "train.epochs" = 1 }
        [sweep.variants.deep]
        model.mlp.hidden = [8, 8]
        train = { epochs = 2, batch_size = 32 }
    "#;
    let plan = plan_of(&format!("{BASE}{sweep}"), 10).unwrap();
    assert_eq!(
        labels(&plan),
        ["001 linear seed=7", "002 small seed=7", "003 deep seed=7"]
    );
    let texts: Vec<_> = plan
        .configs()
        .iter()
        .map(|config| config.to_toml().unwrap())
        .collect();
    let check = |at: usize, line: &str| assert!(texts[at].contains(line), "{}", texts[at]);
    check(0, "[model.linear]");
    check(0, "epochs = 3\nbatch_size = 64");
    check(1, "hidden = [4]");
    check(1, "epochs = 1\nbatch_size = 64");
    check(2, "hidden = [8, 8]");
    check(2, "epochs = 2\nbatch_size = 32");
}

#[test]
fn an_axis_that_replaces_a_whole_table_leaves_nothing_of_the_old_one() {
    let plan = plan("[sweep.axes]\nmodel = [{ linear = {} }, { mlp = { hidden = [4] } }]");
    let texts: Vec<_> = plan
        .configs()
        .iter()
        .map(|config| config.to_toml().unwrap())
        .collect();
    assert!(!texts[0].contains("mlp"), "{}", texts[0]);
    assert!(texts[1].contains("hidden = [4]"));
}

#[test]
fn what_has_no_effect_is_an_error() {
    let check = |sweep: &str, expected: &str| {
        let error = plan_of(&format!("{BASE}{MODEL}{sweep}"), 1000)
            .err()
            .unwrap();
        assert!(error.contains(expected), "{error}");
    };
    check(
        "[sweep.axes]\n\"train.epochs\" = [1, 2]\n[sweep.variants]\na = {}\nb = { \"train.epochs\" = 3 }",
        "`train.epochs` is an axis, and the variant `b` sets it too; expected one of both",
    );
    check(
        "[sweep.variants]\na = {}\nb = { \"train.epochs\" = 3 }",
        "two points come down to the same config: a seed=7 and b seed=7",
    );
    check("[sweep]", "[sweep] has no axes, no variants and no seeds");
    check("", "there is no table [sweep]");
}

const LARGE: &str = r#"
[sweep.axes]
"train.epochs" = { from = 1, to = 10, steps = 10 }
"train.batch_size" = { from = 1, to = 20, steps = 20 }
"#;

#[test]
fn a_sample_is_a_part_of_the_grid_that_the_seed_decides() {
    let values =
        |plan: &Plan| -> Vec<String> { plan.points.iter().map(Point::values_key).collect() };
    let grid = values(&plan(LARGE));
    assert_eq!(grid.len(), 200);
    let sampled = |seed: u64| {
        let text = format!("{BASE}{MODEL}[sweep]\nsample = 30\n{LARGE}");
        values(&plan_of(&text.replace("seed = 7", &format!("seed = {seed}")), 30).unwrap())
    };
    let sample = sampled(7);
    assert_eq!(sample, sampled(7));
    assert_ne!(sample, sampled(8));
    assert_eq!(sample.iter().collect::<BTreeSet<_>>().len(), 30);
    let places: Vec<_> = sample
        .iter()
        .map(|point| grid.iter().position(|other| other == point).unwrap())
        .collect();
    assert!(places.is_sorted());
    // A sample larger than the grid is the grid.
    assert_eq!(
        values(&plan(&format!("[sweep]\nsample = 999\n{LARGE}"))),
        grid
    );
}

#[test]
fn a_grid_larger_than_any_number_is_refused_and_can_be_sampled() {
    let mut axes = String::new();
    for key in ["slant", "rotation_degrees", "shift", "warp", "margin", "a"] {
        let range = "{ from = 0.0, to = 0.1, steps = 10000 }";
        writeln!(axes, "\"data.general.strokes.{key}\" = {range}").unwrap();
    }
    let text = format!("{BASE}{MODEL}[sweep.axes]\n{axes}");
    let error = plan_of(&text, 1000).err().unwrap();
    assert!(
        error.contains("the sweep has 18446744073709551615 runs"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn each_point_of_a_grid_comes_once(sizes in prop::collection::vec(1_usize..5, 1..4)) {
        let axes: Vec<_> = sizes.iter().enumerate().map(|(at, &n)| Axis {
            key: at.to_string(),
            alias: at.to_string(),
            values: (0_i64..).take(n).map(Value::Integer).collect(),
        }).collect();
        let n: usize = sizes.iter().product();
        let points: Vec<Vec<i64>> = (0..n as u64)
            .map(|at| point(&axes, at).iter().map(|value| value.as_integer().unwrap()).collect())
            .collect();
        // In the order of a dictionary, so none twice; and there are as many as the grid has.
        prop_assert!(points.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!(points.len(), n);
    }

    #[test]
    fn a_draw_has_as_many_points_as_asked_in_order(grid in 1_u64..5000, share in 0.0..1.0_f64, seed: u64) {
        let n = ((grid as f64 * share) as u64).max(1);
        let chosen = chosen(grid, n, seed);
        prop_assert_eq!(chosen.len() as u64, n);
        prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(chosen.iter().all(|&at| at < grid));
    }
}
