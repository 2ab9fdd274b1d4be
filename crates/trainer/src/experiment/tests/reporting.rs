use crate::terminal::Screen;

use super::{
    judging::{crossing, sweep},
    *,
};

const CLAIMS: &str = r#"
claimed_by = "Andrew Ng, Nuts and Bolts of Applying Deep Learning, 2016"
time = "2 min on 2 cores"
text = """
A large network errs on {test(large, examples=10000)} of the test set, after
{parameters(large, examples=10000)} parameters.

The curves cross at {crossing(test(small), test(large), along=examples)} examples, and
peak at {peak(test(small), along=examples)}."""

[[claims]]
says = "larger networks gain more from data"
check = "test(large, examples=300) - test(large, examples=last) > test(small, examples=300) - test(small, examples=last)"
[[claims]]
check = "test(large, examples=300) - test(small, examples=300) > 10%"
[[claims]]
says = "what the examples are few for stands first"
check = "first(small, examples=300) is variance"

[figure]
x = "examples"
y = "test"
series = "variant"
log_x = true
log_y = true
"#;

fn report() -> Report {
    let expect: Expect = toml::from_str(CLAIMS).unwrap();
    let experiment = Experiment::plan(&expect, grid(), Confidence::default()).unwrap();
    let outcomes = sweep(crossing);
    let runs = Runs::new(&experiment.grid, &outcomes, &[]);
    let header = Header {
        name: "scale".into(),
        config: "configs/experiments/scale.toml".into(),
        claimed_by: expect.claimed_by.clone(),
        command: "plumb reproduce configs/experiments/scale.toml".into(),
        time: expect.time.clone(),
        elapsed_secs: 134.4,
        is_short: false,
        runs: 18,
        runs_before: 0,
        failed_runs: 0,
        seeds: 3,
        directory: "runs/scale".into(),
        go_on: crate::report::behind_sweep(std::path::Path::new("runs/scale")),
    };
    Report::new(&experiment, &runs, header)
}

#[test]
fn for_a_terminal() {
    let screen = Screen {
        width: 80,
        ascii: false,
        colours: false,
    };
    insta::assert_snapshot!(report().text(screen));
}

#[test]
fn for_reading_later() {
    insta::assert_snapshot!(report().markdown());
}

#[test]
fn the_figure_draws_every_series_with_its_interval() {
    let figure = report().figure.unwrap();
    assert_eq!(figure.series.len(), 2);
    let svg = svg(&figure).unwrap();
    // A band and a curve for each, and words at both axes.
    assert_eq!(
        svg.matches("<polygon").count() - 3,
        2 + 1,
        "3 triangles, 1 of the legend, 2 bands"
    );
    for words in [
        "error rate on test (%)",
        "examples",
        "10,000",
        "small",
        "large",
    ] {
        assert!(svg.contains(words), "{words}");
    }
}

/// Names that would run into each other stand upright, and the figure is higher by as much.
#[test]
fn long_names_below_bars_stand_upright() {
    let figure = |names: [&str; 3]| {
        let mut figure = report().figure.unwrap();
        figure.names = Some(names.map(str::to_owned).to_vec());
        for series in &mut figure.series {
            for (at, point) in series.points.iter_mut().enumerate() {
                point.0 = at as f64;
            }
        }
        svg(&figure).unwrap()
    };
    let upright = |svg: &str| svg.matches("rotate(270").count();
    // The words at the y axis are upright always.
    let short = figure(["one", "two", "three"]);
    assert_eq!(upright(&short), 1);
    assert!(short.contains("height=\"480\""));
    let long = figure(["one", "two", "the-third-of-them-all-with-more-data"]);
    assert_eq!(upright(&long), 4);
    assert!(long.contains("the-third-of-them-all-with-more-data"));
    assert!(!long.contains("height=\"480\""));
}
