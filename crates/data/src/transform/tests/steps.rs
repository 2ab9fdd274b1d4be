//! What single steps do, through the whole pipeline.

use super::*;

/// The values of an image after `steps`, in a range of 0..=100 that has no whole steps.
fn after(steps: &str, height: usize, width: usize, values: &[f32]) -> Vec<f32> {
    let examples = examples(
        &[1, height, width],
        Values::F32(values.to_vec()),
        Some((0.0, 100.0)),
    );
    super::values(&make(&examples, &copies(steps, 1)))
}

#[test]
fn contrast_and_inversion_are_by_formula() {
    // The mean is 30: 30 + 2 (v - 30), clamped to 0..=100.
    let found = after(
        "{ contrast = { range = [2, 2] } }",
        1,
        3,
        &[10.5, 20.0, 59.5],
    );
    assert_eq!(found, [0.0, 10.0, 89.0]);
    let found = after(
        "{ contrast = { range = [0, 0] } }",
        1,
        3,
        &[10.5, 20.0, 59.5],
    );
    assert_eq!(found, [30.0, 30.0, 30.0]);
    let found = after(
        "{ invert = { probability = 1 } }",
        1,
        3,
        &[0.0, 20.5, 100.0],
    );
    assert_eq!(found, [100.0, 79.5, 0.0]);
}

/// Copies of a soft dot at (x, y) pixels from the centre of 31 × 31, with the bin that `tag` has for
/// each and the place of the dot in its copy.
fn moved_dots(steps: &str, tag: &str, [x, y]: [f32; 2]) -> Vec<(String, [f32; 2])> {
    let at = |i: usize| [(i % 31) as f32 - 15.0, (i / 31) as f32 - 15.0];
    let dot = |i: usize| {
        let [u, v] = at(i);
        90.5 * (-((u - x).powi(2) + (v - y).powi(2)) / 4.0).exp()
    };
    let values = (0..31 * 31).map(dot).collect();
    let one = examples(&[1, 31, 31], Values::F32(values), Some((0.0, 100.0)));
    let made = make(&one, &copies(steps, 40));
    let bins = made.tag(tag).unwrap();
    let place = |i: usize| {
        let pixels = made.example(i);
        let sum: f32 = pixels.iter().sum();
        let mean = |k: usize| (0..pixels.len()).map(|j| pixels[j] * at(j)[k]).sum::<f32>() / sum;
        [mean(0), mean(1)]
    };
    (0..made.len())
        .map(|i| (bins.get(i).to_owned(), place(i)))
        .collect()
}

#[test]
fn the_bin_of_a_tag_holds_what_was_done() {
    let check = |steps: &str, tag: &str, dot: [f32; 2], measure: fn([f32; 2]) -> f32, slack| {
        let moved = moved_dots(steps, tag, dot);
        for (bin, place) in &moved {
            let (low, high) = bin.split_once(" to ").unwrap();
            let (low, high): (f32, f32) = (low.parse().unwrap(), high.parse().unwrap());
            let found = measure(*place);
            assert!(
                (low - slack..=high + slack).contains(&found),
                "{tag} {found}, said to be {bin}"
            );
        }
        let distinct: std::collections::BTreeSet<_> = moved.iter().map(|(bin, _)| bin).collect();
        assert_eq!(distinct.len(), 4, "{tag}");
    };
    // Counter-clockwise from the right, where y is down.
    let angle = |[x, y]: [f32; 2]| (-y).atan2(x).to_degrees();
    check(
        "{ rotate = { degrees = 90 } }",
        "rotate",
        [8.0, 0.0],
        angle,
        0.5,
    );
    let radius = |[x, y]: [f32; 2]| x.hypot(y) / 5.0;
    check(
        "{ scale = { range = [0.6, 1.4] } }",
        "scale",
        [3.0, -4.0],
        radius,
        0.01,
    );
    check(
        "{ shift = { pixels = 6 } }",
        "shift_x",
        [2.0, 1.0],
        |p| p[0] - 2.0,
        0.02,
    );
    check(
        "{ shift = { pixels = 6 } }",
        "shift_y",
        [2.0, 1.0],
        |p| p[1] - 1.0,
        0.02,
    );
    // At the height of 6 the lean moves it by 6 tan(angle) to the right.
    let lean = |[x, _]: [f32; 2]| (x / 6.0).atan().to_degrees();
    check(
        "{ shear = { degrees = 45 } }",
        "shear",
        [0.0, -6.0],
        lean,
        0.5,
    );
}

