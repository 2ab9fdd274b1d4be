use clap::CommandFactory as _;
use proptest::prelude::*;

use super::{super::parse, *};

/// What `plumb reproduce --help` shows is a config, and names everything that can be measured.
#[test]
fn the_example_of_the_help_is_one() {
    let cli = crate::cli::Cli::command();
    let reproduce = cli.find_subcommand("reproduce").unwrap();
    let help = reproduce.get_after_long_help().unwrap().to_string();
    let (example, words) = help.split_once("\nClaims:").unwrap();
    let (_, example) = example.split_once('\n').unwrap();
    let mut config: toml::Table = toml::from_str(example).unwrap();
    let expect: Expect = config.remove("expect").unwrap().try_into().unwrap();
    Experiment::plan(&expect, grid(), Confidence::default()).unwrap();
    let words = words.replace('-', "_");
    for name in measure::Measure::names(&[]) {
        assert!(words.contains(&name.replace('-', "_")), "{name}");
    }
}

#[test]
fn claims_are_printed_as_they_are_read() {
    let check = |input: &str, expected: &str| {
        assert_eq!(parse::claim(input).unwrap().to_string(), expected);
    };
    check("dev( small )<1_000", "dev(small) < 1000");
    check("test() >= 5 %", "test() >= 5%");
    check(
        "(dev(a)-dev(b))*2 > -(1+2)/3",
        "(dev(a) - dev(b)) * 2 > -(1 + 2) / 3",
    );
    check("dev(a)-(dev(b)-1)<=1e-3", "dev(a) - (dev(b) - 1) <= 0.001");
    check("dev(a) is within 1%..2%", "dev(a) is within 1%..2%");
    check(
        "variance(a, human=1%) is absent",
        "variance(a, human=1%) is absent",
    );
    check("variance(a) is within 0..1", "variance(a) is within 0..1");
    check("first(a,pick=dev) is none", "first(a, pick=dev) is none");
    check("first(a) is data_mismatch", "first(a) is data-mismatch");
    check(
        "dev(hidden=[64, 64], name = \"a, b\") < train-dev() is undetermined",
        "dev(hidden=[64, 64], name=\"a, b\") < train-dev() is undetermined",
    );
    check(
        "crossing(dev(a), dev(b), along=examples) > 1",
        "crossing(dev(a), dev(b), along=examples) > 1",
    );
    check("peak(dev(), along=x) < 2", "peak(dev(), along=x) < 2");
}

#[test]
fn what_was_expected_is_said_and_where() {
    let check = |input: &str, message: &str, at: std::ops::Range<usize>| {
        let mistake = parse::claim(input).unwrap_err();
        assert_eq!((mistake.message.as_str(), mistake.at), (message, at));
    };
    let number = "expected a number, `(`, or a function such as `dev(…)`";
    check("", &format!("{number}, found the end"), 0..0);
    check(
        "dev() < ü",
        "expected `(` after the function's name, found the end",
        10..10,
    );
    check("dev() < %", &format!("{number}, found `%`"), 8..9);
    check(
        "dev() 5",
        "expected `<`, `<=`, `>`, `>=` or `is`, found `5`",
        6..7,
    );
    check("dev(a", "expected `)`, found the end", 5..5);
    check("dev(a=) < 1", "expected a value of `a`, found `)`", 6..7);
    check(
        "dev() < 1 2",
        "expected an operator or the end, found `2`",
        10..11,
    );
    check(
        "dev(pick=test) < 1",
        "runs are picked by dev; expected `pick=dev`",
        9..13,
    );
    check(
        "first(a, human=x) is none",
        "`x` is no error rate; expected one such as `1%` or `0.01`",
        15..16,
    );
    check(
        "first(a) is bias",
        "expected `avoidable-bias`, `variance`, `data-mismatch`, `overfitting-to-dev`, `none`, found `bias`",
        12..16,
    );
    check(
        "first(a) + 1 < 2",
        "`first(…)` is no number; expected it alone, as in `first(…) is variance`",
        0..5,
    );
    check("dev() is huge", "expected `within`, found `huge`", 9..13);
    check(
        "dev() < 1e999",
        "expected a number that is not that large",
        8..13,
    );
    let deep = format!("{}1 < 2", "(".repeat(1_000));
    assert!(
        parse::claim(&deep)
            .unwrap_err()
            .message
            .contains("at most 40")
    );
}

