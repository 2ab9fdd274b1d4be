use std::fs;
use std::io::Write;

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::super::file::tests::gzip;
use super::*;
use crate::Values;

/// An array as `numpy.save` of NumPy 2.4 writes it: the header is filled up to 128 bytes.
fn npy(descr: &str, is_fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if is_fortran { "True" } else { "False" };
    let text = format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}");
    let text = format!("{text:<117}\n");
    [b"\x93NUMPY\x01\x00v\x00", text.as_bytes(), data].concat()
}

/// `numpy.array([1, 0])`, the labels of two examples.
fn labels() -> Vec<u8> {
    npy(
        "'<i8'",
        false,
        "(2,)",
        &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    )
}

/// `numpy.arange(6, dtype="u1").reshape(2, 3)`.
fn features() -> Vec<u8> {
    npy("'|u1'", false, "(2, 3)", &[0, 1, 2, 3, 4, 5])
}

fn pair() -> Npz {
    Npz {
        labels: Some("y.npy".into()),
        ..Npz::new("x.npy")
    }
}

fn archive(arrays: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in arrays {
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn read(options: &Npz, content: &[u8]) -> Result<Examples, SourceError> {
    options.from_bytes(content, Some(&labels()))
}

#[test]
fn the_bytes_of_numpy_are_read() {
    // numpy.save of numpy.arange(6).reshape(2, 3).astype("<f4") / 2, numpy 2.4.6.
    let c_order = b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }                                                          \n\x00\x00\x00\x00\x00\x00\x00?\x00\x00\x80?\x00\x00\xc0?\x00\x00\x00@\x00\x00 @";
    // The same as ">f8" in Fortran order.
    let fortran = b"\x93NUMPY\x01\x00v\x00{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3), }                                                           \n\x00\x00\x00\x00\x00\x00\x00\x00?\xf8\x00\x00\x00\x00\x00\x00?\xe0\x00\x00\x00\x00\x00\x00@\x00\x00\x00\x00\x00\x00\x00?\xf0\x00\x00\x00\x00\x00\x00@\x04\x00\x00\x00\x00\x00\x00";
    for content in [&c_order[..], &fortran[..]] {
        let examples = read(&pair(), content).unwrap();
        assert_eq!(
            examples.values,
            Values::F32(vec![0.0, 0.5, 1.0, 1.5, 2.0, 2.5])
        );
        assert_eq!(examples.shape, [3]);
        assert_eq!(examples.labels, [1, 0]);
        assert_eq!(examples.classes, ["0", "1"]);
        assert_eq!(examples.range, None);
        assert_eq!(examples.source_names, ["x.npy"]);
    }
    // numpy.savez_compressed(file, x=…, y=numpy.array([1, 0])) of the first.
    let hex = "504b03042d0000000800000021000bc0b076ffffffffffffffff05001400782e6e707901001000980000000000000057000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91a463a0ac69a3a0ab50a64032e0608b067606800e20340cce0c0c0a0e00000504b03042d00000008000000210071fb39abffffffffffffffff05001400792e6e707901001000900000000000000048000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9369a1aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91a463a9a3a0ab50a14002e4606540000504b01022d032d0000000800000021000bc0b0765700000098000000050000000000000000000000800100000000782e6e7079504b01022d032d00000008000000210071fb39ab480000009000000005000000000000000000000080018e000000792e6e7079504b05060000000002000200660000000d0100000000";
    let content: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect();
    let examples = Npz::new("t.npz").from_bytes(&content, None).unwrap();
    assert_eq!(
        examples.values,
        Values::F32(vec![0.0, 0.5, 1.0, 1.5, 2.0, 2.5])
    );
    assert_eq!(examples.labels, [1, 0]);
}

#[test]
fn four_dimensions_in_every_order_and_layout() {
    let values: Vec<u8> = (0..24).collect();
    // numpy.asfortranarray(numpy.arange(24, dtype="u1").reshape(2, 2, 3, 2)), its bytes.
    let fortran = b"\x00\x0c\x06\x12\x02\x0e\x08\x14\x04\x10\n\x16\x01\x0d\x07\x13\x03\x0f\x09\x15\x05\x11\x0b\x17";
    // Its .transpose(0, 3, 1, 2).ravel()
    let turned = [
        0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11, 12, 14, 16, 18, 20, 22, 13, 15, 17, 19, 21, 23,
    ];
    for (is_fortran, bytes) in [(false, &values[..]), (true, fortran)] {
        let content = npy("'|u1'", is_fortran, "(2, 2, 3, 2)", bytes);
        let chw = read(&pair(), &content).unwrap();
        assert_eq!(chw.shape, [2, 3, 2]);
        assert_eq!(chw.values, Values::U8(values.clone()));
        assert_eq!(chw.range, Some((0.0, 255.0)));
        let options = Npz {
            layout: Some(Layout::Hwc),
            ..pair()
        };
        let hwc = read(&options, &content).unwrap();
        assert_eq!(hwc.shape, [2, 2, 3]);
        assert_eq!(hwc.values, Values::U8(turned.to_vec()));
    }
}

#[test]
fn large_arrays_in_fortran_order_are_read_in_blocks() {
    // Element (i, j) of 300 × 5 is 5 i + j; in Fortran order i runs first.
    let numbers = (0..5_u32).flat_map(|j| (0..300).map(move |i| 5 * i + j));
    let data: Vec<u8> = numbers.flat_map(u32::to_le_bytes).collect();
    let label_data: Vec<u8> = (0..300).map(|i| u8::from(i == 7)).collect();
    let labels = npy("'|b1'", false, "(300, 1)", &label_data);
    let content = npy("'<u4'", true, "(300, 5)", &data);
    let examples = pair().from_bytes(&content, Some(&labels)).unwrap();
    assert_eq!(
        examples.values,
        Values::F32((0..1500).map(|i| i as f32).collect())
    );
    assert_eq!(examples.labels[7], 1);
}

#[test]
fn arrays_of_an_archive_go_by_name() {
    let writers = npy("'<U2'", false, "(2,)", b"a\0\0\0\0\0\0\0\xf6\0\0\0b\0\0\0");
    let rooms = npy("'|i1'", false, "(2,)", &[5, 0xff]);
    let texts = npy("'|S3'", false, "(2,)", b"dogcat");
    let options = Npz {
        features: Some("images".into()),
        label: Some("../kind".into()),
        tags: vec!["writer".into(), "room".into()],
        ..Npz::new("t.npz")
    };
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let content = archive(
            &[
                ("images.npy", features()),
                // Names are only compared: nothing is written anywhere.
                ("../kind.npy", texts.clone()),
                ("writer", writers.clone()),
                ("room.npy", rooms.clone()),
            ],
            method,
        );
        let examples = options.from_bytes(&content, None).unwrap();
        assert_eq!(examples.classes, ["cat", "dog"]);
        assert_eq!(examples.labels, [1, 0]);
        assert_eq!(examples.tag("writer").unwrap().values, ["a", "öb"]);
        assert_eq!(examples.tag("room").unwrap().values, ["5", "-1"]);
        let error = Npz::new("t.npz").from_bytes(&content, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "t.npz: has no array `y`; \
             expected `label` to name one of `../kind`, `images`, `room`, `writer`"
        );
    }
    let content = archive(
        &[
            ("x.npy", features()),
            ("y.npy", labels()),
            ("t.npy", npy("'|i1'", false, "(1,)", &[5])),
        ],
        CompressionMethod::Stored,
    );
    let options = Npz {
        tags: vec!["t".into()],
        ..Npz::new("t.npz")
    };
    assert_eq!(
        options.from_bytes(&content, None).unwrap_err().to_string(),
        "t.npz: array `t` has 1 entries; expected 2, one per label"
    );
    assert_eq!(
        Npz::new("t.npz")
            .from_bytes(&archive(&[], CompressionMethod::Stored), None)
            .unwrap_err()
            .to_string(),
        "t.npz: has no array; expected one named `y`"
    );
}

