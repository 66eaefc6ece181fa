//! A function of two variables seen from above, and the ways that optimisers take over it.

use super::figure::{Axis, Figure, Key, Layer, Mark, Stroke, curve_stroke};
use super::palette::{self, Rgb, WHITE, blend};
use super::raster;
use super::values::{Points, number};
use crate::Float;
use crate::display::say;
use crate::tensor::fail::fail;
use std::ops::Range;

pub(super) const COLUMNS: usize = 520;
pub(super) const ROWS: usize = 360;
const BANDS: usize = 16;
/// Valleys are dark, as water is on maps.
const LOW: Rgb = [86, 140, 190];
const HIGH: Rgb = [246, 249, 252];

/// Contours of `f` with paths over them, for instance those of several optimisers to a minimum.
/// Each band of the map covers an equal share of the picture, so that a narrow valley shows as well
/// as a bowl. A path starts at its circle and ends at its diamond; what leaves the ranges runs
/// along the edge.
///
/// Panics if a range is empty, if `f` is nowhere finite, or if a path has no point.
///
/// ```
/// # use chainrule::prelude::*;
/// let path = vec![(-1.5, 1.0), (-0.6, 0.4), (-0.2, 0.1), (0.0, 0.0)];
/// plot::contour_path(|x, y| x * x + 4.0 * y * y, -2.0..2.0, -1.5..1.5, &[("SGD", &path)])
/// # ;
/// ```
#[track_caller]
pub fn contour_path<P: Points>(
    f: impl Fn(Float, Float) -> Float,
    x_range: Range<Float>,
    y_range: Range<Float>,
    paths: &[(&str, P)],
) -> Figure {
    let mut named = Vec::new();
    for (name, path) in paths {
        named.push(((*name).to_owned(), path.points()));
    }
    landscape(&f, x_range, y_range, named)
}

#[track_caller]
fn landscape(
    f: &dyn Fn(Float, Float) -> Float,
    x_range: Range<Float>,
    y_range: Range<Float>,
    paths: Vec<(String, Vec<(f64, f64)>)>,
) -> Figure {
    for range in [&x_range, &y_range] {
        if range.is_empty() {
            fail(
                &format!("contour_path: the range {range:?} is empty"),
                &[],
                "write the smaller number first",
            );
        }
    }
    let heights = heights(f, &x_range, &y_range);
    let area = [
        x_range.start as f64,
        y_range.start as f64,
        x_range.end as f64,
        y_range.end as f64,
    ];
    let mut figure = map("contours", &heights, area);
    for (i, (name, path)) in paths.into_iter().enumerate() {
        let Some(ends) = ends(&path) else {
            fail(
                &format!("contour_path: no finite point on the path \"{name}\""),
                &[],
                "push the start point first",
            );
        };
        let said = in_words(f, &path, ends);
        let colon = say(": ", "：");
        figure.summary.push(format!("{name}{colon}{said}"));
        // The map is blue: paths begin with the colour after it.
        let stroke = Stroke {
            colour: palette::colour(i + 1),
            ..curve_stroke(i)
        };
        figure.layers.extend(drawn(path, ends, stroke));
        figure.legend.push((name, Key::Line(stroke)));
    }
    figure
}

/// `f` at the middle of each pixel, row by row from the top.
fn heights(
    f: &dyn Fn(Float, Float) -> Float,
    x_range: &Range<Float>,
    y_range: &Range<Float>,
) -> Vec<f64> {
    let (width, height) = (x_range.end - x_range.start, y_range.end - y_range.start);
    let mut heights = Vec::with_capacity(COLUMNS * ROWS);
    for row in 0..ROWS {
        let y = y_range.end - height * (row as Float + 0.5) / ROWS as Float;
        for column in 0..COLUMNS {
            let x = x_range.start + width * (column as Float + 0.5) / COLUMNS as Float;
            heights.push(f(x, y) as f64);
        }
    }
    heights
}

type Point = (f64, f64);

/// The first and the last point of a path that are on a map at all.
fn ends(path: &[Point]) -> Option<(Point, Point)> {
    let finite = |point: &&Point| point.0.is_finite() && point.1.is_finite();
    Some((*path.iter().find(finite)?, *path.iter().rfind(finite)?))
}

