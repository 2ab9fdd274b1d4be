use super::*;

/// Points on `floor` + 4 n^(−1/2), at sizes whose roots are whole.
fn series(name: &str, parameters: usize, floor: f64) -> Series {
    let point = |examples: u64| {
        let value = floor + 4.0 / (examples as f64).sqrt();
        Point {
            examples,
            trainings: vec![Training {
                value,
                seed: None,
                count: None,
            }],
            mean: value,
            interval: None,
        }
    };
    Series {
        name: name.into(),
        parameters: Some(parameters),
        points: [400, 1600, 6400, 25_600].map(point).to_vec(),
        held_out: vec![point(102_400)],
    }
}

fn curves(goal: Option<f64>) -> Curves {
    let series = vec![series("small", 100, 0.1), series("large", 1000, 0.02)];
    let judged = Judged {
        on: SetName::Dev,
        confidence: Confidence::default(),
        goal,
        is_held_out: false,
    };
    Curves::new("dev error".into(), true, series, &judged)
}

/// The targets of a curve as they are told, without the fit's intervals.
fn told(goal: f64, curve: usize) -> String {
    let curves = curves(Some(goal));
    let law = curves.fits[curve].law().unwrap();
    curves.target_text(curve, &law.targets[0])
}

#[test]
fn laws_are_found_and_held_out_points_predicted() {
    let curves = curves(None);
    for (fit, floor) in curves.fits.iter().zip([0.1, 0.02]) {
        let law = fit.law().unwrap();
        assert!((law.law.floor - floor).abs() < 1e-6, "{:?}", law.law);
        assert!((law.law.exponent - 0.5).abs() < 1e-5);
        // 4/320 above the floor
        let held_out = law.held_out[0];
        assert!((held_out.predicted - floor - 0.0125).abs() < 1e-6);
        assert!(held_out.log_error.abs() < 1e-4);
    }
    assert!(curves.mean_log_error.unwrap() < 1e-4);
}

#[test]
fn the_last_point_can_be_held_out() {
    let judged = Judged {
        on: SetName::Dev,
        confidence: Confidence::default(),
        goal: None,
        is_held_out: true,
    };
    let mut one = series("a", 1, 0.02);
    one.points.extend(one.held_out.pop());
    let curves = Curves::new("dev error".into(), true, vec![one], &judged);
    let law = curves.fits[0].law().unwrap();
    let examples: Vec<u64> = law.held_out.iter().map(|point| point.examples).collect();
    assert_eq!(examples, [102_400]);
    assert_eq!(curves.series[0].points.len(), 4);
}

#[test]
fn a_target_is_reached_by_data_or_by_the_next_size() {
    // Measured: 0.1 + 4/80 at 6,400.
    assert_eq!(told(0.16, 0), "  to reach 16.00 %: 6,400 examples do\n");
    // Below the small one's floor; the large one has 0.02 + 4/80 at 6,400.
    let text = told(0.08, 0);
    assert!(text.contains("no number of examples"), "{text}");
    assert!(
        text.ends_with("or large, which has 7.00 at 6,400\n"),
        "{text}"
    );
    // The large one takes (4/0.01)² = 160,000.
    let text = told(0.03, 0);
    assert!(text.ends_with("or large with about 160,000\n"), "{text}");
    let text = told(0.03, 1);
    assert!(
        text.starts_with("  to reach 3.00 %: about 160,000 examples ("),
        "{text}"
    );
}

#[test]
fn without_a_goal_the_next_round_steps_are_asked_for() {
    let check = |floor: f64, expected: &[f64]| {
        // 0.025 above the floor at the most examples
        let found = steps(&[series("a", 1, floor)]);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} for {expected}");
        }
    };
    check(0.1, &[0.1, 0.05]); // below 0.125
    check(0.02, &[0.02, 0.01]); // below 0.045
    check(-0.005, &[0.01, 0.005]); // below 0.02
    assert!(steps(&[]).is_empty());
}
