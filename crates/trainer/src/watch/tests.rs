//! Sequences of real runs: of `plumb train configs/quickstart.toml --set optimizer=…` on one CPU, the
//! running losses that the program printed, so that what is asserted is what a person would say of them.

use super::*;

/// The quickstart with another optimizer.
fn config(optimizer: &str) -> Config {
    let path = std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../configs/quickstart.toml"
    ));
    let overrides = [format!("optimizer={{{optimizer}}}")];
    let (config, _) = crate::config::read(path, &overrides).unwrap();
    config
}

/// Ten classes of one size: a chance loss of ln 10 = 2.303.
const EVEN: [f64; 10] = [0.1; 10];

/// Of 18,000 examples in batches of 128.
const STEPS_PER_EPOCH: u64 = 141;

struct Run {
    config: Config,
    mass: Vec<f64>,
    watch: Watch,
}

impl Run {
    fn new(optimizer: &str) -> Self {
        Self {
            config: config(optimizer),
            mass: EVEN.to_vec(),
            watch: Watch::default(),
        }
    }

    /// Warnings after an epoch whose dev predictions are these.
    fn epoch_with(&mut self, running_loss: f64, predicted: &[u32], labels: &[u32]) -> Vec<String> {
        let classes: Vec<String> = (0..self.mass.len())
            .map(|class| class.to_string())
            .collect();
        let facts = Facts {
            config: &self.config,
            class_mass: self.mass.clone(),
            steps_per_epoch: STEPS_PER_EPOCH,
            classes: &classes,
        };
        let dev: Vec<Prediction> = predicted
            .iter()
            .map(|&class| Prediction {
                class,
                probability: 0.5,
            })
            .collect();
        let seen = Seen {
            learning_rate: self.config.optimizer.learning_rate(),
            dev: &dev,
            dev_labels: labels,
        };
        self.watch.trained(STEPS_PER_EPOCH, running_loss);
        self.watch.evaluated(&facts, &seen)
    }

    /// The epochs, counted from 1, after which there are warnings, and these.
    fn warnings(&mut self, losses: &[f64]) -> Vec<(usize, String)> {
        let mut all = Vec::new();
        for (at, &loss) in losses.iter().enumerate() {
            let warnings = self.epoch_with(loss, &[0, 1], &[0, 1]);
            all.extend(warnings.into_iter().map(|warning| (at + 1, warning)));
        }
        all
    }
}

fn check(optimizer: &str, losses: &[f64], expected: &[(usize, &str)]) {
    let found = Run::new(optimizer).warnings(losses);
    let matches = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, expected)| found.0 == expected.0 && found.1.contains(expected.1));
    assert!(matches, "{optimizer}: {found:#?}, not {expected:?}");
}

/// SGD at 1e-9 leaves the loss of untrained weights. At 0.001 it falls, slowly, from the second epoch on.
#[test]
fn a_loss_that_stands_still_is_dead() {
    let dead = "nothing has been learned";
    check(
        "sgd={learning_rate=1e-9}",
        &[2.2988, 2.2987, 2.2987, 2.2988],
        &[(2, dead)],
    );
    check(
        "sgd={learning_rate=1e-3}",
        &[2.2918, 2.2775, 2.2633, 2.2488, 2.2338],
        &[],
    );
    // Nine labels in ten replaced: what little it falls later is memorized.
    check(
        "adam={learning_rate=1e-3}",
        &[2.3050, 2.2979, 2.2928, 2.2869],
        &[(2, dead)],
    );
}

/// SGD with momentum at 0.5 leaps up and stays at chance, with every unit dead; SGD at 1.8 never settles; Adam
/// at 0.3 stays far above what it began with. None is a dead loss as well.
#[test]
fn a_loss_that_rises_diverges() {
    check(
        "sgd={learning_rate=0.5,momentum=0.9}",
        &[0.6273, 0.7625, 931.6964, 2.3131, 2.3106, 2.3129],
        &[(3, "has risen from 0.627 to 931.696")],
    );
    check(
        "sgd={learning_rate=1.8}",
        &[
            1.8634, 1.0054, 1.6178, 1.1496, 0.6919, 0.2889, 0.3089, 1.1893,
        ],
        &[(3, "has risen from 1.005 to 1.618")],
    );
    check(
        "adam={learning_rate=0.3}",
        &[17.5804, 3.4664, 4.8754, 6.0217, 3.4740, 2.4461, 2.4073],
        &[(3, "is 4.875 and does not fall")],
    );
}

/// Adam at 0.001 (the quickstart itself), 0.03 and 0.1, SGD at 1.5: restless, and in the end good.
#[test]
fn runs_that_come_to_a_good_end_are_not_warned_of() {
    for losses in [
        &[0.5373, 0.0469, 0.0324, 0.0208][..],
        &[0.1943, 0.0861, 0.0414, 0.0404, 0.0450, 0.0813, 0.0481],
        &[1.4613, 0.3538, 0.3044, 0.3829, 0.5187, 0.4467, 0.3544],
        &[0.7694, 0.0600, 0.1019, 0.0297, 0.0165, 0.0109],
    ] {
        check("adam={learning_rate=1e-3}", losses, &[]);
    }
}

