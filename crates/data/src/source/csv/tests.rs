mod blocks;
mod columns;
mod errors;
mod missing;

use std::fs;

use super::super::file::tests::gzip;
use super::*;
use crate::{FileHash, Values};

fn options() -> Csv {
    Csv::new("t.csv", "y")
}

fn parse(options: &Csv, content: &[u8]) -> Result<Examples, SourceError> {
    options.from_bytes(content).map(|loaded| loaded.examples)
}

#[test]
fn rows_become_examples() {
    let examples = parse(&options(), b"a,y,b\n 1 ,dog,2\n3,cat,4\n5,dog,255\n").unwrap();
    let expected = Examples {
        shape: vec![2],
        values: Values::U8(vec![1, 2, 3, 4, 5, 255]),
        range: None,
        labels: vec![1, 0, 1],
        classes: vec!["cat".into(), "dog".into()],
        source: vec![0; 3],
        source_names: vec!["t.csv".into()],
        original: vec![0, 1, 2],
        tags: Vec::new(),
    };
    assert_eq!(examples, expected);
}

#[test]
fn content_may_differ_in_form() {
    let check = |content: &str, delimiter: Option<char>| {
        let options = Csv {
            delimiter,
            ..options()
        };
        let examples = parse(&options, content.as_bytes()).unwrap();
        assert_eq!(examples.values, Values::F32(vec![1.5, -2.0]), "{content:?}");
        assert_eq!(examples.classes, ["p q", "r"], "{content:?}");
    };
    check("x,y\n1.5,p q\n-2,r\n", None);
    check("x,y\n1.5,p q\n-2,r", None);
    check("x,y\r\n1.5,p q\r\n\r\n-2,r\r\n", None);
    check("\u{feff}x,y\n1.5,\"p q\"\n-2e0,r\n\n", None);
    check("\u{feff}y;x\np q;1.5\nr;-2\n", Some(';'));
    check("x\ty\n1.5\tp q\n-2\tr\n", Some('\t'));
}

#[test]
fn classes_are_ordered_as_numbers_if_all_are() {
    let check = |labels: &[&str], expected: &[&str]| {
        let rows = labels.join("\n0,");
        let examples = parse(&options(), format!("x,y\n0,{rows}\n").as_bytes()).unwrap();
        assert_eq!(examples.classes, expected);
    };
    check(&["10", "9", "-1"], &["-1", "9", "10"]);
    check(&["10", "9", "b"], &["10", "9", "b"]);
    check(&["1", "01", "0"], &["0", "01", "1"]);
}

#[test]
fn errors_name_line_and_column() {
    let check = |content: &[u8], expected: &str| {
        let options = Csv {
            range: Some([0.0, 16.0]),
            shape: Some(vec![1, 2]),
            ..options()
        };
        assert_eq!(parse(&options, content).unwrap_err().to_string(), expected);
    };
    check(
        b"",
        "t.csv: the file is empty; expected a header line and one line per example",
    );
    check(
        b"a,b,label\n1,2,x\n",
        "t.csv, line 1: no column is named `y`; expected one of `a`, `b`, `label`",
    );
    check(
        b"0,1,2,3,4,5,6,7,8,9\n",
        "t.csv, line 1: no column is named `y`; \
         expected one of `0`, `1`, `2`, `3`, `4`, `5`, `6`, `7` and 2 more",
    );
    check(
        b"y,a,y\n",
        "t.csv, line 1, column `y`: columns 1 and 3 both have this name; expected different ones \
         (`header = false` is for a table without names)",
    );
    check(
        b"y\n1\n",
        "t.csv: found no column of features; expected one at least, beside the label",
    );
    check(
        b"a,b,y\n",
        "t.csv: found no line below the header; expected one per example",
    );
    check(
        b"a,b,y\n1,2,x\n1,2\n",
        "t.csv, line 3: found 2 cells; expected 3, as in the header",
    );
    check(
        b"a,b,y\n\n\n1,,x\n",
        "t.csv, line 4, column `b`: the cell is empty; expected a number",
    );
    check(
        b"a,b,y\r\n1,2,x\r\n\r\n1,2, \r\n",
        "t.csv, line 4, column `y`: the cell is empty; expected a label",
    );
    check(
        b"a,b,y\n\"1\",2,\"x\n\nz\"\n1,two,x\n",
        "t.csv, line 5, column `b`: found `two`; expected a number (or the column in `categorical`, in `ignore`, or as the `label`)",
    );
    check(
        "\u{feff}a,b,y\n\n1,two,x\n".as_bytes(),
        "t.csv, line 3, column `b`: found `two`; expected a number (or the column in `categorical`, in `ignore`, or as the `label`)",
    );
    check(
        b"a,b,y\n1,NaN,x\n",
        "t.csv, line 2, column `b`: found `NaN`; expected a finite number of 32 bits",
    );
    check(
        b"a,b,y\n1,1e39,x\n",
        "t.csv, line 2, column `b`: found `1e39`; expected a finite number of 32 bits",
    );
    check(
        b"a,b,y\n1,16.5,x\n",
        "t.csv, line 2, column `b`: found 16.5; expected 0 to 16, the `range`",
    );
    check(
        b"a,b,y\n1,2,x\n1,2,\xff\n",
        "t.csv, line 3: found bytes that are not UTF-8; expected text",
    );
    check(
        b"a,b,c,y\n1,2,3,x\n",
        "t.csv: found 3 feature columns; expected 2, the product of `shape` [1, 2] (without `shape` it is [3])",
    );
    check(
        b"a,b,y\n1,2,x\n3,4,x\n",
        "t.csv, column `y`: every label is `x`; expected two classes or more (is this the column with the labels, \
         and does this file hold all classes?)",
    );
}

