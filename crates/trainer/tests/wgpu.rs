//! The GPU path, on whatever adapter wgpu finds first: software Vulkan will do
//! (`mesa-vulkan-drivers` on Debian).

#![cfg(feature = "gpu")]

mod common;

use common::{QUICKSTART, Workplace, gap, rate, stderr, stdout};
use serde_json::Value;

/// Equal weights, an equal order of examples and equal masks of dropout, drawn on the host; only rounding
/// differs.
#[test]
fn wgpu_and_cpu_agree_on_rates_and_verdict() {
    let place = Workplace::new();
    let short = [
        "data.general.strokes.examples=3000",
        "data.split.train_dev=500",
        "train.epochs=2",
        "model.mlp={hidden=[32],dropout=0.2}",
    ];
    let (cpu, on_cpu) = place.train_on("cpu", QUICKSTART, &short);
    let (gpu, run) = place.train_on("wgpu:0", QUICKSTART, &short);
    assert_eq!(cpu["diagnosis"]["first"], gpu["diagnosis"]["first"]);
    for set in ["train", "train-dev", "dev", "test"] {
        let (reference, measured) = (rate(&cpu, set), rate(&gpu, set));
        assert!(
            (reference - measured).abs() <= 0.01,
            "{set}: {reference} and {measured}"
        );
    }
    for kind in ["avoidable-bias", "data-mismatch"] {
        assert_eq!(
            gap(&cpu, kind)["verdict"],
            gap(&gpu, kind)["verdict"],
            "{kind}"
        );
    }
    // Of the first epoch. Other masks (those of burn on the CPU) moved it by 9e-4.
    let loss = |run| {
        let metrics = common::metrics(run);
        let of_train = metrics.iter().find(|metric| metric["set"] == "train");
        of_train.unwrap()["loss"].as_f64().unwrap()
    };
    let (reference, measured) = (loss(&on_cpu), loss(&run));
    assert!(
        (reference / measured - 1.0).abs() < 1e-4,
        "{reference} and {measured}"
    );
    let environment = environment(&run);
    assert_eq!(environment["device"], "wgpu:0");
    let check = &environment["device_check"]["compared"];
    assert_eq!(check["passed"], true, "{check}");
    assert_eq!(check["gradients"].as_array().unwrap().len(), 4, "{check}");
}

fn environment(run: &std::path::Path) -> Value {
    let text = std::fs::read_to_string(run.join("environment.json")).expect("environment.json");
    serde_json::from_str(&text).expect("JSON in environment.json")
}

