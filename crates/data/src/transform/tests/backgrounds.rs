use std::fs;
use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};

use super::*;

fn with_path(path: &Path, strength: f32) -> Synthesis {
    Synthesis {
        copies: 20,
        keep_originals: false,
        steps: vec![Step::Background(Background {
            path: Some(path.to_owned()),
            distinct: None,
            strength,
            probability: 1.0,
        })],
    }
}

#[test]
fn a_picture_shows_where_it_is_dark() {
    let folder = tempfile::tempdir().unwrap();
    // 2 × 4: only the middle 2 × 2 is behind a square.
    let picture = GrayImage::from_fn(4, 2, |x, y| match (x, y) {
        (1, 0) => Luma([255]),
        (2, 1) => Luma([51]),
        (0 | 3, _) => Luma([99]),
        _ => Luma([0]),
    });
    let path = folder.path().join("p.png");
    picture.save(&path).unwrap();
    let one = examples(
        &[1, 2, 2],
        Values::F32(vec![20.0, 0.5, 60.0, 100.0]),
        Some((0.0, 100.0)),
    );
    let made = synthesize(&one, &with_path(&path, 0.5), &Context::new(7)).unwrap();
    // v + (100 - v) × 0.5 × share, with the shares 1, 0, 0, 51/255.
    assert_eq!(made.examples.example(0), [60.0, 0.5, 60.0, 100.0]);
    assert_eq!(made.files.len(), 1);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(made.files[0].sha256, crate::hash::sha256_hex(&bytes));
    let tag = made.examples.tag("background").unwrap();
    assert!(tag.is_pool && tag.get(0) == "p.png");
}

#[test]
fn colours_go_to_their_channels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.bmp");
    let picture = RgbImage::from_pixel(1, 1, Rgb([255, 51, 0]));
    picture.save(&path).unwrap();
    let one = examples(&[3, 2, 1], Values::F32(vec![0.5; 6]), Some((0.0, 100.0)));
    let made = make(&one, &with_path(&path, 1.0));
    // 0.5 + 99.5 × share
    assert_eq!(made.example(0), [100.0, 100.0, 20.4, 20.4, 0.5, 0.5]);
    // Grey is 0.2126 red + 0.7152 green + 0.0722 blue in the `image` crate.
    let one = examples(&[1, 1, 1], Values::F32(vec![0.0]), Some((0.0, 255.0)));
    let grey = make(&one, &with_path(&path, 1.0)).values.get(0);
    assert!(
        (grey - (0.2126 * 255.0 + 0.7152 * 51.0)).abs() <= 1.0,
        "{grey}"
    );
}

#[test]
fn all_pictures_of_a_folder_are_drawn_from() {
    let folder = tempfile::tempdir().unwrap();
    for (name, grey) in [("b.png", 0), ("a.PNG", 100), ("c.gif", 200)] {
        RgbImage::from_pixel(3, 3, Rgb([grey; 3]))
            .save(folder.path().join(name))
            .unwrap();
    }
    fs::write(folder.path().join("notes.txt"), "none").unwrap();
    fs::create_dir(folder.path().join("folder.png")).unwrap();
    let made = make(&images(1, 2, 2), &with_path(folder.path(), 1.0));
    let tag = made.tag("background").unwrap();
    assert_eq!(tag.values, ["", "a.PNG", "b.png", "c.gif"]);
    assert_eq!(tag.n_distinct(), 3);
}

#[test]
fn pictures_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let check = |path: &Path, channels, expected: &str| {
        let shape = [channels, 1, 1];
        let one = examples(&shape, Values::U8(vec![0; channels]), Some((0.0, 255.0)));
        let error = synthesize(&one, &with_path(path, 1.0), &Context::new(7)).unwrap_err();
        assert!(matches!(error, TransformError::Picture { .. }));
        assert_eq!(error.to_string(), format!("{}: {expected}", path.display()));
    };
    check(
        &folder.path().join("none.png"),
        1,
        "cannot be read: No such file or directory (os error 2)",
    );
    check(
        folder.path(),
        1,
        "has no pictures; expected files that end in one of png, jpg, jpeg, bmp, gif",
    );
    let path = folder.path().join("p.png");
    fs::write(&path, "text").unwrap();
    check(
        &path,
        1,
        "cannot be decoded: The image format could not be determined; \
         expected a png, jpeg, bmp or gif",
    );
    GrayImage::new(8193, 1).save(&path).unwrap();
    check(
        &path,
        1,
        "cannot be decoded: Image size exceeds limit; expected a png, jpeg, bmp or gif",
    );
    GrayImage::new(1, 1).save(&path).unwrap();
    check(
        &path,
        4,
        "is a picture; the examples have 4 channels, expected 1 or 3",
    );
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let error = synthesize(&images(1, 1, 1), &with_path(&path, 1.0), &Context::new(7));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("p.png: cannot be decoded: "), "{error}");
}

#[test]
fn textures_are_smooth_and_use_the_whole_strength() {
    let black = examples(&[1, 28, 28], Values::U8(vec![0; 784]), Some((0.0, 255.0)));
    for step in ["background = {}", "background = { distinct = 3 }"] {
        let made = make(&black, &copies(&format!("{{ {step} }}"), 30));
        let mut distinct = std::collections::BTreeSet::new();
        for i in 0..made.len() {
            let pixels = made.example(i);
            let largest = pixels.iter().copied().fold(0.0, f32::max);
            let smallest = pixels.iter().copied().fold(255.0, f32::min);
            // 0.5 of 255 rounds to 128.
            assert_eq!((smallest, largest), (0.0, 128.0));
            // The finest has the deviation of 1.4 pixels: under exp(-1/(4 × 1.4²)) = 0.88
            // neighbours differ by sqrt(2 × 0.12) = 0.5 of the deviation; white noise by 1.4.
            let mean = pixels.iter().sum::<f32>() / 784.0;
            let variance = pixels.iter().map(|p| (p - mean).powi(2)).sum::<f32>() / 784.0;
            let steps = pixels.chunks(28).flat_map(|row| row.windows(2));
            let change = steps.map(|p| (p[1] - p[0]).powi(2)).sum::<f32>() / (27.0 * 28.0);
            assert!(change < 0.6 * variance, "{change} of {variance}");
            distinct.insert(pixels.iter().map(|p| *p as u8).collect::<Vec<_>>());
        }
        let expected = if step.contains("distinct") { 3 } else { 30 };
        assert_eq!(distinct.len(), expected, "{step}");
    }
}
