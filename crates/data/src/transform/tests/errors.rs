use super::*;

#[test]
fn options_have_defaults_and_survive_a_round_trip() {
    let text = "copies = 4\nkeep_originals = false\nsteps = [\
        { background = { path = 'p', strength = 0.25 } }, { background = { distinct = 3 } }, \
        { blur = {} }, { contrast = {} }, { drop = { share = 0.5 } }, \
        { elastic = { amplitude = 1, smoothness = 4 } }, { invert = {} }, \
        { noise = { deviation = 0.1, distinct = 50, probability = 0.5 } }, \
        { occlusion = { share = 0.25 } }, { resize = { size = [8, 9] } }, \
        { rotate = { degrees = 15 } }, { scale = {} }, { shear = { degrees = 5 } }, \
        { shift = { pixels = 2 } }]";
    let synthesis: Synthesis = toml::from_str(text).unwrap();
    synthesis.check().unwrap();
    let written = toml::to_string(&synthesis).unwrap();
    assert_eq!(toml::from_str::<Synthesis>(&written).unwrap(), synthesis);
    let mut names: Vec<_> = synthesis.steps.iter().map(Step::name).collect();
    names.dedup();
    assert_eq!(names, Step::NAMES);
    for name in Step::NAMES {
        assert!(written.contains(name), "{name}");
    }

    let synthesis: Synthesis = toml::from_str("steps = [{ scale = {} }, { invert = {} }]").unwrap();
    assert_eq!((synthesis.copies, synthesis.keep_originals), (1, true));
    let expected = [
        Step::Scale(Scale {
            range: [0.9, 1.1],
            probability: 1.0,
        }),
        Step::Invert(Invert { probability: 0.5 }),
    ];
    assert_eq!(synthesis.steps, expected);
}

#[test]
fn unknown_keys_are_refused() {
    for text in [
        "steps = []\ncopy = 1",
        "steps = [{ rotate = { degrees = 1, x = 1 } }]",
        "steps = [{ turn = { degrees = 1 } }]",
    ] {
        let error = toml::from_str::<Synthesis>(text).unwrap_err().to_string();
        assert!(error.contains("unknown"), "{error}");
    }
}

