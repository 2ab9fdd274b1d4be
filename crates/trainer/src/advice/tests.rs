use std::path::Path;

use plumb_diagnostics::{ErrorCount, Figures, Human, Interval, Options, Verdict, diagnose};

use super::{fit::fit, *};
use crate::{
    config::{self, Document},
    data_summary::ClassCount,
    prepare::prepare,
};

/// The quickstart with overrides, and with data that is quick to draw.
pub(super) fn quickstart(overrides: &[&str]) -> (Config, Document) {
    try_quickstart(overrides).unwrap()
}

/// The same; none if these overrides don't go together.
pub(super) fn try_quickstart(overrides: &[&str]) -> Option<(Config, Document)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let csv = root.join("data/optdigits/optdigits.csv");
    let mut all = vec![
        format!("data.target.csv.path=\"{}\"", csv.display()),
        "data.general.strokes.examples=1000".to_string(),
        "data.split.train_dev=200".to_string(),
    ];
    all.extend(overrides.iter().map(ToString::to_string));
    config::read(&root.join("configs/quickstart.toml"), &all).ok()
}

/// Gives a summary the quickstart's task: pictures of 8 by 8 pixels, in ten classes.
pub(super) fn ten_classes(data: &mut DataSummary) {
    data.general.shape = vec![1, 8, 8];
    data.general.range = Some((0.0, 16.0));
    data.sets.train.classes = (0..10)
        .map(|class: usize| ClassCount {
            class: class.to_string(),
            examples: 180,
        })
        .collect();
}

/// `unused` is the number of target examples in no set.
fn check(overrides: &[&str], unused: usize, remedy: Remedy, expected: Option<&str>) {
    check_end(overrides, unused, End::Epochs, remedy, expected);
}

fn check_end(overrides: &[&str], unused: usize, end: End, remedy: Remedy, expected: Option<&str>) {
    let (config, _) = quickstart(overrides);
    let mut data = DataSummary::for_test(2000, unused);
    data.general.shape = vec![1, 8, 8];
    let case = Case {
        config: &config,
        data: &data,
        end,
        curve: &Curve::default(),
    };
    let fitted = fit(remedy, case, need(&GAP));
    let set = fitted
        .as_ref()
        .and_then(|(fitted, _)| fitted.set.as_deref());
    assert_eq!(set, expected, "{remedy:?} for {overrides:?}");
}

pub(super) const GAPS: [GapKind; 5] = [
    GapKind::AvoidableBias,
    GapKind::Variance,
    GapKind::DataMismatch,
    GapKind::VarianceOrMismatch,
    GapKind::OverfittingToDev,
];

/// A gap of 10 points.
pub(super) const GAP: Gap = Gap {
    kind: GapKind::AvoidableBias,
    size: 0.1,
    interval: Interval {
        low: 0.1,
        high: 0.1,
    },
    over_threshold: Interval {
        low: 0.1,
        high: 0.1,
    },
    verdict: Verdict::Present,
    needed: None,
};

pub(super) fn need(gap: &Gap) -> Need<'_> {
    Need {
        gap,
        threshold: 0.01,
    }
}

const LINEAR: &str = "model={linear={}}";
const SGD: &str = "optimizer={sgd={learning_rate=0.1}}";
const ADAMW: &str = "optimizer={adamw={learning_rate=0.001}}";

#[test]
fn a_bigger_model_is_twice_as_wide() {
    for (model, expected) in [
        ("model.mlp.hidden=[64,8]", Some("model.mlp.hidden=[128,16]")),
        ("model.mlp.hidden=[]", Some("model.mlp.hidden=[64]")),
        (LINEAR, Some("model={mlp={hidden=[64]}}")),
        (
            "model={init=\"xavier_normal\",linear={}}",
            Some("model={init=\"xavier_normal\",mlp={hidden=[64]}}"),
        ),
        ("model={width=1.5,small_cnn={}}", Some("model.width=3.0")),
        // The widest that a config can have.
        ("model={width=64.0,lenet5={}}", None),
        // 8·20,000 + 20,000·20,000 weights are under the billion that plumb trains, four times that is not.
        ("model.mlp.hidden=[20000,20000]", None),
    ] {
        check(&[model], 0, Remedy::BiggerModel, expected);
    }
}

