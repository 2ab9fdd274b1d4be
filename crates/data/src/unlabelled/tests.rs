use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::Examples;
use crate::export::{write_csv, write_idx, write_npz};
use crate::source::file::tests::gzip;

/// A model of two classes that takes grey images of 2 × 2 pixels from 0 to 16.
fn expected() -> Expected {
    Expected {
        precedents: Vec::new(),
        shape: vec![1, 2, 2],
        range: Some((0.0, 16.0)),
        format: None,
        ignore: Vec::new(),
        skip_broken: false,
        is_converted: false,
    }
}

/// The same, trained on a table with these columns.
fn of_table(options: Csv, content: &str) -> Expected {
    let loaded = options.from_bytes(content.as_bytes()).unwrap();
    Expected {
        shape: loaded.examples.shape.clone(),
        range: loaded.examples.range,
        precedents: vec![Precedent {
            source: Source::Csv(options),
            table: loaded.table,
            convert: None,
        }],
        ..expected()
    }
}

fn stream(bytes: &[u8]) -> Input {
    Input::Stream {
        name: "standard input".into(),
        content: Box::new(std::io::Cursor::new(bytes.to_vec())),
    }
}

fn read(bytes: &[u8], expected: &Expected) -> Result<Unlabelled, UnlabelledError> {
    read_unlabelled(stream(bytes), expected, &Context::new(0))
}

fn fails(bytes: &[u8], expected: &Expected, message: &str) {
    let error = read(bytes, expected).unwrap_err();
    assert_eq!(error.to_string(), message);
}

fn examples(values: Vec<f32>) -> Examples {
    let n = values.len() / 4;
    Examples {
        shape: vec![1, 2, 2],
        values: Values::pack(values),
        range: Some((0.0, 16.0)),
        labels: (0..n as u32).map(|i| i % 2).collect(),
        classes: vec!["cat".into(), "dog".into()],
        source: vec![0; n],
        source_names: vec!["s".into()],
        original: (0..n as u64).collect(),
        tags: vec![Tag::new("style", &vec!["plain"; n])],
    }
}

