//! A figure: layers over a pair of axes, drawn as SVG.

use super::axes::{Marked, columns, marked, numbers_below, shorten};
use super::palette::{self, GRID, INK, PALE_INK, Rgb};
use super::parts::places;
use super::raster;
use crate::base::Outlined;
use crate::display::{Bundle, Show, escape_html};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt;
use std::ops::{Deref, DerefMut, Range};
use std::sync::OnceLock;

/// plotters counts in whole pixels, which makes curves jagged; it gets ten for every one of ours.
const SCALE: f64 = 10.0;

/// Estimated width of a character: the fonts of the reader are not known.
const CHARACTER: f64 = 6.6;
const TEXT: f64 = 12.0;

/// A picture with a title and axes. It is shown when it is the last expression of a cell, or with
/// [`show`](crate::display::show).
///
/// ```
/// # use chainrule::plot;
/// let figure = plot::curve(&[0.0, 1.0, 2.0], &[2.3, 0.9, 0.4]).title("loss").x_label("epoch").y_label("loss");
/// assert!(figure.svg().starts_with("<svg"));
/// assert_eq!(format!("{figure:?}"), "curve \"loss\": 3 points, from 2.3 to 0.4");
/// ```
#[derive(Clone)]
pub struct Figure(Outlined<Drawing>);

/// What there is to draw. Public only because `Figure` dereferences to it; outside of `plot` nobody can name it.
#[derive(Clone)]
pub struct Drawing {
    pub(super) kind: &'static str,
    pub(super) title: String,
    /// What the text alternative says, one line for each thing shown.
    pub(super) summary: Vec<String>,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) layers: Vec<Layer>,
    pub(super) legend: Vec<(String, Key)>,
    /// Width and height in pixels, without title and legend: these add to the height.
    pub(super) size: (f64, f64),
    /// Figures that stand in this one, in rows of so many; then it has no axes of its own.
    pub(super) parts: Vec<Figure>,
    pub(super) columns: usize,
    svg: OnceLock<String>,
}

/// One side of the picture.
#[derive(Clone)]
pub(super) struct Axis {
    pub label: String,
    pub range: (f64, f64),
    pub log: bool,
    pub ticks: Ticks,
}

#[derive(Clone)]
pub(super) enum Ticks {
    Numbers,
    /// Only whole numbers: epochs, steps.
    Whole,
    /// One name at the middle of each unit; on a vertical axis from the top.
    Names(Vec<String>),
    None,
}

impl Axis {
    pub fn numbers(range: (f64, f64)) -> Axis {
        Axis { label: String::new(), range, log: false, ticks: Ticks::Numbers }
    }

    pub fn names(names: Vec<String>) -> Axis {
        Axis { label: String::new(), range: (0.0, names.len() as f64), log: false, ticks: Ticks::Names(names) }
    }

    pub fn none(range: (f64, f64)) -> Axis {
        Axis { label: String::new(), range, log: false, ticks: Ticks::None }
    }
}

/// How a line is drawn. `dash` picks one of a few patterns, 0 is solid.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub colour: Rgb,
    pub width: f64,
    pub dash: usize,
    pub opacity: f64,
}

#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub colour: Rgb,
    pub shape: usize,
    pub size: f64,
}

/// What stands beside a name in the legend.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Line(Stroke),
    Mark(Mark),
}

/// Positions are in the units of the axes, rectangles `[left, bottom, right, top]`.
#[derive(Clone)]
pub(super) enum Layer {
    /// A point that is not finite makes a gap.
    Line(Vec<(f64, f64)>, Stroke),
    Marks(Vec<(f64, f64)>, Mark),
    Box([f64; 4], Rgb),
    Frame([f64; 4], Rgb, f64),
    Text {
        at: (f64, f64),
        text: String,
        colour: Rgb,
        size: f64,
    },
    /// A small picture over the lines that were drawn before; an [`Image`](Layer::Image) is below everything.
    Picture {
        area: [f64; 4],
        png: Vec<u8>,
    },
    /// A text to the right of a point.
    Label((f64, f64), String),
    Image {
        area: [f64; 4],
        png: Vec<u8>,
        smooth: bool,
    },
}

