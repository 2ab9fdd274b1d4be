//! Headers and arrays that are wrong, and any bytes at all.

use proptest::prelude::*;

use super::*;

#[test]
fn headers_are_read_in_every_form_and_no_other() {
    let header = |text: &str| {
        let content = [
            b"\x93NUMPY\x01\x00",
            &(text.len() as u16).to_le_bytes()[..],
            text.as_bytes(),
        ];
        match Array::read(content.concat().as_slice(), 1 << 20) {
            Ok(array) => Ok((array.header.shape, array.header.is_fortran)),
            Err(Problem::Content(problem)) => Err(problem),
            Err(_) => Err("another problem".into()),
        }
    };
    let check = |text: &str, shape: &[u64], is_fortran: bool| {
        assert_eq!(header(text), Ok((shape.to_vec(), is_fortran)), "{text}");
    };
    check(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } \n",
        &[2, 3],
        false,
    );
    check(
        "{\"shape\":(2L,),\"fortran_order\":True,\"descr\":\"<f4\"}",
        &[2],
        true,
    );
    check(
        "{'shape': (2, 3), 'descr': '|S4', 'fortran_order': False}",
        &[2, 3],
        false,
    );
    let wrong = |text: &str, expected: &str| {
        assert_eq!(header(text), Err(expected.into()), "{text}");
    };
    for text in [
        "",
        "{}",
        "{'descr': '<f4', 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} 1",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ((2,),)}",
        "{'fortran_order': False, 'shape': (2,), 'x': 1}",
    ] {
        let expected =
            "expected {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} or alike";
        let start: String = text.chars().take(80).collect();
        wrong(text, &format!("has the header {start:?}; {expected}"));
    }
    let deep = "(".repeat(9000);
    assert!(header(&deep).is_err());
    wrong(
        "{'descr': '<f4', 'fortran_order': False, 'shape': ()}",
        "has the shape []; expected at least one example",
    );
    wrong(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}",
        "has the shape [0, 3]; expected at least one example",
    );
    wrong(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
        "has the shape [4294967296, 4294967296] of numbers or texts of 4 bytes; \
         expected at most 1048576 bytes",
    );
    wrong(
        "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }",
        "has records of several fields; expected one number or text per entry",
    );
    wrong(
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
        "holds pickled Python objects, which are programs and not read; \
         expected an array of numbers or texts (not dtype=object)",
    );
    for descr in ["<c16", "<f2", "<M8[ns]", "<U0", "f", ""] {
        wrong(
            &format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}"),
            &format!(
                "has the type `{descr}`; expected whole numbers, floats of 32 or 64 bits, \
                 booleans or texts"
            ),
        );
    }
}

#[test]
fn arrays_that_are_no_arrays_are_named() {
    let check = |content: &[u8], expected: &str| {
        let error = read(&pair(), content).unwrap_err();
        assert_eq!(error.to_string(), format!("x.npy: {expected}"));
    };
    check(b"", "ends within its header");
    check(&features()[..30], "ends within its header");
    check(
        b"x,y\n1,2\n",
        "begins with [78, 2c, 79, 0a, 31, 2c]; expected [93, 4e, 55, 4d, 50, 59], as an .npy array does",
    );
    check(
        b"\x93NUMPY\x04\x00\x00\x00",
        "has the version 4.0; expected 1.0, 2.0 or 3.0",
    );
    check(
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
        "has a header of 4294967295 bytes; expected at most 10000",
    );
    check(
        &features()[..130],
        "ends after 2 bytes of data; expected 6, as its header says",
    );
    check(
        &[features(), vec![0]].concat(),
        "goes on after 6 bytes of data, which is all that its header says",
    );
    check(
        &npy("'|u1'", false, "(3, 1)", &[0; 3]),
        "has the shape [3, 1]; expected 2 rows, one per label",
    );
    check(
        &npy("'|u1'", false, "(2, 1, 1, 1, 1)", &[0; 2]),
        "has the shape [2, 1, 1, 1, 1]; expected 1 to 4 dimensions, or `shape`",
    );
    check(
        &npy("'|S1'", false, "(2,)", &[0; 2]),
        "holds texts; expected numbers",
    );
    check(
        &npy("'<f4'", false, "(2,)", &[0, 0, 0, 0, 0, 0, 0xc0, 0x7f]),
        "the value at [1] is NaN; expected a finite number of 32 bits",
    );
    check(
        &npy(
            "'<f8'",
            true,
            "(2, 1)",
            &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0xff],
        ),
        "the value at [1, 0] is -inf; expected a finite number of 32 bits",
    );
}

proptest! {
    #[test]
    fn broken_archives_do_not_panic(
        at in 0_usize..600,
        byte in any::<u8>(),
        end in 0_usize..900,
        is_packed in any::<bool>(),
    ) {
        let arrays = [("x.npy", features()), ("y.npy", labels())];
        let method = if is_packed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let mut content = archive(&arrays, method);
        let n = content.len();
        content[at % n] = byte;
        content.truncate(end);
        Npz::new("t.npz").from_bytes(&content, None).ok();
    }

    #[test]
    fn broken_arrays_do_not_panic(at in 6_usize..140, bytes in any::<[u8; 2]>(), end in 8_usize..140) {
        let mut content = npy("'<U1'", true, "(2, 3, 1)", &[1; 24]);
        content[at..at + 2].copy_from_slice(&bytes);
        content.truncate(end + 20);
        read(&pair(), &content).ok();
        pair().from_bytes(&features(), Some(&content)).ok();
    }

    #[test]
    fn headers_of_any_words_do_not_panic(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "{", "}", "'descr'", ":", "'<f4'", "'<U9'", ",", "'fortran_order'", "True",
                "'shape'", "(", ")", "4294967296", "2", "L", "[", "]", "'", "é", " ",
            ]),
            0..24,
        ),
    ) {
        let text = words.concat();
        let size = (text.len() as u16).to_le_bytes();
        let content = [b"\x93NUMPY\x01\x00", &size[..], text.as_bytes()].concat();
        read(&pair(), &content).ok();
    }
}
