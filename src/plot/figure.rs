//! A figure: layers over a pair of axes.

use super::kinds;
use super::palette::{self, Rgb};
use super::values::extent;
use crate::base::Outlined;
use crate::display::say;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

/// A picture with a title and axes. It is shown when it is the last expression of a cell, or with
/// [`show`](crate::display::show).
///
/// ```
/// # use chainrule::plot;
/// let figure = plot::curve(&[0.0, 1.0, 2.0], &[2.3, 0.9, 0.4]);
/// let figure = figure.title("loss").x_label("epoch").y_label("loss");
/// assert!(figure.svg().starts_with("<svg"));
/// assert_eq!(format!("{figure:?}"), "curve \"loss\": 3 points, from 2.3 to 0.4");
/// ```
pub struct Figure(Outlined<Drawing>);

impl Clone for Figure {
    // Inlined, it would bring the copies of all parts into the cell.
    #[inline(never)]
    fn clone(&self) -> Figure {
        Figure(self.0.clone())
    }
}

/// What there is to draw. Public only because `Figure` dereferences to it; outside of `plot` nobody
/// can name it.
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
    pub(super) svg: OnceLock<String>,
}

/// One side of the picture.
#[derive(Clone)]
pub(super) struct Axis {
    pub label: String,
    pub range: (f64, f64),
    pub log: bool,
    /// Names on a vertical axis are counted from below.
    pub upwards: bool,
    pub ticks: Ticks,
}

#[derive(Clone)]
pub(super) enum Ticks {
    Numbers,
    /// Only whole numbers: epochs, steps.
    Whole,
    /// One name at the middle of each unit; on a vertical axis from the top, if it is not
    /// `upwards`.
    Names(Vec<String>),
    None,
}

impl Axis {
    pub fn numbers(range: (f64, f64)) -> Axis {
        Axis {
            label: String::new(),
            range,
            log: false,
            upwards: false,
            ticks: Ticks::Numbers,
        }
    }

    pub fn names(names: Vec<String>) -> Axis {
        Axis {
            label: String::new(),
            range: (0.0, names.len() as f64),
            log: false,
            upwards: false,
            ticks: Ticks::Names(names),
        }
    }

    pub fn none(range: (f64, f64)) -> Axis {
        Axis {
            label: String::new(),
            range,
            log: false,
            upwards: false,
            ticks: Ticks::None,
        }
    }
}

/// Patterns of dashes and gaps, in the units of the canvas; the first is solid.
pub(super) const DASHES: [&[u32]; 4] = [&[], &[70, 40], &[20, 35], &[90, 35, 20, 35]];

/// How a line is drawn. `dash` picks one of a few patterns, 0 is solid.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    pub colour: Rgb,
    pub width: f64,
    pub dash: usize,
    pub opacity: f64,
}

impl Stroke {
    pub fn solid(colour: Rgb, width: f64) -> Stroke {
        Stroke {
            colour,
            width,
            dash: 0,
            opacity: 1.0,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub colour: Rgb,
    pub shape: usize,
    pub size: f64,
}

impl Mark {
    /// A circle.
    pub fn dot(colour: Rgb, size: f64) -> Mark {
        Mark {
            colour,
            shape: 0,
            size,
        }
    }
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
    /// A small picture over the lines that were drawn before; an [`Image`](Layer::Image) is below
    /// everything.
    Picture {
        area: [f64; 4],
        png: Vec<u8>,
    },
    /// A text to the right of a point.
    Label((f64, f64), String),
    /// The number at the end of a bar, and whether the bar goes to the left.
    End((f64, f64), String, bool),
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

    /// Makes the vertical axis logarithmic: equal steps are equal factors. What is not positive has
    /// no place there and makes a gap. Without any positive value the axis stays as it is, and so
    /// does one of names, such as that of [`bars`](super::bars), whose lengths are counted from 0.
    pub fn log_y(mut self) -> Figure {
        if let Some(range) = self.logarithmic_range(&self.y, |point| point.1) {
            (self.y.range, self.y.log) = (range, true);
        }
        self.changed()
    }

    /// Makes the horizontal axis logarithmic, as [`log_y`](Figure::log_y) the vertical one. On
    /// both, a power law is a straight line.
    pub fn log_x(mut self) -> Figure {
        if let Some(range) = self.logarithmic_range(&self.x, |point| point.0) {
            (self.x.range, self.x.log) = (range, true);
        }
        self.changed()
    }

    fn logarithmic_range(
        &self,
        axis: &Axis,
        coordinate: fn(&(f64, f64)) -> f64,
    ) -> Option<(f64, f64)> {
        if matches!(axis.ticks, Ticks::Names(_) | Ticks::None) {
            return None;
        }
        let points = self.layers.iter().flat_map(|layer| match layer {
            Layer::Line(points, _) | Layer::Marks(points, _) => points.as_slice(),
            _ => &[],
        });
        let (low, high) = extent(points.map(coordinate).filter(|value| *value > 0.0))?;
        // Half a power of ten at least, so that the axis has numbers on it.
        let margin = (high / low).powf(0.05).max(1.8);
        Some((low / margin, high * margin))
    }

    /// Sets the size in pixels. Pages narrower than that shrink the picture.
    pub fn size(mut self, width: u32, height: u32) -> Figure {
        self.size = (
            width.clamp(160, 2000) as f64,
            height.clamp(120, 2000) as f64,
        );
        self.changed()
    }

    /// The picture in words.
    pub fn text(&self) -> String {
        let name = match self.title.is_empty() {
            true => String::new(),
            false => say(format!(" \"{}\"", self.title), format!("“{}”", self.title)),
        };
        let kind = kinds::in_words(self.kind);
        match self.summary.as_slice() {
            [one] => format!("{kind}{name}{}{one}", say(": ", "：")),
            lines => format!("{kind}{name}\n  {}", lines.join("\n  ")),
        }
    }

    pub(super) fn changed(mut self) -> Figure {
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

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Colour of the class with this number and the mark that goes with it.
pub(super) fn class_mark(class: usize, size: f64) -> Mark {
    Mark {
        colour: palette::colour(class),
        shape: class,
        size,
    }
}

/// How the curve with this number is drawn.
pub(super) fn curve_stroke(index: usize) -> Stroke {
    Stroke {
        colour: palette::colour(index),
        width: 2.0,
        dash: index % DASHES.len(),
        opacity: 1.0,
    }
}
