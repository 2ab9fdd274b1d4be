use std::fs;

use proptest::prelude::*;

use super::super::file::tests::gzip;
use super::*;
use crate::{FileHash, Memory, Values};

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
        "t.csv, line 5, column `b`: found `two`; expected a number (or the column in `categorical`)",
    );
    check(
        "\u{feff}a,b,y\n\n1,two,x\n".as_bytes(),
        "t.csv, line 3, column `b`: found `two`; expected a number (or the column in `categorical`)",
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
        "t.csv: found 3 features in a row; expected 2, the product of `shape` [1, 2]",
    );
    check(
        b"a,b,y\n1,2,x\n3,4,x\n",
        "t.csv, column `y`: every label is `x`; expected two classes or more",
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

#[test]
fn configs_survive_writing_and_reading() {
    let check = |text: &str| {
        let options = config(text);
        let written = toml::to_string(&options).unwrap();
        assert_eq!(
            toml::from_str::<Csv>(&written).unwrap(),
            options,
            "{written}"
        );
    };
    check("label = 'y'");
    check("label = 3\nheader = false\nfill_value = 0.5");
    check(
        "label = 'y'\nclasses = ['a', 'b']\nmissing = ['', '?']\nfill = 'median'\n\
         categorical = ['colour', 4]\nignore = ['id']\ntags = [2]\n\
         [categories]\nsize = ['s', 'm', 'l']",
    );
}

#[test]
fn a_column_is_a_name_or_a_number() {
    let check = |label: &str, expected: &str| {
        let error = toml::from_str::<Csv>(&format!("path = 't.csv'\nlabel = {label}")).unwrap_err();
        assert_eq!(error.message(), expected);
    };
    check(
        "0",
        "invalid value: integer `0`, expected a column's name, or its number counted from 1",
    );
    check(
        "-3",
        "invalid value: integer `-3`, expected a column's name, or its number counted from 1",
    );
    check(
        "1.5",
        "invalid type: floating point `1.5`, expected a column's name, or its number counted from 1",
    );
}

#[test]
fn columns_go_by_name_or_number_with_a_header_or_without() {
    let check = |config_text: &str, content: &str| {
        let examples = parse(&config(config_text), content.as_bytes()).unwrap();
        assert_eq!(
            examples.values,
            Values::U8(vec![1, 2, 3, 4]),
            "{config_text}"
        );
        assert_eq!(examples.labels, [1, 0], "{config_text}");
    };
    check("label = 'y'", "a,y,b\n1,q,2\n3,p,4\n");
    check("label = 2", "a,y,b\n1,q,2\n3,p,4\n");
    check("label = 2\nheader = false", "1,q,2\n3,p,4\n");
    check("label = '2'\nheader = false", "\n\n1,q,2\n3,p,4\n");
    // With a header, "2" is a name.
    check("label = '2'", "2,a,b\nq,1,2\np,3,4\n");
}

#[test]
fn classes_are_those_of_the_options() {
    let options = config("label = 'y'\nclasses = ['q', 'p', 'r']");
    let examples = parse(&options, b"a,y\n1,p\n2,p\n").unwrap();
    assert_eq!(examples.labels, [1, 1]);
    assert_eq!(examples.classes, ["q", "p", "r"]);
    let error = parse(&options, b"a,y\n1,p\n\n2,s\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "t.csv, line 4, column `y`: found the label `s`; \
         expected one of the `classes` `q`, `p`, `r`"
    );
}

const MISSING: &str = "a,colour,y\n1,red,p\n,blue,q\n4,NA,p\n7,red,q\n";

#[test]
fn missing_values_are_filled_as_pandas_would() {
    // pandas 3.0: get_dummies of the columns after fillna with mean() or median() and "missing".
    let check = |fill: &str, second: f32, expected_by: &str| {
        let options =
            format!("label = 'y'\nmissing = ['', 'NA']\ncategorical = ['colour']\n{fill}");
        let loaded = config(&options).from_bytes(MISSING.as_bytes()).unwrap();
        let rows = [
            [1.0, 0.0, 0.0, 1.0],
            [second, 1.0, 0.0, 0.0],
            [4.0, 0.0, 1.0, 0.0],
            [7.0, 0.0, 0.0, 1.0],
        ];
        assert_eq!(loaded.examples.values, Values::pack(rows.concat()));
        assert_eq!(loaded.examples.shape, [4]);
        assert_eq!(
            loaded.warnings,
            [
                format!("Missing values in t.csv were replaced by {expected_by}: 1 in `a` (1)."),
                "Missing values in t.csv became the category `missing`: 1 in `colour` (1).".into(),
            ]
        );
    };
    check(
        "fill = 'mean'",
        4.0,
        "the mean of their column over the whole file, rows of dev and test included",
    );
    check(
        "fill = 'median'",
        4.0,
        "the median of their column over the whole file, rows of dev and test included",
    );
    check("fill = 'zero'", 0.0, "0");
    check("fill_value = 0.5", 0.5, "0.5");
}

#[test]
fn mean_and_median_differ_and_the_middle_of_an_even_number_is_between_two() {
    // numpy.median([1, 2, 4, 10]) = 3.0, numpy.mean = 4.25
    let check = |fill: &str, expected: f32| {
        let options = config(&format!("label = 'y'\nfill = '{fill}'"));
        let examples = parse(&options, b"a,y\n10,p\n1,q\n,q\n4,p\n2,q\n").unwrap();
        assert_eq!(examples.values.get(2), expected);
    };
    check("median", 3.0);
    check("mean", 4.25);
}

#[test]
fn a_number_may_stand_for_a_missing_value() {
    let options = config("label = 'y'\nmissing = ['-999']\nfill = 'mean'");
    let examples = parse(&options, b"a,y\n1,p\n-999,q\n3,p\n").unwrap();
    assert_eq!(examples.values, Values::U8(vec![1, 2, 3]));
}

#[test]
fn categories_are_one_hot_in_the_order_of_the_options_or_sorted() {
    let check = |config_text: &str, content: &str, expected: &[u8]| {
        let examples = parse(&config(config_text), content.as_bytes()).unwrap();
        assert_eq!(
            examples.values,
            Values::U8(expected.to_vec()),
            "{config_text}"
        );
    };
    let content = "k,y\n10,p\n9,q\n";
    check("label = 'y'\ncategorical = ['k']", content, &[0, 1, 1, 0]);
    let listed = "label = 'y'\n[categories]\nk = ['10', '9', '8']";
    check(listed, content, &[1, 0, 0, 0, 1, 0]);
    // Listed and named is the same as listed.
    check(
        "label = 'y'\ncategorical = [1]\n[categories]\nk = ['10', '9', '8']",
        content,
        &[1, 0, 0, 0, 1, 0],
    );
    let error = parse(&config(listed), b"k,y\n10,p\n7,q\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "t.csv, line 3, column `k`: found `7`; expected one of the `categories` `10`, `9`, `8`"
    );
}

#[test]
fn a_column_of_a_thousand_categories_is_read_and_no_larger_one() {
    let table = |n: usize| {
        let rows = (0..n).map(|i| format!("{i},{}\n", i % 2));
        format!("k,y\n{}", rows.collect::<String>())
    };
    let options = config("label = 'y'\ncategorical = ['k']");
    let examples = parse(&options, table(1000).as_bytes()).unwrap();
    assert_eq!(examples.shape, [1000]);
    assert_eq!(examples.example(999)[999], 1.0);
    let error = parse(&options, table(1001).as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "t.csv, line 1002, column `k`: found more than 1000 categories; \
         expected a column that has fewer, or the column in `ignore`"
    );
    // Also where no block of rows has that many.
    let table = table(1001);
    let read = Table::read_blocks(
        table.as_bytes(),
        u64::MAX,
        &options,
        &Memory::unlimited(),
        64,
    );
    let Err(Problem::Csv(error)) = read else {
        panic!("was read");
    };
    assert_eq!(*error.problem, CsvProblem::ManyCategories);
    assert_eq!(error.column.as_deref(), Some("k"));
}

#[test]
fn tags_travel_and_ignored_columns_do_not() {
    let options = config("label = 'y'\nignore = ['id']\ntags = ['writer', 1]");
    let examples = parse(
        &options,
        b"site,id,a,writer,y\nx,one,1,ann,p\n,two,2,bob,q\nx,,3,ann,q\n",
    )
    .unwrap();
    assert_eq!(examples.values, Values::U8(vec![1, 2, 3]));
    let tags: Vec<&str> = examples.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(tags, ["writer", "site"]);
    let of = |name: &str| -> Vec<String> {
        let tag = examples.tag(name).unwrap();
        (0..3).map(|i| tag.get(i).to_owned()).collect()
    };
    assert_eq!(of("writer"), ["ann", "bob", "ann"]);
    assert_eq!(of("site"), ["x", "", "x"]);
}

#[test]
fn errors_of_the_newer_options_name_their_place() {
    let check = |config_text: &str, content: &str, expected: &str| {
        let error = parse(&config(config_text), content.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("t.csv{expected}"));
    };
    check(
        "label = 'y'\nheader = false",
        "",
        ": the file is empty; expected one line per example",
    );
    check(
        "label = 'y'\nheader = false",
        "1,2\n",
        ", line 1: no column is named `y`; expected one of `1`, `2`",
    );
    check(
        "label = 3",
        "a,y\n1,2\n",
        ", line 1: there is no column 3, as in `label`; expected 1 to 2",
    );
    check(
        "label = 'y'\ntags = ['who']",
        "a,y\n1,2\n",
        ", line 1: no column is named `who`, as in `tags`; expected one of `a`, `y`",
    );
    check(
        "label = 'y'\nignore = ['y']",
        "a,y\n1,2\n",
        ", column `y`: the column is in `label` and in `ignore`; expected one of them",
    );
    check(
        "label = 'y'\ntags = [1]\n[categories]\na = ['1']",
        "a,b,y\n1,1,2\n",
        ", column `a`: the column is in `tags` and in `categorical`; expected one of them",
    );
    check(
        "label = 1\nheader = false",
        "1,2\n1,2\n3\n",
        ", line 3: found 1 cells; expected 2, as in the first line",
    );
    check(
        "label = 'y'\nmissing = ['NA']",
        "a,y\nNA,2\n",
        ", line 2, column `a`: found `NA`, which is in `missing`; expected a number",
    );
    check(
        "label = 'y'\nmissing = ['NA']\nfill = 'zero'",
        "a,y\n1,NA\n",
        ", line 2, column `y`: found `NA`, which is in `missing`; expected a label",
    );
    check(
        "label = 'y'\ncategorical = ['a']",
        "a,y\nx,1\n,2\n",
        ", line 3, column `a`: the cell is empty; expected a category",
    );
    check(
        "label = 'y'\nfill = 'mean'",
        "a,y\n,1\n,2\n",
        ", column `a`: every value is missing; expected one at least, for `fill`",
    );
    check(
        "label = 'y'\nshape = [3]\ncategorical = ['a']",
        "a,y\nu,1\nv,2\n",
        ": found 2 features in a row; expected 3, the product of `shape` [3]",
    );
    check(
        "label = 'y'\nfill = 'zero'",
        "a,y\ninf,1\n",
        ", line 2, column `a`: found `inf`; expected a finite number of 32 bits",
    );
}

#[test]
fn newer_options_that_are_impossible_are_named() {
    let check = |config_text: &str, expected: &str| {
        let error = config(config_text).check().unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        "label = 'y'\nclasses = ['a']",
        "`classes` has 1; expected two classes or more",
    );
    check(
        "label = 'y'\nfill = 'mean'\nfill_value = 1",
        "`fill_value` is given beside `fill`; expected one of them",
    );
    check(
        "label = 'y'\nfill_value = nan",
        "`fill_value` is NaN; expected a finite number",
    );
    check(
        "label = 'y'\nfill = 'zero'\nrange = [1, 2]",
        "`fill` puts 0; expected 1 to 2, the `range`",
    );
    check(
        "label = 'y'\n[categories]\nk = []",
        "`categories` lists 0 for `k`; expected 1 to 1000",
    );
    check(
        "label = 'y'\n[categories]\nk = ['a', 'a']",
        "`categories` names `a` twice",
    );
    let options = Csv::new("t.csv", 0);
    assert_eq!(
        options.check().unwrap_err().to_string(),
        "`label` names column 0; expected a column's name, or its number counted from 1"
    );
}

#[test]
fn a_header_of_numbers_is_suspected_to_be_an_example() {
    let check = |content: &[u8], expected: &[&str]| {
        let loaded = config("label = 1").from_bytes(content).unwrap();
        assert_eq!(loaded.warnings, expected);
    };
    let warning = "Every name in the header of t.csv is a number; \
                   if its first line is an example, set `header = false`.";
    check(b"5,0.5\n4,1\n3,2\n", &[warning]);
    // As pandas numbers columns without names.
    check(b"0,1\n4,1\n3,2\n", &[]);
    check(b"5,a\n4,1\n3,2\n", &[]);
}

/// Everything that a table gives, or its error, read in blocks of some size.
fn in_blocks(options: &Csv, content: &[u8], block_bytes: usize) -> Result<Loaded, String> {
    let memory = Memory::unlimited();
    Table::read_blocks(content, u64::MAX, options, &memory, block_bytes)
        .and_then(|table| {
            let loaded = options.loaded(table, &options.path);
            loaded.map_err(Problem::Csv)
        })
        .map_err(|problem| format!("{problem:?}"))
}

#[test]
fn a_limit_of_bytes_is_kept() {
    let content = b"a,y\n1,p\n2,q\n";
    let read = |limit| Table::read(&content[..], limit, &options(), &Memory::unlimited());
    assert!(read(12).is_ok());
    assert!(matches!(read(11), Err(Problem::TooLarge)));
}

proptest! {
    #[test]
    fn blocks_of_any_size_give_the_same_table(
        // Cells of every form, some of which are wrong in some rows.
        rows in prop::collection::vec(
            ("(1|2\\.5| 3|\"4\"|\"4\n\"|x|)", "(u|\"u,\"\"\n\"|v\"|w|)", "(p|q|\"q\")", "(\n|\r\n|\n\n)"),
            1..12,
        ),
        block_bytes in 1_usize..40,
        config_text in prop::sample::select(vec![
            "label = 'y'\ntags = ['b']",
            "label = 'y'\ncategorical = ['b']\nfill = 'mean'",
            "label = 'y'\nmissing = ['', 'x']\nfill = 'median'\ntags = ['b']",
        ]),
    ) {
        let rows = rows.iter().map(|(a, b, y, end)| format!("{a},{b},{y}{end}"));
        let content = format!("\u{feff}a,b,y\n{}", rows.collect::<String>());
        let options = config(config_text);
        let whole = in_blocks(&options, content.as_bytes(), 1 << 20);
        prop_assert_eq!(in_blocks(&options, content.as_bytes(), block_bytes), whole);
    }

    #[test]
    fn a_written_table_is_read_as_it_was(
        rows in prop::collection::vec((any::<f32>().prop_filter("finite", |v| v.is_finite()), "[a-z\", ]{0,4}z"), 2..20),
    ) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["a", "t", "y"]).unwrap();
        for (i, (number, text)) in rows.iter().enumerate() {
            let label = if i == 0 { "p" } else { "q" };
            writer.write_record([&number.to_string(), text, label]).unwrap();
        }
        let content = writer.into_inner().unwrap();
        let examples = parse(&config("label = 'y'\ntags = ['t']"), &content).unwrap();
        for (i, (number, text)) in rows.iter().enumerate() {
            prop_assert_eq!(examples.values.get(i), *number);
            prop_assert_eq!(examples.tags[0].get(i), text.trim());
        }
    }

    #[test]
    fn arbitrary_bytes_do_not_panic(content in prop::collection::vec(any::<u8>(), 0..200)) {
        parse(&options(), &content).ok();
    }

    #[test]
    fn nearly_a_table_does_not_panic(rest in "[xy0-9,.\"\r\n\u{feff}e-]{0,80}", bom in any::<bool>()) {
        let bom = if bom { "\u{feff}" } else { "" };
        parse(&options(), format!("{bom}x,y\n{rest}").as_bytes()).ok();
    }
}
