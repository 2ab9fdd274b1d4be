mod check;

use serde::Serialize;

use crate::{Error, cli::DevicesArgs, terminal};

/// A device as `plumb devices --json` prints it.
#[derive(Serialize)]
struct Listed {
    /// What `--device` takes.
    device: String,
    name: String,
    kind: String,
    api: Option<String>,
    /// Whether `--device auto` takes it.
    auto: bool,
}

/// The cargo features that bring devices, what each brings, and whether it is built in.
const FEATURES: [(&str, &str, bool); 4] = [
    ("cpu", "the CPU backend", cfg!(feature = "cpu")),
    (
        "gpu",
        "GPUs through Vulkan, Metal and DirectX 12",
        cfg!(feature = "gpu"),
    ),
    ("cuda", "NVIDIA GPUs through CUDA", cfg!(feature = "cuda")),
    ("ndarray", "a second CPU backend", cfg!(feature = "ndarray")),
];

pub(crate) fn run(args: &DevicesArgs) -> Result<(), Error> {
    if args.check {
        return check::run(args);
    }
    let devices = list();
    if args.json {
        return terminal::json(&devices);
    }
    for device in &devices {
        let api = device
            .api
            .as_ref()
            .map(|api| format!(", {api}"))
            .unwrap_or_default();
        let auto = if device.auto { "  (auto)" } else { "" };
        terminal::data(&format!(
            "{:8} {}, {}{api}{auto}\n",
            device.device, device.name, device.kind
        ))?;
    }
    for (feature, what, is_built_in) in FEATURES {
        if !is_built_in {
            terminal::talk(&format!("not built in: {what} (cargo feature `{feature}`)"));
        }
    }
    Ok(())
}

fn list() -> Vec<Listed> {
    let mut devices = Vec::new();
    #[cfg(feature = "cpu")]
    devices.push(Listed {
        device: "cpu".into(),
        name: crate::device::cpu_name(),
        kind: "CPU".into(),
        api: None,
        auto: false,
    });
    #[cfg(feature = "ndarray")]
    devices.push(Listed {
        device: "ndarray".into(),
        name: crate::device::ndarray_name(),
        kind: "CPU".into(),
        api: None,
        auto: false,
    });
    #[cfg(feature = "cuda")]
    devices.extend((0..crate::device::cuda::n_devices()).map(|number| {
        Listed {
            device: format!("cuda:{number}"),
            name: crate::device::cuda::name(number)
                .unwrap_or_else(|reason| format!("can't be opened: {reason}")),
            kind: "NVIDIA GPU".into(),
            api: Some("CUDA".into()),
            auto: true,
        }
    }));
    #[cfg(feature = "gpu")]
    devices.extend(
        crate::device::Adapter::list()
            .into_iter()
            .map(|adapter| Listed {
                device: format!("wgpu:{}", adapter.number),
                kind: adapter.kind.into(),
                api: Some(adapter.api.into()),
                auto: !adapter.is_software(),
                name: adapter.name,
            }),
    );
    // `auto` takes the first real GPU, else the first backend of the CPU.
    let first = devices.iter().position(|device| device.auto);
    for device in &mut devices {
        device.auto = false;
    }
    let taken = first.or_else(|| devices.iter().position(|device| device.kind == "CPU"));
    if let Some(at) = taken {
        devices[at].auto = true;
    }
    devices
}
