//! `--init-from` and `train.freeze` with the real binary.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use common::{QUICKSTART, SHORT, Workplace, metrics, stderr};
use serde_json::Value;

/// Trains the shortened quickstart from the weights of `source`, and returns the run and what it said.
fn tune(place: &Workplace, source: &Path, settings: &[&str]) -> (PathBuf, String) {
    let mut args = vec!["train", QUICKSTART, "--json", "--device", "cpu"];
    args.extend(["--init-from", source.to_str().unwrap()]);
    for setting in SHORT.iter().chain(settings) {
        args.extend(["--set", setting]);
    }
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    (report["run"].as_str().unwrap().into(), stderr(&output))
}

/// The bytes of each tensor of a run's best weights, read from its safetensors file.
fn weights(place: &Workplace, run: &Path) -> BTreeMap<String, Vec<u8>> {
    let file = place.write("weights.safetensors", "");
    let args = ["export", run.to_str().unwrap(), "--format", "safetensors"];
    let args = [&args[..], &["--force", "--out", file.to_str().unwrap()]].concat();
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let content = fs::read(&file).unwrap();
    let (length, rest) = content.split_at(8);
    let length = u64::from_le_bytes(length.try_into().unwrap()) as usize;
    let (header, values) = rest.split_at(length);
    let header: BTreeMap<String, Value> = serde_json::from_slice(header).unwrap();
    let tensors = header
        .into_iter()
        .filter(|(name, _)| name != "__metadata__");
    tensors
        .map(|(name, entry)| {
            let at = |end: usize| entry["data_offsets"][end].as_u64().unwrap() as usize;
            (name, values[at(0)..at(1)].to_vec())
        })
        .collect()
}

/// A learning rate so small that every step rounds to nothing.
const STILL: [&str; 2] = [
    "optimizer={ sgd = { learning_rate = 1e-30 } }",
    "train.epochs=1",
];

#[test]
fn a_run_from_another_begins_with_what_that_one_predicts() {
    let place = Workplace::new();
    let (_, source) = place.train(QUICKSTART, &SHORT);
    let (tuned, said) = tune(&place, &source, &STILL);
    assert!(said.contains("6 of 6 tensors"), "{said}");
    let is_warning = |line: &str| line.starts_with("warning:") && line.contains("quickstart-0001");
    assert!(!said.lines().any(is_warning), "{said}");
    for set in ["train", "train-dev", "dev", "test"] {
        let predictions =
            |run: &Path| fs::read_to_string(run.join(format!("predictions/{set}.csv"))).unwrap();
        assert_eq!(predictions(&source), predictions(&tuned), "{set}");
    }
    let (_, fresh) = place.train(QUICKSTART, &[&SHORT[..], &STILL].concat());
    assert_ne!(metrics(&fresh), metrics(&tuned));
}

#[test]
fn frozen_layers_keep_every_bit_and_the_others_move() {
    let place = Workplace::new();
    let (_, source) = place.train(QUICKSTART, &SHORT);
    // Decay pulls at every weight that is trained.
    let settings = [
        "train.freeze=[\"hidden.0\"]",
        "optimizer.adam.weight_decay=0.01",
    ];
    let (tuned, said) = tune(&place, &source, &settings);
    // 128·128 + 128 + 128·10 + 10, and with 64·128 + 128 of the first layer.
    assert!(said.contains("17,802 of 26,122 parameters"), "{said}");
    let (before, after) = (weights(&place, &source), weights(&place, &tuned));
    assert_eq!(before.len(), 6);
    for (name, values) in &before {
        let is_frozen = name.starts_with("hidden.0.");
        assert_eq!(values == &after[name], is_frozen, "{name}");
    }
}

#[test]
fn a_run_from_another_starts_again_from_its_config_alone() {
    let place = Workplace::new();
    let (_, source) = place.train(QUICKSTART, &SHORT);
    let (tuned, _) = tune(&place, &source, &["train.freeze=[\"output\"]"]);
    let resolved = tuned.join("config.toml");
    let (_, again) = place.train(resolved.to_str().unwrap(), &[]);
    assert_eq!(metrics(&tuned), metrics(&again));
}

/// The counts of the test above, before anything is trained.
#[test]
fn check_says_what_is_frozen() {
    let place = Workplace::new();
    let freeze = "train.freeze=[\"hidden.0\"]";
    let output = place.plumb(&["check", QUICKSTART, "--set", freeze]);
    let printed = common::stdout(&output);
    let expected = "# frozen: hidden.0; 17,802 of 26,122 parameters are trained\n";
    assert!(printed.ends_with(expected), "{printed}{}", stderr(&output));
    let output = place.plumb(&["check", QUICKSTART, "--json", "--set", freeze]);
    let checked: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(checked["parameters"], 26_122);
    assert_eq!(checked["trained_parameters"], 17_802);
}

/// Points around as many means as there are classes.
fn points(classes: usize) -> String {
    format!(
        "name = \"points\"\n[data.general.gaussian]\nexamples = 300\nclasses = {classes}\n\
         dimension = 4\n[data.target.gaussian]\nexamples = 300\nclasses = {classes}\ndimension = 4\n\
         [data.split]\ntrain_dev = 50\ndev = 50\ntest = 50\n[model.mlp]\nhidden = [8]\n\
         [optimizer.adam]\nlearning_rate = 0.01\n[train]\nepochs = 1\nbatch_size = 32\n"
    )
}

/// `plumb train` on three classes, from a run on two.
struct ThreeFromTwo {
    place: Workplace,
    source: PathBuf,
    config: PathBuf,
    output: Output,
}

