//! Small TrueType files, made by the tables that the OpenType specification describes.

/// Left, foot, right and top of a shape, in 1/1000 of the em.
type Extent = [i16; 4];

/// A point and whether it lies on the outline.
type Points = Vec<(i16, i16, bool)>;

/// Each character is a rectangle.
pub(super) fn of_boxes(characters: &[(char, Extent)]) -> Vec<u8> {
    let outline = |[left, foot, right, top]: Extent| {
        let corners = [(left, foot), (left, top), (right, top), (right, foot)];
        corners.map(|(x, y)| (x, y, true)).to_vec()
    };
    font(characters, outline)
}

/// Each character is an ellipse of eight quadratic arcs, whose controls are the corners of the
/// octagon around it; the ends of the arcs, halfway between, are not written down.
pub(super) fn of_discs(characters: &[(char, Extent)]) -> Vec<u8> {
    let outline = |[left, foot, right, top]: Extent| {
        let corner = |k: u8| {
            let angle = std::f64::consts::PI * (2.0 * f64::from(k) + 1.0) / 8.0;
            let radius = 0.5 / (std::f64::consts::PI / 8.0).cos();
            let at = |low: i16, high: i16, c: f64| {
                let (low, high) = (f64::from(low), f64::from(high));
                (f64::midpoint(low, high) + (high - low) * radius * c).round() as i16
            };
            (
                at(left, right, angle.cos()),
                at(foot, top, angle.sin()),
                false,
            )
        };
        (0..8).map(corner).collect()
    };
    font(characters, outline)
}

fn font(characters: &[(char, Extent)], outline: impl Fn(Extent) -> Points) -> Vec<u8> {
    // Glyph 0, for missing characters, is empty.
    let (mut glyf, mut loca) = (Vec::new(), vec![0_u32, 0]);
    for &(_, extent) in characters {
        glyf.extend(glyph(extent, &outline(extent)));
        loca.push(glyf.len() as u32);
    }
    let n_glyphs = characters.len() as u16 + 1;
    let mut head = [1_u16, 0, 0, 0, 0, 0, 0x5f0f, 0x3cf5, 0, 1000]
        .map(u16::to_be_bytes)
        .concat();
    // Dates, the largest extent, style, smallest size, direction; long offsets; format.
    head.extend([0; 16]);
    head.extend(
        [0_u16, 0, 1000, 1000, 0, 8, 2, 1, 0]
            .map(u16::to_be_bytes)
            .concat(),
    );
    let mut hhea = [1_u16, 0, 800, 0, 0, 1000].map(u16::to_be_bytes).concat();
    hhea.extend([0; 22]);
    hhea.extend(n_glyphs.to_be_bytes());
    let mut maxp = [1_u16, 0, n_glyphs].map(u16::to_be_bytes).concat();
    maxp.extend([0; 26]);
    let hmtx = [1000_u16, 0]
        .map(u16::to_be_bytes)
        .concat()
        .repeat(n_glyphs.into());
    let tables = [
        (b"cmap", cmap(characters)),
        (b"glyf", glyf),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", hmtx),
        (b"loca", loca.iter().flat_map(|o| o.to_be_bytes()).collect()),
        (b"maxp", maxp),
    ];
    let mut font = [0x0001_u16, 0, tables.len() as u16, 64, 2, 48]
        .map(u16::to_be_bytes)
        .concat();
    let mut offset = 12 + 16 * tables.len();
    for (tag, table) in &tables {
        font.extend(*tag);
        font.extend(
            [0, offset as u32, table.len() as u32]
                .map(u32::to_be_bytes)
                .concat(),
        );
        offset += table.len();
    }
    for (_, table) in tables {
        font.extend(table);
    }
    font
}

fn glyph([left, foot, right, top]: Extent, points: &Points) -> Vec<u8> {
    let mut bytes = [1, left, foot, right, top].map(i16::to_be_bytes).concat();
    // The last point of the one contour, and no instructions.
    bytes.extend([points.len() as u16 - 1, 0].map(u16::to_be_bytes).concat());
    bytes.extend(points.iter().map(|&(.., is_on)| u8::from(is_on)));
    // Each coordinate as the difference to the one before.
    for coordinate in [0, 1] {
        let mut before = 0;
        for &(x, y, _) in points {
            let at = [x, y][coordinate];
            bytes.extend((at - before).to_be_bytes());
            before = at;
        }
    }
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// A table of format 12: one group per character.
fn cmap(characters: &[(char, Extent)]) -> Vec<u8> {
    let mut bytes = [0_u16, 1, 3, 10, 0, 12, 12, 0]
        .map(u16::to_be_bytes)
        .concat();
    let n = characters.len() as u32;
    bytes.extend([16 + 12 * n, 0, n].map(u32::to_be_bytes).concat());
    let mut sorted: Vec<(u32, u32)> = characters.iter().map(|c| u32::from(c.0)).zip(1..).collect();
    sorted.sort_unstable();
    for (code, glyph) in sorted {
        bytes.extend([code, code, glyph].map(u32::to_be_bytes).concat());
    }
    bytes
}
