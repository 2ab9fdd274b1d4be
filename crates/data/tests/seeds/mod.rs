//! A right input per reader, to break.

#[path = "../../src/source/fonts/tests/font.rs"]
mod font;

use plumb_data::{Examples, Values, export::write_npz};

/// The seeds of a reader by its name.
pub(crate) fn of(reader: &str) -> Vec<Vec<u8>> {
    match reader {
        "csv" => csv(),
        "idx" => vec![idx()],
        "npz" => vec![npz()],
        "npy" => vec![npy()],
        "cifar" => vec![cifar(0, 3073), cifar(1, 3074)],
        "picture" => pictures(),
        "font" => fonts(),
        "parquet" => parquet(),
        _ => Vec::new(),
    }
}

/// The byte that chooses the options, then the input.
fn chosen(choice: u8, input: &[u8]) -> Vec<u8> {
    [&[choice], input].concat()
}

fn csv() -> Vec<Vec<u8>> {
    vec![
        chosen(0, b"a,b,y\n1,2.5,cat\n3,4e2,dog\n-5,6,\"cat\"\n"),
        chosen(1, b"0,1,2\n1,3,4\n0,5,6\n"),
        chosen(2, b"a;b;y\nann;1;x\nbob;;z\nann;3;x\n"),
        chosen(3, "a,b,c,y\nr\u{e9}d,1,2,0\nblue,3,4,1\n".as_bytes()),
    ]
}

/// Two images of 1 × 3 and their 10 bytes of labels, which the first byte cuts off.
fn idx() -> Vec<u8> {
    let images = [
        0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6,
    ];
    let labels = [0, 0, 8, 1, 0, 0, 0, 2, 1, 0];
    chosen(10, &[&images[..], &labels].concat())
}

fn npz() -> Vec<u8> {
    let examples = Examples {
        shape: vec![1, 2, 2],
        values: Values::F32(vec![0.5, 1.0, -2.0, 3.0, 4.0, 5.0, 6.0, 7.5]),
        range: None,
        labels: vec![0, 1],
        classes: vec!["0".into(), "1".into()],
        source: vec![0, 0],
        source_names: vec!["x".into()],
        original: vec![0, 1],
        tags: Vec::new(),
    };
    let mut archive = vec![0];
    write_npz(&examples, &mut archive).unwrap();
    archive
}

/// `x` of 2 × 2 floats and `y` of 2 integers (the format: NEP 1).
fn npy() -> Vec<u8> {
    let array = |kind: &str, shape: &str, data: &[u8]| {
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
        let header = format!("{header:117}\n");
        let length = (header.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
    };
    let floats: Vec<u8> = [1.0f32, 2.0, 3.0, 4.5]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let x = array("<f4", "(2, 2)", &floats);
    let y = array("|u1", "(2,)", &[0, 1]);
    chosen(y.len() as u8, &[x, y].concat())
}

/// Two records of that size: labels, then pixels.
fn cifar(choice: u8, record: usize) -> Vec<u8> {
    let mut bytes = vec![7; 2 * record];
    (bytes[0], bytes[record]) = (0, 1);
    chosen(choice, &bytes)
}

fn pictures() -> Vec<Vec<u8>> {
    files("pictures", &["png", "jpg", "bmp", "gif"])
        .iter()
        .enumerate()
        .map(|(i, picture)| chosen(i as u8, picture))
        .collect()
}

fn parquet() -> Vec<Vec<u8>> {
    let files = files("parquet", &["parquet"]);
    let small = files.iter().filter(|file| file.len() < 20_000);
    small
        .flat_map(|file| [chosen(0, file), chosen(1, file)])
        .collect()
}

fn fonts() -> Vec<Vec<u8>> {
    let box_of = |left| [left, 0, left + 400, 700];
    let characters = [('0', box_of(50)), ('8', box_of(60)), ('Å', box_of(70))];
    vec![font::of_boxes(&characters), font::of_discs(&characters)]
}

/// The fixtures of a folder with these endings, in the order of their names.
fn files(folder: &str, endings: &[&str]) -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/").to_string() + folder;
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|e| endings.iter().any(|end| e == *end))
        })
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}
