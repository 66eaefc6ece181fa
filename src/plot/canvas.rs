//! How a figure is laid out and drawn: title, legend, axes and what stands between them, through
//! plotters on whatever it draws on.

use super::axes::{Marked, marked, numbers_below};
use super::figure::{Axis, Drawing, Figure, Key, Layer, Mark, Stroke, Ticks};
use super::header::{self, LEGEND_ROW, TITLE_ROW, outer_size};
use super::palette::{GRID, INK, PALE_INK, Rgb};
use super::text::{self, TEXT, TITLE, columns_in, shorten};
use super::units::{SCALE, TEXT_SCALE, pixels, units, with_dash};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_backend::DrawingErrorKind;
use std::io;
use std::ops::Range;

type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// A place on the page, in units.
type Place = (i32, i32);

/// A dense picture and its corners, top left and bottom right.
pub(super) struct Placed<'a> {
    pub corners: [Place; 2],
    pub png: &'a [u8],
    pub smooth: bool,
}

/// Draws one figure, but not those that stand in it.
struct Canvas<'a, B: DrawingBackend<ErrorType = io::Error>> {
    figure: &'a Figure,
    area: DrawingArea<B, Shift>,
    pictures: Pictures<'a>,
}

/// What plotters does not draw.
#[derive(Default)]
pub(super) struct Pictures<'a> {
    /// Below everything that plotters draws.
    pub below: Vec<Placed<'a>>,
    /// Over it.
    pub over: Vec<Placed<'a>>,
}

/// Draws a figure, but not those that stand in it, and returns the pictures in it.
pub(super) fn draw<B: DrawingBackend<ErrorType = io::Error>>(
    figure: &Figure,
    backend: B,
) -> io::Result<Pictures<'_>> {
    let mut canvas = Canvas {
        figure,
        area: backend.into_drawing_area(),
        pictures: Pictures::default(),
    };
    match canvas.whole() {
        Ok(()) => Ok(canvas.pictures),
        Err(DrawingAreaErrorKind::BackendError(DrawingErrorKind::DrawingError(error))) => {
            Err(error)
        }
        Err(other) => Err(io::Error::other(other.to_string())),
    }
}

