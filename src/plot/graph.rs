//! The computation graph as a picture, after micrograd's `draw_dot`: values as boxes, operations as ellipses.

use crate::Float;
use crate::display::{Bundle, Show, escape_html};
use crate::tensor::fail::fail;
use crate::tensor::shape::slice;
use crate::tensor::{Array, Tensor};
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::{Point, Position};
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// More tensors than this make a picture that nobody can read, and that takes long to lay out.
const MOST_NODES: usize = 120;

/// Draws how `tensor` was computed: for each value its label, the value and the gradient, and for each operation its
/// inputs. Give names with [`label`](Tensor::label).
///
/// Gradients are there after `backward`: what `.grad()` returns, and also those of the values in between if it was
/// `tensor` that `backward` was called on, once. A graph that is wider than a page goes from top to bottom.
///
/// Panics if the graph has more than 120 tensors.
///
/// ```
/// # use chainrule::prelude::*;
/// let (w, x) = (tensor(-3.0).requires_grad().label("w"), tensor(2.0).label("x"));
/// let y = (&w * &x + 1.0).tanh().label("y");
/// y.backward();
/// let drawing = draw_graph(&y);
/// assert!(drawing.svg().starts_with("<svg"));
/// assert!(drawing.dot().contains("tanh"));
/// ```
#[track_caller]
pub fn draw_graph(tensor: &Tensor) -> GraphDrawing {
    let nodes = reachable(tensor);
    if nodes.len() > MOST_NODES {
        fail(
            &format!("draw_graph: more than {MOST_NODES} tensors, too many to read"),
            &[("tensor", tensor)],
            "draw the graph of a smaller input or of fewer layers; on tensors instead of single numbers it is small",
        );
    }
    let boxes = describe(tensor, &nodes);
    GraphDrawing { svg: svg(&nodes, &boxes), dot: dot(&nodes, &boxes), text: text(&nodes, &boxes) }
}

/// A drawing of a computation graph.
#[derive(Clone, Debug)]
pub struct GraphDrawing {
    svg: String,
    dot: String,
    text: String,
}

impl GraphDrawing {
    /// The drawing as SVG.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The graph in the language of Graphviz.
    pub fn dot(&self) -> String {
        self.dot.clone()
    }
}

impl Show for GraphDrawing {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.text.clone()).svg(self.svg.clone())
    }
}

/// Everything that `tensor` was computed from, in the order of creation, itself last; no more than one too many.
fn reachable(tensor: &Tensor) -> Vec<&Tensor> {
    let mut found = BTreeMap::new();
    let mut pending = vec![tensor];
    while let Some(tensor) = pending.pop() {
        if found.len() <= MOST_NODES && found.insert(tensor.0.id, tensor).is_none() {
            pending.extend(tensor.0.edges.iter().map(|edge| &edge.input));
        }
    }
    found.into_values().collect()
}

/// What stands in the box of a value.
struct Description {
    label: String,
    /// Empty for a single number.
    shape: String,
    value: String,
    grad: Option<String>,
}

impl Description {
    fn lines(&self) -> Vec<String> {
        let title = format!("{} {}", self.label, self.shape).trim().to_owned();
        let title = (!title.is_empty()).then_some(title);
        let grad = self.grad.as_ref().map(|grad| format!("grad {grad}"));
        title.into_iter().chain([format!("value {}", self.value)]).chain(grad).collect()
    }
}

/// The gradients to show, by id: those that [`Tensor::grad`] would return. `backward` keeps the gradients of leaves only;
/// those in between are computed again, but shown only if the ones that are kept come from `root`, once. Else a picture
/// would mix derivatives of different losses, or sums of several calls with single ones.
fn gradients(root: &Tensor, nodes: &[&Tensor]) -> BTreeMap<u64, Array> {
    let kept = nodes.iter().filter(|node| node.has_grad()).map(|node| (node.0.id, node.grad().array()));
    let kept: BTreeMap<u64, Array> = kept.collect();
    if kept.is_empty() || root.len() != 1 {
        return kept;
    }
    let of_root = root.all_gradients();
    let same = |a: &Array, b: &Array| a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()));
    let agrees = |node: &&Tensor| match (kept.get(&node.0.id), of_root.get(&node.0.id)) {
        (Some(kept), Some(of_root)) => same(kept, of_root),
        (None, Some(_)) => !node.is_leaf(),
        (Some(_), None) => false,
        (None, None) => true,
    };
    if nodes.iter().all(agrees) { of_root } else { kept }
}

