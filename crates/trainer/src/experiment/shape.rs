//! Where curves cross, and where one is highest.
//!
//! Between its points a curve is straight, over the logarithm of x where all x are positive; curves that cross also in
//! the logarithm of y where all y of both are positive, since error falls as a power of the number of examples.

/// The x at which two curves cross; `xs` ascend, and both curves have a y at each.
///
/// # Errors
/// Why there is no such place, or no single one.
pub(super) fn crossing(xs: &[f64], [one, other]: [&[f64]; 2]) -> Result<f64, String> {
    let scale = Scale::of(xs);
    let y_scale = Scale::of(&[one, other].concat());
    let ys = one.iter().zip(other);
    let differences = ys.map(|(&one, &other)| y_scale.place(one) - y_scale.place(other));
    let points = xs.iter().map(|&x| scale.place(x)).zip(differences);
    let mut crossings = Vec::new();
    // The last point at which one was above the other; those between where both are equal are where they meet.
    let mut before: Option<(f64, f64)> = None;
    let mut equal = Vec::new();
    for (x, difference) in points {
        if difference == 0.0 {
            equal.push(x);
            continue;
        }
        if let Some((last_x, last)) = before
            && (last > 0.0) != (difference > 0.0)
        {
            let place = if equal.is_empty() {
                last_x + (x - last_x) * last / (last - difference)
            } else {
                equal.iter().sum::<f64>() / equal.len() as f64
            };
            crossings.push(scale.value(place));
        }
        equal.clear();
        before = Some((x, difference));
    }
    match crossings[..] {
        [only] => Ok(only),
        [] => Err("the curves don't cross".into()),
        _ => Err(format!("the curves cross {} times", crossings.len())),
    }
}

/// The x at which a curve is highest: the top of the parabola through its highest point and the two beside it.
/// `xs` ascend.
///
/// # Errors
/// Where the curve is highest at one of its ends, so that the top may lie beyond.
pub(super) fn peak(xs: &[f64], ys: &[f64]) -> Result<f64, String> {
    let scale = Scale::of(xs);
    let highest = (0..ys.len()).max_by(|&a, &b| ys[a].total_cmp(&ys[b]).then(b.cmp(&a)));
    let Some(at) = highest.filter(|&at| at > 0 && at + 1 < ys.len()) else {
        return Err("the curve is highest at one of its ends".into());
    };
    let [left, middle, right] = [at - 1, at, at + 1].map(|at| (scale.place(xs[at]), ys[at]));
    let slope = |a: (f64, f64), b: (f64, f64)| (b.1 - a.1) / (b.0 - a.0);
    let (rise, fall) = (slope(left, middle), slope(middle, right));
    // Slopes belong to the middles of the two sections; between them the slope is straight.
    let (from, to) = (
        f64::midpoint(left.0, middle.0),
        f64::midpoint(middle.0, right.0),
    );
    let top = if rise > fall {
        from + (to - from) * rise / (rise - fall)
    } else {
        middle.0
    };
    Ok(scale.value(top))
}

/// The mean of places on an axis: of their logarithms where the axis is logarithmic.
pub(super) fn mean(xs: &[f64], places: &[f64]) -> f64 {
    let scale = Scale::of(xs);
    let sum: f64 = places.iter().map(|&x| scale.place(x)).sum();
    scale.value(sum / places.len() as f64)
}

/// How x is drawn.
#[derive(Clone, Copy)]
enum Scale {
    Linear,
    Log,
}

impl Scale {
    fn of(xs: &[f64]) -> Self {
        if xs.iter().all(|&x| x > 0.0) {
            Self::Log
        } else {
            Self::Linear
        }
    }

    fn place(self, x: f64) -> f64 {
        match self {
            Self::Linear => x,
            Self::Log => x.ln(),
        }
    }

    fn value(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log => place.exp(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hand computation.
    #[test]
    fn curves_cross_where_lines_between_their_points_do() {
        fn check(xs: &[f64], differences: &[f64], expected: Result<f64, &str>) {
            let zeros = vec![0.0; xs.len()];
            check_curves(xs, [differences, &zeros], expected);
        }
        fn check_curves(xs: &[f64], curves: [&[f64]; 2], expected: Result<f64, &str>) {
            match (crossing(xs, curves), expected) {
                (Ok(got), Ok(expected)) => {
                    assert!(
                        (got - expected).abs() < 1e-9 * expected.abs().max(1.0),
                        "{got}, {expected}"
                    );
                }
                (got, expected) => assert_eq!(got, expected.map_err(str::to_owned)),
            }
        }
        // Halfway between 100 and 10,000 in logarithms, a quarter of the way with -1 and 3.
        check(&[100.0, 10_000.0], &[1.0, -1.0], Ok(1_000.0));
        check(&[1.0, 16.0], &[-1.0, 3.0], Ok(2.0));
        // Straight where 0 is an x.
        check(&[0.0, 8.0], &[-1.0, 3.0], Ok(2.0));
        // Where they meet at a point; where they only touch.
        check(&[1.0, 2.0, 3.0], &[1.0, 0.0, -1.0], Ok(2.0));
        check(
            &[1.0, 2.0, 3.0],
            &[1.0, 0.0, 1.0],
            Err("the curves don't cross"),
        );
        check(&[1.0, 2.0], &[0.0, 0.0], Err("the curves don't cross"));
        check(&[], &[], Err("the curves don't cross"));
        check(
            &[1.0, 2.0, 3.0],
            &[1.0, -1.0, 1.0],
            Err("the curves cross 2 times"),
        );
        // Power laws: 8/x and 2/√x are equal where √x is 4.
        check_curves(&[1.0, 100.0], [&[8.0, 0.08], &[2.0, 0.2]], Ok(16.0));
    }

    #[test]
    fn places_are_averaged_as_they_are_drawn() {
        let near = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-12, "{got}");
        near(mean(&[1.0, 100.0], &[2.0, 8.0]), 4.0);
        near(mean(&[0.0, 100.0], &[2.0, 8.0]), 5.0);
    }

    #[test]
    fn a_peak_is_the_top_of_a_parabola() {
        fn check(xs: &[f64], ys: &[f64], expected: Result<f64, &str>) {
            match (peak(xs, ys), expected) {
                (Ok(got), Ok(expected)) => {
                    assert!((got - expected).abs() < 1e-9, "{got}, {expected}");
                }
                (got, expected) => assert_eq!(got, expected.map_err(str::to_owned)),
            }
        }
        // y = -(x - 1.2)² at -1, 1, 2, by hand.
        let parabola = |x: f64| -(x - 1.2) * (x - 1.2);
        let xs = [-3.0, -1.0, 1.0, 2.0];
        check(&xs, &xs.map(parabola), Ok(1.2));
        // Even on both sides in logarithms.
        check(&[1.0, 10.0, 100.0], &[0.0, 1.0, 0.0], Ok(10.0));
        let end = Err("the curve is highest at one of its ends");
        check(&[1.0, 2.0, 3.0], &[0.0, 1.0, 2.0], end);
        check(&[1.0, 2.0], &[1.0, 1.0], end);
        check(&[], &[], end);
        // Of equal ones, the first.
        check(
            &[1.0, 2.0, 4.0, 8.0],
            &[0.0, 1.0, 1.0, 0.0],
            Ok(2.0 * 2.0_f64.sqrt()),
        );
    }
}