#[test]
fn images_get_convolutions_and_small_networks_of_them_a_larger_one() {
    let small = Some("model={small_cnn={}}");
    for (model, expected) in [
        ("model.mlp.hidden=[64]", small),
        (LINEAR, small),
        ("model={small_cnn={}}", Some("model={resnet8={}}")),
        ("model={resnet8={}}", None),
    ] {
        check(&[model], 0, Remedy::NewArchitecture, expected);
    }
    // A table; and pictures that are too small to be halved twice: the proposal would be refused.
    let (config, _) = quickstart(&[]);
    for shape in [vec![64], vec![1, 3, 3]] {
        let mut data = DataSummary::for_test(2000, 0);
        data.general.shape = shape;
        let case = Case {
            config: &config,
            data: &data,
            end: End::Epochs,
            curve: &Curve::default(),
        };
        assert!(fit(Remedy::NewArchitecture, case, need(&GAP)).is_none());
    }
}

#[test]
fn training_longer_moves_what_ended_it() {
    let longer = Remedy::TrainLonger;
    let stops = ["train.patience=3", "train.max_time=\"10m\""];
    for (end, expected) in [
        (End::Epochs, "train.epochs=40"),
        (End::Patience, "train.patience=6"),
        (End::Time, "train.max_time=\"20m\""),
    ] {
        check_end(&stops, 0, end, longer, Some(expected));
    }
}

#[test]
fn a_better_optimizer_is_the_next_one() {
    let cycle = "schedule={one_cycle={}}";
    for (overrides, expected) in [
        (&[SGD][..], Some("optimizer={adam={learning_rate=0.001}}")),
        (&[], Some(cycle)),
        (&[ADAMW], Some(cycle)),
        (
            &[cycle, "optimizer.adam.weight_decay=1e-4"],
            Some("optimizer={adamw={learning_rate=0.001}}"),
        ),
        // Left: `plumb find-lr`, which is no key.
        (&[cycle], None),
        (&[cycle, ADAMW], None),
    ] {
        check(overrides, 0, Remedy::BetterOptimizer, expected);
    }
}

/// What is taken away or added, one after the other: each line has what the ones before proposed.
#[test]
fn regularization_goes_step_by_step() {
    let less = [
        "model.mlp.dropout=0.25",
        "train.mixup=0",
        "loss.label_smoothing=0",
        "optimizer.adam.weight_decay=0",
    ];
    let mut config = vec![
        "model.mlp.dropout=0.5",
        "train.mixup=0.2",
        "loss.label_smoothing=0.1",
        "optimizer.adam.weight_decay=1e-4",
    ];
    for proposed in less {
        check(&config, 0, Remedy::LessRegularization, Some(proposed));
        config.extend([proposed, "model.mlp.dropout=0"]);
    }
    check(&config, 0, Remedy::LessRegularization, None);

    let more = [
        "model.mlp.dropout=0.2",
        "optimizer.adam.weight_decay=0.0001",
        "loss.label_smoothing=0.1",
        "train.mixup=0.2",
        "model.mlp.dropout=0.5",
        "optimizer.adam.weight_decay=0.0003",
    ];
    let mut config = Vec::new();
    for proposed in more {
        check(&config, 0, Remedy::MoreRegularization, Some(proposed));
        config.push(proposed);
    }
    // A linear model has nothing to drop, AdamW decays by itself, and there is an end to decay.
    let full = [LINEAR, "loss.label_smoothing=0.1", "train.mixup=0.2"];
    let more = Remedy::MoreRegularization;
    check(&[LINEAR, ADAMW], 0, more, Some("loss.label_smoothing=0.1"));
    let decay = "optimizer={adamw={learning_rate=0.001,weight_decay=0.09}}";
    check(&[&full[..], &[decay]].concat(), 0, more, None);
}

#[test]
fn data_and_mismatch() {
    for (overrides, unused, remedy, expected) in [
        (
            &[][..],
            0,
            Remedy::MoreData,
            Some("data.general.strokes.examples=2000"),
        ),
        (
            &[],
            30,
            Remedy::MixInTarget,
            Some("data.split.target_in_train=30"),
        ),
        (&[], 0, Remedy::MixInTarget, None),
        (&[], 30, Remedy::MoreDevData, Some("data.split.dev=80")),
        (
            &["data.general.strokes.warp=0.1"],
            0,
            Remedy::SynthesizeLikeTarget,
            Some("data.general.strokes.warp=0.2"),
        ),
    ] {
        check(overrides, unused, remedy, expected);
    }
}

