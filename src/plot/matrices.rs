//! Matrices as coloured cells.

use super::axes::Marked;
use super::canvas::vertical_labels_width;
use super::figure::{Axis, Figure, Layer};
use super::palette::{self, Rgb};
use super::raster;
use super::text::{self, TEXT};
use super::values::{List, Values, extent, number};
use crate::display::say;
use crate::tensor::{Tensor, fail::fail};

const HEAT_MAP: &str = "heat map";

/// Up to so many rows and columns the numbers stand in the cells.
const WITH_NUMBERS: usize = 14;

/// Around the cells and their names, with what the axes measure.
const MARGINS: f64 = 44.0;

/// Size of the smallest text that can be read, in pixels.
const SMALLEST: f64 = 7.0;

/// A matrix `[rows, columns]` as colours: white to blue, or blue over white to orange if there are
/// negative values. Small matrices show their numbers. A row of values, `[n]`, counts as one row.
///
/// Panics if the tensor has more than two axes or no value.
///
/// ```
/// # use chainrule::prelude::*;
/// plot::heatmap(&tensor([[1.0, -0.5], [0.25, 0.0]])).title("weights")
/// # ;
/// ```
#[track_caller]
pub fn heatmap(matrix: &Tensor) -> Figure {
    let (rows, columns) = match *matrix.shape() {
        [columns] if columns > 0 => (1, columns),
        [rows, columns] if rows > 0 && columns > 0 => (rows, columns),
        _ => fail(
            &format!(
                "heatmap: a matrix has the shape [rows, columns], not {:?}",
                matrix.shape()
            ),
            &[("matrix", matrix)],
            "reshape or slice it first",
        ),
    };
    let values = matrix.numbers();
    let (low, high) = extent(values.iter().copied()).unwrap_or((0.0, 0.0));
    let largest = low.abs().max(high.abs()).max(f64::MIN_POSITIVE);
    let colour = |value: f64| match value {
        value if !value.is_finite() => [200, 200, 200],
        value if low < 0.0 => palette::diverging(value / largest),
        value => palette::sequential(value / largest),
    };
    let texts = |i: usize| number(values[i], 3);
    let axis = |count: usize| (0..count).map(|i| i.to_string()).collect::<Vec<_>>();
    let mut figure = cells(
        HEAT_MAP,
        &values,
        axis(rows),
        axis(columns),
        &colour,
        &texts,
    );
    let (low, high) = (number(low, 4), number(high, 4));
    figure.summary = vec![say(
        format!("{rows} × {columns}, values from {low} to {high}"),
        format!("{rows} × {columns}，数值从 {low} 到 {high}"),
    )];
    figure
}

/// How often each class (row) was taken for each class (column): the diagonal is right. `matrix` is
/// what `confusion_matrix` returns, `[classes, classes]`; each row is coloured by its share, so
/// that rare classes show too.
///
/// Panics if the matrix is not square or has not one row for each name.
///
/// ```
/// # use chainrule::prelude::*;
/// plot::confusion(&tensor([[48.0, 2.0], [5.0, 45.0]]), &["cat", "dog"])
/// # ;
/// ```
#[track_caller]
pub fn confusion(matrix: &Tensor, class_names: &[impl AsRef<str>]) -> Figure {
    confusion_of(
        matrix,
        List(class_names.len(), &|i| class_names[i].as_ref()),
    )
}

#[track_caller]
fn confusion_of(matrix: &Tensor, names: List<&str>) -> Figure {
    let names = names.names();
    let classes = names.len();
    if classes == 0 || matrix.shape() != [classes, classes] {
        fail(
            &format!(
                "confusion: a matrix of shape {:?} for {classes} class names",
                matrix.shape()
            ),
            &[("matrix", matrix)],
            "one row and one column for each name: [classes, classes]",
        );
    }
    let counts = matrix.numbers();
    let total: f64 = counts.iter().sum();
    let shares: Vec<f64> = counts
        .chunks(classes)
        .flat_map(|row| {
            let in_row = row.iter().sum::<f64>().max(1.0);
            row.iter().map(move |count| count / in_row)
        })
        .collect();
    // A few mistakes among hundreds shall be visible: the root spreads the small shares.
    let colour = |share: f64| palette::sequential(share.max(0.0).sqrt());
    let texts = |i: usize| number(counts[i], 6);
    let mut figure = cells(
        "confusion",
        &shares,
        names.clone(),
        names.clone(),
        &colour,
        &texts,
    );
    figure.x.label = say("predicted", "预测").to_owned();
    figure.y.label = say("actual", "实际").to_owned();

    let right: f64 = (0..classes)
        .map(|class| counts[class * classes + class])
        .sum();
    let share = number(100.0 * right / total.max(1.0), 4);
    let (right, total) = (number(right, 7), number(total, 7));
    figure.summary = vec![say(
        format!("{right} of {total} right ({share} %)"),
        format!("{total} 个中对了 {right} 个（{share} %）"),
    )];
    let mut mistakes: Vec<(usize, f64)> = counts
        .iter()
        .copied()
        .enumerate()
        .filter(|(i, count)| i / classes != i % classes && *count > 0.0)
        .collect();
    mistakes.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (i, count) in mistakes.into_iter().take(5) {
        let (actual, taken) = (&names[i / classes], &names[i % classes]);
        let count = number(count, 6);
        figure.summary.push(say(
            format!("{actual} taken for {taken}: {count}"),
            format!("{actual} 被认成 {taken}：{count} 个"),
        ));
    }
    figure
}