#[test]
fn archives_that_are_broken_or_locked_are_errors() {
    let arrays = [("x.npy", features()), ("y.npy", labels())];
    let content = archive(&arrays, CompressionMethod::Stored);
    let check = |content: &[u8], expected: &str| {
        let error = Npz::new("t.npz").from_bytes(content, None).unwrap_err();
        assert_eq!(error.to_string(), format!("t.npz: {expected}"));
    };
    check(
        &content[..content.len() - 40],
        "cannot be read as a zip archive (.npz): invalid Zip archive: Could not find EOCD",
    );
    // The last byte of the labels, which the checksum covers.
    let mut flipped = content.clone();
    let at = content.windows(2).rposition(|w| w == b"\n\x01").unwrap();
    flipped[at + 16] ^= 1;
    check(&flipped, "array `y` cannot be unpacked: Invalid checksum");
    // Bit 0 of the flags of the second entry in the list of entries: it is encrypted.
    let mut locked = content.clone();
    let at = content
        .windows(4)
        .rposition(|w| w == b"PK\x01\x02")
        .unwrap();
    locked[at + 8] |= 1;
    check(
        &locked,
        "array `y` cannot be read: unsupported Zip archive: Password required to decrypt file",
    );
}

#[test]
fn a_packed_array_has_a_limit_and_a_claim_allocates_nothing() {
    let wide = "(2, 1099511627776)";
    let bytes = npy("'|u1'", false, wide, &[0; 9]);
    let check = |method, expected: &str| {
        let arrays = [("x.npy", bytes.clone()), ("y.npy", labels())];
        let error = Npz::new("t.npz").from_bytes(&archive(&arrays, method), None);
        assert_eq!(
            error.unwrap_err().to_string(),
            format!("t.npz: array `x` {expected}")
        );
    };
    check(
        CompressionMethod::Deflated,
        "has the shape [2, 1099511627776] of numbers or texts of 1 bytes; \
         expected at most 4294967296 bytes",
    );
    check(
        CompressionMethod::Stored,
        "ends after 9 bytes of data; expected 2199023255552, as its header says",
    );
    let texts = npy("'<U1000000000'", false, "(1000000000,)", &[0; 9]);
    let error = pair().from_bytes(&features(), Some(&texts)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "y.npy: ends after 9 bytes of data; expected 4000000000000000000, as its header says"
    );
}