/// The first actions against a gap of a run with this curve, with their reasons.
fn check_order(
    overrides: &[&str],
    (train, dev): (&[f64], &[f64]),
    figures: [f64; 3],
    expected: &[(Remedy, Option<&str>)],
) {
    let (config, _) = quickstart(overrides);
    let mut data = DataSummary::for_test(2_000, 0);
    ten_classes(&mut data);
    let curve = Curve::for_test(train, dev);
    let case = Case {
        config: &config,
        data: &data,
        end: End::Epochs,
        curve: &curve,
    };
    let count = |percent: f64| ErrorCount::new((percent * 100.0) as u64, 10_000).ok();
    let [train, train_dev, dev] = figures.map(count);
    let figures = Figures {
        human: Some(Human::figure(0.0).unwrap()),
        train: train.map(Into::into),
        train_dev: train_dev.map(Into::into),
        dev: dev.map(Into::into),
        ..Figures::default()
    };
    let diagnosis = diagnose(&figures, &Options::default()).unwrap();
    let actions = advise(case, &diagnosis);
    let found: Vec<_> = actions
        .iter()
        .map(|action| (action.remedy, action.reason.as_deref()))
        .take(expected.len())
        .collect();
    assert_eq!(found, expected, "{overrides:?}");
}

const FALLING: [f64; 7] = [25.0, 22.0, 20.0, 18.0, 15.0, 12.0, 10.0];
const FLAT: [f64; 7] = [25.0, 10.0, 11.0, 10.0, 11.0, 10.5, 10.8];
const RISING: [f64; 7] = [9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0];

/// The worked numbers 10 / 11 / 12 of MISSION.md, which are bias, with curves by hand.
#[test]
fn the_curve_decides_what_comes_first_against_bias() {
    use Remedy::{BetterOptimizer, BiggerModel, LessRegularization, TrainLonger};
    let bias = [10.0, 11.0, 12.0];
    // By hand: of the ten slopes between 20, 18, 15, 12 and 10 those in the middle are −8/3 and −5/2.
    let change: f64 = 4.0 * (8.0 / 3.0 + 5.0 / 2.0) / 2.0;
    assert_eq!(format!("{change:.2}"), "10.33");
    let reason = "train error still falls, by 10.33 points over the last 4 epochs";
    check_order(
        &[],
        (&FALLING, &FALLING),
        bias,
        &[(TrainLonger, Some(reason)), (BiggerModel, None)],
    );
    // Flat: no more epochs, and nothing to take away.
    let rest = [(BiggerModel, None), (BetterOptimizer, None)];
    check_order(&[], (&FLAT, &FLAT), bias, &rest);
    let dropout = ["model.mlp.dropout=0.5", "train.mixup=0.2"];
    for (curve, how) in [(FLAT, "no longer falls"), (RISING, "rises")] {
        let reason = format!("train error {how} at the end, regularized: dropout 0.5, mixup 0.2");
        let expected = [
            (LessRegularization, Some(reason.as_str())),
            (BiggerModel, None),
            (BetterOptimizer, None),
        ];
        check_order(&dropout, (&curve, &FLAT), bias, &expected);
    }
    // AdamW's own decay is no reason.
    check_order(&[ADAMW], (&FLAT, &FLAT), bias, &rest);
    // Nothing is known of the curve: the flowchart's order.
    let order = [
        (BiggerModel, None),
        (TrainLonger, None),
        (BetterOptimizer, None),
    ];
    check_order(&dropout, (&[], &[]), bias, &order);
}

/// The worked numbers 1 / 5 / 5 of MISSION.md, which are variance first.
#[test]
fn what_a_config_has_decides_what_comes_first_against_variance() {
    use Remedy::{AugmentData, MoreData, MoreRegularization};
    let variance = [1.0, 5.0, 5.0];
    // `augment` needs the range of pixels, which `ten_classes` gives.
    let order = [
        (MoreData, None),
        (AugmentData, None),
        (MoreRegularization, None),
    ];
    check_order(&[], (&FLAT, &FLAT), variance, &order);
    let overfits = "dev error rises from epoch 1 on, while train error falls";
    let first = [(MoreRegularization, Some(overfits)), (MoreData, None)];
    check_order(&[], (&FALLING, &RISING), variance, &first);
    let already = "regularized already: dropout 0.5, label smoothing 0.1";
    let regularized = ["model.mlp.dropout=0.5", "loss.label_smoothing=0.1"];
    let order = [
        (MoreData, Some(already)),
        (AugmentData, None),
        (MoreRegularization, Some(overfits)),
    ];
    check_order(&regularized, (&FALLING, &RISING), variance, &order);
}

