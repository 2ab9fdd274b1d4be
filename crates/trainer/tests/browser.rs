//! Pages in a real browser: headless Chromium opens reports of a run, a sweep and an experiment, and a board.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{fs, process::Command};

use common::{QUICKSTART, SHORT, Workplace, boards::Running, root, stderr, stdout};
use serde_json::Value;

/// Runs `scripts/check_pages.py`, which finds what is wrong with pages; returns what it says of each.
fn check(pages: &[&str]) -> Vec<Value> {
    let python = std::env::var_os("PLUMB_PYTHON")
        .expect("PLUMB_PYTHON names no Python with playwright; scripts/check.sh installs one");
    let mut command = Command::new(python);
    command.arg(root().join("scripts/check_pages.py"));
    if let Some(shots) = std::env::var_os("PLUMB_SHOTS") {
        command.arg("--shots").arg(shots);
    }
    let output = command.args(pages).output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    let lines = stdout(&output);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
#[ignore = "needs Chromium and Python with playwright; scripts/check.sh runs it"]
fn reports_and_boards_are_whole_in_a_browser() {
    let place = Workplace::new();
    let runs = place.runs();
    let (_, run) = place.train(QUICKSTART, &SHORT);

    let quickstart = fs::read_to_string(root().join(QUICKSTART)).unwrap();
    let sweep = place.write(
        "sweep.toml",
        format!(
            "{quickstart}\n[sweep]\nseeds = 3\n[sweep.axes]\n\"data.split.train\" = [100, 200, 400, 800, 1600]\n\
             \"model.mlp.hidden\" = [[4], [16]]\n"
        )
        .replace("name = \"quickstart\"", "name = \"sizes\""),
    );
    let experiment = place.write(
        "experiment.toml",
        format!(
            "{quickstart}\n[sweep]\nseeds = 2\n[sweep.axes]\n\"model.mlp.hidden\" = [[2], [32]]\n[expect]\n\
             text = \"The large network has {{train_dev(hidden=[32])}} of errors.\"\n\
             [[expect.claims]]\nsays = \"a larger network makes fewer errors\"\n\
             check = \"train_dev(hidden=[32]) < train_dev(hidden=[2])\"\n\
             [expect.figure]\nx = \"hidden\"\ny = \"train_dev\"\n"
        )
        .replace("name = \"quickstart\"", "name = \"claim\""),
    );
    for (command, config) in [("sweep", &sweep), ("reproduce", &experiment)] {
        let config = config.to_str().unwrap();
        let mut args = vec![command, config, "--quiet", "--device", "cpu"];
        args.extend(["--runs-dir", runs.to_str().unwrap()]);
        let mut short: Vec<String> = SHORT.iter().map(ToString::to_string).collect();
        if command == "reproduce" {
            // It takes no --set: the config itself is made short.
            let text = fs::read_to_string(config).unwrap();
            let text = text
                .replace("examples = 20_000", "examples = 3_000")
                .replace("train_dev = 2_000", "train_dev = 500")
                .replace("epochs = 20", "epochs = 4");
            fs::write(config, text).unwrap();
            short.clear();
        }
        for setting in &short {
            args.extend(["--set", setting]);
        }
        let output = place.plumb(&args);
        // With two seeds a claim may well be undetermined, which is exit code 1.
        let is_done =
            [Some(0), Some(i32::from(command == "reproduce"))].contains(&output.status.code());
        assert!(is_done, "{}", stderr(&output));
    }

    let board = Running::start(&place, &runs);
    let address = format!("http://{}/", board.host);

    let page = |folder: &str| runs.join(folder).join("report.html").display().to_string();
    let pages = [
        run.join("report.html").display().to_string(),
        page("sizes"),
        page("claim"),
        address.clone(),
        format!("{address}at/sizes"),
        format!("{address}at/quickstart-0001"),
    ];
    let checked = check(&pages.iter().map(String::as_str).collect::<Vec<_>>());
    let number = |at: usize, key: &str| checked[at][key].as_u64().unwrap();
    // Ladder, flowchart, error, loss, learning rate, confusion; scale and heat map; the claim's bars.
    assert_eq!([0, 1, 2].map(|at| number(at, "figures")), [6, 2, 1]);
    // The tables of the sweep, and that of the board, sort by each of their headings.
    assert!(number(1, "sorted") > 12, "{}", checked[1]);
    assert_eq!(number(3, "sorted"), 8, "{}", checked[3]);
}
