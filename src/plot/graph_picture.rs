//! The picture of a computation graph: boxes and ellipses where the layout places them, as SVG and
//! as pixels.

use super::contours::Point;
use super::fonts::Fonts;
use super::graph_shapes::{EDGE, Shape};
use super::palette::{Rgb, WHITE, hex};
use super::pixels::Page;
use super::text::{self, TEXT};
use crate::display::say;
use crate::tensor::Tensor;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::{Point as At, Position};
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;
use std::collections::HashMap;
use std::io;

const LINE: f64 = 16.0;
const MARGIN: f64 = 12.0;
/// Columns of a label.
const LONGEST_LABEL: usize = 32;
/// A page that is narrow shrinks the drawing, but not below this share: then it scrolls, because
/// text of less than nine pixels cannot be read.
const SMALLEST: f64 = 0.75;
const PAPER: Rgb = [0xfb, 0xfb, 0xfd];

/// What stands in the box of a value.
pub(super) struct Description {
    pub label: String,
    /// Empty for a single number.
    pub shape: String,
    pub value: String,
    pub grad: Option<String>,
}

impl Description {
    pub fn lines(&self) -> Vec<String> {
        let title = format!("{} {}", self.label, self.shape).trim().to_owned();
        let title = (!title.is_empty()).then(|| text::shorten(&title, LONGEST_LABEL));
        let grad = self.grad.as_ref().map(|grad| format!("grad {grad}"));
        title
            .into_iter()
            .chain([format!("value {}", self.value)])
            .chain(grad)
            .collect()
    }
}

pub(super) fn symbol(op: &str) -> &str {
    match op {
        "add" => "+",
        "sub" | "neg" => "−",
        "mul" => "×",
        "div" => "÷",
        other => other,
    }
}

/// From left to right as formulas are read, or, where that is wider than a page, from top to
/// bottom.
pub(super) fn placed(nodes: &[&Tensor], boxes: &[Description]) -> GraphPicture {
    const WIDEST: f64 = 900.0;
    let across = laid_out(nodes, boxes, Orientation::LeftToRight);
    if across.size().0 <= WIDEST {
        return across;
    }
    let down = laid_out(nodes, boxes, Orientation::TopToBottom);
    if down.size().0 < across.size().0 {
        down
    } else {
        across
    }
}

fn laid_out(nodes: &[&Tensor], boxes: &[Description], orientation: Orientation) -> GraphPicture {
    // Room for arrows between the ranks, and less between neighbours.
    let room = if orientation.is_left_right() {
        At::new(18.0, 14.0)
    } else {
        At::new(14.0, 22.0)
    };
    let element = |shape: ShapeKind, size: At, look: StyleAttr| {
        let pos = Position::new(At::zero(), size, At::zero(), room);
        Element {
            shape,
            pos,
            look,
            orientation,
            properties: None,
        }
    };
    let arrow = || Arrow {
        look: look(None, 0),
        ..Arrow::default()
    };
    let mut graph = VisualGraph::new(orientation);
    let mut handles = HashMap::new();
    for (node, description) in nodes.iter().zip(boxes) {
        let lines = description.lines();
        let widest = lines
            .iter()
            .map(|line| text::width(line))
            .fold(0.0, f64::max);
        let size = At::new(widest + 14.0, lines.len() as f64 * LINE + 10.0);
        // Parameters, which gradients are for, stand out; constants are white.
        let fill = match (node.is_leaf(), node.is_tracked()) {
            (true, true) => [0xff, 0xe8, 0xc2],
            (true, false) => WHITE,
            _ => [0xe6, 0xf0, 0xfa],
        };
        let value = graph.add_node(element(
            ShapeKind::Box(lines.join("\n")),
            size,
            look(Some(fill), 4),
        ));
        handles.insert(node.0.id, value);
        if !node.is_leaf() {
            let symbol = symbol(node.0.op);
            let size = At::new(text::width(symbol) + 20.0, 30.0);
            let shape = ShapeKind::Circle(symbol.to_owned());
            let op = graph.add_node(element(shape, size, look(Some([0xf3, 0xe3, 0xf0]), 0)));
            graph.add_edge(arrow(), op, value);
            for edge in &node.0.edges {
                graph.add_edge(arrow(), handles[&edge.input.0.id], op);
            }
        }
    }
    let mut picture = GraphPicture::default();
    graph.do_it(false, false, false, &mut picture);
    picture
}

fn look(fill: Option<Rgb>, rounded: usize) -> StyleAttr {
    let colour = |[red, green, blue]: Rgb| Color::new(u32::from_be_bytes([red, green, blue, 0xff]));
    StyleAttr::new(colour(EDGE), 1, fill.map(colour), rounded, TEXT as usize)
}

/// What the layout places. The crate's own writer uses style sheets, which front ends may strip.
#[derive(Clone, Debug, Default)]
pub(super) struct GraphPicture {
    shapes: Vec<Shape>,
    /// Below the shapes: where an arrow has to pass one, its text stays legible.
    arrows: Vec<Shape>,
    corners: Option<(Point, Point)>,
}

fn fill(look: &StyleAttr) -> Option<Rgb> {
    // "#rrggbbaa"
    let digits = u32::from_str_radix(look.fill_color?.to_web_color().get(1..)?, 16).ok()?;
    let [red, green, blue, _] = digits.to_be_bytes();
    Some([red, green, blue])
}