#[test]
fn what_is_drawn_from_a_range_fills_it_evenly() {
    let moved = moved_dots("{ shift = { pixels = 6 } }", "shift_x", [0.0, 0.0]);
    let mean = moved.iter().map(|(_, [x, _])| x).sum::<f32>() / 40.0;
    let square = moved.iter().map(|(_, [x, _])| x * x).sum::<f32>() / 40.0;
    // Uniform in -6..=6: variance 12; 5 standard errors of the mean (sqrt(12/40)), and of the
    // square, whose deviation is 6² × sqrt(1/5 - 1/9) = 10.7.
    assert!(mean.abs() < 5.0 * (12.0_f32 / 40.0).sqrt(), "{mean}");
    assert!(
        (square - 12.0).abs() < 5.0 * 10.7 / 40.0_f32.sqrt(),
        "{square}"
    );
}

#[test]
fn elastic_displaces_by_its_amplitude() {
    // On a ramp a pixel's change is its displacement to the right.
    let (side, amplitude) = (31, 1.5);
    let ramp = (0..side * side).map(|i| (i % side) as f32 + 0.5).collect();
    let one = examples(&[1, side, side], Values::F32(ramp), Some((0.0, 100.0)));
    let n = 2000;
    let steps = format!("{{ elastic = {{ amplitude = {amplitude}, smoothness = 3 }} }}");
    let made = make(&one, &copies(&steps, n));
    let centre = side / 2 * side + side / 2;
    let change = |i: usize| made.values.get(i * side * side + centre) - 15.5;
    let mean = (0..n).map(change).sum::<f32>() / n as f32;
    let variance = (0..n).map(|i| change(i).powi(2)).sum::<f32>() / n as f32;
    let expected = amplitude * amplitude;
    // Standard errors: a/sqrt(n), and a² sqrt(2/n) for the variance; 5 of each.
    assert!(mean.abs() < 5.0 * amplitude / (n as f32).sqrt(), "{mean}");
    assert!(
        (variance - expected).abs() < 5.0 * expected * (2.0 / n as f32).sqrt(),
        "{variance}"
    );
}

#[test]
fn elastic_before_a_step_is_changed_by_it() {
    // On a ramp a pixel's change is its displacement down; the centre stays where it is.
    let side = 31;
    let ramp = (0..side * side).map(|i| (i / side) as f32 + 0.5).collect();
    let one = examples(&[1, side, side], Values::F32(ramp), Some((0.0, 100.0)));
    let steps = "{ elastic = { amplitude = 1, smoothness = 3 } }, { scale = { range = [2, 2] } }";
    let made = make(&one, &copies(steps, 1000));
    let centre = side / 2 * side + side / 2;
    let change = |i: usize| made.values.get(i * side * side + centre) - 15.5;
    let variance = (0..1000).map(|i| change(i).powi(2)).sum::<f32>() / 1000.0;
    // Bent before it is enlarged: by 1 pixel of the original, not by 1/2.
    assert!((variance - 1.0).abs() < 5.0 * 0.045, "{variance}");
    let steps = "{ scale = { range = [2, 2] } }, { elastic = { amplitude = 1, smoothness = 3 } }";
    let made = make(&one, &copies(steps, 1000));
    let change = |i: usize| made.values.get(i * side * side + centre) - 15.5;
    let variance = (0..1000).map(|i| change(i).powi(2)).sum::<f32>() / 1000.0;
    // Bent after: by 1 pixel of the result, 1/2 of the original.
    assert!((variance - 0.25).abs() < 5.0 * 0.25 * 0.045, "{variance}");
}

