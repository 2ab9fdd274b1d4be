//! How many examples per second each step of synthesis makes, on images of 28 × 28 pixels.
//!
//! `cargo run --release -p plumb-data --example transform_speed`
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::error::Error;
use std::time::Instant;

use plumb_data::source::{Context, Grid, Strokes};
use plumb_data::transform::{Pipeline, Scratch, Step};
use plumb_data::{Examples, seed};
use rayon::prelude::*;

/// Steps as a config has them; several in one line are one pipeline.
const STEPS: [&str; 16] = [
    "{ shift = { pixels = 2 } }",
    "{ rotate = { degrees = 15 } }",
    "{ scale = {} }",
    "{ shear = { degrees = 15 } }",
    "{ shift = { pixels = 2 } }, { rotate = { degrees = 15 } }, { scale = {} }, { shear = { degrees = 15 } }",
    "{ elastic = { amplitude = 1, smoothness = 4 } }",
    "{ blur = {} }",
    "{ noise = { deviation = 0.1 } }",
    "{ noise = { deviation = 0.1, distinct = 50 } }",
    "{ contrast = {} }",
    "{ background = {} }",
    "{ background = { distinct = 50 } }",
    "{ occlusion = { share = 0.3 } }",
    "{ invert = {} }",
    "{ resize = { size = [14, 14] } }",
    "{ shift = { pixels = 2 } }, { rotate = { degrees = 15 } }, { scale = {} }, \
     { elastic = { amplitude = 1, smoothness = 4 } }, { noise = { deviation = 0.1 } }",
];

/// Each figure is the best of so many short rounds: the machine is shared.
const N_ROUNDS: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let grid = Grid {
        height: 28,
        width: 28,
        max: 255.0,
    };
    let digits = Strokes::new(1000).load(&Context::new(7).with_grid(grid))?;
    let examples = digits.examples;
    println!("examples per second, best of {N_ROUNDS}; 1 thread, 2 threads");
    for steps in STEPS {
        #[derive(serde::Deserialize)]
        struct Table {
            steps: Vec<Step>,
        }
        let table: Table = toml::from_str(&format!("steps = [{steps}]"))?;
        let pipeline = Pipeline::new(&table.steps, &examples, 7)?;
        let names: Vec<_> = table.steps.iter().map(Step::name).collect();
        let name = if steps.contains("distinct") {
            format!("{} distinct", names.join("+"))
        } else {
            names.join("+")
        };
        let one = per_second(&pipeline, &examples, 1)?;
        let two = per_second(&pipeline, &examples, 2)?;
        println!("{name:32} {one:12.0} {two:12.0}");
    }
    Ok(())
}

fn per_second(
    pipeline: &Pipeline,
    examples: &Examples,
    n_threads: usize,
) -> Result<f64, Box<dyn Error>> {
    const N: usize = 400;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n_threads)
        .build()?;
    let inputs: Vec<_> = (0..examples.len()).map(|i| examples.example(i)).collect();
    let n_out = pipeline.shape().iter().product::<usize>();
    let base = seed::stream(7, "speed");
    let mut best = f64::MAX;
    for _ in 0..N_ROUNDS {
        let start = Instant::now();
        pool.install(|| {
            (0..N).into_par_iter().for_each_init(
                || (base.clone(), Scratch::default(), vec![0.0; n_out]),
                |(rng, scratch, out), i| {
                    rng.set_stream(i as u64);
                    rng.set_word_pos(0);
                    pipeline.apply(&inputs[i % inputs.len()], rng, scratch, out);
                    std::hint::black_box(out);
                },
            );
        });
        best = best.min(start.elapsed().as_secs_f64());
    }
    Ok(N as f64 / best)
}
