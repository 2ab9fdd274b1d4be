use proptest::prelude::*;

use super::*;
use crate::Values;

fn parse(text: &str) -> Convert {
    toml::from_str(text).unwrap()
}

fn examples(shape: &[usize], values: Values, range: Option<(f32, f32)>) -> Examples {
    let n = values.len() / shape.iter().product::<usize>();
    Examples {
        shape: shape.to_vec(),
        values,
        range,
        labels: (0..n as u32).map(|i| i % 3).collect(),
        classes: ["zero", "one", "two"].map(String::from).to_vec(),
        source: vec![0; n],
        source_names: vec!["x".into()],
        original: (0..n as u64).collect(),
        tags: vec![crate::Tag::new(
            "number",
            &(0..n).map(|i| i.to_string()).collect::<Vec<_>>(),
        )],
    }
}

fn bytes(shape: &[usize], values: &[u8]) -> Examples {
    examples(shape, Values::U8(values.to_vec()), Some((0.0, 255.0)))
}

fn apply(text: &str, examples: Examples) -> Result<Examples, ConvertError> {
    parse(text).apply(examples, &Context::new(7))
}

/// Checks shape, range and values after the conversion.
fn check(text: &str, from: Examples, shape: &[usize], range: Option<(f32, f32)>, values: &Values) {
    let (labels, tags) = (from.labels.clone(), from.tags.clone());
    let made = apply(text, from).unwrap();
    assert_eq!(made.shape, shape, "{text}");
    assert_eq!(made.range, range, "{text}");
    assert_eq!(&made.values, values, "{text}");
    assert_eq!((made.labels, made.tags), (labels, tags));
}

const BYTES: Option<(f32, f32)> = Some((0.0, 255.0));

#[test]
fn nothing_asked_is_nothing_done() {
    let some = bytes(&[1, 1, 2], &[1, 2, 3, 4]);
    assert_eq!(apply("", some.clone()).unwrap(), some);
    let unneeded = "channels = 1\nsize = [1, 2]\nrange = [0, 255]\nshape = [1, 1, 2]";
    assert_eq!(apply(unneeded, some.clone()).unwrap(), some);
    assert_eq!(toml::to_string(&Convert::default()).unwrap(), "");
}

#[test]
fn options_survive_a_round_trip() {
    let text = "classes = [\"0\"]\ndrop_other_classes = true\nshape = [1, 2, 3]\nchannels = 3\n\
        size = [4, 5]\nrange = [0.0, 16.0]\nfrom_range = [0.0, 255.0]\n\n\
        [rename_classes]\nzero = \"0\"\n";
    let convert = parse(text);
    convert.check().unwrap();
    assert_eq!(parse(&toml::to_string(&convert).unwrap()), convert);
    let error = toml::from_str::<Convert>("sise = [1, 1]").unwrap_err();
    assert!(
        error.to_string().contains("unknown field `sise`"),
        "{error}"
    );
}

#[test]
fn grey_is_the_luma_and_colour_repeats_grey() {
    // 0.299 × 10 + 0.587 × 20 + 0.114 × 30 = 18.15; 0.299 × 255 = 76.245; white stays white.
    check(
        "channels = 1",
        bytes(&[3, 1, 3], &[10, 255, 255, 20, 0, 255, 30, 0, 255]),
        &[1, 1, 3],
        BYTES,
        &Values::U8(vec![18, 76, 255]),
    );
    let values = Values::F32(vec![0.5, 1.0, 0.25]);
    let made = apply("channels = 1", examples(&[3, 1, 1], values, None)).unwrap();
    // 0.299/2 + 0.587 + 0.114/4
    assert!((made.values.get(0) - 0.765).abs() < 1e-6);
    check(
        "channels = 3",
        bytes(&[1, 1, 2], &[1, 2, 3, 4]),
        &[3, 1, 2],
        BYTES,
        &Values::U8(vec![1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4]),
    );
}

#[test]
fn sizes_are_those_of_pillow() {
    // Pillow 13 on bytes: Image.fromarray(a).resize((3, 2), Image.BILINEAR); in floats it gives
    // 13.47 18.81 24.88 / 47.45 56.10 65.06.
    check(
        "size = [2, 3]",
        bytes(
            &[1, 4, 5],
            &[
                1, 3, 5, 8, 11, 15, 19, 23, 27, 32, 36, 42, 47, 52, 58, 64, 70, 76, 83, 89,
            ],
        ),
        &[1, 2, 3],
        BYTES,
        &Values::U8(vec![13, 19, 25, 47, 56, 65]),
    );
}

