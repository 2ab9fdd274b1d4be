//! Measures values beyond the memory budget against values in memory; see `values/view.rs`.
//!
//! `cargo run --release -p plumb-data --example large -- FOLDER resident|on_disk [GIGABYTES]`
//!
//! One run per process, since the peak memory is the process's. Examples are 3 × 32 × 32 bytes.
#![expect(clippy::print_stdout, reason = "figures for people")]

use std::path::PathBuf;
use std::time::Instant;

use plumb_data::{
    Examples, Memory, Normalization, Normalizer, Values, ValuesBuilder, seed::stream,
};
use rand::seq::SliceRandom;

const WIDTH: usize = 3 * 32 * 32;
const BATCH: usize = 128;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder: PathBuf = arguments.next().ok_or("FOLDER is missing")?.into();
    let way = arguments.next().ok_or("resident or on_disk is missing")?;
    let gigabytes: f64 = arguments.next().map_or(Ok(2.0), |text| text.parse())?;
    let n = (gigabytes * 1e9 / WIDTH as f64) as usize;
    let memory = match way.as_str() {
        "resident" => Memory::unlimited(),
        _ => Memory {
            budget_bytes: 500_000_000,
            folder,
        },
    };
    let time = Instant::now();
    let mut builder = ValuesBuilder::new(&memory);
    let mut row = [0; WIDTH];
    for i in 0..n as u64 {
        let mut state = i;
        for bytes in row.chunks_exact_mut(8) {
            // splitmix64 (Steele et al., OOPSLA 2014).
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bytes.copy_from_slice(&(mixed ^ (mixed >> 27)).to_le_bytes());
        }
        builder.push_u8(&row)?;
    }
    let values = builder.finish()?;
    report("made", n, &time);
    let all = Examples {
        shape: vec![3, 32, 32],
        values,
        range: Some((0.0, 255.0)),
        labels: vec![0; n],
        classes: vec!["a".into()],
        source: vec![0; n],
        source_names: vec!["made".into()],
        original: (0..n as u64).collect(),
        tags: Vec::new(),
    };

    let time = Instant::now();
    println!("{}", all.sha256());
    report("sha256", n, &time);

    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut stream(1, "split"));
    let train = all.select(&order[..n - n / 10]);
    if matches!(all.values, Values::U8(_)) {
        println!("a copy of nine tenths more is in memory now");
    }
    let n = train.len();
    let time = Instant::now();
    let normalizer = Normalizer::fit(Normalization::Standardize, &train)?;
    report("fit", n, &time);

    let scaled = normalizer.over(&train.values);
    let mut batch = Vec::new();
    for epoch in 0..2 {
        let mut order: Vec<u32> = (0..n as u32).collect();
        order.shuffle(&mut stream(epoch, "order"));
        let mut sum = 0.0;
        let time = Instant::now();
        for rows in order.chunks(BATCH) {
            scaled.gather(rows, &mut batch)?;
            sum += batch[0];
        }
        report(&format!("epoch {epoch} in random order ({sum})"), n, &time);
    }
    let mut row = vec![0.0; WIDTH];
    let time = Instant::now();
    for i in 0..n {
        train.values.read_row(WIDTH, i, &mut row)?;
    }
    report("read_row, one thread", n, &time);
    Ok(())
}

fn report(what: &str, n: usize, time: &Instant) {
    let secs = time.elapsed().as_secs_f64();
    let gb_per_s = (n * WIDTH) as f64 / secs / 1e9;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!(
        "{what}: {:.0} rows/s, {gb_per_s:.2} GB/s, {secs:.2} s; {}",
        n as f64 / secs,
        peak.unwrap_or("peak memory unknown")
    );
}
