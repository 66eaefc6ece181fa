//! Grids of small pictures.

use super::figure::{Axis, Figure, Layer, shorten};
use super::palette::{self, INK, RIGHT, Rgb, WHITE, WRONG};
use super::raster;
use super::values::{extent, number};
use crate::tensor::{Tensor, fail::fail};

/// More than so many cannot be looked at.
const MOST: usize = 100;
/// Pixels of the page between two pictures, and for a title below one.
const GAP: f64 = 8.0;
const TITLE: f64 = 18.0;

/// Pictures in a grid, dark on light as ink on paper. `x` has the shape `[n, side × side]` or `[n, height, width]`;
/// 0 (or the smallest value) is white. Titles stand below the pictures; fewer than pictures, or none (`&[]`), are fine. At
/// most the first 100 are shown.
///
/// Panics if the shape is none of these.
///
/// ```
/// # use chainrule::prelude::*;
/// let digits = data::digits(20);
/// plot::images(&digits.x, &["first", "second"])
/// # ;
/// ```
#[track_caller]
pub fn images(x: &Tensor, titles: &[&str]) -> Figure {
    let titles: Vec<(String, Rgb)> = titles.iter().map(|title| ((*title).to_owned(), INK)).collect();
    grid("images", x, &titles, false)
}

/// Pictures with their labels and, if given, what a network takes them for: a green ✓ where it is right, an orange
/// "✗ 7 (1)" where it took a 1 for a 7. Shapes: `x` as for [`images`], `labels` and `predicted` `[n]`.
///
/// Panics if the shapes do not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// let digits = data::digits(10);
/// plot::image_grid(&digits.x, &digits.y, Some(&digits.y))
/// # ;
/// ```
#[track_caller]
pub fn image_grid(x: &Tensor, labels: &Tensor, predicted: Option<&Tensor>) -> Figure {
    let count = x.shape().first().copied().unwrap_or(0);
    for (role, given) in [("labels", Some(labels)), ("predicted", predicted)] {
        if let Some(given) = given.filter(|given| given.len() != count) {
            let problem = format!("image_grid: {role} of shape {:?} for x of shape {:?}", given.shape(), x.shape());
            fail(&problem, &[("x", x), (role, given)], "one number for each picture: shape [n]");
        }
    }
    let labels: Vec<String> = labels.to_vec().into_iter().map(|label| number(label as f64, 4)).collect();
    let Some(predicted) = predicted else {
        let titles: Vec<(String, Rgb)> = labels.into_iter().map(|label| (label, INK)).collect();
        return grid("images", x, &titles, false);
    };
    let predicted = predicted.to_vec().into_iter().map(|label| number(label as f64, 4));
    let title = |(predicted, label): (String, String)| {
        if predicted == label { (format!("✓ {label}"), RIGHT) } else { (format!("✗ {predicted} ({label})"), WRONG) }
    };
    let titles: Vec<(String, Rgb)> = predicted.zip(labels).map(title).collect();
    let mut figure = grid("images", x, &titles, true);
    let right = titles.iter().filter(|(_, colour)| *colour == RIGHT).count();
    figure.summary.push(format!("{right} of {count} right; ✗ predicted (actual)"));
    figure
}

#[track_caller]
fn grid(kind: &'static str, x: &Tensor, titles: &[(String, Rgb)], framed: bool) -> Figure {
    let (count, height, width) = sizes(x);
    let shown = count.min(MOST);
    let columns = if shown <= 10 { shown } else { (shown as f64).sqrt().ceil().clamp(10.0, 12.0) as usize };
    let rows = shown.div_ceil(columns);
    let side = (600.0 / columns as f64 - GAP).min(84.0);
    let tall = side * height as f64 / width as f64;
    let title_height = if titles.is_empty() { 0.0 } else { TITLE };
    // One unit of the axes is one pixel of the page; y grows upwards.
    let (wide, high) = ((side + GAP) * columns as f64 + GAP, (tall + GAP + title_height) * rows as f64 + GAP);
    let mut figure = Figure::new(kind, Axis::none((0.0, wide)), Axis::none((0.0, high)));
    figure.size = (wide + 24.0, high + 18.0);
    let (low, high_ink) = extent(x.to_vec().into_iter().map(|value| value as f64)).unwrap_or((0.0, 1.0));
    let (low, high_ink) = if low < high_ink { (low.min(0.0), high_ink) } else { (0.0, 1.0) };
    let values = x.to_vec();

    for i in 0..shown {
        let pixels: Vec<Rgb> = values[i * width * height..(i + 1) * width * height]
            .iter()
            .map(|value| {
                // 16 greys: finer ones are hard to see in pictures of this size and double the file.
                let ink = ((*value as f64 - low) / (high_ink - low)).clamp(0.0, 1.0);
                palette::blend(WHITE, [0, 0, 0], (ink * 15.0).round() / 15.0)
            })
            .collect();
        let (column, row) = ((i % columns) as f64, (i / columns) as f64);
        let left = GAP + column * (side + GAP);
        let top = high - GAP - row * (tall + GAP + title_height);
        let area = [left, top - tall, left + side, top];
        figure.layers.push(Layer::Image { area, png: raster::png(width, &pixels), smooth: false });
        let frame = titles.get(i).filter(|_| framed).map_or(palette::GRID, |(_, colour)| *colour);
        figure.layers.push(Layer::Frame(area, frame, if framed { 2.0 } else { 1.0 }));
        if let Some((title, colour)) = titles.get(i) {
            let at = (left + side / 2.0, top - tall - TITLE / 2.0 - 1.0);
            let longest = ((side + GAP) / 6.4) as usize;
            figure.layers.push(Layer::Text { at, text: shorten(title, longest), colour: *colour, size: 11.5 });
        }
    }
    let first = if shown < count { format!("the first {shown} of {count}") } else { count.to_string() };
    figure.summary.push(format!("{first} pictures of {height} × {width} pixels"));
    if !titles.is_empty() {
        let some: Vec<&str> = titles.iter().take(shown.min(20)).map(|(title, _)| title.as_str()).collect();
        figure.summary.push(format!("{}{}", some.join(" | "), if titles.len() > 20 { " | …" } else { "" }));
    }
    figure
}

/// Number, height and width of the pictures.
#[track_caller]
fn sizes(x: &Tensor) -> (usize, usize, usize) {
    match *x.shape() {
        [n, height, width] if n * height * width > 0 => (n, height, width),
        [n, 1, height, width] if n * height * width > 0 => (n, height, width),
        [n, pixels] if n > 0 && pixels > 0 && pixels.isqrt().pow(2) == pixels => (n, pixels.isqrt(), pixels.isqrt()),
        _ => fail(
            &format!("images: pictures have the shape [n, side × side] or [n, height, width], not {:?}", x.shape()),
            &[("x", x)],
            "one picture alone is x.reshape(&[1, height, width])",
        ),
    }
}
