use burn::tensor::{
    Device, DeviceKind,
    wgpu::{
        WgpuBackend,
        wgpu::{AdapterInfo, Backend, Backends, DeviceType, Instance, InstanceDescriptor},
    },
};
use futures_lite::future::block_on;

use super::OpenDevice;
use crate::Error;

/// A GPU, or a software stand-in for one, that wgpu can reach.
pub(crate) struct Adapter {
    /// Its number in `--device wgpu:N`.
    pub(crate) number: usize,
    /// The name that its driver gives.
    pub(crate) name: String,
    /// "discrete GPU", "software (CPU)", ...
    pub(crate) kind: &'static str,
    /// "Vulkan", "Metal" or "DirectX 12".
    pub(crate) api: &'static str,
    device_kind: DeviceKind,
    backend: WgpuBackend,
}

impl Adapter {
    /// All adapters of the first graphics API that has a real GPU, or else of the first that has
    /// any, so that one GPU is never listed under two APIs.
    pub(crate) fn list() -> Vec<Self> {
        let mut software = Vec::new();
        for backend in [Backend::Vulkan, Backend::Metal, Backend::Dx12] {
            let adapters = list_api(backend);
            if adapters.iter().any(|adapter| !adapter.is_software()) {
                return adapters;
            }
            if software.is_empty() {
                software = adapters;
            }
        }
        software
    }

    /// Whether it computes on the CPU after all.
    pub(crate) fn is_software(&self) -> bool {
        self.device_kind == DeviceKind::Cpu
    }

    pub(super) fn open(&self) -> Result<OpenDevice, Error> {
        let device = Device::wgpu_options()
            .device_kind(self.device_kind.clone())
            .graphics_api(self.backend)
            .init()
            .map_err(|error| {
                Error::bad_input(format!(
                    "can't open wgpu:{} ({}): {error}",
                    self.number, self.name
                ))
                .hint("train on the CPU with --device cpu")
            })?;
        Ok(OpenDevice {
            device,
            name: format!("{}, {} through {}", self.name, self.kind, self.api),
            spelling: format!("wgpu:{}", self.number),
            is_reference: false,
            is_host: false,
            warms_up: true,
        })
    }
}

/// What was found, for an error text.
pub(super) fn found(adapters: &[Adapter]) -> String {
    if adapters.is_empty() {
        return "no adapter of any kind was found".into();
    }
    let names: Vec<_> = adapters
        .iter()
        .map(|adapter| {
            format!(
                "wgpu:{} {} ({})",
                adapter.number, adapter.name, adapter.kind
            )
        })
        .collect();
    format!("found only {}", names.join(", "))
}

fn list_api(backend: Backend) -> Vec<Adapter> {
    let backends = Backends::from(backend);
    let instance = Instance::new(InstanceDescriptor {
        backends,
        ..InstanceDescriptor::new_without_display_handle()
    });
    let infos: Vec<AdapterInfo> = block_on(instance.enumerate_adapters(backends))
        .iter()
        .map(burn::tensor::wgpu::wgpu::Adapter::get_info)
        .collect();
    let mut adapters = Vec::new();
    for (at, info) in infos.iter().enumerate() {
        let same_kind_before = infos[..at]
            .iter()
            .filter(|other| other.device_type == info.device_type)
            .count();
        let (kind, device_kind) = match info.device_type {
            DeviceType::DiscreteGpu => ("discrete GPU", DeviceKind::DiscreteGpu(same_kind_before)),
            DeviceType::IntegratedGpu => (
                "integrated GPU",
                DeviceKind::IntegratedGpu(same_kind_before),
            ),
            DeviceType::VirtualGpu => ("virtual GPU", DeviceKind::VirtualGpu(same_kind_before)),
            // burn can open the first of these only
            DeviceType::Cpu if same_kind_before == 0 => ("software (CPU)", DeviceKind::Cpu),
            DeviceType::Cpu | DeviceType::Other => continue,
        };
        let (api, backend) = match backend {
            Backend::Metal => ("Metal", WgpuBackend::Metal),
            Backend::Dx12 => ("DirectX 12", WgpuBackend::Dx12),
            _ => ("Vulkan", WgpuBackend::Vulkan),
        };
        adapters.push(Adapter {
            number: adapters.len(),
            name: info.name.clone(),
            kind,
            api,
            device_kind,
            backend,
        });
    }
    adapters
}
