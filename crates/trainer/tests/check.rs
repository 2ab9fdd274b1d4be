//! `plumb check`: validates a config and its data, and prints it resolved.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::path::{Path, PathBuf};

use common::{QUICKSTART, Workplace, stderr, stdout};

/// 64·128 + 128 + 128·128 + 128 + 128·10 + 10 = 26,122 parameters; 20,000 − 2,000 = 18,000 examples
/// left for train; 1,797 − 500 − 500 = 797 target examples in no set.
#[test]
fn the_summary_counts_parameters_and_examples() {
    let output = Workplace::new().plumb(&["check", QUICKSTART]);
    assert!(output.status.success(), "{}", stderr(&output));
    insta::assert_snapshot!("check_quickstart", stdout(&output));
}

#[test]
fn what_check_prints_is_a_config_that_checks_to_the_same() {
    let place = Workplace::new();
    let first = stdout(&place.plumb(&[
        "check",
        QUICKSTART,
        "--set",
        "data.split.target_in_train=700",
    ]));
    let path = place.write("resolved.toml", &first);
    assert_eq!(
        stdout(&place.plumb(&["check", path.to_str().unwrap()])),
        first
    );
}

#[test]
fn overrides_merge_dotted_keys_and_replace_whole_values() {
    let place = Workplace::new();
    let check = |settings: &[&str]| -> serde_json::Value {
        let mut args = vec!["check", QUICKSTART, "--json"];
        for setting in settings {
            args.extend(["--set", setting]);
        }
        let output = place.plumb(&args);
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let checked = check(&[
        "model.mlp.hidden=[64,64]",
        "model.mlp.activation=gelu",
        "optimizer={sgd={learning_rate=0.1,momentum=0.9}}",
        "train.epochs=3",
    ]);
    let config = &checked["config"];
    assert_eq!(
        config["model"]["mlp"]["hidden"],
        serde_json::json!([64, 64])
    );
    assert_eq!(config["model"]["mlp"]["activation"], "gelu");
    assert!(config["optimizer"].get("adam").is_none());
    assert_eq!(config["optimizer"]["sgd"]["momentum"], 0.9);
    assert_eq!(config["train"]["epochs"], 3);
    assert_eq!(config["train"]["batch_size"], 128);
    // 64·64 + 64 + 64·64 + 64 + 64·10 + 10
    assert_eq!(checked["parameters"], 8970);
}

/// Every config that ships is sound, MNIST's apart where it has not been fetched.
#[test]
fn every_shipped_config_checks() {
    let place = Workplace::new();
    let fetched = common::root().join("data/mnist").exists();
    for path in configs(&common::root().join("configs")) {
        let mut args = vec!["check", path.to_str().unwrap()];
        if path.ends_with("large.toml") {
            // 2 GB take two minutes to draw.
            args.extend(["--set", "data.general.strokes.examples=20000"]);
        }
        let output = place.plumb(&args);
        if path.ends_with("mnist_mlp.toml") && !fetched {
            assert!(stderr(&output).contains("scripts/fetch_mnist.sh brings MNIST"));
        } else {
            let error = stderr(&output);
            assert!(output.status.success(), "{}: {error}", path.display());
        }
    }
}

/// The configs below a folder.
fn configs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(configs(&path));
        } else {
            found.push(path);
        }
    }
    found
}
