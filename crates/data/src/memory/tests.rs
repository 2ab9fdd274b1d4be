use std::fs;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::Values;

fn memory(budget_bytes: u64, folder: &std::path::Path) -> Memory {
    Memory {
        budget_bytes,
        folder: folder.to_owned(),
    }
}

#[test]
fn values_go_to_a_file_just_beyond_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("made/when/needed");
    let check = |budget_bytes, pushes: &[&[f32]], is_view: bool| {
        let mut builder = ValuesBuilder::new(&memory(budget_bytes, &inside));
        for push in pushes {
            builder.push_f32(push).unwrap();
        }
        let values = builder.finish().unwrap();
        assert_eq!(matches!(values, Values::View(_)), is_view, "{pushes:?}");
        assert_eq!(values, Values::pack(pushes.concat()));
    };
    check(2, &[&[1.0, 2.0]], false);
    assert!(!inside.exists());
    check(2, &[&[1.0, 2.0], &[3.0]], true);
    check(8, &[&[1.0], &[0.5]], false);
    check(7, &[&[1.0], &[0.5]], true);
    check(1, &[&[1.0], &[2.0], &[0.5], &[3.0]], true);
    check(0, &[], false);
    check(u64::MAX, &[&[0.5], &[2.0]], false);
    // Nothing with a name is left there.
    assert_eq!(fs::read_dir(&inside).unwrap().count(), 0);
}

/// 40 MB of bytes, beyond the size up to which buffers double, and what they become with a fraction after them.
#[test]
fn what_is_expected_decides_nothing_but_room() {
    const MB: usize = 1 << 20;
    let values = |expected: u64, last: f32| {
        let memory = memory(1 << 30, std::path::Path::new("unused"));
        let mut builder = ValuesBuilder::new(&memory).expecting(expected);
        for byte in 0..40 {
            builder.push_u8(&vec![byte; MB]).unwrap();
        }
        builder.push_f32(&[last]).unwrap();
        builder.finish().unwrap()
    };
    let n = 40 * MB + 1;
    for expected in [0, 1000, n as u64, u64::MAX] {
        let Values::U8(bytes) = values(expected, 7.0) else {
            panic!("not bytes");
        };
        assert!(
            bytes[..n - 1]
                .iter()
                .enumerate()
                .all(|(i, &byte)| usize::from(byte) == i / MB)
        );
        assert_eq!((bytes.len(), bytes[n - 1]), (n, 7));
        assert_eq!(bytes.capacity(), n);
        let floats = values(expected, 0.5);
        assert!(matches!(floats, Values::F32(_)));
        assert_eq!(floats.len(), n);
        assert!(
            (floats.get(n - 2) - 39.0).abs() < f32::EPSILON
                && (floats.get(n - 1) - 0.5).abs() < f32::EPSILON
        );
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let inside = file.join("folder");
    let mut builder = ValuesBuilder::new(&memory(2, &inside));
    builder.push_u8(&[1, 2]).unwrap();
    let error = builder.push_u8(&[3]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot keep values in {}: Not a directory (os error 20)",
            inside.display()
        )
    );
}

#[test]
fn a_full_disk_is_an_error() {
    // Linux has a device that is always full; a file in its place stands for the disk.
    let Ok(full) = fs::File::options().write(true).open("/dev/full") else {
        return;
    };
    let folder = std::path::PathBuf::from("/somewhere");
    let error = builder::tests::push_into(full, &memory(0, &folder)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot keep values in /somewhere: No space left on device (os error 28)"
    );
}

#[test]
fn sizes_as_people_write_them() {
    let check = |text: &str, bytes: u64| assert_eq!(parse_bytes(text), Ok(bytes), "{text}");
    check("500MB", 500_000_000);
    check("500 mb", 500_000_000);
    check("2GiB", 2 << 30);
    check("1.5 GB", 1_500_000_000);
    check("0.5KiB", 512);
    check(" 7 ", 7);
    check("7B", 7);
    check("1TB", 1_000_000_000_000);
    check("1TiB", 1 << 40);
    check("18446744073709551615", u64::MAX);
    check("0", 0);
}

