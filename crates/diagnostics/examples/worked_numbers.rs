//! One of Ng's worked numbers: humans about 0 %, train 10 %, train-dev 11 %, dev 20 %.
//!
//!     cargo run --release -p plumb-diagnostics --example worked_numbers

#![expect(clippy::print_stdout, reason = "an example shows what it computes")]

use plumb_diagnostics::{ErrorCount, Figures, Human, Options, diagnose, remedies};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let figures = Figures {
        human: Some(Human::figure(0.0)?),
        train: Some(ErrorCount::new(5_000, 50_000)?.into()),
        train_dev: Some(ErrorCount::new(220, 2_000)?.into()),
        dev: Some(ErrorCount::new(100, 500)?.into()),
        ..Figures::default()
    };
    let diagnosis = diagnose(&figures, &Options::default())?;

    for gap in &diagnosis.gaps {
        let percent = [gap.size, gap.interval.low, gap.interval.high].map(|size| 100.0 * size);
        let [size, low, high] = percent;
        println!(
            "{:<16}{size:6.1} %  ({low:.1} to {high:.1})  {}",
            gap.kind, gap.verdict
        );
        if let Some(more) = &gap.needed {
            let sets: Vec<String> = more.sets.iter().map(ToString::to_string).collect();
            println!(
                "  {} further examples in {} would settle it",
                more.n_each,
                sets.join(" and in ")
            );
        }
    }
    for kind in &diagnosis.ranked {
        println!("\nagainst {kind}:");
        for remedy in remedies(*kind) {
            println!("  {}", remedy.text());
        }
    }
    Ok(())
}