#[test]
fn names_that_mean_nothing_are_found_before_anything_is_trained() {
    let check = |input: &str, message: &str| {
        let error = Experiment::plan(&expect(input), grid(), Confidence::default()).unwrap_err();
        assert_eq!(error.to_string(), message);
    };
    check("deev(small, examples=300) < 1", "unknown function `deev`");
    check("dev(smal, examples=300) < 1", "unknown variant `smal`");
    check("dev(small, exampels=300) < 1", "unknown axis `exampels`");
    check(
        "dev(small, examples=400) < 1",
        "unknown value of `examples`: `400`",
    );
    check(
        "dev(small) < 1",
        "`examples` is left open, so this is no single run",
    );
    check("dev(small, large) < 1", "`variant` is given twice");
    check(
        "peak(dev(small), along=variant) < 1",
        "a curve along `variant` needs two or more values that are numbers",
    );
    check(
        "peak(dev(small, examples=300), along=examples) < 1",
        "`examples` is given, though the curve is along it",
    );
    check(
        "peak(dev(), along=examples) < 1",
        "`variant` is left open, so this is no single run",
    );
    check(
        "variance(small) is present",
        "`examples` is left open, so this is no single run",
    );
    for right in [
        "dev(small, examples=first) < dev(variant=large, strokes.examples=1e4)",
        "dev(small, pick=dev) < risk(large, examples=last)",
        "crossing(dev(small), dev(large), along=data.general.strokes.examples) > 1",
        "first(small, examples=300, human=1%) is none",
    ] {
        assert!(
            Experiment::plan(&expect(right), grid(), Confidence::default()).is_ok(),
            "{right}"
        );
    }
}

#[test]
fn a_table_is_called_by_what_it_chooses() {
    let table = |text: &str| text.parse::<toml::Table>().unwrap().into();
    let axis = Axis {
        name: "model".into(),
        key: "model".into(),
        values: vec![table("linear = {}"), table("mlp.hidden = [8]")],
    };
    let points: Vec<Labels> = axis
        .values
        .iter()
        .map(|v| vec![("model".into(), v.clone())])
        .collect();
    let grid = Grid::new(vec![axis], &points, Vec::new());
    for right in [
        "dev(linear) < dev(mlp)",
        "dev(model=linear) < dev(model={ mlp = { hidden = [8] } })",
    ] {
        let planned = Experiment::plan(&expect(right), grid.clone(), Confidence::default());
        assert!(planned.is_ok(), "{right}");
    }
}

/// Texts that are near to claims.
fn nearly() -> impl Strategy<Value = String> {
    let pieces = [
        "dev",
        "first",
        "peak",
        "crossing",
        "along",
        "is",
        "within",
        "present",
        "none",
        "(",
        ")",
        ",",
        "=",
        "..",
        "+",
        "-",
        "*",
        "/",
        "<",
        ">=",
        "5%",
        "1_000.5e3",
        " ",
        "a",
        "pick=dev",
        "human=1%",
        "[",
        "\"",
        "é",
        "variance",
        "undetermined",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..20)
        .prop_map(|parts| parts.concat())
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,6}".prop_filter("a word of the language", |name| {
        !["first", "peak", "crossing", "pick", "human", "along", "is"].contains(&name.as_str())
    })
}

fn selector() -> impl Strategy<Value = String> {
    let number = "[0-9]{1,4}(\\.[0-9]{1,3})?%?";
    let item = prop_oneof![
        name(),
        (name(), "[a-z0-9.]{1,5}").prop_map(|(axis, value)| format!("{axis}={value}")),
        Just("pick=dev".to_owned()),
        Just("hidden=[64, 64]".to_owned()),
        (name(), number).prop_map(|(axis, value)| format!("{axis} = {value}")),
        Just("human=2.5%".to_owned()),
    ];
    prop::collection::vec(item, 0..3).prop_map(|items| items.join(", "))
}

fn sum() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[0-9]{1,5}(\\.[0-9]{1,4})?%?",
        (name(), selector()).prop_map(|(name, selector)| format!("{name}({selector})")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (
                inner.clone(),
                prop::sample::select(vec!["+", "-", "*", "/"]),
                inner.clone()
            )
                .prop_map(|(left, sign, right)| format!("({left}) {sign} ({right})")),
            inner.clone().prop_map(|of| format!("-{of}")),
            (inner.clone(), inner.clone(), name()).prop_map(|(left, right, along)| format!(
                "crossing({left}, {right}, along={along})"
            )),
            (inner, name()).prop_map(|(of, along)| format!("peak({of}, along={along})")),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,40}", nearly in nearly()) {
        for text in [text, nearly] {
            for mistake in [parse::claim(&text).err(), parse::expression(&text).err()].into_iter().flatten() {
                prop_assert!(text.get(mistake.at).is_some());
            }
            template::Template::parse(&text).ok();
        }
    }

    #[test]
    fn what_is_printed_is_read_as_the_same(sum in sum()) {
        let read = parse::expression(&sum).unwrap();
        let again = parse::expression(&read.to_string());
        prop_assert_eq!(again.unwrap(), read);
    }
}
