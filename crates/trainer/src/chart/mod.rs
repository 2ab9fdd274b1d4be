//! Charts as SVG, in one house style: for the page of a report and for the board.
//!
//! Colours come from classes that the page's style sheet knows, so that a chart follows light and dark. They are
//! Okabe and Ito's, which colour-blind people tell apart (<https://jfly.uni-koeln.de/color/>); each series has a
//! marker of its own too. Intervals are always drawn. A chart carries its numbers as a table, which becomes the
//! CSV file behind it and what a screen reader reads.

mod axis;
mod bars;
mod figure;
mod flowchart;
mod grid;
mod lines;
mod scale;
mod svg;
mod waterfall;

pub(crate) use self::{
    axis::Axis,
    bars::{Bar, Bars},
    figure::{Figure, csv_address},
    flowchart::flowchart,
    grid::{Grid, Shade},
    lines::{Line, LineChart, Spot, Spread},
    waterfall::waterfall,
};

#[cfg(test)]
mod tests;
