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
    Idx::new(images_path, labels_path).load(&Context::new(0))
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
        b"\0\0\x0a\x01....",
        LABELS,
        "i",
        "begins with [00, 00, 0a, 01]; expected [00, 00, type, dimensions]: \
         a type of 08, 09, 0b, 0c, 0d or 0e and 1 to 4 dimensions",
    );
    check(
        b"\0\0\x08\x05....",
        LABELS,
        "i",
        "begins with [00, 00, 08, 05]; expected [00, 00, type, dimensions]: \
         a type of 08, 09, 0b, 0c, 0d or 0e and 1 to 4 dimensions",
    );
    check(
        IMAGES,
        b"label,1,2",
        "l",
        "begins with [6c, 61, 62, 65]; expected [00, 00, type, 01]: \
         labels of type 08 or 0c with 1 dimension",
    );
    check(
        IMAGES,
        IMAGES,
        "l",
        "begins with [00, 00, 08, 03]; expected [00, 00, type, 01]: \
         labels of type 08 or 0c with 1 dimension",
    );
    check(
        b"",
        LABELS,
        "i",
        "ends within its header; expected 8 bytes of header",
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
fn a_header_can_claim_any_size_and_nothing_is_allocated() {
    let claim = |images: &[u8], labels: &[u8]| {
        let error = |pack: fn(&[u8]) -> Vec<u8>| {
            let SourceError::Idx(error) = load(&pack(images), &pack(labels)).unwrap_err() else {
                panic!("another error");
            };
            error.problem.to_string()
        };
        (error(<[u8]>::to_vec), error(gzip))
    };
    // 2 × 2^20 × 2^31 doubles: 2^55 bytes, which a plain file could have.
    let header = [0, 0, 14, 3, 0, 0, 0, 2, 0, 16, 0, 0, 128, 0, 0, 0];
    assert_eq!(
        claim(&header, LABELS),
        (
            "ends after 0 bytes of data; expected 36028797018963968, as its header says".into(),
            "has the shape [2, 1048576, 2147483648]; expected at most 4294967296 bytes".into(),
        )
    );
    // 2 × 2^31 × 1 bytes: exactly the limit, so it is read, and found to be short.
    let header = [0, 0, 8, 3, 0, 0, 0, 2, 128, 0, 0, 0, 0, 0, 0, 1, 7, 8];
    let short = "ends after 2 bytes of data; expected 4294967296, as its header says";
    assert_eq!(claim(&header, LABELS), (short.into(), short.into()));
    // (2^32 - 1)^3 bytes.
    let header = [[0, 0, 8, 3], [255; 4], [255; 4], [255; 4]].concat();
    let shape = "has the shape [4294967295, 4294967295, 4294967295]; expected at most";
    assert_eq!(
        claim(&header, LABELS),
        (
            format!("{shape} 18446744073709551615 bytes"),
            format!("{shape} 4294967296 bytes"),
        )
    );
    // 2^32 - 1 labels of four bytes.
    let (plain, _) = claim(IMAGES, &[0, 0, 12, 1, 255, 255, 255, 255, 0]);
    assert_eq!(
        plain,
        "ends after 1 bytes of data; expected 17179869180, as its header says"
    );
}

/// Two examples of the given type and shape, in big-endian bytes.
fn array(code: u8, row_shape: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut array = vec![0, 0, code, row_shape.len() as u8 + 1, 0, 0, 0, 2];
    for &n in row_shape {
        array.extend([0, 0, 0, n]);
    }
    array.extend(bytes);
    array
}

#[test]
fn every_type_and_number_of_dimensions_is_read() {
    // Bytes: numpy.array(…, dtype).tobytes(), numpy 2.
    let check = |images: Vec<u8>, shape: &[usize], expected: &[f32]| {
        let options = Idx::new("i", "l");
        let examples = options.from_bytes(&images, LABELS).unwrap();
        assert_eq!(examples.shape, shape);
        assert_eq!(examples.values, Values::pack(expected.to_vec()));
        let is_bytes = images[2] == 8;
        assert_eq!(examples.range, is_bytes.then_some((0.0, 255.0)));
    };
    check(array(8, &[], &[7, 255]), &[1], &[7.0, 255.0]);
    check(array(9, &[], &[7, 0x80]), &[1], &[7.0, -128.0]);
    check(array(11, &[1], &[1, 2, 0xff, 0xfe]), &[1], &[258.0, -2.0]);
    check(
        array(12, &[1, 1], &[0, 0, 1, 2, 0xff, 0xff, 0xff, 0xfe]),
        &[1, 1, 1],
        &[258.0, -2.0],
    );
    check(
        array(13, &[1, 1, 1], &[63, 0, 0, 0, 0xc0, 0, 0, 0]),
        &[1, 1, 1],
        &[0.5, -2.0],
    );
    let bytes = [63, 224, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0];
    check(array(14, &[], &bytes), &[1], &[0.5, -2.0]);
    check(
        array(8, &[2, 1, 2], &[0, 1, 2, 3, 4, 5, 6, 7]),
        &[2, 1, 2],
        &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0],
    );
}