#[test]
fn headers_are_read_in_every_form_and_no_other() {
    let header = |text: &str| {
        let content = [
            b"\x93NUMPY\x01\x00",
            &(text.len() as u16).to_le_bytes()[..],
            text.as_bytes(),
        ];
        match Array::read(content.concat().as_slice(), 1 << 20) {
            Ok(array) => Ok((array.header.shape, array.header.is_fortran)),
            Err(Problem::Content(problem)) => Err(problem),
            Err(_) => Err("another problem".into()),
        }
    };
    let check = |text: &str, shape: &[u64], is_fortran: bool| {
        assert_eq!(header(text), Ok((shape.to_vec(), is_fortran)), "{text}");
    };
    check(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } \n",
        &[2, 3],
        false,
    );
    check(
        "{\"shape\":(2L,),\"fortran_order\":True,\"descr\":\"<f4\"}",
        &[2],
        true,
    );
    check(
        "{'shape': (2, 3), 'descr': '|S4', 'fortran_order': False}",
        &[2, 3],
        false,
    );
    let wrong = |text: &str, expected: &str| {
        assert_eq!(header(text), Err(expected.into()), "{text}");
    };
    for text in [
        "",
        "{}",
        "{'descr': '<f4', 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} 1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ((2,),)}",
        "{'fortran_order': False, 'shape': (2,), 'x': 1}",
    ] {
        let expected =
            "expected {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} or alike";
        let start: String = text.chars().take(80).collect();
        wrong(text, &format!("has the header {start:?}; {expected}"));
    }
    let deep = "(".repeat(9000);
    assert!(header(&deep).is_err());
    wrong(
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()}",
        "has the shape []; expected at least one example",
    );
    wrong(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}",
        "has the shape [0, 3]; expected at least one example",
    );
    wrong(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
        "has the shape [4294967296, 4294967296] of numbers or texts of 4 bytes; \
         expected at most 1048576 bytes",
    );
    wrong(
        "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }",
        "has records of several fields; expected one number or text per entry",
    );
    wrong(
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
        "holds pickled Python objects, which are programs and not read; \
         expected an array of numbers or texts (not dtype=object)",
    );
    for descr in ["<c16", "<f2", "<M8[ns]", "<U0", "f", ""] {
        wrong(
            &format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}"),
            &format!(
                "has the type `{descr}`; expected whole numbers, floats of 32 or 64 bits, \
                 booleans or texts"
            ),
        );
    }
}

