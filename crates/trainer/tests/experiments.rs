//! Every experiment that ships, in its short form: it runs, and no claim comes out against what it says.
//!
//! Short forms have fewer seeds and examples, so a claim may be undetermined in them; `plumb reproduce all` is
//! the whole thing.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fs, path::PathBuf};

use common::{Workplace, root, stderr};
use serde_json::Value;

/// The experiments that need no data beyond what ships.
fn experiments() -> Vec<PathBuf> {
    let folder = root().join("configs/experiments");
    let entries = fs::read_dir(folder).unwrap();
    let mut configs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    configs.retain(|path| !fs::read_to_string(path).unwrap().contains("data/mnist/"));
    configs.sort();
    configs
}

#[test]
fn no_claim_of_a_short_form_fails() {
    let configs = experiments();
    assert!(configs.len() >= 11, "{configs:?}");
    let place = Workplace::new();
    let runs = place.runs();
    let mut wrong = Vec::new();
    for config in &configs {
        let output = place.plumb(&[
            "reproduce",
            config.to_str().unwrap(),
            "--short",
            "--json",
            "--quiet",
            "--device",
            "cpu",
            "--runs-dir",
            runs.to_str().unwrap(),
        ]);
        let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
            wrong.push(format!("{}: {}", config.display(), stderr(&output)));
            continue;
        };
        let claims = report["claims"].as_array().unwrap();
        let is_held = claims.iter().all(|claim| claim["standing"] == "held");
        assert_eq!(output.status.code(), Some(i32::from(!is_held)));
        assert_eq!(report["failed_runs"], 0, "{}", config.display());
        for claim in claims.iter().filter(|claim| claim["standing"] == "failed") {
            wrong.push(format!("{}: {claim}", config.display()));
        }
        // The figure and the paragraph, with every placeholder filled in.
        let folder = PathBuf::from(report["directory"].as_str().unwrap());
        assert!(folder.join("figure.svg").exists(), "{}", config.display());
        let text = report["text"].as_str().unwrap();
        assert!(!text.is_empty() && !text.contains('{'), "{text}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
