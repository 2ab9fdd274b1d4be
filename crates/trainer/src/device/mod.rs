//! Where a run computes: the CPU, or a GPU through wgpu.

#[cfg(feature = "gpu")]
mod adapter;

use std::str::FromStr;

use burn::tensor::Device;

#[cfg(feature = "gpu")]
pub(crate) use adapter::Adapter;

use crate::Error;

#[cfg(not(any(feature = "cpu", feature = "gpu")))]
compile_error!("plumb needs at least one of the cargo features `cpu` and `gpu`");

/// What `--device` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DeviceChoice {
    /// A real GPU if there is one, else the CPU.
    #[default]
    Auto,
    /// burn's flex backend.
    Cpu,
    /// The first real GPU.
    Gpu,
    /// The adapter with this number in `plumb devices`; the only way to a software adapter.
    Wgpu(usize),
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            _ => name
                .strip_prefix("wgpu:")
                .and_then(|number| number.parse().ok())
                .map(Self::Wgpu)
                .ok_or_else(|| {
                    "expected auto, cpu, gpu or wgpu:N (a number from `plumb devices`)".into()
                }),
        }
    }
}

impl DeviceChoice {
    /// For holding a model that is only looked at: the CPU, if it is built in.
    pub(crate) fn to_look_at() -> Self {
        if cfg!(feature = "cpu") {
            Self::Cpu
        } else {
            Self::Auto
        }
    }
}

/// A device that is open and ready.
pub(crate) struct OpenDevice {
    /// Without automatic differentiation.
    pub(crate) device: Device,
    /// What a person would call it.
    pub(crate) name: String,
    /// How `--device` names it.
    pub(crate) spelling: String,
}

/// Opens the device asked for.
///
/// # Errors
/// Bad input if it is not there or not built in, saying what was looked for.
pub(crate) fn open(choice: DeviceChoice) -> Result<OpenDevice, Error> {
    match choice {
        DeviceChoice::Cpu => open_cpu(),
        DeviceChoice::Gpu => open_gpu(),
        DeviceChoice::Wgpu(number) => open_wgpu(number),
        DeviceChoice::Auto => open_auto(),
    }
}

#[cfg(feature = "cpu")]
#[allow(
    clippy::unnecessary_wraps,
    reason = "its twin without the feature fails"
)]
fn open_cpu() -> Result<OpenDevice, Error> {
    Ok(OpenDevice {
        device: Device::flex(),
        name: cpu_name(),
        spelling: "cpu".into(),
    })
}

#[cfg(not(feature = "cpu"))]
fn open_cpu() -> Result<OpenDevice, Error> {
    Err(not_built_in("the CPU backend", "cpu"))
}

/// How the CPU backend is listed.
#[cfg(feature = "cpu")]
pub(crate) fn cpu_name() -> String {
    format!("burn flex on {} threads", n_threads())
}

#[cfg(feature = "gpu")]
fn open_gpu() -> Result<OpenDevice, Error> {
    let adapters = Adapter::list();
    match adapters.iter().find(|adapter| !adapter.is_software()) {
        Some(gpu) => gpu.open(),
        None => Err(no_gpu(&adapters)),
    }
}

#[cfg(feature = "gpu")]
fn open_wgpu(number: usize) -> Result<OpenDevice, Error> {
    let adapters = Adapter::list();
    adapters.get(number).map_or_else(
        || {
            Err(Error::bad_input(format!(
                "there is no device wgpu:{number}: {}",
                adapter::found(&adapters)
            ))
            .hint("`plumb devices` lists them all"))
        },
        Adapter::open,
    )
}

#[cfg(feature = "gpu")]
fn no_gpu(adapters: &[Adapter]) -> Error {
    let error = Error::bad_input(format!(
        "no GPU: looked for discrete, integrated and virtual adapters through Vulkan, Metal and \
         DirectX 12; {}",
        adapter::found(adapters)
    ));
    if adapters.is_empty() {
        error.hint("train on the CPU with --device cpu")
    } else {
        error.hint("a software adapter runs only when named, as in --device wgpu:0")
    }
}

#[cfg(feature = "gpu")]
fn open_auto() -> Result<OpenDevice, Error> {
    let adapters = Adapter::list();
    match adapters.iter().find(|adapter| !adapter.is_software()) {
        Some(gpu) => gpu.open(),
        None if cfg!(feature = "cpu") => open_cpu(),
        None => Err(no_gpu(&adapters)),
    }
}

#[cfg(not(feature = "gpu"))]
fn open_gpu() -> Result<OpenDevice, Error> {
    Err(not_built_in("GPU support", "gpu"))
}

#[cfg(not(feature = "gpu"))]
fn open_wgpu(_number: usize) -> Result<OpenDevice, Error> {
    open_gpu()
}

#[cfg(not(feature = "gpu"))]
fn open_auto() -> Result<OpenDevice, Error> {
    open_cpu()
}

#[cfg(not(all(feature = "cpu", feature = "gpu")))]
fn not_built_in(what: &str, feature: &str) -> Error {
    Error::bad_input(format!("this plumb was built without {what}"))
        .hint(format!("build it with `--features {feature}`"))
}

/// Threads that the CPU backend computes with.
pub(crate) fn n_threads() -> usize {
    rayon::current_num_threads()
}
