//! What the tests of all operations share.

/// Values that repeat nowhere soon, in -1..1.
pub(crate) fn values(n: usize, seed: usize) -> Vec<f32> {
    (0..n)
        .map(|i| ((i * 7919 + seed * 104_729) as f32 * 0.618_034).sin())
        .collect()
}

/// In 0..1, so that sums of them do not cancel.
pub(crate) fn positive(n: usize, seed: usize) -> Vec<f32> {
    values(n, seed)
        .into_iter()
        .map(|value| f32::midpoint(value, 1.0))
        .collect()
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
