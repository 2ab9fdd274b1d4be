use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, MapDeserializer};

use super::*;
use crate::Values;

const OPTDIGITS: Grid = Grid {
    height: 8,
    width: 8,
    max: 16.0,
};

fn load(options: &Strokes, seed: u64) -> Examples {
    options
        .load(&Context::new(seed).with_grid(OPTDIGITS))
        .unwrap()
        .examples
}

#[test]
fn a_smaller_set_is_the_beginning_of_a_larger_one() {
    let (small, large) = (load(&Strokes::new(57), 7), load(&Strokes::new(200), 7));
    let first: Vec<usize> = (0..57).collect();
    assert_eq!(large.select(&first), small);
    assert_ne!(load(&Strokes::new(57), 8).values, small.values);
}

#[test]
fn classes_are_balanced_and_all_styles_occur() {
    let examples = load(&Strokes::new(305), 7);
    assert_eq!(examples.shape, [1, 8, 8]);
    assert_eq!(examples.range, Some((0.0, 16.0)));
    assert_eq!(
        examples.class_counts(),
        [31, 31, 31, 31, 31, 30, 30, 30, 30, 30]
    );
    assert_eq!(examples.n_sources(), Strokes::style_names().len());
    assert_eq!(examples.n_originals(), 305);
    for i in 0..examples.len() {
        let style = &examples.source_names[examples.source[i] as usize];
        assert!(style.starts_with(&examples.classes[examples.labels[i] as usize]));
    }
}

#[test]
fn pixels_are_whole_only_where_sixteen_steps_fit() {
    let check = |max: f32, whole: bool| {
        let grid = Grid { max, ..OPTDIGITS };
        let values = Strokes::new(10)
            .load(&Context::new(7).with_grid(grid))
            .unwrap()
            .examples
            .values;
        assert_eq!(matches!(values, Values::U8(_)), whole, "{max}");
        let largest = (0..values.len()).map(|i| values.get(i)).fold(0.0, f32::max);
        assert!(largest > 0.5 * max && largest <= max, "{largest} of {max}");
    };
    check(16.0, true);
    check(255.0, true);
    check(1.0, false);
    check(20.5, false);
}

#[test]
fn digits_reach_the_top_and_the_foot_but_not_into_the_margin() {
    let mut options = Strokes::new(100);
    options.height = [1.0, 1.0];
    let all = load(&options, 7);
    let ink = |examples: &Examples, i, row: usize| -> f32 {
        examples.example(i)[8 * row..8 * row + 8].iter().sum()
    };
    for i in 0..all.len() {
        assert!(
            ink(&all, i, 0) > 0.0 && ink(&all, i, 7) > 0.0,
            "example {i}"
        );
    }
    options.margin = 0.25;
    let inner = load(&options, 7);
    for i in 0..inner.len() {
        for row in [0, 1, 6, 7] {
            assert!(ink(&inner, i, row) == 0.0, "example {i}, row {row}");
        }
    }
}

#[test]
fn a_subset_of_styles_is_all_that_is_drawn() {
    let mut options = Strokes::new(100);
    let names = Strokes::style_names();
    let first_of = |digit: usize| names.iter().find(|n| n.starts_with(&digit.to_string()));
    options.styles = Some(
        (0..10)
            .map(|d| (*first_of(d).unwrap()).to_owned())
            .collect(),
    );
    assert_eq!(load(&options, 7).n_sources(), 10);
}

