//! Maximum pooling of one map.

/// The largest value of each window of `side` × `side`, and which one it is, counted in rows. Of equal ones the first
/// counts, and a NaN is larger than all numbers.
///
/// `map` has rows of `pitch` values; `best` and `place` are `[height, width]` of the output.
#[inline(always)]
pub(super) fn max_pool(
    map: &[f32],
    pitch: usize,
    side: usize,
    width: usize,
    best: &mut [f32],
    place: &mut [u16],
) {
    let rows = best.chunks_exact_mut(width).zip(place.chunks_exact_mut(width));
    for (y, (best, place)) in rows.enumerate() {
        best.fill(f32::NEG_INFINITY);
        place.fill(0);
        for at in 0..side * side {
            let row = &map[(y * side + at / side) * pitch + at % side..];
            let row = &row[..(width - 1) * side + 1];
            let values = row.iter().step_by(side);
            for ((best, place), value) in best.iter_mut().zip(&mut *place).zip(values) {
                let is_larger = *value > *best || value.is_nan();
                *best = if is_larger { *value } else { *best };
                *place = if is_larger { at as u16 } else { *place };
            }
        }
    }
}
