use std::fs::File;

use proptest::prelude::*;

use super::*;
use crate::{Examples, Memory, Normalization, Normalizer, Tag, ValuesBuilder};

/// Values in a file, however few they are.
pub(crate) fn on_disk(values: &Values, folder: &std::path::Path) -> Values {
    let memory = Memory {
        budget_bytes: 0,
        folder: folder.to_owned(),
    };
    let mut builder = ValuesBuilder::new(&memory);
    match values {
        Values::U8(values) => builder.push_u8(values),
        Values::F32(values) => builder.push_f32(values),
        Values::View(_) => panic!("already there"),
    }
    .unwrap();
    builder.finish().unwrap()
}

#[test]
fn whole_numbers_up_to_255_are_packed() {
    let check = |input: &[f32], packed: bool| {
        let values = Values::pack(input.to_vec());
        assert_eq!(matches!(values, Values::U8(_)), packed, "{input:?}");
        assert_eq!(
            (0..input.len()).map(|i| values.get(i)).collect::<Vec<_>>(),
            input
        );
    };
    check(&[0.0, 255.0], true);
    check(&[0.0, 256.0], false);
    check(&[-1.0], false);
    check(&[0.5], false);
}

#[test]
fn a_float_part_makes_the_whole_float() {
    let bytes = Values::U8(vec![1, 2]);
    let floats = Values::F32(vec![0.5]);
    assert_eq!(
        Values::concat(&[&bytes, &bytes]),
        Values::U8(vec![1, 2, 1, 2])
    );
    assert_eq!(
        Values::concat(&[&bytes, &floats]),
        Values::F32(vec![1.0, 2.0, 0.5])
    );
}

#[test]
fn equal_means_the_same_numbers_of_the_same_type() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = Values::U8(vec![1, 2, 3]);
    let view = on_disk(&bytes, folder.path());
    assert!(matches!(view, Values::View(_)));
    assert_eq!(view, bytes);
    assert_eq!(bytes, view);
    assert_ne!(view, Values::U8(vec![1, 2, 4]));
    assert_ne!(view, Values::U8(vec![1, 2]));
    assert_ne!(view, Values::F32(vec![1.0, 2.0, 3.0]));
    assert_ne!(Values::F32(vec![f32::NAN]), Values::F32(vec![f32::NAN]));
}

#[test]
fn a_view_selected_or_joined_copies_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let all = on_disk(&Values::U8((0..12).collect()), folder.path());
    let (some, others) = (all.select(3, &[3, 0]), all.select(3, &[1]));
    let joined = Values::concat(&[&some, &others, &all]);
    assert_eq!(
        joined,
        Values::U8(vec![
            9, 10, 11, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        ])
    );
    let Values::View(view) = &joined else {
        panic!("{joined:?}");
    };
    assert_eq!(view.n_parts(), 1);
}

/// Rows of a shared buffer are read where they lie, so that reading them costs what it costs of an own one.
#[test]
fn rows_of_a_shared_buffer_are_not_copied() {
    let own = vec![1_u8, 2, 3, 4, 5, 6];
    let address = own.as_ptr();
    let shared = Values::U8(own).shared();
    let rows = shared.select(2, &[2, 0, 1]);
    let mut scratch = Scratch::default();
    let check = |numbers: Numbers<'_>, offset: usize, length: usize| {
        let Numbers::U8(bytes) = numbers else {
            panic!("{numbers:?}");
        };
        assert_eq!(bytes.as_ptr(), address.wrapping_add(offset));
        assert_eq!(bytes.len(), length);
    };
    check(rows.numbers(0..2, &mut scratch).unwrap(), 4, 2);
    check(rows.numbers(3..4, &mut scratch).unwrap(), 1, 1);
    check(rows.numbers(2..6, &mut scratch).unwrap(), 0, 4);
    assert_eq!(
        rows.numbers(0..6, &mut scratch).unwrap(),
        Numbers::U8(&[5, 6, 1, 2, 3, 4])
    );
}

/// Of up to as many bytes as are allowed; what lies in one piece already stays where it is.
#[test]
fn scattered_rows_are_brought_side_by_side() {
    let shared = Values::U8(vec![1, 2, 3, 4, 5, 6]).shared();
    let rows = shared.select(2, &[2, 0, 1]);
    let is_one_piece = |values: &Values| values.in_place(&(0..6)).is_some();
    for (most_bytes, expected) in [(5, false), (6, true)] {
        let moved = rows.clone().side_by_side(most_bytes);
        assert_eq!((is_one_piece(&moved), &moved), (expected, &rows));
    }
    let address = |values: &Values| match values.in_place(&(0..6)) {
        Some(Numbers::U8(bytes)) => bytes.as_ptr(),
        found => panic!("{found:?}"),
    };
    assert_eq!(
        address(&shared),
        address(&shared.clone().side_by_side(u64::MAX))
    );
}

#[test]
#[should_panic(expected = "there is no row 4")]
fn a_row_that_a_view_lacks_cannot_be_selected() {
    let folder = tempfile::tempdir().unwrap();
    let all = on_disk(&Values::U8(vec![0; 12]), folder.path());
    drop(all.select(3, &[4]));
}

