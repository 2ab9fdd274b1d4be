//! What is known per example beside its values, as bytes.

use crate::{Examples, Tag};

/// Labels u32, sources u32, originals u64, every tag u32, each array whole and little-endian.
pub(super) fn to_bytes(examples: &Examples) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |numbers: &[u32]| bytes.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
    put(&examples.labels);
    put(&examples.source);
    for original in &examples.original {
        put(&[*original as u32, (*original >> 32) as u32]);
    }
    for tag in &examples.tags {
        put(&tag.of);
    }
    bytes
}

/// Fills the arrays of `n` examples; classes, sources and the values of tags are known already.
///
/// False if there are more or fewer bytes than that, or if one of them is an index into nothing.
pub(super) fn fill(examples: &mut Examples, n: usize, bytes: &[u8]) -> bool {
    let (numbers, rest) = bytes.as_chunks();
    let n_arrays = 4 + examples.tags.len();
    if !rest.is_empty() || n.checked_mul(n_arrays) != Some(numbers.len()) {
        return false;
    }
    let numbers: Vec<u32> = numbers.iter().map(|n| u32::from_le_bytes(*n)).collect();
    let (labels, numbers) = numbers.split_at(n);
    let (source, numbers) = numbers.split_at(n);
    let (original, numbers) = numbers.split_at(2 * n);
    examples.labels = labels.to_vec();
    examples.source = source.to_vec();
    let (pairs, _) = original.as_chunks();
    let original = pairs
        .iter()
        .map(|&[low, high]| u64::from(low) | u64::from(high) << 32);
    examples.original = original.collect();
    let index_into = |of: &[u32], n: usize| of.iter().all(|&i| (i as usize) < n);
    let mut fits = index_into(labels, examples.classes.len())
        && index_into(source, examples.source_names.len());
    for (tag, of) in examples.tags.iter_mut().zip(numbers.chunks(n.max(1))) {
        let Tag { values, of: to, .. } = tag;
        *to = of.to_vec();
        fits &= index_into(of, values.len());
    }
    fits
}
