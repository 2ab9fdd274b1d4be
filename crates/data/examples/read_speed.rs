//! How fast a source reads files, in MB (10^6 bytes) of files per second.
//!
//! `cargo run --release -p plumb-data --example read_speed -- SOURCE FILE …` with SOURCE one of `csv`,
//! `idx`, `npz`, `cifar`, `image_folder`, or any other with its options in TOML:
//! `read_speed -- toml 'csv = { path = "t.csv", label = 3 }'`.
//!
//! Opening, reading, unpacking, hashing, checking and converting all count. Files have been read once
//! before, so they come from the system's memory. `RAYON_NUM_THREADS=1` uses one thread.
#![expect(clippy::print_stdout, reason = "the output is what it is for")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use plumb_data::{Context, Source};

const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let options = match arguments[..] {
        ["csv", path] => format!("csv = {{ path = {path:?}, label = 1 }}"),
        ["idx", images, labels] => {
            format!("idx = {{ images = {images:?}, labels = {labels:?} }}")
        }
        ["npz", path] => format!("npz = {{ path = {path:?} }}"),
        ["npz", path, labels] => format!("npz = {{ path = {path:?}, labels = {labels:?} }}"),
        ["cifar", path] => format!("cifar = {{ path = {path:?}, kind = \"cifar10\" }}"),
        [source, path] if source != "toml" => format!("{source} = {{ path = {path:?} }}"),
        ["toml", text] => text.to_owned(),
        _ => {
            return Err(
                "expected a source and its files, as the first lines of this file say".into(),
            );
        }
    };
    let source: Source = toml::from_str(&options)?;
    let loaded = source.load(&Context::new(0))?;
    let mut n_bytes = 0;
    for file in &loaded.files {
        n_bytes += size(&file.path)?;
    }
    let n_examples = loaded.examples.len();
    drop(loaded);
    let mut rates = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let loaded = source.load(&Context::new(0))?;
        rates.push(n_bytes as f64 / 1e6 / start.elapsed().as_secs_f64());
        // Giving the memory back is not reading, and the peers' is not timed either.
        drop(loaded);
    }
    rates.sort_by(f64::total_cmp);
    let (min, median, max) = (rates[0], rates[RUNS / 2], rates[RUNS - 1]);
    println!(
        "{median:.1} MB/s (min {min:.1}, max {max:.1}; {n_bytes} bytes, {n_examples} examples)"
    );
    Ok(())
}

/// Bytes of a file, or of all files below a folder.
fn size(path: &Path) -> std::io::Result<u64> {
    if !path.is_dir() {
        return Ok(std::fs::metadata(path)?.len());
    }
    let mut n_bytes = 0;
    for entry in std::fs::read_dir(path)? {
        n_bytes += size(&entry?.path())?;
    }
    Ok(n_bytes)
}
