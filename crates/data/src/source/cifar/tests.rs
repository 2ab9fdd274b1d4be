use std::fs;

use proptest::prelude::*;

use super::super::file::tests::gzip;
use super::*;
use crate::Values;

/// A record whose pixels all have one value, but for the first one.
fn record(labels: &[u8], value: u8) -> Vec<u8> {
    let mut record = labels.to_vec();
    record.extend([value; 3072]);
    record[labels.len()] = 0;
    record
}

fn cifar10(path: impl Into<PathBuf>) -> Cifar {
    Cifar::new(path, CifarKind::Cifar10)
}

fn cifar100(path: impl Into<PathBuf>) -> Cifar {
    Cifar::new(path, CifarKind::Cifar100)
}

#[test]
fn records_become_examples() {
    let content = [record(&[3], 9), record(&[9], 255)].concat();
    let examples = cifar10("one.bin").from_bytes(&content).unwrap();
    assert_eq!(examples.shape, [3, 32, 32]);
    assert_eq!(examples.labels, [3, 9]);
    assert_eq!(
        examples.classes,
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
    );
    assert_eq!(examples.range, Some((0.0, 255.0)));
    assert_eq!(examples.source_names, ["one.bin"]);
    assert!(examples.tags.is_empty());
    let Values::U8(values) = &examples.values else {
        panic!("not bytes");
    };
    assert_eq!(values.len(), 2 * 3072);
    assert_eq!(
        (values[0], values[1], values[3072], values[6143]),
        (0, 9, 0, 255)
    );
}

#[test]
fn the_other_label_of_cifar100_is_a_tag() {
    // The coarse label comes first in a record.
    let content = [record(&[19, 47], 1), record(&[4, 51], 1)].concat();
    let fine = cifar100("one.bin").from_bytes(&content).unwrap();
    assert_eq!(
        (fine.labels.clone(), fine.classes.len()),
        (vec![47, 51], 100)
    );
    assert_eq!(fine.tag("coarse").unwrap().get(0), "19");
    let options = Cifar {
        label: Some(CifarLabel::Coarse),
        ..cifar100("one.bin")
    };
    let coarse = options.from_bytes(&content).unwrap();
    assert_eq!(
        (coarse.labels.clone(), coarse.classes.len()),
        (vec![19, 4], 20)
    );
    assert_eq!(coarse.tag("fine").unwrap().get(1), "51");
}

#[test]
fn a_folder_is_read_by_part_with_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
    write("data_batch_1.bin", &record(&[1], 1));
    write("data_batch_3.bin.gz", &gzip(&record(&[3], 3)));
    write("test_batch.bin", &record(&[7], 7));
    let load = |part| {
        let options = Cifar {
            part,
            ..cifar10(folder.path())
        };
        options.load(&Context::new(0))
    };
    let train = load(None).unwrap();
    assert_eq!(train.examples.labels, [1, 3]);
    assert_eq!(train.examples.source, [0, 1]);
    assert_eq!(
        train.examples.source_names,
        ["data_batch_1.bin", "data_batch_3.bin.gz"]
    );
    let warning = format!(
        "Only 2 of the 5 files data_batch_1.bin to data_batch_5.bin are in {}.",
        folder.path().display()
    );
    assert_eq!(train.warnings, [warning]);
    assert_eq!(load(Some(CifarPart::Train)).unwrap(), train);
    let test = load(Some(CifarPart::Test)).unwrap();
    assert_eq!((test.examples.labels, test.warnings), (vec![7], vec![]));
    assert_eq!(
        load(Some(CifarPart::All)).unwrap().examples.labels,
        [1, 3, 7]
    );

    let names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
    write("batches.meta.txt", names.as_bytes());
    let loaded = load(None).unwrap();
    assert_eq!(loaded.examples.classes[9], "truck");
    assert_eq!(loaded.files.len(), 3);
    let file = cifar10(folder.path().join("test_batch.bin"));
    let file = file.load(&Context::new(0)).unwrap();
    assert_eq!(file.examples.classes[7], "horse");

    let check = |content: &[u8], expected: &str| {
        write("batches.meta.txt", content);
        let error = load(None).unwrap_err().to_string();
        let path = folder.path().join("batches.meta.txt");
        assert_eq!(error, format!("{}: {expected}", path.display()));
    };
    check(b"a\nb\n", "has 2 lines with a class name; expected 10");
    check(b"a\na\nc\nd\ne\nf\ng\nh\ni\nj", "names the class `a` twice");
    check(b"\xff", "is not UTF-8; expected one class name per line");
}