impl ThreeFromTwo {
    fn new(settings: &[&str]) -> Self {
        let place = Workplace::new();
        let source = place.write("two.toml", points(2));
        let (_, source) = place.train(source.to_str().unwrap(), &[]);
        let config = place.write("three.toml", points(3));
        let mut args = vec!["train", config.to_str().unwrap(), "--device", "cpu"];
        args.extend(["--init-from", source.to_str().unwrap()]);
        for setting in settings {
            args.extend(["--set", setting]);
        }
        let output = place.plumb(&args);
        Self {
            place,
            source,
            config,
            output,
        }
    }
}

/// What the error of such a run says, which must be one of bad input.
fn rejected(settings: &[&str]) -> String {
    let ThreeFromTwo {
        place,
        source,
        config,
        output,
    } = ThreeFromTwo::new(settings);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let names = fs::read_dir(place.runs())
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let runs = names.filter(|name| !name.to_string_lossy().starts_with('.'));
    assert_eq!(runs.count(), 1, "no second run");
    // The carets are as long as the path.
    stderr(&output)
        .replace(source.to_str().unwrap(), "runs/points-0001")
        .replace(config.to_str().unwrap(), "three.toml")
        .replace(&"^".repeat(source.to_str().unwrap().len() + 2), "^^^")
}

#[test]
fn layers_that_don_t_fit_are_listed() {
    insta::assert_snapshot!("layers_that_dont_fit", rejected(&[]));
}

#[test]
fn a_network_of_which_nothing_fits_is_refused() {
    let settings = ["train.init_partial=true", "model.mlp.hidden=[5]"];
    insta::assert_snapshot!("nothing_fits", rejected(&settings));
}

#[test]
fn names_of_no_layer_are_refused_with_all_layers() {
    let settings = ["train.init_partial=true", "train.freeze=[\"hidden.1\"]"];
    insta::assert_snapshot!("freeze_unknown", rejected(&settings));
}

#[test]
fn freezing_everything_is_refused() {
    let settings = [
        "train.init_partial=true",
        "train.freeze=[\"hidden\", \"output\"]",
    ];
    insta::assert_snapshot!("freeze_all", rejected(&settings));
}

#[test]
fn other_classes_get_a_fresh_output_layer_if_asked_for() {
    let ThreeFromTwo {
        place,
        source,
        output,
        ..
    } = ThreeFromTwo::new(&["train.init_partial=true", "train.freeze=[\"hidden\"]"]);
    let said = stderr(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("2 of 4 tensors"), "{said}");
    let tuned = place.runs().join("points-0002");
    let (before, after) = (weights(&place, &source), weights(&place, &tuned));
    assert_eq!(before["hidden.0.weight"], after["hidden.0.weight"]);
    // 3 classes × 8 units, and 3 offsets, of 4 bytes each.
    assert_eq!(after["output.weight"].len(), 3 * 8 * 4);
    assert_eq!(after["output.bias"].len(), 3 * 4);
    // The kept layer sees values scaled by another training set's figures.
    assert!(
        said.contains("warning: ") && said.contains("other inputs"),
        "{said}"
    );
}

/// A resumed run needs nothing but its own directory: it has the weights that it started from.
#[test]
fn a_run_from_another_is_resumed_without_it() {
    let place = Workplace::new();
    let (_, source) = place.train(QUICKSTART, &SHORT);
    let settings = ["train.epochs=1", "train.freeze=[\"hidden.0\"]"];
    let (tuned, _) = tune(&place, &source, &settings);
    fs::remove_dir_all(&source).unwrap();
    // As if it had been killed in its first epoch.
    let killed = place.runs().join("killed-0001");
    fs::create_dir(&killed).unwrap();
    for file in ["config.toml", "environment.json", "data.json", "model.json"] {
        fs::copy(tuned.join(file), killed.join(file)).unwrap();
    }
    let (from, to) = (tuned.join("checkpoints"), killed.join("checkpoints"));
    fs::create_dir_all(to.join("step-00000000")).unwrap();
    for file in fs::read_dir(from.join("step-00000000")).unwrap() {
        let file = file.unwrap().file_name();
        let below = Path::new("step-00000000").join(file);
        fs::copy(from.join(&below), to.join(&below)).unwrap();
    }
    fs::write(to.join("last"), "step-00000000\n").unwrap();

    let output = place.plumb(&["resume", killed.to_str().unwrap(), "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let resumed = PathBuf::from(report["run"].as_str().unwrap());
    assert_eq!(metrics(&tuned), metrics(&resumed));
    assert_eq!(weights(&place, &tuned), weights(&place, &resumed));
}

/// A frozen batch normalization is frozen whole: its running averages too.
#[test]
fn frozen_blocks_keep_their_running_averages() {
    let place = Workplace::new();
    let block = "{ channels = 4, norm = \"batch\", pool = 2 }";
    let network = format!("model={{ cnn = {{ blocks = [{block}, {block}] }} }}");
    let (_, source) = place.train(QUICKSTART, &[&SHORT[..], &[&network]].concat());
    let (tuned, _) = tune(&place, &source, &[&network, "train.freeze=[\"blocks.0\"]"]);
    let (before, after) = (weights(&place, &source), weights(&place, &tuned));
    for part in ["weight", "bias", "running_mean", "running_var"] {
        assert!(before.contains_key(&format!("blocks.0.norms.0.{part}")));
    }
    for (name, values) in &before {
        assert_eq!(
            values == &after[name],
            name.starts_with("blocks.0."),
            "{name}"
        );
    }
}
