//! `plumb predict` with the real binary: every kind of input, and what is wrong with some.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use common::{QUICKSTART, SHORT, Workplace, checkpoint, stderr, stdout};
use serde_json::Value;

/// Runs `plumb predict RUN INPUT …` with `stdin`.
fn predict(place: &Workplace, run: &Path, input: &str, more: &[&str], stdin: &[u8]) -> Output {
    let mut command = place.command(&["predict", run.to_str().unwrap(), input, "--device", "cpu"]);
    let child = command
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    // It may have ended with an error before it read anything.
    child.stdin.take().unwrap().write_all(stdin).ok();
    child.wait_with_output().unwrap()
}

/// A table as rows of cells, without its head; only the named columns.
fn columns(csv: &[u8], names: &[&str]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv);
    let head = reader.headers().unwrap().clone();
    let at = |name: &&str| head.iter().position(|column| column == *name).unwrap();
    let at: Vec<usize> = names.iter().map(at).collect();
    let cells = |row: csv::StringRecord| at.iter().map(|&i| row[i].to_owned()).collect();
    reader.records().map(|row| cells(row.unwrap())).collect()
}

/// The predicted class and its probability, to six decimals.
const PREDICTED: [&str; 2] = ["predicted", "probability"];

/// The predictions for an input, as printed in CSV.
fn predicted(place: &Workplace, run: &Path, input: &Path, more: &[&str]) -> Vec<Vec<String>> {
    let more = [&["--output", "csv"], more].concat();
    let output = predict(place, run, input.to_str().unwrap(), &more, b"");
    assert!(output.status.success(), "{}", stderr(&output));
    columns(&output.stdout, &PREDICTED)
}

