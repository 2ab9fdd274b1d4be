use std::ops::Range;

use super::ConvShape;

/// Values of the widest vectors.
const WIDEST: usize = 16;

/// How the padded picture of an example lies in memory: `[height, width, c_in]`.
#[derive(Clone, Copy)]
pub(super) struct Pixels {
    pub(super) shape: ConvShape,
    /// Values from one row to the next.
    pub(super) pitch: usize,
    /// Values that a row of the kernel meets, with as many behind them as whole vectors need.
    pub(super) reach: usize,
}

impl Pixels {
    pub(super) fn new(shape: ConvShape) -> Self {
        Self {
            shape,
            pitch: (shape.width + 2 * shape.padding) * shape.c_in,
            reach: (shape.kernel * shape.c_in).next_multiple_of(WIDEST),
        }
    }

    /// Values of a picture, with a margin behind it that vectors may reach into.
    pub(super) fn len(&self) -> usize {
        (self.shape.height + 2 * self.shape.padding) * self.pitch + WIDEST
    }

    /// Values that the weights of a map take.
    pub(super) fn n_weights(&self) -> usize {
        self.shape.kernel * self.reach
    }

    /// Where the first value lies that a place of the maps is made of.
    pub(super) fn of_map(&self, row: usize, column: usize) -> usize {
        (row * self.pitch + column * self.shape.c_in) * self.shape.stride
    }

    /// Calls with the place of each weight of a map as pixels lie, and in the order of weights, `[c_in, kernel, kernel]`.
    pub(super) fn each_weight(&self, mut call: impl FnMut(usize, usize)) {
        let ConvShape { c_in, kernel, .. } = self.shape;
        for row in 0..kernel {
            for column in 0..kernel {
                for channel in 0..c_in {
                    let by_pixel = row * self.reach + column * c_in + channel;
                    call(by_pixel, (channel * kernel + row) * kernel + column);
                }
            }
        }
    }

    /// Copies an example's picture, `[c_in, height, width]`, to where there are zeros, or another one.
    #[inline(always)]
    pub(super) fn copy(&self, picture: &[f32], out: &mut [f32]) {
        let c_in = self.shape.c_in;
        self.each_row(|channel, of_map, of_pixels| {
            let pixels = out[of_pixels].chunks_exact_mut(c_in);
            let values = &picture[of_map];
            pixels
                .zip(values)
                .for_each(|(pixel, value)| pixel[channel] = *value);
        });
    }

    /// The way back.
    #[inline(always)]
    pub(super) fn copy_back(&self, picture: &[f32], out: &mut [f32]) {
        let c_in = self.shape.c_in;
        self.each_row(|channel, of_map, of_pixels| {
            let pixels = picture[of_pixels].chunks_exact(c_in);
            let values = out[of_map].iter_mut();
            values
                .zip(pixels)
                .for_each(|(value, pixel)| *value = pixel[channel]);
        });
    }

    /// Calls for every row of every channel, with where it lies in its map and among the pixels: all channels of a row
    /// before the next one, so that its pixels stay in the first cache.
    #[inline(always)]
    fn each_row(&self, mut call: impl FnMut(usize, Range<usize>, Range<usize>)) {
        let ConvShape {
            c_in,
            height,
            width,
            padding,
            ..
        } = self.shape;
        for row in 0..height {
            let pixels = (row + padding) * self.pitch + padding * c_in;
            for channel in 0..c_in {
                let map = (channel * height + row) * width;
                call(channel, map..map + width, pixels..pixels + width * c_in);
            }
        }
    }
}
