use proptest::prelude::*;

use super::*;
use crate::hash::sha256_hex;

mod font;

const GRID: Grid = Grid {
    height: 20,
    width: 20,
    max: 255.0,
};

/// A folder with two fonts: in `block.ttf` the letters are rectangles, in `disc.ttf` of curves.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let boxes = [
        ('0', [100, 0, 500, 800]),
        ('1', [0, 0, 100, 800]),
        ('a', [0, 100, 400, 500]),
    ];
    fs::write(folder.path().join("block.ttf"), font::of_boxes(&boxes)).unwrap();
    let discs = [('0', [0, 0, 1000, 1000]), ('1', [0, 0, 500, 500])];
    fs::write(folder.path().join("disc.ttf"), font::of_discs(&discs)).unwrap();
    folder
}

/// Upright, centred, in full size.
fn still(folder: &tempfile::TempDir, characters: &str, examples: usize) -> Fonts {
    Fonts {
        characters: characters.into(),
        size: [1.0, 1.0],
        slant_degrees: [0.0, 0.0],
        rotation_degrees: 0.0,
        shift: 0.0,
        ..Fonts::new(folder.path(), examples)
    }
}

fn load(options: &Fonts) -> Result<Loaded, String> {
    let loaded = options.load(&Context::new(7).with_grid(GRID));
    loaded.map_err(|e| e.to_string())
}

fn ink(pixels: &[f32]) -> f32 {
    pixels.iter().sum::<f32>() / 255.0
}

#[test]
fn a_rectangle_covers_the_pixels_that_it_should() {
    let folder = folder();
    let mut options = still(&folder, "0a", 2);
    options.exclude = Some(vec!["disc".into()]);
    options.grid = Some([8, 10]);
    let examples = load(&options).unwrap().examples;
    // 400 × 800 units in a height of 8 pixels: 4 × 8, between columns 3 and 7. A square of 400 keeps
    // its proportion, 4 × 4, and is centred too.
    let expected = |rows: std::ops::Range<usize>| -> Vec<f32> {
        let is_ink = |i: usize| rows.contains(&(i / 10)) && (3..7).contains(&(i % 10));
        (0..80)
            .map(|i| if is_ink(i) { 255.0 } else { 0.0 })
            .collect()
    };
    assert_eq!(examples.example(0), expected(0..8));
    assert_eq!(examples.example(1), expected(2..6));
    // In 9 rows the square is 4.5 high and wide: half a pixel of it lies in a row or column, and
    // 10 columns leave 2.75 on either side.
    options.grid = Some([9, 10]);
    options.max = Some(1.0);
    let pixels = load(&options).unwrap().examples.example(1);
    let share = |from: f32, k: f32| (from + 4.5).min(k + 1.0) - from.max(k);
    for (i, pixel) in pixels.into_iter().enumerate() {
        let (y, x) = ((i / 10) as f32, (i % 10) as f32);
        let expected = share(2.25, y).max(0.0) * share(2.75, x).max(0.0);
        assert!(
            (pixel - expected).abs() < 1e-5,
            "{y} {x}: {pixel}, expected {expected}"
        );
    }
}

#[test]
fn y_grows_upwards_in_fonts_and_slant_leans_right() {
    let folder = folder();
    let mut options = still(&folder, "01", 2);
    options.exclude = Some(vec!["disc".into()]);
    options.slant_degrees = [30.0, 30.0];
    let pixels = load(&options).unwrap().examples.example(1);
    let centre = |row: &[f32]| {
        let weighted: f32 = row
            .iter()
            .zip(0_u8..)
            .map(|(p, x)| p * (f32::from(x) + 0.5))
            .sum();
        weighted / row.iter().sum::<f32>()
    };
    // A bar of 20 pixels leans by tan 30° · 19 from the middle of its first row to that of its last.
    let (top, foot) = (centre(&pixels[..20]), centre(&pixels[380..]));
    assert!(
        (top - foot - 19.0 * 30.0_f32.to_radians().tan()).abs() < 0.1,
        "{top} {foot}"
    );
}

