use super::*;

impl Curve {
    /// One evaluation per epoch of 1,000 examples per set, with these error rates of train and dev, in percent,
    /// and a loss that is ten times train's.
    pub(crate) fn for_test(train: &[f64], dev: &[f64]) -> Self {
        let measured = |percent: f64| Measured {
            count: ErrorCount::new((percent * 10.0).round() as u64, 1_000).unwrap(),
            loss: percent / 10.0,
        };
        let evaluation = |(at, (&train, &dev)): (usize, (&f64, &f64))| Evaluation {
            epoch: at as u32 + 1,
            step: 10 * (at as u64 + 1),
            learning_rate: 1e-3,
            train: measured(train),
            train_dev: measured(train),
            dev: measured(dev),
        };
        Self {
            evaluations: train.iter().zip(dev).enumerate().map(evaluation).collect(),
            pace: None,
        }
    }
}

fn line(epoch: u32, set: &str, errors: u64) -> String {
    format!(
        r#"{{"format":2,"epoch":{epoch},"step":{},"set":"{set}","errors":{errors},"n":200,"error_rate":0.1,"loss":0.5,"learning_rate":0.001}}"#,
        10 * epoch
    )
}

fn evaluation(epoch: u32, errors: u64) -> Vec<String> {
    let sets = ["train", "train-dev", "dev", "test"];
    sets.map(|set| line(epoch, set, errors)).to_vec()
}

#[test]
fn a_curve_has_every_evaluation_without_the_test_set() {
    let mut lines = evaluation(1, 40);
    lines.extend(evaluation(3, 30));
    let curve = Curve::parse(&lines.join("\n")).unwrap();
    let values = |points: Vec<CurvePoint>| -> Vec<(f64, f64)> {
        let pair = |point: &CurvePoint| (point.epoch, point.value);
        points.iter().map(pair).collect()
    };
    // 40 and 30 of 200.
    assert_eq!(values(curve.train_error()), [(1.0, 0.2), (3.0, 0.15)]);
    assert_eq!(values(curve.dev_error()), [(1.0, 0.2), (3.0, 0.15)]);
    assert_eq!(values(curve.train_loss()), [(1.0, 0.5), (3.0, 0.5)]);
    assert_eq!(curve.epochs(), Some(3));
    assert_eq!(curve.evaluations[1].step, 30);
    assert_eq!(Curve::parse("").unwrap(), Curve::default());
}

/// What the recorder writes is what is read.
#[test]
fn a_metric_survives_its_line() {
    let text = line(4, "train-dev", 3);
    let metric: Metric = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&metric).unwrap(), text);
}

#[test]
fn damage_is_named_with_its_line() {
    let check = |change: fn(&mut Vec<String>), expected: &str| {
        let mut lines = evaluation(1, 40);
        lines.extend(evaluation(2, 30));
        change(&mut lines);
        let error = Curve::parse(&lines.join("\n")).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        |lines| lines[5].truncate(30),
        "line 6: EOF while parsing an object at line 1 column 30; expected a measurement of format 2, one \
         JSON object",
    );
    check(
        |lines| lines[1] = "{\"format\":2}".into(),
        "line 2: missing field `epoch` at line 1 column 12; expected a measurement of format 2, one JSON object",
    );
    check(
        |lines| lines[0] = lines[0].replace("\"format\":2", "\"format\":9"),
        "line 1: the format is 9; this plumb reads format 2",
    );
    check(
        |lines| lines[3] = lines[3].replace("\"errors\":40", "\"errors\":201"),
        "line 4: 201 errors among 200 examples; expected at most 200",
    );
    check(
        |lines| lines[2] = line(1, "train", 1),
        "line 3: train is measured a second time at step 10",
    );
    check(
        |lines| lines.reverse(),
        "line 5: step 10 comes after step 20; expected rising steps",
    );
    check(
        |lines| {
            lines.remove(2);
        },
        "dev is not measured at step 10; expected all four sets at each evaluation",
    );
    check(
        |lines| {
            lines.pop();
        },
        "test is not measured at step 20; expected all four sets at each evaluation",
    );
}

/// By hand: of 9, 1, 1.2, 1.1 and 0.1 seconds the one in the middle is 1.1.
#[test]
fn the_pace_is_that_of_the_median_epoch() {
    let times = [9.0, 1.0, 1.2, 1.1, 0.1];
    let timing = |secs: f64| Timing {
        format: FORMAT,
        epoch: 1,
        step: 1,
        train_secs: secs,
        evaluate_secs: secs / 10.0,
    };
    let lines = times.map(|secs| serde_json::to_string(&timing(secs)).unwrap());
    let pace = Pace::parse(&lines.join("\n")).unwrap();
    assert!((pace.epoch_secs - 1.1).abs() < 1e-12);
    assert!((pace.evaluation_secs - 0.11).abs() < 1e-12);
    assert_eq!(Pace::parse(""), None);
    assert_eq!(Pace::parse("{"), None);
}

#[test]
fn a_run_without_its_metrics_is_bad_input() {
    let runs = tempfile::tempdir().unwrap();
    let write = |run: &RunDir| run.write("config.toml", b"");
    let run = RunDir::create(runs.path(), "a", write).unwrap();
    let error = Curve::read(&run).unwrap_err().to_string();
    assert!(error.contains("a-0001/metrics.jsonl: "), "{error}");
    run.write("metrics.jsonl", b"x").unwrap();
    let error = Curve::read(&run).unwrap_err().to_string();
    assert!(error.contains("metrics.jsonl, line 1: "), "{error}");
    run.write("metrics.jsonl", evaluation(1, 1).join("\n").as_bytes())
        .unwrap();
    assert_eq!(Curve::read(&run).unwrap().pace, None);
}