#[test]
fn arrays_that_are_no_arrays_are_named() {
    let check = |content: &[u8], expected: &str| {
        let error = read(&pair(), content).unwrap_err();
        assert_eq!(error.to_string(), format!("x.npy: {expected}"));
    };
    check(b"", "ends within its header");
    check(&features()[..30], "ends within its header");
    check(
        b"x,y\n1,2\n",
        "begins with [78, 2c, 79, 0a, 31, 2c]; expected [93, 4e, 55, 4d, 50, 59], as an .npy array does",
    );
    check(
        b"\x93NUMPY\x04\x00\x00\x00",
        "has the version 4.0; expected 1.0, 2.0 or 3.0",
    );
    check(
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
        "has a header of 4294967295 bytes; expected at most 10000",
    );
    check(
        &features()[..130],
        "ends after 2 bytes of data; expected 6, as its header says",
    );
    check(
        &[features(), vec![0]].concat(),
        "goes on after 6 bytes of data, which is all that its header says",
    );
    check(
        &npy("'|u1'", false, "(3, 1)", &[0; 3]),
        "has the shape [3, 1]; expected 2 rows, one per label",
    );
    check(
        &npy("'|u1'", false, "(2, 1, 1, 1, 1)", &[0; 2]),
        "has the shape [2, 1, 1, 1, 1]; expected 1 to 4 dimensions, or `shape`",
    );
    check(
        &npy("'|S1'", false, "(2,)", &[0; 2]),
        "holds texts; expected numbers",
    );
    check(
        &npy("'<f4'", false, "(2,)", &[0, 0, 0, 0, 0, 0, 0xc0, 0x7f]),
        "the value at [1] is NaN; expected a finite number of 32 bits",
    );
    check(
        &npy(
            "'<f8'",
            true,
            "(2, 1)",
            &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0xff],
        ),
        "the value at [1, 0] is -inf; expected a finite number of 32 bits",
    );
}

#[test]
fn shape_and_range_are_those_of_the_options() {
    let options = Npz {
        shape: Some(vec![1, 1, 3]),
        range: Some([0.0, 4.0]),
        ..pair()
    };
    let deep = npy("'|u1'", false, "(2, 1, 1, 1, 1, 3)", &[0, 1, 2, 3, 4, 4]);
    let examples = read(&options, &deep).unwrap();
    assert_eq!(
        (examples.shape, examples.range),
        (vec![1, 1, 3], Some((0.0, 4.0)))
    );
    let error = read(&options, &features()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.npy: the value at [1, 2] is 5; expected 0 to 4, the `range`"
    );
    let error = read(&options, &npy("'|u1'", false, "(2, 2)", &[0; 4])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.npy: has the shape [2, 2], 2 values per row; \
         expected 3, the product of `shape` [1, 1, 3]"
    );
}

