use serde::Serialize;

use crate::{
    Error,
    cli::DevicesArgs,
    device::{self, OpenDevice},
    device_check::{
        advice, reference_device,
        suite::{CASES, Checked},
    },
    terminal,
};

/// A device's results as `plumb devices --check --json` prints them.
#[derive(Serialize)]
struct CheckedDevice {
    /// What `--device` takes.
    device: String,
    name: String,
    passed: bool,
    /// The largest relative difference that passes.
    tolerance: f64,
    checks: Vec<Checked>,
}

/// Compares devices with the CPU, prints a table, and fails if one is wrong.
pub(super) fn run(args: &DevicesArgs) -> Result<(), Error> {
    let opened = match args.device {
        Some(choice) => vec![device::open(choice)?],
        None => device::open_gpus()?,
    };
    let mut devices = Vec::new();
    for opened in &opened {
        devices.push(check(opened, args.json)?);
    }
    if args.json {
        terminal::json(&devices)?;
    }
    match devices.iter().find(|device| !device.passed) {
        None => Ok(()),
        Some(wrong) => Err(Error::failed(format!(
            "{} computes other numbers than the CPU\n\nhint: {}",
            wrong.device,
            advice()
        ))),
    }
}

fn check(opened: &OpenDevice, is_json: bool) -> Result<CheckedDevice, Error> {
    let cpu = reference_device()
        .ok_or_else(|| Error::bad_input("this plumb was built without the CPU backend"))
        .map_err(|error| {
            error.hint("build it with `--features cpu`: --check compares with the CPU")
        })?;
    if opened.is_reference {
        let message = "--check compares other devices with the CPU, not the CPU with itself";
        return Err(Error::bad_input(message).hint("`plumb devices` lists the others"));
    }
    let show = |text: &str| {
        if is_json {
            Ok(())
        } else {
            terminal::data(text)
        }
    };
    show(&format!(
        "{} ({}), compared with the CPU\n{:<32}{:<12}{:>18}{:>9}\n",
        opened.spelling, opened.name, "network", "input", "largest difference", "seconds"
    ))?;
    let mut checks = Vec::new();
    for case in CASES {
        let checked = case.check(&cpu, opened)?;
        show(&line(&checked))?;
        checks.push(checked);
    }
    Ok(CheckedDevice {
        device: opened.spelling.clone(),
        name: opened.name.clone(),
        passed: checks.iter().all(|check| check.passed),
        tolerance: crate::device_check::TOLERANCE,
        checks,
    })
}

fn line(checked: &Checked) -> String {
    let shape: Vec<_> = checked
        .input_shape
        .iter()
        .map(ToString::to_string)
        .collect();
    let verdict = match &checked.fault {
        None => "ok",
        Some(fault) => fault,
    };
    format!(
        "{:<32}{:<12}{:>18.1e}{:>9.2}  {verdict}\n",
        checked.network,
        shape.join("x"),
        checked.largest,
        checked.elapsed_secs
    )
}