#[test]
fn curves_cover_the_area_of_a_disc() {
    let folder = folder();
    let mut options = still(&folder, "01", 2);
    options.exclude = Some(vec!["block".into()]);
    options.rotation_degrees = 45.0;
    options.max = Some(255.0);
    let examples = load(&options).unwrap().examples;
    // Eight arcs of quadratic curves are a circle to within 1/1000. However it is turned, a disc of
    // 20 pixels covers π 10², and one half as large a quarter of that. Pixels are rounded to 1/255.
    let (large, small) = (ink(&examples.example(0)), ink(&examples.example(1)));
    assert!((large - 314.16).abs() < 2.0, "{large}");
    assert!((small - 78.54).abs() < 0.6, "{small}");
}

#[test]
fn all_ink_stays_inside_the_margin() {
    let folder = folder();
    let mut options = still(&folder, "0a1", 90);
    options.exclude = Some(vec!["disc".into()]);
    options.slant_degrees = [-45.0, 45.0];
    options.rotation_degrees = 45.0;
    options.shift = 1.0;
    options.margin = 0.2;
    let examples = load(&options).unwrap().examples;
    for i in 0..examples.len() {
        let pixels = examples.example(i);
        let is_border = |k: usize| !(4..16).contains(&(k / 20)) || !(4..16).contains(&(k % 20));
        let border = (0..400).filter(|&k| is_border(k)).map(|k| pixels[k]);
        assert!(border.sum::<f32>() <= 0.0, "example {i}");
        assert!(ink(&pixels) > 5.0, "example {i}");
    }
}

#[test]
fn classes_and_faces_come_in_turn() {
    let folder = folder();
    let loaded = load(&Fonts {
        characters: "10".into(),
        ..Fonts::new(folder.path(), 7)
    })
    .unwrap();
    let examples = loaded.examples;
    assert_eq!(examples.shape, [1, 20, 20]);
    assert_eq!(examples.range, Some((0.0, 255.0)));
    assert_eq!(examples.classes, ["1", "0"]);
    assert_eq!(examples.labels, [0, 1, 0, 1, 0, 1, 0]);
    assert_eq!(examples.source_names, ["block", "disc"]);
    assert_eq!(examples.source, [0, 0, 1, 1, 0, 0, 1]);
    assert_eq!(examples.original, [0, 1, 2, 3, 0, 1, 2]);
    let tag = examples.tag("face").unwrap();
    assert!(tag.is_pool);
    assert_eq!(
        (tag.get(1), tag.get(2), tag.n_distinct()),
        ("block", "disc", 2)
    );
    assert!(matches!(examples.values, crate::Values::U8(_)));
    let paths = ["block.ttf", "disc.ttf"].map(|n| folder.path().join(n));
    for (file, path) in loaded.files.iter().zip(&paths) {
        assert_eq!(file.sha256, sha256_hex(&fs::read(path).unwrap()));
    }
    assert_eq!(loaded.files.len(), 2);
}

#[test]
fn a_smaller_set_is_the_beginning_of_a_larger_one() {
    let folder = folder();
    let options = |n| Fonts {
        characters: "01".into(),
        ..Fonts::new(folder.path(), n)
    };
    let (small, large) = (load(&options(33)).unwrap(), load(&options(90)).unwrap());
    let first: Vec<usize> = (0..33).collect();
    assert_eq!(large.examples.select(&first), small.examples);
    let other = options(33).load(&Context::new(8).with_grid(GRID)).unwrap();
    assert_ne!(other.examples.values, small.examples.values);
}

