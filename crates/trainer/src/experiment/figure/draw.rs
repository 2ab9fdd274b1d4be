use plotters::{
    coord::Shift,
    prelude::{
        Cartesian2d, ChartBuilder, ChartContext, Circle, Cross, DrawingArea, IntoDrawingArea,
        LineSeries, PathElement, Polygon, RGBColor, Rectangle, SVGBackend, Text, TriangleMarker,
        WHITE,
    },
    style::{
        Color, FontTransform, IntoFont, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{Figure, Series, view::Scale};
use crate::Error;

/// Width in pixels; height, beside what is below the x axis.
const SIZE: (u32, u32) = (800, 432);

/// Colours that people with any kind of colour vision tell apart (Okabe and Ito, 2008), the farthest first.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(90, 90, 90),
];

const DARK: RGBColor = RGBColor(60, 60, 60);

type Draw<'a, T = ()> = Result<
    T,
    plotters::drawing::DrawingAreaErrorKind<
        <SVGBackend<'a> as plotters::prelude::DrawingBackend>::ErrorType,
    >,
>;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

type Chart<'a, 'b> = ChartContext<'b, SVGBackend<'a>, Cartesian2d<Scale, Scale>>;

/// Draws a figure as an SVG: curves with bands where x is a number, else bars with whiskers.
///
/// # Errors
/// [`Error::Failed`] if it can't be drawn.
pub(crate) fn svg(figure: &Figure) -> Result<String, Error> {
    let mut text = String::new();
    draw(figure, &mut text)
        .map_err(|error| Error::failed(format!("can't draw the figure: {error}")))?;
    Ok(text)
}

fn draw<'a>(figure: &Figure, text: &'a mut String) -> Draw<'a> {
    /// Pixels of a letter of the legend, and of all beside the letters.
    const LETTER: usize = 7;
    const MARK: usize = 50;
    let names = figure
        .series
        .iter()
        .filter_map(|series| series.name.as_deref());
    let longest = names.map(|name| name.chars().count()).max();
    let legend = longest.map_or(0, |letters| {
        (letters * LETTER + MARK).min(SIZE.0 as usize / 3)
    });
    let upright = upright_names(figure, SIZE.0 - legend as u32);
    let x_area = upright.map_or(48, |(_, longest)| 40 + longest * LETTER as u32);
    let size = (SIZE.0, SIZE.1 + x_area);
    let root = SVGBackend::with_string(text, size).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(SIZE.0 - legend as u32);
    let (x, y) = (Scale::of_x(figure), Scale::of_y(figure));
    let mut chart = ChartBuilder::on(&left)
        .caption(&figure.title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(x_area)
        .y_label_area_size(68)
        .build_cartesian_2d(x.clone(), y.clone())?;
    let step = y
        .ticks
        .windows(2)
        .map(|pair| (y.value(pair[1]) - y.value(pair[0])).abs());
    let step = step.fold(f64::INFINITY, f64::min);
    chart
        .configure_mesh()
        .x_desc(&figure.x_label)
        .y_desc(&figure.y_label)
        .x_labels(x.ticks.len().max(1))
        .y_labels(y.ticks.len().max(1))
        .x_label_formatter(&|&place| match &figure.names {
            Some(_) if upright.is_some() => String::new(),
            Some(names) => names
                .get(place.round() as usize)
                .cloned()
                .unwrap_or_default(),
            None => tick(x.value(place), x.value(place)),
        })
        .y_label_formatter(&|&place| tick(y.value(place), step))
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .label_style(("sans-serif", 14))
        .draw()?;
    let names = upright.map_or(&[][..], |(names, _)| names);
    for (at, name) in names.iter().enumerate() {
        let (foot, middle) = chart.backend_coord(&(at as f64, y.from));
        let style = TextStyle::from(("sans-serif", 14))
            .transform(FontTransform::Rotate270)
            .pos(Pos::new(HPos::Right, VPos::Center));
        left.draw(&Text::new(name.clone(), (foot, middle + 10), style))?;
    }
    for (at, series) in figure.series.iter().enumerate() {
        if figure.names.is_some() {
            bars(&mut chart, figure, at, &y)?;
        } else {
            curve(&mut chart, series, at, [&x, &y], figure.unit().factor())?;
        }
    }
    if longest.is_some() {
        draw_legend(&right, figure)?;
    }
    root.present()
}