impl Figure {
    pub(super) fn new(kind: &'static str, x: Axis, y: Axis) -> Figure {
        Figure(Outlined::new(Drawing {
            kind,
            title: String::new(),
            summary: Vec::new(),
            x,
            y,
            layers: Vec::new(),
            legend: Vec::new(),
            size: (600.0, 340.0),
            parts: Vec::new(),
            columns: 1,
            svg: OnceLock::new(),
        }))
    }

    pub(super) fn of_kind(mut self, kind: &'static str) -> Figure {
        self.kind = kind;
        self.changed()
    }

    /// Writes a title above the picture.
    pub fn title(mut self, title: &str) -> Figure {
        title.clone_into(&mut self.title);
        self.changed()
    }

    /// Says what the horizontal axis measures.
    pub fn x_label(mut self, label: &str) -> Figure {
        label.clone_into(&mut self.x.label);
        self.changed()
    }

    /// Says what the vertical axis measures.
    pub fn y_label(mut self, label: &str) -> Figure {
        label.clone_into(&mut self.y.label);
        self.changed()
    }

    /// Makes the vertical axis logarithmic: equal steps are equal factors. What is not positive has no place there and
    /// makes a gap. Without any positive value the axis stays as it is.
    pub fn log_y(mut self) -> Figure {
        if let Some(range) = self.logarithmic_range(|point| point.1) {
            (self.y.range, self.y.log) = (range, true);
        }
        self.changed()
    }

    /// Makes the horizontal axis logarithmic, as [`log_y`](Figure::log_y) the vertical one. On both, a power law is a
    /// straight line.
    pub fn log_x(mut self) -> Figure {
        if let Some(range) = self.logarithmic_range(|point| point.0) {
            (self.x.range, self.x.log) = (range, true);
        }
        self.changed()
    }

    fn logarithmic_range(&self, coordinate: fn(&(f64, f64)) -> f64) -> Option<(f64, f64)> {
        let points = self.layers.iter().flat_map(|layer| match layer {
            Layer::Line(points, _) | Layer::Marks(points, _) => points.as_slice(),
            _ => &[],
        });
        let (low, high) = super::values::extent(points.map(coordinate).filter(|value| *value > 0.0))?;
        // Half a power of ten at least, so that the axis has numbers on it.
        let margin = (high / low).powf(0.05).max(1.8);
        Some((low / margin, high * margin))
    }

    /// Sets the size in pixels. Pages narrower than that shrink the picture.
    pub fn size(mut self, width: u32, height: u32) -> Figure {
        self.size = (width.clamp(160, 2000) as f64, height.clamp(120, 2000) as f64);
        self.changed()
    }

    /// The picture as a document in SVG. The same figure gives the same bytes.
    pub fn svg(&self) -> &str {
        self.svg.get_or_init(|| Canvas::draw(self))
    }

    /// Writes the picture into a file, as SVG.
    ///
    /// Errors where the file cannot be written, and where its name asks for another format.
    ///
    /// ```
    /// # use chainrule::plot;
    /// let figure = plot::curve(&[0.0, 1.0], &[2.3, 0.9]);
    /// let path = std::env::temp_dir().join("loss.svg");
    /// figure.save(path.to_str().unwrap())?;
    /// assert!(figure.save("loss.png").unwrap_err().to_string().contains("loss.svg"));
    /// # std::fs::remove_file(path)?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn save(&self, path: &str) -> std::io::Result<()> {
        let file = std::path::Path::new(path);
        if file.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("svg")) {
            let name = file.with_extension("svg");
            let message = format!(
                "{path}: a figure is saved as SVG, which stays sharp at any size: give it the name {}. Browsers, LibreOffice \
                 and `inkscape` make a PNG of it",
                name.display()
            );
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, message));
        }
        std::fs::write(file, self.svg()).map_err(|error| std::io::Error::new(error.kind(), format!("{path}: {error}")))
    }

    /// The picture in words.
    pub fn text(&self) -> String {
        let name = if self.title.is_empty() { String::new() } else { format!(" \"{}\"", self.title) };
        match self.summary.as_slice() {
            [one] => format!("{}{name}: {one}", self.kind),
            lines => format!("{}{name}\n  {}", self.kind, lines.join("\n  ")),
        }
    }

    fn changed(mut self) -> Figure {
        self.svg = OnceLock::new();
        self
    }
}