#[test]
fn what_is_no_size_is_said() {
    let check = |text: &str| {
        assert_eq!(
            parse_bytes(text).unwrap_err().to_string(),
            format!(
                "is {text:?}; expected a number of bytes, such as \"500MB\", \"2GiB\" or 500000000"
            )
        );
    };
    for text in [
        "",
        "MB",
        "-1MB",
        "+1",
        "1.MB",
        ".5MB",
        "1.5",
        "1..5MB",
        "1e3",
        "500 apples",
        "500M B",
        "0.0000000000001TB",
        "18446744073709551616",
        "18446744073709551615KB",
        "18446744073709551615.5KB",
        "nan",
        "½GB",
    ] {
        check(text);
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Keys {
    memory_budget: ByteSize,
}

#[test]
fn a_config_gives_a_text_or_a_number() {
    let check = |toml: &str, bytes, written: &str| {
        let keys: Keys = toml::from_str(toml).unwrap();
        assert_eq!(keys.memory_budget.0, bytes);
        assert_eq!(toml::to_string(&keys).unwrap().trim(), written);
    };
    check(
        r#"memory_budget = "500MB""#,
        500_000_000,
        r#"memory_budget = "500MB""#,
    );
    check(
        "memory_budget = 500000000",
        500_000_000,
        r#"memory_budget = "500MB""#,
    );
    check(
        r#"memory_budget = "1.5GiB""#,
        3 << 29,
        r#"memory_budget = "1536MiB""#,
    );
    check("memory_budget = 0", 0, r#"memory_budget = "0B""#);
    let refused = |toml: &str, expected: &str| {
        let error = toml::from_str::<Keys>(toml).unwrap_err();
        assert_eq!(error.message(), expected);
    };
    let expected = "expected a number of bytes, such as \"500MB\", \"2GiB\" or 500000000";
    refused("memory_budget = -1", &format!("is -1; {expected}"));
    refused(r#"memory_budget = "x""#, &format!("is \"x\"; {expected}"));
    refused(
        "memory_budget = 0.5",
        &format!("invalid type: floating point `0.5`, {expected}"),
    );
}

/// What is pushed at a time.
#[derive(Debug, Clone)]
enum Push {
    Bytes(Vec<u8>),
    Numbers(Vec<f32>),
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_budget_changes_the_values(
        pushes in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40).prop_map(Push::Bytes),
            prop::collection::vec((0..=255_u8).prop_map(f32::from), 0..40).prop_map(Push::Numbers),
            prop::collection::vec(-2.0..2.0_f32, 0..4).prop_map(Push::Numbers),
        ], 0..8),
        budget_bytes in 0..400_u64,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let collect = |memory: &Memory| {
            let mut builder = ValuesBuilder::new(memory);
            for push in &pushes {
                match push {
                    Push::Bytes(values) => builder.push_u8(values),
                    Push::Numbers(values) => builder.push_f32(values),
                }.unwrap();
            }
            builder.finish().unwrap()
        };
        let limited = collect(&memory(budget_bytes, folder.path()));
        let expected: Vec<f32> = pushes.iter().flat_map(|push| match push {
            Push::Bytes(values) => values.iter().map(|&v| f32::from(v)).collect(),
            Push::Numbers(values) => values.clone(),
        }).collect();
        let expected = Values::pack(expected);
        prop_assert_eq!(&limited, &expected);
        prop_assert_eq!(&collect(&Memory::unlimited()), &expected);
        let size_bytes = limited.len() as u64 * if limited.is_u8() { 1 } else { 4 };
        prop_assert_eq!(matches!(limited, Values::View(_)), size_bytes > budget_bytes);
    }

    #[test]
    fn a_size_reads_back_as_it_was_written(bytes in any::<u64>(), shift in 0..64_u32) {
        let bytes = bytes >> shift;
        for bytes in [bytes, bytes / 1000 * 1000, bytes >> 10 << 10] {
            prop_assert_eq!(ByteSize(bytes).to_string().parse(), Ok(ByteSize(bytes)));
        }
    }
}