impl RenderBackend for GraphPicture {
    fn draw_rect(
        &mut self,
        xy: At,
        size: At,
        look: &StyleAttr,
        _: Option<String>,
        _: Option<ClipHandle>,
    ) {
        self.cover(xy.x, xy.y);
        self.cover(xy.x + size.x, xy.y + size.y);
        let (corner, size, rounded) = ((xy.x, xy.y), (size.x, size.y), look.rounded as f64);
        self.shapes.push(Shape::Box {
            corner,
            size,
            rounded,
            fill: fill(look),
        });
    }

    fn draw_line(&mut self, start: At, stop: At, _: &StyleAttr, _: Option<String>) {
        self.shapes
            .push(Shape::Line((start.x, start.y), (stop.x, stop.y)));
    }

    fn draw_circle(&mut self, xy: At, size: At, look: &StyleAttr, _: Option<String>) {
        let (a, b) = (size.x / 2.0, size.y / 2.0);
        self.cover(xy.x - a, xy.y - b);
        self.cover(xy.x + a, xy.y + b);
        self.shapes.push(Shape::Ellipse {
            middle: (xy.x, xy.y),
            radii: (a, b),
            fill: fill(look),
        });
    }

    fn draw_text(&mut self, xy: At, text: &str, _: &StyleAttr) {
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let from_middle = index as f64 - (lines.len() as f64 - 1.0) / 2.0;
            // A label, which is the first line where there is one, is bold.
            let bold = lines.len() > 1 && index == 0 && !line.starts_with("value ");
            let at = (xy.x, xy.y + from_middle * LINE + TEXT * 0.35);
            self.shapes.push(Shape::Text {
                at,
                text: (*line).to_owned(),
                bold,
            });
        }
    }

    fn draw_arrow(
        &mut self,
        path: &[(At, At)],
        _: bool,
        _: (bool, bool),
        _: &StyleAttr,
        _: Option<String>,
        _: &str,
    ) {
        let point = |at: At| (at.x, at.y);
        let [first, second, rest @ ..] = path else {
            return;
        };
        let mut curves = vec![[
            point(first.0),
            point(first.1),
            point(second.0),
            point(second.1),
        ]];
        for (control, end) in rest {
            // A curve goes on as the one before it came.
            let [_, _, before, from] = curves[curves.len() - 1];
            let mirrored = (2.0 * from.0 - before.0, 2.0 * from.1 - before.1);
            curves.push([from, mirrored, point(*control), point(*end)]);
        }
        let [_, _, control, tip] = curves[curves.len() - 1];
        self.arrows.push(Shape::Curves(curves));
        // The head by hand: markers need ids, which clash when a page has several drawings.
        let (dx, dy) = (tip.0 - control.0, tip.1 - control.1);
        let length = dx.hypot(dy).max(1e-6);
        let (ux, uy) = (dx / length, dy / length);
        let corner = |side: f64| {
            (
                tip.0 - 8.0 * ux - 3.5 * side * uy,
                tip.1 - 8.0 * uy + 3.5 * side * ux,
            )
        };
        self.arrows
            .push(Shape::Head([tip, corner(1.0), corner(-1.0)]));
    }

    fn create_clip(&mut self, _: At, _: At, _: usize) -> ClipHandle {
        0
    }
}

impl GraphPicture {
    fn cover(&mut self, x: f64, y: f64) {
        let (low, high) = self.corners.get_or_insert(((x, y), (x, y)));
        *low = (low.0.min(x), low.1.min(y));
        *high = (high.0.max(x), high.1.max(y));
    }

    /// Width and height.
    fn size(&self) -> (f64, f64) {
        let (low, high) = self.corners.unwrap_or_default();
        (high.0 - low.0 + 2.0 * MARGIN, high.1 - low.1 + 2.0 * MARGIN)
    }

    fn corner(&self) -> Point {
        let (low, _) = self.corners.unwrap_or_default();
        (low.0 - MARGIN, low.1 - MARGIN)
    }

    fn all(&self) -> impl Iterator<Item = &Shape> {
        self.arrows.iter().chain(&self.shapes)
    }

    pub fn svg(&self) -> String {
        let ((x, y), (width, height)) = (self.corner(), self.size());
        let title = say("computation graph", "计算图");
        let (least, shapes, paper) = (
            SMALLEST * width,
            self.all().map(Shape::svg).collect::<String>(),
            hex(PAPER),
        );
        // A background of its own keeps the drawing legible on a dark page.
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"{x:.1} {y:.1} {width:.1} {height:.1}\" \
             style=\"max-width:100%;min-width:{least:.0}px;height:auto\" font-family=\"Helvetica, \
             Arial, sans-serif\" font-size=\"{TEXT}\" role=\"img\"><title>{title}</title>\
             <rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
             rx=\"6\" fill=\"{paper}\"/>{shapes}</svg>"
        )
    }

    pub fn png(&self) -> io::Result<Vec<u8>> {
        let (corner, mut fonts) = (self.corner(), Fonts::default());
        let mut page = Page::new(self.size());
        for shape in self.all() {
            for outline in shape.outlines(&mut fonts)? {
                page.fill(&outline, (-corner.0, -corner.1));
            }
        }
        Ok(page.png())
    }
}