impl Deref for Figure {
    type Target = Drawing;

    fn deref(&self) -> &Drawing {
        &self.0
    }
}

impl DerefMut for Figure {
    fn deref_mut(&mut self) -> &mut Drawing {
        &mut self.0
    }
}

impl Show for Figure {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.text()).svg(self.svg())
    }
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// Draws one figure.
struct Canvas<'a> {
    figure: &'a Figure,
    area: Area<'a>,
    /// Pictures go below everything that plotters draws, or over it.
    images: String,
    over: String,
}

impl Canvas<'_> {
    fn draw(figure: &Figure) -> String {
        let (width, height) = outer_size(figure);
        let (text, (w, h)) = (escape_html(&figure.text()), (units(width), units(height)));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{width}\" height=\"{height}\" \
             style=\"max-width:100%;height:auto\" font-family=\"sans-serif\" stroke-linejoin=\"round\" \
             role=\"img\" aria-label=\"{text}\">\n\
             <rect width=\"{w}\" height=\"{h}\" rx=\"60\" fill=\"#fff\"/>\n{}</svg>\n",
            Canvas::content(figure)
        )
    }

    /// What is drawn, without the element around it.
    fn content(figure: &Figure) -> String {
        let (width, height) = outer_size(figure);
        let mut body = String::new();
        let (images, over) = {
            let area = SVGBackend::with_string(&mut body, (units(width) as u32, units(height) as u32));
            let mut canvas =
                Canvas { figure, area: area.into_drawing_area(), images: String::new(), over: String::new() };
            canvas.whole().expect("writing into a string succeeds");
            (canvas.images, canvas.over)
        };
        let mut content = images + &tidy(&body) + &over;
        for (part, (x, y)) in figure.parts.iter().zip(places(figure).0) {
            let (x, y, (wide, high)) = (units(x), units(y + header_height(figure)), outer_size(part));
            let (w, h, inner) = (units(wide), units(high), Canvas::content(part));
            content += &format!("<svg x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\">\n{inner}</svg>\n");
        }
        content
    }

    fn whole(&mut self) -> Drawn {
        let figure = self.figure;
        if !figure.title.is_empty() {
            self.text((14.0, 17.0), &figure.title, INK, 15.0, HPos::Left, true)?;
        }
        if !figure.parts.is_empty() {
            return Ok(());
        }
        let (x, y) = (figure.x.range.0..figure.x.range.1, figure.y.range.0..figure.y.range.1);
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
        let Drawing { x: x_axis, y: y_axis, title, legend, .. } = &**self.figure;
        // Small pictures have room for few numbers.
        let room = ((self.figure.size.1 / 37.0) as usize).clamp(2, 7);
        let (across, down) = (numbers_below(x_axis, self.figure.size.0 - 80.0, CHARACTER), marked(y_axis, room));
        let left = vertical_labels_width(y_axis, &down) + if y_axis.label.is_empty() { 0.0 } else { 20.0 };
        let below = if matches!(x_axis.ticks, Ticks::None) { 0.0 } else { 22.0 }
            + if x_axis.label.is_empty() { 0.0 } else { 20.0 };
        if !legend.is_empty() {
            self.legend(if title.is_empty() { 18.0 } else { 38.0 })?;
        }
        let top = header_height(self.figure) + 10.0;

        let mut chart = ChartBuilder::on(&self.area);
        let right = 16.0 + outer_width(self.figure) - self.figure.size.0;
        chart.margin_top(units(top)).margin_right(units(right));
        chart.margin_left(units(8.0)).margin_bottom(units(8.0));
        chart.set_label_area_size(LabelAreaPosition::Left, units(left));
        chart.set_label_area_size(LabelAreaPosition::Bottom, units(below));
        let chart = chart.build_cartesian_2d(x, y)?;
        let has_picture = self.figure.layers.iter().any(|layer| matches!(layer, Layer::Image { .. }));

        let area = chart.plotting_area().get_pixel_range();
        let place = |(x, y): (f64, f64)| chart.backend_coord(&(x, y));
        if !matches!(y_axis.ticks, Ticks::None) {
            self.numbers((&across, &down), &place, (&area.0, &area.1), !has_picture)?;
        }
        for layer in &self.figure.layers {
            self.layer(layer, &place, (area.0.clone(), area.1.clone()))?;
        }
        // Labels are written here: those of plotters depend on its estimate of the text width.
        let (across, down) = (middle(&area.0), middle(&area.1));
        let (bottom, start) = (area.1.end as f64 / SCALE, area.0.start as f64 / SCALE);
        if let Ticks::Names(names) = &x_axis.ticks {
            let shown = names.iter().filter(|name| !name.is_empty()).count().max(1);
            let room = (area.0.len() as f64 / SCALE / shown as f64 / CHARACTER) as usize;
            for (i, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
                let x = start + (i as f64 + 0.5) * area.0.len() as f64 / SCALE / names.len() as f64;
                self.text((x, bottom + 13.0), &shorten(name, room.max(1)), INK, TEXT, HPos::Center, false)?;
            }
        }
        if let Ticks::Names(names) = &y_axis.ticks {
            for (i, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
                let y = (area.1.start as f64 + (i as f64 + 0.5) * area.1.len() as f64 / names.len() as f64) / SCALE;
                self.text((start - 7.0, y), &shorten(name, LONGEST_NAME), INK, TEXT, HPos::Right, false)?;
            }
        }
        if !x_axis.label.is_empty() {
            self.text((across, bottom + below - 6.0), &x_axis.label, INK, TEXT, HPos::Center, false)?;
        }
        if !y_axis.label.is_empty() {
            let style = text_style(INK, TEXT, HPos::Center, false).transform(FontTransform::Rotate270);
            self.area.draw_text(&y_axis.label, &style, (units(16.0), units(down)))?;
        }
        Ok(())
    }

    /// The axes, numbers at them with their marks, and lines from these across the plot. plotters would write those of a
    /// logarithmic axis twice, cut the last one off, and give each number a form of its own.
    fn numbers(
        &self,
        (across, down): (&Marked, &Marked),
        place: &dyn Fn((f64, f64)) -> (i32, i32),
        (xs, ys): (&Range<i32>, &Range<i32>),
        has_lines: bool,
    ) -> Drawn {
        let corner = (self.figure.x.range.0, self.figure.y.range.0);
        let line = |from: (i32, i32), to: (i32, i32), ink: Rgb| {
            self.line(vec![from, to], &Stroke { colour: ink, width: 1.0, dash: 0, opacity: 1.0 })
        };
        let (long, short, width) = (units(4.0), units(2.0), outer_width(self.figure));
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
            let half = columns(text) as f64 * CHARACTER / 2.0;
            let middle = (f64::from(x) / SCALE).clamp(half, (width - half - 2.0).max(half));
            self.text((middle, f64::from(ys.end) / SCALE + 13.0), text, INK, TEXT, HPos::Center, false)?;
        }
        for (value, text) in &down.labels {
            let y = at_y(*value);
            if has_lines {
                line((xs.start, y), (xs.end, y), GRID)?;
            }
            line((xs.start - long, y), (xs.start, y), PALE_INK)?;
            let (x, y) = (f64::from(xs.start) / SCALE - 7.0, f64::from(y) / SCALE);
            self.text((x, y), text, INK, TEXT, HPos::Right, false)?;
        }
        for value in &across.between {
            line((at_x(*value), ys.end), (at_x(*value), ys.end + short), PALE_INK)?;
        }
        for value in &down.between {
            line((xs.start - short, at_y(*value)), (xs.start, at_y(*value)), PALE_INK)?;
        }
        Ok(())
    }

    fn layer(
        &mut self,
        layer: &Layer,
        place: &dyn Fn((f64, f64)) -> (i32, i32),
        (across, down): (std::ops::Range<i32>, std::ops::Range<i32>),
    ) -> Drawn {
        let corners = |[left, bottom, right, top]: [f64; 4]| [place((left, top)), place((right, bottom))];
        let has_place = |value: f64, axis: &Axis| value.is_finite() && (!axis.log || value > 0.0);
        let is_drawable = |(x, y): &(f64, f64)| has_place(*x, &self.figure.x) && has_place(*y, &self.figure.y);
        // What lies outside is drawn on the edge, and not over the labels.
        let inside = |point: (f64, f64)| {
            let (x, y) = place(point);
            (x.clamp(across.start, across.end), y.clamp(down.start, down.end))
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
                self.area.draw(&Rectangle::new(corners(*area), fill(*fill_colour)))?;
            }
            Layer::Frame(area, frame_colour, width) => {
                let [(left, top), (right, bottom)] = corners(*area);
                let path = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
                self.line(path, &Stroke { colour: *frame_colour, width: *width, dash: 0, opacity: 1.0 })?;
            }
            Layer::Text { at, text, colour, size } => {
                let (x, y) = place(*at);
                self.text((x as f64 / SCALE, y as f64 / SCALE), text, *colour, *size, HPos::Center, false)?;
            }
            Layer::Label(at, text) if is_drawable(at) => {
                let (x, y) = inside(*at);
                // At the right edge there is no room to the right.
                let fits = (x + units(9.0 + text.chars().count() as f64 * CHARACTER)) < across.end + units(16.0);
                let (side, dx) = if fits { (HPos::Left, 7.0) } else { (HPos::Right, -7.0) };
                self.text((x as f64 / SCALE + dx, y as f64 / SCALE), text, INK, TEXT, side, false)?;
            }
            Layer::Label(..) => {}
            Layer::Image { area, png, smooth } => self.images += &image(corners(*area), png, *smooth),
            Layer::Picture { area, png } => self.over += &image(corners(*area), png, true),
        }
        Ok(())
    }

    fn line(&self, path: Vec<(i32, i32)>, stroke: &Stroke) -> Drawn {
        // plotters knows no dashes: the last digit of the width carries the pattern to `tidy`.
        let width = (stroke.width * SCALE / 10.0).round().max(1.0) as u32 * 10 + (stroke.dash % DASHES.len()) as u32;
        let width = if stroke.width < 1.0 { (stroke.width * SCALE) as u32 } else { width };
        let style = colour(stroke.colour, stroke.opacity).stroke_width(width);
        self.area.draw(&PathElement::new(path, style))
    }

    /// Shapes as well as colours, so that classes can be told apart without colours.
    fn mark(&self, (x, y): (i32, i32), mark: &Mark) -> Drawn {
        let r = mark.size * SCALE;
        let polygon = |corners: &[(f64, f64)]| -> Vec<(i32, i32)> {
            corners.iter().map(|(dx, dy)| (x + (dx * r).round() as i32, y + (dy * r).round() as i32)).collect()
        };
        let corners = match mark.shape % 6 {
            0 => return self.area.draw(&Circle::new((x, y), r as u32, fill(mark.colour))),
            1 => polygon(&[(0.0, -1.25), (1.1, 0.8), (-1.1, 0.8)]),
            2 => polygon(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]),
            3 => polygon(&[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)]),
            4 => polygon(&[(0.0, 1.25), (1.1, -0.8), (-1.1, -0.8)]),
            _ => polygon(&[
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
            ]),
        };
        self.area.draw(&Polygon::new(corners, fill(mark.colour)))
    }

    fn text(&self, (x, y): (f64, f64), text: &str, ink: Rgb, size: f64, side: HPos, bold: bool) -> Drawn {
        self.area.draw_text(text, &text_style(ink, size, side, bold), (units(x), units(y)))
    }

    /// Names in a row below the title, where they hide nothing; returns the height of the rows.
    fn legend(&self, top: f64) -> Drawn {
        for ((name, key), (x, row)) in self.figure.legend.iter().zip(legend_places(self.figure)) {
            let (name, y) = (shorten(name, LONGEST_LEGEND), top + row as f64 * LEGEND_ROW);
            match key {
                Key::Line(stroke) => {
                    let path = vec![(units(x), units(y)), (units(x + 24.0), units(y))];
                    self.line(path, &Stroke { opacity: 1.0, ..*stroke })?;
                }
                Key::Mark(mark) => self.mark((units(x + 16.0), units(y)), mark)?,
            }
            self.text((x + 30.0, y), &name, INK, TEXT, HPos::Left, false)?;
        }
        Ok(())
    }
}