fn export(place: &Workplace, run: &Path, format: &str) -> PathBuf {
    let folder = place.runs().with_file_name(format);
    let config = run.join("config.toml");
    let args = [
        "data",
        "export",
        config.to_str().unwrap(),
        "--format",
        format,
    ];
    let output = place.plumb(&[&args[..], &["--out", folder.to_str().unwrap()]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

/// The same numbers in another file give the same predictions, to every digit that the run wrote.
#[test]
fn exported_sets_are_predicted_as_in_the_run() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let csv = export(&place, &run, "csv");
    let npz = export(&place, &run, "npz");
    let idx = export(&place, &run, "idx");
    // 2,500 examples are more than one batch.
    for set in ["train", "dev", "test"] {
        let of_run = fs::read(run.join(format!("predictions/{set}.csv"))).unwrap();
        let of_run = columns(&of_run, &PREDICTED);
        for file in [
            csv.join(format!("{set}.csv")),
            npz.join(format!("{set}.npz")),
            idx.join(format!("{set}-images.idx")),
        ] {
            assert_eq!(
                predicted(&place, &run, &file, &[]),
                of_run,
                "{}",
                file.display()
            );
        }
    }
    // Labels are compared, where the input has them.
    let report: Value =
        serde_json::from_slice(&fs::read(run.join("diagnosis.json")).unwrap()).unwrap();
    let errors = &report["diagnosis"]["rates"][3]["count"]["errors"];
    for file in [csv.join("dev.csv"), npz.join("dev.npz")] {
        let output = predict(&place, &run, file.to_str().unwrap(), &[], b"");
        let talk = stderr(&output);
        assert!(talk.ends_with(&format!(": {errors} / 500\n")), "{talk}");
    }
    let unlabelled = predict(
        &place,
        &run,
        idx.join("dev-images.idx").to_str().unwrap(),
        &[],
        b"",
    );
    assert_eq!(stderr(&unlabelled), "");
    // Standard input is told apart by its first bytes.
    let file = npz.join("dev.npz");
    let bytes = fs::read(&file).unwrap();
    let piped = predict(&place, &run, "-", &["--output", "csv"], &bytes);
    let of_run = fs::read(run.join("predictions/dev.csv")).unwrap();
    assert_eq!(
        columns(&piped.stdout, &PREDICTED),
        columns(&of_run, &PREDICTED)
    );
    let again = predict(&place, &run, "-", &["--output", "csv"], &bytes);
    assert_eq!(piped.stdout, again.stdout);
}

/// Values that are beyond the run's memory budget go to a file, and come back as they were.
#[test]
fn an_input_beyond_the_memory_budget_is_predicted_the_same() {
    let place = Workplace::new();
    let cache = place.runs().with_file_name("cache");
    let cache = format!("data.cache={:?}", cache.to_str().unwrap());
    // 2,500 digits of 64 bytes.
    let settings = [&SHORT[..], &["data.memory_budget=50KB", &cache]].concat();
    let (_, run) = place.train(QUICKSTART, &settings);
    let input = export(&place, &run, "csv").join("train.csv");
    let of_run = fs::read(run.join("predictions/train.csv")).unwrap();
    let of_run = columns(&of_run, &PREDICTED);
    assert_eq!(predicted(&place, &run, &input, &[]), of_run);
}

/// The first rows of the real digits, and their head.
fn digits(n: usize) -> (Vec<String>, Vec<Vec<String>>) {
    let table = fs::read(common::root().join("data/optdigits/optdigits.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(&table[..]);
    let cells = |row: &csv::StringRecord| row.iter().map(String::from).collect();
    let head = cells(reader.headers().unwrap());
    let rows = reader.records().take(n).map(|row| cells(&row.unwrap()));
    (head, rows.collect())
}

#[test]
fn columns_go_by_their_names() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let (head, rows) = digits(50);
    let table = |order: &[usize]| {
        let line = |row: &Vec<String>| {
            let cells: Vec<&str> = order.iter().map(|&i| row[i].as_str()).collect();
            cells.join(",")
        };
        let lines: Vec<String> = std::iter::once(&head).chain(&rows).map(line).collect();
        lines.join("\n")
    };
    let all: Vec<usize> = (0..head.len()).collect();
    let backwards: Vec<usize> = all.iter().rev().copied().collect();
    let print = |order: &[usize]| {
        let bytes = table(order);
        let output = predict(&place, &run, "-", &["--output", "csv"], bytes.as_bytes());
        assert!(output.status.success(), "{}", stderr(&output));
        output
    };
    let labelled = print(&all);
    assert_eq!(labelled.stdout, print(&backwards).stdout);
    assert!(stderr(&labelled).ends_with(" / 50\n"));
    // Column 0 is the label.
    let unlabelled = print(&all[1..]);
    assert_eq!(stderr(&unlabelled), "");
    assert_eq!(
        columns(&unlabelled.stdout, &PREDICTED),
        columns(&labelled.stdout, &PREDICTED)
    );
    let labels = columns(&labelled.stdout, &["label"]);
    assert!(
        labels
            .iter()
            .zip(&rows)
            .all(|(label, row)| label[0] == row[0])
    );
}

/// A run whose pictures go from 0 to 255, as those in files do, and its dev set as PNG files in folders
/// named by class.
#[test]
fn pictures_are_read_as_the_target_was() {
    let place = Workplace::new();
    let convert = [
        "data.target.convert.range=[0,255]",
        "data.general.strokes.max=255",
    ];
    let (_, run) = place.train(QUICKSTART, &[&SHORT[..], &convert].concat());
    let export = export(&place, &run, "csv");
    let table = fs::read(export.join("dev.csv")).unwrap();
    let of_run = fs::read(run.join("predictions/dev.csv")).unwrap();
    let pixels: Vec<String> = (1..=64).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = std::iter::once("label")
        .chain(pixels.iter().map(String::as_str))
        .collect();
    let folder = place.runs().with_file_name("pictures");
    for (i, row) in columns(&table, &names).iter().take(40).enumerate() {
        let grey: Vec<u8> = row[1..].iter().map(|cell| cell.parse().unwrap()).collect();
        let class = folder.join(&row[0]);
        fs::create_dir_all(&class).unwrap();
        let picture = image::GrayImage::from_raw(8, 8, grey).unwrap();
        picture.save(class.join(format!("{i:03}.png"))).unwrap();
    }
    let output = predict(
        &place,
        &run,
        folder.to_str().unwrap(),
        &["--output", "csv"],
        b"",
    );
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).ends_with(" / 40\n"), "{}", stderr(&output));
    let expected = columns(&of_run, &["label", "predicted", "probability"]);
    let found = columns(&output.stdout, &["id", "label", "predicted", "probability"]);
    assert_eq!(found.len(), 40);
    for row in &found {
        let (class, number) = row[0].trim_end_matches(".png").split_once('/').unwrap();
        assert_eq!(class, row[1]);
        assert_eq!(row[1..], expected[number.parse::<usize>().unwrap()]);
    }
    // One of them, by its name and as a stream.
    let one = folder.join(&found[0][0]);
    assert_eq!(predicted(&place, &run, &one, &[])[0], found[0][2..]);
    let piped = predict(
        &place,
        &run,
        "-",
        &["--output", "csv"],
        &fs::read(&one).unwrap(),
    );
    assert_eq!(columns(&piped.stdout, &PREDICTED)[0], found[0][2..]);
    // A broken one is named, or left out.
    fs::write(folder.join("broken.png"), "no picture").unwrap();
    let input = folder.to_str().unwrap();
    let output = predict(&place, &run, input, &[], b"");
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("broken_picture", stderr(&output).replace(input, "PICTURES"));
    let output = predict(&place, &run, input, &["--skip-broken"], b"");
    assert!(output.status.success());
    assert_eq!(stdout(&output).lines().count(), 41);
    assert!(stderr(&output).contains("1 of 41 pictures are broken and were left out"));
    // Without the range of the run, pictures would be 16 times too bright.
    let (_, other) = place.train(QUICKSTART, &SHORT);
    let output = predict(&place, &other, one.to_str().unwrap(), &[], b"");
    assert_eq!(output.status.code(), Some(2));
    let error = stderr(&output).replace(one.to_str().unwrap(), "ONE.png");
    insta::assert_snapshot!("another_range", error);
}

#[test]
fn weights_and_classes_can_be_chosen() {
    let place = Workplace::new();
    // With so high a rate the last epoch is not the best.
    let settings = [
        &SHORT[..],
        &["optimizer.adam.learning_rate=0.05", "train.epochs=8"],
    ]
    .concat();
    let (_, run) = place.train(QUICKSTART, &settings);
    let (head, rows) = digits(30);
    let lines: Vec<String> = std::iter::once(&head)
        .chain(&rows)
        .map(|row| row.join(","))
        .collect();
    let table = lines.join("\n");
    let printed = |more: &[&str]| -> Value {
        let more = [&["--json"], more].concat();
        let output = predict(&place, &run, "-", &more, table.as_bytes());
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let (best, last) = (printed(&[]), printed(&["--checkpoint", "last"]));
    let named = predict(&place, &run, "-", &["--output", "json"], table.as_bytes());
    let named: Value = serde_json::from_slice(&named.stdout).unwrap();
    assert_eq!(named, best);
    for (printed, pointer) in [(&best, "best"), (&last, "last")] {
        let folder = checkpoint(&run, pointer);
        assert_eq!(
            printed["checkpoint"],
            folder.file_name().unwrap().to_str().unwrap()
        );
    }
    assert_ne!(best["checkpoint"], last["checkpoint"]);
    assert_ne!(best["predictions"], last["predictions"]);
    let first = &best["predictions"][0];
    assert_eq!(first["label"], "0");
    let probabilities = first["probabilities"].as_object().unwrap();
    let sum: f64 = probabilities.values().map(|p| p.as_f64().unwrap()).sum();
    // Ten numbers, each rounded by at most half of 1e-6.
    assert!((sum - 1.0).abs() < 1e-5);
    assert_eq!(probabilities.len(), 10);
    let top = printed(&["--top", "3"]);
    let shown = top["predictions"][0]["probabilities"].as_object().unwrap();
    assert_eq!(shown.len(), 3);
    assert!(shown.iter().all(|(class, p)| probabilities[class] == *p));
}

/// The checkpoints are those of the first epoch, which a much too high rate makes the best, and of the last two.
#[test]
fn damaged_weights_are_refused_and_whole_ones_named() {
    let place = Workplace::new();
    let settings = ["optimizer.adam.learning_rate=0.3", "train.epochs=4"];
    let (_, run) = place.train(QUICKSTART, &[&SHORT[..], &settings].concat());
    let (best, last) = (checkpoint(&run, "best"), checkpoint(&run, "last"));
    assert_ne!(best, last);
    fs::write(best.join("model.bpk"), "no weights").unwrap();
    let input = "data/optdigits/optdigits.csv";
    let output = predict(&place, &run, input, &[], b"");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let damaged = best.join("model.bpk").display().to_string();
    let whole = last.file_name().unwrap().to_str().unwrap();
    let hint = format!("\n\nhint: {whole} is whole; write its name into ");
    assert!(
        said.contains(&format!("{damaged} is damaged")) && said.contains(&hint),
        "{said}"
    );
    fs::write(run.join("checkpoints/best"), whole).unwrap();
    assert!(predict(&place, &run, input, &[], b"").status.success());
}

#[test]
fn what_cannot_be_predicted_says_why() {
    let place = Workplace::new();
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let here = place.runs().parent().unwrap().display().to_string();
    let before = fs::read_dir(&run).unwrap().count();
    let check = |name: &str, run: &Path, input: &str, more: &[&str], stdin: &[u8]| {
        let output = predict(&place, run, input, more, stdin);
        let error = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(output.stdout.is_empty());
        insta::assert_snapshot!(name, error.replace(&here, "PLACE"));
    };
    let (head, rows) = digits(2);
    let table = |change: &dyn Fn(&mut Vec<Vec<String>>)| {
        let mut table = vec![head.clone(), rows[0].clone(), rows[1].clone()];
        change(&mut table);
        let lines: Vec<String> = table.iter().map(|row| row.join(",")).collect();
        lines.join("\n").into_bytes()
    };
    let good = table(&|_| {});
    check("no_run", &place.runs().join("nowhere"), "-", &[], &good);
    check("not_a_run", &place.runs(), "-", &[], &good);
    check("missing_input", &run, "nowhere/digits.csv", &[], b"");
    check("empty_input", &run, "-", &[], b"");
    check(
        "no_rows",
        &run,
        "-",
        &[],
        &table(&|table| table.truncate(1)),
    );
    check("unknown_format", &run, "-", &[], b"\0\x01\0\x01 and so on");
    check("forced_format", &run, "-", &["--format", "npz"], &good);
    check(
        "missing_column",
        &run,
        "-",
        &[],
        &table(&|table| {
            for row in table {
                row.remove(3);
            }
        }),
    );
    check(
        "extra_column",
        &run,
        "-",
        &[],
        &table(&|table| {
            for row in &mut *table {
                row.push("7".into());
            }
            table[0][65] = "age".into();
        }),
    );
    check(
        "not_a_number",
        &run,
        "-",
        &[],
        &table(&|table| table[2][5] = "NaN".into()),
    );
    check(
        "value_outside_the_range",
        &run,
        "-",
        &[],
        &table(&|table| table[1][5] = "17".into()),
    );
    let mut idx = vec![0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28];
    idx.resize(16 + 784, 3);
    check("wrong_shape", &run, "-", &[], &idx);
    idx[11] = 8;
    idx[15] = 8;
    idx.truncate(16 + 64);
    idx[20] = 200;
    check("array_outside_the_range", &run, "-", &[], &idx);
    let folder = place.runs().with_file_name("empty");
    fs::create_dir(&folder).unwrap();
    check(
        "folder_without_pictures",
        &run,
        folder.to_str().unwrap(),
        &[],
        b"",
    );
    check("no_classes_to_show", &run, "-", &["--top", "0"], &good);
    assert_eq!(fs::read_dir(&run).unwrap().count(), before);
    fs::remove_dir_all(run.join("checkpoints")).unwrap();
    check("no_checkpoint", &run, "-", &[], &good);
    // Labels that are no classes are left out of the count.
    let (_, run) = place.train(QUICKSTART, &SHORT);
    let strange = table(&|table| table[1][0] = "ten".into());
    let output = predict(&place, &run, "-", &[], &strange);
    assert!(output.status.success());
    let talk = stderr(&output);
    assert!(
        talk.contains(" / 1\n1 label is none of the run's classes"),
        "{talk}"
    );
}
