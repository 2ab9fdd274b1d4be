//! What must hold of the advice for any config: generated ones.

use plumb_data::seed;
use plumb_diagnostics::{ErrorCount, Figures, Human, Options, SetError, diagnose, wilson};
use rand::{RngExt, seq::IndexedRandom};

use super::{
    fit::fit,
    tests::{GAPS, need, quickstart, ten_classes},
    *,
};
use crate::{config, prepare::check_model};

/// One of each is chosen; the empty ones leave the quickstart's.
const MODELS: [&str; 12] = [
    "model={linear={}}",
    "model={mlp={hidden=[]}}",
    "model.mlp.hidden=[7]",
    "model.mlp={hidden=[64,32],dropout=0.5,norm=\"batch\"}",
    "model={width=0.3,init=\"kaiming_normal\",mlp={hidden=[100]}}",
    "model={lenet5={}}",
    "model={small_cnn={dropout=0.2}}",
    "model={width=40.0,small_cnn={}}",
    "model={resnet8={}}",
    "model={cnn={blocks=[{channels=4,dropout=0.3},{channels=8,norm=\"batch\"}],hidden=[16]}}",
    "model={cnn={blocks=[{channels=3,residual=true}],dropout=0.1}}",
    "model.mlp.hidden=[20000,20000]",
];
const OPTIMIZERS: [&str; 6] = [
    "",
    "optimizer.adam.weight_decay=0.001",
    "optimizer={adamw={learning_rate=0.002}}",
    "optimizer={adamw={learning_rate=0.002,weight_decay=0.09}}",
    "optimizer={sgd={learning_rate=0.1}}",
    "optimizer={sgd={learning_rate=0.1,momentum=0.9,nesterov=true,weight_decay=1e-4}}",
];
const SCHEDULES: [&str; 4] = [
    "",
    "schedule={one_cycle={}}",
    "schedule={warmup_epochs=1.5,cosine={}}",
    "schedule={step={every_epochs=5}}",
];
const REGULARIZATION: [&str; 4] = [
    "",
    "train.mixup=0.2",
    "loss.label_smoothing=0.1",
    "data.augmentation={steps=[{shift={pixels=1}}]}",
];
const SPLITS: [&str; 9] = [
    "",
    "data.split={train_dev=0.2,dev=0.25,test=0.25}",
    "data.split={train_dev=0.2,dev=100,test=0.25,target_in_train=0.1,general_weight=0.2}",
    "data.split={train_dev=100,dev=100,test=100,target_in_train=300,train=500}",
    "data.split={train_dev=100,dev=100,test=100,train=0.5}",
    "data.split={mistake=\"shuffle-everything\",train_dev=100,dev=100,test=100}",
    "data.split={mistake=\"dev-from-general\",train_dev=100,dev=100,test=100}",
    "data.split={train_dev=100,dev=100,test=100,group=\"original\"}",
    "data.split={train_dev=100,dev=100,test=100,repeat=3,allow=[\"identical\"]}",
];
const SOURCES: [&str; 6] = [
    "",
    "data.general.strokes.warp=0.5",
    "data.general.label_noise=0.1",
    "data.general={csv={path=\"x.csv\",label=\"digit\",shape=[1,8,8],range=[0,16]}}",
    "data={split={train_dev=100,dev=100,test=100},general={gaussian={examples=1000,dimensions=64}},\
     target={gaussian={examples=500,dimensions=64,noise=2.0}}}",
    "data.memory_budget=\"1MB\"",
];
const TRAINING: [&str; 6] = [
    "",
    "train.batch_size=1",
    "train.batch_size=100000",
    "train.freeze=[\"output\"]",
    "train.init_from=\"runs/a-0001\"",
    "train={epochs=20,batch_size=64,init_from=\"runs/a-0001\",init_partial=true,freeze=[\"hidden.0\"]}",
];
const ENDS: [&[&str]; 4] = [
    &[],
    &["train.patience=2"],
    &["train.max_time=\"90s\""],
    &["train.epochs=4294967295"],
];

fn curves() -> Vec<Curve> {
    let of = |train: fn(usize) -> f64, dev: fn(usize) -> f64| {
        let values = |value: fn(usize) -> f64| (0..12).map(value).collect::<Vec<f64>>();
        Curve::for_test(&values(train), &values(dev))
    };
    let falling = |at: usize| 20.0 - at as f64;
    let flat = |at: usize| 8.0 + (at % 2) as f64;
    let rising = |at: usize| 5.0 + at as f64;
    vec![
        Curve::default(),
        of(falling, falling),
        of(falling, rising),
        of(flat, flat),
        of(rising, rising),
    ]
}