const LEGEND_ROW: f64 = 18.0;
const LONGEST_LEGEND: usize = 40;

fn image([(left, top), (right, bottom)]: [(i32, i32); 2], png: &[u8], smooth: bool) -> String {
    let (width, height, source) = (right - left, bottom - top, raster::data_uri("image/png", png));
    let rendering = if smooth { "" } else { " style=\"image-rendering:pixelated\"" };
    format!(
        "<image x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\"{rendering} \
         href=\"{source}\"/>\n"
    )
}

/// Where each name of the legend begins, and in which row.
fn legend_places(figure: &Figure) -> Vec<(f64, usize)> {
    let (mut x, mut row) = (16.0, 0);
    let mut places = Vec::new();
    for (name, _) in &figure.legend {
        let width = 44.0 + name.chars().count().min(LONGEST_LEGEND) as f64 * CHARACTER;
        if x + width > figure.size.0 && x > 16.0 {
            (x, row) = (16.0, row + 1);
        }
        places.push((x, row));
        x += width;
    }
    places
}

/// Width and height with everything.
pub(super) fn outer_size(figure: &Figure) -> (f64, f64) {
    (outer_width(figure), figure.size.1 + header_height(figure))
}

/// The width with a title that may be longer than the picture below it.
fn outer_width(figure: &Figure) -> f64 {
    (28.0 + figure.title.chars().count() as f64 * 8.5).min(640.0).max(figure.size.0)
}