impl<B: DrawingBackend<ErrorType = io::Error>> Canvas<'_, B> {
    fn whole(&mut self) -> Drawn {
        let figure = self.figure;
        for (row, line) in text::title(figure).iter().enumerate() {
            self.text(
                (14.0, 17.0 + row as f64 * TITLE_ROW),
                line,
                INK,
                TITLE,
                HPos::Left,
                true,
            )?;
        }
        if !figure.parts.is_empty() {
            return Ok(());
        }
        let (x, y) = (
            figure.x.range.0..figure.x.range.1,
            figure.y.range.0..figure.y.range.1,
        );
        match (figure.x.log, figure.y.log) {
            (false, false) => self.chart(x, y),
            (false, true) => self.chart(x, y.log_scale()),
            (true, false) => self.chart(x.log_scale(), y),
            (true, true) => self.chart(x.log_scale(), y.log_scale()),
        }
    }

    fn chart<X, Y>(&mut self, x: X, y: Y) -> Drawn
    where
        X: AsRangedCoord<Value = f64>,
        X::CoordDescType: ValueFormatter<f64>,
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: ValueFormatter<f64>,
    {
        let Drawing {
            x: x_axis,
            y: y_axis,
            legend,
            layers,
            size,
            ..
        } = &**self.figure;
        // Small pictures have room for few numbers.
        let room = ((size.1 / 37.0) as usize).clamp(2, 7);
        let (across, down) = (numbers_below(x_axis, size.0 - 80.0), marked(y_axis, room));
        let left =
            vertical_labels_width(y_axis, &down) + if y_axis.label.is_empty() { 0.0 } else { 20.0 };
        let below = if matches!(x_axis.ticks, Ticks::None) {
            0.0
        } else {
            22.0
        } + if x_axis.label.is_empty() { 0.0 } else { 20.0 };
        if !legend.is_empty() {
            self.legend(header::legend_top(self.figure))?;
        }
        let top = header::height(self.figure) + 10.0;

        let mut chart = ChartBuilder::on(&self.area);
        let right = 16.0 + header::outer_width(self.figure) - size.0;
        chart.margin_top(units(top)).margin_right(units(right));
        chart.margin_left(units(8.0)).margin_bottom(units(8.0));
        chart.set_label_area_size(LabelAreaPosition::Left, units(left));
        chart.set_label_area_size(LabelAreaPosition::Bottom, units(below));
        let chart = chart.build_cartesian_2d(x, y)?;
        let has_picture = layers
            .iter()
            .any(|layer| matches!(layer, Layer::Image { .. }));

        let (xs, ys) = chart.plotting_area().get_pixel_range();
        let place = |(x, y): (f64, f64)| chart.backend_coord(&(x, y));
        if !matches!(y_axis.ticks, Ticks::None) {
            self.numbers((&across, &down), &place, (&xs, &ys), !has_picture)?;
        }
        for layer in layers {
            self.layer(layer, &place, (&xs, &ys))?;
        }
        self.names((&xs, &ys))?;
        self.labels((&xs, &ys), below)
    }

    /// The axes, numbers at them with their marks, and lines from these across the plot. plotters
    /// would write those of a logarithmic axis twice, cut the last one off, and give each number a
    /// form of its own.
    fn numbers(
        &self,
        (across, down): (&Marked, &Marked),
        place: &dyn Fn((f64, f64)) -> Place,
        (xs, ys): (&Range<i32>, &Range<i32>),
        has_lines: bool,
    ) -> Drawn {
        let corner = (self.figure.x.range.0, self.figure.y.range.0);
        let line =
            |from: Place, to: Place, ink: Rgb| self.line(vec![from, to], &Stroke::solid(ink, 1.0));
        let (long, short, width) = (units(4.0), units(2.0), header::outer_width(self.figure));
        line((xs.start, ys.start), (xs.start, ys.end), PALE_INK)?;
        line((xs.start, ys.end), (xs.end, ys.end), PALE_INK)?;
        let at_x = |value: f64| place((value, corner.1)).0;
        let at_y = |value: f64| place((corner.0, value)).1;
        for (value, text) in &across.labels {
            let x = at_x(*value);
            if has_lines {
                line((x, ys.start), (x, ys.end), GRID)?;
            }
            line((x, ys.end), (x, ys.end + long), PALE_INK)?;
            // The whole of the last number, also where its middle is at the edge.
            let half = text::width(text) / 2.0;
            let middle = (pixels(x)).clamp(half, (width - half - 2.0).max(half));
            self.text(
                (middle, pixels(ys.end) + 13.0),
                text,
                INK,
                TEXT,
                HPos::Center,
                false,
            )?;
        }
        for (value, text) in &down.labels {
            let y = at_y(*value);
            if has_lines {
                line((xs.start, y), (xs.end, y), GRID)?;
            }
            line((xs.start - long, y), (xs.start, y), PALE_INK)?;
            self.text(
                (pixels(xs.start) - 7.0, pixels(y)),
                text,
                INK,
                TEXT,
                HPos::Right,
                false,
            )?;
        }
        for value in &across.between {
            line(
                (at_x(*value), ys.end),
                (at_x(*value), ys.end + short),
                PALE_INK,
            )?;
        }
        for value in &down.between {
            line(
                (xs.start - short, at_y(*value)),
                (xs.start, at_y(*value)),
                PALE_INK,
            )?;
        }
        Ok(())
    }

    /// Names instead of numbers: as many as have room.
    fn names(&self, (xs, ys): (&Range<i32>, &Range<i32>)) -> Drawn {
        let every = |names: &[String], pitch: f64, needed: f64| -> Vec<(f64, String)> {
            let names = names.iter().enumerate().step_by(text::step(pitch, needed));
            names
                .map(|(i, name)| ((i as f64 + 0.5) * pitch, name.clone()))
                .collect()
        };
        if let Ticks::Names(names) = &self.figure.x.ticks {
            let pitch = pixels(xs.end - xs.start) / names.len().max(1) as f64;
            let longest = names
                .iter()
                .map(|name| text::columns(name))
                .max()
                .unwrap_or(0);
            let shown = every(
                names,
                pitch,
                longest.min(SHORTEST_NAME) as f64 * text::COLUMN + GAP,
            );
            let room = shown
                .get(1)
                .map_or(pixels(xs.end - xs.start), |(x, _)| x - shown[0].0);
            for (x, name) in shown {
                let at = (pixels(xs.start) + x, pixels(ys.end) + 13.0);
                self.text(
                    at,
                    &shorten(&name, columns_in(room - GAP)),
                    INK,
                    TEXT,
                    HPos::Center,
                    false,
                )?;
            }
        }
        if let Ticks::Names(names) = &self.figure.y.ticks {
            let pitch = pixels(ys.end - ys.start) / names.len().max(1) as f64;
            for (y, name) in every(names, pitch, LOWEST_NAME) {
                let at = (pixels(xs.start) - 7.0, pixels(ys.start) + y);
                self.text(
                    at,
                    &shorten(&name, LONGEST_NAME),
                    INK,
                    TEXT,
                    HPos::Right,
                    false,
                )?;
            }
        }
        Ok(())
    }

    /// What the axes measure. It is written here: plotters' labels depend on its estimate of the
    /// text width.
    fn labels(&self, (xs, ys): (&Range<i32>, &Range<i32>), below: f64) -> Drawn {
        // As much on either side of the middle as there is on the narrower one.
        let room = |from: f64, middle: f64, to: f64| {
            columns_in(2.0 * (middle - from).min(to - middle) - 4.0)
        };
        let (across, down) = (
            pixels(xs.start + xs.end) / 2.0,
            pixels(ys.start + ys.end) / 2.0,
        );
        let ((width, height), Drawing { x, y, .. }) = (outer_size(self.figure), &**self.figure);
        if !x.label.is_empty() {
            let at = (across, pixels(ys.end) + below - 6.0);
            self.text(
                at,
                &shorten(&x.label, room(0.0, across, width)),
                INK,
                TEXT,
                HPos::Center,
                false,
            )?;
        }
        if !y.label.is_empty() {
            let style =
                text_style(INK, TEXT, HPos::Center, false).transform(FontTransform::Rotate270);
            self.area.draw_text(
                &shorten(&y.label, room(header::height(self.figure), down, height)),
                &style,
                (units(16.0), units(down)),
            )?;
        }
        Ok(())
    }

    /// Names in a row below the title, where they hide nothing.
    fn legend(&self, top: f64) -> Drawn {
        for ((name, key), (x, row)) in header::legend(self.figure)
            .into_iter()
            .zip(header::legend_places(self.figure))
        {
            let y = top + row as f64 * LEGEND_ROW;
            match key {
                Key::Line(stroke) => {
                    let path = vec![(units(x), units(y)), (units(x + 24.0), units(y))];
                    self.line(
                        path,
                        &Stroke {
                            opacity: 1.0,
                            ..*stroke
                        },
                    )?;
                }
                Key::Mark(mark) => self.mark((units(x + 16.0), units(y)), mark)?,
            }
            self.text((x + 30.0, y), &name, INK, TEXT, HPos::Left, false)?;
        }
        Ok(())
    }
}

