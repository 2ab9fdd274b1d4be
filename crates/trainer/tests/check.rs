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

/// A network's table with lists of tables in it, beside the keys that every network has. Parameters of two
/// convolutions of 3×3 without biases, 4 (8 · 0.5) and 8 (15 · 0.5 rounds up) wide, a gain and an offset for
/// each of the 4, and a linear layer 8 → 10: 36 + 8 + 288 + 8 + 80 + 10, the second convolution having
/// biases. Products: 36·64 places + 288·16 + 80.
#[test]
fn a_cnn_resolves_to_a_config_that_checks_to_the_same() {
    let place = Workplace::new();
    let quickstart = std::fs::read_to_string(common::root().join(QUICKSTART)).unwrap();
    let network = "[model]
width = 0.5
init = \"kaiming_normal\"

[model.cnn]
head = \"global_average\"
blocks = [
    { channels = 8, norm = \"batch\", pool = 2 },
    { channels = 15, dropout = 0.1 },
]";
    let text = quickstart.replace("[model.mlp]\nhidden = [128, 128]", network);
    let path = place.write("cnn.toml", text);
    let first = stdout(&place.plumb(&["check", path.to_str().unwrap()]));
    let table = |text: &str| {
        let (from, to) = (
            text.find("[model]").unwrap(),
            text.find("[optimizer").unwrap(),
        );
        text[from..to].to_string()
    };
    insta::assert_snapshot!("check_cnn", table(&first));
    let again = place.write("resolved.toml", &first);
    let second = stdout(&place.plumb(&["check", again.to_str().unwrap()]));
    assert_eq!(second, first);

    let json = stdout(&place.plumb(&["check", path.to_str().unwrap(), "--json"]));
    let checked: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(checked["parameters"], 36 + 8 + 288 + 8 + 80 + 10);
    assert_eq!(checked["multiply_adds"], 36 * 64 + 288 * 16 + 80);
    // In 64; 4 maps of 64 before and after the norm and the nonlinearity, of 16 after pooling; 8 maps of 16
    // before and after the nonlinearity and after dropout; 8 means, 10 logits.
    let values = 64 + 3 * 4 * 64 + 4 * 16 + 3 * 8 * 16 + 8 + 10;
    assert_eq!(checked["activations"], values);
    assert_eq!(checked["activation_bytes_per_batch"], values * 128 * 4);
}

/// Every config that ships is sound, MNIST's apart where it has not been fetched.
#[test]
fn every_shipped_config_checks() {
    let place = Workplace::new();
    let fetched = common::root().join("data/mnist").exists();
    for path in configs(&common::root().join("configs")) {
        let text = std::fs::read_to_string(&path).unwrap();
        if text.contains("[expect.procedure.least_norm]") {
            continue; // it draws its own data and trains nothing: `plumb reproduce` checks it
        }
        let mut args = vec!["check", path.to_str().unwrap()];
        if path.ends_with("large.toml") {
            // 2 GB take two minutes to draw.
            args.extend(["--set", "data.general.strokes.examples=20000"]);
        }
        let output = place.plumb(&args);
        let name = path.file_name().unwrap().to_string_lossy();
        if name.starts_with("mnist_") && !fetched {
            assert!(stderr(&output).contains("scripts/fetch_mnist.sh brings MNIST"));
        } else if name == "own_images.toml" {
            // The pictures are the user's own; tests/example_configs.rs draws some.
            assert!(stderr(&output).contains("pictures/users does not exist"));
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
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            found.push(path);
        }
    }
    found
}