/// A grey picture in PNG.
fn png(width: u32, height: u32, grey: &[u8]) -> Vec<u8> {
    let picture = image::GrayImage::from_raw(width, height, grey.to_vec()).unwrap();
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

const TABLE: &str = "p,kind,digit,q,writer\n1,a,x,2,ann\n3,b,y,4,bob\n5,a,x,6,ann\n";

fn table() -> Csv {
    Csv {
        categorical: vec!["kind".into()],
        tags: vec!["writer".into()],
        ..Csv::new("t.csv", "digit")
    }
}

#[test]
fn columns_are_matched_by_name_in_any_order_with_or_without_the_label() {
    let expected = of_table(table(), TABLE);
    // Features of training: p, kind is a, kind is b, q.
    let rows = Values::U8(vec![3, 0, 1, 4, 1, 1, 0, 2]);
    let check = |content: &str, labels: Option<Tag>| {
        let read = read(content.as_bytes(), &expected).unwrap();
        assert_eq!(read.values, rows, "{content}");
        assert_eq!(read.labels, labels, "{content}");
        assert_eq!(read.ids, Ids::Numbers(2));
    };
    check("p,kind,digit,q,writer\n3,b,y,4,bob\n1,a,z,2,eve\n", {
        Some(Tag::new("digit", &["y", "z"]))
    });
    check("q,kind,p\n4,b,3\n2,a,1\n", None);
    check("\"digit\",q,p,kind\n,4,3,b\n x ,2,1,a", {
        Some(Tag::new("digit", &["", "x"]))
    });
    check("q,kind,writer,p\r\n4, b ,,3\r\n2,a,,1\r\n", None);
    // One row lacks one of the categories, and still has its feature.
    let one = read(b"q,kind,p\n2,a,1\n", &expected).unwrap();
    assert_eq!(one.values, Values::U8(vec![1, 1, 0, 2]));
}

#[test]
fn a_missing_or_an_extra_column_is_named() {
    let mut expected = of_table(table(), TABLE);
    fails(
        b"p,digit,q\n1,x,2\n",
        &expected,
        "standard input, line 1: the column `kind` of the training table is missing; \
         expected all its features",
    );
    fails(
        b"digit\nx\n",
        &expected,
        "standard input, line 1: the columns `p`, `kind`, `q` of the training table are missing; \
         expected all its features",
    );
    fails(
        b"p,kind,q,id\n1,a,2,9\n",
        &expected,
        "standard input, line 1: found the column `id`, which the training table did not have; \
         expected its features alone",
    );
    fails(
        b"p,Kind,q\n1,a,2\n",
        &expected,
        "standard input, line 1: the column `kind` of the training table is missing, and it did not \
         have the column `Kind`; expected its features",
    );
    fails(
        b"p,kind,q,p\n1,a,2,1\n",
        &expected,
        "standard input, line 1, column `p`: columns 1 and 4 both have this name; expected different \
         ones (`header = false` is for a table without names)",
    );
    expected.ignore = vec!["id".into()];
    let read = read(b"p,kind,q,id\n1,a,2,nine\n", &expected).unwrap();
    assert_eq!(read.values, Values::U8(vec![1, 1, 0, 2]));
}

#[test]
fn cells_are_checked_as_in_training() {
    let ranged = Csv {
        range: Some([0.0, 16.0]),
        ..table()
    };
    let expected = of_table(ranged, TABLE);
    fails(
        b"p,kind,q\n1,a,2\n1,a,17\n",
        &expected,
        "standard input, line 3, column `q`: found 17; expected 0 to 16, the `range`",
    );
    fails(
        b"p,kind,q\n1,c,2\n",
        &expected,
        "standard input, line 2, column `kind`: found `c`; expected one of the `categories` `a`, `b`",
    );
    fails(
        b"p,kind,q\n,a,2\n",
        &expected,
        "standard input, line 2, column `p`: the cell is empty; expected a number",
    );
    fails(
        b"p,kind,q\nNaN,a,2\n",
        &expected,
        "standard input, line 2, column `p`: found `NaN`; expected a finite number of 32 bits",
    );
    fails(
        b"p,kind,q\n1,a\n",
        &expected,
        "standard input, line 2: found 2 cells; expected 3, as in the header",
    );
    fails(
        b"p,kind,q\n",
        &expected,
        "standard input: found no line below the header; expected one per example",
    );
    fails(
        b"",
        &expected,
        "standard input is empty; expected one example at least",
    );
}

/// Means of training, by hand: of 1, 3 and 5 it is 3; of 2, 4 and 6 it is 4. Nothing was missing there.
#[test]
fn missing_numbers_become_the_means_of_training() {
    let filled = Csv {
        fill: Some(crate::source::csv::Fill::Mean),
        ..table()
    };
    let expected = of_table(filled, TABLE);
    let read = read(b"q,p,kind\n,7,b\n9,,a\n", &expected).unwrap();
    assert_eq!(read.values, Values::U8(vec![7, 0, 1, 4, 3, 1, 0, 9]));
    let warning = "2 missing values were replaced as in training";
    assert_eq!(read.warnings, [warning]);
    fails(
        b"q,p,kind\n1,2,\n",
        &expected,
        "standard input, line 2, column `kind`: found `missing`; expected one of the `categories` \
         `a`, `b`",
    );
}

#[test]
fn without_a_header_columns_are_matched_by_their_number() {
    let options = Csv {
        header: false,
        ignore: vec![1.into()],
        ..Csv::new("t.csv", 3)
    };
    let expected = of_table(options, "9,1,x,2\n9,3,y,4\n");
    let check = |content: &[u8], has_label: bool| {
        let read = read(content, &expected).unwrap();
        assert_eq!(read.values, Values::U8(vec![5, 6]));
        assert_eq!(read.labels.is_some(), has_label);
    };
    check(b"9,5,x,6\n", true);
    check(b"9,5,6\n", false);
    check(b"5,6\n", false);
    fails(
        b"1,2,3,4,5\n",
        &expected,
        "standard input, line 1: found 5 columns; expected 4 as in the training table, one less \
         without its label, or its 2 features alone",
    );
}

#[test]
fn a_table_for_a_model_of_images_has_one_column_per_value() {
    let read = read(b"a,b,c,d\n1,2,3,4\n", &expected()).unwrap();
    assert_eq!(read.values, Values::U8(vec![1, 2, 3, 4]));
    fails(
        b"a,b,c\n1,2,3\n",
        &expected(),
        "standard input has examples of shape [3]; expected [1, 2, 2], the shape that the model takes",
    );
    fails(
        b"a,b,c,d\n1,2,3,4\n5,6,7.5,-8\n",
        &expected(),
        "standard input: value 3 of example 1 is -8; expected 0 to 16, the range of the training data",
    );
}

#[test]
fn arrays_may_have_the_shape_or_be_rows_of_it() {
    let idx = |shape: &[u8], values: &[u8]| {
        let mut bytes = vec![0, 0, 8, shape.len() as u8];
        bytes.extend(shape.iter().flat_map(|&n| [0, 0, 0, n]));
        bytes.extend(values);
        bytes
    };
    let values = [1, 2, 3, 4, 5, 6, 7, 8];
    for shape in [&[2, 2, 2][..], &[2, 4], &[2, 1, 2, 2]] {
        let bytes = idx(shape, &values);
        for bytes in [&gzip(&bytes), &bytes] {
            let read = read(bytes, &expected()).unwrap();
            assert_eq!(read.values, Values::U8(values.to_vec()), "{shape:?}");
            assert_eq!(read.ids, Ids::Numbers(2));
        }
    }
    fails(
        &idx(&[1, 2, 4], &values),
        &expected(),
        "standard input has examples of shape [1, 2, 4]; expected [1, 2, 2], the shape that the model \
         takes",
    );
    fails(
        &idx(&[2, 2, 2], &values[1..]),
        &expected(),
        "standard input: ends after 7 bytes of data; expected 8, as its header says",
    );
    fails(
        &idx(&[1, 2, 2], &[0, 16, 17, 0]),
        &expected(),
        "standard input: value 2 of example 0 is 17; expected 0 to 16, the range of the training data",
    );
    let flat = Expected {
        shape: vec![4],
        ..expected()
    };
    assert!(read(&idx(&[2, 2, 2], &values), &flat).is_ok());
}

/// An image of 4 × 4 becomes 2 × 2 by the chunk's `convert`; each quarter has one value, which the
/// triangle filter mixes with its neighbours: with weights 3/7, 3/7 and 1/7 (of a triangle of half-width
/// 2 at distances 0.5, 0.5 and 1.5, the one beyond the edge left out), 6/7 of its own and 1/7 of the next.
#[test]
fn a_convert_table_brings_pictures_to_the_shape() {
    let convert = Convert {
        size: Some([2, 2]),
        range: Some([0.0, 7.0]),
        rename_classes: Some([("zero".to_owned(), "0".to_owned())].into()),
        ..Convert::default()
    };
    let mut expected = Expected {
        range: Some((0.0, 7.0)),
        precedents: vec![Precedent {
            source: Source::ImageFolder(ImageFolder::new("")),
            table: None,
            convert: Some(convert),
        }],
        ..expected()
    };
    let mut grey = Vec::new();
    for row in [[0, 0, 255, 255], [0, 0, 255, 255]] {
        grey.extend([row, row].concat());
    }
    let bytes = png(4, 4, &grey);
    let read_png = read(&bytes, &expected).unwrap();
    let Values::F32(values) = read_png.values else {
        // Steps of 7 are few: values stay fractions.
        panic!("whole numbers");
    };
    for (value, by_hand) in values.iter().zip([1.0, 6.0, 1.0, 6.0]) {
        assert!((value - by_hand).abs() < 1e-4, "{values:?}");
    }
    assert_eq!(read_png.ids, Ids::Paths(vec!["standard input".into()]));
    expected.is_converted = true;
    fails(
        &bytes,
        &expected,
        "standard input has examples of shape [1, 4, 4]; expected [1, 2, 2], the shape that the model \
         takes",
    );
}

#[test]
fn pictures_without_a_rule_must_fit_the_model() {
    let expected = Expected {
        range: Some((0.0, 255.0)),
        ..expected()
    };
    let read = read(&png(2, 2, &[0, 1, 2, 255]), &expected).unwrap();
    assert_eq!(read.values, Values::U8(vec![0, 1, 2, 255]));
    fails(
        &png(3, 2, &[0; 6]),
        &expected,
        "standard input has examples of shape [1, 2, 3]; expected [1, 2, 2], the shape that the model \
         takes",
    );
    let other = Expected {
        range: Some((0.0, 16.0)),
        ..expected.clone()
    };
    fails(
        &png(2, 2, &[0; 4]),
        &other,
        "the values of the pictures in standard input go from 0 to 255; expected 0 to 16, as in training",
    );
    // A colour picture for a model of one channel becomes grey: pure green has the luma 0.587 × 255 =
    // 149.7 (ITU-R BT.601).
    let green = image::RgbImage::from_pixel(2, 2, image::Rgb([0, 255, 0]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    green.write_to(&mut bytes, image::ImageFormat::Bmp).unwrap();
    let grey = self::read(&bytes.into_inner(), &expected).unwrap();
    assert_eq!(grey.values, Values::U8(vec![150; 4]));
}

#[test]
fn a_folder_gives_all_its_pictures_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::create_dir_all(place("dog/old")).unwrap();
    fs::create_dir(place("cat")).unwrap();
    for (name, grey) in [("dog/old/2.png", 3), ("dog/10.PNG", 2), ("cat/9.png", 1)] {
        fs::write(place(name), png(2, 2, &[grey; 4])).unwrap();
    }
    fs::write(place("cat/notes.txt"), "x").unwrap();
    let mut expected = Expected {
        range: Some((0.0, 255.0)),
        ..expected()
    };
    let read = |expected: &Expected| {
        let input = Input::Path(folder.path().to_owned());
        read_unlabelled(input, expected, &Context::new(0)).map_err(|error| {
            let root = folder.path().display().to_string();
            error.to_string().replace(&root, "ROOT")
        })
    };
    let found = read(&expected).unwrap();
    let ids = ["cat/9.png", "dog/10.PNG", "dog/old/2.png"];
    assert_eq!(found.ids, Ids::Paths(ids.map(String::from).to_vec()));
    let values = [[1; 4], [2; 4], [3; 4]].concat();
    assert_eq!(found.values, Values::U8(values));
    assert_eq!(
        found.labels,
        Some(Tag::new("folder", &["cat", "dog", "dog"]))
    );
    let classes = ["dog", "bird", "cat"].map(String::from);
    let indices = vec![Some(2), Some(0), Some(0)];
    assert_eq!(found.label_indices(&classes), Some(indices));
    assert_eq!(found.label_indices(&classes[1..2]), Some(vec![None; 3]));
    assert_eq!(found.warnings.len(), 1);
    assert!(found.warnings[0].ends_with("such as cat/notes.txt"));

    fs::write(place("cat/broken.png"), b"\x89PNG\r\n\x1a\nno").unwrap();
    let error = read(&expected).unwrap_err();
    assert!(error.starts_with("ROOT/cat/broken.png: "), "{error}");
    expected.skip_broken = true;
    let found = read(&expected).unwrap();
    assert_eq!(found.ids.len(), 3);
    assert!(found.warnings[0].contains("1 of 4 pictures are broken"));

    expected.format = Some(Format::Csv);
    assert_eq!(
        read(&expected).unwrap_err(),
        "ROOT is a folder, which is read as pictures; expected a file of the format csv"
    );
    let empty = tempfile::tempdir().unwrap();
    let input = Input::Path(empty.path().to_owned());
    expected.format = None;
    let error = read_unlabelled(input, &expected, &Context::new(0)).unwrap_err();
    assert!(
        error.to_string().ends_with(
            "the folder has no picture; expected files in .png, .jpg, .jpeg, .bmp, .gif"
        ),
        "{error}"
    );
}

#[test]
fn what_is_no_input_says_so() {
    fails(
        b"\0\x01\x02\x03 and so on",
        &expected(),
        "cannot tell the format of standard input from its first bytes; \
         expected CSV, IDX, NPY, NPZ, PNG, JPEG, BMP or GIF",
    );
    let forced = Expected {
        format: Some(Format::Idx),
        ..expected()
    };
    fails(
        b"a,b\n1,2\n",
        &forced,
        "standard input: begins with [61, 2c, 62, 0a]; expected [00, 00, type, dimensions]: a type of \
         08, 09, 0b, 0c, 0d or 0e and 1 to 4 dimensions",
    );
    let input = Input::Path(Path::new("/nowhere/x.csv").to_owned());
    let error = read_unlabelled(input, &expected(), &Context::new(0)).unwrap_err();
    assert_eq!(error.to_string(), "/nowhere/x.csv does not exist");
}

/// An archive without labels, and labels that are texts.
#[test]
fn an_archive_has_labels_or_not() {
    let mut bytes = std::io::Cursor::new(Vec::new());
    write_npz(
        &examples(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]),
        &mut bytes,
    )
    .unwrap();
    let whole = bytes.into_inner();
    let found = read(&whole, &expected()).unwrap();
    assert_eq!(found.labels, Some(Tag::new("y", &["cat", "dog"])));
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&whole)).unwrap();
    let mut alone = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let entry = zip.by_name("x.npy").unwrap();
    alone.raw_copy_file_rename(entry, "pixels.npy").unwrap();
    let alone = alone.finish().unwrap().into_inner();
    let found = read(&alone, &expected()).unwrap();
    assert_eq!(found.labels, None);
    assert_eq!(found.values, Values::U8((1..=8).collect()));
    // The array by itself is an .npy file.
    let mut npy = Vec::new();
    std::io::copy(&mut zip.by_name("x.npy").unwrap(), &mut npy).unwrap();
    assert_eq!(read(&npy, &expected()).unwrap(), found);
    assert_eq!(read(&gzip(&npy), &expected()).unwrap(), found);
    fails(
        &gzip(&whole),
        &expected(),
        "standard input: is an archive packed with gzip; expected the archive itself",
    );
    fails(
        &whole[..whole.len() - 30],
        &expected(),
        "standard input: cannot be read as a zip archive (.npz): invalid Zip archive: \
         Could not find EOCD",
    );
}

