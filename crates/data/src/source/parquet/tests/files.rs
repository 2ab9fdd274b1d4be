use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::super::*;
use crate::hash::sha256_hex;
use crate::{Examples, Tag, Values};

/// The folder of files that its `generate.py` made with pyarrow.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/parquet");

fn fixture(name: &str) -> PathBuf {
    Path::new(FIXTURES).join(format!("{name}.parquet"))
}

fn numbers() -> Parquet {
    let mut options = Parquet::new(fixture("numbers"), "y");
    options.tags = Some(vec!["writer".into()]);
    options.ignore = Some(vec!["day".into()]);
    options
}

fn pictures(name: &str) -> Parquet {
    let mut options = Parquet::new(fixture(name), "label");
    options.image = Some("image".into());
    options
}

fn load(options: &Parquet) -> Result<Loaded, String> {
    let loaded = options.load(&Context::new(0));
    loaded.map_err(|e| e.to_string().replace(FIXTURES, "DIR"))
}

#[test]
fn columns_of_any_number_become_features() {
    let loaded = load(&numbers()).unwrap();
    let rows = (0..5_u8).map(f32::from);
    let expected: Vec<f32> = rows
        .flat_map(|i| [i, 2.0 * i, -i, i / 2.0, 10.0 * i, i % 2.0])
        .collect();
    let expected = Examples {
        shape: vec![6],
        values: Values::F32(expected),
        range: None,
        labels: vec![1, 0, 1, 0, 1],
        classes: vec!["9".into(), "10".into()],
        source: vec![0; 5],
        source_names: vec!["numbers.parquet".into()],
        original: (0..5).collect(),
        tags: vec![Tag::new("writer", &["ann", "bob", "ann", "bob", "eve"])],
    };
    assert_eq!(loaded.examples, expected);
    let bytes = fs::read(fixture("numbers")).unwrap();
    let files: Vec<_> = loaded
        .files
        .into_iter()
        .map(|f| (f.path, f.sha256))
        .collect();
    assert_eq!(files, [(fixture("numbers"), sha256_hex(&bytes))]);
    let again = numbers().parse(&bytes, &Context::new(0)).unwrap().examples;
    assert_eq!(again.values, expected.values);
}

#[test]
fn unsigned_numbers_are_not_negative() {
    let examples = load(&Parquet::new(fixture("large"), "y")).unwrap().examples;
    let expected = [32.0, 64.0, 31.0, 63.0].map(f32::exp2);
    assert_eq!(examples.values, Values::F32(expected.to_vec()));
}

#[test]
fn a_shape_and_a_range_are_checked() {
    let mut options = numbers();
    options.shape = Some(vec![1, 2, 3]);
    options.range = Some([-4.0, 40.0]);
    let examples = load(&options).unwrap().examples;
    assert_eq!(
        (examples.shape, examples.range),
        (vec![1, 2, 3], Some((-4.0, 40.0)))
    );
    options.range = Some([-4.0, 39.0]);
    assert_eq!(
        load(&options).unwrap_err(),
        "DIR/numbers.parquet: row 4, column `e`: found 40; expected -4 to 39, the `range`"
    );
    options.shape = Some(vec![7]);
    assert_eq!(
        load(&options).unwrap_err(),
        "DIR/numbers.parquet: found 6 feature columns; expected 7, the product of `shape` [7]"
    );
}

#[test]
fn pictures_and_the_names_of_classes_are_read_as_datasets_writes_them() {
    let examples = load(&pictures("pictures")).unwrap().examples;
    let pixels = |i: u8| [[i; 6], [i; 6], [100; 6]].concat();
    let expected = Examples {
        shape: vec![3, 2, 3],
        values: Values::U8((0..4).flat_map(pixels).collect()),
        range: Some((0.0, 255.0)),
        labels: vec![2, 0, 2, 0],
        classes: ["cat", "dog", "owl"].map(Into::into).to_vec(),
        source: vec![0; 4],
        source_names: vec!["pictures.parquet".into()],
        original: (0..4).collect(),
        tags: Vec::new(),
    };
    assert_eq!(examples, expected);
    let examples = load(&pictures("plain_bytes")).unwrap().examples;
    assert_eq!(examples.values, Values::U8(vec![7, 8]));
    assert_eq!(
        (examples.labels, examples.classes.join(" ")),
        (vec![1, 0], "false true".into())
    );
}

