//! Several figures in one.

use super::figure::{Axis, Figure, Ticks};
use super::header::outer_size;
use super::rows;
use crate::base::Outlined;
use crate::display::{escape_html, in_one_line, svg_uri};
use crate::tensor::fail::fail;
use std::borrow::Borrow;
use std::mem::take;

/// To this share of its width a part is drawn smaller before it goes into the next row: letters
/// stay legible.
const SMALLEST: f64 = 0.8;

/// Wider than this a row of figures is drawn smaller, with letters as large as before: a page would
/// shrink both.
const WIDEST: f64 = 960.0;

/// Figures side by side, as one: two or three in a row, four as two and two, more in rows of three,
/// or as [`columns`](Figure::columns) says. Figures that are kept in variables can be lent:
/// `&[a, b]`.
///
/// Panics if there is none.
///
/// ```
/// # use chainrule::prelude::*;
/// let loss = plot::curve(&[1.0, 2.0, 3.0], &[0.9, 0.5, 0.3]).title("loss");
/// let accuracy = plot::curve(&[1.0, 2.0, 3.0], &[0.5, 0.8, 0.9]).title("accuracy");
/// plot::side_by_side([loss, accuracy])
/// # ;
/// ```
#[track_caller]
pub fn side_by_side(figures: impl IntoIterator<Item = impl Borrow<Figure>>) -> Figure {
    let mut parts = Outlined::default();
    for figure in figures {
        add(&mut parts, figure.borrow());
    }
    beside(&mut parts)
}

fn add(parts: &mut Outlined<Vec<Figure>>, figure: &Figure) {
    parts.push(figure.clone());
}

#[track_caller]
fn beside(figures: &mut Vec<Figure>) -> Figure {
    if figures.is_empty() {
        fail(
            "side_by_side: there is nothing to draw",
            &[],
            "give at least one figure: plot::side_by_side([a, b])",
        );
    }
    let columns = match figures.len() {
        few @ 1..=3 => few,
        4 => 2,
        _ => 3,
    };
    Figure::of_parts("side by side", take(figures), columns)
}

impl Figure {
    /// Of [figures side by side](side_by_side), or of pictures such as [`images`](super::images),
    /// how many stand in a row, at least 1. Others stay as they are.
    pub fn columns(mut self, columns: usize) -> Figure {
        self.columns = columns.max(1);
        if rows::is_grid(&self) {
            rows::arrange(&mut self, columns);
            self.changed()
        } else if self.parts.is_empty() {
            self
        } else {
            self.refresh()
        }
    }

    /// Figures side by side, in rows of `columns`.
    pub(super) fn of_parts(kind: &'static str, mut parts: Vec<Figure>, columns: usize) -> Figure {
        for row in parts.chunks_mut(columns.max(1)) {
            fit(row);
        }
        let mut figure = Figure::new(kind, Axis::none((0.0, 1.0)), Axis::none((0.0, 1.0)));
        figure.summary = parts
            .iter()
            .map(|part| part.text().replace('\n', "\n  "))
            .collect();
        (figure.parts, figure.columns) = (parts, columns);
        figure.size = places(&figure).1;
        figure
    }

    /// After a change of the parts.
    pub(super) fn refresh(mut self) -> Figure {
        let (parts, title) = (take(&mut self.parts), take(&mut self.title));
        let mut figure = Figure::of_parts(self.kind, parts, self.columns);
        figure.title = title;
        figure
    }
}

/// Makes those figures of a row smaller that have axes with numbers on them: they are legible in
/// any size.
fn fit(row: &mut [Figure]) {
    let has_axes =
        |figure: &Figure| !matches!(figure.x.ticks, Ticks::None) && figure.parts.is_empty();
    let all: f64 = row.iter().map(|figure| figure.size.0).sum();
    let elastic: f64 = row
        .iter()
        .filter(|figure| has_axes(figure))
        .map(|figure| figure.size.0)
        .sum();
    if all <= WIDEST || elastic == 0.0 {
        return;
    }
    let share = ((WIDEST - (all - elastic)) / elastic).clamp(0.4, 1.0);
    for figure in row.iter_mut().filter(|figure| has_axes(figure)) {
        figure.size = (
            (figure.size.0 * share).round(),
            (figure.size.1 * share.sqrt()).round(),
        );
    }
}

/// Where the parts of a figure stand below its header, and the size of all of them together.
pub(super) fn places(figure: &Figure) -> (Vec<(f64, f64)>, (f64, f64)) {
    let (mut places, mut size) = (Vec::new(), (0.0f64, 0.0));
    for row in figure.parts.chunks(figure.columns.max(1)) {
        let (mut x, mut height) = (0.0, 0.0f64);
        for (wide, high) in row.iter().map(outer_size) {
            places.push((x, size.1));
            x += wide;
            height = height.max(high);
        }
        size = (size.0.max(x), size.1 + height);
    }
    (places, size)
}

/// The parts as pictures of their own, which go into the next row where a page is narrow. One
/// picture of all of them would shrink until nobody can read what stands in it.
pub(super) fn html(figure: &Figure) -> String {
    let image = |part: &Figure| {
        let (width, text) = (outer_size(part).0, escape_html(&in_one_line(&part.text())));
        format!(
            "<img alt=\"{text}\" style=\"flex:{width} 1 {:.0}px;min-width:0;max-width:{width}px;\
             height:auto;background:#fff\" src=\"{}\"/>",
            width * SMALLEST,
            svg_uri(part.svg())
        )
    };
    let row = |row: &[Figure]| {
        let images: String = row.iter().map(image).collect();
        format!("<div style=\"display:flex;flex-wrap:wrap;align-items:flex-start\">{images}</div>")
    };
    let rows: String = figure
        .parts
        .chunks(figure.columns.max(1))
        .map(row)
        .collect();
    let title = match figure.title.as_str() {
        "" => String::new(),
        title => format!(
            "<div style=\"padding:8px 14px 4px;color:#222;font:bold 15px sans-serif\">{}</div>",
            escape_html(title)
        ),
    };
    let text = figure.text();
    format!(
        "<div role=\"group\" aria-label=\"{}\" style=\"max-width:{}px;background:#fff;\
         border-radius:6px\">{title}{rows}</div>",
        escape_html(text.lines().next().unwrap_or_default()),
        outer_size(figure).0
    )
}
