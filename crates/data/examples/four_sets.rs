//! Two chunks become four sets: digits drawn by rule for training, real handwriting for what counts.
//!
//!     cargo run --release -p plumb-data --example four_sets

#![expect(clippy::print_stdout, reason = "an example shows what it computes")]

use plumb_data::{
    Context, Normalization, Normalizer, SplitPlan,
    source::{Csv, Grid, Strokes},
    split,
};

const REAL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../data/optdigits/optdigits.csv"
);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = Csv {
        shape: Some(vec![1, 8, 8]),
        range: Some([0.0, 16.0]),
        ..Csv::new(REAL, "digit")
    };
    let target = target.load(&Context::new(7))?.examples;
    // Drawn digits take the size and the range of the real ones.
    let grid = Grid {
        height: 8,
        width: 8,
        max: 16.0,
    };
    let context = Context {
        grid: Some(grid),
        ..Context::new(7)
    };
    let general = Strokes::new(2_000).load(&context)?.examples;

    let plan = SplitPlan::new(200_usize, 500_usize, 500_usize);
    let sets = split(&general, &target, &plan, 7)?;
    for (name, set) in [
        ("train", &sets.train),
        ("train-dev", &sets.train_dev),
        ("dev", &sets.dev),
        ("test", &sets.test),
    ] {
        println!("{name:<10}{:>6} examples, {:?} each", set.len(), set.shape);
    }

    // Fitted on train alone, and then the same for all sets.
    let normalizer = Normalizer::fit(Normalization::Standardize, &sets.train)?;
    let values = normalizer.apply(&sets.dev);
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    println!("values of dev lie {mean:.2} deviations of train's from its mean");
    Ok(())
}
