use burn::tensor::{Device, DeviceType, Tensor};

use super::{OpenDevice, quiet::quietly};
use crate::Error;

/// What CUDA takes at run time, beside a GPU.
const HINT: &str = "CUDA needs NVIDIA's driver (libcuda) and, from the CUDA toolkit, NVRTC (libnvrtc), \
                    where the dynamic linker finds them (LD_LIBRARY_PATH); or train on the CPU with \
                    --device cpu";

/// The number of GPUs that CUDA can reach; none without the driver.
pub(crate) fn n_devices() -> usize {
    quietly(|| Device::enumerate(DeviceType::Cuda).iter().count()).unwrap_or(0)
}

/// What a GPU calls itself; opens it.
pub(crate) fn name(number: usize) -> Result<String, String> {
    quietly(|| Device::cuda(number).identity())
        .map(|identity| identity.map_or_else(|| "NVIDIA GPU".into(), |identity| identity.name))
}

pub(super) fn open(number: usize) -> Result<OpenDevice, Error> {
    let n_devices = n_devices();
    if number >= n_devices {
        let found = match n_devices {
            0 => "no NVIDIA driver with a GPU was found".to_string(),
            1 => "found only cuda:0".to_string(),
            n => format!("found cuda:0 to cuda:{}", n - 1),
        };
        let error = Error::bad_input(format!("there is no device cuda:{number}: {found}"));
        return Err(error.hint(HINT));
    }
    name(number)
        .and_then(|name| first_sum(number).map(|()| name))
        .map(|name| OpenDevice {
            device: Device::cuda(number),
            name: format!("{name} through CUDA"),
            spelling: format!("cuda:{number}"),
            is_reference: false,
            is_host: false,
            warms_up: true,
        })
        .map_err(|reason| {
            Error::bad_input(format!("can't open cuda:{number}: {reason}")).hint(HINT)
        })
}

/// The first computation loads NVRTC, the compiler of kernels, and fails without it.
fn first_sum(number: usize) -> Result<(), String> {
    let sum = quietly(|| {
        let ones = Tensor::<1>::ones([2], &Device::cuda(number));
        ones.sum().try_into_scalar::<f32>()
    })?;
    match sum {
        Ok(2.0) => Ok(()),
        Ok(sum) => Err(format!("1 + 1 gives {sum}")),
        Err(error) => Err(error.to_string()),
    }
}
