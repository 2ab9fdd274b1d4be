//! Geometric steps that follow each other, as one resampling.

use rand_chacha::ChaCha8Rng;

use super::affine::Affine;
use super::elastic::Bend;
use super::pipeline::{Planes, Scratch, Stage};
use super::rotate::Rotate;
use super::scale::Scale;
use super::shear::Shear;
use super::shift::Shift;

/// A step that moves values without changing them.
#[derive(Debug)]
pub(super) enum Move {
    Shift(Shift),
    Rotate(Rotate),
    Scale(Scale),
    Shear(Shear),
    Elastic(Bend),
}

/// Several of them, done in one: each pixel is interpolated once, so the result is as sharp as that
/// of a single step.
///
/// An elastic step before an affine one should bend the picture before it is turned. Here its
/// displacements are drawn on the final grid instead; they are random and the same in all
/// directions, so what can be drawn is the same.
#[derive(Debug)]
pub(super) struct Warp {
    pub(super) planes: Planes,
    pub(super) moves: Vec<Move>,
}

impl Stage for Warp {
    fn apply(&self, scratch: &mut Scratch, rng: &mut ChaCha8Rng) {
        let n_pixels = self.planes.height * self.planes.width;
        let mut map = Affine::IDENTITY;
        let mut is_bent = false;
        for step in &self.moves {
            let drawn = &mut scratch.drawn;
            let next = match step {
                Move::Shift(step) => step.draw(rng, drawn),
                Move::Rotate(step) => step.draw(rng, drawn),
                Move::Scale(step) => step.draw(rng, drawn),
                Move::Shear(step) => step.draw(rng, drawn),
                Move::Elastic(bend) => {
                    if !is_bent {
                        scratch.displacement_x.clear();
                        scratch.displacement_x.resize(n_pixels, 0.0);
                        scratch.displacement_y.clear();
                        scratch.displacement_y.resize(n_pixels, 0.0);
                    }
                    is_bent |= bend.displace(&map, scratch, rng);
                    None
                }
            };
            if let Some(next) = next {
                map = map.and_then(&next);
            }
        }
        if is_bent || map != Affine::IDENTITY {
            resample(&map, is_bent, self.planes, scratch);
        }
    }
}

/// Takes every pixel from where `map` says, plus the displacements in `scratch` if `is_bent`, between
/// four pixels (bilinear interpolation). Outside the picture everything is `planes.low`.
pub(super) fn resample(map: &Affine, is_bent: bool, planes: Planes, scratch: &mut Scratch) {
    let (height, width) = (planes.height, planes.width);
    let Scratch {
        values,
        other: padded,
        spare,
        displacement_x,
        displacement_y,
        ..
    } = scratch;
    // A border of one pixel on each side stands for all that is outside.
    let stride = width + 2;
    let n_padded = stride * (height + 2);
    padded.clear();
    padded.resize(planes.channels * n_padded, planes.low);
    for (i, row) in values.chunks_exact(width).enumerate() {
        let (channel, y) = (i / height, i % height);
        let start = channel * n_padded + (y + 1) * stride + 1;
        padded[start..start + width].copy_from_slice(row);
    }
    let map = map.at_corner(height, width);
    // To the corner of the border.
    let x_row = [map.xx, map.xy, map.x0 + 1.0].map(|m| m as f32);
    let y_row = [map.yx, map.yy, map.y0 + 1.0].map(|m| m as f32);
    spare.resize(2 * width, 0.0);
    let (from_x, from_y) = spare.split_at_mut(width);
    // The last place that has another to its right, or below.
    let [last_x, last_y] = [width, height].map(|n| i32::try_from(n).unwrap_or(i32::MAX));
    for y in 0..height {
        let row = y * width..(y + 1) * width;
        let displaced =
            is_bent.then(|| (&displacement_x[row.clone()], &displacement_y[row.clone()]));
        places(x_row, y, displaced.map(|d| d.0), (width + 1) as f32, from_x);
        places(
            y_row,
            y,
            displaced.map(|d| d.1),
            (height + 1) as f32,
            from_y,
        );
        for channel in 0..planes.channels {
            let plane = &padded[channel * n_padded..][..n_padded];
            let out = &mut values[channel * height * width..][row.clone()];
            for ((out, from_x), from_y) in out.iter_mut().zip(&*from_x).zip(&*from_y) {
                let (left, top) = ((*from_x as i32).min(last_x), (*from_y as i32).min(last_y));
                let (share_x, share_y) = (from_x - left as f32, from_y - top as f32);
                let start = top as usize * stride + left as usize;
                let four = &plane[start..][..stride + 2];
                let upper = four[0] + (four[1] - four[0]) * share_x;
                let lower = four[stride] + (four[stride + 1] - four[stride]) * share_x;
                *out = upper + (lower - upper) * share_y;
            }
        }
    }
}

