//! Drawing: a contact sheet of pictures, or two scatter plots, with words in an 8 × 8 pixel font.

use font8x8::{BASIC_FONTS, LATIN_FONTS, UnicodeFonts};
use image::{Rgb, RgbImage};
use plumb_data::Examples;

use crate::picture::Brightness;

const BACKGROUND: Rgb<u8> = Rgb([250, 250, 250]);
const INK: Rgb<u8> = Rgb([20, 20, 20]);
const FRAME: Rgb<u8> = Rgb([190, 190, 190]);

/// Okabe and Ito's colours, which colour-blind people tell apart
/// (<https://jfly.uni-koeln.de/color/>), without black and yellow.
const COLOURS: [Rgb<u8>; 6] = [
    Rgb([0, 114, 178]),
    Rgb([213, 94, 0]),
    Rgb([0, 158, 115]),
    Rgb([204, 121, 167]),
    Rgb([230, 159, 0]),
    Rgb([86, 180, 233]),
];

/// Side of a letter, and of the space around things.
const LETTER: u32 = 8;
const GAP: u32 = 8;
/// A picture is enlarged by a whole factor to about this side.
const CELL: u32 = 56;
/// More classes than this are too many to look at.
const MOST_ROWS: usize = 40;
/// Letters of a class name that are shown.
const MOST_LETTERS: usize = 16;

/// A grid of pictures: general on the left, target on the right, a row per class.
pub(super) struct Sheet {
    image: RgbImage,
    n_rows: usize,
    per_class: usize,
    /// Width of the column of class names.
    names: u32,
}

impl Sheet {
    pub(super) fn new(classes: &[String], per_class: usize) -> Self {
        let n_rows = classes.len().min(MOST_ROWS);
        let letters = classes.iter().map(|class| class.chars().count()).max();
        let names = letters.unwrap_or(0).min(MOST_LETTERS) as u32 * LETTER;
        let side = per_class as u32 * (CELL + GAP) + GAP;
        let below = if classes.len() > n_rows {
            2 * GAP + LETTER
        } else {
            GAP
        };
        let mut sheet = Self {
            image: RgbImage::from_pixel(
                names + 2 * GAP + 2 * side,
                4 * GAP + n_rows as u32 * (CELL + GAP) + below,
                BACKGROUND,
            ),
            n_rows,
            per_class,
            names,
        };
        for (side, name) in ["general", "target"].into_iter().enumerate() {
            let x = sheet.x(side, 0);
            text(&mut sheet.image, x, GAP + LETTER / 2, name, INK);
        }
        for (row, class) in classes.iter().enumerate().take(n_rows) {
            let y = row_y(row) + (CELL - LETTER) / 2;
            let shown: String = class.chars().take(MOST_LETTERS).collect();
            text(&mut sheet.image, GAP, y, &shown, INK);
        }
        if classes.len() > n_rows {
            let y = row_y(n_rows);
            let left = format!("and {} more classes", classes.len() - n_rows);
            text(&mut sheet.image, GAP, y, &left, INK);
        }
        sheet
    }

    /// How many classes are shown.
    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Draws example `i`, enlarged by a whole factor, or shrunk by leaving pixels out.
    pub(super) fn picture(
        &mut self,
        side: usize,
        row: usize,
        column: usize,
        examples: &Examples,
        i: usize,
        brightness: Brightness,
    ) {
        let [channels, height, width] = examples.shape[..] else {
            return;
        };
        let values = examples.example(i);
        let largest = height.max(width) as u32;
        let (x, y) = (self.x(side, column), row_y(row));
        let side_of = |n: usize| match CELL / largest {
            0 => (n as u32 * CELL / largest).max(1),
            factor => n as u32 * factor,
        };
        let (drawn_height, drawn_width) = (side_of(height), side_of(width));
        for dy in 0..drawn_height {
            for dx in 0..drawn_width {
                let from_y = dy as usize * height / drawn_height as usize;
                let from_x = dx as usize * width / drawn_width as usize;
                let value = |channel: usize| {
                    let channel = channel.min(channels - 1);
                    brightness.get(values[(channel * height + from_y) * width + from_x])
                };
                let colour = if channels == 3 {
                    Rgb([value(0), value(1), value(2)])
                } else {
                    Rgb([value(0); 3])
                };
                self.image.put_pixel(x + dx, y + dy, colour);
            }
        }
    }

