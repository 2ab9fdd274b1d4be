use super::*;
use crate::convert::{Convert, ConvertError};
use crate::{Context, Examples, Values};

fn features(cells: usize, orientations: usize) -> Features {
    Features {
        cells,
        orientations,
    }
}

/// The features of one image of `width` columns, whose values are from 0 to 8.
fn of(features: &Features, image: &[u8], width: usize) -> Vec<f32> {
    let image: Vec<f32> = image.iter().map(|&value| value.into()).collect();
    let shape = [1, image.len() / width, width];
    let extractor = Extractor::new(features, &shape, Some((0.0, 8.0))).unwrap();
    let mut made = Vec::new();
    extractor.apply(&image, &mut made);
    assert_eq!(made.len(), extractor.len());
    made
}

fn check(made: &[f32], expected: &[f32]) {
    assert_eq!(made.len(), expected.len(), "{made:?}");
    for (made, expected) in made.iter().zip(expected) {
        assert!((made - expected).abs() < 1e-6, "{made} {expected}");
    }
}

/// By hand: across a vertical edge the gradient is horizontal, which is the first orientation; half of the
/// pixels are 8, the largest value.
#[test]
fn an_edge_has_one_orientation() {
    let vertical = [0, 0, 8, 8].repeat(4);
    check(
        &of(&features(1, 4), &vertical, 4),
        &[1.0, 0.0, 0.0, 0.0, 0.5],
    );
    // Dark or bright first is the same orientation.
    let other_way = [8, 8, 0, 0].repeat(4);
    check(
        &of(&features(1, 4), &other_way, 4),
        &[1.0, 0.0, 0.0, 0.0, 0.5],
    );
    // A quarter turn is two of four orientations, and of nine half of the fifth and half of the sixth,
    // whose length together is 1: 1/√2 each.
    let horizontal = [[0; 4], [0; 4], [8; 4], [8; 4]].concat();
    check(
        &of(&features(1, 4), &horizontal, 4),
        &[0.0, 0.0, 1.0, 0.0, 0.5],
    );
    let half = 0.5_f32.sqrt();
    let mut expected = [0.0; 10];
    (expected[4], expected[5], expected[9]) = (half, half, 0.5);
    check(&of(&features(1, 9), &horizontal, 4), &expected);
    // A ramp along the diagonal: every inner gradient is (2, 2), an eighth of a turn. At the borders they are
    // (1, 2) and (2, 1), of which as much lies on one side as on the other.
    let diagonal: Vec<u8> = (0..9).map(|at| at / 3 + at % 3).collect();
    let made = of(&features(1, 4), &diagonal, 3);
    assert!((made[0] - made[2]).abs() < 1e-6, "{made:?}");
    assert!(made[1] > made[0] && made[3].abs() < 1e-6, "{made:?}");
}

/// By hand, 2 × 4 pixels in 2 × 2 cells: columns have their centres at −0.25, 0.25, 0.75 and 1.25 between the
/// cells 0 and 1, so that the first cell gets 1, 0.75, 0.25 and 0 of them; rows belong to one cell each.
/// Of columns 0 0 8 8 the gradients are 0 8 8 0: 8 in either cell. The four histograms have length 2 · 8, and
/// so 1/2 each. The mean of the left cells is 0.25 · 8 / 2 = 1, an eighth of the range; of the right ones 7.
#[test]
fn pixels_are_shared_between_cells() {
    let made = of(&features(2, 1), &[0, 0, 8, 8].repeat(2), 4);
    let expected = [0.5, 0.125, 0.5, 0.875].repeat(2);
    check(&made, &expected);
}

#[test]
fn an_even_image_has_no_gradients() {
    check(&of(&features(1, 2), &[4; 9], 3), &[0.0, 0.0, 0.5]);
}

#[test]
fn contrast_changes_only_the_means() {
    let image: Vec<u8> = (0..64).map(|at| (at * at) % 4).collect();
    let twice: Vec<u8> = image.iter().map(|value| 2 * value).collect();
    let [once, twice] = [image, twice].map(|image| of(&Features::default(), &image, 8));
    for (at, (once, twice)) in once.iter().zip(&twice).enumerate() {
        let factor = if at % 10 == 9 { 2.0 } else { 1.0 };
        assert!((once * factor - twice).abs() < 1e-6, "{at}");
    }
}

fn convert(text: &str, shape: &[usize], range: Option<(f32, f32)>) -> Result<Examples, String> {
    let convert: Convert = toml::from_str(text).unwrap();
    let n_values = 2 * shape.iter().product::<usize>();
    let examples = Examples {
        shape: shape.to_vec(),
        values: Values::U8((0..n_values).map(|at| (at % 17) as u8).collect()),
        range,
        labels: vec![0, 1],
        classes: vec!["a".into(), "b".into()],
        source: vec![0; 2],
        source_names: vec!["x".into()],
        original: vec![0, 1],
        tags: Vec::new(),
    };
    convert
        .apply(examples, &Context::new(7))
        .map_err(|error: ConvertError| error.to_string())
}

#[test]
fn examples_become_vectors() {
    // 4 · 4 · (9 + 1), 3 · 3 · (8 + 1)
    let made = convert("features = {}", &[1, 8, 8], Some((0.0, 16.0))).unwrap();
    assert_eq!(
        (&made.shape[..], made.range),
        (&[160][..], Some((0.0, 1.0)))
    );
    assert_eq!(made.values.len(), 2 * 160);
    let some = "features = { cells = 3, orientations = 8 }\nsize = [28, 28]\nchannels = 1";
    let made = convert(some, &[3, 8, 8], None).unwrap();
    assert_eq!((&made.shape[..], made.range), (&[81][..], None));
    // Means of bytes are no bytes.
    assert!(matches!(made.values, Values::F32(_)));
}

#[test]
fn what_has_no_features_is_refused() {
    let check = |text: &str, shape: &[usize], expected: &str| {
        assert_eq!(convert(text, shape, None).unwrap_err(), expected);
    };
    check(
        "features = {}",
        &[64],
        "`features` are of images of shape [1, height, width]; the examples have the shape [64], expected \
         `shape` to make images of them",
    );
    check(
        "features = {}",
        &[3, 8, 8],
        "`features` are of grey images; the examples have 3 channels, expected `channels = 1` to make them grey",
    );
    check(
        "features = {}",
        &[1, 8, 3],
        "`features` have 4 cells in either direction; images of 8 × 3 pixels are too small, expected 4 pixels \
         or more, or fewer `cells`",
    );
    check(
        "features = { cells = 0 }",
        &[1, 8, 8],
        "`features` has 0 cells and 9 orientations; expected 1 cell or more, and 1 to 180 orientations",
    );
}