#[test]
fn noise_has_mean_0_and_the_given_deviation() {
    let n = 100 * 100;
    let check = |found: Vec<f32>, deviation: f32| {
        let mean = found.iter().sum::<f32>() / n as f32;
        let variance = found.iter().map(|v| v * v).sum::<f32>() / n as f32;
        let n = n as f32;
        assert!(mean.abs() < 5.0 * deviation / n.sqrt(), "{mean}");
        let expected = deviation * deviation;
        assert!(
            (variance - expected).abs() < 5.0 * expected * (2.0 / n).sqrt(),
            "{variance}"
        );
    };
    // On images in shares of the range: 0.05 of 100; 10 deviations away from both ends.
    for noise in ["deviation = 0.05", "deviation = 0.05, distinct = 1"] {
        let found = after(
            &format!("{{ noise = {{ {noise} }} }}"),
            100,
            100,
            &vec![50.5; n],
        );
        check(found.iter().map(|v| v - 50.5).collect(), 5.0);
    }
    // On vectors in deviations of the feature: 1 and 3 deviate by 1, -10 and 30 by 20.
    let two = examples(
        &[3],
        Values::F32(vec![1.0, -10.0, 0.1, 3.0, 30.0, 0.1]),
        None,
    );
    let made = make(&two, &copies("{ noise = { deviation = 0.5 } }", n / 2));
    let noise = |feature: usize| {
        let value =
            |i: usize| made.values.get(i * 3 + feature) - two.values.get(i % 2 * 3 + feature);
        (0..made.len()).map(value).collect::<Vec<f32>>()
    };
    check(noise(0), 0.5);
    check(noise(1), 10.0);
    assert!(noise(2).iter().all(|v| *v == 0.0));
}

#[test]
fn a_pool_of_noise_has_as_many_patterns() {
    let one = examples(&[1, 2, 3], Values::F32(vec![50.5; 6]), Some((0.0, 100.0)));
    let distinct = |n: usize| {
        let steps = format!("{{ noise = {{ deviation = 0.1, distinct = {n} }} }}");
        let made = make(&one, &copies(&steps, 100));
        let mut of_pattern = std::collections::BTreeMap::new();
        for (i, name) in texts(made.tag("noise").unwrap()).iter().enumerate() {
            let first = of_pattern
                .entry((*name).to_owned())
                .or_insert(made.example(i));
            assert_eq!(*first, made.example(i));
        }
        of_pattern
    };
    let (three, four) = (distinct(3), distinct(4));
    assert_eq!(
        three.keys().map(String::as_str).collect::<Vec<_>>(),
        ["noise 1", "noise 2", "noise 3"]
    );
    assert_eq!(four.len(), 4);
    // A smaller pool is the beginning of a larger one, and patterns differ.
    for (name, pattern) in &three {
        assert_eq!(pattern, &four[name]);
    }
    assert_ne!(three["noise 1"], three["noise 2"]);
    let two_steps = "{ noise = { deviation = 0.1, distinct = 1 } }, \
                     { noise = { deviation = 0.1, distinct = 1 } }";
    let made = make(&one, &copies(two_steps, 1));
    // Two different patterns, or the difference to 50.5 would be twice that of one.
    let pattern = &three["noise 1"];
    let twice = made.example(0);
    assert!((0..6).any(|k| (twice[k] - 2.0 * pattern[k] + 50.5).abs() > 1.0));
    assert!(made.tag("noise").is_some() && made.tag("noise_2").is_some());
}