fn in_words(
    f: &dyn Fn(Float, Float) -> Float,
    path: &[Point],
    (first, last): (Point, Point),
) -> String {
    let at = |point: Point| format!("({}, {})", number(point.0, 3), number(point.1, 3));
    let reached = match f(last.0 as Float, last.1 as Float) {
        height if height.is_finite() => {
            let height = number(height as f64, 3);
            say(format!(", value {height}"), format!("，函数值 {height}"))
        }
        _ => String::new(),
    };
    let (count, first, last) = (path.len(), at(first), at(last));
    say(
        format!("{count} points, from {first} to {last}{reached}"),
        format!("{count} 个点，从 {first} 到 {last}{reached}"),
    )
}

/// A path in its colour, with a halo that sets it off from the map.
fn drawn(path: Vec<Point>, (first, last): (Point, Point), stroke: Stroke) -> Vec<Layer> {
    let halo = Stroke {
        opacity: 0.8,
        ..Stroke::solid(WHITE, 4.0)
    };
    let mut layers = vec![Layer::Line(path.clone(), halo)];
    if path.len() <= 60 {
        let dots = Mark::dot(stroke.colour, 2.2);
        layers.push(Layer::Marks(path.clone(), dots));
    }
    layers.push(Layer::Line(path, stroke));
    for (point, shape) in [(first, 0), (last, 3)] {
        for (colour, size) in [(WHITE, 6.4), (stroke.colour, 4.8)] {
            let mark = Mark {
                colour,
                shape,
                size,
            };
            layers.push(Layer::Marks(vec![point], mark));
        }
    }
    layers
}

/// Heights from above, `ROWS` of `COLUMNS` from the top.
#[track_caller]
pub(super) fn map(kind: &'static str, heights: &[f64], area: [f64; 4]) -> Figure {
    let mut sorted: Vec<f64> = heights
        .iter()
        .copied()
        .filter(|height| height.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (sorted.first(), sorted.last()) else {
        fail(
            &format!("{kind}: the function is nowhere finite"),
            &[],
            "does it divide by zero or take a logarithm?",
        );
    };
    let mut figure = Figure::new(
        kind,
        Axis::numbers((area[0], area[2])),
        Axis::numbers((area[1], area[3])),
    );
    figure.size = (580.0, 430.0);
    let (least, greatest) = (number(*low, 4), number(*high, 4));
    figure.summary.push(say(
        format!("values from {least} to {greatest}"),
        format!("数值从 {least} 到 {greatest}"),
    ));
    let (lowest, highest) = say(("lowest", "highest"), ("最低", "最高"));
    let keys = [
        (LOW, format!("{lowest} {}", number(*low, 3))),
        (
            blend(LOW, HIGH, 0.8),
            format!("{highest} {}", number(*high, 3)),
        ),
    ];
    for (colour, name) in keys {
        figure.legend.push((
            name,
            Key::Mark(Mark {
                colour,
                shape: 2,
                size: 6.0,
            }),
        ));
    }
    let png = raster::png(COLUMNS, &bands(heights, &sorted));
    figure.layers.push(Layer::Image {
        area,
        png,
        smooth: true,
    });
    figure
}

/// Colours by how much of the picture lies lower, with a darker line where one band meets the next.
fn bands(heights: &[f64], sorted: &[f64]) -> Vec<Rgb> {
    let limits: Vec<f64> = (1..BANDS)
        .map(|band| sorted[band * sorted.len() / BANDS])
        .collect();
    let band = |height: f64| limits.partition_point(|limit| *limit < height);
    let numbers: Vec<usize> = heights.iter().map(|height| band(*height)).collect();
    let shade = |band: usize| blend(LOW, HIGH, band as f64 / (BANDS - 1) as f64);
    let mut pixels = Vec::with_capacity(heights.len());
    for (i, number) in numbers.iter().enumerate() {
        let right = if (i + 1) % COLUMNS == 0 {
            number
        } else {
            numbers.get(i + 1).unwrap_or(number)
        };
        let below = numbers.get(i + COLUMNS).unwrap_or(number);
        let pixel = shade(*number);
        pixels.push(match () {
            () if !heights[i].is_finite() => [200, 200, 200],
            () if right != number || below != number => blend(pixel, [40, 80, 120], 0.45),
            () => pixel,
        });
    }
    pixels
}
