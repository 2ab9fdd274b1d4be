use super::*;
use crate::{
    advice::tests::{quickstart, ten_classes},
    config,
    curve::{Curve, Pace},
    data_summary::DataSummary,
};

/// Twenty epochs of 2 s, each with an evaluation of 0.5 s: 50 s.
fn curve() -> Curve {
    Curve {
        pace: Some(Pace {
            epoch_secs: 2.0,
            evaluation_secs: 0.5,
        }),
        ..Curve::for_test(&[5.0; 20], &[5.0; 20])
    }
}

/// The quickstart (1,000 drawn examples, of which 1,800 are said to be in train) with one change: seconds then,
/// and further examples.
fn check(overrides: &[&str], end: End, set: &str, then: f64, examples: Option<i64>) {
    let (config, _) = quickstart(overrides);
    let mut data = DataSummary::for_test(1_000, 100);
    ten_classes(&mut data);
    check_data(&config, &data, end, set, then, examples);
}

fn check_data(
    config: &Config,
    data: &DataSummary,
    end: End,
    set: &str,
    then: f64,
    examples: Option<i64>,
) {
    let curve = curve();
    let case = Case {
        config,
        data,
        end,
        curve: &curve,
    };
    let cost = Cost::of(case, &config::changed(config, set).unwrap());
    let secs = cost.train_secs.unwrap();
    assert!((secs.now - 50.0).abs() < 1e-9, "{set}: {}", secs.now);
    assert!((secs.then - then).abs() < 1e-9, "{set}: {}", secs.then);
    assert_eq!(cost.examples, examples, "{set}");
}

/// By hand: 64·128 + 128·128 + 128·10 weights (one multiplication each) and 128 + 128 + 10 biases; with 256 units
/// 64·256 + 256·256 + 256·10 and 256 + 256 + 10.
#[test]
fn a_bigger_model_costs_its_weights_and_multiplications() {
    let (config, _) = quickstart(&[]);
    let mut data = DataSummary::for_test(1_000, 0);
    ten_classes(&mut data);
    let curve = curve();
    let case = Case {
        config: &config,
        data: &data,
        end: End::Epochs,
        curve: &curve,
    };
    let changed = config::changed(&config, "model.mlp.hidden=[256,256]").unwrap();
    let cost = Cost::of(case, &changed);
    let expected = Change {
        now: 25_856 + 266,
        then: 84_480 + 522,
    };
    assert_eq!(cost.parameters, Some(expected));
    let then = cost.train_secs.unwrap().then;
    // 1,800 examples in batches of 128 are 15 steps, of 0.1 ms each whatever the network.
    let work = 84_480.0 / 25_856.0;
    let expected = 20.0 * (0.0015 + 1.9985 * work) + 10.0 * work;
    assert!((then - expected).abs() < 1e-9, "{then}");
    assert_eq!(cost.examples, None);
    // Nothing is known of how long convolutions take.
    let changed = config::changed(&config, "model={small_cnn={}}").unwrap();
    assert_eq!(Cost::of(case, &changed).train_secs, None);
    let without_times = Case {
        curve: &Curve::default(),
        ..case
    };
    assert_eq!(Cost::of(without_times, &changed).train_secs, None);
}

/// By hand: a convolution of 3×3 to c channels of 8×8 puts out 64·c values, its activation as many, the mean of
/// each map c and the output layer 10; the input is 64.
#[test]
fn convolutions_cost_what_they_put_out() {
    let set = "model={width=2.0,cnn={blocks=[{channels=4}]}}";
    let values = |channels: f64| 64.0 + 128.0 * channels + channels + 10.0;
    let work = values(8.0) / values(4.0);
    let then = 20.0 * (0.0015 + 1.9985 * work) + 10.0 * work;
    let network = ["model={cnn={blocks=[{channels=4}]}}"];
    check(&network, End::Epochs, set, then, None);
    // Dropout multiplies nothing.
    let dropout = "model.cnn.dropout=0.2";
    check(&network, End::Epochs, dropout, 50.0, None);
}

/// By hand, from 50 s: 2 s an epoch and 0.5 s an evaluation.
#[test]
fn longer_training_costs_what_ended_it() {
    let epochs = End::Epochs;
    check(&[], epochs, "train.epochs=40", 100.0, None);
    check(&[], epochs, "train.mixup=0.2", 50.0, None);
    let patience = End::Patience;
    check(
        &["train.patience=3", "train.epochs=100"],
        patience,
        "train.patience=6",
        57.5,
        None,
    ); // 3 more
    let patient = ["train.patience=30", "train.epochs=22"];
    check(&patient, patience, "train.patience=60", 55.0, None); // 22 at most
    let timed = ["train.max_time=\"50s\"", "train.epochs=100"];
    check(&timed, End::Time, "train.max_time=\"100s\"", 100.0, None);
    // A bigger model in the same time.
    check(&timed, End::Time, "model.mlp.hidden=[256,256]", 50.0, None);
}

/// By hand: 40 s of steps on 1,800 examples grow with them, 10 s of evaluations do not.
#[test]
fn more_examples_cost_longer_epochs() {
    let epochs = End::Epochs;
    let secs = |examples: f64| 40.0 * examples / 1_800.0 + 10.0;
    let doubled = "data.general.strokes.examples=2000";
    check(&[], epochs, doubled, secs(2_800.0), Some(1_000));
    let shared = ["data.split.train_dev=0.25"]; // a quarter of what comes
    check(&shared, epochs, doubled, secs(2_550.0), Some(1_000));
    let mixed = "data.split.target_in_train=30";
    check(&[], epochs, mixed, secs(1_830.0), Some(30));
    check(&[], epochs, "data.split.dev=80", 50.0, Some(30)); // dev has 50
    let capped = ["data.split.train=1800"];
    check(
        &capped,
        epochs,
        "data.split.train=2000",
        secs(2_000.0),
        Some(200),
    );
}
