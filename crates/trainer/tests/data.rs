//! Data of every kind through the real binary: sources, recipes of splitting, leaks, large sets.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fmt::Write, fs, path::Path};

use common::{QUICKSTART, SHORT, Workplace, checkpoint, metrics, rate, stderr, stdout};
use serde_json::Value;

fn data_json(run: &Path) -> Value {
    serde_json::from_slice(&fs::read(run.join("data.json")).unwrap()).unwrap()
}

/// A config with these `[data.general.…]` and `[data.target.…]` tables.
fn config(data: &str) -> String {
    format!(
        "name = \"t\"\nseed = 3\n{data}\n[model.mlp]\nhidden = [16]\n[optimizer.adam]\n\
         learning_rate = 3e-3\n[train]\nepochs = 2\nbatch_size = 64\n"
    )
}

const GAUSSIAN: &str = "
[data.general.gaussian]
examples = 3000
distance = 3
[data.target.gaussian]
examples = 2000
distance = 3
turn_degrees = 60
[data.split]
train_dev = 500
dev = 1000
test = 1000
";

/// STATISTICS.md: at a distance of 3 the Bayes error is 6.68 %, turned or not; with s = 2 it is
/// Φ(−3/4) = 22.66 %.
#[test]
fn the_known_bayes_error_is_the_human_level_of_a_run() {
    let place = Workplace::new();
    let path = place.write("gaussian.toml", config(GAUSSIAN));
    let (report, run) = place.train(path.to_str().unwrap(), &[]);
    assert!((rate(&report, "human") - 0.066_807_2).abs() < 1e-6);
    let data = data_json(&run);
    for chunk in ["general", "target"] {
        let bayes = data[chunk]["bayes"]["rate"].as_f64().unwrap();
        assert!((bayes - 0.066_807_2).abs() < 1e-6, "{chunk} {bayes}");
    }
    let harder = "data.target.gaussian.noise=2";
    let (report, run) = place.train(path.to_str().unwrap(), &[harder]);
    assert!((rate(&report, "human") - 0.066_807_2).abs() < 1e-6);
    let target = data_json(&run)["target"]["bayes"]["rate"].as_f64().unwrap();
    assert!((target - 0.226_627_4).abs() < 1e-6);
    // A figure that is given comes first.
    let (report, _) = place.train(path.to_str().unwrap(), &["human.error=0.01"]);
    assert!((rate(&report, "human") - 0.01).abs() < 1e-12);
}

/// A set on the host, in memory or in a mapped file, gives the same bytes as one on the device.
#[test]
fn a_streamed_run_is_the_same_as_a_resident_one() {
    let place = Workplace::new();
    let cache = place.runs().with_file_name("cache");
    let cache = format!("data.cache={:?}", cache.to_str().unwrap());
    let run = |budget: &str| {
        let budget = format!("data.memory_budget={budget:?}");
        let settings = [&SHORT[..], &[&budget, &cache]].concat();
        place.train(QUICKSTART, &settings).1
    };
    let resident = run("2GB");
    // 3,000 digits of 64 bytes: within 300 KB as bytes, not as normalized numbers.
    let on_the_host = run("300KB");
    let mapped = run("50KB");
    let cached = run("50KB");
    for other in [on_the_host, mapped, cached] {
        assert_eq!(metrics(&resident), metrics(&other));
        let weights = |run| fs::read(checkpoint(run, "last").join("model.bpk")).unwrap();
        assert_eq!(weights(&resident), weights(&other));
        assert_eq!(data_json(&resident)["sets"], data_json(&other)["sets"]);
    }
}

#[test]
fn augmentation_changes_training_and_is_the_same_for_the_same_seed() {
    let place = Workplace::new();
    let augmented = "data.augmentation={steps=[{shift={pixels=1}},{noise={deviation=0.1}}]}";
    let settings = [&SHORT[..], &[augmented]].concat();
    let (_, plain) = place.train(QUICKSTART, &SHORT);
    let (_, first) = place.train(QUICKSTART, &settings);
    let (_, again) = place.train(QUICKSTART, &settings);
    assert_eq!(metrics(&first), metrics(&again));
    assert_ne!(metrics(&first), metrics(&plain));
    // The sets themselves are as they were.
    assert_eq!(data_json(&first)["sets"], data_json(&plain)["sets"]);
}

