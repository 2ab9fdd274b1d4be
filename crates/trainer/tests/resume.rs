//! Runs that end early go on as if nothing had happened.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Output},
    thread::sleep,
    time::{Duration, Instant},
};

use common::{QUICKSTART, Workplace, checkpoint, stderr};

/// A training of some seconds that saves often, also within its epochs. Dropout draws random numbers in
/// every step, the optimizer has a state, and the learning rate moves.
const SLOW: [&str; 8] = [
    "data.general.strokes.examples=3000",
    "data.split.train_dev=500",
    "train.epochs=40",
    "train.batch_size=32",
    "model.mlp={hidden=[64,64],dropout=0.2}",
    "optimizer.adam.learning_rate=2e-3",
    "schedule={cosine={}}",
    "checkpoint.every_steps=7",
];

/// What equal trainings have in common, byte by byte.
const EQUAL: [&str; 6] = [
    "metrics.jsonl",
    "model.json",
    "predictions/train.csv",
    "predictions/train-dev.csv",
    "predictions/dev.csv",
    "predictions/test.csv",
];

fn spawn(place: &Workplace, settings: &[&str]) -> Child {
    let mut args = vec!["train", QUICKSTART, "--quiet", "--device", "cpu"];
    for setting in settings {
        args.extend(["--set", setting]);
    }
    let mut command = place.command(&args);
    command.stdout(std::process::Stdio::null());
    command.spawn().unwrap()
}

fn resume(place: &Workplace, run: &Path, more: &[&str]) -> Output {
    let mut args = vec!["resume", run.to_str().unwrap(), "--quiet"];
    args.extend(more);
    place.plumb(&args)
}

/// Resumes a run and returns the directory that this made.
fn resumed(place: &Workplace, run: &Path, more: &[&str]) -> PathBuf {
    let before = runs(place);
    let output = resume(place, run, more);
    assert!(output.status.success(), "{}", stderr(&output));
    let new: Vec<_> = runs(place)
        .into_iter()
        .filter(|run| !before.contains(run))
        .collect();
    assert_eq!(new.len(), 1, "one new directory");
    new[0].clone()
}

fn runs(place: &Workplace) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place.runs()) else {
        return Vec::new();
    };
    let mut runs: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'))
        .collect();
    runs.sort();
    runs
}

fn assert_same(run: &Path, reference: &Path) {
    for file in EQUAL {
        let content = |run: &Path| fs::read(run.join(file)).unwrap();
        assert!(content(run) == content(reference), "{file} differs");
    }
    for pointer in ["best", "last"] {
        let weights = |run: &Path| fs::read(checkpoint(run, pointer).join("model.bpk")).unwrap();
        assert!(weights(run) == weights(reference), "{pointer} differs");
    }
}

fn wait_for(path: &Path) {
    let start = Instant::now();
    while !path.exists() {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "no {}",
            path.display()
        );
        sleep(Duration::from_millis(1));
    }
}

