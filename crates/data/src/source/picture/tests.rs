use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat};
use proptest::prelude::*;

use super::*;

/// Made by `generate.py` in the same folder: pixel (x, y) is 30x, 40y, 18(x + y).
fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pictures/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

fn gradient(channel: usize, x: usize, y: usize) -> u8 {
    [30 * x, 40 * y, 18 * (x + y)][channel] as u8
}

fn png(plane: &[u8], width: usize) -> Vec<u8> {
    let height = (plane.len() / width) as u32;
    let image = GrayImage::from_raw(width as u32, height, plane.to_vec()).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn assert_near(found: &[u8], expected: &[u8], most: u8, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let near = found
        .iter()
        .zip(expected)
        .all(|(f, e)| f.abs_diff(*e) <= most);
    assert!(near, "{what}: found {found:?}, expected {expected:?}");
}

#[test]
fn every_format_gives_the_same_pixels() {
    let planes: Vec<u8> = (0..3)
        .flat_map(|c| (0..48).map(move |i| gradient(c, i % 8, i / 8)))
        .collect();
    let check = |name: &str, most: u8| {
        let picture = read(&fixture(name), &Rule::default()).unwrap();
        assert_eq!(picture.shape, [3, 6, 8], "{name}");
        assert_near(&picture.values, &planes, most, name);
    };
    check("colour.png", 0);
    check("colour.bmp", 0);
    check("palette.png", 0);
    check("two_frames.gif", 0);
    // Pillow decodes this one to within 7 of the original.
    check("progressive.jpg", 8);
    check("cmyk.jpg", 12);
}

#[test]
fn alpha_lies_over_the_background() {
    let rule = Rule {
        background: 200,
        ..Rule::default()
    };
    let picture = read(&fixture("alpha.png"), &rule).unwrap();
    // The first row by Pillow's Image.alpha_composite over (200, 200, 200).
    let expected = [
        [200, 176, 160, 153, 155, 165, 183, 210],
        [200, 172, 144, 115, 87, 59, 31, 2],
        [200, 174, 154, 138, 128, 122, 122, 127],
    ];
    for (plane, expected) in picture.values.chunks_exact(48).zip(expected) {
        assert_near(&plane[..8], &expected, 1, "alpha");
    }
    // Its one transparent colour is that of the first pixel, and no other's.
    let picture = read(&fixture("palette.png"), &rule).unwrap();
    assert_eq!((picture.values[0], picture.values[1]), (200, 30));
}

#[test]
fn more_or_fewer_bits_become_eight() {
    let picture = read(&fixture("sixteen_bits.png"), &Rule::default()).unwrap();
    assert_eq!(picture.shape, [1, 6, 8]);
    let expected = |i: usize| ((i / 8 * 8000 + i % 8 * 3000) as f64 / 257.0).round() as u8;
    assert_eq!(picture.values, (0..48).map(expected).collect::<Vec<_>>());
    let picture = read(&fixture("one_bit.png"), &Rule::default()).unwrap();
    let expected = |i: usize| if (i / 8 + i % 8) % 2 == 1 { 255 } else { 0 };
    assert_eq!(picture.values, (0..48).map(expected).collect::<Vec<_>>());
}

#[test]
fn colour_becomes_grey_and_grey_colour() {
    let with = |name: &str, channels| {
        let rule = Rule {
            channels,
            ..Rule::default()
        };
        read(&fixture(name), &rule).unwrap()
    };
    let grey = with("colour.png", Some(1));
    assert_eq!(grey.shape, [1, 6, 8]);
    // Pillow's convert("L"), pixels 20 to 23.
    assert_eq!(grey.values[20..24], [95, 106, 117, 128]);
    let grey = with("grey_as_rgb.png", None);
    assert_eq!(grey.shape, [1, 6, 8]);
    assert_eq!(grey.values[20..24], [120, 150, 180, 210]);
    let colour = with("one_bit.png", Some(3));
    assert_eq!(colour.shape, [3, 6, 8]);
    assert_eq!(colour.values, with("one_bit.png", None).values.repeat(3));
}

#[test]
fn sizes_are_reached_as_pillow_reaches_them() {
    let plane: Vec<u8> = (0..35)
        .map(|i| (i / 7 * 53 + i % 7 * 91 + (i / 7) * (i % 7) * 17) as u8)
        .collect();
    let check = |resize: Resize, size: [usize; 2], expected: &[u8]| {
        let rule = Rule {
            size: Some(size),
            resize,
            background: 9,
            ..Rule::default()
        };
        let picture = read(&png(&plane, 7), &rule).unwrap();
        assert_eq!(picture.shape, [1, size[0], size[1]]);
        assert_near(
            &picture.values,
            expected,
            1,
            &format!("{resize:?} {size:?}"),
        );
    };
    // Pillow 13, resize((width, height), BILINEAR), in steps of 1.
    let smaller = [84, 104, 134, 134, 148, 153, 123, 124, 173];
    check(Resize::Stretch, [3, 3], &smaller);
    let higher = [
        48, 118, 101, 108, 60, 107, 118, 117, 85, 84, 152, 136, 113, 95, 166, 145, 144, 139, 159,
        144, 147, 153, 155, 153, 123, 136, 153, 172, 124, 116, 149, 181, 149, 93, 142, 181, 161,
        82, 139, 181,
    ];
    check(Resize::Stretch, [10, 4], &higher);
    let wider = [
        53, 77, 125, 135, 108, 98, 105, 122, 147, 157, 153, 143, 127, 119, 159, 148, 126, 113, 108,
        115, 134, 144, 145, 152, 165, 172, 173, 173,
    ];
    check(Resize::Stretch, [2, 14], &wider);
    // 5 × 7 fits into 6 × 6 as 4 × 6, a row of background above and one below.
    let inner = [
        31, 118, 98, 97, 160, 91, 96, 146, 100, 169, 149, 146, 134, 131, 145, 152, 155, 173, 180,
        86, 100, 130, 176, 174,
    ];
    check(
        Resize::Fit,
        [6, 6],
        &[&[9; 6], &inner[..], &[9; 6]].concat(),
    );
    // box=(1, 0, 6, 5) and box=(2.5625, 0, 4.4375, 5).
    let square = [105, 94, 147, 138, 149, 156, 100, 124, 165];
    check(Resize::Crop, [3, 3], &square);
    let upright = [
        120, 17, 74, 91, 63, 124, 60, 128, 186, 118, 193, 157, 146, 178, 149, 144, 83, 161, 107,
        132, 136, 78, 177, 116,
    ];
    check(Resize::Crop, [8, 3], &upright);
    check(Resize::Fit, [5, 7], &plane);
}

#[test]
fn an_odd_border_is_wider_below_and_right() {
    let rule = |size| Rule {
        size: Some(size),
        resize: Resize::Fit,
        ..Rule::default()
    };
    let fitted = read(&png(&[7], 1), &rule([1, 4])).unwrap();
    assert_eq!(fitted.values, [0, 7, 0, 0]);
    let fitted = read(&png(&[7], 1), &rule([2, 1])).unwrap();
    assert_eq!(fitted.values, [7, 0]);
}

#[test]
fn a_long_strip_needs_no_memory_in_between() {
    // 4 million pixels in a row; rows first would take 4 million × 512 numbers, 8 GB.
    let strip = png(&vec![255; 4_000_000], 4_000_000);
    for resize in [Resize::Stretch, Resize::Fit, Resize::Crop] {
        let rule = Rule {
            size: Some([512, 4]),
            resize,
            ..Rule::default()
        };
        let picture = read(&strip, &rule).unwrap();
        // Fitted, one row of four is left, in the middle.
        let (row, n) = (255 * 4, if resize == Resize::Fit { 1 } else { 512 });
        let sum: usize = picture.values.iter().map(|&v| usize::from(v)).sum();
        assert_eq!(sum, row * n, "{resize:?}");
    }
}

#[test]
fn what_is_no_whole_picture_says_why() {
    let check = |bytes: &[u8], expected: &str| {
        let error = read(bytes, &Rule::default()).unwrap_err().to_string();
        assert_eq!(error, expected);
    };
    check(b"", "the picture is empty; expected PNG, JPEG, BMP or GIF");
    let unknown = "the first bytes are not those of a PNG, JPEG, BMP or GIF picture";
    check(b"text, not a picture", unknown);
    check(b"RIFF\x10\0\0\0WEBPVP8 ", unknown);
    check(
        b"\x89PNG\r\n\x1a\n",
        "cannot be decoded as PNG: unexpected end of file",
    );
    let jpeg = fixture("progressive.jpg");
    for cut in [1, 30, 200] {
        let error = "cannot be decoded as JPEG: the file is cut off";
        check(&jpeg[..jpeg.len() - cut], error);
    }
}

#[test]
fn every_cut_is_noticed() {
    for name in [
        "colour.png",
        "colour.bmp",
        "two_frames.gif",
        "cmyk.jpg",
        "progressive.jpg",
    ] {
        let bytes = fixture(name);
        // Behind the pixels come: PNG's last chunk and a checksum; all but the GIF's first frame.
        let needed = match name {
            "colour.png" => bytes.len() - 16,
            "two_frames.gif" => bytes.len() - 40,
            _ => bytes.len(),
        };
        for cut in 0..needed {
            assert!(
                read(&bytes[..cut], &Rule::default()).is_err(),
                "{name} cut to {cut}"
            );
        }
    }
}

/// A BMP header of 24 bits per pixel, with no pixels behind it.
fn bmp_header(width: i32, height: i32) -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    for field in [
        54_i32,
        0,
        54,
        40,
        width,
        height,
        1 | 24 << 16,
        0,
        0,
        0,
        0,
        0,
        0,
    ] {
        bytes.extend(field.to_le_bytes());
    }
    bytes
}

