//! Numbers that are too small to matter.

/// Numbers that are smaller than this are forgotten.
const TRACE: f32 = 1e-30;

/// Zero in place of a number below 1e-30.
///
/// Below 1.2e-38 processors take a hundred cycles for a number. The mean of a gradient that stays away, as at pixels that
/// are hardly ever inked, shrinks by a tenth in each step of Adam, and the gradient of a class that a network has ruled
/// out shrinks with its probability: epochs that got there took half as long again. No weight can tell: a step of Adam
/// moves it by 1e-30 / 1e-8 of the learning rate at most.
#[inline(always)]
#[must_use]
pub fn without_trace(value: f32) -> f32 {
    // Not a NaN: that stays one.
    if value.abs() < TRACE { 0.0 } else { value }
}
