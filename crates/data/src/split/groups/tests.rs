use super::*;
use crate::Tag;
use crate::split::tests::chunk;

/// Two examples per letter of `writers` in a chunk of one class; a dot is a missing one.
fn written_by(writers: &str) -> Examples {
    let mut examples = chunk(&[writers.len()]);
    let of = |c: char| {
        if c == '.' {
            String::new()
        } else {
            c.to_string()
        }
    };
    examples.tags = vec![Tag::new(
        "writer",
        &writers.chars().map(of).collect::<Vec<_>>(),
    )];
    examples
}

/// Groups as letters, in the order in which they first occur.
fn letters(groups: &Groups) -> String {
    let mut seen = Vec::new();
    let letter = |group: &usize| {
        let place = seen.iter().position(|g| g == group);
        let place = place.unwrap_or_else(|| {
            seen.push(*group);
            seen.len() - 1
        });
        char::from(b'a' + place as u8)
    };
    assert!(groups.of.iter().all(|&group| group < groups.n));
    groups.of.iter().map(letter).collect()
}

#[test]
fn groups_are_what_their_name_says() {
    let check = |general: &Examples, target: &Examples, name: Option<&str>, expected: &str| {
        let groups = Groups::new(general, target, name).unwrap();
        assert_eq!(letters(&groups), expected, "{name:?}");
        assert_eq!(groups.warnings, [""; 0]);
    };
    let (mut general, target) = (written_by("xyx"), written_by("yzz"));
    // Originals of the two chunks are not the same, whatever their numbers.
    check(&general, &target, None, "abcdef");
    check(&general, &target, Some("original"), "abcdef");
    check(&general, &target, Some("writer"), "ababcc");
    check(&general, &target, Some("source"), "aaaaaa");
    general.source_names = vec!["other".into(), "chunk".into()];
    general.source = vec![0, 1, 0];
    check(&general, &target, Some("source"), "ababbb");
    general.original = vec![9, 9, 2];
    check(&general, &target, Some("original"), "aabcde");
    // x and y share original 9, so they are one.
    check(&general, &target, Some("writer"), "aaaabb");
}

#[test]
fn a_chunk_without_the_tag_is_grouped_by_original() {
    let (mut general, target) = (written_by("xyx"), written_by("yzz"));
    general.tags.clear();
    general.original = vec![0, 1, 1];
    let groups = Groups::new(&general, &target, Some("writer")).unwrap();
    assert_eq!(letters(&groups), "abbcdd");
    assert_eq!(
        groups.warnings,
        ["general examples have no tag `writer`: each of their originals is a group of its own"]
    );
}

#[test]
fn missing_tags_are_errors() {
    let check = |general: &str, target: &str, name: &str, expected: &str| {
        let result = Groups::new(&written_by(general), &written_by(target), Some(name));
        let error = result.err().unwrap();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.keys(), ["group"]);
    };
    check(
        "xyx",
        ".z.",
        "writer",
        "2 of 3 target examples have no `writer`; expected one for each to group by",
    );
    check(
        "x.x",
        "...",
        "writer",
        "1 of 3 general examples have no `writer`; expected one for each to group by",
    );
    check(
        "xyx",
        "yzz",
        "face",
        "general examples have the tags [\"writer\"] and target examples [\"writer\"], none of them \
         `face`; expected one of these, `source` or `original`",
    );
}