#[test]
fn ranges_map_linearly_and_whole_values_stay_whole() {
    // 255 to 16: 8 is 0.502, 127 is 7.97, 136 is 8.53.
    check(
        "range = [0, 16]",
        bytes(&[4], &[0, 8, 136, 255]),
        &[4],
        Some((0.0, 16.0)),
        &Values::U8(vec![0, 1, 9, 16]),
    );
    check(
        "range = [-1, 1]",
        bytes(&[3], &[0, 51, 255]),
        &[3],
        Some((-1.0, 1.0)),
        &Values::F32(vec![-1.0, -0.6, 1.0]),
    );
    // Only stated, so that it is known.
    check(
        "range = [0, 255]\nfrom_range = [0, 255]",
        examples(&[1], Values::F32(vec![0.5]), None),
        &[1],
        BYTES,
        &Values::F32(vec![0.5]),
    );
    check(
        "range = [0, 2]\nfrom_range = [-1, 1]",
        examples(&[2], Values::F32(vec![-0.5, 1.0]), None),
        &[2],
        Some((0.0, 2.0)),
        &Values::F32(vec![0.5, 2.0]),
    );
}

/// As above, wherever the bytes lie: 255 to 16, rounded to 0, 1, 9 and 16.
#[test]
fn whole_values_stay_whole_in_a_shared_buffer_too() {
    let from = bytes(&[4], &[0, 8, 136, 255]);
    let shared = Examples {
        values: from.values.clone().shared(),
        ..from.clone()
    };
    let expected = Values::U8(vec![0, 1, 9, 16]);
    for examples in [from, shared] {
        assert_eq!(apply("range = [0, 16]", examples).unwrap().values, expected);
    }
}

#[test]
fn a_shape_of_images_comes_first_and_any_other_last() {
    check(
        "shape = [1, 2, 2]\nsize = [1, 1]",
        examples(&[4], Values::U8(vec![0, 10, 20, 30]), None),
        &[1, 1, 1],
        None,
        &Values::U8(vec![15]),
    );
    check(
        "shape = [3]\nsize = [1, 1]\nchannels = 3\nrange = [0, 51]",
        bytes(&[1, 2, 2], &[0, 10, 20, 30]),
        &[3],
        Some((0.0, 51.0)),
        &Values::U8(vec![3, 3, 3]),
    );
}

#[test]
fn classes_are_renamed_merged_dropped_and_ordered() {
    let check = |text: &str, classes: &[&str], labels: &[u32], values: &[u8]| {
        let made = apply(text, bytes(&[1], &[10, 11, 12, 13])).unwrap();
        assert_eq!(made.classes, classes, "{text}");
        assert_eq!(made.labels, labels, "{text}");
        assert_eq!(made.values, Values::U8(values.to_vec()), "{text}");
    };
    let all = [10, 11, 12, 13];
    check(
        "rename_classes = { zero = '0' }",
        &["0", "one", "two"],
        &[0, 1, 2, 0],
        &all,
    );
    check(
        "rename_classes = { zero = 'a', two = 'a' }",
        &["a", "one"],
        &[0, 1, 0, 0],
        &all,
    );
    // To the name of another class: they become one. Swapped names are only swapped.
    check(
        "rename_classes = { two = 'zero' }",
        &["zero", "one"],
        &[0, 1, 0, 0],
        &all,
    );
    check(
        "rename_classes = { zero = 'one', one = 'zero' }",
        &["one", "zero", "two"],
        &[0, 1, 2, 0],
        &all,
    );
    check(
        "classes = ['two', 'zero', 'one']",
        &["two", "zero", "one"],
        &[1, 2, 0, 1],
        &all,
    );
    check(
        "classes = ['two', '0']\nrename_classes = { zero = '0' }\ndrop_other_classes = true",
        &["two", "0"],
        &[1, 0, 1],
        &[10, 12, 13],
    );
    let made = apply(
        "classes = ['one']\ndrop_other_classes = true",
        bytes(&[1], &all),
    );
    assert_eq!(made.unwrap().tags[0].get(0), "1");
    // A class without examples can be left out without a word.
    let two = bytes(&[1], &[10, 11]);
    assert_eq!(
        apply("classes = ['one', 'zero']", two).unwrap().labels,
        [1, 0]
    );
}

#[test]
fn impossible_options_are_named() {
    let check = |text: &str, expected: &str| {
        let convert = parse(text);
        assert_eq!(convert.check().unwrap_err().to_string(), expected);
        let error = convert.apply(bytes(&[1, 1, 1], &[1]), &Context::new(7));
        assert_eq!(error.unwrap_err().to_string(), expected);
    };
    check(
        "size = [0, 5]",
        "`size` is 0 × 5; expected 1 to 4096 pixels each",
    );
    check("channels = 2", "`channels` is 2; expected 1 or 3");
    for shape in ["[]", "[0, 3]", "[9223372036854775807, 9223372036854775807]"] {
        check(
            &format!("shape = {shape}"),
            &format!("`shape` is {shape}; expected positive sizes, such as [1, 28, 28]"),
        );
    }
    check(
        "range = [1, 1]",
        "`range` is 1 to 1; expected a smaller and a larger number",
    );
    check(
        "range = [nan, 1]",
        "`range` is NaN to 1; expected a smaller and a larger number",
    );
    check(
        "range = [0, 1]\nfrom_range = [0, inf]",
        "`from_range` is 0 to inf; expected a smaller and a larger number",
    );
    check(
        "from_range = [0, 1]",
        "`from_range` is given without `range`; expected the range to map it to",
    );
    check(
        "rename_classes = {}",
        "`rename_classes` is empty; expected old names with new ones, such as { zero = \"0\" }",
    );
    check(
        "rename_classes = { zero = '' }",
        "`rename_classes` has an empty new name for `zero`; expected a name",
    );
    check(
        "classes = []",
        "`classes` is empty; expected names of classes",
    );
    check("classes = ['a', 'b', 'a']", "`classes` names `a` twice");
    check(
        "drop_other_classes = true",
        "`drop_other_classes` is true without `classes`; expected the classes to keep",
    );
}

