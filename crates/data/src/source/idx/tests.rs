use std::fs;

use proptest::prelude::*;

use super::super::file::tests::gzip;
use super::*;

/// Two images of 1 × 3 pixels.
const IMAGES: &[u8] = &[
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 250, 251, 255,
];
const LABELS: &[u8] = &[0, 0, 8, 1, 0, 0, 0, 2, 2, 0];

fn load(images: &[u8], labels: &[u8]) -> Result<Loaded, SourceError> {
    let folder = tempfile::tempdir().unwrap();
    let [images_path, labels_path] = ["i", "l"].map(|name| folder.path().join(name));
    fs::write(&images_path, images).unwrap();
    fs::write(&labels_path, labels).unwrap();
    Idx {
        images: images_path,
        labels: labels_path,
    }
    .load(&Context::new(0))
}

#[test]
fn images_and_labels_become_examples_packed_or_not() {
    let expected = Examples {
        shape: vec![1, 1, 3],
        values: Values::U8(vec![1, 2, 3, 250, 251, 255]),
        range: Some((0.0, 255.0)),
        labels: vec![2, 0],
        classes: vec!["0".into(), "1".into(), "2".into()],
        source: vec![0, 0],
        source_names: vec!["i".into()],
        original: vec![0, 1],
        tags: Vec::new(),
    };
    let plain = load(IMAGES, LABELS).unwrap();
    assert_eq!(plain.examples, expected);
    assert_eq!(plain.files.len(), 2);
    let packed = load(&gzip(IMAGES), &gzip(LABELS)).unwrap();
    assert_eq!(packed.examples, expected);
    assert_ne!(packed.files[0].sha256, plain.files[0].sha256);
}

#[test]
fn errors_name_the_file_and_the_bytes() {
    let check = |images: &[u8], labels: &[u8], file: &str, expected: &str| {
        for pack in [<[u8]>::to_vec, gzip] {
            let error = load(&pack(images), &pack(labels)).unwrap_err();
            let SourceError::Idx(error) = error else {
                panic!("{error}");
            };
            assert!(error.path.ends_with(file), "{error}");
            assert_eq!(error.problem.to_string(), expected);
        }
    };
    let with = |content: &[u8], at: usize, bytes: &[u8]| {
        let mut content = content.to_vec();
        content[at..at + bytes.len()].copy_from_slice(bytes);
        content
    };
    check(
        LABELS,
        LABELS,
        "i",
        "begins with [00, 00, 08, 01]; expected [00, 00, 08, 03]: unsigned bytes with 3 dimensions",
    );
    check(
        IMAGES,
        b"label,1,2",
        "l",
        "begins with [6c, 61, 62, 65]; expected [00, 00, 08, 01]: unsigned bytes with 1 dimension",
    );
    check(
        b"",
        LABELS,
        "i",
        "ends within its header; expected 16 bytes of header",
    );
    check(
        &IMAGES[..15],
        LABELS,
        "i",
        "ends within its header; expected 16 bytes of header",
    );
    check(
        &IMAGES[..20],
        LABELS,
        "i",
        "ends after 4 bytes of data; expected 6, as its header says",
    );
    check(
        IMAGES,
        &[LABELS, &[0]].concat(),
        "l",
        "goes on after 2 bytes of data, which is all that its header says",
    );
    check(
        &with(IMAGES, 4, &[0; 4]),
        LABELS,
        "i",
        "has the shape [0, 1, 3]; expected at least one of each",
    );
    check(
        &with(IMAGES, 4, &[255; 12]),
        LABELS,
        "i",
        "has the shape [4294967295, 4294967295, 4294967295]; expected at most 4294967296 bytes",
    );
    // 2 × 2^31 × 1 bytes: exactly the limit, so it is read, and found to be short.
    check(
        &with(IMAGES, 8, &[0x80, 0, 0, 0, 0, 0, 0, 1]),
        LABELS,
        "i",
        "ends after 6 bytes of data; expected 4294967296, as its header says",
    );
    check(
        IMAGES,
        &[0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2],
        "l",
        "has 3 labels; expected 2, one per image",
    );
    check(
        IMAGES,
        &with(LABELS, 8, &[5, 5]),
        "l",
        "every label is 5; expected two classes or more",
    );
}

#[test]
fn a_cut_gzip_is_not_unpacked() {
    let packed = gzip(IMAGES);
    let error = load(&packed[..packed.len() - 4], LABELS).unwrap_err();
    assert!(error.to_string().starts_with("cannot unpack "), "{error}");
}

#[test]
fn impossible_options_are_named() {
    let check = |images: &str, labels: &str, expected: &str| {
        let (images, labels) = (images.into(), labels.into());
        let options = Idx { images, labels };
        assert_eq!(options.check().unwrap_err().to_string(), expected);
        assert!(matches!(
            options.load(&Context::new(0)),
            Err(SourceError::Field(_))
        ));
    };
    check("", "l", "`images` is empty; expected a file");
    check("i", "", "`labels` is empty; expected a file");
    check(
        "i",
        "i",
        "`labels` is the same file as `images`; expected the one with the labels",
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_not_panic(
        header in prop::sample::select(vec![&b""[..], &[0, 0, 8, 1], &[0, 0, 8, 3, 0, 0, 0]]),
        rest in prop::collection::vec(any::<u8>(), 0..64),
        rank in 0_u8..5,
    ) {
        Array::read([header, &rest].concat().as_slice(), rank).ok();
    }
}