fn describe(root: &Tensor, nodes: &[&Tensor]) -> Vec<Description> {
    let gradients = gradients(root, nodes);
    let describe = |node: &&Tensor| Description {
        label: node.name().unwrap_or_default(),
        shape: if node.rank() == 0 { String::new() } else { format!("{:?}", node.shape()) },
        value: short(&node.array()),
        grad: gradients.get(&node.0.id).map(short),
    };
    nodes.iter().map(describe).collect()
}

/// A single number, or the first few.
fn short(array: &Array) -> String {
    // Boxes have to stay narrow: front ends shrink a drawing to the width of the page.
    let (decimals, smallest) = if array.len() == 1 { (4, 1e-3) } else { (2, 1e-2) };
    let number = |&value: &Float| {
        if value != 0.0 && (value.abs() < smallest || value.abs() >= 1e5) {
            format!("{value:.*e}", decimals / 2)
        } else {
            format!("{value:.decimals$}")
        }
    };
    let first: Vec<String> = slice(array).iter().take(2).map(number).collect();
    let more = if array.len() > 2 { ", …" } else { "" };
    format!("{}{more}", first.join(", "))
}

fn symbol(op: &str) -> &str {
    match op {
        "add" => "+",
        "sub" | "neg" => "−",
        "mul" => "×",
        "div" => "÷",
        other => other,
    }
}

// ------------------------------------------------------------------------------------------------------------ as text

fn text(nodes: &[&Tensor], boxes: &[Description]) -> String {
    let mut names = HashMap::new();
    let mut text = String::new();
    for (index, (node, description)) in nodes.iter().zip(boxes).enumerate() {
        let name = if description.label.is_empty() { format!("t{index}") } else { description.label.clone() };
        let inputs: Vec<&str> =
            node.0.edges.iter().filter_map(|edge| names.get(&edge.input.0.id)).map(String::as_str).collect();
        let origin = if inputs.is_empty() { String::new() } else { format!(" = {}({})", node.0.op, inputs.join(", ")) };
        let grad = description.grad.as_ref().map_or_else(String::new, |grad| format!(" | grad {grad}"));
        let shape = if description.shape.is_empty() { String::new() } else { format!(" | {}", description.shape) };
        let _ = writeln!(text, "{name}{origin}{shape} | value {}{grad}", description.value);
        names.insert(node.0.id, name);
    }
    text.pop();
    text
}

fn dot(nodes: &[&Tensor], boxes: &[Description]) -> String {
    let mut dot = String::from("digraph {\n  rankdir=LR;\n");
    for (node, description) in nodes.iter().zip(boxes) {
        let id = node.0.id;
        // Braces, bars and the like have a meaning in the label of a record.
        let mut label = String::new();
        for character in description.lines().join("\n").chars() {
            match character {
                '\n' => label.push_str(" | "),
                '{' | '}' | '|' | '<' | '>' | '"' | '\\' => label.extend(['\\', character]),
                other => label.push(other),
            }
        }
        let _ = writeln!(dot, "  v{id} [shape=record, label=\"{label}\"];");
        if !node.is_leaf() {
            let _ = writeln!(dot, "  op{id} [shape=ellipse, label=\"{}\"];\n  op{id} -> v{id};", symbol(node.0.op));
            for edge in &node.0.edges {
                let _ = writeln!(dot, "  v{} -> op{id};", edge.input.0.id);
            }
        }
    }
    dot.push_str("}\n");
    dot
}

// --------------------------------------------------------------------------------------------------------- as picture

const FONT: f64 = 12.0;
const LINE: f64 = 16.0;
/// Mean width of a character; boxes have a margin for those that are wider.
const CHARACTER: f64 = 6.6;
const MARGIN: f64 = 12.0;
/// A page that is narrow shrinks the drawing, but not below this share: then it scrolls, because text of less than nine
/// pixels cannot be read.
const SMALLEST: f64 = 0.75;
const INK: &str = "#1b1f24";

