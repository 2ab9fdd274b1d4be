//! The activation that is fused.

/// `max(0, x)`. A NaN stays one.
#[inline(always)]
pub(crate) fn relu(value: f32) -> f32 {
    if value < 0.0 { 0.0 } else { value }
}

/// What is left of an output's gradient in front of the activation.
#[inline(always)]
pub(crate) fn passed(gradient: f32, output: f32) -> f32 {
    if output > 0.0 { gradient } else { 0.0 }
}
