use std::fs;
use std::sync::Mutex;

use image::{GrayImage, Luma, Rgb, RgbImage};
use tempfile::TempDir;

use super::*;

/// A folder with these grey pictures: path, height, width, level.
fn folder(pictures: &[(&str, u32, u32, u8)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for &(name, height, width, level) in pictures {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        GrayImage::from_pixel(width, height, Luma([level]))
            .save(path)
            .unwrap();
    }
    folder
}

fn load(options: &ImageFolder) -> Result<Loaded, String> {
    options.load(&Context::new(0)).map_err(|e| e.to_string())
}

fn load_folder(folder: &TempDir) -> Result<Loaded, String> {
    load(&ImageFolder::new(folder.path()))
}

/// The folder of the test is random; in texts it becomes `DIR`.
fn without_folder(text: &str, folder: &TempDir) -> String {
    text.replace(&folder.path().display().to_string(), "DIR")
}

fn check_error(folder: &TempDir, change: impl Fn(&mut ImageFolder), expected: &str) {
    let mut options = ImageFolder::new(folder.path());
    change(&mut options);
    let error = load(&options).unwrap_err();
    assert_eq!(without_folder(&error, folder), expected);
}

#[test]
fn folders_are_classes_and_folders_below_a_tag() {
    let folder = folder(&[
        ("10/a.png", 1, 2, 1),
        ("9/z.bmp", 1, 2, 2),
        ("9/new/b.PNG", 1, 2, 3),
        ("9/new/old/c.png", 1, 2, 4),
    ]);
    let loaded = load_folder(&folder).unwrap();
    let examples = loaded.examples;
    assert_eq!(examples.classes, ["9", "10"]);
    assert_eq!(examples.shape, [1, 1, 2]);
    assert_eq!(examples.range, Some((0.0, 255.0)));
    assert_eq!(examples.labels, [0, 0, 0, 1]);
    let levels: Vec<f32> = (0..4).map(|i| examples.example(i)[1]).collect();
    assert_eq!(levels, [3.0, 4.0, 2.0, 1.0]);
    let tag = examples.tag("folder").unwrap();
    let folders: Vec<&str> = (0..4).map(|i| tag.get(i)).collect();
    assert_eq!(folders, ["new", "new/old", "", ""]);
    assert_eq!(examples.original, [0, 1, 2, 3]);
    let name = folder.path().file_name().unwrap().to_str().unwrap();
    assert_eq!(
        (examples.source, examples.source_names),
        (vec![0; 4], vec![name.to_owned()])
    );
    assert!(loaded.warnings.is_empty());
}

#[test]
fn the_hash_is_that_of_the_list_that_sha256sum_prints() {
    let folder = folder(&[
        ("b/1.png", 1, 1, 5),
        ("a/x/2.png", 1, 1, 6),
        ("a/x.png", 1, 1, 7),
    ]);
    let line = |name: &str| {
        let bytes = fs::read(folder.path().join(name)).unwrap();
        format!("{}  {name}\n", sha256_hex(&bytes))
    };
    // As LC_ALL=C sort orders them: '.' before '/'.
    let list = ["a/x.png", "a/x/2.png", "b/1.png"].map(line).concat();
    let files = load_folder(&folder).unwrap().files;
    let expected = FileHash {
        path: folder.path().to_owned(),
        sha256: sha256_hex(list.as_bytes()),
    };
    assert_eq!(files, [expected]);
}

#[test]
fn one_picture_in_colour_makes_all_three_channels() {
    let folder = folder(&[
        ("a/1.png", 1, 2, 10),
        ("a/2.png", 1, 2, 20),
        ("b/2.png", 1, 2, 30),
    ]);
    let path = folder.path().join("b/1.png");
    RgbImage::from_pixel(2, 1, Rgb([1, 2, 3]))
        .save(path)
        .unwrap();
    let examples = load_folder(&folder).unwrap().examples;
    assert_eq!(examples.shape, [3, 1, 2]);
    let expected = [[10; 6], [20; 6], [1, 1, 2, 2, 3, 3], [30; 6]].concat();
    assert_eq!(examples.values, crate::Values::U8(expected));
    let mut options = ImageFolder::new(folder.path());
    options.channels = Some(1);
    let examples = load(&options).unwrap().examples;
    // 0.299 + 2 · 0.587 + 3 · 0.114 = 1.815
    assert_eq!(
        examples.values,
        crate::Values::U8(vec![10, 10, 20, 20, 2, 2, 30, 30])
    );
}

#[test]
fn sizes_must_agree_unless_one_is_given() {
    let folder = folder(&[
        ("a/1.png", 2, 3, 0),
        ("a/2.png", 2, 3, 0),
        ("b/1.png", 4, 3, 8),
    ]);
    check_error(
        &folder,
        |_| {},
        "DIR/b/1.png: the picture has 4 × 3 pixels, and that in DIR/a/1.png has 2 × 3; \
         expected one size, or the key `size`",
    );
    let mut options = ImageFolder::new(folder.path());
    options.size = Some([2, 2]);
    assert_eq!(load(&options).unwrap().examples.shape, [1, 2, 2]);
}

#[test]
fn a_broken_picture_is_named_or_left_out() {
    let folder = folder(&[
        ("a/1.png", 1, 1, 1),
        ("a/2.png", 1, 1, 2),
        ("b/1.png", 1, 1, 3),
    ]);
    fs::write(folder.path().join("a/0.png"), "text").unwrap();
    let reason = "the first bytes are not those of a PNG, JPEG, BMP or GIF picture";
    check_error(&folder, |_| {}, &format!("DIR/a/0.png: {reason}"));
    let mut options = ImageFolder::new(folder.path());
    options.broken = Some(Broken::Skip);
    let loaded = load(&options).unwrap();
    assert_eq!(loaded.examples.values, crate::Values::U8(vec![1, 2, 3]));
    assert_eq!(loaded.examples.labels, [0, 0, 1]);
    assert_eq!(loaded.examples.original, [0, 1, 2]);
    assert_eq!(
        without_folder(&loaded.warnings.join("\n"), &folder),
        format!("1 of 4 pictures are broken and were left out: DIR/a/0.png; the first: {reason}")
    );
    for i in 10..17 {
        fs::write(folder.path().join(format!("b/{i}.jpg")), "").unwrap();
    }
    let warning = load(&options).unwrap().warnings.join("\n");
    assert!(warning.contains("8 of 11 pictures are broken"), "{warning}");
    assert!(
        warning.contains("b/13.jpg and 3 more; the first: "),
        "{warning}"
    );
    fs::write(folder.path().join("b/1.png"), "").unwrap();
    check_error(
        &folder,
        |o| o.broken = Some(Broken::Skip),
        "DIR/b: every picture of the class is broken; expected one at least",
    );
}

#[test]
fn other_files_are_counted_and_hidden_ones_are_not() {
    let folder = folder(&[
        ("a/1.png", 1, 1, 1),
        ("b/1.png", 1, 1, 3),
        ("c.png", 1, 1, 3),
    ]);
    for name in ["a/.DS_Store", ".x", "b/Thumbs.db", "a/notes.txt"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let loaded = load_folder(&folder).unwrap();
    assert_eq!(loaded.examples.len(), 2);
    assert_eq!(
        without_folder(&loaded.warnings.join("\n"), &folder),
        "1 file was ignored in DIR beside the class folders, such as c.png\n\
         2 files were ignored in DIR, not pictures by their names, such as a/notes.txt"
    );
}

#[test]
fn too_few_classes_or_no_picture_is_an_error() {
    let one = folder(&[("a/1.png", 1, 1, 1)]);
    check_error(
        &one,
        |_| {},
        "DIR: found only the class folder `a`; expected one folder per class, two or more",
    );
    fs::create_dir(one.path().join("empty")).unwrap();
    check_error(
        &one,
        |_| {},
        "DIR/empty: the class folder has no picture; expected files in \
         .png, .jpg, .jpeg, .bmp, .gif",
    );
    let none = folder(&[]);
    check_error(
        &none,
        |_| {},
        "DIR: found no class folders; expected one folder per class, two or more",
    );
    check_error(&none, |o| o.path.push("x"), "DIR/x does not exist");
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_is_named() {
    let folder = folder(&[("a/1.png", 1, 1, 1), ("b/1.png", 1, 1, 3)]);
    std::os::unix::fs::symlink("nowhere", folder.path().join("a/2.png")).unwrap();
    check_error(
        &folder,
        |_| {},
        "cannot read DIR/a/2.png: No such file or directory (os error 2)",
    );
}

#[cfg(unix)]
#[test]
fn a_class_must_have_a_name() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[("a/1.png", 1, 1, 1)]);
    let name = std::ffi::OsStr::from_bytes(b"b\xff");
    fs::create_dir(folder.path().join(name)).unwrap();
    check_error(
        &folder,
        |_| {},
        "DIR/b\u{fffd}: the name of the folder is not UTF-8; expected the name of a class",
    );
}

#[test]
fn a_file_too_large_for_a_picture_is_not_read() {
    let folder = folder(&[("a/1.png", 1, 1, 1), ("b/1.png", 1, 1, 3)]);
    let file = fs::File::create(folder.path().join("a/1.png")).unwrap();
    file.set_len(MAX_FILE_BYTES + 1).unwrap();
    check_error(
        &folder,
        |o| o.broken = Some(Broken::Skip),
        "DIR/a/1.png: the file has 1073741825 bytes; expected at most 1073741824",
    );
}

#[test]
fn progress_reaches_the_end() {
    let names: Vec<String> = (0..=CHUNK).map(|i| format!("{}/{i}.bmp", i % 2)).collect();
    let pictures: Vec<_> = names.iter().map(|n| (n.as_str(), 1, 1, 0)).collect();
    let folder = folder(&pictures);
    let seen = Mutex::new(Vec::new());
    let context = Context {
        on_progress: &|progress| seen.lock().unwrap().push((progress.done, progress.total)),
        ..Context::new(0)
    };
    ImageFolder::new(folder.path()).load(&context).unwrap();
    assert_eq!(seen.into_inner().unwrap(), [(256, 257), (257, 257)]);
}

#[test]
fn options_are_checked_before_the_folder() {
    let check = |change: fn(&mut ImageFolder), expected: &str| {
        let mut options = ImageFolder::new("none");
        change(&mut options);
        assert_eq!(options.check().unwrap_err().to_string(), expected);
        assert_eq!(load(&options).unwrap_err(), expected);
    };
    check(
        |o| o.path = "".into(),
        "`path` is empty; expected a folder with one folder per class",
    );
    let end = "expected a height and a width of at least 1, and at most 100000000 pixels";
    check(
        |o| o.size = Some([0, 5]),
        &format!("`size` is [0, 5]; {end}"),
    );
    check(
        |o| o.size = Some([usize::MAX, 2]),
        &format!("`size` is [18446744073709551615, 2]; {end}"),
    );
    check(
        |o| o.resize = Some(Resize::Fit),
        "`resize` is given without `size`; expected both, or none of them",
    );
    check(
        |o| o.channels = Some(2),
        "`channels` is 2; expected 1, for grey, or 3, for colour",
    );
}

#[test]
fn options_come_from_toml_and_go_back() {
    let text = "path = \"photos\"\nsize = [64, 48]\nresize = \"crop\"\nchannels = 3\n\
                background = 255\nbroken = \"skip\"\n";
    let options: ImageFolder = toml::from_str(text).unwrap();
    assert_eq!(options.resize, Some(Resize::Crop));
    assert_eq!(toml::to_string(&options).unwrap(), text);
    let options: ImageFolder = toml::from_str("path = \"p\"").unwrap();
    assert_eq!(options, ImageFolder::new("p"));
    assert!(toml::from_str::<ImageFolder>("path = \"p\"\nsizes = 1").is_err());
}