#[test]
fn options_that_do_not_fit_the_examples_are_named() {
    let check = |text: &str, examples: Examples, expected: &str| {
        assert_eq!(apply(text, examples).unwrap_err().to_string(), expected);
    };
    let vectors = || bytes(&[4], &[1, 2, 3, 4]);
    check(
        "size = [2, 2]",
        vectors(),
        "`size` is for images of shape [channels, height, width]; the examples have the shape [4], \
         expected `shape` to make images of them",
    );
    check(
        "channels = 3",
        vectors(),
        "`channels` is for images of shape [channels, height, width]; \
         the examples have the shape [4], expected `shape` to make images of them",
    );
    check(
        "channels = 1",
        bytes(&[4, 1, 1], &[1, 2, 3, 4]),
        "`channels` is 1; expected images of 1 or 3 channels, not 4",
    );
    check(
        "shape = [1, 2, 3]",
        vectors(),
        "`shape` is [1, 2, 3]; expected 4 values, as the shape [4] has",
    );
    check(
        "shape = [4]\nsize = [1, 1]",
        bytes(&[1, 2, 2], &[1, 2, 3, 4]),
        "`shape` is [4]; expected 1 values, as the shape [1, 1, 1] has",
    );
    check(
        "range = [0, 1]",
        examples(&[1], Values::U8(vec![1]), None),
        "`range` cannot be mapped to: the range of the values is not known; \
         expected `from_range` to state it",
    );
    check(
        "range = [0, 1]\nfrom_range = [0, 16]",
        vectors(),
        "`from_range` is 0 to 16, but the range of the values is known to be 0 to 255",
    );
    check(
        "range = [0, 1]\nfrom_range = [0, 2]",
        examples(&[2], Values::U8(vec![1, 3]), None),
        "`from_range` cannot be mapped from 0 to 2: there is the value 3",
    );
    check(
        "range = [0, 1]",
        examples(&[1], Values::U8(vec![3]), Some((1.0, 1.0))),
        "`range` cannot be mapped from 1 to 1, which is none",
    );
    check(
        "rename_classes = { three = '3' }",
        vectors(),
        "`rename_classes` names the class `three`; expected some of zero, one, two",
    );
    check(
        "classes = ['one', 'zero']\nrename_classes = { zero = '0' }",
        vectors(),
        "`classes` names the class `zero`; expected some of 0, one, two",
    );
    check(
        "classes = ['one']",
        bytes(&[1], &[1, 2, 3, 4]),
        "`classes` leaves out `zero`, `two`, of which there are 3 examples; \
         expected all classes, or `drop_other_classes = true`",
    );
    check(
        "classes = ['two']\ndrop_other_classes = true",
        bytes(&[1], &[1, 2]),
        "`classes` has no examples; expected at least one of the classes to occur",
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn values_stay_in_the_range_and_there_and_back_is_the_same(
        channels in prop::sample::select(vec![1_usize, 3]),
        height in 1_usize..9,
        width in 1_usize..9,
        size in prop::array::uniform2(1_usize..12),
        low in -100.0_f32..100.0,
        extent in 0.1_f32..300.0,
        seed: u8,
    ) {
        let n = 2 * channels * height * width;
        let values: Vec<u8> = (0..n).map(|i| (i * 29 + usize::from(seed)) as u8).collect();
        let some = bytes(&[channels, height, width], &values);
        let high = low + extent;
        let there = Convert { range: Some([low, high]), ..Convert::default() };
        let small = Convert { size: Some(size), channels: Some(1), ..there.clone() };
        let context = Context::new(7);
        let made = small.apply(some.clone(), &context).unwrap();
        prop_assert_eq!(&made.shape, &[1, size[0], size[1]]);
        prop_assert_eq!(made.values.len(), 2 * size[0] * size[1]);
        for i in 0..made.values.len() {
            prop_assert!((low..=high).contains(&made.values.get(i)));
        }
        let back = Convert { range: Some([0.0, 255.0]), ..Convert::default() };
        let twice = there.apply(some.clone(), &context).and_then(|e| back.apply(e, &context));
        let twice = twice.unwrap();
        for i in 0..n {
            prop_assert!((twice.values.get(i) - some.values.get(i)).abs() < 0.1);
        }
    }
}
