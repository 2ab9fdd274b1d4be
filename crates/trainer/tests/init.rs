//! First configs for data of each kind: written, checked, and trained for an epoch.

#![allow(
    clippy::unwrap_used,
    reason = "a panic is a failing test that names its line"
)]

mod common;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use common::{QUICKSTART, Workplace, stderr};
use image::{Rgb, RgbImage};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Writes a config with these flags; then `plumb check` and a short training must go through.
fn check(place: &Workplace, flags: &[&str], expected: &[&str]) {
    let file = place.runs().with_file_name("mine.toml");
    let output = place.plumb(&[&["init", text(&file)], flags].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    let config = fs::read_to_string(&file).unwrap();
    for line in expected {
        assert!(config.contains(line), "{line} is not in\n{config}");
    }
    let checked = place.plumb(&["check", text(&file)]);
    assert!(checked.status.success(), "{}", stderr(&checked));
    let (report, _) = place.train(text(&file), &["train.epochs=1"]);
    assert_eq!(report["name"], "mine");
    let again = place.plumb(&[&["init", text(&file)], flags].concat());
    assert_eq!(again.status.code(), Some(2), "a file is not overwritten");
    assert!(stderr(&again).contains("--force"), "{}", stderr(&again));
    let forced = place.plumb(&[&["init", text(&file), "--force"], flags].concat());
    assert!(forced.status.success(), "{}", stderr(&forced));
    assert_eq!(fs::read_to_string(&file).unwrap(), config);
}

/// Nothing is written, and the exit code is that of bad input.
fn refused(place: &Workplace, flags: &[&str]) -> String {
    let file = place.runs().with_file_name("refused.toml");
    let output: Output = place.plumb(&[&["init", text(&file)], flags].concat());
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(!file.exists());
    stderr(&output)
}

/// Cats are small and dogs large; so many lines, with a name for each and a colour.
fn table(place: &Workplace, name: &str, n: usize, colours: [&str; 2], missing: bool) -> PathBuf {
    let mut text = "id,size,weight,colour,species\n".to_string();
    for i in 0..n {
        let (species, size) = if i % 2 == 0 { ("cat", 1) } else { ("dog", 3) };
        let weight = if missing && i % 7 == 0 {
            "NA".to_string()
        } else {
            i.to_string()
        };
        let colour = colours[i / 2 % 2];
        writeln!(text, "{name}{i},{size}.{i},{weight},{colour},{species}").unwrap();
    }
    place.write(name, text)
}

/// Texts become categories, of which each table has some of its own; names are no features, and what is missing is
/// filled in. 20 of 200 are held out; 2/5 of 50 are dev, as many test.
#[test]
fn tables_are_looked_through() {
    let place = Workplace::new();
    let general = table(&place, "general.csv", 200, ["red", "blue"], true);
    let target = table(&place, "target.csv", 50, ["red", "green"], false);
    let flags = [
        "--general",
        text(&general),
        "--target",
        text(&target),
        "--human",
        "0.02",
        "--goal",
        "0.05",
    ];
    check(
        &place,
        &flags,
        &[
            "label = \"species\"",
            "ignore = [\"id\"]",
            "categorical = [\"colour\"]",
            "categories = { colour = [\"blue\", \"green\", \"red\"] }",
            "missing = [\"NA\"]",
            "fill = \"median\"",
            "train_dev = 20 ",
            "dev = 20 ",
            "test = 20 ",
            "error = 0.02 ",
            "goal_error = 0.05 ",
            "[model.mlp]",
            "batch_size = 32",
        ],
    );
}

#[test]
fn real_digits_beside_drawn_ones() {
    let place = Workplace::new();
    check(
        &place,
        &[
            "--data",
            "digits",
            "--target",
            "data/optdigits/optdigits.csv",
        ],
        &[
            "[data.general.strokes]",
            "shape = [1, 8, 8]",
            "range = [0, 16]",
            "[model.cnn]",
            "# [human]",
        ],
    );
}

#[test]
fn drawn_digits_need_no_data() {
    let place = Workplace::new();
    check(
        &place,
        &["--data", "digits", "--network", "linear"],
        &["[data.target.strokes]", "[model.linear]"],
    );
}

/// Pictures of one class are dark, of the other bright; those of the first folder are grey.
fn pictures(
    place: &Workplace,
    name: &str,
    n: u32,
    [height, width]: [u32; 2],
    colour: bool,
) -> PathBuf {
    let folder = place.runs().with_file_name(name);
    for (class, shade) in [("day", 200), ("night", 20)] {
        fs::create_dir_all(folder.join(class)).unwrap();
        for i in 0..n {
            let picture = RgbImage::from_fn(width, height, |x, y| {
                let value = shade + ((i * 7 + x * 3 + y * 5) % 50) as u8;
                Rgb([value, value, if colour { value / 2 } else { value }])
            });
            picture
                .save(folder.join(class).join(format!("{i}.png")))
                .unwrap();
        }
    }
    folder
}

/// Of the target's 12 × 16 pixels, in colour since some are.
#[test]
fn folders_of_pictures_are_brought_to_one_size() {
    let place = Workplace::new();
    let general = pictures(&place, "stock", 30, [20, 20], false);
    let target = pictures(&place, "phones", 15, [12, 16], true);
    check(
        &place,
        &["--general", text(&general), "--target", text(&target)],
        &[
            "size = [12, 16]",
            "channels = 3",
            "[model.cnn]",
            "train_dev = 6 ",
            "dev = 12 ",
        ],
    );
}

fn exported(place: &Workplace, format: &str) -> PathBuf {
    let folder = place.runs().with_file_name(format);
    let settings = [
        "--set",
        "data.general.strokes.examples=600",
        "--set",
        "data.split.train_dev=100",
    ];
    let args = [
        "data",
        "export",
        QUICKSTART,
        "--format",
        format,
        "--out",
        text(&folder),
    ];
    let output = place.plumb(&[&args[..], &settings].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

/// The file of labels is found by its name.
#[test]
fn idx_files() {
    let place = Workplace::new();
    let folder = exported(&place, "idx");
    let (general, target) = (
        folder.join("train-images.idx"),
        folder.join("dev-images.idx"),
    );
    let flags = [
        "--general",
        text(&general),
        "--target",
        text(&target),
        "--network",
        "mlp",
    ];
    check(
        &place,
        &flags,
        &["[data.general.idx]", "train-labels.idx", "[model.mlp]"],
    );
    fs::rename(folder.join("dev-labels.idx"), folder.join("answers.idx")).unwrap();
    assert!(refused(&place, &flags).contains("--target-labels"));
}

#[test]
fn npz_files() {
    let place = Workplace::new();
    let folder = exported(&place, "npz");
    let (general, target) = (folder.join("train.npz"), folder.join("dev.npz"));
    let flags = ["--general", text(&general), "--target", text(&target)];
    check(&place, &flags, &["[data.general.npz]", "[model.cnn]"]);
}

/// Each says what is wrong and which flag helps.
#[test]
fn what_cant_be_is_said() {
    let place = Workplace::new();
    let general = table(&place, "general.csv", 40, ["red", "blue"], false);
    let target = table(&place, "target.csv", 40, ["red", "blue"], false);
    let swapped = fs::read_to_string(&target)
        .unwrap()
        .replace("id,size,weight", "id,weight,size");
    let swapped = place.write("swapped.csv", swapped);
    let nameless = place.write("nameless.csv", "a,b\n1,2\n".repeat(20));
    let few = table(&place, "few.csv", 6, ["red", "blue"], false);
    let both = ["--general", text(&general), "--target"];
    let with = |more: &[&'static str]| [&both[..], &[text(&target)], more].concat();

    let said = refused(&place, &[]);
    assert!(
        said.contains("--general and --target must be given"),
        "{said}"
    );
    let said = refused(
        &place,
        &["--target", "Cargo.toml", "--general", "Cargo.toml"],
    );
    assert!(said.contains("--data must be given"), "{said}");
    let said = refused(&place, &["--general", "no.csv", "--target", text(&target)]);
    assert!(said.contains("no.csv does not exist"), "{said}");
    let said = refused(&place, &[&both[..], &[text(&general)]].concat());
    assert!(said.contains("expected two places"), "{said}");
    let said = refused(&place, &[&both[..], &[text(&swapped)]].concat());
    assert!(said.contains("has the column `size` where"), "{said}");
    let said = refused(
        &place,
        &["--general", text(&general), "--target", text(&nameless)],
    );
    assert!(said.contains("--label, one of a, b"), "{said}");
    let said = refused(&place, &[&both[..], &[text(&few)]].concat());
    assert!(
        said.contains("target has 6 examples; expected 10 or more"),
        "{said}"
    );
    let said = refused(&place, &with(&["--human", "2"]));
    assert!(said.contains("2 % is written 0.02"), "{said}");
    let said = refused(&place, &with(&["--label", "specie"]));
    assert!(said.contains("has no column `specie`"), "{said}");
    let said = refused(&place, &with(&["--network", "cnn"]));
    assert!(said.contains("refused.toml (not written)"), "{said}");
    let said = refused(&place, &with(&["--data", "images"]));
    assert!(
        said.contains("expected a folder with one folder per class"),
        "{said}"
    );
}

/// Examples that stand in two sets are allowed by the config, and said in it and on stderr.
#[test]
fn leaks_are_said_and_allowed() {
    let place = Workplace::new();
    let optdigits = fs::read("data/optdigits/optdigits.csv");
    let optdigits =
        optdigits.or_else(|_| fs::read(common::root().join("data/optdigits/optdigits.csv")));
    let copy = place.write("copy.csv", optdigits.unwrap());
    check(
        &place,
        &[
            "--general",
            "data/optdigits/optdigits.csv",
            "--target",
            text(&copy),
        ],
        &["allow = [\"identical\"]", "# Look into this"],
    );
}