impl Figure {
    /// Lays row 0 of a [`heatmap`] at the bottom and counts upwards, as a vertical axis does: in a
    /// picture of sound the low frequencies are below. Any other figure stays as it is.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let word = data::words(1).x.row(0);
    /// plot::heatmap(&data::spectrogram(&word, 200).t()).upwards()
    /// # ;
    /// ```
    pub fn upwards(mut self) -> Figure {
        if self.kind != HEAT_MAP || self.y.upwards {
            return self;
        }
        self.y.upwards = true;
        let height = self.y.range.1;
        let turned =
            |[left, bottom, right, top]: [f64; 4]| [left, height - top, right, height - bottom];
        for layer in &mut self.layers {
            match layer {
                Layer::Box(area, _) | Layer::Frame(area, ..) => *area = turned(*area),
                Layer::Text { at, .. } => at.1 = height - at.1,
                Layer::Image { png, .. } => {
                    if let Some((columns, pixels)) = raster::decoded(png) {
                        let rows = pixels.chunks(columns).rev();
                        *png = raster::png(columns, &rows.flatten().copied().collect::<Vec<_>>());
                    }
                }
                _ => {}
            }
        }
        self.changed()
    }
}

/// Cells row by row from the top: one picture for the colours and, if there are few, a text in
/// each.
pub(super) fn cells(
    kind: &'static str,
    values: &[f64],
    row_names: Vec<String>,
    column_names: Vec<String>,
    colour: &dyn Fn(f64) -> Rgb,
    text: &dyn Fn(usize) -> String,
) -> Figure {
    let (rows, columns) = (row_names.len(), column_names.len());
    let pixels: Vec<Rgb> = values.iter().map(|value| colour(*value)).collect();
    let area = [0.0, 0.0, columns as f64, rows as f64];
    let mut figure = Figure::new(kind, Axis::names(column_names), Axis::names(row_names));
    let side = (440.0 / rows.max(columns) as f64).clamp(1.0, 60.0);
    figure.size = (
        (columns as f64 * side).max(80.0) + 120.0,
        (rows as f64 * side).max(40.0) + 90.0,
    );
    if rows.max(columns) <= WITH_NUMBERS {
        let texts: Vec<String> = (0..values.len()).map(text).collect();
        let widest = texts
            .iter()
            .map(|text| text::width(text))
            .fold(1.0, f64::max)
            + 4.0;
        // As large as has room beside the names; what nobody could read is left out.
        let plot = figure.size.0 - vertical_labels_width(&figure.y, &Marked::default()) - MARGINS;
        let size = (side * 0.34)
            .clamp(9.0, 13.0)
            .min(plot / columns as f64 / widest * TEXT);
        for i in 0..values.len() {
            // White lines keep neighbours apart.
            let (column, row) = ((i % columns) as f64, (rows - 1 - i / columns) as f64);
            let cell = [column, row, column + 1.0, row + 1.0];
            figure.layers.push(Layer::Box(cell, pixels[i]));
            figure.layers.push(Layer::Frame(cell, palette::WHITE, 1.0));
            let (at, ink) = ((column + 0.5, row + 0.5), palette::readable_on(pixels[i]));
            if size >= SMALLEST {
                figure.layers.push(Layer::Text {
                    at,
                    text: texts[i].clone(),
                    colour: ink,
                    size,
                });
            }
        }
    } else {
        figure.layers.push(Layer::Image {
            area,
            png: raster::png(columns, &pixels),
            smooth: false,
        });
    }
    figure
}
