//! Where a run computes: the CPU, or a GPU through wgpu or CUDA.

#[cfg(feature = "gpu")]
mod adapter;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
mod quiet;
pub(crate) mod traffic;

use std::str::FromStr;

use burn::tensor::Device;

#[cfg(feature = "gpu")]
pub(crate) use adapter::Adapter;
pub(crate) use quiet::quietly;

use crate::Error;

#[cfg(not(any(
    feature = "cpu",
    feature = "gpu",
    feature = "ndarray",
    feature = "cuda"
)))]
compile_error!("plumb needs at least one of the cargo features cpu, gpu, ndarray and cuda");

/// What `--device` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DeviceChoice {
    /// A real GPU if there is one, else the CPU.
    #[default]
    Auto,
    /// burn's flex backend.
    Cpu,
    /// burn's ndarray backend, also on the CPU.
    Ndarray,
    /// The first real GPU, through CUDA if that is built in and finds one.
    Gpu,
    /// The adapter with this number in `plumb devices`; the only way to a software adapter.
    Wgpu(usize),
    /// The NVIDIA GPU with this number.
    Cuda(usize),
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let number = |prefix| {
            let number = name.strip_prefix(prefix)?;
            number.parse().ok()
        };
        match name {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "ndarray" => Ok(Self::Ndarray),
            "gpu" => Ok(Self::Gpu),
            "cuda" => Ok(Self::Cuda(0)),
            _ => number("wgpu:")
                .map(Self::Wgpu)
                .or_else(|| number("cuda:").map(Self::Cuda))
                .ok_or_else(|| {
                    "expected auto, cpu, gpu, wgpu:N, cuda:N (N is a number from `plumb devices`) \
                     or ndarray"
                        .into()
                }),
        }
    }
}

impl std::fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Ndarray => f.write_str("ndarray"),
            Self::Gpu => f.write_str("gpu"),
            Self::Wgpu(number) => write!(f, "wgpu:{number}"),
            Self::Cuda(number) => write!(f, "cuda:{number}"),
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
    /// Whether it is the CPU backend, which the others are compared with.
    pub(crate) is_reference: bool,
    /// Whether its memory is the program's own, so that nothing has to be brought there.
    pub(crate) is_host: bool,
    /// Whether a training does there once, before its clock runs, what takes long the first time.
    pub(crate) warms_up: bool,
}

impl OpenDevice {
    /// Without warm-up, if `skip`: the first steps compile and tune kernels as they need them.
    pub(crate) fn skipping_warm_up(self, skip: bool) -> Self {
        Self {
            warms_up: self.warms_up && !skip,
            ..self
        }
    }
}

/// Opens the device asked for.
///
/// # Errors
/// Bad input if it is not there or not built in, saying what was looked for.
pub(crate) fn open(choice: DeviceChoice) -> Result<OpenDevice, Error> {
    match choice {
        DeviceChoice::Cpu => open_cpu(),
        DeviceChoice::Ndarray => open_ndarray(),
        DeviceChoice::Gpu => open_gpu(),
        DeviceChoice::Wgpu(number) => open_wgpu(number),
        DeviceChoice::Cuda(number) => open_cuda(number),
        DeviceChoice::Auto => open_auto(),
    }
}

/// Opens all real GPUs, or all software adapters where there is no real one.
///
/// # Errors
/// Bad input if there is neither.
pub(crate) fn open_gpus() -> Result<Vec<OpenDevice>, Error> {
    #[allow(unused_mut, reason = "in a build without GPU support")]
    let mut gpus: Vec<Result<OpenDevice, Error>> = Vec::new();
    #[cfg(feature = "cuda")]
    gpus.extend((0..cuda::n_devices()).map(cuda::open));
    #[cfg(feature = "gpu")]
    {
        // Either all of them are real or none.
        let adapters = Adapter::list();
        let wanted = |adapter: &&Adapter| gpus.is_empty() || !adapter.is_software();
        let opened: Vec<_> = adapters.iter().filter(wanted).map(Adapter::open).collect();
        gpus.extend(opened);
    }
    if gpus.is_empty() {
        return Err(no_gpu());
    }
    gpus.into_iter().collect()
}

/// Threads that the CPU backends compute with.
pub(crate) fn n_threads() -> usize {
    rayon::current_num_threads()
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
        is_reference: true,
        is_host: true,
        warms_up: false,
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

#[cfg(feature = "ndarray")]
#[allow(
    clippy::unnecessary_wraps,
    reason = "its twin without the feature fails"
)]
fn open_ndarray() -> Result<OpenDevice, Error> {
    #[allow(deprecated, reason = "burn prefers flex, and so does plumb")]
    let device = Device::ndarray();
    Ok(OpenDevice {
        device,
        name: ndarray_name(),
        spelling: "ndarray".into(),
        is_reference: false,
        is_host: true,
        warms_up: false,
    })
}

