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

pub(crate) fn run(args: &DevicesArgs) -> Result<(), Error> {
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
    #[cfg(not(feature = "gpu"))]
    terminal::talk("built without GPU support (cargo feature `gpu`)");
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
    // `auto` takes the first real GPU, else the CPU.
    let first = devices.iter().position(|device| device.auto);
    for device in &mut devices {
        device.auto = false;
    }
    let taken = first.or_else(|| devices.iter().position(|device| device.device == "cpu"));
    if let Some(at) = taken {
        devices[at].auto = true;
    }
    devices
}
