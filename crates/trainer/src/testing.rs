//! What the unit tests of several modules share.

use burn::tensor::Device;

use crate::device::OpenDevice;

/// The beginning of a config, up to its data: 260 examples of train. With 32 to a batch they are 8 whole ones and one of 4.
pub(crate) const STROKES: &str = r#"
name = "small"
seed = 3

[data.general.strokes]
examples = 300
grid = [8, 8]
max = 16

[data.target.strokes]
examples = 120
grid = [8, 8]
max = 16

[data.split]
train_dev = 40
dev = 40
test = 40
"#;

pub(crate) fn cpu() -> OpenDevice {
    OpenDevice {
        device: Device::flex(),
        name: "the CPU".into(),
        spelling: "cpu".into(),
        is_reference: true,
        is_host: true,
        warms_up: false,
    }
}
