//! Exported files, checked by programs that know nothing of plumb: ONNX Runtime, and NumPy.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use common::{QUICKSTART, SHORT, Workplace, root, stderr, stdout};
use serde_json::Value;

/// Data with a dev set of 1,000 real digits.
const THOUSAND: [&str; 5] = [
    "data.general.strokes.examples=3000",
    "data.split.train_dev=500",
    "data.split.dev=1000",
    "data.split.test=500",
    "train.epochs=2",
];

/// Runs `scripts/check_export.py` on an exported network and the dev set that it was judged by.
fn check(place: &Workplace, run: &Path, format: &str) {
    let python = std::env::var_os("PLUMB_PYTHON").expect(
        "PLUMB_PYTHON names no Python with numpy and onnxruntime; scripts/check.sh installs one",
    );
    let file = export(place, run, format, &[]);
    let data = run.with_extension("data");
    if !data.exists() {
        let config = run.join("config.toml");
        let args = ["data", "export", path(&config), "--format", "npz", "--out"];
        let output = place.plumb(&[&args[..], &[path(&data)]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let output = Command::new(python)
        .arg(root().join("scripts/check_export.py"))
        .args([
            &file,
            &data.join("dev.npz"),
            &run.join("predictions/dev.csv"),
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["examples"], 1000);
}

fn export(place: &Workplace, run: &Path, format: &str, more: &[&str]) -> PathBuf {
    let args = [&["export", path(run), "--format", format][..], more].concat();
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).is_empty());
    run.join(format!("model.{format}"))
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Networks that between them have every kind of layer.
const NETWORKS: [&str; 9] = [
    "linear = {}",
    "mlp = { hidden = [32, 16], activation = 'relu', dropout = 0.2 }",
    "mlp = { hidden = [32, 32], activation = 'gelu', norm = 'layer' }",
    "mlp = { hidden = [32, 16], activation = 'tanh', norm = 'batch', residual = true }",
    "mlp = { hidden = [16, 16], activation = 'silu', residual = true }",
    "cnn = { blocks = [{ channels = 6, norm = 'batch', pool = 2 }, \
     { channels = 8, stride = 2, residual = true, convolutions = 2, norm = 'batch', dropout = 0.1 }] }",
    "cnn = { blocks = [{ channels = 6, kernel = 5, padding = 1, norm = 'layer', pool = 3 }, \
     { channels = 6, residual = true }], activation = 'gelu', pool_kind = 'avg', head = 'flatten', \
     hidden = [12], dropout = 0.1 }",
    "width = 0.5, cnn = { blocks = [{ channels = 12, kernel = 2, padding = 0 }], activation = 'silu' }",
    "small_cnn = {}",
];

/// Trains each network for a moment and compares.
fn check_all(networks: &[&str], format: &str) {
    let place = Workplace::new();
    for network in networks {
        let model = format!("model={{ {network} }}");
        let (_, run) = place.train(QUICKSTART, &[&THOUSAND[..], &[&model]].concat());
        check(&place, &run, format);
    }
}

#[test]
#[ignore = "needs Python with numpy and onnxruntime, which scripts/check.sh installs"]
fn numpy_gets_the_same_predictions_from_the_safetensors() {
    let described = NETWORKS
        .iter()
        .filter(|network| !network.contains("small_cnn"));
    check_all(&described.copied().collect::<Vec<_>>(), "safetensors");
}

#[test]
#[cfg(feature = "onnx")]
#[ignore = "needs Python with numpy and onnxruntime, which scripts/check.sh installs"]
fn onnx_runtime_gets_the_same_predictions() {
    check_all(&NETWORKS, "onnx");
    check_all(&["width = 0.5, resnet8 = {}"], "onnx");
}

#[test]
fn equal_runs_give_equal_files_and_none_is_overwritten_unasked() {
    let place = Workplace::new();
    let (_, first) = place.train(QUICKSTART, &SHORT);
    let (_, again) = place.train(QUICKSTART, &SHORT);
    let formats = if cfg!(feature = "onnx") {
        &["safetensors", "onnx"][..]
    } else {
        &["safetensors"]
    };
    for format in formats {
        let file = export(&place, &first, format, &[]);
        let other = export(&place, &again, format, &[]);
        assert_eq!(fs::read(&file).unwrap(), fs::read(other).unwrap());

        fs::write(&file, "mine").unwrap();
        let output = place.plumb(&["export", path(&first), "--format", format]);
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        assert!(
            said.contains("exists already") && said.contains("--force"),
            "{said}"
        );
        assert_eq!(fs::read(&file).unwrap(), b"mine");
        export(&place, &first, format, &["--force"]);
        assert!(fs::read(&file).unwrap().len() > 1000);
    }
}

/// What users read when something is wrong: the whole text, exit code 2, and nothing written.
fn rejected(place: &Workplace, args: &[&str]) -> String {
    let output = place.plumb(&[&["export"][..], args].concat());
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    let folder = place.runs();
    stderr(&output).replace(path(folder.parent().unwrap()), "PLACE")
}

#[test]
fn what_is_no_trained_run_is_refused() {
    let place = Workplace::new();
    let missing = place.runs().join("none-0001");
    let args = [path(&missing), "--format", "safetensors"];
    insta::assert_snapshot!("no_run", rejected(&place, &args));

    let (_, run) = place.train(QUICKSTART, &SHORT);
    let args = [path(&run), "--format", "safetensors"];
    let folder = [&args[..], &["--out", path(&run)]].concat();
    insta::assert_snapshot!("out_is_a_folder", rejected(&place, &folder));
    fs::remove_file(run.join("checkpoints/best")).unwrap();
    insta::assert_snapshot!("no_checkpoint", rejected(&place, &args));
    assert!(!run.join("model.safetensors").exists());
}

#[test]
#[cfg(not(feature = "onnx"))]
fn onnx_that_is_not_built_in_is_refused() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let args = [path(&run), "--format", "onnx"];
    insta::assert_snapshot!("onnx_not_built_in", rejected(&place, &args));
}
