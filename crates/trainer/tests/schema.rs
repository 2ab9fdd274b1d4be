//! The JSON Schema of configs: that it is the published one, and that it agrees with the parser.

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

use common::{QUICKSTART, Workplace, root, stderr};
use serde_json::Value;

const PUBLISHED: &str = "crates/trainer/schemas/config.schema.json";

/// The schema that is published is the one that the program prints. To publish it:
/// `plumb check --schema > crates/trainer/schemas/config.schema.json`.
#[test]
fn the_published_schema_is_up_to_date() {
    let output = Workplace::new().plumb(&["check", "--schema"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let published = fs::read(root().join(PUBLISHED)).unwrap();
    assert_eq!(schema, serde_json::from_slice::<Value>(&published).unwrap());
}

#[test]
fn a_schema_goes_with_no_config() {
    let place = Workplace::new();
    let check = |args: &[&str], expected: &str| {
        let output = place.plumb(args);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    };
    check(&["check"], "<CONFIG>");
    check(
        &["check", "--schema", QUICKSTART],
        "'--schema' cannot be used with",
    );
}

/// What `scripts/check_schema.py` finds wrong with files.
fn validate(files: &[PathBuf]) -> Vec<Option<String>> {
    let python = std::env::var_os("PLUMB_PYTHON")
        .expect("PLUMB_PYTHON names no Python with jsonschema; scripts/check.sh installs one");
    let script = root().join("scripts/check_schema.py");
    let mut command = Command::new(python);
    let command = command.arg(script).arg(root().join(PUBLISHED)).args(files);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let wrong = |file: &PathBuf| found[file.to_str().unwrap()].as_str().map(String::from);
    files.iter().map(wrong).collect()
}

fn configs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
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

#[test]
#[ignore = "needs Python with jsonschema, which scripts/check.sh installs"]
fn every_config_of_the_repository_is_valid() {
    let files = configs(&root().join("configs"));
    assert!(files.len() > 25, "{}", files.len());
    for (file, wrong) in files.iter().zip(validate(&files)) {
        assert_eq!(wrong, None, "{}", file.display());
    }
}

/// Lines of the quickstart, what each becomes, and whether that is a config.
const CHANGES: &[(&str, &str, bool)] = &[
    ("seed = 7", "seed = 7\nformat = 1", true),
    ("seed = 7", "seed = 7\nformat = 2", false),
    ("seed = 7", "seeed = 7", false),
    ("seed = 7", "seed = -7", false),
    ("name = \"quickstart\"", "", false),
    ("name = \"quickstart\"", "name = \"zwölf-3_b.1\"", true),
    ("name = \"quickstart\"", "name = \".hidden\"", false),
    ("name = \"quickstart\"", "name = \"a/b\"", false),
    ("name = \"quickstart\"", "name = \"a b\"", false),
    ("error = 0.025", "error = 2.5", false),
    (
        "error = 0.025",
        "raters = { typical = 0.05, expert = 0.02 }",
        true,
    ),
    ("error = 0.025", "raters = { typical = 5 }", false),
    ("train_dev = 2_000", "train_dev = 0.1", true),
    ("train_dev = 2_000", "train_dev = 0", false),
    ("train_dev = 2_000", "train_dev = 1.5", false),
    ("train_dev = 2_000", "", false),
    ("test = 500", "test = 500\nallow = [\"identical\"]", true),
    ("test = 500", "test = 500\nallow = [\"everything\"]", false),
    ("hidden = [128, 128]", "hidden = []", true),
    ("hidden = [128, 128]", "hidden = [0]", false),
    (
        "hidden = [128, 128]",
        "hidden = [8]\ndropout = 0.5\nnorm = \"layer\"",
        true,
    ),
    ("hidden = [128, 128]", "hidden = [8]\ndropout = 1", false),
    (
        "hidden = [128, 128]",
        "hidden = [8]\nactivation = \"selu\"",
        false,
    ),
    ("[model.mlp]", "[model.linear]\n[model.mlp]", false),
    (
        "[model.mlp]",
        "[model]\nwidth = 2\ninit = \"xavier_normal\"\n[model.mlp]",
        true,
    ),
    ("[model.mlp]", "[model]\nwidth = 0\n[model.mlp]", false),
    ("[model.mlp]", "[model.transformer]", false),
    ("[optimizer.adam]", "[optimizer.sgd]\nmomentum = 0.9", true),
    ("[optimizer.adam]", "[optimizer.sgd]\nmomentum = 1", false),
    ("[optimizer.adam]", "[optimizer.rmsprop]", false),
    ("learning_rate = 1e-3", "", false),
    ("learning_rate = 1e-3", "learning_rate = 0", false),
    ("learning_rate = 1e-3", "lr = 1e-3", false),
    (
        "[train]",
        "[schedule.cosine]\n[schedule.step]\n[train]",
        false,
    ),
    (
        "[train]",
        "[schedule]\nwarmup_epochs = 0.5\n[schedule.cosine]\n[train]",
        true,
    ),
    (
        "[train]",
        "[loss]\nclass_weights = \"balanced\"\n[train]",
        true,
    ),
    (
        "[train]",
        "[loss]\nclass_weights = \"even\"\n[train]",
        false,
    ),
    (
        "[train]",
        "[loss]\nclass_weights = { 3 = 2.5 }\n[train]",
        true,
    ),
    ("[train]", "[loss]\nlabel_smoothing = 1\n[train]", false),
    ("epochs = 20", "epochs = 0", false),
    ("epochs = 20", "", false),
    (
        "epochs = 20",
        "epochs = 20\nmax_time = \"10m\"\npatience = 3",
        true,
    ),
    ("epochs = 20", "epochs = 20\nmax_time = 600", false),
    ("batch_size = 128", "batch_size = 0", false),
    ("batch_size = 128", "batch_size = 128\nclip_norm = 0", false),
    ("goal_error = 0.05", "goal_error = 5", false),
    ("goal_error = 0.05", "confidence = 1", false),
    (
        "[data.general.strokes]",
        "[data]\nmemory_budget = \"500MB\"\n[data.general.strokes]",
        true,
    ),
    ("[data.general.strokes]", "[data.general.pictures]", false),
    ("label = \"digit\"", "", false),
    ("range = [0, 16]", "range = [0, 8, 16]", false),
    ("shape = [1, 8, 8]", "shape = \"1x8x8\"", false),
];

/// The quickstart with one line changed: what the parser says of it, and what the schema says.
#[test]
#[ignore = "needs Python with jsonschema, which scripts/check.sh installs"]
fn the_schema_agrees_with_the_parser() {
    let place = Workplace::new();
    let quickstart = fs::read_to_string(root().join(QUICKSTART)).unwrap();
    let write = |(at, (line, new, _)): (usize, &(&str, &str, bool))| {
        let lines = quickstart.lines().map(|known| {
            let is_it = known.split('#').next().unwrap_or_default().trim() == *line;
            if is_it { *new } else { known }
        });
        let text: Vec<&str> = lines.collect();
        let text = text.join("\n");
        assert_ne!(
            text,
            quickstart.trim_end(),
            "{line} is no line of the quickstart"
        );
        place.write(&format!("{at}.toml"), text)
    };
    let files: Vec<PathBuf> = CHANGES.iter().enumerate().map(write).collect();
    for ((line, new, expected), (file, wrong)) in
        CHANGES.iter().zip(files.iter().zip(validate(&files)))
    {
        assert_eq!(
            wrong.is_none(),
            *expected,
            "schema, {line} -> {new}: {wrong:?}"
        );
        let output = place.plumb(&["check", file.to_str().unwrap()]);
        let said = stderr(&output);
        assert_eq!(
            output.status.success(),
            *expected,
            "parser, {line} -> {new}: {said}"
        );
    }
}

/// What a sweep brings, its config need not have; what it has must be right.
#[test]
#[ignore = "needs Python with jsonschema, which scripts/check.sh installs"]
fn a_sweep_may_bring_what_a_training_must_have() {
    let place = Workplace::new();
    let text = fs::read_to_string(root().join(QUICKSTART)).unwrap();
    let without = text.replace("epochs = 20\n", "");
    let swept = format!("{without}\n[sweep]\nseeds = 2\n[sweep.axes]\n\"train.epochs\" = [1, 2]\n");
    let files = [
        ("without.toml", &without),
        ("swept.toml", &swept),
        ("wrong.toml", &swept.replace("seeds = 2", "seeds = 0")),
        (
            "two.toml",
            &swept.replace("[model.mlp]", "[model.linear]\n[model.mlp]"),
        ),
    ];
    let files = files.map(|(name, text)| place.write(name, text));
    let wrong = validate(&files).into_iter().map(|wrong| wrong.is_some());
    assert_eq!(wrong.collect::<Vec<_>>(), [true, false, true, true]);
}
