//! Arrays of labels.

use super::*;

#[test]
fn labels_are_whole_numbers_or_texts() {
    let named = Npz {
        classes: Some(vec!["no".into(), "yes".into()]),
        ..pair()
    };
    let check = |options: &Npz, labels: Vec<u8>, of: [u32; 2], classes: &[&str]| {
        let examples = options.from_bytes(&features(), Some(&labels)).unwrap();
        assert_eq!(
            (&examples.labels[..], &examples.classes[..]),
            (
                &of[..],
                &classes.iter().map(ToString::to_string).collect::<Vec<_>>()[..]
            )
        );
    };
    check(
        &pair(),
        npy("'|i1'", false, "(2,)", &[10, 0xff]),
        [1, 0],
        &["-1", "10"],
    );
    check(
        &pair(),
        npy("'>f4'", false, "(2, 1)", &[0x40, 0, 0, 0, 0, 0, 0, 0]),
        [1, 0],
        &["0", "2"],
    );
    check(
        &pair(),
        npy("'|S2'", false, "(2,)", b"109\0"),
        [1, 0],
        &["9", "10"],
    );
    check(&named, labels(), [1, 0], &["no", "yes"]);
    check(
        &named,
        npy("'|S3'", false, "(2,)", b"yesyes"),
        [1, 1],
        &["no", "yes"],
    );
    let wrong = |options: &Npz, labels: Vec<u8>, expected: &str| {
        let error = options.from_bytes(&features(), Some(&labels)).unwrap_err();
        assert_eq!(error.to_string(), format!("y.npy: {expected}"));
    };
    wrong(
        &named,
        npy("'|i1'", false, "(2,)", &[1, 0xff]),
        "has the label -1 at [1]; expected 0 to 1, as `classes` names",
    );
    wrong(
        &named,
        npy("'|S3'", false, "(2,)", b"yesmay"),
        "has the label `may` at [1]; expected one of the `classes` `no`, `yes`",
    );
    wrong(
        &pair(),
        npy("'<f4'", false, "(2,)", &[0, 0, 0, 0, 0, 0, 0, 0x3f]),
        "has 0.5 at [1]; expected whole numbers of 64 bits or texts",
    );
    wrong(
        &pair(),
        npy("'<U1'", false, "(2,)", &[97, 0, 0, 0, 0, 0xd8, 0, 0]),
        "has bytes at [1] that are no text in Unicode",
    );
    wrong(
        &pair(),
        npy("'|S1'", false, "(2,)", b"a\xff"),
        "has bytes at [1] that are no text in Unicode",
    );
    wrong(
        &pair(),
        npy("'|S1'", false, "(2,)", b"a\0"),
        "has an empty text at [1]; expected a label",
    );
    wrong(
        &pair(),
        npy("'|S1'", false, "(2,)", b"aa"),
        "has the label `a` alone; expected two classes or more",
    );
    wrong(
        &pair(),
        npy("'|u1'", false, "(2, 2)", &[0; 4]),
        "has the shape [2, 2]; expected [n] or [n, 1]",
    );
}
