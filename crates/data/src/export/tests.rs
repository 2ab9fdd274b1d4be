use std::io::{Cursor, Read as _, Write};

use proptest::prelude::*;
use zip::ZipArchive;

use super::*;
use crate::split::Member;
use crate::{Tag, Values};

/// Two pictures of 1 × 3 pixels, with everything that an example can have.
fn two(values: Values) -> Examples {
    Examples {
        shape: vec![1, 1, 3],
        values,
        range: None,
        labels: vec![1, 0],
        classes: vec!["a".into(), "bé".into()],
        source: vec![0, 0],
        source_names: vec!["in, \"here\"".into()],
        original: vec![7, 8],
        tags: vec![Tag::new("writer", &["", "ann"])],
    }
}

fn bytes() -> Examples {
    two(Values::U8(vec![1, 2, 255, 0, 4, 5]))
}

fn floats() -> Examples {
    two(Values::F32(vec![0.5, -2.0, 255.0, 0.0, 4.0, 5.0]))
}

fn csv_of(examples: &Examples) -> String {
    let mut out = Vec::new();
    write_csv(examples, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn csv_has_a_column_for_everything() {
    // By hand, with the quotes of RFC 4180.
    let header = "label,source,original,tag_writer,x1,x2,x3\n";
    let expected = "bé,\"in, \"\"here\"\"\",7,,1,2,255\na,\"in, \"\"here\"\"\",8,ann,0,4,5\n";
    assert_eq!(csv_of(&bytes()), format!("{header}{expected}"));
    assert_eq!(csv_of(&bytes().select(&[])), header);
}

#[test]
fn csv_numbers_are_the_shortest_that_are_exact() {
    let check = |value: f32, expected: &str| {
        let mut one = floats().select(&[0]);
        one.values = Values::F32(vec![0.5, 0.5, value]);
        let text = csv_of(&one);
        let cell = text.trim_end().rsplit(',').next().unwrap();
        assert_eq!(cell, expected);
    };
    // As NumPy's str(float32(…)) has the digits.
    check(0.1, "0.1");
    check(-2.5, "-2.5");
    check(1.0 / 3.0, "0.33333334");
    check(16_777_216.0, "16777216");
    check(f32::MAX, "3.4028235e38");
    check(f32::from_bits(1), "1e-45");
    check(-0.0, "-0");
}

#[test]
fn idx_is_as_the_format_says() {
    let check = |examples: &Examples, expected_images: &[u8], expected_labels: &[u8]| {
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        write_idx(examples, &mut images, &mut labels).unwrap();
        assert_eq!(images, expected_images);
        assert_eq!(labels, expected_labels);
    };
    let labels = [0, 0, 8, 1, 0, 0, 0, 2, 1, 0];
    // Two zeros, the type, the number of dimensions; then each dimension, 2 × 1 × 3.
    let dimensions = [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3];
    let images = [&[0, 0, 8, 3], &dimensions[..], &[1, 2, 255, 0, 4, 5]].concat();
    check(&bytes(), &images, &labels);
    // IEEE 754: 0.5 is 2^-1, -2 is -2^1, 255 is 1.9921875 · 2^7, 4 is 2^2, 5 is 1.25 · 2^2.
    let values = [
        [0x3f, 0, 0, 0],
        [0xc0, 0, 0, 0],
        [0x43, 0x7f, 0, 0],
        [0, 0, 0, 0],
        [0x40, 0x80, 0, 0],
        [0x40, 0xa0, 0, 0],
    ];
    let images = [&[0, 0, 13, 3], &dimensions[..], &values.concat()].concat();
    check(&floats(), &images, &labels);

    // Rows and pictures of more channels keep their shape.
    let mut rows = bytes();
    rows.shape = vec![3];
    let dimensions = [0, 0, 0, 2, 0, 0, 0, 3];
    let images = [&[0, 0, 8, 2], &dimensions[..], &[1, 2, 255, 0, 4, 5]].concat();
    check(&rows, &images, &labels);
    rows.shape = vec![3, 1, 1];
    let dimensions = [0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1];
    let images = [&[0, 0, 8, 4], &dimensions[..], &[1, 2, 255, 0, 4, 5]].concat();
    check(&rows, &images, &labels);

    // 256 classes fit a byte, 257 do not.
    rows.classes = (0..256).map(|i| i.to_string()).collect();
    rows.labels = vec![255, 0];
    check(&rows, &images, &[0, 0, 8, 1, 0, 0, 0, 2, 255, 0]);
    rows.classes.push("256".into());
    rows.labels = vec![256, 0];
    let labels = [0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0];
    check(&rows, &images, &labels);
}

#[test]
fn what_idx_cannot_say_is_an_error() {
    let check = |shape: Vec<usize>, expected: &str| {
        let examples = Examples {
            shape,
            ..bytes().select(&[])
        };
        let error = write_idx(&examples, Vec::new(), Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        vec![1 << 32],
        "a dimension is 4294967296; expected at most 4294967295, which is all that IDX can say",
    );
    check(
        vec![1; 255],
        "the number of dimensions is 256; expected at most 255, which is all that IDX can say",
    );
}

/// The bytes that `numpy.save` (NumPy 2.4.6) writes before the numbers, with NumPy's own `dict`, but
/// that npyz ends a shape with a comma and a blank, which is the same tuple to Python.
fn npy_header(dict: &str) -> Vec<u8> {
    let dict = dict.replace(",)", ")").replace("), }", ", ), }");
    let mut header = b"\x93NUMPY\x01\x00v\x00".to_vec();
    header.extend(format!("{dict:<117}\n").bytes());
    header
}

#[test]
fn npz_has_the_arrays_that_numpy_would_save() {
    let check = |examples: &Examples, x: Vec<u8>| {
        let mut out = Vec::new();
        write_npz(examples, &mut out).unwrap();
        let mut again = Vec::new();
        write_npz(examples, &mut again).unwrap();
        assert!(out == again, "two files of the same examples differ");
        let mut archive = ZipArchive::new(Cursor::new(out)).unwrap();
        let dict = |descr: &str, n: usize| {
            npy_header(&format!(
                "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({n},), }}"
            ))
        };
        let utf32 = |text: &str| {
            text.chars()
                .flat_map(|c| u32::from(c).to_le_bytes())
                .collect()
        };
        let text = |descr: &str, padded: &str| [dict(descr, 2), utf32(padded)].concat();
        let source = "in, \"here\"";
        let expected = [
            ("x.npy", x),
            (
                "y.npy",
                [dict("<i8", 2), [[1, 0, 0, 0, 0, 0, 0, 0], [0; 8]].concat()].concat(),
            ),
            (
                "original.npy",
                [
                    dict("<u8", 2),
                    [[7, 0, 0, 0, 0, 0, 0, 0], [8, 0, 0, 0, 0, 0, 0, 0]].concat(),
                ]
                .concat(),
            ),
            ("classes.npy", text("<U2", "a\0bé")),
            ("source.npy", text("<U10", &format!("{source}{source}"))),
            ("tag_writer.npy", text("<U3", "\0\0\0ann")),
        ];
        assert_eq!(archive.len(), expected.len());
        for (i, (name, expected)) in expected.iter().enumerate() {
            let mut entry = archive.by_index(i).unwrap();
            assert_eq!(entry.name().unwrap(), *name);
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            assert_eq!(content, *expected, "{name}");
        }
    };
    let dict = |descr: &str| {
        npy_header(&format!(
            "{{'descr': '{descr}', 'fortran_order': False, 'shape': (2, 1, 1, 3), }}"
        ))
    };
    check(&bytes(), [dict("|u1"), vec![1, 2, 255, 0, 4, 5]].concat());
    let values = [0.5_f32, -2.0, 255.0, 0.0, 4.0, 5.0].map(f32::to_le_bytes);
    check(&floats(), [dict("<f4"), values.concat()].concat());
}

#[test]
fn npz_text_without_characters_has_one() {
    let mut examples = bytes();
    examples.tags = vec![Tag::new("writer", &["", ""])];
    let mut out = Vec::new();
    write_npz(&examples, &mut out).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(out)).unwrap();
    let mut content = Vec::new();
    let mut entry = archive.by_name("tag_writer.npy").unwrap();
    entry.read_to_end(&mut content).unwrap();
    // As numpy.save does with numpy.array(["", ""]).
    let dict = "{'descr': '<U1', 'fortran_order': False, 'shape': (2,), }";
    assert_eq!(content, [npy_header(dict), vec![0; 8]].concat());
}

#[test]
fn two_tags_of_one_name_are_an_error() {
    let mut examples = bytes();
    examples.tags.push(examples.tags[0].clone());
    let error = write_npz(&examples, Vec::new()).unwrap_err();
    assert!(error.to_string().starts_with("cannot write: "), "{error}");
}

/// Has room for so many bytes, and remembers being written to after it said so.
struct Full {
    room: usize,
    n_errors: usize,
}

impl Write for &mut Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.room {
            self.n_errors += 1;
            return Err(io::Error::other("no space left"));
        }
        self.room -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error() {
    type WriteTo = fn(&Examples, &mut Full) -> Result<(), ExportError>;
    let check = |write: WriteTo, room: usize| {
        let mut full = Full { room, n_errors: 0 };
        let error = write(&bytes(), &mut full).unwrap_err();
        assert_eq!(error.to_string(), "cannot write: no space left");
        // At most a buffer that is dropped tries once more.
        assert!(full.n_errors <= 2, "{}", full.n_errors);
    };
    check(|examples, out| write_csv(examples, out), 0);
    check(|examples, out| write_npz(examples, out), 0);
    check(|examples, out| write_idx(examples, out, Vec::new()), 0);
    check(|examples, out| write_idx(examples, Vec::new(), out), 0);
    // A disk that is full within the values: the archive must not go on to its end.
    let mut large = bytes();
    large.shape = vec![30_000];
    large.values = Values::U8(vec![0; 60_000]);
    let mut full = Full {
        room: 40_000,
        n_errors: 0,
    };
    assert!(write_npz(&large, &mut full).is_err());
    assert_eq!(full.n_errors, 1);
}

#[test]
fn what_is_written_is_hashed() {
    let mut out = Hashed::new(Vec::new());
    out.write_all(b"a").unwrap();
    out.write_all(b"bc").unwrap();
    let (written, sha256) = out.finish().unwrap();
    assert_eq!(written, b"abc");
    // FIPS 180-2, appendix B.1.
    assert_eq!(
        sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn the_manifest_is_json() {
    let file = ManifestFile {
        name: "train.csv".to_owned(),
        sha256: "00ff".to_owned(),
    };
    let members = [Member::General(5), Member::Target(0)];
    let manifest = Manifest {
        format_version: FORMAT_VERSION,
        seed: u64::MAX,
        classes: bytes().classes,
        shape: bytes().shape,
        sets: vec![SetManifest::new("train", &bytes(), &members, vec![file])],
    };
    let mut out = Vec::new();
    manifest.write(&mut out).unwrap();
    let sha256 = bytes().sha256();
    let expected = format!(
        concat!(
            r#"{{"format_version":1,"seed":18446744073709551615,"classes":["a","bé"],"#,
            r#""shape":[1,1,3],"sets":[{{"name":"train","examples":2,"sha256":"{}","#,
            r#""files":[{{"name":"train.csv","sha256":"00ff"}}],"#,
            r#""members":[{{"chunk":"general","index":5}},{{"chunk":"target","index":0}}]}}]}}"#,
            "\n"
        ),
        sha256
    );
    assert_eq!(String::from_utf8(out.clone()).unwrap(), expected);
    assert_eq!(serde_json::from_slice::<Manifest>(&out).unwrap(), manifest);
}

proptest! {
    #[test]
    fn csv_numbers_come_back_as_they_were(bits in prop::collection::vec(any::<u32>(), 1..20)) {
        let finite = bits.into_iter().map(f32::from_bits).filter(|v| v.is_finite());
        let values: Vec<f32> = finite.chain([0.0]).collect();
        let mut one = floats().select(&[0]);
        one.shape = vec![values.len()];
        one.values = Values::F32(values.clone());
        let text = csv_of(&one);
        let cells: Vec<&str> = text.trim_end().rsplit(',').take(values.len()).collect();
        for (cell, value) in cells.iter().rev().zip(values) {
            prop_assert_eq!(cell.parse::<f32>().unwrap().to_bits(), value.to_bits());
        }
    }
}