#[test]
fn impossible_options_are_named() {
    let check = |change: fn(&mut Strokes), field: &str, part: &str| {
        let mut options = Strokes::new(10);
        change(&mut options);
        let error = options.check().unwrap_err();
        assert_eq!(error.field, field);
        assert!(error.to_string().contains(part), "{error}");
        assert!(options.load(&Context::new(7).with_grid(OPTDIGITS)).is_err());
    };
    check(
        |o| o.examples = 0,
        "examples",
        "`examples` is 0; expected at least 1",
    );
    check(
        |o| o.thickness = [0.3, 0.2],
        "thickness",
        "`thickness` is 0.3 to 0.2; expected a range within 0.01 to 0.5",
    );
    check(|o| o.width = [0.0, 1.0], "width", "is 0 to 1");
    check(|o| o.height = [0.5, 1.1], "height", "within 0.1 to 1");
    check(
        |o| o.slant_degrees = [-60.0, 0.0],
        "slant_degrees",
        "within -45 to 45",
    );
    check(
        |o| o.rotation_degrees = -1.0,
        "rotation_degrees",
        "is -1; expected 0 to 45",
    );
    check(|o| o.shift = f32::NAN, "shift", "is NaN; expected 0 to 1");
    check(|o| o.warp = 1.0, "warp", "is 1; expected 0 to 0.3");
    check(|o| o.margin = 0.5, "margin", "is 0.5; expected 0 to 0.4");
    check(
        |o| o.styles = Some(vec!["7-none".into()]),
        "styles",
        "names the style `7-none`",
    );
    check(
        |o| o.styles = Some(vec!["7-plain".into()]),
        "styles",
        "has no style for the digit 0; expected one of 0-oval, 0-narrow",
    );
    check(
        |o| o.styles = Some(vec!["7-plain".into(), "7-plain".into()]),
        "styles",
        "names `7-plain` twice",
    );
}

#[test]
fn a_grid_without_pixels_or_maximum_is_refused() {
    let check = |height, max, expected: &str| {
        let grid = Grid {
            height,
            width: 8,
            max,
        };
        let error = Strokes::new(10)
            .load(&Context::new(7).with_grid(grid))
            .unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    let end = "expected at least 1 × 1 and a positive maximum";
    check(
        0,
        16.0,
        &format!("cannot draw into a grid of 0 × 8 pixels up to 16; {end}"),
    );
    check(
        8,
        0.0,
        &format!("cannot draw into a grid of 8 × 8 pixels up to 0; {end}"),
    );
    check(
        8,
        f32::NAN,
        &format!("cannot draw into a grid of 8 × 8 pixels up to NaN; {end}"),
    );
}

#[test]
fn only_the_number_of_examples_must_be_given() {
    let table = |keys: Vec<(&'static str, u32)>| {
        let map: MapDeserializer<'_, _, ValueError> =
            MapDeserializer::new(keys.into_iter().map(|(k, v)| (k, v.into_deserializer())));
        Strokes::deserialize(map)
    };
    assert_eq!(table(vec![("examples", 5)]).unwrap(), Strokes::new(5));
    let error = table(vec![("examples", 5), ("slamt", 1)]).unwrap_err();
    assert!(
        error.to_string().starts_with("unknown field `slamt`"),
        "{error}"
    );
}

#[test]
fn more_digits_than_memory_is_meant_for_are_an_error() {
    let grid = Grid {
        height: 8,
        width: 8,
        max: 16.0,
    };
    let error = Strokes::new(1_000_000_000_000)
        .load(&Context::new(1).with_grid(grid))
        .unwrap_err();
    // 4 GiB / 64 bytes = 2^32 / 2^6 = 2^26
    assert_eq!(
        error.to_string(),
        "`examples` is 1000000000000; expected at most 67108864, which fill 4294967296 bytes"
    );
}

#[test]
fn a_grid_of_its_own_comes_before_the_other_chunk_s() {
    let draw = |grid, max, context: Context<'_>| {
        let options = Strokes {
            grid,
            max,
            ..Strokes::new(10)
        };
        options.load(&context)
    };
    let other = Context::new(7).with_grid(OPTDIGITS);
    let shape_and_range = |loaded: Loaded| (loaded.examples.shape, loaded.examples.range);
    let both = draw(Some([28, 20]), Some(255.0), Context::new(7)).unwrap();
    assert_eq!(shape_and_range(both), (vec![1, 28, 20], Some((0.0, 255.0))));
    let size = draw(Some([9, 7]), None, other).unwrap();
    assert_eq!(shape_and_range(size), (vec![1, 9, 7], Some((0.0, 16.0))));
    let error = draw(Some([9, 7]), None, Context::new(7)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no grid to draw into; expected a size, or another chunk that has one"
    );
}
