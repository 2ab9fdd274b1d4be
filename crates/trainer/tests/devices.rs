//! `--device` and `plumb devices`, as far as no GPU is needed. `wgpu.rs` has the rest.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use common::{QUICKSTART, Workplace, stderr, stdout};

/// Runs plumb and returns what it says on stderr; bad input leaves nothing behind.
fn rejected(args: &[&str]) -> String {
    let place = Workplace::new();
    let output = place.plumb(args);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    assert!(!place.runs().exists());
    stderr(&output)
}

#[test]
#[cfg(not(any(feature = "cuda", feature = "ndarray")))]
fn a_backend_that_is_not_built_in_names_its_feature() {
    for (device, what, feature) in [
        ("cuda", "CUDA", "cuda"),
        ("cuda:1", "CUDA", "cuda"),
        ("ndarray", "the ndarray backend", "ndarray"),
    ] {
        assert_eq!(
            rejected(&["train", QUICKSTART, "--device", device]),
            format!(
                "error: this plumb was built without {what}\n\n\
                 hint: build it with `--features {feature}`\n"
            )
        );
    }
    let output = Workplace::new().plumb(&["devices"]);
    let not_built_in = "not built in: NVIDIA GPUs through CUDA (cargo feature `cuda`)\n\
                        not built in: a second CPU backend (cargo feature `ndarray`)\n";
    assert!(
        stderr(&output).ends_with(not_built_in),
        "{}",
        stderr(&output)
    );
}

/// A driver is not there on the machines that test this.
#[test]
#[cfg(feature = "cuda")]
fn cuda_without_a_driver_says_what_it_needs() {
    let error = rejected(&["train", QUICKSTART, "--device", "cuda:99"]);
    assert!(
        error.starts_with("error: there is no device cuda:99: "),
        "{error}"
    );
    assert!(
        error.contains("hint: CUDA needs NVIDIA's driver"),
        "{error}"
    );
}

/// The same drawn weights, order of examples and masks of dropout, another library.
#[test]
#[cfg(all(feature = "cpu", feature = "ndarray"))]
fn ndarray_and_cpu_agree_on_rates_and_verdict() {
    let place = Workplace::new();
    let settings = [&common::SHORT[..], &["model.mlp.dropout=0.2"]].concat();
    let (cpu, _) = place.train_on("cpu", QUICKSTART, &settings);
    let (ndarray, run) = place.train_on("ndarray", QUICKSTART, &settings);
    assert_eq!(cpu["diagnosis"]["first"], ndarray["diagnosis"]["first"]);
    for set in ["train", "train-dev", "dev", "test"] {
        let difference = common::rate(&cpu, set) - common::rate(&ndarray, set);
        assert!(difference.abs() <= 0.01, "{set}: {difference}");
    }
    let environment = std::fs::read_to_string(run.join("environment.json")).unwrap();
    let environment: serde_json::Value = serde_json::from_str(&environment).unwrap();
    assert_eq!(environment["device"], "ndarray");
    assert_eq!(environment["device_check"]["compared"]["passed"], true);
}

#[test]
fn a_device_of_another_name_is_bad_usage() {
    let error = rejected(&["train", QUICKSTART, "--device", "rocm:0"]);
    assert!(
        error.contains("expected auto, cpu, gpu, wgpu:N, cuda:N"),
        "{error}"
    );
}

#[test]
#[cfg(feature = "cpu")]
fn the_cpu_is_listed_and_not_compared_with_itself() {
    let listed = stdout(&Workplace::new().plumb(&["devices"]));
    assert!(listed.starts_with("cpu      burn flex on "), "{listed}");
    assert_eq!(
        rejected(&["devices", "--check", "--device", "cpu"]),
        "error: --check compares other devices with the CPU, not the CPU with itself\n\n\
         hint: `plumb devices` lists the others\n"
    );
}