#[test]
fn a_header_alone_takes_no_memory() {
    let check = |width, height, expected: &str| {
        let error = read(&bmp_header(width, height), &Rule::default()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        20_000,
        10_000,
        "the header claims 10000 × 20000 pixels; expected 1 to 100000000",
    );
    check(
        10_000,
        10_000,
        "the header claims 10000 × 10000 pixels in 54 bytes; \
         expected at most 10000 pixels per byte",
    );
    // A GIF whose screen is 0 wide and 5 high, with a frame of one pixel.
    let gif = b"GIF89a\0\0\x05\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;";
    let error = read(gif, &Rule::default()).unwrap_err();
    let expected = "the header claims 5 × 0 pixels; expected 1 to 100000000";
    assert_eq!(error.to_string(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(
        which in 0..8_usize,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let names = [
            "alpha.png", "cmyk.jpg", "colour.bmp", "colour.png", "palette.png",
            "progressive.jpg", "sixteen_bits.png", "two_frames.gif",
        ];
        let mut bytes = fixture(names[which]);
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let rule = Rule { size: Some([5, 4]), resize: Resize::Crop, ..Rule::default() };
        if let Ok(picture) = read(&bytes, &rule) {
            prop_assert_eq!(picture.values.len(), picture.shape[0] * 20);
        }
    }

    #[test]
    fn one_level_stays_one_level(
        level in any::<u8>(),
        from in (1..30_usize, 1..30_usize),
        size in [1..30_usize, 1..30_usize],
        is_crop in any::<bool>(),
    ) {
        let rule = Rule {
            size: Some(size),
            resize: if is_crop { Resize::Crop } else { Resize::Stretch },
            ..Rule::default()
        };
        let picture = read(&png(&vec![level; from.0 * from.1], from.1), &rule).unwrap();
        prop_assert_eq!(picture.values, vec![level; size[0] * size[1]]);
    }
}