proptest! {
    /// What `plumb data export` writes comes back as it was in every format, whatever the run's options
    /// for tables and arrays are, and is never converted twice.
    #[test]
    fn exports_come_back(values in prop::collection::vec(0.0_f32..=16.0, 1..10), whole: bool) {
        let values: Vec<f32> = values
            .iter()
            .flat_map(|&v| [v, 16.0 - v, 0.0, 16.0])
            .map(|v| if whole { v.round() } else { v })
            .collect();
        let examples = examples(values);
        let mut expected = of_table(table(), TABLE);
        expected.shape = vec![1, 2, 2];
        expected.range = Some((0.0, 16.0));
        expected.precedents[0].convert = Some(Convert {
            size: Some([2, 2]),
            from_range: Some([0.0, 100.0]),
            range: Some([0.0, 16.0]),
            ..Convert::default()
        });
        let mut csv = Vec::new();
        write_csv(&examples, &mut csv).unwrap();
        let mut npz = std::io::Cursor::new(Vec::new());
        write_npz(&examples, &mut npz).unwrap();
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        write_idx(&examples, &mut images, &mut labels).unwrap();
        let texts: Vec<&str> = examples.labels.iter().map(|&l| ["cat", "dog"][l as usize]).collect();
        for (bytes, labels) in [
            (csv, Some(Tag::new("label", &texts))),
            (npz.into_inner(), Some(Tag::new("y", &texts))),
        ] {
            let found = read(&bytes, &expected).unwrap();
            prop_assert_eq!(&found.values, &examples.values);
            prop_assert_eq!(found.labels, labels);
        }
        expected.is_converted = true; // IDX has no room to say so
        let found = read(&images, &expected).unwrap();
        prop_assert_eq!(&found.values, &examples.values);
        prop_assert_eq!(found.labels, None);
    }

    /// However the columns stand, the features are those of the table as it was trained on.
    #[test]
    fn the_order_of_columns_does_not_matter(
        rows in prop::collection::vec((-99_i16..99, 0_u8..3, -99_i16..99), 2..20),
        order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
    ) {
        let content = |order: &[usize]| {
            let mut text = String::new();
            let head = ["p", "kind", "digit", "q"];
            let cells = rows.iter().enumerate().map(|(i, (p, kind, q))| {
                let label = if i % 2 == 0 { "x" } else { "y" };
                [p.to_string(), format!("k{kind}"), label.to_owned(), q.to_string()]
            });
            for row in std::iter::once(head.map(String::from)).chain(cells) {
                let row: Vec<&str> = order.iter().map(|&i| row[i].as_str()).collect();
                text.push_str(&row.join(","));
                text.push('\n');
            }
            text
        };
        let trained = content(&[0, 1, 2, 3]);
        let options = Csv { tags: Vec::new(), ..table() };
        let loaded = options.from_bytes(trained.as_bytes()).unwrap();
        let expected = of_table(options, &trained);
        let found = read(content(&order).as_bytes(), &expected).unwrap();
        prop_assert_eq!(found.values, loaded.examples.values);
    }

    /// Nothing that can be read panics.
    #[test]
    fn any_bytes_give_an_input_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes, &expected()).ok();
        read(&bytes, &of_table(table(), TABLE)).ok();
    }
}