/// While the rate is far below its peak, a loss that stands still is a warm-up.
#[test]
fn a_warm_up_is_not_a_dead_loss() {
    let mut run = Run::new("adam={learning_rate=1e-3}");
    let classes: Vec<String> = (0..10).map(|class| class.to_string()).collect();
    let facts = Facts {
        config: &run.config,
        class_mass: EVEN.to_vec(),
        steps_per_epoch: STEPS_PER_EPOCH,
        classes: &classes,
    };
    let mut see = |learning_rate| {
        let seen = Seen {
            learning_rate,
            dev: &[],
            dev_labels: &[],
        };
        run.watch.trained(STEPS_PER_EPOCH, 2.3);
        run.watch.evaluated(&facts, &seen).len()
    };
    assert_eq!([1e-5, 1e-4, 4e-4, 1e-3].map(&mut see), [0, 0, 0, 1]);
}

/// Four in five examples are of class 0 and the inputs say nothing (`gaussian` with a distance of 0): all
/// of dev is taken for 0, from the first epoch on.
#[test]
fn one_class_for_all_of_dev_is_warned_of_once() {
    let mut run = Run::new("adam={learning_rate=1e-3}");
    run.mass = vec![0.8, 0.2];
    let mut warnings = |loss| run.epoch_with(loss, &[0; 5], &[0, 0, 1, 0, 0]);
    assert_eq!(warnings(0.5926), Vec::<String>::new());
    let second = warnings(0.5223);
    assert_eq!(second.len(), 1);
    assert!(
        second[0].contains("all 5 predictions on dev are `0`")
            && second[0].contains("loss.class_weights=balanced"),
        "{second:?}"
    );
    assert!(warnings(0.5074).iter().all(|text| !text.contains("on dev")));
}

#[test]
fn two_classes_or_a_dev_of_one_are_no_fault() {
    for (predicted, labels) in [
        (&[0, 0, 1][..], &[0, 1, 1][..]),
        (&[0, 0, 0], &[0, 0, 0]),
        (&[], &[]),
        // Outputs that are not finite name no class.
        (&[u32::MAX; 3], &[0, 1, 1]),
    ] {
        let mut run = Run::new("adam={learning_rate=1e-3}");
        for loss in [0.7, 0.1, 0.05] {
            assert_eq!(
                run.epoch_with(loss, predicted, labels),
                Vec::<String>::new()
            );
        }
    }
}

/// The same losses, with the run ended and resumed after any epoch, give the same warnings in all.
#[test]
fn a_resumed_run_warns_as_an_uninterrupted_one() {
    let losses = [0.6273, 0.7625, 931.6964, 2.3131, 2.3106, 2.3129];
    let whole = Run::new("sgd={learning_rate=0.5,momentum=0.9}").warnings(&losses);
    assert_eq!(whole.len(), 1);
    for at in 0..losses.len() {
        let mut first = Run::new("sgd={learning_rate=0.5,momentum=0.9}");
        let mut warnings = first.warnings(&losses[..at]);
        let mut second = Run::new("sgd={learning_rate=0.5,momentum=0.9}");
        let saved = serde_json::to_string(&first.watch).unwrap();
        second.watch = serde_json::from_str(&saved).unwrap();
        warnings.extend(second.warnings(&losses[at..]));
        assert_eq!(warnings.len(), 1, "resumed after {at}");
        assert_eq!(warnings[0].1, whole[0].1, "resumed after {at}");
    }
}

/// Epochs of 10 steps are judged together, 100 steps at a time: 10 epochs, then 20.
#[test]
fn short_epochs_are_judged_together() {
    let run = Run::new("sgd={learning_rate=1e-9}");
    let classes: Vec<String> = (0..10).map(|class| class.to_string()).collect();
    let facts = Facts {
        config: &run.config,
        class_mass: EVEN.to_vec(),
        steps_per_epoch: 10,
        classes: &classes,
    };
    let seen = Seen {
        learning_rate: 1e-9,
        dev: &[],
        dev_labels: &[],
    };
    let mut watch = Watch::default();
    let due: Vec<u32> = (1..=40)
        .filter(|_| {
            watch.trained(10, 2.3);
            !watch.evaluated(&facts, &seen).is_empty()
        })
        .collect();
    assert_eq!(due, [20]);
}

#[test]
fn the_words_of_warnings() {
    let mut texts = Vec::new();
    for (optimizer, losses) in [
        ("sgd={learning_rate=1e-9}", &[2.2988, 2.2987][..]),
        ("adam={learning_rate=1.0}", &[2.3131, 2.3106]),
        ("adam={learning_rate=1e-3}", &[2.3050, 2.2979]),
        ("sgd={learning_rate=1.8}", &[1.8634, 1.0054, 1.6178]),
        ("adam={learning_rate=0.3}", &[17.5804, 3.4664, 4.8754]),
    ] {
        let warnings = Run::new(optimizer).warnings(losses);
        texts.extend(warnings.into_iter().map(|(_, text)| text));
    }
    let mut run = Run::new("adam={learning_rate=1e-3}");
    run.epoch_with(0.5, &[3; 500], &[0, 1]);
    texts.extend(run.epoch_with(0.1, &[3; 500], &[0, 1]));
    insta::assert_snapshot!(texts.join("\n\n"));
}
