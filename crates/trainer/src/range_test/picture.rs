use plotters::{
    prelude::{
        ChartBuilder, IntoDrawingArea, IntoLogRange, LineSeries, PathElement, RGBColor, SVGBackend,
        SeriesLabelPosition, Text, WHITE,
    },
    style::{
        Color, IntoFont,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{Point, Suggestion, view::View};
use crate::{Error, learning_rates::short};

/// Width and height, in pixels.
const SIZE: (u32, u32) = (800, 480);

/// Colours that people with any kind of colour vision tell apart (Okabe and Ito, 2008).
const BLUE: RGBColor = RGBColor(0, 114, 178);
const SKY: RGBColor = RGBColor(86, 180, 233);
const VERMILION: RGBColor = RGBColor(213, 94, 0);
const GREY: RGBColor = RGBColor(130, 130, 130);

/// Draws a range test as an SVG: each step's loss, their average, and the suggestion.
///
/// # Errors
/// [`Error::Failed`] if no loss is finite, so that there is nothing to draw.
pub(crate) fn svg(
    name: &str,
    points: &[Point],
    suggestion: Option<&Suggestion>,
) -> Result<String, Error> {
    let view = View::of(points)
        .ok_or_else(|| Error::failed("there is nothing to draw: the first loss is not finite"))?;
    let mut text = String::new();
    draw(name, points, &view, suggestion, &mut text)
        .map_err(|error| Error::failed(format!("can't draw the test: {error}")))?;
    Ok(text)
}

type DrawError<'a> = plotters::drawing::DrawingAreaErrorKind<
    <SVGBackend<'a> as plotters::prelude::DrawingBackend>::ErrorType,
>;

fn draw<'a>(
    name: &str,
    points: &[Point],
    view: &View,
    suggestion: Option<&Suggestion>,
    text: &'a mut String,
) -> Result<(), DrawError<'a>> {
    let root = SVGBackend::with_string(text, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (low, high) = view.losses;
    let mut chart = ChartBuilder::on(&root)
        .caption(
            format!("Learning-rate range test of {name}"),
            ("sans-serif", 20),
        )
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((view.rates.0..view.rates.1).log_scale(), low..high)?;
    chart
        .configure_mesh()
        .x_desc("learning rate")
        .y_desc("training loss (nats)")
        .x_label_formatter(&|rate| format!("{rate:.0e}"))
        .y_label_formatter(&|loss| format!("{loss:.2}"))
        .light_line_style(WHITE)
        .label_style(("sans-serif", 14))
        .draw()?;
    let inside = |loss: f64| (low..=high).contains(&loss);
    for (label, colour, width, loss_of) in [
        (
            "loss of each step",
            SKY,
            1,
            (|point| point.loss) as fn(&Point) -> f64,
        ),
        ("their average", BLUE, 3, |point| point.smoothed),
    ] {
        // What is out of view breaks the line, rather than running along the border.
        for run in points.split(|point| !inside(loss_of(point))) {
            let line = run
                .iter()
                .map(|point| (point.learning_rate, loss_of(point)));
            chart.draw_series(LineSeries::new(line, colour.stroke_width(width)))?;
        }
        chart
            .draw_series(LineSeries::new(
                std::iter::empty(),
                colour.stroke_width(width),
            ))?
            .label(label)
            .legend(move |(x, y)| {
                PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(width))
            });
    }
    if let Some(suggestion) = suggestion {
        let marks = [
            (suggestion.steepest, "steepest fall"),
            (suggestion.tenth_of_lowest, "a tenth of where it is lowest"),
        ];
        // To the left of both lines, where the loss is high and the corner below it empty.
        let end = suggestion.learning_rate / (view.rates.1 / view.rates.0).powf(0.01);
        let anchor = Pos::new(HPos::Right, VPos::Center);
        for (row, (rate, words)) in marks.into_iter().enumerate() {
            // The lower of the two.
            let is_taken = rate <= suggestion.learning_rate;
            let colour = if is_taken { VERMILION } else { GREY };
            let line = PathElement::new([(rate, low), (rate, high)], colour.stroke_width(2));
            chart.draw_series([line])?;
            let suggested = if is_taken { ", suggested" } else { "" };
            let words = format!("{words}: {}{suggested}", short(rate));
            let height = low + (0.10 - 0.06 * row as f64) * (high - low);
            let style = ("sans-serif", 14).into_font().color(&colour).pos(anchor);
            chart.draw_series([Text::new(words, (end, height), style)])?;
        }
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .label_font(("sans-serif", 14))
        .draw()?;
    root.present()
}