#[test]
fn labels_are_whole_numbers_or_texts() {
    let named = Npz {
        classes: Some(vec!["no".into(), "yes".into()]),
        ..pair()
    };
    let check = |options: &Npz, labels: Vec<u8>, of: [u32; 2], classes: &[&str]| {
        let examples = options.from_bytes(&features(), Some(&labels)).unwrap();
        assert_eq!(
            (&examples.labels[..], &examples.classes[..]),
            (
                &of[..],
                &classes.iter().map(ToString::to_string).collect::<Vec<_>>()[..]
            )
        );
    };
    check(
        &pair(),
        npy("'|i1'", false, "(2,)", &[10, 0xff]),
        [1, 0],
        &["-1", "10"],
    );
    check(
        &pair(),
        npy("'>f4'", false, "(2, 1)", &[0x40, 0, 0, 0, 0, 0, 0, 0]),
        [1, 0],
        &["0", "2"],
    );
    check(
        &pair(),
        npy("'|S2'", false, "(2,)", b"109\0"),
        [1, 0],
        &["9", "10"],
    );
    check(&named, labels(), [1, 0], &["no", "yes"]);
    check(
        &named,
        npy("'|S3'", false, "(2,)", b"yesyes"),
        [1, 1],
        &["no", "yes"],
    );
    let wrong = |options: &Npz, labels: Vec<u8>, expected: &str| {
        let error = options.from_bytes(&features(), Some(&labels)).unwrap_err();
        assert_eq!(error.to_string(), format!("y.npy: {expected}"));
    };
    wrong(
        &named,
        npy("'|i1'", false, "(2,)", &[1, 0xff]),
        "has the label -1 at [1]; expected 0 to 1, as `classes` names",
    );
    wrong(
        &named,
        npy("'|S3'", false, "(2,)", b"yesmay"),
        "has the label `may` at [1]; expected one of the `classes` `no`, `yes`",
    );
    wrong(
        &pair(),
        npy("'<f4'", false, "(2,)", &[0, 0, 0, 0, 0, 0, 0, 0x3f]),
        "has 0.5 at [1]; expected whole numbers of 64 bits or texts",
    );
    wrong(
        &pair(),
        npy("'<U1'", false, "(2,)", &[97, 0, 0, 0, 0, 0xd8, 0, 0]),
        "has bytes at [1] that are no text in Unicode",
    );
    wrong(
        &pair(),
        npy("'|S1'", false, "(2,)", b"a\xff"),
        "has bytes at [1] that are no text in Unicode",
    );
    wrong(
        &pair(),
        npy("'|S1'", false, "(2,)", b"a\0"),
        "has an empty text at [1]; expected a label",
    );
    wrong(
        &pair(),
        npy("'|S1'", false, "(2,)", b"aa"),
        "has the label `a` alone; expected two classes or more",
    );
    wrong(
        &pair(),
        npy("'|u1'", false, "(2, 2)", &[0; 4]),
        "has the shape [2, 2]; expected [n] or [n, 1]",
    );
}

#[test]
fn files_are_told_apart_by_their_first_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, content: &[u8]| fs::write(path(name), content).unwrap();
    let arrays = [("x.npy", features()), ("y.npy", labels())];
    let content = archive(&arrays, CompressionMethod::Deflated);
    write("archive", &content);
    write("packed.npz", &gzip(&content));
    write("x.npy", &features());
    write("y.npy.gz", &gzip(&labels()));
    let load = |options: Npz| options.load(&Context::new(0));
    let loaded = load(Npz::new(path("archive"))).unwrap();
    assert_eq!(loaded.files.len(), 1);
    assert_eq!(loaded.files[0].sha256, crate::hash::sha256_hex(&content));
    assert_eq!(loaded.examples.source_names, ["archive"]);
    let two = |x: &str, y: &str| Npz {
        labels: Some(path(y)),
        ..Npz::new(path(x))
    };
    let pair = load(two("x.npy", "y.npy")).unwrap();
    assert_eq!(pair.examples.values, loaded.examples.values);
    assert_eq!(pair.files.len(), 2);
    assert!(pair.files[1].path.ends_with("y.npy.gz"));
    let check = |options: Npz, expected: &str| {
        let error = load(options).unwrap_err().to_string();
        assert_eq!(
            error.replace(&format!("{}/", folder.path().display()), ""),
            expected
        );
    };
    check(
        Npz::new(path("x.npy")),
        "`labels` is missing; expected the .npy file with the labels, since x.npy is no archive",
    );
    check(
        two("archive", "y.npy"),
        "`labels` is for a `path` that is an .npy file; it is an archive",
    );
    check(
        Npz::new(path("packed.npz")),
        "packed.npz: is an archive packed with gzip; expected the archive itself",
    );
    check(two("x.npy", "z.npy"), "z.npy does not exist");
    check(
        two("x.npy", "archive"),
        "archive: begins with [50, 4b, 03, 04, 14, 00]; \
         expected [93, 4e, 55, 4d, 50, 59], as an .npy array does",
    );
}