/// Every action of every gap, for a thousand configs: it is a config with this data, another one than before,
/// it costs something that can be said, and a run that follows it is known to.
#[test]
fn what_is_proposed_is_always_another_config_that_works() {
    let stream = &mut seed::stream(7, "generated configs");
    let curves = curves();
    let (mut n_configs, mut n_proposals, mut n_work) = (0, 0, 0);
    for _ in 0..1_000 {
        let mut overrides: Vec<&str> = Vec::new();
        for choices in [
            &SOURCES[..],
            &SPLITS,
            &MODELS,
            &OPTIMIZERS,
            &SCHEDULES,
            &REGULARIZATION,
            &TRAINING,
        ] {
            overrides.extend(choices.choose(stream).filter(|chosen| !chosen.is_empty()));
        }
        overrides.extend(*ENDS.choose(stream).unwrap());
        let Some(config) = try_quickstart(&overrides) else {
            continue; // a combination that is no config
        };
        let mut data = DataSummary::for_test(2_000, stream.random_range(0..2) * 30);
        ten_classes(&mut data);
        data.unused_train = stream.random_range(0..2) * 40;
        data.sets.train.from_target = stream.random_range(0..2) * 100;
        if stream.random_range(0..4) == 0 {
            data.general.shape = vec![64];
        }
        if check_model(&config, &data.task()).is_err() {
            continue;
        }
        n_configs += 1;
        let case = Case {
            config: &config,
            data: &data,
            end: *[End::Epochs, End::Patience, End::Time]
                .choose(stream)
                .unwrap(),
            curve: curves.choose(stream).unwrap(),
        };
        for action in actions(case) {
            let Some(set) = &action.set else {
                n_work += 1;
                assert!(!action.change.is_empty());
                continue;
            };
            n_proposals += 1;
            let place = format!("{set} for {overrides:?}");
            let changed = config::changed(&config, set).unwrap_or_else(|_| panic!("{place}"));
            assert!(check_model(&changed, &data.task()).is_ok(), "{place}");
            assert!(!set.contains([' ', '\'']), "{place}");
            assert!(action.cost.parameters.is_some(), "{place}");
            let followed = std::slice::from_ref(&action);
            let taken = taken(&config, &changed, followed).unwrap();
            assert!(taken.actions[0].is_as_proposed, "{place}");
            assert!(taken.besides.is_empty(), "{place}: {:?}", taken.besides);
            let json = serde_json::to_string(&action).unwrap();
            let read: Action = serde_json::from_str(&json).unwrap();
            assert_eq!(read, action, "{place}");
        }
    }
    assert!(n_configs > 300, "{n_configs} configs");
    assert!(n_proposals > 2_000, "{n_proposals} proposals");
    assert!(n_work > 300, "{n_work} works");
}

/// What `advise` gives is a choice of these, in another order.
fn actions(case: Case<'_>) -> Vec<Action> {
    let mut actions = Vec::new();
    for kind in GAPS {
        let gap = Gap {
            kind,
            ..super::tests::GAP
        };
        for &remedy in remedies(kind) {
            let Some((fitted, cost)) = fit(remedy, case, need(&gap)) else {
                continue;
            };
            actions.push(Action {
                gap: kind,
                remedy,
                change: fitted.change,
                reason: fitted.reason,
                set: fitted.set,
                ceiling: 0.1,
                cost,
            });
        }
    }
    actions
}

fn try_quickstart(overrides: &[&str]) -> Option<Config> {
    super::tests::try_quickstart(overrides).map(|(config, _)| config)
}

/// Whatever the rates: no ceiling is beyond its gap or beyond what dev (or test) has above human level, and no
/// action stands against a gap that does not matter.
#[test]
fn no_ceiling_is_beyond_its_gap() {
    let stream = &mut seed::stream(7, "generated rates");
    let (config, _) = quickstart(&[]);
    let mut data = DataSummary::for_test(2_000, 30);
    ten_classes(&mut data);
    let case = Case {
        config: &config,
        data: &data,
        end: End::Epochs,
        curve: &Curve::default(),
    };
    let mut n_actions = 0;
    for _ in 0..300 {
        let mut count = || {
            let count = ErrorCount::new(stream.random_range(0..300), 1_000);
            count.ok().map(SetError::from)
        };
        let figures = Figures {
            human: Some(Human::figure(0.05).unwrap()),
            human_general: None,
            train: count(),
            train_dev: count(),
            dev: count(),
            test: count(),
        };
        let diagnosis = diagnose(&figures, &Options::default()).unwrap();
        // As high as an error may be: with few examples, that much may be gained.
        let room = [figures.dev, figures.test].map(|error| {
            let count = error.unwrap().count().unwrap();
            let human = if count.rate() < 0.05 { 0.0 } else { 0.05 }; // beaten: no bound
            wilson(count, diagnosis.confidence).high - human
        });
        for action in advise(case, &diagnosis) {
            n_actions += 1;
            let gap = diagnosis.gap(action.gap).unwrap();
            let end = room[usize::from(gap.kind == GapKind::OverfittingToDev)];
            assert!(diagnosis.ranked.contains(&gap.kind));
            assert!(action.ceiling <= gap.size + 1e-12);
            assert!(action.ceiling <= end + 1e-12);
            assert!(action.ceiling >= diagnosis.threshold - 1e-12);
        }
    }
    assert!(n_actions > 300, "{n_actions}");
}
