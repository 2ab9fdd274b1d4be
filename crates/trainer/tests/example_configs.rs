//! The configs of configs/examples: each passes `plumb check` and runs.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::{QUICKSTART, SHORT, Workplace, metrics, rate, root, stderr, stdout};
use image::{Rgb, RgbImage};
use serde_json::Value;

const OWN_CSV: &str = "configs/examples/own_csv.toml";
const OWN_IMAGES: &str = "configs/examples/own_images.toml";
const SIZES: &str = "configs/examples/sizes.toml";
const FINE_TUNE: &str = "configs/examples/fine_tune.toml";
const GPU: &str = "configs/examples/gpu.toml";

/// Those that need nothing but what ships.
#[test]
fn they_pass_the_check_in_a_fresh_clone() {
    let place = Workplace::new();
    for config in [OWN_CSV, SIZES, FINE_TUNE, GPU] {
        let output = place.plumb(&["check", config]);
        assert!(output.status.success(), "{config}: {}", stderr(&output));
    }
}

/// The first line names the schema, so that editors help; the header says what to type.
#[test]
fn each_says_how_to_run_it() {
    let mut n = 0;
    for entry in fs::read_dir(root().join("configs/examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let schema = text
            .lines()
            .next()
            .unwrap()
            .strip_prefix("#:schema ")
            .unwrap();
        assert!(path.with_file_name(schema).is_file(), "{schema}");
        let name = format!(
            "configs/examples/{}",
            path.file_name().unwrap().to_str().unwrap()
        );
        let is_command =
            |line: &str| line.starts_with("#   cargo run --release -- ") && line.contains(&name);
        assert!(text.lines().any(is_command), "{name}");
        n += 1;
    }
    assert_eq!(n, 5);
}

/// What its header says: below 16.3 % dev error with each of five seeds, where guessing is wrong two times of three.
#[test]
fn own_tables() {
    let place = Workplace::new();
    let (report, run) = place.train(OWN_CSV, &[]);
    assert!(rate(&report, "dev") < 0.2, "{report}");
    assert!(rate(&report, "train") < 0.1, "{report}");
    let diagnosed = place.plumb(&["diagnose", run.to_str().unwrap()]);
    assert!(stdout(&diagnosed).contains("herbarium") || stdout(&diagnosed).contains("letter"));
}

/// Bright and dark pictures, larger than 32×32 and not square.
fn pictures(folder: &Path, n: u32, tint: u8) {
    for (class, shade) in [("day", 190), ("night", 10)] {
        fs::create_dir_all(folder.join(class)).unwrap();
        for i in 0..n {
            let picture = RgbImage::from_fn(48, 36, |x, y| {
                let value = shade + ((i * 11 + x * 3 + y * 7) % 61) as u8;
                Rgb([value, value, value.saturating_add(tint)])
            });
            picture
                .save(folder.join(class).join(format!("{i}.png")))
                .unwrap();
        }
    }
}

#[test]
fn own_pictures_from_two_places() {
    let place = Workplace::new();
    let folders = ["collection", "users"].map(|name| place.runs().with_file_name(name));
    pictures(&folders[0], 60, 0);
    pictures(&folders[1], 20, 15);
    let settings = ["general", "target"]
        .map(String::from)
        .into_iter()
        .zip(&folders);
    let settings: Vec<String> = settings
        .map(|(chunk, folder)| format!("data.{chunk}.image_folder.path={folder:?}"))
        .collect();
    let mut overrides: Vec<&str> = settings.iter().map(String::as_str).collect();
    overrides.push("train.epochs=4");
    let (report, run) = place.train(OWN_IMAGES, &overrides);
    assert!(rate(&report, "train") < 0.1, "{report}");
    assert_eq!(metrics(&run).len(), 16);
    // 40 % of 40 pictures.
    assert_eq!(report["diagnosis"]["rates"][2]["count"]["n"], 16);
}

/// Its commands, with a smaller grid.
#[test]
fn sizes_are_compared() {
    let place = Workplace::new();
    let runs = place.runs();
    let axis = "sweep.axes={\"data.split.train\"=[200,800]}";
    let args = [
        "sweep",
        SIZES,
        "--quiet",
        "--device",
        "cpu",
        "--set",
        "train.epochs=2",
        "--set",
        axis,
    ];
    let output = place.plumb(&[&args[..], &["--runs-dir", runs.to_str().unwrap()]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("12 of 12 runs done"),
        "{}",
        stdout(&output)
    );
    let compared = place.plumb(&["compare", runs.join("sizes").to_str().unwrap()]);
    assert!(compared.status.success(), "{}", stderr(&compared));
    assert!(stdout(&compared).contains("dev error against training examples"));
}

/// With the weights of another run the first epoch is far better than with fresh ones.
#[test]
fn fine_tuning_begins_with_what_was_learned() {
    let place = Workplace::new();
    let (_, source) = place.train(QUICKSTART, &SHORT);
    let tune = |more: &[&str]| {
        let args = [
            "train",
            FINE_TUNE,
            "--json",
            "--quiet",
            "--device",
            "cpu",
            "--set",
            "train.epochs=1",
        ];
        let output = place.plumb(&[&args[..], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        rate(&report, "train-dev")
    };
    let tuned = tune(&["--init-from", source.to_str().unwrap()]);
    let fresh = tune(&[]);
    assert!(tuned + 0.2 < fresh, "{tuned} {fresh}");
}

/// A tenth of a percent of it, on the CPU.
#[test]
fn what_a_gpu_is_for_runs_on_a_cpu() {
    let place = Workplace::new();
    let small = [
        "data.general.strokes.examples=400",
        "data.split.train_dev=50",
        "data.split.dev=50",
        "data.split.test=50",
        "data.split.target_in_train=0",
        "train.batch_size=64",
        "train.epochs=1",
    ];
    let (_, run): (_, PathBuf) = place.train(GPU, &small);
    assert_eq!(metrics(&run).len(), 4);
}
