//! Some numbers in one piece of memory.

/// Some numbers in one piece of memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Numbers<'a> {
    U8(&'a [u8]),
    F32(&'a [f32]),
}

/// Room for numbers that have to be read; its content means nothing between uses.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(super) bytes: Vec<u8>,
    pub(super) floats: Vec<f32>,
}

impl Numbers<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::U8(values) => values.len(),
            Self::F32(values) => values.len(),
        }
    }
}

/// Whether a number is kept as a byte.
pub(crate) fn is_u8(value: f32) -> bool {
    (0.0..=255.0).contains(&value) && value.fract() == 0.0
}

/// The bytes of `values` in a file, in place of what is in `bytes`.
pub(crate) fn to_le_bytes(values: &[f32], bytes: &mut Vec<u8>) {
    bytes.resize(4 * values.len(), 0);
    for (to, from) in bytes.chunks_exact_mut(4).zip(values) {
        to.copy_from_slice(&from.to_le_bytes());
    }
}
