//! How a figure is laid out and drawn: title, legend, axes and what stands between them, through
//! plotters on whatever it draws on.

use super::axes::{Marked, numbers_below, numbers_beside};
use super::figure::{Axis, Drawing, Figure, Key, Layer, Stroke, Ticks};
use super::header::{self, LEGEND_ROW, TITLE_ROW, outer_size};
use super::palette::{GRID, INK, PALE_INK, Rgb};
use super::text::{self, TEXT, TITLE, columns_in, shorten};
use super::units::{SCALE, TEXT_SCALE, pixels, units};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_backend::DrawingErrorKind;
use std::io;
use std::ops::Range;

pub(super) type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// A place on the page, in units.
pub(super) type Place = (i32, i32);

/// A dense picture and its corners, top left and bottom right.
pub(super) struct Placed<'a> {
    pub corners: [Place; 2],
    pub png: &'a [u8],
    pub smooth: bool,
}

/// Draws one figure, but not those that stand in it.
pub(super) struct Canvas<'a, B: DrawingBackend<ErrorType = io::Error>> {
    pub figure: &'a Figure,
    pub area: DrawingArea<B, Shift>,
    pub pictures: Pictures<'a>,
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
        let (across, down) = (
            numbers_below(x_axis, size.0 - 80.0),
            numbers_beside(y_axis, room),
        );
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
            let at = (middle, pixels(ys.end) + 13.0);
            self.plain(at, text, HPos::Center)?;
        }
        for (value, text) in &down.labels {
            let y = at_y(*value);
            if has_lines {
                line((xs.start, y), (xs.end, y), GRID)?;
            }
            line((xs.start - long, y), (xs.start, y), PALE_INK)?;
            self.plain((pixels(xs.start) - 7.0, pixels(y)), text, HPos::Right)?;
        }
        for x in across.between.iter().map(|value| at_x(*value)) {
            line((x, ys.end), (x, ys.end + short), PALE_INK)?;
        }
        for y in down.between.iter().map(|value| at_y(*value)) {
            line((xs.start - short, y), (xs.start, y), PALE_INK)?;
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
            let begun = |name: &String| text::room_for(&shorten(name, SHORTEST_NAME));
            let longest = names.iter().map(begun).fold(0.0, f64::max);
            let shown = every(names, pitch, longest + GAP);
            let room = shown
                .get(1)
                .map_or(pixels(xs.end - xs.start), |(x, _)| x - shown[0].0);
            for (x, name) in shown {
                let at = (pixels(xs.start) + x, pixels(ys.end) + 13.0);
                self.plain(at, &shorten(&name, columns_in(room - GAP)), HPos::Center)?;
            }
        }
        if let Ticks::Names(names) = &self.figure.y.ticks {
            let pitch = pixels(ys.end - ys.start) / names.len().max(1) as f64;
            for (down, name) in every(names, pitch, LOWEST_NAME) {
                let y = match self.figure.y.upwards {
                    true => pixels(ys.end) - down,
                    false => pixels(ys.start) + down,
                };
                let at = (pixels(xs.start) - 7.0, y);
                self.plain(at, &shorten(&name, LONGEST_NAME), HPos::Right)?;
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
            let label = shorten(&x.label, room(0.0, across, width));
            self.plain(at, &label, HPos::Center)?;
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
            self.plain((x + 30.0, y), &name, HPos::Left)?;
        }
        Ok(())
    }
}

impl<B: DrawingBackend<ErrorType = io::Error>> Canvas<'_, B> {
    /// A text as most are.
    pub fn plain(&self, at: (f64, f64), text: &str, side: HPos) -> Drawn {
        self.text(at, text, INK, TEXT, side, false)
    }

    pub fn text(
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

/// Columns of a name beside a vertical axis.
const LONGEST_NAME: usize = 22;
/// Columns that a name below a horizontal axis has at least, if it is that long.
const SHORTEST_NAME: usize = 5;
/// Pixels between names beside each other.
const GAP: f64 = 3.0;
/// Pixels between names above each other.
const LOWEST_NAME: f64 = 13.0;

/// Width of names or numbers beside a vertical axis.
pub(super) fn vertical_labels_width(axis: &Axis, numbers: &Marked) -> f64 {
    let widest = match &axis.ticks {
        Ticks::None => return 0.0,
        Ticks::Names(names) => {
            let longest = names.iter().map(|name| shorten(name, LONGEST_NAME));
            longest
                .map(|name| text::room_for(&name))
                .fold(text::COLUMN, f64::max)
        }
        _ => numbers.longest().max(5) as f64 * text::COLUMN,
    };
    widest + 12.0
}

pub(super) fn colour([r, g, b]: Rgb, opacity: f64) -> RGBAColor {
    RGBColor(r, g, b).mix(opacity)
}

pub(super) fn fill(ink: Rgb) -> ShapeStyle {
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