/// What title and legend add to the height.
fn header_height(figure: &Figure) -> f64 {
    let rows = legend_places(figure).last().map_or(0, |(_, row)| row + 1);
    // The titles of parts are as large: a gap tells them apart.
    let title = match (figure.title.is_empty(), figure.parts.is_empty()) {
        (true, _) => 0.0,
        (false, true) => 22.0,
        (false, false) => 32.0,
    };
    title + if rows == 0 { 0.0 } else { rows as f64 * LEGEND_ROW + 8.0 }
}

const LONGEST_NAME: usize = 22;

fn vertical_labels_width(axis: &Axis, numbers: &Marked) -> f64 {
    let characters = match &axis.ticks {
        Ticks::None => return 0.0,
        Ticks::Names(names) => names.iter().map(|name| columns(name)).max().unwrap_or(0).clamp(1, LONGEST_NAME),
        _ => numbers.longest().max(5),
    };
    characters as f64 * CHARACTER + 12.0
}

fn middle(range: &std::ops::Range<i32>) -> f64 {
    (range.start + range.end) as f64 / 2.0 / SCALE
}

fn units(pixels: f64) -> i32 {
    (pixels * SCALE).round() as i32
}

fn colour([r, g, b]: Rgb, opacity: f64) -> RGBAColor {
    RGBColor(r, g, b).mix(opacity)
}

