//! Learning curves: the public ones, extrapolated, and drawn ones, whose law is known.

use std::path::Path;

use plumb_diagnostics::Confidence;
use plumb_diagnostics::scaling::{Curve, Point, Scaling};

/// `curve, seen_examples, loss, training` as in the file.
type Row = (String, u64, f64, u8);

#[test]
fn held_out_points_of_five_public_curves() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/scaling_nmt.csv");
    let rows = csv::Reader::from_path(path)
        .expect("the file is there")
        .into_deserialize();
    let rows: Vec<Row> = rows.collect::<Result<_, _>>().expect("rows of the file");
    assert_eq!(rows.len(), 53);
    let mut names: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    names.dedup();
    assert_eq!(names.len(), 5);
    let (mut errors, mut covered) = (Vec::new(), 0);
    for name in names {
        let of = |training: u8| {
            let rows = rows
                .iter()
                .filter(move |row| row.0 == name && row.3 == training);
            rows.map(|row| Point::new(row.1, row.2))
        };
        let curve = Curve::new(&of(1).collect::<Vec<_>>()).unwrap();
        let scaling = Scaling::analyse(&curve, Confidence::default(), 1).unwrap();
        for held_out in of(0) {
            let n = held_out.n as f64;
            let error = (scaling.law.value_at(n) / held_out.value).ln();
            let interval = scaling.predict(n);
            println!(
                "{name:11} exponent {:.3}, floor {:.4}, noise {:.4}: {:.4} predicted ({:.4} to {:.4}), {:.4} \
                 measured, log error {error:+.4}",
                scaling.law.exponent,
                scaling.law.floor,
                scaling.noise,
                scaling.law.value_at(n),
                interval.low,
                interval.high,
                held_out.value
            );
            errors.push(error.abs());
            covered += usize::from(interval.contains(held_out.value));
        }
    }
    assert_eq!(errors.len(), 5);
    let mean = errors.iter().sum::<f64>() / 5.0;
    println!("mean |log error| {mean:.4}, {covered} of 5 within their intervals");
    // The project's own bound, which its STATISTICS.md says that the law reaches.
    assert!(mean <= 0.04, "{mean}");
}