/// What stands between the axes.
impl<'a, B: DrawingBackend<ErrorType = io::Error>> Canvas<'a, B> {
    fn layer(
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
                    let mut path: Vec<_> = part.iter().map(|point| inside(*point)).collect();
                    path.dedup();
                    if path.len() > 1 {
                        self.line(path, stroke)?;
                    } else if let Some((x, y)) = path.first() {
                        // A value between two gaps would otherwise not be seen.
                        let dot = Circle::new((*x, *y), units(stroke.width), fill(stroke.colour));
                        self.area.draw(&dot)?;
                    }
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
                let [(left, top), (right, bottom)] = corners(*area);
                let path = vec![
                    (left, top),
                    (right, top),
                    (right, bottom),
                    (left, bottom),
                    (left, top),
                ];
                self.line(path, &Stroke::solid(*frame_colour, *width))?;
            }
            Layer::Text {
                at,
                text,
                colour,
                size,
            } => {
                let (x, y) = place(*at);
                self.text(
                    (pixels(x), pixels(y)),
                    text,
                    *colour,
                    *size,
                    HPos::Center,
                    false,
                )?;
            }
            Layer::Label(at, text) if is_drawable(at) => self.label(inside(*at), text, across)?,
            Layer::Label(..) => {}
            Layer::Image { area, png, smooth } => {
                self.pictures.below.push(Placed {
                    corners: corners(*area),
                    png,
                    smooth: *smooth,
                });
            }
            Layer::Picture { area, png } => {
                self.pictures.over.push(Placed {
                    corners: corners(*area),
                    png,
                    smooth: true,
                });
            }
        }
        Ok(())
    }

    /// A text to the right of a point, or to the left where there is more room.
    fn label(&self, (x, y): Place, text: &str, across: &Range<i32>) -> Drawn {
        let (left, right) = (pixels(x) - 9.0, pixels(across.end - x) + 7.0);
        let (side, dx, room) = if text::width(text) <= right || right >= left {
            (HPos::Left, 7.0, right)
        } else {
            (HPos::Right, -7.0, left)
        };
        self.text(
            (pixels(x) + dx, pixels(y)),
            &shorten(text, columns_in(room)),
            INK,
            TEXT,
            side,
            false,
        )
    }

    fn line(&self, path: Vec<Place>, stroke: &Stroke) -> Drawn {
        let style = colour(stroke.colour, stroke.opacity)
            .stroke_width(with_dash(stroke.width, stroke.dash));
        self.area.draw(&PathElement::new(path, style))
    }

    /// Shapes as well as colours, so that classes can be told apart without colours.
    fn mark(&self, (x, y): Place, mark: &Mark) -> Drawn {
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

    fn text(
        &self,
        (x, y): (f64, f64),
        text: &str,
        ink: Rgb,
        size: f64,
        side: HPos,
        bold: bool,
    ) -> Drawn {
        self.area.draw_text(
            text,
            &text_style(ink, size, side, bold),
            (units(x), units(y)),
        )
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

/// Columns of a name beside a vertical axis.
const LONGEST_NAME: usize = 22;
/// Columns that a name below a horizontal axis has at least, if it is that long.
const SHORTEST_NAME: usize = 5;
/// Pixels between names beside each other.
const GAP: f64 = 3.0;
/// Pixels between names above each other.
const LOWEST_NAME: f64 = 11.0;

/// Width of names or numbers beside a vertical axis.
pub(super) fn vertical_labels_width(axis: &Axis, numbers: &Marked) -> f64 {
    let characters = match &axis.ticks {
        Ticks::None => return 0.0,
        Ticks::Names(names) => names
            .iter()
            .map(|name| text::columns(name))
            .max()
            .unwrap_or(0)
            .clamp(1, LONGEST_NAME),
        _ => numbers.longest().max(5),
    };
    characters as f64 * text::COLUMN + 12.0
}

fn colour([r, g, b]: Rgb, opacity: f64) -> RGBAColor {
    RGBColor(r, g, b).mix(opacity)
}

fn fill(ink: Rgb) -> ShapeStyle {
    colour(ink, 1.0).filled()
}

fn text_style(ink: Rgb, size: f64, side: HPos, bold: bool) -> TextStyle<'static> {
    let style = if bold {
        FontStyle::Bold
    } else {
        FontStyle::Normal
    };
    let font = ("sans-serif", size * SCALE * TEXT_SCALE, style)
        .into_font()
        .color(&colour(ink, 1.0));
    font.pos(Pos::new(side, VPos::Center))
}