fn fill(ink: Rgb) -> ShapeStyle {
    colour(ink, 1.0).filled()
}

fn text_style(ink: Rgb, size: f64, side: HPos, bold: bool) -> TextStyle<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    // plotters divides by 1.24 again.
    let font = ("sans-serif", size * SCALE * 1.24, style).into_font().color(&colour(ink, 1.0));
    font.pos(Pos::new(side, VPos::Center))
}

const DASHES: [&str; 4] = ["", "70 40", "20 35", "90 35 20 35"];

/// Makes what plotters wrote half as long, and gives lines their dashes.
fn tidy(body: &str) -> String {
    // The first line opens plotters' own <svg>, the last closes it.
    let inner = body.split_once('\n').map_or("", |(_, rest)| rest);
    let mut rest = inner.trim_end().strip_suffix("</svg>").unwrap_or(inner);
    let mut tidied = String::with_capacity(rest.len());
    // The colour of the marks that are being collected in one path.
    let mut marks = None;
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |length| start + length + 1);
        let (before, tag, content) = (rest[..start].trim(), &rest[start..end], rest[end..].trim_start());
        rest = &rest[end..];
        if tag.starts_with("<text") && content.starts_with("</text>") {
            rest = &content["</text>".len()..];
            continue;
        }
        let mark = polygon(tag);
        if marks != mark.map(|(colour, _)| colour) {
            tidied.push_str(if marks.is_some() { "\"/>\n" } else { "" });
            marks = mark.map(|(colour, _)| colour);
            tidied += &marks.map_or(String::new(), |colour| format!("<path fill=\"{colour}\" d=\""));
        }
        if let Some((_, corners)) = mark {
            tidied += &format!("M{}z", corners.trim_end());
            continue;
        }
        tidied.push_str(before);
        tidy_tag(tag, &mut tidied);
        if tag.starts_with("</") || tag.ends_with("/>") {
            tidied.push('\n');
        }
    }
    tidied + if marks.is_some() { "\"/>\n" } else { "" }
}