#[test]
fn the_grid_is_that_of_the_options_first() {
    let folder = folder();
    let check = |grid, max, context: &Context<'_>, expected: Result<([usize; 2], f32), &str>| {
        let options = Fonts {
            grid,
            max,
            ..still(&folder, "01", 2)
        };
        let found = options.load(context).map(|loaded| {
            let examples = loaded.examples;
            (
                [examples.shape[1], examples.shape[2]],
                examples.range.unwrap().1,
            )
        });
        assert_eq!(
            found.map_err(|e| e.to_string()),
            expected.map_err(str::to_owned)
        );
    };
    let none = Context::new(7);
    let given = none.with_grid(Grid {
        height: 8,
        width: 9,
        max: 16.0,
    });
    check(None, None, &given, Ok(([8, 9], 16.0)));
    check(Some([4, 5]), None, &given, Ok(([4, 5], 16.0)));
    check(None, Some(1.0), &given, Ok(([8, 9], 1.0)));
    check(Some([4, 5]), None, &none, Ok(([4, 5], 255.0)));
    let no_grid = "there is no grid to draw into; expected a size, or another chunk that has one";
    check(None, Some(1.0), &none, Err(no_grid));
    let flat = none.with_grid(Grid {
        height: 0,
        width: 9,
        max: 16.0,
    });
    let expected = "cannot draw into a grid of 0 × 9 pixels up to 16; \
                    expected at least 1 × 1 and a positive maximum";
    check(None, None, &flat, Err(expected));
}

#[test]
fn faces_without_a_character_are_left_out() {
    let folder = folder();
    let place = folder.path().display();
    let loaded = load(&still(&folder, "0a", 4)).unwrap();
    assert_eq!(loaded.examples.source_names, ["block"]);
    assert_eq!(
        loaded.warnings,
        [format!(
            "1 face lacks a character and was left out: {place}/disc.ttf (`a`)"
        )]
    );
    assert_eq!(
        load(&still(&folder, "0x", 4)).unwrap_err(),
        format!(
            "`path` gives no face with all of `0x`; 2 faces lack a character and were left out: \
             {place}/block.ttf (`x`), {place}/disc.ttf (`x`)"
        )
    );
}

#[test]
fn what_is_no_font_is_an_error_only_where_it_is_named() {
    let folder = folder();
    let place = folder.path().display();
    let bad = folder.path().join("bad.OTF");
    fs::write(&bad, "text").unwrap();
    let mut options = still(&folder, "01", 4);
    let loaded = load(&options).unwrap();
    assert_eq!(loaded.examples.source_names, ["block", "disc"]);
    assert_eq!(
        loaded.warnings,
        [format!(
            "1 file is no font and was left out: {place}/bad.OTF: \
         found no font; expected TrueType or OpenType"
        )]
    );
    options.faces = Some(vec![bad]);
    assert_eq!(
        load(&options).unwrap_err(),
        format!("{place}/bad.OTF: found no font; expected TrueType or OpenType")
    );
    let large = folder.path().join("large.ttf");
    fs::File::create(&large)
        .unwrap()
        .set_len(MAX_FILE_BYTES + 1)
        .unwrap();
    options.faces = Some(vec![large]);
    assert_eq!(
        load(&options).unwrap_err(),
        format!("{place}/large.ttf: the file has 536870913 bytes; expected at most 536870912")
    );
    options.faces = Some(vec![folder.path().join("none.ttf")]);
    assert_eq!(
        load(&options).unwrap_err(),
        format!("{place}/none.ttf does not exist")
    );
}

#[test]
fn faces_of_one_name_are_told_apart_by_their_paths() {
    let folder = folder();
    fs::create_dir(folder.path().join("more")).unwrap();
    fs::copy(
        folder.path().join("disc.ttf"),
        folder.path().join("more/disc.ttf"),
    )
    .unwrap();
    let names = load(&still(&folder, "01", 6))
        .unwrap()
        .examples
        .source_names;
    let place = folder.path().display();
    assert_eq!(
        names,
        [
            "block".to_owned(),
            format!("{place}/disc.ttf"),
            format!("{place}/more/disc.ttf")
        ]
    );
}

