#![no_main]

#[allow(dead_code, reason = "each target uses one of them")]
#[path = "../readers.rs"]
mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::npz(bytes));
