//! Runs that end early go on as if nothing had happened.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use common::{
    QUICKSTART, Workplace,
    resuming::{SLOW, assert_same, content, resume, resumed, runs, spawn, wait_for},
    stderr,
};

#[test]
fn a_resumed_run_leaves_the_older_one_alone_and_can_be_repeated_and_resumed_itself() {
    let place = Workplace::new();
    assert!(spawn(&place, &SLOW).wait().unwrap().success());
    let reference = runs(&place)[0].clone();
    let mut child = spawn(&place, &SLOW);
    let first = place.runs().join("quickstart-0002");
    wait_for(&first.join("checkpoints/last"));
    child.kill().unwrap();
    child.wait().unwrap();
    let before = content(&first);

    // killed a second time, on its way
    let mut command = place.command(&["resume", first.to_str().unwrap(), "--quiet"]);
    command.stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let second = place.runs().join("quickstart-0003");
    wait_for(&second.join("checkpoints/last"));
    sleep(Duration::from_millis(100));
    child.kill().unwrap();
    child.wait().unwrap();

    assert_same(&resumed(&place, &second, &[]), &reference);
    assert_same(&resumed(&place, &first, &[]), &reference);
    assert!(content(&first) == before, "the older run has changed");
}

#[test]
#[cfg(unix)]
fn ctrl_c_and_sigterm_save_and_say_how_to_go_on() {
    let place = Workplace::new();
    assert!(spawn(&place, &SLOW).wait().unwrap().success());
    let reference = runs(&place)[0].clone();
    for (number, signal) in [(2, "INT"), (4, "TERM")] {
        let settings = [&SLOW[..7], &["checkpoint.every_time=1h"]].concat();
        let mut args = vec!["train", QUICKSTART, "--quiet", "--device", "cpu"];
        for setting in &settings {
            args.extend(["--set", setting]);
        }
        let mut command = place.command(&args);
        command.stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        let run = place.runs().join(format!("quickstart-{number:04}"));
        wait_for(&run.join("checkpoints/best"));
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}");
        let said = stderr(&output);
        let expected = format!("  plumb resume {}\n", run.display());
        assert!(
            said.starts_with("interrupted after ") && said.ends_with(&expected),
            "{said}"
        );
        assert_same(&resumed(&place, &run, &[]), &reference);
    }
}

/// Many signals, a hundredth of a second apart: whenever the second arrives, it ends the process. A step
/// of this model takes longer than that on any machine, so the first alone would not have.
#[test]
#[cfg(unix)]
fn a_second_ctrl_c_leaves_at_once() {
    let place = Workplace::new();
    let slow_steps = [
        "model.mlp.hidden=[4000,4000,4000]",
        "train.batch_size=16000",
        "checkpoint.every_time=1h",
    ];
    let mut child = spawn(&place, &slow_steps);
    let run = place.runs().join("quickstart-0001");
    wait_for(&run.join("model.json"));
    sleep(Duration::from_millis(300));
    let start = Instant::now();
    send(&child, "INT");
    sleep(Duration::from_millis(50));
    send(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(
        !run.join("checkpoints/last").exists(),
        "nothing was waited for"
    );
}

#[cfg(unix)]
fn send(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let status = std::process::Command::new("kill")
        .args([&format!("-{signal}"), &id])
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn a_finished_run_is_trained_longer_as_if_it_had_been_so_from_the_start() {
    let place = Workplace::new();
    let settings = |epochs: &'static str| -> Vec<&str> {
        let others = SLOW.iter().filter(|set| !set.starts_with("train.epochs"));
        // the cosine depends on the number of epochs
        let others = others.filter(|set| !set.starts_with("schedule"));
        others.copied().chain([epochs]).collect()
    };
    assert!(
        spawn(&place, &settings("train.epochs=6"))
            .wait()
            .unwrap()
            .success()
    );
    assert!(
        spawn(&place, &settings("train.epochs=3"))
            .wait()
            .unwrap()
            .success()
    );
    let [reference, short] = &runs(&place)[..] else {
        panic!("two runs");
    };
    assert_same(
        &resumed(&place, short, &["--set", "train.epochs=6"]),
        reference,
    );
    let output = resume(&place, short, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is finished: all epochs are done after 3 epochs"));
    assert!(stderr(&output).contains("--set train.epochs=6"));
}

/// Runs from a folder of its own, where the config's relative paths lead nowhere.
#[test]
fn a_run_is_resumed_from_any_folder() {
    let place = Workplace::new();
    let settings = [&SLOW[..], &["train.patience=1"]].concat();
    assert!(spawn(&place, &settings).wait().unwrap().success());
    let run = runs(&place)[0].clone();
    let mut command = place.command(&["resume", "quickstart-0001", "--quiet"]);
    command.args(["--set", "train.patience=2"]);
    let output = command.current_dir(run.parent().unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(runs(&place).len(), 2);
}

#[test]
fn patience_and_time_end_a_training_early() {
    let place = Workplace::new();
    let long = ["train.epochs=100000", "data.general.strokes.examples=2600"];
    let (report, run) = place.train(QUICKSTART, &[&long[..], &["train.patience=3"]].concat());
    assert_eq!(report["end"], "patience");
    let dev: Vec<u64> = common::metrics(&run)
        .iter()
        .filter(|metric| metric["set"] == "dev")
        .map(|metric| metric["errors"].as_u64().unwrap())
        .collect();
    let (best, last) = dev.split_at(dev.len() - 3);
    let lowest = *best.last().unwrap();
    assert!(
        best.iter().all(|&errors| errors >= lowest) && last.iter().all(|&errors| errors >= lowest)
    );

    let start = Instant::now();
    let (report, _) = place.train(
        QUICKSTART,
        &[&long[..], &["train.max_time=\"500ms\""]].concat(),
    );
    assert_eq!(report["end"], "time");
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}",
        start.elapsed()
    );
}
