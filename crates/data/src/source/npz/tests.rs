mod archives;
mod labels;
mod wrong;

use std::fs;
use std::io::Write;

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
