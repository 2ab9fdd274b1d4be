//! Trained networks as files for other programs.

#[cfg(feature = "onnx")]
mod failing_layer;
mod metadata;
#[cfg(feature = "onnx")]
mod onnx;
mod safetensors;

#[cfg(feature = "onnx")]
pub(crate) use onnx::onnx;
pub(crate) use safetensors::safetensors;