/// Weights of another run fit no other network, and layers are frozen by name.
#[test]
fn what_a_fine_tuning_cannot_have_is_not_a_setting() {
    let from = "train.init_from=\"runs/a-0001\"";
    let bigger = Remedy::BiggerModel;
    check(&[from], 0, bigger, None);
    check(&[from], 0, Remedy::NewArchitecture, None);
    let (config, _) = quickstart(&[from]);
    let mut data = DataSummary::for_test(2_000, 0);
    ten_classes(&mut data);
    let case = Case {
        config: &config,
        data: &data,
        end: End::Epochs,
        curve: &Curve::default(),
    };
    let (fitted, _) = fit(bigger, case, need(&GAP)).unwrap();
    assert_eq!(
        fitted.change,
        "hidden layers [128, 128] -> [256, 256], without `train.init_from`: those weights don't fit"
    );
    let frozen = "train.freeze=[\"hidden.0\",\"output\"]";
    check(&[from, frozen], 0, bigger, Some("train.freeze=[]"));
    check(&[frozen], 0, Remedy::NewArchitecture, None);
    check(&[from], 0, Remedy::LessRegularization, None);
    check(
        &[from],
        0,
        Remedy::MoreRegularization,
        Some("model.mlp.dropout=0.2"),
    );
}

/// Whatever is proposed for a config is one that plumb takes with this config's data: as `plumb check`
/// does it, with the override behind the config's own.
#[test]
fn every_proposal_passes_plumb_check() {
    let regular = "train.mixup=0.2";
    let mut n_proposals = 0;
    for overrides in [
        &[][..],
        &[LINEAR, SGD],
        &[
            "model={width=2.0,mlp={hidden=[8],dropout=0.3}}",
            ADAMW,
            regular,
        ],
        &["model={small_cnn={dropout=0.5}}", "schedule={cosine={}}"],
        &[
            "model={init=\"kaiming_normal\",linear={}}",
            "schedule={warmup_epochs=2,one_cycle={}}",
        ],
        &["model={resnet8={}}", "loss.label_smoothing=0.1"],
        &[
            "model={cnn={blocks=[{channels=4}]}}",
            "data.split.target_in_train=100",
        ],
        &[
            "train.batch_size=1",
            "train.patience=3",
            "train.max_time=\"90s\"",
        ],
        &[
            "data.split.train=300",
            "data.augmentation={steps=[{shift={pixels=1}}]}",
        ],
        &["optimizer={sgd={learning_rate=0.1,momentum=0.9,weight_decay=1e-4}}"],
        &["data.split={train_dev=0.2,dev=0.25,test=0.25,target_in_train=0.1}"],
        &["data.split={mistake=\"dev-from-general\",train_dev=100,dev=100,test=100}"],
        &["data.split={mistake=\"shuffle-everything\",train_dev=0.1,dev=100,test=100}"],
        &["data.split={train_dev=100,dev=100,test=100,train=0.5,group=\"original\"}"],
    ] {
        let (config, document) = quickstart(overrides);
        let prepared = prepare(&config, &document, &|_, _| {}).unwrap();
        for end in [End::Epochs, End::Patience, End::Time] {
            let case = Case {
                config: &config,
                data: &prepared.summary,
                end,
                curve: &Curve::default(),
            };
            let offered = GAPS.iter().flat_map(|&gap| remedies(gap));
            let sets = offered.filter_map(|&remedy| fit(remedy, case, need(&GAP))?.0.set);
            for set in sets.collect::<std::collections::BTreeSet<_>>() {
                let (changed, document) = quickstart(&[overrides, &[set.as_str()]].concat());
                if let Err(error) = prepare(&changed, &document, &|_, _| {}) {
                    panic!("{set} for {overrides:?}: {error}");
                }
                assert_ne!(
                    changed.to_toml().unwrap(),
                    config.to_toml().unwrap(),
                    "{set} changes nothing in {overrides:?}"
                );
                n_proposals += 1;
            }
        }
    }
    assert!(n_proposals > 100, "{n_proposals}");
}

/// A forest is offered what changes its examples, and depth where that is limited; nothing of networks.
#[test]
fn a_forest_gets_no_advice_for_networks() {
    let forest = "model={forest={}}";
    let shallow = "model={forest={max_depth=3}}";
    check(
        &[shallow],
        0,
        Remedy::BiggerModel,
        Some("model.forest.max_depth=6"),
    );
    check(&[forest], 0, Remedy::BiggerModel, None);
    check(
        &[forest],
        0,
        Remedy::MoreData,
        Some("data.general.strokes.examples=2000"),
    );
    check(
        &[forest],
        700,
        Remedy::MixInTarget,
        Some("data.split.target_in_train=700"),
    );
    for remedy in [
        Remedy::NewArchitecture,
        Remedy::TrainLonger,
        Remedy::BetterOptimizer,
        Remedy::LessRegularization,
        Remedy::MoreRegularization,
        Remedy::AugmentData,
        Remedy::WeightTargetLikeData,
    ] {
        check(&[forest], 700, remedy, None);
    }
}
