//! What the tests of all operations share.

use pulp::Arch;

/// All kinds of vectors that this processor has; one binary takes the best of them where it runs.
pub(crate) fn kinds() -> Vec<Arch> {
    let mut kinds = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    {
        kinds.extend(pulp::x86::V3::try_new().map(Arch::V3));
        kinds.extend(pulp::x86::V4::try_new().map(Arch::V4));
    }
    kinds
}

/// Values that repeat nowhere soon, in -1..1.
pub(crate) fn values(n: usize, seed: usize) -> Vec<f32> {
    (0..n)
        .map(|i| ((i * 7919 + seed * 104_729) as f32 * 0.618_034).sin())
        .collect()
}

/// In -1..1, drawn by the generator splitmix64 (Steele, Lea and Flood, OOPSLA 2014). At some distances [`values`] come
/// nearly again: what is made of their differences is then mostly made of rounding errors.
pub(crate) fn scattered(n: usize, seed: u64) -> Vec<f32> {
    let draw = |i: u64| {
        let z = (seed << 32 | i).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) >> 40) as f32 / 8_388_608.0 - 1.0
    };
    (0..n as u64).map(draw).collect()
}

/// The same, of which about the given share is zero, of either sign.
pub(crate) fn sparse(n: usize, zeros: f32, seed: u64) -> Vec<f32> {
    let drawn = scattered(n, seed + 1).into_iter();
    let value = |(value, drawn): (f32, f32)| {
        if f32::midpoint(drawn, 1.0) < zeros {
            0.0_f32.copysign(value)
        } else {
            value
        }
    };
    scattered(n, seed)
        .into_iter()
        .zip(drawn)
        .map(value)
        .collect()
}

/// In 0..1, so that sums of them do not cancel.
pub(crate) fn positive(n: usize, seed: usize) -> Vec<f32> {
    values(n, seed)
        .into_iter()
        .map(|value| f32::midpoint(value, 1.0))
        .collect()
}

/// The same, rounded to eighths: sums of their products are exact, so that whoever adds them finds the same largest one
/// and the same ones above zero, and small sums of large terms are right too.
pub(crate) fn eighths(mut values: Vec<f32>) -> Vec<f32> {
    for value in &mut values {
        *value = (*value * 8.0).round() / 8.0;
    }
    values
}

/// What is normalized, `[batch, width]`, and the gradient of what comes out. Neighbours differ, along either axis, by one
/// or more, means are not zero, and the gradient grows with the input: so no sum cancels, of however few values.
pub(crate) fn normalized(batch: usize, width: usize) -> [Vec<f32>; 2] {
    let parity = |at: usize| ((at / width + at % width) % 2) as f32;
    let input: Vec<f32> = (0..)
        .zip(scattered(batch * width, 1))
        .map(|(at, x)| 2.0 * parity(at) + x / 2.0 + 1.0)
        .collect();
    let gradient = scattered(batch * width, 2).into_iter().zip(&input);
    let gradient = gradient.map(|(a, b)| 1.0 + a + b).collect();
    [input, gradient]
}

/// To 1e-5 of the norm of what is expected.
pub(crate) fn assert_close<E: Copy + Into<f64>>(actual: &[f32], expected: &[E], what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    let size = norm(&mut expected.iter().map(|&x| x.into()));
    let off = norm(
        &mut actual
            .iter()
            .zip(expected)
            .map(|(&a, &e)| f64::from(a) - e.into()),
    );
    assert!(off <= 1e-5 * size + 1e-12, "{what}: off by {off} of {size}");
}
