//! Invertible maps of the input space, which leave the Bayes error alone and make boundaries hard.

use serde::{Deserialize, Serialize};

/// Radians of the bend's sine per standard deviation: about two waves across a class.
const BEND_RADIANS: f64 = 2.0;

/// An invertible map of the inputs, the same for every seed.
///
/// As it loses nothing, the best achievable error stays what it was; only the boundary that reaches
/// it is no longer flat. It has no constants but its strength, so that the general and the target
/// data are mapped alike. No chain of one axis on the next is longer than two steps: in a longer one
/// the rounding of stored values would grow until the inverse existed only on paper.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Warp {
    /// Inputs as they are.
    #[default]
    None,
    /// Each axis is bent by a sine of the next one: x₁ += a·sin(2·x₂), x₃ += a·sin(2·x₄) and so on,
    /// then x₂ += a·sin(2·x₃), x₄ += a·sin(2·x₅) and so on. The strength a is in standard deviations.
    Bend,
    /// The planes of the axes 1 and 2, 3 and 4 and so on are each turned by an angle that grows with
    /// the radius in that plane. The strength is in radians per standard deviation.
    Swirl,
}

impl Warp {
    /// Maps one input.
    pub fn apply(self, strength: f64, x: &mut [f64]) {
        match self {
            Self::None => {}
            Self::Bend => {
                bend(strength, x, 0);
                bend(strength, x, 1);
            }
            Self::Swirl => swirl(strength, x),
        }
    }

    /// Maps one input back: the inverse of [`Warp::apply`].
    pub fn undo(self, strength: f64, x: &mut [f64]) {
        match self {
            Self::None => {}
            Self::Bend => {
                bend(-strength, x, 1);
                bend(-strength, x, 0);
            }
            Self::Swirl => swirl(-strength, x),
        }
    }
}

/// Bends every second axis from `first` on by the axis after it, which itself stays.
fn bend(strength: f64, x: &mut [f64], first: usize) {
    let Some(rest) = x.get_mut(first..) else {
        return;
    };
    for pair in rest.chunks_exact_mut(2) {
        pair[0] += strength * (BEND_RADIANS * pair[1]).sin();
    }
}

/// Turns each plane; radii stay, so the opposite strength turns it back.
fn swirl(strength: f64, x: &mut [f64]) {
    for pair in x.chunks_exact_mut(2) {
        let (a, b) = (pair[0], pair[1]);
        let (sin, cos) = (strength * a.hypot(b)).sin_cos();
        (pair[0], pair[1]) = (a * cos - b * sin, a * sin + b * cos);
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn points_by_hand() {
        let check = |warp: Warp, strength, x: &[f64], expected: &[f64]| {
            let mut y = x.to_vec();
            warp.apply(strength, &mut y);
            for (found, expected) in y.iter().zip(expected) {
                assert!(
                    (found - expected).abs() < 1e-15,
                    "{y:?} for {warp:?} of {x:?}"
                );
            }
        };
        check(Warp::None, 5.0, &[1.0, 2.0], &[1.0, 2.0]);
        // sin(2·π/4) = 1
        let q = FRAC_PI_4;
        check(Warp::Bend, 3.0, &[1.0, q], &[4.0, q]);
        // First x₁ by x₂, then x₂ by x₃.
        check(Warp::Bend, 3.0, &[1.0, q, -q], &[4.0, q - 3.0, -q]);
        // x₃ is bent by x₄ before it bends x₂: x₃ = −3 + 3·sin(π/2) = 0.
        check(Warp::Bend, 3.0, &[1.0, q, -3.0, q], &[4.0, q, 0.0, q]);
        check(Warp::Swirl, FRAC_PI_2, &[1.0, 0.0, 5.0], &[0.0, 1.0, 5.0]);
        check(Warp::Swirl, FRAC_PI_4, &[0.0, 2.0], &[-2.0, 0.0]);
        for warp in [Warp::Bend, Warp::Swirl] {
            check(warp, 1.0, &[2.0], &[2.0]);
            check(warp, 1.0, &[], &[]);
        }
    }

    proptest! {
        #[test]
        fn undo_is_the_inverse_even_of_what_was_rounded(
            bends in any::<bool>(),
            strength in 0.0..10.0_f64,
            x in prop::collection::vec(-60.0..60.0_f64, 0..9),
        ) {
            let warp = if bends { Warp::Bend } else { Warp::Swirl };
            let mut y = x.clone();
            warp.apply(strength, &mut y);
            let mut rounded: Vec<f64> = y.iter().map(|&v| f64::from(v as f32)).collect();
            warp.undo(strength, &mut y);
            warp.undo(strength, &mut rounded);
            for ((x, back), rounded) in x.iter().zip(y).zip(rounded) {
                prop_assert!((x - back).abs() < 1e-10, "{x} became {back}");
                // Rounding moves a value below 85 by 4e-6 at most. The bend adds up to 20 times that
                // to the axis before, and 20 times the sum to the one before that: below 2e-3. The
                // swirl turns by 10 times the change of the radius, at a radius of 85: below 5e-3.
                prop_assert!((x - rounded).abs() < 5e-3, "{x} became {rounded}");
            }
        }
    }
}