#[test]
fn impossible_options_are_named() {
    let check = |change: fn(&mut Fonts), expected: &str| {
        let mut options = Fonts::new("none", 10);
        change(&mut options);
        assert_eq!(options.check().unwrap_err().to_string(), expected);
        assert_eq!(load(&options).unwrap_err(), expected);
    };
    check(
        |o| o.path = None,
        "`faces` is missing, and so is `path`; expected font files or a folder of them",
    );
    check(
        |o| o.path = Some("".into()),
        "`path` is empty; expected a folder",
    );
    check(
        |o| o.faces = Some(vec![]),
        "`faces` is empty; expected font files",
    );
    check(
        |o| o.faces = Some(vec!["".into()]),
        "`faces` has an empty path; expected a file",
    );
    check(
        |o| o.faces = Some(vec!["a".into(), "a".into()]),
        "`faces` names a twice; expected different files",
    );
    check(
        |o| o.exclude = Some(vec![String::new()]),
        "`exclude` has an empty text, which every name contains; expected a part of a name",
    );
    check(
        |o| o.characters = "a b".into(),
        "`characters` has ' '; expected characters that leave ink",
    );
    check(
        |o| o.characters = "aba".into(),
        "`characters` has `a` twice; expected different characters",
    );
    check(
        |o| o.characters = "a".into(),
        "`characters` is `a`; expected two characters or more",
    );
    check(|o| o.examples = 0, "`examples` is 0; expected at least 1");
    check(
        |o| o.size = [0.5, 1.1],
        "`size` is 0.5 to 1.1; expected a range within 0.1 to 1",
    );
    check(
        |o| o.slant_degrees = [0.0, f32::NAN],
        "`slant_degrees` is 0 to NaN; expected a range within -45 to 45",
    );
    check(
        |o| o.rotation_degrees = -1.0,
        "`rotation_degrees` is -1; expected 0 to 45",
    );
    check(|o| o.shift = 2.0, "`shift` is 2; expected 0 to 1");
    check(|o| o.margin = 0.5, "`margin` is 0.5; expected 0 to 0.4");
    check(
        |o| o.grid = Some([0, 3]),
        "`grid` is [0, 3]; expected at least 1 × 1 pixels",
    );
    check(
        |o| o.max = Some(0.0),
        "`max` is 0; expected a positive number",
    );
    // 4 GiB / 400 pixels, before any file is looked for.
    check_load(
        |o| o.examples = usize::MAX,
        "`examples` is 18446744073709551615; expected at most 10737418, which fill 4294967296 bytes",
    );
}

fn check_load(change: fn(&mut Fonts), expected: &str) {
    let mut options = Fonts::new("none", 10);
    change(&mut options);
    assert_eq!(load(&options).unwrap_err(), expected);
}

#[test]
fn options_come_from_toml_and_go_back() {
    let options: Fonts = toml::from_str("path = \"fonts\"\nexamples = 5").unwrap();
    assert_eq!(options, Fonts::new("fonts", 5));
    let text = toml::to_string(&Fonts {
        faces: Some(vec!["a.ttf".into()]),
        grid: Some([28, 28]),
        max: Some(255.0),
        ..options
    });
    let again: Fonts = toml::from_str(&text.clone().unwrap()).unwrap();
    assert_eq!(toml::to_string(&again).unwrap(), text.unwrap());
    assert_eq!(again.grid, Some([28, 28]));
    assert!(toml::from_str::<Fonts>("path = \"f\"\nexamples = 5\nslamt = 1").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_it_panic(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        is_disc in any::<bool>(),
    ) {
        let mut bytes = if is_disc {
            font::of_discs(&[('0', [0, 0, 1000, 1000]), ('1', [0, 0, 500, 500])])
        } else {
            font::of_boxes(&[('0', [100, 0, 500, 800]), ('1', [0, 0, 100, 800])])
        };
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(face) = Face::parse(&bytes, &['0', '1']) {
            let mut rng = stream(1, "test");
            let options = Fonts::new("none", 1);
            let jitter = Jitter::draw(&options, &mut rng);
            for character in 0..2 {
                let pixels = draw::coverage(&face, character, &jitter, GRID, 0.1);
                prop_assert!(pixels.iter().all(|p| (0.0..=1.0).contains(p)));
            }
        }
    }
}