#[test]
fn a_broken_picture_is_named_or_left_out() {
    let mut options = pictures("broken");
    options.tags = Some(vec!["image.path".into()]);
    let reason = "the first bytes are not those of a PNG, JPEG, BMP or GIF picture";
    assert_eq!(
        load(&options).unwrap_err(),
        format!("DIR/broken.parquet: row 1, column `image`: {reason}")
    );
    options.broken = Some(Broken::Skip);
    let loaded = load(&options).unwrap();
    assert_eq!(loaded.examples.labels, [0, 0, 1]);
    assert_eq!(
        loaded.examples.tags,
        [Tag::new("image.path", &["0.png", "2.png", "3.png"])]
    );
    assert_eq!(
        loaded.warnings.join("\n").replace(FIXTURES, "DIR"),
        format!(
            "1 of 4 pictures are broken and were left out: \
             DIR/broken.parquet, row 1, column `image`; the first: {reason}"
        )
    );
}

#[test]
fn all_files_of_a_folder_are_one_set() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |from: &str, to: &str| fs::copy(fixture(from), folder.path().join(to)).unwrap();
    copy("pictures", "b.parquet");
    copy("pictures", "a.parquet");
    fs::write(folder.path().join("README.md"), "").unwrap();
    let mut options = pictures("pictures");
    options.path = folder.path().to_owned();
    let loaded = load(&options).unwrap();
    assert_eq!(loaded.examples.source_names, ["a.parquet", "b.parquet"]);
    assert_eq!(loaded.examples.source, [0, 0, 0, 0, 1, 1, 1, 1]);
    assert_eq!(loaded.examples.original, (0..8).collect::<Vec<_>>());
    assert_eq!(loaded.files.len(), 2);
    copy("plain_bytes", "c.parquet");
    let error = load(&options).unwrap_err();
    assert!(
        error.ends_with(
            "c.parquet: the file names other classes than the first file; expected the same"
        ),
        "{error}"
    );
    let folder = tempfile::tempdir().unwrap();
    options.path = folder.path().to_owned();
    assert_eq!(
        load(&options).unwrap_err(),
        format!(
            "{}: found no file in the folder whose name ends in .parquet; expected one or more",
            folder.path().display()
        )
    );
    let copy = |from: &str, to: &str| fs::copy(fixture(from), folder.path().join(to)).unwrap();
    copy("nan", "1.parquet");
    copy("large", "0.parquet");
    let mut options = Parquet::new(folder.path(), "y");
    let error = load(&options).unwrap_err();
    let path = folder.path().display();
    assert_eq!(
        error,
        format!(
            "{path}/1.parquet: the feature columns differ from those of {path}/0.parquet; \
             expected the same in every file"
        )
    );
    options.path.push("none");
    assert_eq!(
        load(&options).unwrap_err(),
        format!("{path}/none does not exist")
    );
}

#[test]
fn what_is_wrong_is_named_with_row_and_column() {
    let check = |name: &str, expected: &str| {
        let error = load(&Parquet::new(fixture(name), "y")).unwrap_err();
        assert_eq!(error, format!("DIR/{name}.parquet: {expected}"));
    };
    check(
        "null",
        "row 2, column `a`: the cell is null; expected a value",
    );
    check(
        "null_label",
        "row 0, column `y`: the cell is null; expected a value",
    );
    check(
        "empty_label",
        "row 1, column `y`: the cell is empty; expected a label",
    );
    check(
        "nan",
        "row 1, column `a`: found NaN; expected a finite number of 32 bits",
    );
    let huge = format!(
        "found -1{}; expected a finite number of 32 bits",
        "0".repeat(300)
    );
    check("huge", &format!("row 1, column `a`: {huge}"));
    check(
        "one_class",
        "column `y`: every label is `true`; expected two classes or more",
    );
    check(
        "not_utf8",
        "row 1, column `y`: found bytes that are not UTF-8; expected text",
    );
    check(
        "no_rows",
        "found 0 rows of 1 features; expected 1 to 1073741824, which fill 4294967296 bytes",
    );
    check(
        "list",
        "column `a.list.element`: found lists; expected numbers, or its name in `tags` or `ignore`",
    );
    check(
        "float_label",
        "column `y`: found numbers; expected text, whole numbers or booleans",
    );
    check(
        "numbers",
        "column `writer`: found text; expected numbers, or its name in `tags` or `ignore`",
    );
}