fn curve<'a>(
    chart: &mut Chart<'a, '_>,
    series: &Series,
    at: usize,
    [x, y]: [&Scale; 2],
    factor: f64,
) -> Draw<'a> {
    let colour = colour(at);
    let place = |at: f64, value: f64| (x.place(at), y.place(value * factor));
    let points = || series.points.iter();
    let low = points().map(|(at, of)| place(*at, of.interval.low));
    let high = points().rev().map(|(at, of)| place(*at, of.interval.high));
    let band: Vec<(f64, f64)> = low.chain(high).collect();
    chart.draw_series([Polygon::new(band, colour.mix(0.18))])?;
    let means: Vec<(f64, f64)> = points().map(|(at, of)| place(*at, of.mean)).collect();
    chart.draw_series(LineSeries::new(means.clone(), colour.stroke_width(2)))?;
    for at_mean in means {
        match at % 3 {
            0 => chart.draw_series([Circle::new(at_mean, 4, colour.filled())])?,
            1 => chart.draw_series([TriangleMarker::new(at_mean, 6, colour.filled())])?,
            _ => chart.draw_series([Cross::new(at_mean, 5, colour.stroke_width(2))])?,
        };
    }
    Ok(())
}

fn bars<'a>(chart: &mut Chart<'a, '_>, figure: &Figure, at: usize, y: &Scale) -> Draw<'a> {
    /// What the bars of one name take of the way to the next.
    const WIDTH: f64 = 0.8;
    let colour = colour(at);
    let factor = figure.unit().factor();
    let width = WIDTH / figure.series.len() as f64;
    for (x, of) in &figure.series[at].points {
        let left = x - WIDTH / 2.0 + width * at as f64;
        let middle = left + width / 2.0;
        let place = |value: f64| y.place(value * factor);
        let (foot, top) = (place(0.0), place(of.mean));
        let bar = Rectangle::new(
            [(left + 0.05 * width, foot), (left + 0.95 * width, top)],
            colour.filled(),
        );
        chart.draw_series([bar])?;
        let (low, high) = (place(of.interval.low), place(of.interval.high));
        let reach = 0.12 * width;
        for line in [
            [(middle, low), (middle, high)],
            [(middle - reach, low), (middle + reach, low)],
            [(middle - reach, high), (middle + reach, high)],
        ] {
            chart.draw_series([PathElement::new(line, DARK.stroke_width(2))])?;
        }
    }
    // The line that they stand on.
    let x = figure
        .names
        .as_ref()
        .map_or(0.0, |names| names.len() as f64);
    let foot = [(-0.6, y.place(0.0)), (x - 0.4, y.place(0.0))];
    chart.draw_series([PathElement::new(foot, DARK.stroke_width(1))])?;
    Ok(())
}

fn draw_legend<'a>(area: &Area<'a>, figure: &Figure) -> Draw<'a> {
    let tops = (60_i32..).step_by(24);
    for ((at, series), top) in figure.series.iter().enumerate().zip(tops) {
        let colour = colour(at);
        let middle = (17, top);
        if figure.names.is_some() {
            area.draw(&Rectangle::new(
                [(8, top - 6), (26, top + 6)],
                colour.filled(),
            ))?;
        } else {
            let line = [(4, top), (30, top)];
            area.draw(&PathElement::new(line, colour.stroke_width(3)))?;
            match at % 3 {
                0 => area.draw(&Circle::new(middle, 4, colour.filled()))?,
                1 => area.draw(&TriangleMarker::new(middle, 6, colour.filled()))?,
                _ => area.draw(&Cross::new(middle, 5, colour.stroke_width(2)))?,
            }
        }
        let name = series.name.clone().unwrap_or_default();
        let style = ("sans-serif", 14).into_font().color(&DARK);
        area.draw(&Text::new(name, (38, top - 8), style))?;
    }
    Ok(())
}

/// The names below bars and the letters of the longest, if they have no room beside each other.
fn upright_names(figure: &Figure, width: u32) -> Option<(&[String], u32)> {
    /// Pixels beside the bars, and the width of a letter.
    const MARGIN: u32 = 100;
    const LETTER: u32 = 8;
    let names = figure.names.as_deref()?;
    let longest = names.iter().map(|name| name.chars().count()).max()? as u32;
    let room = (width - MARGIN) / names.len() as u32;
    (longest * LETTER > room).then_some((names, longest))
}

fn colour(at: usize) -> RGBColor {
    COLOURS[at % COLOURS.len()]
}

/// A number at an axis, to the digits that tell it from one that is `step` away.
fn tick(value: f64, step: f64) -> String {
    let digits = if step.is_finite() && step != 0.0 {
        (-(step.abs() * 1.001).log10().floor()).clamp(0.0, 6.0) as usize
    } else {
        2
    };
    if digits == 0 && value.abs() < 1e15 {
        let sign = if value <= -0.5 { "-" } else { "" };
        format!(
            "{sign}{}",
            crate::progress::thousands(value.abs().round() as u64)
        )
    } else {
        format!("{value:.digits$}")
    }
}
