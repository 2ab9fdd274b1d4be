//! A sweep does each of its runs once, whatever ends it, and its numbers depend on nothing but the config.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    collections::BTreeSet,
    fs,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

use common::{
    Workplace,
    resuming::{content, wait_for},
    stderr, stdout,
    sweeps::{BASE, SWEEP, assert_same_sweeps, folder, run_dirs, sweep, sweep_command, swept},
};
use serde_json::Value;

fn small() -> String {
    format!("{BASE}{SWEEP}")
}

/// A sweep of a second or two, of which each run saves often.
fn slow() -> String {
    let config = small().replace("epochs = 3", "epochs = 40");
    format!("{config}\n[checkpoint]\nevery_steps = 20\n")
}

#[test]
fn numbers_depend_neither_on_jobs_nor_on_parts() {
    let reference = Workplace::new();
    let report = swept(&reference, &small(), &["--jobs", "1"]);
    assert_eq!((&report["runs"], &report["done"]), (&12.into(), &12.into()));
    assert_eq!(report["failed"], Value::Array(Vec::new()));
    assert_eq!(run_dirs(&folder(&reference), true).len(), 12);

    for jobs in ["2", "8"] {
        let place = Workplace::new();
        swept(&place, &small(), &["--jobs", jobs]);
        assert_same_sweeps(&folder(&place), &folder(&reference));
    }

    // All parts at once, into one directory that none of them finds.
    let place = Workplace::new();
    let parts: Vec<_> = ["1/3", "2/3", "3/3"]
        .iter()
        .map(|part| {
            let mut command =
                sweep_command(&place, &small(), &["--shard", part, "--json", "--quiet"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for part in parts {
        let output = part.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&report["runs"], &report["done"]), (&12.into(), &4.into()));
    }
    assert_same_sweeps(&folder(&place), &folder(&reference));
    // The whole finds nothing to do.
    let report = swept(&place, &small(), &[]);
    assert_eq!(report["done"], 12);
    assert_eq!(run_dirs(&folder(&place), false).len(), 12);
}

#[test]
fn kill_9_at_many_moments_costs_no_run_and_changes_no_number() {
    let reference = Workplace::new();
    let start = Instant::now();
    swept(&reference, &slow(), &[]);
    let whole = start.elapsed();
    let place = Workplace::new();
    let mut n_killed = 0;
    for number in 1..25_u32 {
        let done_before = run_dirs(&folder(&place), true);
        let before: Vec<_> = done_before.iter().map(|run| content(run)).collect();
        let mut command = sweep_command(&place, &slow(), &["--quiet"]);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        // From before its first file is there to the middle of some run, a prime, so that no moment repeats; but when
        // one more run is done at the latest: `whole` was taken beside other tests, and may be twice what is left.
        let (start, moment) = (Instant::now(), whole * (number * 7 % 31) / 100);
        while start.elapsed() < moment && run_dirs(&folder(&place), true).len() <= done_before.len()
        {
            sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let after: Vec<_> = done_before.iter().map(|run| content(run)).collect();
        assert!(before == after, "a finished run was touched");
        n_killed += u32::from(!status.success());
        if status.success() {
            break;
        }
    }
    assert!(n_killed > 3, "killed only {n_killed} times");
    let report = swept(&place, &slow(), &[]);
    assert_eq!(report["done"], 12);
    assert_same_sweeps(&folder(&place), &folder(&reference));
    // Some went on from a checkpoint: not every kill threw a whole run away.
    let logs = run_dirs(&folder(&place), true).into_iter();
    let resumed = logs.filter(|run| !run.ends_with(format!("{}-0001", &name_of(run)[..3])));
    assert!(resumed.count() > 0);
}

fn name_of(path: &std::path::Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
#[cfg(unix)]
fn ctrl_c_saves_all_and_the_same_command_goes_on() {
    let reference = Workplace::new();
    swept(&reference, &slow(), &[]);
    let place = Workplace::new();
    for signal in ["INT", "TERM"] {
        let n_done = run_dirs(&folder(&place), true).len();
        let mut command = sweep_command(&place, &slow(), &["--jobs", "2"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        // After several runs, each of which listens for signals too.
        let start = Instant::now();
        while run_dirs(&folder(&place), true).len() < n_done + 3 {
            assert!(start.elapsed() < Duration::from_mins(1));
            sleep(Duration::from_millis(2));
        }
        let kill = std::process::Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
        let expected = format!(
            "interrupted, all saved in {}; the same command goes on\n",
            folder(&place).display()
        );
        assert!(stderr(&output).ends_with(&expected), "{}", stderr(&output));
        let ledger = fs::read_to_string(folder(&place).join("ledger.jsonl")).unwrap();
        assert!(ledger.contains("\"event\":\"interrupted\"}"), "{ledger}");
        assert!(run_dirs(&folder(&place), true).len() < 12);
    }
    swept(&place, &slow(), &[]);
    assert_same_sweeps(&folder(&place), &folder(&reference));
}

/// Four runs, two of which diverge or have too little data.
fn partly_broken() -> String {
    format!(
        "{BASE}[sweep.variants]\nfine = {{}}\nwild = {{ \"optimizer\" = {{ sgd = {{ learning_rate = 1e30 }} }} }}\n\
         poor = {{ \"data.general.strokes.examples\" = 50 }}\nlinear = {{ model = {{ linear = {{}} }} }}\n"
    )
}

#[test]
fn a_failed_run_is_kept_with_its_error_and_stops_no_other() {
    let place = Workplace::new();
    let config = partly_broken();
    let output = sweep(&place, &config, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["done"], 2);
    let directory = report["directory"].as_str().unwrap();
    assert_eq!(report["go_on"][0], format!("plumb compare {directory}"));
    let failed = report["failed"].as_array().unwrap();
    assert_eq!(
        (&failed[0]["run"], &failed[1]["run"]),
        (&"002".into(), &"003".into())
    );
    let error = |at: usize| failed[at]["error"].as_str().unwrap();
    assert!(error(0).contains("the loss is"), "{}", error(0));
    assert!(error(1).contains("examples"), "{}", error(1));
    let said = stderr(&output);
    assert!(said.contains("002  wild seed=7  failed: "), "{said}");
    assert!(
        said.ends_with(
            "error: 2 of 4 runs failed\n\nhint: their errors are in the sweep's ledger too; --retry-failed tries them \
             again, and the same command does what else is missing\n"
        ),
        "{said}"
    );

    // Not tried again unless asked, and nothing of them is lost.
    let before = content(&folder(&place));
    let again = sweep(&place, &config, &[]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        stdout(&again).contains("2 of 4 runs done"),
        "{}",
        stdout(&again)
    );
    assert!(
        stdout(&again).contains("run 003 failed: "),
        "{}",
        stdout(&again)
    );
    assert!(!stdout(&again).contains("error: "), "{}", stdout(&again));
    assert!(content(&folder(&place)) == before);

    let n_lines = |place: &Workplace| {
        let ledger = fs::read_to_string(folder(place).join("ledger.jsonl")).unwrap();
        ledger
            .lines()
            .filter(|line| line.contains("\"failed\""))
            .count()
    };
    assert_eq!(n_lines(&place), 2);
    let retried = sweep(&place, &config, &["--retry-failed", "--quiet"]);
    assert_eq!(retried.status.code(), Some(1));
    assert_eq!(n_lines(&place), 4);
}

#[test]
fn fail_fast_ends_at_the_first_failure() {
    let place = Workplace::new();
    let output = sweep(&place, &partly_broken(), &["--fail-fast", "--jobs", "1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("run 002 failed, and --fail-fast ends the sweep"),
        "{}",
        stderr(&output)
    );
    let ids: Vec<_> = run_dirs(&folder(&place), true)
        .iter()
        .map(|run| name_of(run))
        .collect();
    // By effort: 004 has 64 · 10 = 640 multiplications, 001 and 002 have 64 · 8 + 8 · 10 = 592, 003 has few examples.
    assert_eq!(ids, ["001-0001", "004-0001"]);
    let ledger = std::fs::read_to_string(folder(&place).join("ledger.jsonl")).unwrap();
    assert!(!ledger.contains("\"003\""), "{ledger}");
    // Without it the rest is done.
    assert_eq!(
        sweep(&place, &partly_broken(), &["--quiet"]).status.code(),
        Some(1)
    );
    assert_eq!(run_dirs(&folder(&place), true).len(), 2);
}

#[test]
fn a_dry_run_lists_the_runs_and_writes_nothing() {
    let place = Workplace::new();
    let output = sweep(&place, &small(), &["--dry-run"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    // 64 inputs: 64 · 8 + 8 + 8 · 10 + 10 = 610; 64 · 16 + 16 + 16 · 16 + 16 + 16 · 10 + 10 = 1,482. 100 of
    // the examples are train-dev.
    for expected in [
        "001  examples=300 hidden=[8] seed=7               610        200",
        "012  examples=900 hidden=[16, 16] seed=8        1,482        800",
        "\n12 runs, about ",
        "nothing was trained",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
    assert!(!place.runs().exists());
    let report = swept(&place, &small(), &["--dry-run", "--shard", "2/12"]);
    let runs = report["runs"].as_array().unwrap();
    assert_eq!((runs.len(), &runs[0]["run"]), (1, &"002".into()));
    assert_eq!(runs[0]["parameters"], 610);
    let bytes = report["disk_bytes"].as_u64().unwrap();
    assert!(bytes > 0 && !place.runs().exists());
    // What is done needs no more room, so a disk that was large enough stays so.
    swept(&place, &small(), &["--shard", "1/2"]);
    let rest = swept(&place, &small(), &["--dry-run"])["disk_bytes"].as_u64();
    assert!(rest.is_some_and(|rest| rest < bytes * 2 / 3), "{rest:?}");
    swept(&place, &small(), &[]);
    assert_eq!(swept(&place, &small(), &["--dry-run"])["disk_bytes"], 0);
}

#[test]
fn each_run_is_an_ordinary_one() {
    let place = Workplace::new();
    swept(&place, &small(), &["--name", "grid"]);
    let run = run_dirs(&folder(&place), true)[0].clone();
    let output = place.plumb(&["diagnose", run.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("avoidable bias"));
    // Its config alone trains the same again.
    let (_, again) = place.train(run.join("config.toml").to_str().unwrap(), &[]);
    for file in common::resuming::EQUAL {
        assert!(
            fs::read(run.join(file)).unwrap() == fs::read(again.join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn variants_may_bring_the_model_and_train_takes_the_base() {
    let place = Workplace::new();
    let base = BASE.replace("[model.mlp]\nhidden = [8]\ndropout = 0.1\n", "");
    assert!(!base.contains("[model"));
    let variants = "[sweep.variants]\nlinear = { model = { linear = {} } }\nmlp = { model = { mlp = { hidden = [8] } } }\n";
    assert_eq!(swept(&place, &format!("{base}{variants}"), &[])["done"], 2);

    let config = place.write("train.toml", small());
    let (_, run) = place.train(config.to_str().unwrap(), &["train.epochs=1"]);
    let resolved = fs::read_to_string(run.join("config.toml")).unwrap();
    assert!(
        resolved.contains("examples = 600") && !resolved.contains("sweep"),
        "{resolved}"
    );
}

#[test]
fn overrides_change_the_sweep_too() {
    let place = Workplace::new();
    let report = swept(
        &place,
        &small(),
        &["--set", "sweep.seeds=1", "--set", "train.epochs=1"],
    );
    assert_eq!(report["runs"], 6);
    let metrics = common::metrics(&run_dirs(&folder(&place), true)[0]);
    assert_eq!(
        metrics
            .iter()
            .map(|line| line["epoch"].as_u64().unwrap())
            .max(),
        Some(1)
    );
}

/// Of two processes at once, one does the sweep; the other says so and leaves everything alone.
#[test]
fn one_process_at_a_time() {
    let place = Workplace::new();
    let mut command = sweep_command(&place, &slow(), &["--quiet"]);
    let mut first = command.stdout(Stdio::null()).spawn().unwrap();
    wait_for(&folder(&place).join("ledger.jsonl"));
    let refused = |args: &[&str], expected: &str| {
        let output = sweep(&place, &slow(), args);
        assert_eq!(output.status.code(), Some(2));
        let expected = expected.replace("DIR", folder(&place).to_str().unwrap());
        let hint = "hint: parts that are counted alike, such as 1/3, 2/3 and 3/3, never overlap";
        assert_eq!(stderr(&output), format!("error: {expected}\n\n{hint}\n"));
    };
    refused(&[], "another process is at work on DIR");
    refused(
        &["--shard", "2/3"],
        "part 2/3 of DIR overlaps with part 1/1, which another process is at work on",
    );
    assert!(first.wait().unwrap().success());
    let ledger = fs::read_to_string(folder(&place).join("ledger.jsonl")).unwrap();
    let started: BTreeSet<_> = ledger
        .lines()
        .filter(|line| line.contains("started"))
        .collect();
    assert_eq!(started.len(), 12);
    assert_eq!(swept(&place, &slow(), &[])["done"], 12);
}
