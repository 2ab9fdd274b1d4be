//! Places in the drawings, computed by hand from what they show.

use plumb_diagnostics::{Diagnosis, ErrorCount, Figures, Human, Options, SetError, diagnose};

use super::{
    Axis, Bar, Bars, Figure, Grid, Line, LineChart, Shade, Spot, Spread, flowchart, waterfall,
};

/// MISSION's figures 1 / 10 / 11 / 20 and a test of 22 %, without numbers of examples: nothing has an interval.
fn exact() -> Diagnosis {
    let rate = |rate| Some(SetError::stated(rate).unwrap());
    let figures = Figures {
        human: Some(Human::figure(0.01).unwrap()),
        train: rate(0.10),
        train_dev: rate(0.11),
        dev: rate(0.20),
        test: rate(0.22),
        ..Figures::default()
    };
    diagnose(&figures, &Options::default()).unwrap()
}

fn column(figure: &Figure, at: usize) -> Vec<&str> {
    figure.rows.iter().map(|row| row[at].as_str()).collect()
}

/// The axis goes from 0 to 22 and 3 % more, 22.66, over 395 units from 160 on: a point is 17.4316 units.
#[test]
fn the_ladder_stands_where_its_figures_are() {
    let figure = waterfall(&exact()).unwrap();
    let what = [
        "human",
        "avoidable bias",
        "train",
        "variance",
        "train-dev",
        "data mismatch",
        "dev",
        "overfitting to dev",
        "test",
    ];
    assert_eq!(column(&figure, 0), what);
    assert_eq!(
        column(&figure, 1),
        ["1", "9", "10", "1", "11", "9", "20", "2", "22"]
    );
    let has = |text: &str| assert!(figure.svg.contains(text), "{text}: {}", figure.svg);
    has(r#"<rect x="160" y="18" width="17.4" height="18" class="bar human">"#); // human: 1 point
    has(r#"<rect x="160" y="198" width="348.6" height="18" class="bar dev">"#); // dev, in the 7th row: 20 points
    has(r#"<rect x="351.7" y="171" width="156.9" height="12""#); // mismatch floats from 11 to 20
    assert!(!figure.svg.contains("whisker"), "nothing has an interval");
}

#[test]
fn intervals_of_the_ladder_are_drawn() {
    let count = |errors, n| ErrorCount::new(errors, n).ok().map(Into::into);
    let figures = Figures {
        train_dev: count(9, 2_000),
        dev: count(98, 500),
        ..Figures::default()
    };
    let figure = waterfall(&diagnose(&figures, &Options::default()).unwrap()).unwrap();
    // Two rates and their gap, a bar with two ends for each.
    assert_eq!(figure.svg.matches(r#"class="whisker ink""#).count(), 3 * 3);
    // Wilson's interval of 9 / 2,000 (STATISTICS.md's formula, by hand): 0.2369 to 0.8531 %.
    assert!(
        figure.rows[0][2].starts_with("0.2369"),
        "{:?}",
        figure.rows[0]
    );
    assert!(figure.rows[0][3].starts_with("0.8530") || figure.rows[0][3].starts_with("0.8531"));
}

#[test]
fn a_negative_gap_stays_within_the_drawing() {
    let rate = |rate| Some(SetError::stated(rate).unwrap());
    let figures = Figures {
        human: Some(Human::figure(0.05).unwrap()),
        train: rate(0.0),
        dev: rate(0.01),
        ..Figures::default()
    };
    let figure = waterfall(&diagnose(&figures, &Options::default()).unwrap()).unwrap();
    assert!(!figure.svg.contains(r#"x="-"#), "{}", figure.svg);
    assert!(!figure.svg.contains("NaN"));
}

/// By hand: 9 of 20 points are bias and 9 are mismatch, both more than a tenth of the dev error (2 points); variance
/// is 1, overfitting 2 points, which is not less than what matters.
#[test]
fn the_flowchart_shows_the_way() {
    let figure = flowchart(&exact()).unwrap();
    assert_eq!(column(&figure, 1)[..3], ["yes", "no", "yes"]);
    assert_eq!(column(&figure, 2), ["9", "1", "9", "2"]);
    assert_eq!(figure.svg.matches(r#"class="node first""#).count(), 1);
    // The first one's arrow: from the right edge of its box to its actions.
    assert!(
        figure
            .svg
            .contains(r#"<line x1="278" y1="41" x2="356" y2="41" class="way"/>"#),
        "{}",
        figure.svg
    );
    assert!(
        flowchart(
            &diagnose(
                &Figures {
                    dev: Some(SetError::stated(0.1).unwrap()),
                    ..Figures::default()
                },
                &Options::default()
            )
            .unwrap()
        )
        .is_none()
    );
}

/// x, y, and the interval of y.
type Point = (f64, f64, Option<(f64, f64)>);

fn line(points: &[Point], spread: Spread) -> Line {
    Line {
        name: "a".into(),
        class: "s0".into(),
        spots: points
            .iter()
            .map(|&(x, y, interval)| Spot { x, y, interval })
            .collect(),
        spread,
        is_fit: false,
        is_beyond: false,
    }
}

/// Inside the frame from 68 to 698 and, below the legend's 20 and 12 more units, from 48 to 294; with 4 % of the
/// 10 units of y above, so that 10 lies at 294 − 246 · 10 / 10.4 = 57.5.
#[test]
fn curves_go_through_their_points_and_bands_lie_around_them() {
    let points = [(1.0, 0.0, Some((0.0, 5.0))), (3.0, 10.0, Some((5.0, 10.0)))];
    let chart = LineChart {
        lines: vec![line(&points, Spread::Band)],
        from_zero: true,
        ..LineChart::default()
    };
    let svg = chart.figure().unwrap().svg;
    assert!(
        svg.contains(r#"<polyline points="68,294 698,57.5" class="line s0"/>"#),
        "{svg}"
    );
    // Below from left to right, then back above: 5 lies at 175.7.
    assert!(
        svg.contains(r#"<polygon points="68,294 698,175.7 698,57.5 68,175.7" class="band s0"/>"#),
        "{svg}"
    );
}

/// On two logarithmic axes a power law is straight: 10, 100, 1,000 at 1, 10, 100.
#[test]
fn power_laws_are_straight_on_logarithmic_axes() {
    let points = [
        (1.0, 1_000.0, None),
        (10.0, 100.0, None),
        (100.0, 10.0, None),
    ];
    let log = |label: &str| Axis {
        label: label.into(),
        is_log: true,
        ..Axis::default()
    };
    let chart = LineChart {
        lines: vec![line(&points, Spread::Whiskers)],
        x: log("x"),
        y: log("y"),
        ..LineChart::default()
    };
    let svg = chart.figure().unwrap().svg;
    assert!(svg.contains(r#"points="68,48 383,171 698,294""#), "{svg}");
}

#[test]
fn what_cannot_be_drawn_is_left_out() {
    assert!(LineChart::default().figure().is_none());
    assert!(Bars::default().figure().is_none());
    assert!(Grid::default().figure().is_none());
    let chart = LineChart {
        lines: vec![line(
            &[(1.0, f64::NAN, None), (2.0, 1.0, None)],
            Spread::Band,
        )],
        ..LineChart::default()
    };
    let svg = chart.figure().unwrap().svg;
    assert!(!svg.contains("NaN"), "{svg}");
}

#[test]
fn names_from_anywhere_are_no_markup() {
    let bars = Bars {
        groups: vec!["<script>\u{1b}[31m".into()],
        series: vec![(
            "a & b".into(),
            vec![Bar {
                group: 0,
                value: 1.0,
                interval: None,
            }],
        )],
        title: "\"quoted\"".into(),
        ..Bars::default()
    };
    let svg = bars.figure().unwrap().svg;
    assert!(svg.contains("&lt;script&gt;"), "{svg}");
    assert!(!svg.contains("<script>") && !svg.contains('\u{1b}'));
    assert!(svg.contains("aria-label=\"&quot;quoted&quot;"));
}

#[test]
fn cells_are_listed_by_row_and_column() {
    let cell = |value: f64| {
        Some(Shade {
            value,
            text: value.to_string(),
            below: String::new(),
            share: 0.5,
            class: "heat",
        })
    };
    let grid = Grid {
        rows: ("model".into(), vec!["small".into(), "large".into()]),
        columns: ("examples".into(), vec!["10".into(), "20".into()]),
        cells: vec![vec![cell(3.0), None], vec![cell(2.0), cell(1.5)]],
        ..Grid::default()
    };
    let figure = grid.figure().unwrap();
    assert_eq!(
        figure.csv(),
        "model,examples,value,interval\nsmall,10,3,\nlarge,10,2,\nlarge,20,1.5,\n"
    );
    assert_eq!(figure.svg.matches(r#"class="fill heat""#).count(), 3);
}

/// All of two drawings, so that no number in them changes unseen; what they should be is computed above.
#[test]
fn drawings_stay_what_they_are() {
    insta::assert_snapshot!("ladder", waterfall(&exact()).unwrap().svg);
    insta::assert_snapshot!("flowchart", flowchart(&exact()).unwrap().svg);
}
