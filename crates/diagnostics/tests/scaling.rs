//! Learning curves that are public, extrapolated.

use std::path::Path;

use plumb_diagnostics::Confidence;
use plumb_diagnostics::scaling::{Curve, Point, Scaling};

/// `curve, seen_examples, loss, training` as in the file; origin: `tests/oracles/README.md`.
type Row = (String, u64, f64, u8);

/// The five curves: name, points to fit, points held out.
fn public_curves() -> Vec<(String, Vec<Point>, Vec<Point>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/scaling_nmt.csv");
    let rows = csv::Reader::from_path(path)
        .expect("the file is there")
        .into_deserialize();
    let rows: Vec<Row> = rows.collect::<Result<_, _>>().expect("rows of the file");
    assert_eq!(rows.len(), 53);
    let mut names: Vec<String> = rows.iter().map(|row| row.0.clone()).collect();
    names.dedup();
    assert_eq!(names.len(), 5);
    let points = |name: &str, training: u8| {
        let of = rows.iter().filter(|row| row.0 == name && row.3 == training);
        of.map(|row| Point::new(row.1, row.2)).collect()
    };
    let curve = |name: String| (name.clone(), points(&name, 1), points(&name, 0));
    names.into_iter().map(curve).collect()
}

#[test]
fn held_out_points_of_five_public_curves() {
    let (mut errors, mut covered) = (Vec::new(), 0);
    for (name, points, held_out) in public_curves() {
        let curve = Curve::new(&points).unwrap();
        let scaling = Scaling::analyse(&curve, Confidence::default(), 1).unwrap();
        let law = scaling.law;
        for point in held_out {
            let n = point.n as f64;
            let (predicted, interval) = (law.value_at(n), scaling.predict(n));
            let error = (predicted / point.value).ln();
            println!(
                "{name:11} exponent {:.3}, floor {:.4}, noise {:.4}: {predicted:.4} predicted ({:.4} to {:.4}), \
                 {:.4} measured, log error {error:+.4}",
                law.exponent, law.floor, scaling.noise, interval.low, interval.high, point.value
            );
            errors.push(error.abs());
            covered += usize::from(interval.contains(point.value));
        }
    }
    assert_eq!(errors.len(), 5);
    let mean = errors.iter().sum::<f64>() / 5.0;
    println!("mean |log error| {mean:.4}, {covered} of 5 within their intervals");
    // The bound that the project set itself, which its STATISTICS.md says that the law reaches.
    assert!(mean <= 0.04, "{mean}");
    // Of five 95 % intervals fewer than four hold the truth by chance in 2.3 % of cases (binomial).
    assert!(covered >= 4, "{covered}");
}

/// The training rows alone: every next point of a curve, from the fifth on, predicted from those before. The
/// weight of a size was chosen by this figure (see `law.rs`), not by the points that are held out.
#[test]
fn next_points_of_the_training_rows() {
    let (mut errors, mut covered, mut further) = (Vec::new(), 0, Vec::new());
    for (_, points, _) in public_curves() {
        for k in 5..points.len() {
            let curve = Curve::new(&points[..k]).unwrap();
            let scaling = Scaling::analyse(&curve, Confidence::default(), 1).unwrap();
            let next = points[k];
            covered += usize::from(scaling.predict(next.n as f64).contains(next.value));
            for later in &points[k + 1..] {
                let held = scaling.predict(later.n as f64).contains(later.value);
                further.push(held);
            }
            errors.push(
                (scaling.law.value_at(next.n as f64) / next.value)
                    .ln()
                    .abs(),
            );
        }
    }
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    println!(
        "mean |log error| of {} next points: {mean:.4}; {covered} within their intervals",
        errors.len()
    );
    let held = further.iter().filter(|&&held| held).count();
    println!(
        "{held} of {} points further on within theirs",
        further.len()
    );
    // Equal weights come to 4.14 %, by a search over a grid in another program (Python).
    assert!(errors.len() == 23 && mean < 0.041, "{mean}");
    // 95 % of 23, less three standard errors (binomial): 18.7.
    assert!(covered >= 19, "{covered}");
}