/// Colour and corners, if that is what the tag is.
fn polygon(tag: &str) -> Option<(&str, &str)> {
    let value = |name: &str| tag.split_once(name)?.1.split('"').next();
    if tag.starts_with("<polygon opacity=\"1\"") { Some((value("fill=\"")?, value("points=\"")?)) } else { None }
}

fn tidy_tag(tag: &str, tidied: &mut String) {
    let tag = tag.replacen(" opacity=\"1\"", "", 1);
    let mut parts = tag.split('"');
    let has_stroke = !tag.contains("stroke=\"none\"");
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        match (name.trim_start(), value) {
            ("opacity=", "1") | ("font-family=", _) | ("stroke=", "none") => {}
            ("stroke-width=", _) if !has_stroke => {}
            ("stroke-width=", width) => {
                let width: usize = width.parse().unwrap_or(10);
                let dash = DASHES[if width < 10 { 0 } else { width % 10 % DASHES.len() }];
                let plain = if width < 10 { width } else { width - width % 10 };
                *tidied += &format!("{name}\"{plain}\"");
                if !dash.is_empty() {
                    *tidied += &format!(" stroke-dasharray=\"{dash}\"");
                }
            }
            ("font-size=" | "opacity=", value) => {
                let decimals = if name.ends_with("size=") { 0 } else { 2 };
                *tidied += &format!("{name}\"{:.decimals$}\"", value.parse::<f64>().unwrap_or(100.0));
            }
            (_, value) => *tidied += &format!("{name}\"{}\"", value.trim_end()),
        }
    }
    // What follows the last value: ">" or "/>". A tag without any value is whole.
    tidied.push_str(if tag.contains('"') { tag.rsplit('"').next().unwrap_or_default() } else { &tag });
}

/// Colour of the class with this number and the mark that goes with it.
pub(super) fn class_mark(class: usize, size: f64) -> Mark {
    Mark { colour: palette::colour(class), shape: class, size }
}

/// How the curve with this number is drawn.
pub(super) fn curve_stroke(index: usize) -> Stroke {
    Stroke { colour: palette::colour(index), width: 2.0, dash: index % DASHES.len(), opacity: 1.0 }
}
