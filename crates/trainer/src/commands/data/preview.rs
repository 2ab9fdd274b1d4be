use std::{collections::BTreeMap, io::Cursor};

use image::{ImageFormat, RgbImage};
use plumb_data::Examples;

use super::sheet::{self, Sheet};
use crate::{Error, cli::PreviewArgs, picture::Brightness, run_dir::write_whole, terminal};

/// Draws general beside target, a row per class, as one PNG.
pub(super) fn run(args: &PreviewArgs) -> Result<(), Error> {
    if args.out.is_dir() {
        let message = format!("{} is a folder; expected a PNG file", args.out.display());
        return Err(Error::bad_input(message));
    }
    let (_, _, divided) = super::read_and_divide(&args.config)?;
    let chunks = [&divided.chunks.general, &divided.chunks.target].map(|chunk| &chunk.examples);
    let image = draw(chunks, args.per_class.into());
    let mut png = Cursor::new(Vec::new());
    image
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|error| Error::failed(format!("can't make the picture: {error}")))?;
    write_whole(&args.out, png.get_ref()).map_err(|error| {
        Error::bad_input(format!("can't write {}: {error}", args.out.display()))
    })?;
    terminal::talk(&format!(
        "wrote {}, {} × {} pixels",
        args.out.display(),
        image.width(),
        image.height()
    ));
    Ok(())
}

fn draw([general, target]: [&Examples; 2], per_class: usize) -> RgbImage {
    match general.shape[..] {
        [_, _, _] => pictures([general, target], per_class),
        _ => points([general, target]),
    }
}

/// A row per class: its first examples of general, then those of target.
fn pictures(chunks: [&Examples; 2], per_class: usize) -> RgbImage {
    let classes = &chunks[1].classes;
    let cells: Vec<BTreeMap<&str, Vec<usize>>> = chunks
        .iter()
        .map(|examples| first_of_each_class(examples, per_class))
        .collect();
    let mut sheet = Sheet::new(classes, per_class);
    for (side, (examples, cells)) in chunks.iter().zip(&cells).enumerate() {
        let brightness = Brightness::of(examples);
        for (row, class) in classes.iter().enumerate().take(sheet.n_rows()) {
            let chosen = cells.get(class.as_str()).map_or(&[][..], Vec::as_slice);
            for (column, &i) in chosen.iter().enumerate() {
                sheet.picture(side, row, column, examples, i, brightness);
            }
        }
    }
    sheet.into_image()
}

fn first_of_each_class(examples: &Examples, per_class: usize) -> BTreeMap<&str, Vec<usize>> {
    let mut chosen: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, &label) in examples.labels.iter().enumerate() {
        let of_class = chosen.entry(&examples.classes[label as usize]).or_default();
        if of_class.len() < per_class {
            of_class.push(i);
        }
    }
    chosen
}

/// The first two values of up to 2,000 examples of each chunk as points, a colour per class.
fn points(chunks: [&Examples; 2]) -> RgbImage {
    const MOST: usize = 2_000;
    let classes = &chunks[1].classes;
    let points: Vec<Vec<(f32, f32, usize)>> = chunks
        .iter()
        .map(|examples| {
            let class_of = |i: usize| {
                let name = &examples.classes[examples.labels[i] as usize];
                classes.iter().position(|class| class == name).unwrap_or(0)
            };
            (0..examples.len().min(MOST))
                .map(|i| {
                    let values = examples.example(i);
                    (
                        values[0],
                        values.get(1).copied().unwrap_or(0.0),
                        class_of(i),
                    )
                })
                .collect()
        })
        .collect();
    sheet::scatter(classes, &points[0], &points[1])
}
