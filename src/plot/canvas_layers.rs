//! What stands between the axes of a figure: lines, marks, texts, areas and pictures.

use super::canvas::{Canvas, Drawn, Place, Placed, colour, fill};
use super::figure::{Axis, Layer, Mark, Stroke};
use super::text::{self, columns_in, shorten};
use super::units::{SCALE, pixels, units, with_dash};
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use std::io;
use std::ops::Range;

impl<'a, B: DrawingBackend<ErrorType = io::Error>> Canvas<'a, B> {
    pub fn layer(
        &mut self,
        layer: &'a Layer,
        place: &dyn Fn((f64, f64)) -> Place,
        (across, down): (&Range<i32>, &Range<i32>),
    ) -> Drawn {
        let corners =
            |[left, bottom, right, top]: [f64; 4]| [place((left, top)), place((right, bottom))];
        let has_place = |value: f64, axis: &Axis| value.is_finite() && (!axis.log || value > 0.0);
        let is_drawable =
            |(x, y): &(f64, f64)| has_place(*x, &self.figure.x) && has_place(*y, &self.figure.y);
        // What lies outside is drawn on the edge, and not over the labels.
        let inside = |point: (f64, f64)| {
            let (x, y) = place(point);
            (
                x.clamp(across.start, across.end),
                y.clamp(down.start, down.end),
            )
        };
        match layer {
            Layer::Line(points, stroke) => {
                for part in points.split(|point| !is_drawable(point)) {
                    self.curve(part.iter().map(|point| inside(*point)).collect(), stroke)?;
                }
            }
            Layer::Marks(points, mark) => {
                for point in points.iter().filter(|point| is_drawable(point)) {
                    self.mark(inside(*point), mark)?;
                }
            }
            Layer::Box(area, fill_colour) => {
                self.area
                    .draw(&Rectangle::new(corners(*area), fill(*fill_colour)))?;
            }
            Layer::Frame(area, frame_colour, width) => {
                self.frame(corners(*area), &Stroke::solid(*frame_colour, *width))?;
            }
            Layer::Text {
                at,
                text,
                colour,
                size,
            } => {
                let ((x, y), side) = (place(*at), HPos::Center);
                let at = (pixels(x), pixels(y));
                self.text(at, text, *colour, *size, side, false)?;
            }
            Layer::Label(at, text) if is_drawable(at) => self.label(inside(*at), text, across)?,
            Layer::Label(..) => {}
            Layer::End(at, text, is_left) => self.end(place(*at), text, *is_left)?,
            Layer::Image { area, png, smooth } => {
                let picture = placed(corners(*area), png, *smooth);
                self.pictures.below.push(picture);
            }
            Layer::Picture { area, png } => {
                self.pictures.over.push(placed(corners(*area), png, true));
            }
        }
        Ok(())
    }

    /// A name at the end of a line, to its left or to its right.
    fn end(&mut self, (x, y): Place, text: &str, is_left: bool) -> Drawn {
        let (gap, side) = match is_left {
            true => (-6.0, HPos::Right),
            false => (6.0, HPos::Left),
        };
        self.plain((pixels(x) + gap, pixels(y)), text, side)
    }

    /// A line without a gap.
    fn curve(&self, mut path: Vec<Place>, stroke: &Stroke) -> Drawn {
        path.dedup();
        match path.as_slice() {
            [] => Ok(()),
            // A value between two gaps would otherwise not be seen.
            [at] => {
                let dot = Circle::new(*at, units(stroke.width), fill(stroke.colour));
                self.area.draw(&dot)
            }
            _ => self.line(path, stroke),
        }
    }

    fn frame(&self, [(left, top), (right, bottom)]: [Place; 2], stroke: &Stroke) -> Drawn {
        let corners = vec![
            (left, top),
            (right, top),
            (right, bottom),
            (left, bottom),
            (left, top),
        ];
        self.line(corners, stroke)
    }

    /// A text to the right of a point, or to the left where there is more room.
    fn label(&self, (x, y): Place, text: &str, across: &Range<i32>) -> Drawn {
        let (left, right) = (pixels(x) - 9.0, pixels(across.end - x) + 7.0);
        let (side, dx, room) = if text::width(text) <= right || right >= left {
            (HPos::Left, 7.0, right)
        } else {
            (HPos::Right, -7.0, left)
        };
        let at = (pixels(x) + dx, pixels(y));
        self.plain(at, &shorten(text, columns_in(room)), side)
    }

    pub fn line(&self, path: Vec<Place>, stroke: &Stroke) -> Drawn {
        let style = colour(stroke.colour, stroke.opacity)
            .stroke_width(with_dash(stroke.width, stroke.dash));
        self.area.draw(&PathElement::new(path, style))
    }

    /// Shapes as well as colours, so that classes can be told apart without colours.
    pub fn mark(&self, (x, y): Place, mark: &Mark) -> Drawn {
        let r = mark.size * SCALE;
        let polygon = |corners: &[(f64, f64)]| -> Vec<Place> {
            corners
                .iter()
                .map(|(dx, dy)| (x + (dx * r).round() as i32, y + (dy * r).round() as i32))
                .collect()
        };
        let corners = match mark.shape % 6 {
            0 => {
                return self
                    .area
                    .draw(&Circle::new((x, y), r as u32, fill(mark.colour)));
            }
            1 => polygon(&[(0.0, -1.25), (1.1, 0.8), (-1.1, 0.8)]),
            2 => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            3 => polygon(&[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
            4 => polygon(&[(0.0, 1.25), (1.1, -0.8), (-1.1, -0.8)]),
            _ => polygon(&CROSS),
        };
        self.area.draw(&Polygon::new(corners, fill(mark.colour)))
    }
}

fn placed(corners: [Place; 2], png: &[u8], smooth: bool) -> Placed<'_> {
    Placed {
        corners,
        png,
        smooth,
    }
}

const CROSS: [(f64, f64); 12] = [
    (0.0, -0.5),
    (0.8, -1.2),
    (1.2, -0.8),
    (0.5, 0.0),
    (1.2, 0.8),
    (0.8, 1.2),
    (0.0, 0.5),
    (-0.8, 1.2),
    (-1.2, 0.8),
    (-0.5, 0.0),
    (-1.2, -0.8),
    (-0.8, -1.2),
];