#[test]
fn columns_that_are_missing_or_of_another_kind_are_named() {
    let check = |mut options: Parquet, change: fn(&mut Parquet), expected: &str| {
        change(&mut options);
        assert_eq!(load(&options).unwrap_err(), expected);
    };
    check(
        numbers(),
        |o| o.label = "z".into(),
        "DIR/numbers.parquet: no column is named `z`; expected one of \
         `a`, `y`, `b`, `c`, `writer`, `d`, `e`, `f` and 1 more",
    );
    check(
        Parquet::new(fixture("nan"), "y"),
        |o| o.ignore = Some(vec!["z".into()]),
        "DIR/nan.parquet: no column is named `z`; expected one of `a`, `y`",
    );
    check(
        Parquet::new(fixture("nan"), "y"),
        |o| o.ignore = Some(vec!["a".into()]),
        "DIR/nan.parquet: found no column but the label and others that are not features; \
         expected numbers too",
    );
    check(
        numbers(),
        |o| (o.tags, o.ignore) = (Some(vec!["day".into()]), Some(vec!["writer".into()])),
        "DIR/numbers.parquet: column `day`: found dates or times; \
         expected text, whole numbers or booleans",
    );
    check(
        Parquet::new(fixture("pictures"), "label"),
        |_| {},
        "DIR/pictures.parquet: column `image.bytes`: found bytes; \
         expected numbers, or its name in `tags` or `ignore`",
    );
    check(
        pictures("pictures"),
        |o| o.image = Some("image.path".into()),
        "DIR/pictures.parquet: column `image.path`: found text; \
         expected encoded pictures as bytes",
    );
    check(
        pictures("unlabelled"),
        |_| {},
        "DIR/unlabelled.parquet: row 2, column `label`: found -1; \
         expected 0 to 2, as the file names its classes",
    );
    check(
        pictures("null_bytes"),
        |o| o.broken = Some(Broken::Skip),
        "DIR/null_bytes.parquet: row 2, column `image.bytes`: the cell is null; expected a value",
    );
    check(
        pictures("all_broken"),
        |o| o.broken = Some(Broken::Skip),
        "DIR/all_broken.parquet: every picture is broken; expected one at least",
    );
    let n_bytes = fs::metadata(fixture("no_rows")).unwrap().len();
    assert_eq!(
        load(&pictures("no_rows")).unwrap_err(),
        format!(
            "DIR/no_rows.parquet: found 0 rows in {n_bytes} bytes; \
             expected at least 1, and at most one per byte"
        )
    );
    // All of a struct's columns are ignored by its name.
    let mut options = Parquet::new(fixture("pictures"), "label");
    options.ignore = Some(vec!["image".into()]);
    assert!(
        load(&options)
            .unwrap_err()
            .contains("found no column but the label")
    );
}

#[test]
fn a_file_that_is_no_parquet_is_refused() {
    let error = Parquet::new("x", "y").parse(b"no Parquet, but text", &Context::new(0));
    let error = error.unwrap_err().to_string();
    assert!(
        error.ends_with(": cannot be read as Parquet: Invalid Parquet file. Corrupt footer"),
        "{error}"
    );
    let error = Parquet::new("x", "y")
        .parse(b"", &Context::new(0))
        .unwrap_err()
        .to_string();
    assert!(error.contains(": cannot be read as Parquet: "), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_bytes_make_it_panic(
        which in 0..4_usize,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let names = ["numbers", "null", "pictures", "broken"];
        let mut bytes = fs::read(fixture(names[which])).unwrap();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let options = if which < 2 { numbers() } else { pictures("") };
        // An error, or examples that are whole.
        if let Ok(loaded) = options.parse(&bytes, &Context::new(0)) {
            let examples = loaded.examples;
            prop_assert_eq!(examples.values.len(), examples.len() * examples.n_values());
        }
    }
}