#[test]
fn fixed_synthesis_counts_examples_and_their_originals() {
    let place = Workplace::new();
    let synthesis = "data.general.synthesis={copies=2,steps=[{noise={deviation=0.1,distinct=3}}]}";
    let (_, run) = place.train(QUICKSTART, &[&SHORT[..], &[synthesis]].concat());
    let data = data_json(&run);
    let general = &data["general"];
    assert_eq!(general["examples"], 9000); // 3,000 × (1 + 2)
    assert_eq!(general["distinct_originals"], 3000);
    let noise = general["nuisances"].as_array().unwrap();
    let noise = noise.iter().find(|n| n["name"] == "noise").unwrap();
    assert_eq!(
        (&noise["distinct"], &noise["examples"]),
        (&3.into(), &6000.into())
    );
    let warnings = data["warnings"].to_string();
    assert!(
        warnings.contains("6,000 examples rest on 3 distinct values of `noise`"),
        "{warnings}"
    );
    // Copies stay with their original.
    assert_eq!(data["leaks"]["derived"], Value::Array(Vec::new()));
}

const TABLE: &str = "
[data.general.csv]
path = \"GENERAL\"
label = \"y\"
tags = [\"writer\"]
[data.target.csv]
path = \"TARGET\"
label = \"y\"
tags = [\"writer\"]
[data.split]
train_dev = 20
dev = 20
test = 20
";

/// `n` rows of writers from `first` on, five rows each; no two rows alike.
fn rows(first: usize, n: usize) -> String {
    let mut csv = String::from("a,b,writer,y\n");
    for i in 0..n {
        let (a, b) = ((first * 1000 + i * 37 % 101), (i * i) % 97 + 100 * i);
        writeln!(csv, "{a},{b},w{},{}", first + i / 5, i % 2).unwrap();
    }
    csv
}

fn table(place: &Workplace, general: &str, target: &str, extra: &str) -> String {
    let general = place.write("general.csv", general);
    let target = place.write("target.csv", target);
    let text = config(TABLE)
        .replace("GENERAL", general.to_str().unwrap())
        .replace("TARGET", target.to_str().unwrap())
        .replace("[data.split]", &format!("[data.split]\n{extra}"));
    place
        .write("table.toml", text)
        .to_str()
        .unwrap()
        .to_string()
}

#[test]
fn an_example_in_two_sets_is_refused_unless_allowed_by_name() {
    let place = Workplace::new();
    let general = rows(0, 200);
    let copied = general.lines().nth(1).unwrap();
    let target = rows(100, 40) + copied + "\n";
    let path = table(&place, &general, &target, "");
    let output = place.plumb(&["train", &path, "--set", "data.split.dev=21"]);
    assert_eq!(output.status.code(), Some(2));
    let error = stderr(&output);
    assert!(
        error.contains("identical") && error.contains("data.split"),
        "{error}"
    );
    assert!(!place.runs().exists(), "nothing is written");
    place.train(
        &path,
        &["data.split.dev=21", "data.split.allow=[\"identical\"]"],
    );
}

#[test]
fn a_group_never_stands_on_both_sides_and_tags_reach_the_predictions() {
    let place = Workplace::new();
    let path = table(&place, &rows(0, 200), &rows(100, 60), "group = \"writer\"");
    let (_, run) = place.train(&path, &[]);
    let writers = |set: &str| -> std::collections::BTreeSet<String> {
        let mut csv = csv::Reader::from_path(run.join(format!("predictions/{set}.csv"))).unwrap();
        let column = csv
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "writer")
            .unwrap();
        csv.records()
            .map(|row| row.unwrap()[column].to_string())
            .collect()
    };
    let sets = ["train", "train-dev", "dev", "test"].map(writers);
    for (at, set) in sets.iter().enumerate() {
        assert!(!set.is_empty());
        for other in &sets[at + 1..] {
            assert!(set.is_disjoint(other), "{set:?} {other:?}");
        }
    }
}

#[test]
fn the_two_classic_mistakes_go_by_name() {
    let place = Workplace::new();
    let path = table(&place, &rows(0, 200), &rows(100, 60), "");
    let from_target = |run: &Path, set: &str| data_json(run)["sets"][set]["from_target"].clone();
    let (_, run) = place.train(&path, &["data.split.mistake=dev-from-general"]);
    assert_eq!(from_target(&run, "dev"), 0);
    assert_eq!(from_target(&run, "test"), 20);
    let (_, run) = place.train(&path, &["data.split.mistake=shuffle-everything"]);
    for set in ["train", "train-dev", "dev", "test"] {
        let n = from_target(&run, set).as_u64().unwrap();
        assert!(n > 0 && n < 60, "{set} {n}");
    }
}

#[test]
fn weights_of_general_examples_change_training() {
    let place = Workplace::new();
    let mixed = [&SHORT[..], &["data.split.target_in_train=500"]].concat();
    let weighted = [&mixed[..], &["data.split.general_weight=0.2"]].concat();
    let (_, plain) = place.train(QUICKSTART, &mixed);
    let (_, weighted) = place.train(QUICKSTART, &weighted);
    assert_eq!(data_json(&plain)["sets"], data_json(&weighted)["sets"]);
    assert_ne!(metrics(&plain), metrics(&weighted));
}

/// A larger training set contains the smaller one: its predictions name the same originals.
#[test]
fn training_sets_of_growing_size_are_nested() {
    let place = Workplace::new();
    let originals = |n: &str| -> std::collections::BTreeSet<String> {
        let n = format!("data.split.train={n}");
        let (_, run) = place.train(QUICKSTART, &[&SHORT[..], &[&n]].concat());
        let mut csv = csv::Reader::from_path(run.join("predictions/train.csv")).unwrap();
        csv.records()
            .map(|row| row.unwrap()[2].to_string())
            .collect()
    };
    let (small, large) = (originals("200"), originals("700"));
    assert_eq!((small.len(), large.len()), (200, 700));
    assert!(small.is_subset(&large));
}

/// The chunks come from different formats, classes are matched by name, and ranges are made to agree.
#[test]
fn pictures_and_a_table_become_one_task() {
    let place = Workplace::new();
    let folder = place.runs().with_file_name("pictures");
    let table = common::root().join("data/optdigits/optdigits.csv");
    let mut table = csv::Reader::from_path(table).unwrap();
    let label = table
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "digit")
        .unwrap();
    for (i, row) in table.records().take(600).enumerate() {
        let row = row.unwrap();
        let values = row
            .iter()
            .enumerate()
            .filter(|(column, _)| *column != label);
        let pixels: Vec<u8> = values.map(|(_, v)| v.parse::<u8>().unwrap() * 15).collect();
        let of_class = folder.join(&row[label]);
        fs::create_dir_all(&of_class).unwrap();
        let picture = image::GrayImage::from_raw(8, 8, pixels).unwrap();
        picture.save(of_class.join(format!("{i:04}.png"))).unwrap();
    }
    let (_, run) = place.train(
        QUICKSTART,
        &[
            &format!("data.general={{image_folder={{path={folder:?}}}}}"),
            "data.target.convert.range=[0,255]",
            "data.split.train_dev=100",
            "train.epochs=1",
        ],
    );
    let data = data_json(&run);
    assert_eq!(data["general"]["examples"], 600);
    assert_eq!(data["general"]["shape"], data["target"]["shape"]);
    assert_eq!(data["general"]["range"], serde_json::json!([0.0, 255.0]));
    assert_eq!(
        data["general"]["files"][0]["sha256"]
            .as_str()
            .unwrap()
            .len(),
        64
    );
    // The same digits, once times 15 and once times 255/16: near, and not identical.
    assert_eq!(data["leaks"]["identical"], Value::Array(Vec::new()));
    let near = data["leaks"]["near"]["found"].to_string();
    assert!(near.contains("\"a\":\"train\",\"b\":\"dev\""), "{near}");
}

