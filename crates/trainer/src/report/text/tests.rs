use std::path::Path;

use plumb_diagnostics::{ErrorCount, Figures, GapKind, Human, Options, Remedy, diagnose};

use super::*;
use crate::{
    advice::{Action, Change, Cost},
    report::{FORMAT, behind_run, sentence},
};

/// The widths that are looked at by eye, and the characters for old terminals.
const SCREENS: [Screen; 5] = [
    screen(60, false),
    screen(80, false),
    screen(80, true),
    screen(100, false),
    screen(140, false),
];

const fn screen(width: usize, ascii: bool) -> Screen {
    Screen {
        width,
        ascii,
        colours: false,
    }
}

fn check(snapshot: &str, human: Option<f64>, counts: [(u64, u64); 4], actions: &[Action]) {
    let count = |(errors, n)| Some(ErrorCount::new(errors, n).unwrap().into());
    let [train, train_dev, dev, test] = counts.map(count);
    let human = HumanLevel {
        target: human.map(|level| Human::figure(level).unwrap()),
        ..HumanLevel::default()
    };
    let figures = Figures {
        human: human.target.clone(),
        human_general: None,
        train,
        train_dev,
        dev,
        test,
    };
    let options = Options {
        goal_error: Some(0.06),
        ..Options::default()
    };
    let diagnosis = diagnose(&figures, &options).unwrap();
    let run = Path::new("runs/example-0001");
    let report = Report {
        format: FORMAT,
        name: "example",
        run,
        is_forest: false,
        best_epoch: 3,
        epochs_done: 5,
        end: End::Epochs,
        epochs: 20,
        findings: Findings {
            matters_share: options.matters_share,
            human: &human,
            bayes: None,
            sentence: sentence(&diagnosis, actions),
            diagnosis: &diagnosis,
            actions,
            go_on: behind_run(run, actions),
        },
    };
    for screen in SCREENS {
        let shown = text(&report, screen);
        for line in shown.lines() {
            let is_command =
                line.starts_with("  plumb ") || line.trim_start().starts_with("--set ");
            assert!(is_command || line.chars().count() <= screen.width, "{line}");
            assert!(!screen.ascii || line.is_ascii(), "{line}");
        }
        let characters = if screen.ascii { "_ascii" } else { "" };
        insta::assert_snapshot!(format!("{snapshot}_{}{characters}", screen.width), shown);
        let coloured = Screen {
            colours: true,
            ..screen
        };
        let coloured = text(&report, coloured);
        assert_ne!(coloured, shown);
        assert_eq!(console::strip_ansi_codes(&coloured), shown);
    }
}

/// The worked numbers 10 / 11 / 20 of MISSION.md: bias and mismatch.
#[test]
fn bias_and_mismatch() {
    let action = |gap, remedy, change: &str, set: Option<&str>, ceiling| Action {
        gap,
        remedy,
        change: change.into(),
        reason: None,
        set: set.map(Into::into),
        ceiling,
        cost: Cost::default(),
    };
    let longer = action(
        GapKind::AvoidableBias,
        Remedy::TrainLonger,
        "epochs 20 -> 40",
        Some("train.epochs=40"),
        0.1,
    );
    let bigger = action(
        GapKind::AvoidableBias,
        Remedy::BiggerModel,
        "hidden layers [128, 128] -> [256, 256]",
        Some("model.mlp.hidden=[256,256]"),
        0.1,
    );
    let actions = [
        Action {
            reason: Some(
                "train error still falls, by 0.30 points over the last 7 epochs, as the learning rate does"
                    .into(),
            ),
            cost: Cost {
                parameters: Some(Change {
                    now: 118_282,
                    then: 118_282,
                }),
                multiply_adds: None,
                train_secs: Some(Change {
                    now: 4.1,
                    then: 8.2,
                }),
                examples: None,
            },
            ..longer
        },
        Action {
            cost: Cost {
                parameters: Some(Change {
                    now: 118_282,
                    then: 269_322,
                }),
                multiply_adds: None,
                train_secs: Some(Change {
                    now: 4.1,
                    then: 10.9,
                }),
                examples: None,
            },
            ..bigger
        },
        action(
            GapKind::DataMismatch,
            Remedy::CollectTargetLikeData,
            "collect training examples like those of target.csv",
            None,
            0.09,
        ),
    ];
    let counts = [
        (5_000, 50_000),
        (1_100, 10_000),
        (2_000, 10_000),
        (2_000, 10_000),
    ];
    check("bias_and_mismatch", Some(0.0), counts, &actions);
}

/// Few examples: the largest gap is named, and said to be unsure.
#[test]
fn few_examples() {
    let collect = Action {
        gap: GapKind::DataMismatch,
        remedy: Remedy::CollectTargetLikeData,
        change: "collect training examples like those of target.csv".into(),
        reason: None,
        set: None,
        ceiling: 0.04,
        cost: Cost::default(),
    };
    check(
        "few_examples",
        Some(0.0),
        [(0, 900), (1, 50), (3, 50), (3, 50)],
        &[collect],
    );
}

/// A mismatch without an action: all of it is harder data.
#[test]
fn nothing_to_gain() {
    let counts = [
        (1_000, 50_000),
        (200, 10_000),
        (2_000, 10_000),
        (2_000, 10_000),
    ];
    check("nothing_to_gain", Some(0.019), counts, &[]);
}

#[test]
fn nothing_in_the_way_and_no_human() {
    let counts = [
        (500, 5_000),
        (1_000, 10_000),
        (1_000, 10_000),
        (1_000, 10_000),
    ];
    check("nothing_in_the_way", None, counts, &[]);
}
