//! One seed for everything; one independent stream per purpose.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// Returns the random stream that `seed` has for `purpose`.
///
/// The key of the stream is the sha256 of the seed (8 bytes, little-endian) followed by the purpose,
/// so streams of different purposes or seeds are unrelated, and drawing more from one leaves the
/// others as they are.
#[must_use]
pub fn stream(seed: u64, purpose: &str) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(purpose.as_bytes());
    ChaCha8Rng::from_seed(hash.finalize().into())
}

/// Returns the seed that `seed` has for `purpose`: a seed of streams of its own.
#[must_use]
pub fn derive(seed: u64, purpose: &str) -> u64 {
    stream(seed, purpose).next_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_and_purpose_is_the_same_stream_and_any_other_is_not() {
        let first = |seed, purpose| stream(seed, purpose).next_u64();
        assert_eq!(first(7, "split"), first(7, "split"));
        assert_ne!(first(7, "split"), first(8, "split"));
        assert_ne!(first(7, "split"), first(7, "order"));
    }
}
