//! The fuzz targets without the fuzzer: seeds, and a fixed number of broken versions of each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is a failing test that names its line"
)]

#[allow(dead_code, reason = "the targets call single readers")]
#[path = "../fuzz/readers.rs"]
mod readers;
mod seeds;

use plumb_data::seed::stream;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// Broken versions per seed. All seeds together take about a second.
const N_BROKEN: usize = 300;

#[test]
fn no_reader_panics_on_broken_input() {
    for &(name, read) in readers::READERS {
        let seeds = seeds::of(name);
        assert!(!seeds.is_empty(), "{name} has no seed");
        let mut rng = stream(1, name);
        for seed in &seeds {
            read(seed);
            for _ in 0..N_BROKEN {
                read(&broken(seed, &mut rng));
            }
        }
    }
}

/// One to four changes: bytes set, cut off, repeated, or made extreme.
fn broken(seed: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..rng.random_range(1..=4) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.random_range(0..bytes.len());
        match rng.random_range(0..6) {
            0 => bytes[at] = rng.random(),
            1 => bytes.truncate(at),
            2 => bytes[at] ^= 1 << rng.random_range(0..8),
            3 => {
                let end = bytes.len().min(at + rng.random_range(1..=16));
                bytes.extend_from_within(at..end);
            }
            4 => {
                let end = bytes.len().min(at + 4);
                let extreme = if rng.random() { 0xff } else { 0 };
                bytes[at..end].fill(extreme);
            }
            _ => {
                let end = bytes.len().min(at + rng.random_range(1..=8));
                bytes.drain(at..end);
            }
        }
    }
    bytes
}
