use proptest::prelude::*;

use super::*;

/// Every step on images, with a strong effect.
const STRONG: &str = "{ shift = { pixels = 3 } }, { rotate = { degrees = 180 } }, \
    { scale = { range = [0.1, 9] } }, { shear = { degrees = 60 } }, \
    { elastic = { amplitude = 5, smoothness = 0.5 } }, { blur = { radius = [0, 5] } }, \
    { noise = { deviation = 3, probability = 0.5 } }, { noise = { deviation = 1, distinct = 3 } }, \
    { contrast = { range = [0, 50] } }, { background = {} }, { background = { distinct = 2 } }, \
    { occlusion = { share = 0.6, value = 1 } }, { invert = {} }";

/// Every step on images, with none.
const NEUTRAL: &str = "{ shift = { pixels = 0 } }, { rotate = { degrees = 0 } }, \
    { scale = { range = [1, 1] } }, { shear = { degrees = 0 } }, \
    { elastic = { amplitude = 0, smoothness = 1 } }, { blur = { radius = [0, 0.12] } }, \
    { noise = { deviation = 0 } }, { contrast = { range = [1, 1] } }, \
    { background = { strength = 0 } }, { occlusion = { share = 0 } }, \
    { invert = { probability = 0 } }, { rotate = { degrees = 90, probability = 0 } }";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn values_stay_in_the_range_and_the_shape_is_as_said(
        channels in 1_usize..4,
        height in 1_usize..9,
        width in 1_usize..9,
        low in -5.0_f32..5.0,
        extent in 0.1_f32..300.0,
        size in prop::array::uniform2(1_usize..12),
        seed: u64,
    ) {
        let shape = [channels, height, width];
        let n = 3 * channels * height * width;
        let share = |i: usize| (i * 29 % 101) as f32 / 100.0;
        let high = low + extent;
        let values = (0..n).map(|i| (low + share(i) * extent).min(high)).collect();
        let some = examples(&shape, Values::F32(values), Some((low, high)));
        let steps = format!("{STRONG}, {{ resize = {{ size = [{}, {}] }} }}", size[0], size[1]);
        let synthesis = copies(&steps, 2);
        let made = synthesize(&some, &synthesis, &Context::new(seed)).unwrap().examples;
        prop_assert_eq!(&made.shape, &[channels, size[0], size[1]]);
        prop_assert_eq!(made.values.len(), 6 * channels * size[0] * size[1]);
        for value in super::values(&made) {
            prop_assert!((low..=high).contains(&value), "{} in {}..={}", value, low, high);
        }
        for tag in &made.tags {
            prop_assert_eq!(tag.of.len(), made.len());
            prop_assert!(tag.of.iter().all(|k| (*k as usize) < tag.values.len()));
        }
    }

    #[test]
    fn neutral_steps_change_nothing(
        channels in 1_usize..4,
        height in 1_usize..9,
        width in 1_usize..9,
        values in prop::collection::vec(-3.0_f32..3.0, 192),
    ) {
        let shape = [channels, height, width];
        let n = channels * height * width;
        let one = examples(&shape, Values::F32(values[..n].to_vec()), Some((-3.0, 3.0)));
        let steps = format!("{NEUTRAL}, {{ resize = {{ size = [{height}, {width}] }} }}");
        let made = make(&one, &copies(&steps, 1));
        prop_assert_eq!(super::values(&made), &values[..n]);
    }
}

#[test]
fn the_result_does_not_depend_on_threads() {
    let some = images(50, 6, 5);
    let with_threads = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
        pool.unwrap().install(|| make(&some, &copies(STRONG, 3)))
    };
    let one = with_threads(1);
    assert_eq!(one, with_threads(4));
    let other = synthesize(&some, &copies(STRONG, 3), &Context::new(8)).unwrap();
    assert_ne!(one.values, other.examples.values);
}

#[test]
fn fewer_copies_or_examples_are_the_beginning_of_more() {
    let some = images(9, 6, 5);
    let kept = |copies| Synthesis {
        copies,
        keep_originals: true,
        steps: parse(STRONG),
    };
    let (two, three) = (make(&some, &kept(2)), make(&some, &kept(3)));
    let first: Vec<usize> = (0..27).collect();
    assert_eq!(three.select(&first).values, two.values);
    let few = make(&images(4, 6, 5), &kept(2));
    // Noise patterns and all else are the same, as the range is, and not the examples' statistics.
    let of_few: Vec<usize> = [0, 9, 18].iter().flat_map(|k| *k..k + 4).collect();
    assert_eq!(two.select(&of_few).values, few.values);
}