    pub(super) fn into_image(self) -> RgbImage {
        self.image
    }

    fn x(&self, side: usize, column: usize) -> u32 {
        let columns = (side * self.per_class + column) as u32;
        2 * GAP + self.names + columns * (CELL + GAP) + side as u32 * 2 * GAP
    }
}

/// Where a row of pictures begins.
fn row_y(row: usize) -> u32 {
    4 * GAP + row as u32 * (CELL + GAP)
}

/// Two plots of points `(x, y, class)` on the same axes, general on the left, and a legend.
pub(super) fn scatter(
    classes: &[String],
    general: &[(f32, f32, usize)],
    target: &[(f32, f32, usize)],
) -> RgbImage {
    const SIDE: u32 = 400;
    let all = || general.iter().chain(target);
    let range = |value: fn(&(f32, f32, usize)) -> f32| {
        all()
            .map(value)
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| {
                (low.min(v), high.max(v))
            })
    };
    let (xs, ys) = (range(|p| p.0), range(|p| p.1));
    let shown = classes.len().min(MOST_ROWS);
    let top = 4 * GAP;
    let legend = top + SIDE + GAP + LETTER + GAP;
    let height = legend + shown as u32 * (LETTER + GAP) + GAP;
    let mut image = RgbImage::from_pixel(2 * (SIDE + GAP) + GAP, height, BACKGROUND);
    for (at, (name, points)) in [("general", general), ("target", target)]
        .into_iter()
        .enumerate()
    {
        let left = GAP + at as u32 * (SIDE + GAP);
        text(&mut image, left, GAP + LETTER / 2, name, INK);
        for i in 0..SIDE {
            for (x, y) in [(i, 0), (i, SIDE - 1), (0, i), (SIDE - 1, i)] {
                image.put_pixel(left + x, top + y, FRAME);
            }
        }
        for &(x, y, class) in points {
            let place = |value: f32, (low, high): (f32, f32)| {
                let share = (value - low) / (high - low).max(f32::MIN_POSITIVE);
                4 + (share * (SIDE - 9) as f32) as u32
            };
            let (x, y) = (left + place(x, xs), top + SIDE - 1 - place(y, ys));
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                image.put_pixel(x + dx, y - dy, COLOURS[class % COLOURS.len()]);
            }
        }
    }
    let axes = format!("x {:.3} to {:.3}, y {:.3} to {:.3}", xs.0, xs.1, ys.0, ys.1);
    text(&mut image, GAP, top + SIDE + GAP, &axes, INK);
    for (row, class) in classes.iter().enumerate().take(shown) {
        let y = legend + row as u32 * (LETTER + GAP);
        text(&mut image, GAP, y, class, COLOURS[row % COLOURS.len()]);
    }
    image
}

/// Writes a line of text; a letter that the font lacks is a question mark.
fn text(image: &mut RgbImage, x: u32, y: u32, line: &str, colour: Rgb<u8>) {
    for (at, letter) in line.chars().enumerate() {
        let glyph = BASIC_FONTS
            .get(letter)
            .or_else(|| LATIN_FONTS.get(letter))
            .or_else(|| BASIC_FONTS.get('?'))
            .unwrap_or_default();
        for (row, bits) in glyph.iter().enumerate() {
            for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                let (x, y) = (x + at as u32 * LETTER + column, y + row as u32);
                if let Some(pixel) = image.get_pixel_mut_checked(x, y) {
                    *pixel = colour;
                }
            }
        }
    }
}