#[test]
fn impossible_options_are_named() {
    let check = |options: Npz, expected: &str| {
        assert_eq!(options.check().unwrap_err().to_string(), expected);
    };
    check(Npz::new(""), "`path` is empty; expected a file");
    let with_labels = |labels: &str| Npz {
        labels: Some(labels.into()),
        ..Npz::new("x.npy")
    };
    check(with_labels(""), "`labels` is empty; expected a file");
    check(
        with_labels("x.npy"),
        "`labels` is the same file as `path`; expected the one with the labels",
    );
    check(
        Npz {
            label: Some("y".into()),
            ..pair()
        },
        "`label` names an array of an archive; `labels` is for two .npy files",
    );
    check(
        Npz {
            tags: vec!["a".into(), "a".into()],
            ..Npz::new("x.npz")
        },
        "`tags` names `a` twice",
    );
    check(
        Npz {
            shape: Some(vec![0]),
            ..Npz::new("x.npz")
        },
        "`shape` is [0]; expected positive sizes, such as [1, 8, 8]",
    );
}

#[test]
fn configs_survive_writing_and_reading() {
    let check = |text: &str| {
        let options: Npz = toml::from_str(text).unwrap();
        let written = toml::to_string(&options).unwrap();
        assert_eq!(toml::from_str::<Npz>(&written).unwrap(), options);
    };
    check("path = 't.npz'");
    check(
        "path = 't.npz'\nfeatures = 'a'\nlabel = 'b'\ntags = ['w']\nlayout = 'hwc'\n\
         shape = [1, 2]\nrange = [0, 1]\nclasses = ['p', 'q']",
    );
    check("path = 'x.npy'\nlabels = 'y.npy'");
}

proptest! {
    #[test]
    fn broken_archives_do_not_panic(
        at in 0_usize..600,
        byte in any::<u8>(),
        end in 0_usize..900,
        is_packed in any::<bool>(),
    ) {
        let arrays = [("x.npy", features()), ("y.npy", labels())];
        let method = if is_packed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let mut content = archive(&arrays, method);
        let n = content.len();
        content[at % n] = byte;
        content.truncate(end);
        Npz::new("t.npz").from_bytes(&content, None).ok();
    }

    #[test]
    fn broken_arrays_do_not_panic(at in 6_usize..140, bytes in any::<[u8; 2]>(), end in 8_usize..140) {
        let mut content = npy("'<U1'", true, "(2, 3, 1)", &[1; 24]);
        content[at..at + 2].copy_from_slice(&bytes);
        content.truncate(end + 20);
        read(&pair(), &content).ok();
        pair().from_bytes(&features(), Some(&content)).ok();
    }

    #[test]
    fn headers_of_any_words_do_not_panic(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "{", "}", "'descr'", ":", "'<f4'", "'<U9'", ",", "'fortran_order'", "True",
                "'shape'", "(", ")", "4294967296", "2", "L", "[", "]", "'", "é", " ",
            ]),
            0..24,
        ),
    ) {
        let text = words.concat();
        let size = (text.len() as u16).to_le_bytes();
        let content = [b"\x93NUMPY\x01\x00", &size[..], text.as_bytes()].concat();
        read(&pair(), &content).ok();
    }
}