#[test]
fn a_file_cut_short_by_somebody_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.bin");
    std::fs::write(&path, [0; 12]).unwrap();
    let values = Values::View(View::new(Part::File {
        file: File::open(&path).unwrap(),
        path: path.clone(),
        is_u8: true,
        len: 12,
    }));
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(5)
        .unwrap();
    let error = values.read_row(4, 1, &mut [0.0; 4]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot read values back from {}: failed to fill whole buffer",
            path.display()
        )
    );
    assert!(values.read_row(4, 0, &mut [0.0; 4]).is_ok());
}

/// Something that is done to the chunks in hand.
#[derive(Debug, Clone)]
enum Step {
    /// Rows of the chunk of this number, each modulo what there is.
    Select(usize, Vec<usize>),
    Concat(Vec<usize>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..9_usize, prop::collection::vec(0..99_usize, 0..9))
            .prop_map(|(of, rows)| Step::Select(of, rows)),
        prop::collection::vec(0..9_usize, 1..4).prop_map(Step::Concat),
    ];
    prop::collection::vec(step, 0..6)
}

fn values(n_numbers: usize) -> impl Strategy<Value = Values> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), n_numbers).prop_map(Values::U8),
        prop::collection::vec(-300.0..300.0_f32, n_numbers).prop_map(Values::F32),
    ]
}

fn chunk(shape: &[usize], values: Values) -> Examples {
    let n = values.len() / shape.iter().product::<usize>();
    Examples {
        shape: shape.to_vec(),
        values,
        range: Some((-1.0, 3.0)),
        labels: vec![0; n],
        classes: vec!["a".into()],
        source: vec![0; n],
        source_names: vec!["x".into()],
        original: (0..n as u64).collect(),
        tags: vec![Tag::new("t", &vec!["v"; n])],
    }
}

fn take(chunks: &mut Vec<Examples>, step: &Step) {
    let new = match step {
        Step::Select(of, rows) => {
            let chunk = &chunks[of % chunks.len()];
            let n = chunk.len();
            let rows = rows.iter().filter(|_| n > 0).map(|row| row % n);
            chunk.select(&rows.collect::<Vec<_>>())
        }
        Step::Concat(of) => {
            let parts: Vec<_> = of.iter().map(|i| &chunks[i % chunks.len()]).collect();
            Examples::concat(&parts).unwrap()
        }
    };
    chunks.push(new);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is selected and joined, values in a file or a shared buffer are the same as values of their own.
    #[test]
    fn a_view_is_as_what_it_shows(
        (shape, parts) in prop_oneof![Just(vec![5_usize]), Just(vec![2, 3, 35])].prop_flat_map(|shape| {
            let n: usize = shape.iter().product();
            let part = (1..12_usize).prop_flat_map(move |rows| values(n * rows));
            (Just(shape), prop::collection::vec(part, 1..4))
        }),
        places in prop::collection::vec(0..3_u8, 4),
        steps in steps(),
        kind in prop_oneof![Just(Normalization::Standardize), Just(Normalization::Range)],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut in_memory = Vec::new();
        let mut views = Vec::new();
        for (values, place) in parts.into_iter().zip(places) {
            let moved = match place {
                0 => values.clone(),
                1 => values.clone().shared(),
                _ => on_disk(&values, folder.path()),
            };
            views.push(chunk(&shape, moved));
            in_memory.push(chunk(&shape, values));
        }
        for step in &steps {
            take(&mut in_memory, step);
            take(&mut views, step);
        }
        for (memory, view) in in_memory.iter().zip(&views) {
            prop_assert_eq!(view, memory);
            prop_assert_eq!(&view.clone().side_by_side(), memory);
            prop_assert_eq!(view.sha256(), memory.sha256());
            let mut row = vec![0.0; memory.n_values()];
            for i in 0..memory.len() {
                view.values.read_row(row.len(), i, &mut row).unwrap();
                prop_assert_eq!(&row, &memory.example(i));
                prop_assert_eq!(view.values.get(i * row.len() + 1).to_bits(), row[1].to_bits());
            }
            let fitted = Normalizer::fit(kind, memory);
            prop_assert_eq!(&Normalizer::fit(kind, view), &fitted);
            if let Ok(fitted) = fitted {
                let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                prop_assert_eq!(bits(&fitted.apply(view)), bits(&fitted.apply(memory)));
            }
        }
    }

    /// Views are right even where rows of one width are cut from rows of another.
    #[test]
    fn any_width_can_be_selected(
        widths in prop::collection::vec(1..7_usize, 1..4),
        rows in prop::collection::vec(prop::collection::vec(0..99_usize, 1..7), 3),
        lengths in prop::collection::vec(0..20_usize, 1..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut next = 0_u8;
        let parts: Vec<Values> = lengths
            .iter()
            .map(|&n| Values::U8((0..n).map(|_| { next += 1; next }).collect()))
            .collect();
        let moved: Vec<Values> = parts.iter().map(|part| on_disk(part, folder.path())).collect();
        let mut memory = Values::concat(&parts.iter().collect::<Vec<_>>());
        let mut view = Values::concat(&moved.iter().collect::<Vec<_>>());
        prop_assert_eq!(&view, &memory);
        for (width, rows) in widths.into_iter().zip(rows) {
            let n = memory.len() / width;
            let rows: Vec<usize> = rows.iter().filter(|_| n > 0).map(|row| row % n).collect();
            (memory, view) = (memory.select(width, &rows), view.select(width, &rows));
            prop_assert_eq!(&view, &memory);
            (memory, view) = (Values::concat(&[&memory, &parts[0]]), Values::concat(&[&view, &moved[0]]));
            prop_assert_eq!(&view, &memory);
        }
    }
}
