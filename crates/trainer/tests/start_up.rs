//! What starting up touches: no GPU before one is needed. glibc's dynamic linker tells which libraries were looked for.

#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::fs;

use common::{QUICKSTART, SHORT, Workplace, stderr};

/// The libraries of graphics drivers that a command looked for, each named by a line of the linker's.
fn drivers(place: &Workplace, args: &[&str]) -> Vec<String> {
    let log = tempfile::tempdir().unwrap();
    let mut command = place.command(args);
    command.env("LD_DEBUG", "libs");
    command.env("LD_DEBUG_OUTPUT", log.path().join("linker"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));

    let files = fs::read_dir(log.path()).unwrap();
    let logs = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let lines: Vec<String> = logs
        .flat_map(|log| log.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(
        lines.iter().any(|line| line.contains("libc.so")),
        "the linker says nothing"
    );
    let is_driver = |line: &String| {
        ["libvulkan", "libEGL", "libGL", "libcuda", "libnvrtc"]
            .iter()
            .any(|name| line.contains(name))
    };
    lines.into_iter().filter(is_driver).collect()
}

#[test]
fn no_gpu_is_looked_for_where_none_is_needed() {
    let place = Workplace::new();
    let check = |args: &[&str]| assert_eq!(drivers(&place, args), [""; 0], "{args:?}");
    check(&["--help"]);
    check(&["--version"]);
    check(&["check", QUICKSTART]);
    check(&["data", "describe", QUICKSTART]);
    let runs = place.runs();
    let runs = runs.to_str().unwrap();
    let mut train = vec!["train", QUICKSTART, "--device", "cpu", "--runs-dir", runs];
    for setting in SHORT {
        train.extend(["--set", setting]);
    }
    check(&train);
    let run = format!("{runs}/quickstart-0001");
    check(&["diagnose", &run]);
    check(&["report", &run]);
}

/// So that the other test can fail: who asks for the GPUs does look for them.
#[test]
#[cfg(feature = "gpu")]
fn a_list_of_devices_looks_for_them() {
    assert!(!drivers(&Workplace::new(), &["devices"]).is_empty());
}
