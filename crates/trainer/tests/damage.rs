//! Runs whose files are damaged or of something else, and disks that are full or read-only.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::{
    QUICKSTART, Workplace, checkpoint,
    resuming::{SLOW, assert_same, resume, resumed, runs, spawn},
    stderr,
};

const LONGER: [&str; 2] = ["--set", "train.epochs=4"];

fn short_run(place: &Workplace) -> PathBuf {
    let settings = [&SLOW[..2], &["train.epochs=3", "checkpoint.every_epochs=1"]].concat();
    assert!(spawn(place, &settings).wait().unwrap().success());
    runs(place)[0].clone()
}

#[test]
fn a_damaged_checkpoint_is_named_and_the_older_good_one_used() {
    let place = Workplace::new();
    let run = short_run(&place);
    let reference = resumed(&place, &run, &LONGER);
    let last = checkpoint(&run, "last");
    let name = last.file_name().unwrap().to_str().unwrap().to_string();
    for file in [
        "model.bpk",
        "optimizer.bpk",
        "checkpoint.json",
        "SHA256SUMS",
    ] {
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

/// Weights go on as ever; what is lost of the measurements is said.
#[test]
fn lost_measurements_are_warned_of() {
    let place = Workplace::new();
    let run = short_run(&place);
    let reference = resumed(&place, &run, &LONGER);
    let args = [&["resume", run.to_str().unwrap()], &LONGER[..]].concat();
    assert!(!stderr(&place.plumb(&args)).contains("damaged"));
    for file in ["metrics.jsonl", "timings.jsonl"] {
        let path = run.join(file);
        let whole = fs::read(&path).unwrap();
        let cut = &whole[..whole.len() - 10];
        for broken in [Some(cut), Some(b"nothing\n"), Some(b""), None] {
            match broken {
                Some(broken) => fs::write(&path, broken).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let before = runs(&place);
            let said = stderr(&place.plumb(&args));
            let warning = format!("warning: {file} of {} is missing or damaged", run.display());
            assert!(said.contains(&warning), "{said}");
            let mut new = runs(&place).into_iter().filter(|run| !before.contains(run));
            let weights = |run: &Path| fs::read(checkpoint(run, "last").join("model.bpk")).unwrap();
            assert!(weights(&new.next().unwrap()) == weights(&reference));
        }
        // Only the end of the last line is gone.
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert_same(&resumed(&place, &run, &LONGER), &reference);
        fs::write(&path, &whole).unwrap();
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
                replace(&about, "\"format\": 3", "\"format\": 1");
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