#[test]
fn labels_sources_originals_and_tags_go_with_the_copies() {
    let mut some = images(3, 2, 2);
    some.original = vec![4, 4, 9];
    some.tags = vec![Tag::new("invert", &["ann", "bob", "ann"])];
    let synthesis = Synthesis {
        copies: 2,
        keep_originals: true,
        steps: parse(
            "{ invert = { probability = 1 } }, { noise = { deviation = 0, distinct = 1 } }",
        ),
    };
    let made = make(&some, &synthesis);
    assert_eq!(made.labels, [0, 1, 0, 0, 1, 0, 0, 1, 0]);
    assert_eq!(made.original, [4, 4, 9, 4, 4, 9, 4, 4, 9]);
    assert_eq!(made.source, [0; 9]);
    assert_eq!(
        (made.classes, made.source_names),
        (some.classes, some.source_names)
    );
    assert_eq!(made.range, some.range);
    assert_eq!(texts(&made.tags[0])[3..6], ["ann", "bob", "ann"]);
    assert_eq!(made.tags[1].name, "invert_2");
    assert_eq!(texts(&made.tags[1])[2..4], ["none", "applied"]);
    // The empty value is no nuisance.
    assert_eq!(texts(&made.tags[2])[2..4], ["", "noise 1"]);
    let Values::U8(bytes) = made.values else {
        panic!("not bytes");
    };
    assert_eq!(bytes[..4], [0, 37, 74, 111]);
    assert_eq!(bytes[12..16], [255, 218, 181, 144]);
    assert_eq!(bytes.len(), 36);
}

#[test]
fn a_tag_that_is_the_same_for_all_is_left_out() {
    let made = make(
        &images(3, 2, 2),
        &copies("{ noise = { deviation = 0.1 } }", 2),
    );
    assert_eq!(made.tags, []);
}

#[test]
fn whole_values_stay_whole_where_there_are_sixteen_steps() {
    let check = |values: Values, range, expects_bytes: bool| {
        let some = examples(&[1, 1, 4], values, Some(range));
        let made = make(&some, &copies("{ shift = { pixels = 1 } }", 5));
        let is_bytes = matches!(made.values, Values::U8(_));
        assert_eq!(is_bytes, expects_bytes, "{range:?}");
    };
    let bytes = Values::U8(vec![0, 1, 0, 1]);
    check(bytes.clone(), (0.0, 255.0), true);
    check(bytes.clone(), (0.0, 16.0), true);
    check(bytes.clone(), (0.0, 15.0), false);
    check(bytes.clone(), (0.0, 1.0), false);
    check(bytes.clone(), (0.0, 16.5), false);
    check(bytes.clone(), (-1.0, 255.0), false);
    check(bytes, (0.0, 256.0), false);
    check(Values::F32(vec![0.0, 1.5, 0.0, 1.0]), (0.0, 255.0), false);
}

#[test]
fn many_blocks_are_in_order_and_progress_is_told() {
    // 2^22 values per block: two blocks of 5350 images.
    let some = images(6000, 28, 28);
    let told = std::sync::Mutex::new(Vec::new());
    let context = Context {
        on_progress: &|progress| told.lock().unwrap().push((progress.done, progress.total)),
        ..Context::new(7)
    };
    let synthesis = copies("{ invert = { probability = 1 } }", 1);
    let made = synthesize(&some, &synthesis, &context).unwrap().examples;
    let (Values::U8(old), Values::U8(new)) = (&some.values, &made.values) else {
        panic!("not bytes");
    };
    assert!(old.iter().zip(new).all(|(old, new)| *new == 255 - old));
    assert_eq!(new.len(), old.len());
    assert_eq!(*told.lock().unwrap(), [(5349, 6000), (6000, 6000)]);
}

#[test]
fn no_examples_give_none() {
    let made = make(&images(0, 2, 2), &copies("{ invert = {} }", 3));
    assert!(made.is_empty() && made.values.is_empty());
}

#[test]
fn apply_reports_what_was_drawn() {
    let steps = parse("{ shift = { pixels = 1 } }, { invert = { probability = 1 } }");
    let pipeline = Pipeline::new(&steps, &images(1, 2, 2), 7).unwrap();
    let names: Vec<_> = pipeline.parameters().iter().map(|p| &p.name).collect();
    assert_eq!(names, ["shift_x", "shift_y", "invert"]);
    let (mut scratch, mut out) = (Scratch::default(), [0.0; 4]);
    let mut rng = crate::seed::stream(7, "test");
    for _ in 0..3 {
        pipeline.apply(&[0.0; 4], &mut rng, &mut scratch, &mut out);
        assert_eq!(out[..], [255.0; 4]);
        let [x, y, invert] = *scratch.drawn() else {
            panic!("{:?}", scratch.drawn());
        };
        assert!((1..5).contains(&x) && (1..5).contains(&y) && invert == 1);
    }
}

#[test]
#[should_panic(expected = "values of the example")]
fn an_example_of_another_size_is_refused() {
    let pipeline = Pipeline::new(&parse("{ invert = {} }"), &images(1, 2, 2), 7).unwrap();
    let mut rng = crate::seed::stream(7, "test");
    pipeline.apply(&[0.0; 5], &mut rng, &mut Scratch::default(), &mut [0.0; 4]);
}

#[test]
fn scaling_beyond_all_numbers_gives_values_in_the_range() {
    for factor in [0.01, 100.0] {
        let step = format!("{{ scale = {{ range = [{factor}, {factor}] }} }},");
        let made = make(&images(1, 3, 3), &copies(&step.repeat(200), 1));
        assert_eq!(made.values.len(), 9, "{factor}");
        let some = examples(&[1, 2, 2], Values::F32(vec![0.5; 4]), Some((0.0, 1.0)));
        for value in values(&make(&some, &copies(&step.repeat(200), 1))) {
            assert!((0.0..=1.0).contains(&value), "{value} for {factor}");
        }
    }
}
