//! Trained networks as files for other programs.

mod metadata;
#[cfg(feature = "onnx")]
mod onnx;
mod safetensors;

#[cfg(feature = "onnx")]
pub(crate) use onnx::onnx;
pub(crate) use safetensors::safetensors;