#[test]
fn describe_says_what_there_is() {
    let place = Workplace::new();
    let output = place.plumb(&[
        "data", "describe", QUICKSTART, "--set", SHORT[0], "--set", SHORT[1],
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    insta::assert_snapshot!("describe", stdout(&output));
    let output = place.plumb(&["data", "describe", QUICKSTART, "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["sets"]["dev"]["examples"], 500);
}

#[test]
fn preview_draws_pictures_and_points() {
    let place = Workplace::new();
    let out = place.runs().with_file_name("sheet.png");
    let points = place.write("gaussian.toml", config(GAUSSIAN));
    for config in [QUICKSTART, points.to_str().unwrap()] {
        let output = place.plumb(&["data", "preview", config, "--out", out.to_str().unwrap()]);
        assert!(output.status.success(), "{}", stderr(&output));
        let png = fs::read(&out).unwrap();
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() > 5_000);
    }
}

#[test]
fn what_is_exported_is_read_back_as_the_same_sets() {
    let place = Workplace::new();
    for format in ["npz", "idx", "csv"] {
        let out = place.runs().with_file_name(format);
        let out = out.to_str().unwrap();
        let export = [
            "data", "export", QUICKSTART, "--format", format, "--out", out,
        ];
        let settings = ["--set", SHORT[0], "--set", SHORT[1]];
        let args = [&export[..], &settings].concat();
        let output = place.plumb(&args);
        assert!(output.status.success(), "{}", stderr(&output));
        let manifest: Value =
            serde_json::from_slice(&fs::read(Path::new(out).join("manifest.json")).unwrap())
                .unwrap();
        let sets = manifest["sets"].as_array().unwrap();
        let dev = sets.iter().find(|set| set["name"] == "dev").unwrap();
        assert_eq!(dev["examples"], 500);
        assert_eq!(dev["members"].as_array().unwrap().len(), 500);
        // A second time: nothing is overwritten.
        let output = place.plumb(&args);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).contains("exists already"),
            "{}",
            stderr(&output)
        );
        // As the two chunks of a run, dev and test are the sets that they were.
        let source = |set: &str| match format {
            "npz" => format!("npz={{path=\"{out}/{set}.npz\",range=[0,16]}}"),
            "csv" => format!(
                "csv={{path=\"{out}/{set}.csv\",label=\"label\",ignore=[\"source\",\"original\",\
                 \"tag_style\"],shape=[1,8,8],range=[0,16]}}"
            ),
            _ => format!(
                "idx={{images=\"{out}/{set}-images.idx\",labels=\"{out}/{set}-labels.idx\",range=[0,16]}}"
            ),
        };
        let general = format!("data.general={{{}}}", source("train"));
        let target = format!(
            "data.target={{{}}}",
            source("dev").replace(",\"tag_style\"", "")
        );
        let sizes = [
            "data.split.dev=250",
            "data.split.test=250",
            "data.split.train_dev=500",
        ];
        let settings: Vec<&str> = sizes
            .into_iter()
            .chain([&general[..], &target[..]])
            .collect();
        let (_, run) = place.train(QUICKSTART, &[&settings[..], &["train.epochs=1"]].concat());
        let data = data_json(&run);
        assert_eq!(data["general"]["examples"], 2500);
        assert_eq!(data["target"]["examples"], 500);
    }
}

#[test]
fn list_names_every_source_and_its_keys() {
    let place = Workplace::new();
    insta::assert_snapshot!("list", stdout(&place.plumb(&["data", "list"])));
    let output = place.plumb(&["data", "list", "strokse"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("list_unknown", stderr(&output));
}