#[test]
fn occlusion_covers_one_square_inside() {
    let mut corners = std::collections::BTreeSet::new();
    let one = examples(&[2, 4, 5], Values::F32(vec![10.5; 40]), Some((0.0, 100.0)));
    let made = make(
        &one,
        &copies("{ occlusion = { share = 0.5, value = 0.25 } }", 200),
    );
    for i in 0..made.len() {
        let pixels = made.example(i);
        let (first, second) = pixels.split_at(20);
        assert_eq!(first, second);
        let start = first.iter().position(|v| *v > 20.0).unwrap();
        corners.insert(start);
        for (k, value) in first.iter().enumerate() {
            let (down, right) = (
                (k / 5).wrapping_sub(start / 5),
                (k % 5).wrapping_sub(start % 5),
            );
            let expected = if down < 2 && right < 2 { 25.0 } else { 10.5 };
            assert!((value - expected).abs() < 1e-6, "{first:?}");
        }
    }
    // Rows 0 to 2 by columns 0 to 3; each is missed by 200 draws with probability (11/12)^200.
    assert_eq!(corners.len(), 12);
    // A square that is higher than wide images covers them whole.
    assert_eq!(
        after("{ occlusion = { share = 1 } }", 3, 2, &[9.5; 6]),
        [0.0; 6]
    );
}

#[test]
fn steps_on_vectors_are_by_formula() {
    let two = examples(&[2], Values::F32(vec![1.5, -10.0, 2.5, 30.0]), None);
    let made = make(&two, &copies("{ scale = { range = [2, 2] } }", 1));
    assert_eq!(values(&made), [3.0, -20.0, 5.0, 60.0]);
    let made = make(&two, &copies("{ drop = { share = 1 } }", 1));
    assert_eq!(values(&made), [2.0, 10.0, 2.0, 10.0]);
    let made = make(&two, &copies("{ drop = { share = 0.25 } }", 1000));
    let dropped = (0..4000)
        .filter(|&i| [2.0, 10.0].contains(&made.values.get(i)))
        .count();
    // 1000 ± 5 sqrt(4000 × 1/4 × 3/4).
    assert!(dropped.abs_diff(1000) < 137, "{dropped}");
}

#[test]
fn probability_is_the_share_that_is_changed() {
    let one = examples(&[1, 1, 1], Values::F32(vec![10.5]), Some((0.0, 100.0)));
    for (step, n_tags) in [
        ("rotate = { degrees = 90,", 1),
        ("shift = { pixels = 9,", 2),
        ("scale = { range = [2, 2],", 1),
        ("shear = { degrees = 9,", 1),
        ("elastic = { amplitude = 1, smoothness = 1,", 1),
        ("blur = { radius = [1, 1],", 1),
        ("noise = { deviation = 0.1,", 1),
        ("noise = { deviation = 0.1, distinct = 2,", 1),
        ("contrast = { range = [0, 0],", 1),
        ("background = {", 1),
        ("background = { distinct = 2,", 1),
        ("occlusion = { share = 1,", 1),
        ("invert = {", 1),
    ] {
        let made = make(
            &one,
            &copies(&format!("{{ {step} probability = 0.25 }} }}"), 400),
        );
        assert_eq!(made.tags.len(), n_tags, "{step}");
        for tag in &made.tags {
            let unchanged = if tag.is_pool { "" } else { "none" };
            let n = texts(tag).iter().filter(|text| **text != unchanged).count();
            // 100 ± 5 sqrt(400 × 1/4 × 3/4).
            assert!(n.abs_diff(100) < 44, "{step}: {n}");
            for i in (0..400).filter(|&i| tag.get(i) == unchanged) {
                assert_eq!(made.example(i), [10.5], "{step}");
            }
        }
    }
}

#[test]
fn geometric_steps_are_one_resampling() {
    // Half a pixel to the right and back would blur if it were done in two.
    let six: Vec<f32> = (0..30).map(|i| (i * 7 % 11) as f32 + 0.5).collect();
    let found = after(
        "{ scale = { range = [2, 2] } }, { scale = { range = [0.5, 0.5] } }",
        5,
        6,
        &six,
    );
    assert_eq!(found, six);
}

#[test]
fn resize_changes_the_shape_for_the_steps_after_it() {
    let made = make(
        &images(3, 4, 4),
        &copies(
            "{ rotate = { degrees = 5 } }, { resize = { size = [3, 2] } }, \
             { shift = { pixels = 1 } }, { occlusion = { share = 1 } }",
            2,
        ),
    );
    assert_eq!((made.shape.as_slice(), made.len()), (&[1, 3, 2][..], 6));
    assert_eq!(made.values, Values::U8(vec![0; 36]));
}