/// Where the pixels of row `y` are taken from, along one axis, from 0 to `most`.
fn places(
    [by_x, by_y, start]: [f32; 3],
    y: usize,
    displaced: Option<&[f32]>,
    most: f32,
    out: &mut [f32],
) {
    let start = start + by_y * y as f32;
    for (x, out) in (0_i32..).zip(&mut *out) {
        *out = by_x * x as f32 + start;
    }
    for (out, by) in out.iter_mut().zip(displaced.unwrap_or_default()) {
        *out += by;
    }
    for out in out {
        // In this order what is not a number becomes 0; scaled again and again, places overflow.
        *out = out.max(0.0).min(most);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{rotate, scale, shear, shift};
    use super::*;

    /// Resamples an image of one channel, outside of which everything is -1.
    fn warp(map: &Affine, height: usize, width: usize, values: &[f32]) -> Vec<f32> {
        let planes = Planes {
            channels: values.len() / (height * width),
            height,
            width,
            low: -1.0,
            high: 100.0,
        };
        let mut scratch = Scratch {
            values: values.to_vec(),
            ..Scratch::default()
        };
        resample(map, false, planes, &mut scratch);
        scratch.values
    }

    fn assert_near(found: &[f32], expected: &[f32], tolerance: f32) {
        assert_eq!(found.len(), expected.len());
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() < tolerance, "{found:?} is not {expected:?}");
        }
    }

    #[test]
    fn pixels_move_as_by_hand() {
        let check = |map: Affine, height, width, values: &[f32], expected: &[f32]| {
            assert_near(&warp(&map, height, width, values), expected, 1e-5);
        };
        let six = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        check(
            shift::by(1.0, 0.0),
            2,
            3,
            &six,
            &[-1.0, 1.0, 2.0, -1.0, 4.0, 5.0],
        );
        check(
            shift::by(0.0, -1.0),
            2,
            3,
            &six,
            &[4.0, 5.0, 6.0, -1.0, -1.0, -1.0],
        );
        // Half a pixel to the left: means of neighbours.
        check(
            shift::by(-0.5, 0.0),
            1,
            3,
            &[1.0, 2.0, 5.0],
            &[1.5, 3.5, 2.0],
        );
        // Far outside.
        check(shift::by(1e9, 0.0), 2, 3, &six, &[-1.0; 6]);
        // A quarter turn counter-clockwise: the right column becomes the top row.
        let nine = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        let turned = [3.0, 6.0, 9.0, 2.0, 5.0, 8.0, 1.0, 4.0, 7.0];
        check(rotate::by(90.0), 3, 3, &nine, &turned);
        check(
            rotate::by(180.0),
            2,
            3,
            &six,
            &[6.0, 5.0, 4.0, 3.0, 2.0, 1.0],
        );
        // Twice as large, between pixels: a quarter of a pixel from the centre.
        check(
            scale::by(2.0),
            1,
            4,
            &[0.0, 0.0, 8.0, 8.0],
            &[0.0, 2.0, 6.0, 8.0],
        );
        // 45 degrees: the top row moves right by one pixel, the bottom row left.
        check(
            shear::by(45.0),
            3,
            3,
            &nine,
            &[-1.0, 1.0, 2.0, 4.0, 5.0, 6.0, 8.0, 9.0, -1.0],
        );
        // Channels move alike.
        check(
            shift::by(1.0, 0.0),
            1,
            3,
            &six,
            &[-1.0, 1.0, 2.0, -1.0, 4.0, 5.0],
        );
    }

    #[test]
    fn the_first_step_comes_first() {
        // 1 to the right, then a quarter turn: up by one.
        let map = shift::by(1.0, 0.0).and_then(&rotate::by(90.0));
        let nine = [0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0];
        let found = warp(&map, 3, 3, &nine);
        assert!((found[1] - 5.0).abs() < 1e-5, "{found:?}");
        let map = rotate::by(90.0).and_then(&shift::by(1.0, 0.0));
        let found = warp(&map, 3, 3, &nine);
        assert!((found[5] - 5.0).abs() < 1e-5, "{found:?}");
    }

    #[test]
    fn no_move_is_exact() {
        let values: Vec<f32> = (0..20).map(|i| (i as f32).sqrt()).collect();
        let identity = rotate::by(0.0)
            .and_then(&scale::by(1.0))
            .and_then(&shear::by(0.0))
            .and_then(&shift::by(0.0, 0.0));
        assert_eq!(identity, Affine::IDENTITY);
        assert_eq!(warp(&identity, 4, 5, &values), values);
    }

    #[test]
    fn a_turn_and_enlargement_is_that_of_scipy() {
        // scipy 1.17: affine_transform(a, [[c, s], [-s, c]] / 1.1, offset = centre - M centre,
        // order=1, mode='grid-constant', cval=0) with c, s of 30 degrees; low is 0 here.
        let values = [
            1.0, 3.0, 5.0, 8.0, 11.0, 15.0, 19.0, 23.0, 27.0, 32.0, 36.0, 42.0, 47.0, 52.0, 58.0,
            64.0, 70.0, 76.0, 83.0, 89.0,
        ];
        let expected = [
            1.31781, 4.14018, 13.00601, 24.83159, 28.20573, 5.32452, 14.88242, 26.48571, 41.10345,
            57.28992, 15.57022, 29.02829, 43.33536, 60.28772, 78.96882, 23.20664, 45.52447, 62.874,
            66.34113, 33.71941,
        ];
        let planes = Planes {
            channels: 1,
            height: 4,
            width: 5,
            low: 0.0,
            high: 100.0,
        };
        let mut scratch = Scratch {
            values: values.to_vec(),
            ..Scratch::default()
        };
        let map = rotate::by(30.0).and_then(&scale::by(1.1));
        resample(&map, false, planes, &mut scratch);
        assert_near(&scratch.values, &expected, 1e-3);
    }
}
