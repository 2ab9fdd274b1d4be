//! One function per reader: any bytes give examples that hold together, or an error, and never a panic.
//!
//! The fuzz targets call them, and so does `tests/fuzz.rs`, for a short fixed count.

use plumb_data::{
    Examples,
    source::{Cifar, Csv, Fonts, Idx, Npz, fonts::Face, picture},
};
use serde::de::DeserializeOwned;

/// What a reader does with any bytes.
pub(crate) type Reader = fn(&[u8]);

/// Every reader by its name.
pub(crate) const READERS: &[(&str, Reader)] = &[
    ("csv", csv),
    ("idx", idx),
    ("npz", npz),
    ("npy", npy),
    ("cifar", cifar),
    ("picture", picture),
    ("font", font),
    #[cfg(feature = "parquet")]
    ("parquet", parquet),
];

pub(crate) fn csv(bytes: &[u8]) {
    let (choice, content) = first(bytes);
    let options: Csv = choose(
        choice,
        &[
            r#"{"path": "x", "label": "y"}"#,
            r#"{"path": "x", "label": 1, "header": false}"#,
            r#"{"path": "x", "label": "y", "delimiter": ";", "fill": "median", "tags": ["a"]}"#,
            r#"{"path": "x", "label": "y", "categorical": ["a"], "shape": [1, 2, 2]}"#,
        ],
    );
    if let Ok(loaded) = options.from_bytes(content) {
        hold_together(&loaded.examples);
    }
}

pub(crate) fn idx(bytes: &[u8]) {
    let (cut, content) = first(bytes);
    let options: Idx = choose(0, &[r#"{"images": "x", "labels": "y"}"#]);
    // The images come first, and the labels from somewhere near the end on.
    let at = content.len() - usize::from(cut).min(content.len());
    if let Ok(examples) = options.from_bytes(&content[..at], &content[at..]) {
        hold_together(&examples);
    }
}

pub(crate) fn npz(bytes: &[u8]) {
    let (choice, content) = first(bytes);
    let options: Npz = choose(
        choice,
        &[
            r#"{"path": "x.npz"}"#,
            r#"{"path": "x.npz", "layout": "hwc"}"#,
        ],
    );
    if let Ok(examples) = options.from_bytes(content, None) {
        hold_together(&examples);
    }
}

pub(crate) fn npy(bytes: &[u8]) {
    let (cut, content) = first(bytes);
    let options: Npz = choose(0, &[r#"{"path": "x.npy", "labels": "y.npy"}"#]);
    let at = content.len() - usize::from(cut).min(content.len());
    if let Ok(examples) = options.from_bytes(&content[..at], Some(&content[at..])) {
        hold_together(&examples);
    }
}

pub(crate) fn cifar(bytes: &[u8]) {
    let (choice, content) = first(bytes);
    let options: Cifar = choose(
        choice,
        &[
            r#"{"path": "x", "kind": "cifar10"}"#,
            r#"{"path": "x", "kind": "cifar100", "label": "coarse"}"#,
        ],
    );
    if let Ok(examples) = options.from_bytes(content) {
        hold_together(&examples);
    }
}

pub(crate) fn picture(bytes: &[u8]) {
    let (choice, content) = first(bytes);
    let rule = picture::Rule {
        size: (choice & 1 == 1).then_some([5, 7]),
        resize: [
            picture::Resize::Stretch,
            picture::Resize::Fit,
            picture::Resize::Crop,
        ][usize::from(choice >> 1) % 3],
        channels: [None, Some(1), Some(3)][usize::from(choice >> 3) % 3],
        background: 9,
    };
    if let Ok(picture) = picture::read(content, &rule) {
        assert_eq!(
            picture.values.len(),
            picture.shape.iter().product::<usize>()
        );
    }
}

pub(crate) fn font(bytes: &[u8]) {
    // A face is drawn as a whole in a run; reading its outlines is where its bytes are trusted least.
    drop(Face::parse(bytes, &['0', '8', 'Å']));
    let _: Fonts = choose(0, &[r#"{"path": "x", "examples": 1}"#]);
}

#[cfg(feature = "parquet")]
pub(crate) fn parquet(bytes: &[u8]) {
    let (choice, content) = first(bytes);
    let options: plumb_data::source::Parquet = choose(
        choice,
        &[
            r#"{"path": "x", "label": "y"}"#,
            r#"{"path": "x", "label": "label", "image": "image", "broken": "skip"}"#,
        ],
    );
    if let Ok(loaded) = options.parse(content, &plumb_data::Context::new(0)) {
        hold_together(&loaded.examples);
    }
}

/// The first byte, which chooses options, and the rest.
fn first(bytes: &[u8]) -> (u8, &[u8]) {
    bytes
        .split_first()
        .map_or((0, bytes), |(&first, rest)| (first, rest))
}

fn choose<T: DeserializeOwned>(choice: u8, options: &[&str]) -> T {
    let chosen = options[usize::from(choice) % options.len()];
    serde_json::from_str(chosen).expect("options that are right")
}

/// What every reader promises of its examples.
fn hold_together(examples: &Examples) {
    let n = examples.len();
    assert!(n > 0 && !examples.classes.is_empty());
    assert_eq!(examples.values.len(), n * examples.n_values());
    assert!(
        examples
            .labels
            .iter()
            .all(|&l| (l as usize) < examples.classes.len())
    );
    assert_eq!((examples.source.len(), examples.original.len()), (n, n));
    assert!(
        examples
            .source
            .iter()
            .all(|&s| (s as usize) < examples.source_names.len())
    );
    for tag in &examples.tags {
        assert!(tag.of.len() == n && tag.of.iter().all(|&v| (v as usize) < tag.values.len()));
    }
    for i in 0..n {
        assert!(examples.example(i).iter().all(|value| value.is_finite()));
    }
}
