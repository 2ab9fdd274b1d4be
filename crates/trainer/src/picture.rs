//! Examples as small pictures.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, RgbImage};
use plumb_data::Examples;

/// From values to brightness.
#[derive(Clone, Copy)]
pub(crate) struct Brightness {
    low: f32,
    width: f32,
}

impl Brightness {
    /// By the range of the values, or by the smallest and largest of the first examples.
    pub(crate) fn of(examples: &Examples) -> Self {
        const LOOKED_AT: usize = 100;
        let (low, high) = examples.range.unwrap_or_else(|| {
            let values = (0..examples.len().min(LOOKED_AT)).flat_map(|i| examples.example(i));
            values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        });
        Self {
            low,
            width: (high - low).max(f32::MIN_POSITIVE),
        }
    }

    pub(crate) fn get(self, value: f32) -> u8 {
        ((value - self.low) / self.width * 255.0).round() as u8
    }
}

/// An example of shape channels × height × width as a PNG file: grey, or in colours if it has three channels. A
/// larger one than `most` × `most` pixels is shrunk, each pixel the mean of those that it stands for. None for
/// what is no picture.
pub(crate) fn png(
    values: &[f32],
    shape: &[usize],
    brightness: Brightness,
    most: usize,
) -> Option<Vec<u8>> {
    let [channels, height, width] = *shape else {
        return None;
    };
    if channels * height * width != values.len() || values.is_empty() {
        return None;
    }
    let shrink = height.max(width).div_ceil(most.max(1)).max(1);
    let (drawn_height, drawn_width) = (height.div_ceil(shrink), width.div_ceil(shrink));
    let value = |channel: usize, x: usize, y: usize| {
        let rows = y * shrink..((y + 1) * shrink).min(height);
        let mut sum = 0.0;
        let mut n = 0.0;
        for row in rows {
            for column in x * shrink..((x + 1) * shrink).min(width) {
                sum += values[(channel * height + row) * width + column];
                n += 1.0;
            }
        }
        brightness.get(sum / n)
    };
    let mut file = Cursor::new(Vec::new());
    let (w, h) = (drawn_width as u32, drawn_height as u32);
    let written = if channels == 3 {
        let pixel = |x: u32, y: u32| {
            image::Rgb([0, 1, 2].map(|channel| value(channel, x as usize, y as usize)))
        };
        RgbImage::from_fn(w, h, pixel).write_to(&mut file, ImageFormat::Png)
    } else {
        let pixel = |x: u32, y: u32| image::Luma([value(0, x as usize, y as usize)]);
        GrayImage::from_fn(w, h, pixel).write_to(&mut file, ImageFormat::Png)
    };
    written.is_ok().then(|| file.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BRIGHTNESS: Brightness = Brightness {
        low: 0.0,
        width: 16.0,
    };

    #[test]
    fn brightness_goes_from_black_to_white_over_the_range() {
        assert_eq!(
            [-1.0, 0.0, 8.0, 16.0, 17.0].map(|v| BRIGHTNESS.get(v)),
            [0, 0, 128, 255, 255]
        );
    }

    fn decoded(values: &[f32], shape: &[usize], most: usize) -> RgbImage {
        let png = png(values, shape, BRIGHTNESS, most).unwrap();
        image::load_from_memory(&png).unwrap().to_rgb8()
    }

    #[test]
    fn a_picture_keeps_its_pixels() {
        let image = decoded(&[0.0, 16.0, 8.0, 0.0, 0.0, 16.0], &[1, 2, 3], 10);
        assert_eq!(image.dimensions(), (3, 2));
        let grey: Vec<u8> = image.pixels().map(|pixel| pixel[0]).collect();
        assert_eq!(grey, [0, 255, 128, 0, 0, 255]);
        let colour = decoded(&[16.0, 0.0, 8.0], &[3, 1, 1], 10);
        assert_eq!(colour.get_pixel(0, 0).0, [255, 0, 128]);
    }

    /// By hand: pairs of rows and columns become one pixel, the odd one out stands alone.
    #[test]
    fn a_large_one_is_shrunk() {
        let image = decoded(&[0.0, 16.0, 16.0, 16.0, 0.0, 0.0], &[1, 2, 3], 2);
        assert_eq!(image.dimensions(), (2, 1));
        assert_eq!(image.get_pixel(0, 0)[0], 128); // of 0, 16, 16, 0
        assert_eq!(image.get_pixel(1, 0)[0], 128); // of 16, 0
    }

    #[test]
    fn what_is_no_picture_gives_none() {
        assert!(png(&[1.0, 2.0], &[2], BRIGHTNESS, 8).is_none());
        assert!(png(&[1.0, 2.0], &[1, 2, 2], BRIGHTNESS, 8).is_none());
    }
}
