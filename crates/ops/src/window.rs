//! Maximum pooling of one map.
#![allow(
    clippy::needless_range_loop,
    reason = "loops over constants, which the compiler makes vectors of"
)]

/// Outputs that are made at once.
const AT_ONCE: usize = 16;

/// Values behind a map that are read, and not used.
pub(crate) fn margin(side: usize) -> usize {
    AT_ONCE * side
}

/// The largest value of each window of `side` × `side`, and which one it is, counted in rows. Of equal ones the first
/// counts, and a NaN is larger than all numbers.
///
/// `map` has rows of `pitch` values, and a [`margin`] behind it; `best` and `place` are `[height, width]` of the output.
#[inline(always)]
pub(crate) fn max_pool(
    map: &[f32],
    (pitch, side): (usize, usize),
    width: usize,
    best: &mut [f32],
    place: &mut [u16],
) {
    match side {
        2 => fixed::<2>(map, pitch, width, best, place),
        3 => fixed::<3>(map, pitch, width, best, place),
        4 => fixed::<4>(map, pitch, width, best, place),
        _ => any(map, (pitch, side), width, best, place),
    }
}

/// With a side that the compiler knows: it makes vectors of that.
#[inline(always)]
fn fixed<const SIDE: usize>(
    map: &[f32],
    pitch: usize,
    width: usize,
    best: &mut [f32],
    place: &mut [u16],
) {
    for y in 0..best.len() / width {
        for x in (0..width).step_by(AT_ONCE) {
            let mut largest = [f32::NEG_INFINITY; AT_ONCE];
            let mut at = [0; AT_ONCE];
            for row in 0..SIDE {
                let start = (y * SIDE + row) * pitch + x * SIDE;
                let (windows, _) = map[start..start + AT_ONCE * SIDE].as_chunks::<SIDE>();
                for i in 0..AT_ONCE {
                    for column in 0..SIDE {
                        let value = windows[i][column];
                        let is_larger = is_larger(value, largest[i]);
                        largest[i] = if is_larger { value } else { largest[i] };
                        at[i] = if is_larger {
                            (row * SIDE + column) as u32
                        } else {
                            at[i]
                        };
                    }
                }
            }
            let start = y * width + x;
            write(&mut best[start..], width - x, &largest);
            write(&mut place[start..], width - x, &at.map(|at| at as u16));
        }
    }
}

/// Writes up to `n` values, and where there is room all of them, which is one instruction: behind a row lies the next
/// one, which is written later.
#[inline(always)]
fn write<T: Copy>(out: &mut [T], n: usize, values: &[T; AT_ONCE]) {
    if let Some(out) = out.first_chunk_mut() {
        *out = *values;
    } else {
        for (out, value) in out[..n.min(AT_ONCE)].iter_mut().zip(values) {
            *out = *value;
        }
    }
}

#[inline(always)]
fn any(
    map: &[f32],
    (pitch, side): (usize, usize),
    width: usize,
    best: &mut [f32],
    place: &mut [u16],
) {
    best.fill(f32::NEG_INFINITY);
    place.fill(0);
    let rows = best.chunks_mut(width).zip(place.chunks_mut(width));
    for (y, (best, place)) in rows.enumerate() {
        for at in 0..side * side {
            let values = map[(y * side + at / side) * pitch + at % side..]
                .iter()
                .step_by(side);
            for ((best, place), value) in best.iter_mut().zip(&mut *place).zip(values) {
                if is_larger(*value, *best) {
                    *best = *value;
                    *place = at as u16;
                }
            }
        }
    }
}

/// Not `||`, so that there is no branch.
#[inline(always)]
fn is_larger(value: f32, best: f32) -> bool {
    (value > best) | value.is_nan()
}