#[test]
fn values_that_cannot_be_used_are_named_by_their_index() {
    let check = |images: Vec<u8>, range: Option<[f32; 2]>, expected: &str| {
        let options = Idx {
            range,
            ..Idx::new("i", "l")
        };
        let error = options.from_bytes(&images, LABELS).unwrap_err();
        assert_eq!(error.to_string(), format!("i: {expected}"));
    };
    let nan = [[0; 4], [0; 4], [0; 4], [0x7f, 0xc0, 0, 0]].concat();
    check(
        array(13, &[2], &nan),
        None,
        "the value at [1, 1] is NaN; expected a finite number of 32 bits",
    );
    // 1e39 in 64 bits: struct.pack(">d", 1e39).
    let large = [0x48, 0x07, 0x82, 0x87, 0xf4, 0x9c, 0x4a, 0x1d];
    check(
        array(14, &[], &[large, [0; 8]].concat()),
        None,
        "the value at [0] is 1000000000000000000000000000000000000000; \
         expected a finite number of 32 bits",
    );
    check(
        array(8, &[1], &[3, 17]),
        Some([0.0, 16.0]),
        "the value at [1, 0] is 17; expected 0 to 16, the `range`",
    );
}

#[test]
fn labels_are_those_of_the_classes() {
    let options = Idx {
        classes: Some(vec!["no".into(), "yes".into()]),
        ..Idx::new("i", "l")
    };
    let ones = [0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1];
    let examples = options.from_bytes(IMAGES, &ones).unwrap();
    assert_eq!(
        (examples.labels, examples.classes),
        (vec![1, 1], vec!["no".into(), "yes".into()])
    );
    let check = |options: &Idx, labels: &[u8], expected: &str| {
        let error = options.from_bytes(IMAGES, labels).unwrap_err();
        assert_eq!(error.to_string(), format!("l: {expected}"));
    };
    check(
        &options,
        LABELS,
        "the label at [0] is 2; expected 0 to 1, as `classes` names",
    );
    check(
        &Idx::new("i", "l"),
        &[0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 0, 1, 255, 255, 255, 255],
        "the label at [1] is -1; expected 0 to 65535",
    );
    check(
        &Idx::new("i", "l"),
        &[0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 0, 0],
        "the label at [1] is 65536; expected 0 to 65535",
    );
}

#[test]
fn configs_survive_writing_and_reading() {
    let text = "images = 'i'\nlabels = 'l'\nrange = [0, 1]\nclasses = ['a', 'b']";
    let options: Idx = toml::from_str(text).unwrap();
    assert_eq!(options.range, Some([0.0, 1.0]));
    let written = toml::to_string(&options).unwrap();
    assert_eq!(toml::from_str::<Idx>(&written).unwrap(), options);
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
        let options = Idx::new(images, labels);
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
        code in 7_u8..16,
        rank in 0_u8..6,
        rest in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(2), any::<u8>()], 0..64),
        labels in prop::collection::vec(any::<u8>(), 0..16),
    ) {
        let images = [&[0, 0, code, rank, 0, 0, 0, 2][..], &rest].concat();
        let options = Idx::new("i", "l");
        options.from_bytes(&images, LABELS).ok();
        options.from_bytes(IMAGES, &images).ok();
        options.from_bytes(&images[4..], &labels).ok();
    }
}
