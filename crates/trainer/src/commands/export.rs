use std::path::{Path, PathBuf};

use burn::tensor::Device;

use crate::{
    Error,
    cli::{ExportNetworkArgs, NetworkFormat},
    device::{self, DeviceChoice},
    export, measurements,
    run_dir::{self, RunDir},
    terminal,
    trained::Trained,
};

/// Writes a run's best weights, or what it measured, as a file for other programs.
pub(crate) fn run(args: &ExportNetworkArgs) -> Result<(), Error> {
    let path = place(args)?;
    let opened = device::open(DeviceChoice::to_look_at())?;
    let trained = || Trained::load(&args.run, &opened.device);
    let content = match args.format {
        NetworkFormat::Safetensors => export::safetensors(&trained()?)?,
        NetworkFormat::Onnx => onnx(&trained()?, &opened.device)?,
        NetworkFormat::Csv => measurements::csv(&RunDir::open(&args.run)?)?,
    };
    run_dir::write_whole(&path, &content).map_err(|error| {
        Error::bad_input(format!("can't write {}: {error}", path.display()))
            .hint("choose another place with --out")
    })?;
    terminal::talk(&format!("wrote {}", path.display()));
    Ok(())
}

/// Where the file goes: `--out`, or into the run's directory.
///
/// # Errors
/// Bad input if there is one already, and `--force` is not given.
fn place(args: &ExportNetworkArgs) -> Result<PathBuf, Error> {
    let path = args.out.clone().unwrap_or_else(|| {
        let name = match args.format {
            NetworkFormat::Safetensors => "model.safetensors",
            NetworkFormat::Onnx => "model.onnx",
            NetworkFormat::Csv => "metrics.csv",
        };
        Path::new(&args.run).join(name)
    });
    if path.is_dir() {
        let message = format!("{} is a folder; expected a file to write", path.display());
        return Err(Error::bad_input(message));
    }
    if path.exists() && !args.force {
        let message = format!("{} exists already; expected a new file", path.display());
        return Err(Error::bad_input(message)
            .hint("choose another one with --out, or replace it with --force"));
    }
    Ok(path)
}

#[cfg(feature = "onnx")]
fn onnx(trained: &Trained, device: &Device) -> Result<Vec<u8>, Error> {
    export::onnx(trained, device)
}

#[cfg(not(feature = "onnx"))]
fn onnx(_trained: &Trained, _device: &Device) -> Result<Vec<u8>, Error> {
    Err(Error::bad_input("this plumb was built without ONNX export")
        .hint("build it with `--features onnx`"))
}
