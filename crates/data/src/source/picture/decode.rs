//! From the bytes of a picture to one or three planes.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{Picture, Rule};

/// A larger picture is refused before it is decoded: 100 million pixels, a square of 10,000.
pub const MAX_PIXELS: u64 = 100_000_000;

/// A picture that claims more pixels per byte of its file is refused before memory is taken for it.
///
/// The most that a whole file can hold: PNG with one bit per pixel, 8 × 1032 (the limit of deflate);
/// GIF 2730 (4096 pixels in a code of 12 bits); JPEG 512 (one bit per block of 8 × 8); BMP 128.
pub const MAX_PIXELS_PER_BYTE: u64 = 10_000;

/// Bytes that a decoder may take to read a header, and for its own work beside the pixels.
const MAX_HEADER_BYTES: u64 = 64 << 20;

const FORMATS: [ImageFormat; 4] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::Bmp,
    ImageFormat::Gif,
];

/// Why bytes are no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// No bytes at all.
    #[error("the picture is empty; expected PNG, JPEG, BMP or GIF")]
    Empty,
    /// The first bytes are those of no picture, or of a format that is not read.
    #[error("the first bytes are not those of a PNG, JPEG, BMP or GIF picture")]
    Unknown,
    /// More pixels than are decoded.
    #[error("the header claims {height} × {width} pixels; expected 1 to {MAX_PIXELS}")]
    Size {
        /// In the header.
        height: u32,
        /// In the header.
        width: u32,
    },
    /// More pixels than so few bytes can hold.
    #[error(
        "the header claims {height} × {width} pixels in {n_bytes} bytes; \
         expected at most {MAX_PIXELS_PER_BYTE} pixels per byte"
    )]
    Sparse {
        /// In the header.
        height: u32,
        /// In the header.
        width: u32,
        /// Of the whole picture.
        n_bytes: usize,
    },
    /// The decoder gives up.
    #[error("cannot be decoded as {format}: {reason}")]
    Decode {
        /// What the first bytes say.
        format: &'static str,
        /// The decoder's reason.
        reason: String,
    },
}

/// Decodes a picture into the channels that `rule` asks for, in its own size.
pub(super) fn decode(bytes: &[u8], rule: &Rule) -> Result<Picture, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    let format = image::guess_format(bytes).map_err(|_| PictureError::Unknown)?;
    if !FORMATS.contains(&format) {
        return Err(PictureError::Unknown);
    }
    let refused = |reason: String| PictureError::Decode {
        format: name(format),
        reason,
    };
    let unreadable = |error: ImageError| refused(reason(&error));
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_HEADER_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    let n_pixels = u64::from(width) * u64::from(height);
    if n_pixels == 0 || n_pixels > MAX_PIXELS {
        return Err(PictureError::Size { height, width });
    }
    if n_pixels > MAX_PIXELS_PER_BYTE.saturating_mul(bytes.len() as u64) {
        let n_bytes = bytes.len();
        return Err(PictureError::Sparse {
            height,
            width,
            n_bytes,
        });
    }
    // A frame of a GIF may claim to be larger than the picture.
    let working_bytes = decoder.total_bytes().saturating_mul(2);
    limits.max_alloc = Some(working_bytes.saturating_add(MAX_HEADER_BYTES));
    decoder.set_limits(limits).map_err(unreadable)?;
    // The decoder fills what is missing of a JPEG with grey, and says nothing.
    if format == ImageFormat::Jpeg && !jpeg_ends(bytes) {
        return Err(refused("the file is cut off".into()));
    }
    let image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    Ok(planes(image, rule))
}

fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Bmp => "BMP",
        _ => "GIF",
    }
}

/// What the decoder says, without the format, which the error names itself.
fn reason(error: &ImageError) -> String {
    let inner = std::error::Error::source(error);
    let text = inner.map_or_else(|| error.to_string(), ToString::to_string);
    text.trim_end_matches('.').to_owned()
}

/// Whether the marker that ends a JPEG comes after its segments and its entropy-coded data
/// (ITU-T T.81, annex B).
fn jpeg_ends(bytes: &[u8]) -> bool {
    // Behind the marker that begins the file.
    let mut at = 2;
    // Between segments any byte may fill up; in coded data, FF 00 is a byte FF, and D0 to D7 restart.
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|&b| b == 0xff))
    {
        at += found + 1;
        match bytes.get(at) {
            None => return false,
            Some(0xd9) => return true,
            // FF once more may begin the marker.
            Some(0xff) => {}
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 1,
            // A segment, of which the two bytes of its length are part.
            Some(_) => match bytes.get(at + 1..at + 3) {
                Some(&[high, low]) => at += 1 + usize::from(u16::from_be_bytes([high, low])),
                _ => return false,
            },
        }
    }
    false
}

fn planes(image: DynamicImage, rule: &Rule) -> Picture {
    let (height, width) = (image.height() as usize, image.width() as usize);
    let over = |bytes: Vec<u8>, n: usize| composite(&bytes, n, rule.background);
    match image {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageLuma16(_) => {
            of_grey(image.into_luma8().into_raw(), height, width, rule)
        }
        DynamicImage::ImageLumaA8(_) | DynamicImage::ImageLumaA16(_) => {
            let bytes = over(image.into_luma_alpha8().into_raw(), 2);
            of_grey(bytes, height, width, rule)
        }
        DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgb16(_) => {
            of_colour(&image.into_rgb8().into_raw(), height, width, rule)
        }
        _ => {
            let bytes = over(image.into_rgba8().into_raw(), 4);
            of_colour(&bytes, height, width, rule)
        }
    }
}

/// Lays pixels of `n` bytes, the last of which is alpha, over the background.
fn composite(bytes: &[u8], n: usize, background: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / n * (n - 1));
    for pixel in bytes.chunks_exact(n) {
        let (colours, alpha) = pixel.split_at(n - 1);
        let alpha = u32::from(alpha[0]);
        let behind = u32::from(background) * (255 - alpha);
        out.extend(
            colours
                .iter()
                .map(|&c| ((u32::from(c) * alpha + behind + 127) / 255) as u8),
        );
    }
    out
}

fn of_grey(plane: Vec<u8>, height: usize, width: usize, rule: &Rule) -> Picture {
    let channels = rule.channels.unwrap_or(1);
    Picture {
        shape: [channels, height, width],
        values: if channels == 1 {
            plane
        } else {
            plane.repeat(3)
        },
    }
}

fn of_colour(bytes: &[u8], height: usize, width: usize, rule: &Rule) -> Picture {
    let pixels = bytes.chunks_exact(3);
    let channels = rule.channels.unwrap_or_else(|| {
        let is_grey = pixels.clone().all(|p| p[0] == p[1] && p[1] == p[2]);
        if is_grey { 1 } else { 3 }
    });
    let values = if channels == 1 {
        pixels.map(luma).collect()
    } else {
        (0..3)
            .flat_map(|c| pixels.clone().map(move |p| p[c]))
            .collect()
    };
    Picture {
        shape: [channels, height, width],
        values,
    }
}

/// ITU-R BT.601 in steps of 2⁻¹⁶, which add up to 1: a grey pixel keeps its level.
fn luma(pixel: &[u8]) -> u8 {
    let sum =
        19_595 * u32::from(pixel[0]) + 38_470 * u32::from(pixel[1]) + 7_471 * u32::from(pixel[2]);
    ((sum + 0x8000) >> 16) as u8
}
