use proptest::prelude::*;

use super::*;

/// The axes of a config of which only `[sweep]` matters.
fn axes(sweep: &str) -> Result<Vec<Axis>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, sweep).unwrap();
    let document = Document::read(&path, &[]).unwrap();
    Axis::all(&document).map_err(|error| error.to_string())
}

/// The values of the one axis `a.b`.
fn values(axis: &str) -> Result<Vec<Value>, String> {
    let all = axes(&format!("[sweep.axes]\n\"a.b\" = {axis}"))?;
    Ok(all[0].values.clone())
}

fn check(axis: &str, expected: &str) {
    let found = Value::Array(values(axis).unwrap()).to_string();
    assert_eq!(found, expected, "{axis}");
}

#[test]
fn lists_stay_as_they_are() {
    check("[3, 1, 2]", "[3, 1, 2]");
    check(
        "[[8], [64, 64], \"small\", { linear = {} }]",
        "[[8], [64, 64], \"small\", { linear = {} }]",
    );
}

/// By hand: 300 · (10,000 / 300)^(1/3) = 965.5, ^(2/3) = 3107.2; 1 · 5^(k/7) is 1, 1.26, 1.58, 2, 2.51, 3.16, 3.97, 5.
#[test]
fn ranges_are_spread_evenly_and_whole_if_their_ends_are() {
    check("{ from = 300, to = 900, steps = 3 }", "[300, 600, 900]");
    check("{ from = 0, to = 10, steps = 4 }", "[0, 3, 7, 10]");
    check(
        "{ from = 0.1, to = 0.5, steps = 5 }",
        "[0.1, 0.2, 0.3, 0.4, 0.5]",
    );
    check("{ from = 1, to = 2.0, steps = 3 }", "[1.0, 1.5, 2.0]");
    check("{ from = -3, to = 3, steps = 3 }", "[-3, 0, 3]");
    check(
        "{ from = 300, to = 10_000, steps = 4, scale = \"log\" }",
        "[300, 965, 3107, 10000]",
    );
    check(
        "{ from = 1e-4, to = 1e-1, steps = 4, scale = \"log\" }",
        "[0.0001, 0.001, 0.01, 0.1]",
    );
    // Those that are rounded to one number are one value.
    check(
        "{ from = 1, to = 5, steps = 8, scale = \"log\" }",
        "[1, 2, 3, 4, 5]",
    );
}

#[test]
fn what_is_no_axis_is_said() {
    let check = |axis: &str, expected: &str| {
        let error = values(axis).unwrap_err();
        assert!(
            error.starts_with(&format!("the axis `a.b` {expected}")),
            "{axis}: {error}"
        );
    };
    check("[]", "is empty; expected a list of values, or a range");
    check("[1, 2, 1]", "has 1 twice");
    check("[[8], [8]]", "has [8] twice");
    check("3", "is 3; expected");
    check("\"word\"", "is \"word\"; expected");
    check("{ from = 3, to = 1, steps = 2 }", "goes from 3 to 1, where");
    check("{ from = 3, to = 3, steps = 2 }", "goes from 3 to 3, where");
    check(
        "{ from = 1, to = 3, steps = 1 }",
        "has 1 steps, where 2 to 10000",
    );
    check("{ from = 1, to = 3, steps = 10_001 }", "has 10001 steps");
    check(
        "{ from = 0, to = 3, steps = 2, scale = \"log\" }",
        "begins at 0 on a log",
    );
    check("{ from = nan, to = 3, steps = 2 }", "has nan as an end");
    check("{ from = 1, to = inf, steps = 2 }", "has inf as an end");
    check("{ from = \"a\", to = 3, steps = 2 }", "has \"a\" as an end");
    check("{ from = 1, to = 3 }", "is no range: missing field `steps`");
    check(
        "{ from = 1, to = 3, step = 2 }",
        "is no range: unknown field `step`",
    );
    check("{ from = 1, to = 3, steps = -2 }", "is no range: ");
}

#[test]
fn keys_of_the_sweep_itself_are_no_axes() {
    for key in ["seed", "name", "format", "sweep.seeds", "expect.time"] {
        let error = axes(&format!("[sweep.axes]\n\"{key}\" = [1, 2]")).unwrap_err();
        assert_eq!(error, format!("`{key}` can't be an axis"));
    }
}

#[test]
fn an_axis_is_called_by_the_shortest_ending_that_is_its_own() {
    let check = |keys: &[&str], expected: &[&str]| {
        let lines: Vec<_> = keys
            .iter()
            .map(|key| format!("\"{key}\" = [1]\n"))
            .collect();
        let axes = axes(&format!("[sweep.axes]\n{}", lines.concat())).unwrap();
        let found: Vec<_> = axes.iter().map(|axis| axis.alias.as_str()).collect();
        assert_eq!(found, expected);
    };
    check(
        &["data.general.strokes.examples", "model.mlp.hidden"],
        &["examples", "hidden"],
    );
    check(
        &[
            "data.general.strokes.examples",
            "data.target.strokes.examples",
            "seedless",
        ],
        &[
            "general.strokes.examples",
            "target.strokes.examples",
            "seedless",
        ],
    );
    check(&["model"], &["model"]);
    // Whole words alone are endings.
    check(&["a.rate", "b.learning_rate"], &["rate", "learning_rate"]);
    check(&["rate", "b.rate"], &["rate", "b.rate"]);
}

#[test]
fn axes_stand_in_their_order_with_the_variants_in_front() {
    let text = "[sweep.axes]\nz.y = [1]\n\"b.a\" = [1]\n[sweep.variants]\nsmall = {}\nbig = {}";
    let axes = axes(text).unwrap();
    let keys: Vec<_> = axes.iter().map(|axis| axis.key.as_str()).collect();
    assert_eq!(keys, ["variant", "z.y", "b.a"]);
    assert_eq!(axes[0].values, ["small", "big"].map(Value::from));
}

#[test]
fn a_variant_is_a_table_and_no_axis_lies_in_another() {
    let check = |text: &str, expected: &str| assert_eq!(axes(text).unwrap_err(), expected);
    check(
        "[sweep.variants]\nsmall = 5",
        "`sweep.variants.small` is 5; expected a table of what it changes",
    );
    check(
        "[sweep.axes]\n\"model.mlp.hidden\" = [[1]]\nmodel = [{}]",
        "the axis `model.mlp.hidden` sets a part of the axis `model`; expected one of both",
    );
}

proptest! {
    #[test]
    fn a_range_rises_from_its_first_end_to_its_last(
        from in 1_i64..1000, more in 1_i64..100_000, steps in 2_u32..60, log: bool, whole: bool
    ) {
        let number = |n: i64| if whole { Value::Integer(n) } else { Value::Float(n as f64) };
        let range = Range {
            from: number(from),
            to: number(from + more),
            steps,
            scale: if log { Scale::Log } else { Scale::Linear },
        };
        let values = range.values().unwrap();
        let numbers: Vec<f64> = values.iter()
            .map(|value| value.as_float().or(value.as_integer().map(|n| n as f64)).unwrap())
            .collect();
        // Both ends are among them, to the last bit.
        prop_assert_eq!(&values[0], &number(from));
        prop_assert_eq!(values.last(), Some(&number(from + more)));
        prop_assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", numbers);
        prop_assert!(values.iter().all(|value| value.is_integer() == whole));
        prop_assert!(numbers.len() <= steps as usize);
        if !whole {
            prop_assert_eq!(numbers.len(), steps as usize);
        }
    }
}
