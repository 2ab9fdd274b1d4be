use std::fmt::Write;

use super::{Measured, Spread};
use crate::{device::traffic::Traffic, progress::thousands};

/// What was measured, for people: one line each.
pub(crate) fn text(measured: &Measured) -> String {
    let mut text = String::new();
    let steps = thousands(u64::from(measured.steps));
    let blocks = match measured.steps_per_block {
        1 => format!("median of {steps} steps"),
        n => format!("median of {steps} steps, timed in blocks of {n}"),
    };
    let passes = format!(
        "median of {} passes over {} examples",
        measured.evaluations,
        thousands(measured.evaluated_examples as u64)
    );
    let work = &measured.multiply_adds;
    let billions = |per_sec: f64| digits(per_sec / 1e9);
    let lines = [
        ("training step", spread(&measured.step_ms, "ms", &blocks)),
        (
            "training",
            spread(&measured.train_examples_per_sec, "examples per second", ""),
        ),
        (
            "evaluation",
            spread(
                &measured.evaluate_examples_per_sec,
                "examples per second",
                &passes,
            ),
        ),
        (
            "multiply-adds",
            format!(
                "{} billion per second in training, {:.0} % of the {} billion that the matrix product reaches alone",
                billions(work.per_sec),
                100.0 * work.share,
                billions(work.largest_per_sec),
            ),
        ),
        (
            "peak memory",
            match measured.peak_memory_bytes {
                Some(bytes) => format!("{} MB, data included", digits(bytes as f64 / 1e6)),
                None => "unknown on this system".into(),
            },
        ),
    ];
    let transfers = measured.transfers.map(|transfers| {
        let Traffic {
            to_device,
            from_device,
        } = transfers;
        (
            "transfers",
            format!("{to_device} to the device and {from_device} back in all {steps} steps"),
        )
    });
    for (name, value) in lines.into_iter().chain(transfers) {
        writeln!(text, "{name:15} {value}").ok();
    }
    text
}

fn spread(spread: &Spread, unit: &str, of: &str) -> String {
    let [median, min, max] = [spread.median, spread.min, spread.max].map(digits);
    let of = if of.is_empty() {
        String::new()
    } else {
        format!("; {of}")
    };
    format!("{median} {unit} ({min} to {max}{of})")
}

/// Three digits: more would be noise.
fn digits(value: f64) -> String {
    match value {
        value if value >= 1000.0 => {
            let unit = 10_f64.powf(value.log10().floor() - 2.0);
            thousands(((value / unit).round() * unit).round() as u64)
        }
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value if value >= 1.0 => format!("{value:.2}"),
        value => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::MultiplyAdds;

    /// By hand.
    #[test]
    fn three_digits() {
        let cases = [
            (0.1234, "0.123"),
            (1.234, "1.23"),
            (12.34, "12.3"),
            (123.4, "123"),
            (1_234.5, "1,230"),
            (999.6, "1000"),
            (1_000.0, "1,000"),
            (99_950.0, "100,000"),
            (103_499.0, "103,000"),
        ];
        for (value, expected) in cases {
            assert_eq!(digits(value), expected);
        }
    }

    /// Invented figures: the share is 25 of 100.
    #[test]
    fn the_report() {
        let measured = |steps_per_block, peak_memory_bytes| Measured {
            steps: 1200,
            steps_per_block,
            steps_secs: 1.5,
            step_ms: Spread {
                median: 1.25,
                min: 1.0,
                max: 20.0,
            },
            train_examples_per_sec: Spread {
                median: 102_400.0,
                min: 6_400.0,
                max: 128_000.0,
            },
            evaluations: 5,
            evaluated_examples: 5_800,
            evaluate_examples_per_sec: Spread {
                median: 400_000.0,
                min: 390_000.0,
                max: 410_000.0,
            },
            multiply_adds: MultiplyAdds {
                per_forward: 100,
                per_training_example: 250.0,
                per_sec: 2.5e10,
                largest_per_sec: 1e11,
                share: 0.25,
            },
            transfers: (steps_per_block > 1).then_some(Traffic {
                to_device: 3,
                from_device: 2,
            }),
            peak_memory_bytes,
        };
        let texts = [measured(1, Some(245_000_000)), measured(10, None)].map(|one| text(&one));
        insta::assert_snapshot!(texts.join("\n"));
    }
}