#[test]
fn impossible_options_are_named() {
    let check = |change: fn(&mut Csv), expected: &str| {
        let mut options = options();
        change(&mut options);
        assert_eq!(options.check().unwrap_err().to_string(), expected);
        assert!(matches!(
            options.load(&Context::new(0)),
            Err(SourceError::Field(_))
        ));
    };
    check(
        |o| o.path = PathBuf::new(),
        "`path` is empty; expected a file",
    );
    check(
        |o| o.label = "".into(),
        "`label` is empty; expected a column name",
    );
    for shape in [vec![], vec![8, 0], vec![usize::MAX, 2]] {
        let options = Csv {
            shape: Some(shape),
            ..options()
        };
        assert_eq!(options.check().unwrap_err().field, "shape");
    }
    check(
        |o| o.range = Some([16.0, 0.0]),
        "`range` is 16 to 0; expected a smaller and a larger number",
    );
    check(
        |o| o.delimiter = Some('"'),
        "`delimiter` is '\"'; expected an ASCII character such as ';' or a tab",
    );
    check(
        |o| o.delimiter = Some('→'),
        "`delimiter` is '→'; expected an ASCII character such as ';' or a tab",
    );
}

#[test]
fn a_file_is_loaded_packed_or_not_and_named_in_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let load = || {
        Csv {
            path: path.clone(),
            ..options()
        }
        .load(&Context::new(0))
    };
    assert!(matches!(load(), Err(SourceError::File(_))));
    let content = b"x,y\n1,p\n2,q\n";
    for bytes in [content.to_vec(), gzip(content)] {
        fs::write(&path, &bytes).unwrap();
        let loaded = load().unwrap();
        assert_eq!(loaded.examples.source_names, ["t.csv"]);
        assert_eq!(loaded.examples.len(), 2);
        let sha256 = crate::hash::sha256_hex(&bytes);
        assert_eq!(
            loaded.files,
            [FileHash {
                path: path.clone(),
                sha256
            }]
        );
    }
    fs::write(&path, b"x,y\nq,p\n").unwrap();
    let expected = format!("{}, line 2, column `x`: ", path.display());
    assert!(load().unwrap_err().to_string().starts_with(&expected));
}

#[test]
fn optdigits_has_the_counts_of_its_readme() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../data/optdigits/optdigits.csv"
    );
    let options = Csv {
        shape: Some(vec![1, 8, 8]),
        range: Some([0.0, 16.0]),
        ..Csv::new(path, "digit")
    };
    let examples = options.load(&Context::new(0)).unwrap().examples;
    // Counts per class: the data set's own description, optdigits.names, test part.
    let expected = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
    assert_eq!(examples.class_counts(), expected);
    assert!(matches!(examples.values, Values::U8(_)));
    assert_eq!(examples.range, Some((0.0, 16.0)));
}

/// A config as users write it, less the path.
fn config(text: &str) -> Csv {
    toml::from_str(&format!("path = 't.csv'\n{text}")).unwrap()
}