/// Checks the error of both an augmentation and a pipeline.
fn refused(steps: &str, expected: &str) {
    let steps = parse(steps);
    let augmentation = Augmentation {
        steps: steps.clone(),
    };
    assert_eq!(augmentation.check().unwrap_err().to_string(), expected);
    let error = Pipeline::new(&steps, &images(1, 2, 2), 7).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

/// The same for one step, the second of two.
fn one(step: &str, name: &str, problem: &str) {
    refused(
        &format!("{{ invert = {{}} }}, {{ {step} }}"),
        &format!("`steps` item 2, `{name}`: {problem}"),
    );
}

#[test]
fn an_empty_list_is_refused() {
    refused(
        "",
        "`steps` is empty; expected at least one step, such as { shift = { pixels = 2 } }",
    );
}

#[test]
fn impossible_moves_are_named() {
    one(
        "rotate = { degrees = nan }",
        "rotate",
        "`degrees` is NaN; expected 0 to 180",
    );
    one(
        "rotate = { degrees = -1 }",
        "rotate",
        "`degrees` is -1; expected 0 to 180",
    );
    one(
        "shift = { pixels = inf }",
        "shift",
        "`pixels` is inf; expected 0 to 1000",
    );
    one(
        "shift = { pixels = 1, probability = 1.5 }",
        "shift",
        "`probability` is 1.5; expected 0 to 1",
    );
    one(
        "scale = { range = [1.1, 0.9] }",
        "scale",
        "`range` is 1.1 to 0.9; expected a range within 0.01 to 100",
    );
    one(
        "scale = { range = [0, 1] }",
        "scale",
        "`range` is 0 to 1; expected a range within 0.01 to 100",
    );
    one(
        "shear = { degrees = 90 }",
        "shear",
        "`degrees` is 90; expected 0 to 60",
    );
    one(
        "elastic = { amplitude = nan, smoothness = 1 }",
        "elastic",
        "`amplitude` is NaN; expected 0 to 1000",
    );
    one(
        "elastic = { amplitude = 1, smoothness = 0 }",
        "elastic",
        "`smoothness` is 0; expected 0.5 to 1000",
    );
}

#[test]
fn impossible_intensities_are_named() {
    one(
        "blur = { radius = [nan, 1] }",
        "blur",
        "`radius` is NaN to 1; expected a range within 0 to 100",
    );
    one(
        "noise = { deviation = -0.1 }",
        "noise",
        "`deviation` is -0.1; expected 0 to 100",
    );
    one(
        "noise = { deviation = 0.1, distinct = 0 }",
        "noise",
        "`distinct` is 0; expected 1 to 1000000",
    );
    one(
        "contrast = { range = [0, inf] }",
        "contrast",
        "`range` is 0 to inf; expected a range within 0 to 100",
    );
    one(
        "background = { strength = 2 }",
        "background",
        "`strength` is 2; expected 0 to 1",
    );
    one(
        "background = { path = '' }",
        "background",
        "`path` is empty; expected a picture, or a folder with pictures",
    );
    one(
        "background = { path = 'p', distinct = 3 }",
        "background",
        "`distinct` is for textures; expected it without `path`, whose pictures count",
    );
    one(
        "occlusion = { share = 1.1 }",
        "occlusion",
        "`share` is 1.1; expected 0 to 1",
    );
    one(
        "occlusion = { share = 0.1, value = nan }",
        "occlusion",
        "`value` is NaN; expected 0 to 1",
    );
    one(
        "invert = { probability = nan }",
        "invert",
        "`probability` is NaN; expected 0 to 1",
    );
    one(
        "drop = { share = nan }",
        "drop",
        "`share` is NaN; expected 0 to 1",
    );
    one(
        "resize = { size = [0, 4097] }",
        "resize",
        "`size` is 0 × 4097; expected 1 to 4096 pixels each",
    );
}

#[test]
fn synthesis_that_makes_nothing_or_too_much_is_refused() {
    let check = |n_copies, keep_originals, expected: &str| {
        let synthesis = Synthesis {
            keep_originals,
            ..copies("{ invert = {} }", n_copies)
        };
        let error = synthesize(&images(2, 2, 2), &synthesis, &Context::new(7)).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(0, true, "`copies` is 0; expected at least 1");
    check(
        usize::MAX,
        true,
        "`copies` is 18446744073709551615, of 2 examples each; \
         expected at most 268435456 examples in all",
    );
    // One round more than 2^28 / 2.
    check(
        1 << 27,
        true,
        "`copies` is 134217728, of 2 examples each; expected at most 268435456 examples in all",
    );
}

#[test]
fn a_pool_beyond_memory_is_refused() {
    // 64 × 64 values: 2^28 / 2^12 = 65536 patterns fill the limit.
    for step in ["noise = { deviation = 0.1,", "background = {"] {
        let steps = parse(&format!("{{ {step} distinct = 65537 }} }}"));
        let error = Pipeline::new(&steps, &images(1, 64, 64), 7).unwrap_err();
        let expected = format!(
            "`steps` item 1, `{}`: `distinct` has 65537 of 4096 values each; \
             expected at most 65536, which fill 1 GiB",
            steps[0].name()
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn resize_does_not_go_with_originals_or_augmentation() {
    let steps = "{ invert = {} }, { resize = { size = [3, 3] } }";
    let synthesis = Synthesis {
        keep_originals: true,
        ..copies(steps, 1)
    };
    let error = synthesize(&images(1, 2, 2), &synthesis, &Context::new(7)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`keep_originals` is true, but the steps change the shape from [1, 2, 2] to [1, 3, 3]; \
         expected false"
    );
    let same_size = Synthesis {
        steps: parse("{ resize = { size = [2, 2] } }"),
        ..synthesis
    };
    assert_eq!(make(&images(1, 2, 2), &same_size).len(), 2);
    let steps = parse(steps);
    assert_eq!(
        Augmentation { steps }.check().unwrap_err().to_string(),
        "`steps` item 2, `resize`: would change the shape of the training set alone; \
         expected `size` under `convert`"
    );
}

#[test]
fn a_step_that_does_not_fit_the_examples_is_named() {
    let check = |steps: &str, examples: &Examples, expected: &str| {
        let error = Pipeline::new(&parse(steps), examples, 7).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    let vectors = examples(&[2], Values::F32(vec![0.5, 1.0]), None);
    check(
        "{ scale = {} }, { rotate = { degrees = 5 } }",
        &vectors,
        "step 2, `rotate`, is for images of shape [channels, height, width]; \
         the examples have the shape [2]",
    );
    check(
        "{ drop = { share = 0.1 } }",
        &images(1, 2, 2),
        "step 1, `drop`, is for vectors of shape [features]; the examples have the shape [1, 2, 2]",
    );
    for shape in [&[2, 2][..], &[1, 0, 2], &[0]] {
        let other = Examples {
            shape: shape.to_vec(),
            ..images(0, 2, 2)
        };
        check(
            "{ noise = { deviation = 0.1 } }",
            &other,
            &format!(
                "step 1, `noise`, is for images or vectors that have values; \
                 the examples have the shape {shape:?}"
            ),
        );
    }
    check(
        "{ noise = { deviation = 0.1 } }",
        &vectors.select(&[]),
        "there are no examples to fit the steps on; expected at least one",
    );
    let unknown = Examples {
        range: None,
        ..images(1, 2, 2)
    };
    check(
        "{ invert = {} }",
        &unknown,
        "the range of the values is not known; expected it for steps on images: \
         give `range` with the source or under `convert`",
    );
    for (low, high) in [(2.0, 2.0), (0.0, f32::NAN), (0.0, f32::INFINITY)] {
        let empty = Examples {
            range: Some((low, high)),
            ..images(1, 2, 2)
        };
        let expected = format!(
            "the range of the values is {low} to {high}; expected a smaller and a larger number"
        );
        check("{ invert = {} }", &empty, &expected);
    }
}