/// Every file of a folder and what it holds.
fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(content(&path));
        } else {
            all.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

/// The moments are spread over the whole run, from before its directory is there to its last epochs.
#[test]
fn kill_9_at_25_moments_loses_no_run_and_changes_no_byte() {
    let place = Workplace::new();
    let start = Instant::now();
    assert!(spawn(&place, &SLOW).wait().unwrap().success());
    let whole = start.elapsed();
    let reference = runs(&place)[0].clone();
    let mut n_resumed = 0;
    for number in 0..25_u32 {
        let before = runs(&place);
        let mut child = spawn(&place, &SLOW);
        sleep(whole * number / 25);
        child.kill().unwrap();
        child.wait().unwrap();
        let killed: Vec<_> = runs(&place)
            .into_iter()
            .filter(|run| !before.contains(run))
            .collect();
        let [killed] = &killed[..] else {
            assert!(killed.is_empty());
            continue; // before there was anything to lose
        };
        if killed.join("diagnosis.json").exists() {
            continue; // it had finished
        }
        assert_same(&resumed(&place, killed, &[]), &reference);
        n_resumed += 1;
    }
    assert!(
        n_resumed >= 10,
        "only {n_resumed} of 25 were killed within the run"
    );
}

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
    command.stdout(std::process::Stdio::null());
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
        command.stderr(std::process::Stdio::piped());
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

fn short_run(place: &Workplace) -> PathBuf {
    let settings = [&SLOW[..2], &["train.epochs=3", "checkpoint.every_epochs=1"]].concat();
    assert!(spawn(place, &settings).wait().unwrap().success());
    runs(place)[0].clone()
}

const LONGER: [&str; 2] = ["--set", "train.epochs=4"];

#[test]
fn a_damaged_checkpoint_is_named_and_the_older_good_one_used() {
    let place = Workplace::new();
    let run = short_run(&place);
    let reference = resumed(&place, &run, &LONGER);
    let last = checkpoint(&run, "last");
    let name = last.file_name().unwrap().to_str().unwrap().to_string();
    for file in ["model.bpk", "optimizer.bpk", "checkpoint.json"] {
        let path = last.join(file);
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0x20;
        for broken in [Some(&flipped[..]), Some(&whole[..middle]), Some(&[]), None] {
            match broken {
                Some(broken) => fs::write(&path, broken).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let before = runs(&place);
            let mut args = vec!["resume", run.to_str().unwrap()];
            args.extend(LONGER);
            let output = place.plumb(&args);
            let said = stderr(&output);
            assert!(output.status.success(), "{said}");
            assert!(
                said.contains(&format!("warning: {name} is left out: ")),
                "{said}"
            );
            assert!(said.contains(file), "{said}");
            let new = runs(&place).into_iter().find(|run| !before.contains(run));
            assert_same(&new.unwrap(), &reference);
            fs::write(&path, &whole).unwrap();
        }
    }
}

#[test]
fn no_good_checkpoint_is_an_error_that_names_them_all() {
    let place = Workplace::new();
    let run = short_run(&place);
    let folders: Vec<_> = fs::read_dir(run.join("checkpoints"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    for folder in &folders {
        fs::write(folder.join("model.bpk"), "no weights").unwrap();
    }
    let output = resume(&place, &run, &LONGER);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.starts_with("error: no checkpoint of "), "{said}");
    for folder in &folders {
        let file = folder.join("model.bpk");
        assert!(
            said.contains(&format!("{} is damaged", file.display())),
            "{said}"
        );
    }
    assert_eq!(runs(&place).len(), 1);
}

/// Checks the error of a resume that can't be, after `change` was done to a short run.
fn check_refused(change: impl Fn(&Path), more: &[&str], expected: &[&str]) {
    let place = Workplace::new();
    let run = short_run(&place);
    change(&run);
    let output = resume(&place, &run, more);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in expected {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
    assert_eq!(runs(&place).len(), 1, "nothing is written");
}

fn replace(file: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(old), "{old:?} is not in {text}");
    fs::write(file, text.replace(old, new)).unwrap();
}

#[test]
fn what_cannot_be_resumed_is_refused_with_the_reason() {
    let older_format = |run: &Path| {
        for folder in fs::read_dir(run.join("checkpoints")).unwrap() {
            let about = folder.unwrap().path().join("checkpoint.json");
            if about.exists() {
                replace(&about, "\"format\": 2", "\"format\": 1");
            }
        }
    };
    check_refused(
        older_format,
        &LONGER,
        &["checkpoint.json has format 1; this plumb, "],
    );
    check_refused(
        |run| replace(&run.join("config.toml"), "[128, 128]", "[128, 64]"),
        &LONGER,
        &["holds the weights of another model than config.toml describes"],
    );
    check_refused(
        |run| {
            replace(
                &run.join("config.toml"),
                "examples = 3000",
                "examples = 3001",
            );
        },
        &LONGER,
        &["error: train has changed", "--init-from"],
    );
    check_refused(
        |run| fs::remove_file(run.join("config.toml")).unwrap(),
        &LONGER,
        &["is no run"],
    );
    check_refused(
        |run| fs::remove_file(run.join("data.json")).unwrap(),
        &LONGER,
        &["can't read", "data.json"],
    );
    for setting in [
        "seed=8",
        "model.mlp.hidden=[64]",
        "train.batch_size=64",
        "optimizer={sgd={learning_rate=0.1}}",
        "data.split.dev=400",
    ] {
        let key = setting.split(['=', '.']).next().unwrap();
        check_refused(
            |_| (),
            &["--set", setting],
            &["--> --set:1:", &format!("`{key}")],
        );
    }
}

/// Needs root, for mounting; the check script runs as root.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_and_a_read_only_one_end_a_run_with_a_clear_error() {
    let place = Workplace::new();
    let disk = place.write("disk", "");
    fs::remove_file(&disk).unwrap();
    fs::create_dir(&disk).unwrap();
    let mount = |args: &[&str]| {
        let status = std::process::Command::new("mount").args(args).status();
        status.is_ok_and(|status| status.success())
    };
    let folder = disk.to_str().unwrap();
    if !mount(&["-t", "tmpfs", "-o", "size=1500k", "plumb-test", folder]) {
        assert!(std::env::var_os("CI").is_none(), "CI can mount");
        return;
    }
    let train = |more: &[&str]| {
        let mut args = vec!["train", QUICKSTART, "--quiet", "--device", "cpu"];
        args.extend(["--runs-dir", folder]);
        for setting in SLOW.iter().chain(more) {
            args.extend(["--set", setting]);
        }
        place.plumb(&args)
    };
    // Room for two or three checkpoints of this model, not for four.
    let output = train(&["model.mlp.hidden=[150,150]", "checkpoint.every_time=1h"]);
    let full = (output.status.code(), stderr(&output));
    let saved = fs::read_dir(&disk).unwrap().flatten().find(|entry| {
        let name = entry.file_name();
        !name.to_string_lossy().starts_with('.')
    });
    let last = saved.map(|run| checkpoint(&run.path(), "last").join("model.bpk").exists());
    let is_read_only = mount(&["-o", "remount,ro", folder]);
    let output = train(&[]);
    let read_only = (output.status.code(), stderr(&output));
    let unmounted = std::process::Command::new("umount").arg(folder).status();
    assert!(unmounted.unwrap().success() && is_read_only);

    assert_eq!(full.0, Some(1), "{}", full.1);
    assert!(
        full.1.contains("error: can't write ") && full.1.contains("No space left"),
        "{}",
        full.1
    );
    assert_eq!(last, Some(true), "the older checkpoint is whole");
    assert_eq!(read_only.0, Some(2), "{}", read_only.1);
    assert!(
        read_only
            .1
            .contains("error: can't make a run directory in ")
            && read_only
                .1
                .contains("hint: choose another place with --runs-dir"),
        "{}",
        read_only.1
    );
}