#[test]
fn cifar100_has_two_lists_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
    write(
        "train.bin",
        &[record(&[2, 99], 1), record(&[0, 0], 1)].concat(),
    );
    let lines = |prefix: &str, n: usize| -> String {
        let names: Vec<String> = (0..n).map(|i| format!("{prefix}{i}")).collect();
        names.join("\r\n")
    };
    write("fine_label_names.txt", lines("f", 100).as_bytes());
    write("coarse_label_names.txt", lines("c", 20).as_bytes());
    let loaded = cifar100(folder.path()).load(&Context::new(0)).unwrap();
    assert_eq!(loaded.examples.classes[99], "f99");
    assert_eq!(loaded.examples.tag("coarse").unwrap().get(0), "c2");
    assert_eq!(loaded.files.len(), 3);
}

#[test]
fn errors_name_the_file_and_the_record() {
    let check = |options: &Cifar, content: &[u8], expected: &str| {
        let error = options.from_bytes(content).unwrap_err();
        assert_eq!(error.to_string(), format!("t.bin: {expected}"));
    };
    let (ten, hundred) = (cifar10("t.bin"), cifar100("t.bin"));
    check(
        &ten,
        &[],
        "has 0 bytes; expected one or more records of 3073 bytes",
    );
    check(
        &ten,
        &record(&[3], 0)[..3000],
        "has 3000 bytes; expected one or more records of 3073 bytes",
    );
    check(
        &ten,
        &record(&[3, 3], 0),
        "has 3074 bytes; expected one or more records of 3073 bytes; its size fits `kind` \"cifar100\"",
    );
    check(
        &hundred,
        &record(&[3], 0),
        "has 3073 bytes; expected one or more records of 3074 bytes; its size fits `kind` \"cifar10\"",
    );
    check(
        &ten,
        &[record(&[9], 0), record(&[10], 0)].concat(),
        "record 1 (counted from 0) has the label 10; expected 0 to 9",
    );
    check(
        &hundred,
        &record(&[20, 99], 0),
        "record 0 (counted from 0) has the coarse label 20; expected 0 to 19",
    );
    check(
        &hundred,
        &record(&[19, 100], 0),
        "record 0 (counted from 0) has the fine label 100; expected 0 to 99",
    );
}

#[test]
fn a_packed_file_ends_with_a_record_and_within_the_limit() {
    let content = [record(&[1], 1), record(&[2], 2)].concat();
    let options = cifar10("t.bin");
    let read = |content: &[u8], limit| {
        let mut records = Records::new(&options, Context::new(0).memory);
        records.read(content, None, limit).map(|()| records.labels)
    };
    assert!(matches!(read(&content, 6146), Ok(labels) if labels == [1, 2]));
    assert!(matches!(read(&content, 6145), Err(ReadProblem::TooLarge)));
    assert!(matches!(
        read(&content[..6000], 6146),
        Err(ReadProblem::Content(problem))
            if problem == "has 6000 bytes; expected one or more records of 3073 bytes"
    ));
}

#[test]
fn impossible_options_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let check = |options: Cifar, expected: &str| {
        let error = options.load(&Context::new(0)).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(cifar10(""), "`path` is empty; expected a file");
    check(
        Cifar {
            label: Some(CifarLabel::Fine),
            ..cifar10("t.bin")
        },
        "`label` is for `kind` \"cifar100\"; images of CIFAR-10 have one label each",
    );
    check(
        Cifar {
            part: Some(CifarPart::Test),
            ..cifar10("t.bin")
        },
        "`part` is for a folder; `path` is not one",
    );
    check(cifar10("nowhere.bin"), "nowhere.bin does not exist");
    let path = folder.path().display();
    check(
        cifar10(folder.path()),
        &format!(
            "{path}: the folder has no training images; \
             expected data_batch_1.bin to data_batch_5.bin"
        ),
    );
    check(
        cifar100(folder.path()),
        &format!("{path}: the folder has no training images; expected train.bin"),
    );
    check(
        Cifar {
            part: Some(CifarPart::Test),
            ..cifar100(folder.path())
        },
        &format!(
            "{} does not exist",
            folder.path().join("test.bin").display()
        ),
    );
}

#[test]
fn configs_survive_writing_and_reading() {
    let text = "path = 'c'\nkind = 'cifar100'\npart = 'all'\nlabel = 'coarse'";
    let options: Cifar = toml::from_str(text).unwrap();
    assert_eq!(options.label, Some(CifarLabel::Coarse));
    let written = toml::to_string(&options).unwrap();
    assert_eq!(toml::from_str::<Cifar>(&written).unwrap(), options);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn arbitrary_bytes_do_not_panic(
        n in 0_usize..10_000,
        labels in any::<[u8; 3]>(),
        is_100 in any::<bool>(),
    ) {
        let mut content = [record(&labels[..2], 5), record(&labels[1..], 5)].concat();
        content.resize(n, labels[0]);
        let options = if is_100 { cifar100("t") } else { cifar10("t") };
        options.from_bytes(&content).ok();
    }
}