#[cfg(not(feature = "ndarray"))]
fn open_ndarray() -> Result<OpenDevice, Error> {
    Err(not_built_in("the ndarray backend", "ndarray"))
}

/// How the ndarray backend is listed.
#[cfg(feature = "ndarray")]
pub(crate) fn ndarray_name() -> String {
    format!("burn ndarray on {} threads", n_threads())
}

#[cfg(feature = "cuda")]
use cuda::open as open_cuda;

#[cfg(not(feature = "cuda"))]
fn open_cuda(_number: usize) -> Result<OpenDevice, Error> {
    Err(not_built_in("CUDA", "cuda"))
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

#[cfg(not(feature = "gpu"))]
fn open_wgpu(_number: usize) -> Result<OpenDevice, Error> {
    Err(not_built_in("GPU support", "gpu"))
}

/// A real GPU, if any is built in and there.
fn find_gpu() -> Option<Result<OpenDevice, Error>> {
    #[cfg(feature = "cuda")]
    if cuda::n_devices() > 0 {
        return Some(cuda::open(0));
    }
    #[cfg(feature = "gpu")]
    if let Some(gpu) = Adapter::list()
        .iter()
        .find(|adapter| !adapter.is_software())
    {
        return Some(gpu.open());
    }
    None
}

fn open_gpu() -> Result<OpenDevice, Error> {
    find_gpu().unwrap_or_else(|| Err(no_gpu()))
}

fn open_auto() -> Result<OpenDevice, Error> {
    find_gpu().unwrap_or_else(|| {
        if cfg!(feature = "cpu") {
            open_cpu()
        } else if cfg!(feature = "ndarray") {
            open_ndarray()
        } else {
            Err(no_gpu())
        }
    })
}

#[cfg(feature = "gpu")]
fn no_gpu() -> Error {
    let adapters = Adapter::list();
    let error = Error::bad_input(format!(
        "no GPU: looked for discrete, integrated and virtual adapters through Vulkan, Metal and \
         DirectX 12; {}",
        adapter::found(&adapters)
    ));
    if adapters.is_empty() {
        error.hint(
            "train on the CPU with --device cpu, or with --device auto, which takes a GPU where there is one; \
             if this machine has one, see that its driver is installed (on Linux `vulkaninfo` lists it)",
        )
    } else {
        error.hint("a software adapter runs only when named, as in --device wgpu:0")
    }
}

#[cfg(all(feature = "cuda", not(feature = "gpu")))]
fn no_gpu() -> Error {
    Error::bad_input("no GPU: CUDA finds none, and this plumb was built without other GPU support")
        .hint("train on the CPU with --device cpu")
}

#[cfg(not(any(feature = "gpu", feature = "cuda")))]
fn no_gpu() -> Error {
    not_built_in("GPU support", "gpu")
}

#[cfg(not(all(
    feature = "cpu",
    feature = "gpu",
    feature = "ndarray",
    feature = "cuda"
)))]
fn not_built_in(what: &str, feature: &str) -> Error {
    Error::bad_input(format!("this plumb was built without {what}"))
        .hint(format!("build it with `--features {feature}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_devices() {
        for (name, choice) in [
            ("auto", DeviceChoice::Auto),
            ("cpu", DeviceChoice::Cpu),
            ("ndarray", DeviceChoice::Ndarray),
            ("gpu", DeviceChoice::Gpu),
            ("wgpu:1", DeviceChoice::Wgpu(1)),
            ("cuda", DeviceChoice::Cuda(0)),
            ("cuda:2", DeviceChoice::Cuda(2)),
        ] {
            assert_eq!(name.parse(), Ok(choice));
        }
        for name in ["", "CPU", "wgpu", "wgpu:", "wgpu:-1", "cuda:x", "rocm:0"] {
            let error = name.parse::<DeviceChoice>().unwrap_err();
            assert!(error.starts_with("expected auto, cpu, gpu"), "{name}");
        }
    }

    #[test]
    #[cfg(not(feature = "ndarray"))]
    fn what_is_not_built_in_names_its_feature() {
        let Err(error) = open(DeviceChoice::Ndarray) else {
            panic!("opened");
        };
        assert_eq!(error.exit_code(), 2);
        assert_eq!(
            error.to_string(),
            "error: this plumb was built without the ndarray backend\n\n\
             hint: build it with `--features ndarray`"
        );
    }
}