/// Forward, loss and gradients of every layer, by the program's own check; the bound is ten times as strict
/// as the one that it has for strangers' GPUs.
#[test]
fn every_layer_computes_on_wgpu_what_it_computes_on_the_cpu() {
    let output = Workplace::new().plumb(&["devices", "--check", "--device", "wgpu:0", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let devices: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = devices[0]["checks"].as_array().unwrap();
    assert!(!checks.is_empty());
    for check in checks {
        assert!(check["largest"].as_f64().unwrap() <= 1e-4, "{check}");
    }
}

/// Batches made on the host, augmented, and with weights: equal numbers go to both devices.
#[test]
fn streamed_batches_are_the_same_on_wgpu() {
    let place = Workplace::new();
    let settings = [
        "data.general.strokes.examples=1500",
        "data.split.train_dev=300",
        "data.split.target_in_train=300",
        "data.split.general_weight=0.3",
        "data.memory_budget=1MB",
        "data.augmentation={steps=[{shift={pixels=1}}]}",
        "train.epochs=1",
        "model.mlp.hidden=[32]",
    ];
    let (cpu, _) = place.train_on("cpu", QUICKSTART, &settings);
    let mut args = vec![
        "train", QUICKSTART, "--json", "--quiet", "--device", "wgpu:0",
    ];
    args.extend(["--skip-device-check", "--skip-warm-up"]);
    args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let output = place.plumb(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let gpu: Value = serde_json::from_slice(&output.stdout).unwrap();
    let run = std::path::Path::new(gpu["run"].as_str().unwrap());
    let skipped = &environment(run)["device_check"]["skipped"];
    assert_eq!(skipped, "by --skip-device-check");
    for set in ["train", "train-dev", "dev", "test"] {
        let (reference, measured) = (rate(&cpu, set), rate(&gpu, set));
        assert!(
            (reference - measured).abs() <= 0.02,
            "{set}: {reference} and {measured}"
        );
    }
}

/// Convolutions, pooling and batch normalization in a whole training: the same verdict of every gap.
#[test]
fn a_small_cnn_comes_to_the_same_verdicts_on_wgpu() {
    let place = Workplace::new();
    let quickstart = std::fs::read_to_string(common::root().join(QUICKSTART)).unwrap();
    let from = quickstart.find("[model.mlp]").unwrap();
    let to = from + quickstart[from..].find("\n[optimizer").unwrap();
    let cnn = "[model.cnn]\nblocks = [{ channels = 4, norm = \"batch\", pool = 2 }]\n";
    let config = format!("{}{cnn}{}", &quickstart[..from], &quickstart[to..]);
    let config = place.write("cnn.toml", config);
    let settings = [
        "data.general.strokes.examples=2000",
        "data.split.train_dev=500",
        "train.epochs=2",
    ];
    let [(cpu, _), (gpu, run)] =
        ["cpu", "wgpu:0"].map(|device| place.train_on(device, config.to_str().unwrap(), &settings));
    assert_eq!(cpu["diagnosis"]["first"], gpu["diagnosis"]["first"]);
    for gap in cpu["diagnosis"]["gaps"].as_array().unwrap() {
        let kind = gap["kind"].as_str().unwrap();
        assert_eq!(gap["verdict"], common::gap(&gpu, kind)["verdict"], "{kind}");
    }
    let check = &environment(&run)["device_check"]["compared"];
    assert_eq!(check["passed"], true, "{check}");
    assert!(check["outputs"].to_string().contains("blocks.0.convs.0"));
}

#[test]
fn a_device_that_is_not_there_is_bad_input() {
    let place = Workplace::new();
    let output = place.plumb(&["train", QUICKSTART, "--device", "wgpu:99"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("error: there is no device wgpu:99: found "));
    assert!(!place.runs().exists());
}

/// No driver at all, which an empty list of Vulkan drivers makes of any Linux machine.
#[test]
#[cfg(target_os = "linux")]
fn without_any_adapter_gpu_says_what_was_looked_for_and_auto_takes_the_cpu() {
    let place = Workplace::new();
    let without = |args: &[&str]| {
        let mut command = place.command(args);
        command
            .env("VK_DRIVER_FILES", "/nonexistent")
            .env("VK_ICD_FILENAMES", "/nonexistent")
            // else wgpu's own default is OpenGL in software
            .env("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent");
        command.output().unwrap()
    };
    let output = without(&["train", QUICKSTART, "--device", "gpu"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "error: no GPU: looked for discrete, integrated and virtual adapters through Vulkan, Metal \
         and DirectX 12; no adapter of any kind was found\n\n\
         hint: train on the CPU with --device cpu, or with --device auto, which takes a GPU where there is one; \
         if this machine has one, see that its driver is installed (on Linux `vulkaninfo` lists it)\n"
    );
    assert!(!place.runs().exists());
    let output = without(&["devices", "--check"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("error: no GPU: looked for "));
    let listed = stdout(&without(&["devices"]));
    assert!(
        listed.starts_with("cpu ") && listed.trim_end().ends_with("(auto)"),
        "{listed}"
    );
}

/// burn reads an optimizer's state back onto its default device, which is a GPU in a build with that support.
#[test]
#[cfg(target_os = "linux")]
fn a_run_on_the_cpu_is_resumed_where_there_is_no_adapter() {
    let place = Workplace::new();
    let settings = ["data.general.strokes.examples=3000", "train.epochs=1"];
    let (_, run) = place.train(QUICKSTART, &settings);
    let run = run.to_str().unwrap();
    let mut command = place.command(&["resume", run, "--set", "train.epochs=2", "--quiet"]);
    for drivers in [
        "VK_DRIVER_FILES",
        "VK_ICD_FILENAMES",
        "__EGL_VENDOR_LIBRARY_FILENAMES",
    ] {
        command.env(drivers, "/nonexistent");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains(" of 2 ("), "{}", stdout(&output));
}

/// Software Vulkan is listed, never taken by `auto` or `gpu`.
#[test]
fn a_software_adapter_runs_only_when_named() {
    let place = Workplace::new();
    let devices: Value =
        serde_json::from_str(&stdout(&place.plumb(&["devices", "--json"]))).unwrap();
    let devices = devices.as_array().unwrap();
    assert!(
        devices.len() > 1,
        "no Vulkan adapter here: install mesa-vulkan-drivers"
    );
    for device in devices {
        if device["kind"] == "software (CPU)" {
            assert_eq!(device["auto"], false);
        }
    }
    if devices
        .iter()
        .skip(1)
        .all(|device| device["kind"] == "software (CPU)")
    {
        let output = place.plumb(&["train", QUICKSTART, "--device", "gpu"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("hint: a software adapter runs only when named"));
        assert_eq!(devices[0]["auto"], true);
    }
}
