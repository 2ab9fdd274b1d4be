//! Archives: names, checksums, limits.

use super::*;

#[test]
fn arrays_of_an_archive_go_by_name() {
    let writers = npy("'<U2'", false, "(2,)", b"a\0\0\0\0\0\0\0\xf6\0\0\0b\0\0\0");
    let rooms = npy("'|i1'", false, "(2,)", &[5, 0xff]);
    let texts = npy("'|S3'", false, "(2,)", b"dogcat");
    let options = Npz {
        features: Some("images".into()),
        label: Some("../kind".into()),
        tags: vec!["writer".into(), "room".into()],
        ..Npz::new("t.npz")
    };
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let content = archive(
            &[
                ("images.npy", features()),
                // Names are only compared: nothing is written anywhere.
                ("../kind.npy", texts.clone()),
                ("writer", writers.clone()),
                ("room.npy", rooms.clone()),
            ],
            method,
        );
        let examples = options.from_bytes(&content, None).unwrap();
        assert_eq!(examples.classes, ["cat", "dog"]);
        assert_eq!(examples.labels, [1, 0]);
        assert_eq!(examples.tag("writer").unwrap().values, ["a", "öb"]);
        assert_eq!(examples.tag("room").unwrap().values, ["5", "-1"]);
        let error = Npz::new("t.npz").from_bytes(&content, None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "t.npz: has no array `y`; \
             expected `label` to name one of `../kind`, `images`, `room`, `writer`"
        );
    }
    let content = archive(
        &[
            ("x.npy", features()),
            ("y.npy", labels()),
            ("t.npy", npy("'|i1'", false, "(1,)", &[5])),
        ],
        CompressionMethod::Stored,
    );
    let options = Npz {
        tags: vec!["t".into()],
        ..Npz::new("t.npz")
    };
    assert_eq!(
        options.from_bytes(&content, None).unwrap_err().to_string(),
        "t.npz: array `t` has 1 entries; expected 2, one per example"
    );
    assert_eq!(
        Npz::new("t.npz")
            .from_bytes(&archive(&[], CompressionMethod::Stored), None)
            .unwrap_err()
            .to_string(),
        "t.npz: has no array; expected one named `y`"
    );
}

#[test]
fn archives_that_are_broken_or_locked_are_errors() {
    let arrays = [("x.npy", features()), ("y.npy", labels())];
    let content = archive(&arrays, CompressionMethod::Stored);
    let check = |content: &[u8], expected: &str| {
        let error = Npz::new("t.npz").from_bytes(content, None).unwrap_err();
        assert_eq!(error.to_string(), format!("t.npz: {expected}"));
    };
    check(
        &content[..content.len() - 40],
        "cannot be read as a zip archive (.npz): invalid Zip archive: Could not find EOCD",
    );
    // The last byte of the labels, which the checksum covers.
    let mut flipped = content.clone();
    let at = content.windows(2).rposition(|w| w == b"\n\x01").unwrap();
    flipped[at + 16] ^= 1;
    check(&flipped, "array `y` cannot be unpacked: Invalid checksum");
    // Bit 0 of the flags of the second entry in the list of entries: it is encrypted.
    let mut locked = content.clone();
    let at = content
        .windows(4)
        .rposition(|w| w == b"PK\x01\x02")
        .unwrap();
    locked[at + 8] |= 1;
    check(
        &locked,
        "array `y` cannot be read: unsupported Zip archive: Password required to decrypt file",
    );
}

#[test]
fn a_packed_array_has_a_limit_and_a_claim_allocates_nothing() {
    let wide = "(2, 1099511627776)";
    let bytes = npy("'|u1'", false, wide, &[0; 9]);
    let check = |method, expected: &str| {
        let arrays = [("x.npy", bytes.clone()), ("y.npy", labels())];
        let error = Npz::new("t.npz").from_bytes(&archive(&arrays, method), None);
        assert_eq!(
            error.unwrap_err().to_string(),
            format!("t.npz: array `x` {expected}")
        );
    };
    check(
        CompressionMethod::Deflated,
        "has the shape [2, 1099511627776] of numbers or texts of 1 bytes; \
         expected at most 4294967296 bytes",
    );
    check(
        CompressionMethod::Stored,
        "ends after 9 bytes of data; expected 2199023255552, as its header says",
    );
    let texts = npy("'<U1000000000'", false, "(1000000000,)", &[0; 9]);
    let error = pair().from_bytes(&features(), Some(&texts)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "y.npy: ends after 9 bytes of data; expected 4000000000000000000, as its header says"
    );
}
