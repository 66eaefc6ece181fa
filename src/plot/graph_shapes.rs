//! What the picture of a computation graph is made of, as SVG and as outlines to be filled.

use super::contours::{Contour, Point, arc, bezier, stroke};
use super::fonts::Fonts;
use super::outlines::{Outline, Text};
use super::palette::{Rgb, hex};
use super::text::TEXT;
use crate::display::escape_html;
use std::io;

const INK: Rgb = [0x1b, 0x1f, 0x24];
pub(super) const EDGE: Rgb = [0x57, 0x60, 0x6a];

#[derive(Clone, Debug)]
pub(super) enum Shape {
    Box {
        corner: Point,
        size: Point,
        rounded: f64,
        fill: Option<Rgb>,
    },
    Ellipse {
        middle: Point,
        radii: Point,
        fill: Option<Rgb>,
    },
    Text {
        at: Point,
        text: String,
        bold: bool,
    },
    Line(Point, Point),
    /// Curves, each with where it begins, its two control points and where it ends.
    Curves(Vec<[Point; 4]>),
    Head([Point; 3]),
}

impl Shape {
    pub fn svg(&self) -> String {
        let paint = |fill: &Option<Rgb>| {
            let fill = fill.map_or_else(|| "none".to_owned(), hex);
            format!(
                "fill=\"{fill}\" stroke=\"{}\" stroke-width=\"1\"",
                hex(EDGE)
            )
        };
        match self {
            Shape::Box {
                corner: (x, y),
                size: (width, height),
                rounded,
                fill,
            } => format!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
                rx=\"{rounded}\" {}/>",
                paint(fill)
            ),
            Shape::Ellipse {
                middle: (x, y),
                radii: (a, b),
                fill,
            } => {
                format!(
                    "<ellipse cx=\"{x:.1}\" cy=\"{y:.1}\" rx=\"{a:.1}\" ry=\"{b:.1}\" {}/>",
                    paint(fill)
                )
            }
            Shape::Line((x, y), (to_x, to_y)) => {
                format!(
                    "<line x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{to_x:.1}\" y2=\"{to_y:.1}\" {}/>",
                    paint(&None)
                )
            }
            Shape::Text {
                at: (x, y),
                text,
                bold,
            } => format!(
                "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" fill=\"{}\"{}>{}</text>",
                hex(INK),
                if *bold { " font-weight=\"bold\"" } else { "" },
                escape_html(text)
            ),
            Shape::Curves(curves) => svg_of_curves(curves),
            Shape::Head([(x, y), a, b]) => {
                let (a, b) = (
                    format!("{:.1} {:.1}", a.0, a.1),
                    format!("{:.1} {:.1}", b.0, b.1),
                );
                let edge = hex(EDGE);
                format!("<path d=\"M{x:.1} {y:.1}L{a}L{b}Z\" fill=\"{edge}\"/>")
            }
        }
    }

    pub fn outlines(&self, fonts: &mut Fonts) -> io::Result<Vec<Outline>> {
        let filled = |contours: Vec<Contour>, colour: Rgb| Outline {
            contours,
            colour,
            opacity: 1.0,
        };
        let line = |path: &[Point]| filled(stroke(path, 1.0, true), EDGE);
        let with_edge = |mut area: Contour, fill: &Option<Rgb>| {
            let inside = fill.map(|fill| filled(vec![area.clone()], fill));
            area.push(area[0]);
            inside.into_iter().chain([line(&area)]).collect()
        };
        Ok(match self {
            Shape::Box {
                corner: (x, y),
                size: (width, height),
                rounded: r,
                fill,
            } => with_edge(rounded_box((*x, *y), (*width, *height), *r), fill),
            Shape::Ellipse {
                middle,
                radii,
                fill,
            } => with_edge(arc(*middle, *radii, 0.0, 348.75), fill),
            Shape::Line(from, to) => vec![line(&[*from, *to])],
            Shape::Text {
                at: (x, y),
                text,
                bold,
            } => {
                let text = Text {
                    at: (*x, *y),
                    text,
                    size: TEXT,
                    side: 0.5,
                    bold: *bold,
                    is_turned: false,
                };
                vec![filled(text.contours(fonts)?, INK)]
            }
            Shape::Curves(curves) => {
                let points = curves
                    .iter()
                    .flat_map(|curve| (0..=12).map(|step| bezier(curve, f64::from(step) / 12.0)));
                vec![line(&points.collect::<Vec<_>>())]
            }
            Shape::Head(corners) => vec![filled(vec![corners.to_vec()], EDGE)],
        })
    }
}

fn svg_of_curves(curves: &[[Point; 4]]) -> String {
    let part = |[_, a, b, end]: &[Point; 4]| {
        format!(
            "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            a.0, a.1, b.0, b.1, end.0, end.1
        )
    };
    let (edge, [(x, y), ..]) = (hex(EDGE), curves[0]);
    let parts: String = curves.iter().map(part).collect();
    format!("<path d=\"M{x:.1} {y:.1}{parts}\" fill=\"none\" stroke=\"{edge}\"/>")
}

/// From the right below, a quarter of a circle at each corner.
fn rounded_box((x, y): Point, (width, height): Point, r: f64) -> Contour {
    let middles = [
        (x + width - r, y + height - r),
        (x + r, y + height - r),
        (x + r, y + r),
        (x + width - r, y + r),
    ];
    let corner =
        |(i, middle): (usize, Point)| arc(middle, (r, r), i as f64 * 90.0, i as f64 * 90.0 + 90.0);
    middles.into_iter().enumerate().flat_map(corner).collect()
}