/// From left to right as formulas are read, or, where that is wider than a page, from top to bottom.
fn svg(nodes: &[&Tensor], boxes: &[Description]) -> String {
    const WIDEST: f64 = 900.0;
    let across = placed(nodes, boxes, Orientation::LeftToRight);
    if across.width() <= WIDEST {
        return across.finish();
    }
    let down = placed(nodes, boxes, Orientation::TopToBottom);
    if down.width() < across.width() { down.finish() } else { across.finish() }
}

fn placed(nodes: &[&Tensor], boxes: &[Description], orientation: Orientation) -> Canvas {
    // Room for arrows between the ranks, and less between neighbours.
    let room = if orientation.is_left_right() { Point::new(18.0, 14.0) } else { Point::new(14.0, 22.0) };
    let element = |shape: ShapeKind, size: Point, look: StyleAttr| {
        let pos = Position::new(Point::zero(), size, Point::zero(), room);
        Element { shape, pos, look, orientation, properties: None }
    };
    let arrow = || Arrow { look: look(0x57606aff, None, 0), ..Arrow::default() };
    let mut graph = VisualGraph::new(orientation);
    let mut handles = HashMap::new();
    for (node, description) in nodes.iter().zip(boxes) {
        let lines = description.lines();
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) as f64;
        let size = Point::new(longest * CHARACTER + 14.0, lines.len() as f64 * LINE + 10.0);
        // Parameters, which gradients are for, stand out; constants are white.
        let fill = match (node.is_leaf(), node.is_tracked()) {
            (true, true) => 0xffe8c2ff,
            (true, false) => 0xffffffff,
            _ => 0xe6f0faff,
        };
        let value = graph.add_node(element(ShapeKind::Box(lines.join("\n")), size, look(0x57606aff, Some(fill), 4)));
        handles.insert(node.0.id, value);
        if !node.is_leaf() {
            let symbol = symbol(node.0.op);
            let size = Point::new(symbol.chars().count() as f64 * CHARACTER + 20.0, 30.0);
            let shape = ShapeKind::Circle(symbol.to_owned());
            let op = graph.add_node(element(shape, size, look(0x57606aff, Some(0xf3e3f0ff), 0)));
            graph.add_edge(arrow(), op, value);
            for edge in &node.0.edges {
                graph.add_edge(arrow(), handles[&edge.input.0.id], op);
            }
        }
    }
    let mut canvas = Canvas::default();
    graph.do_it(false, false, false, &mut canvas);
    canvas
}

fn look(line: u32, fill: Option<u32>, rounded: usize) -> StyleAttr {
    StyleAttr::new(Color::new(line), 1, fill.map(Color::new), rounded, FONT as usize)
}

/// Draws what the layout places. The crate's own writer uses style sheets, which front ends may strip.
#[derive(Default)]
struct Canvas {
    shapes: String,
    /// Below the shapes: where an arrow has to pass one, its text stays legible.
    arrows: String,
    corners: Option<(Point, Point)>,
}

impl Canvas {
    fn cover(&mut self, x: f64, y: f64) {
        let (low, high) = self.corners.get_or_insert((Point::new(x, y), Point::new(x, y)));
        (low.x, low.y) = (low.x.min(x), low.y.min(y));
        (high.x, high.y) = (high.x.max(x), high.y.max(y));
    }

    fn width(&self) -> f64 {
        self.corners.as_ref().map_or(0.0, |(low, high)| high.x - low.x + 2.0 * MARGIN)
    }

    fn finish(self) -> String {
        let (width, least) = (self.width(), SMALLEST * self.width());
        let (low, high) = self.corners.unwrap_or((Point::zero(), Point::zero()));
        let (x, y) = (low.x - MARGIN, low.y - MARGIN);
        let height = high.y - low.y + 2.0 * MARGIN;
        // A background of its own keeps the drawing legible on a dark page.
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"{x:.1} {y:.1} {width:.1} {height:.1}\" style=\"max-width:100%;min-width:{least:.0}px;height:auto\" \
             font-family=\"Helvetica, Arial, sans-serif\" font-size=\"{FONT}\" role=\"img\">\
             <title>computation graph</title>\
             <rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\" fill=\"#fbfbfd\"/>\
             {}{}</svg>",
            self.arrows, self.shapes
        )
    }
}

fn paint(look: &StyleAttr) -> String {
    let fill = look.fill_color.map_or_else(|| "none".to_owned(), |color| color.to_web_color());
    format!("fill=\"{fill}\" stroke=\"{}\" stroke-width=\"{}\"", look.line_color.to_web_color(), look.line_width)
}

impl RenderBackend for Canvas {
    fn draw_rect(&mut self, xy: Point, size: Point, look: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {
        self.cover(xy.x, xy.y);
        self.cover(xy.x + size.x, xy.y + size.y);
        let _ = write!(
            self.shapes,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{}\" {}/>",
            xy.x,
            xy.y,
            size.x,
            size.y,
            look.rounded,
            paint(look)
        );
    }

    fn draw_line(&mut self, start: Point, stop: Point, look: &StyleAttr, _: Option<String>) {
        let _ = write!(
            self.shapes,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {}/>",
            start.x,
            start.y,
            stop.x,
            stop.y,
            paint(look)
        );
    }

    fn draw_circle(&mut self, xy: Point, size: Point, look: &StyleAttr, _: Option<String>) {
        let (rx, ry) = (size.x / 2.0, size.y / 2.0);
        self.cover(xy.x - rx, xy.y - ry);
        self.cover(xy.x + rx, xy.y + ry);
        let _ = write!(
            self.shapes,
            "<ellipse cx=\"{:.1}\" cy=\"{:.1}\" rx=\"{rx:.1}\" ry=\"{ry:.1}\" {}/>",
            xy.x,
            xy.y,
            paint(look)
        );
    }

    fn draw_text(&mut self, xy: Point, text: &str, _: &StyleAttr) {
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let from_middle = index as f64 - (lines.len() as f64 - 1.0) / 2.0;
            // A label, which is the first line where there is one, is bold.
            let weight =
                if lines.len() > 1 && index == 0 && !line.starts_with("value ") { " font-weight=\"bold\"" } else { "" };
            let _ = write!(
                self.shapes,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"{INK}\"{weight}>{}</text>",
                xy.x,
                xy.y + from_middle * LINE + FONT * 0.35,
                escape_html(line)
            );
        }
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        _: bool,
        _: (bool, bool),
        look: &StyleAttr,
        _: Option<String>,
        _: &str,
    ) {
        let [first, second, rest @ ..] = path else { return };
        let mut d = format!("M{:.1} {:.1}C{:.1} {:.1}", first.0.x, first.0.y, first.1.x, first.1.y);
        let _ = write!(d, " {:.1} {:.1} {:.1} {:.1}", second.0.x, second.0.y, second.1.x, second.1.y);
        for point in rest {
            let _ = write!(d, "S{:.1} {:.1} {:.1} {:.1}", point.0.x, point.0.y, point.1.x, point.1.y);
        }
        let stroke = look.line_color.to_web_color();
        let _ = write!(self.arrows, "<path d=\"{d}\" fill=\"none\" stroke=\"{stroke}\"/>");
        // The head by hand: markers need ids, which clash when a page has several drawings.
        let (control, tip) = path[path.len() - 1];
        let (dx, dy) = (tip.x - control.x, tip.y - control.y);
        let length = dx.hypot(dy).max(1e-6);
        let (ux, uy) = (dx / length, dy / length);
        let corner =
            |side: f64| format!("{:.1} {:.1}", tip.x - 8.0 * ux - 3.5 * side * uy, tip.y - 8.0 * uy + 3.5 * side * ux);
        let _ = write!(
            self.arrows,
            "<path d=\"M{:.1} {:.1}L{}L{}Z\" fill=\"{stroke}\"/>",
            tip.x,
            tip.y,
            corner(1.0),
            corner(-1.0)
        );
    }

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        0
    }
}
