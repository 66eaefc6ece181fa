//! The computation graph as a picture, after micrograd's `draw_dot`: values as boxes, operations as
//! ellipses.

use super::graph_picture::{Description, GraphPicture, placed, symbol};
use super::output;
use crate::Float;
use crate::display::{Bundle, Show};
use crate::tensor::fail::fail;
use crate::tensor::shape::slice;
use crate::tensor::{Array, Tensor};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::io;

/// More tensors than this make a picture that nobody can read, and that takes long to lay out.
const MOST_NODES: usize = 120;

/// Draws how `tensor` was computed: for each value its label, the value and the gradient, and for
/// each operation its inputs. Give names with [`label`](Tensor::label).
///
/// Gradients are there after `backward`: what `.grad()` returns, and also those of the values in
/// between if it was `tensor` that `backward` was called on, once. A graph that is wider than a
/// page goes from top to bottom.
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
            "draw the graph of a smaller input or of fewer layers; on tensors instead of single \
            numbers it is small",
        );
    }
    let boxes = describe(tensor, &nodes);
    let picture = placed(&nodes, &boxes);
    GraphDrawing {
        svg: picture.svg(),
        picture,
        dot: dot(&nodes, &boxes),
        text: text(&nodes, &boxes),
    }
}

/// A drawing of a computation graph.
#[derive(Clone, Debug)]
pub struct GraphDrawing {
    picture: GraphPicture,
    svg: String,
    dot: String,
    text: String,
}

impl GraphDrawing {
    /// The drawing as SVG.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The drawing as a PNG file, twice as sharp as it is large.
    ///
    /// Errors where a label needs letters that no font of this computer has.
    pub fn png(&self) -> io::Result<Vec<u8>> {
        self.picture.png()
    }

    /// Writes the drawing into a file, as SVG or as PNG, by the end of its name, as
    /// [`Figure::save`](super::Figure::save).
    ///
    /// Errors as that does.
    pub fn save(&self, path: &str) -> io::Result<()> {
        output::save(path, &self.svg, &|| self.png())
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

/// Everything that `tensor` was computed from, in the order of creation, itself last; no more than
/// one too many.
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

/// The gradients to show, by id: those that [`Tensor::grad`] would return. `backward` keeps the
/// gradients of leaves only; those in between are computed again, but shown only if the ones that
/// are kept come from `root`, once. Else a picture would mix derivatives of different losses, or
/// sums of several calls with single ones.
fn gradients(root: &Tensor, nodes: &[&Tensor]) -> BTreeMap<u64, Array> {
    let kept = nodes
        .iter()
        .filter(|node| node.has_grad())
        .map(|node| (node.0.id, node.grad().array()));
    let kept: BTreeMap<u64, Array> = kept.collect();
    if kept.is_empty() || root.len() != 1 {
        return kept;
    }
    let of_root = root.all_gradients();
    let same = |a: &Array, b: &Array| {
        a.iter()
            .zip(b)
            .all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
    };
    let agrees = |node: &&Tensor| match (kept.get(&node.0.id), of_root.get(&node.0.id)) {
        (Some(kept), Some(of_root)) => same(kept, of_root),
        (None, Some(_)) => !node.is_leaf(),
        (Some(_), None) => false,
        (None, None) => true,
    };
    if nodes.iter().all(agrees) {
        of_root
    } else {
        kept
    }
}

fn describe(root: &Tensor, nodes: &[&Tensor]) -> Vec<Description> {
    let gradients = gradients(root, nodes);
    let describe = |node: &&Tensor| Description {
        label: node.name().unwrap_or_default(),
        shape: if node.rank() == 0 {
            String::new()
        } else {
            format!("{:?}", node.shape())
        },
        value: short(&node.array()),
        grad: gradients.get(&node.0.id).map(short),
    };
    nodes.iter().map(describe).collect()
}

/// A single number, or the first few.
fn short(array: &Array) -> String {
    // Boxes have to stay narrow: front ends shrink a drawing to the width of the page.
    let (decimals, smallest) = if array.len() == 1 {
        (4, 1e-3)
    } else {
        (2, 1e-2)
    };
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

// ------------------------------------------------------------------------------------------------
// as text

fn text(nodes: &[&Tensor], boxes: &[Description]) -> String {
    let mut names = HashMap::new();
    let mut text = String::new();
    for (index, (node, description)) in nodes.iter().zip(boxes).enumerate() {
        let name = if description.label.is_empty() {
            format!("t{index}")
        } else {
            description.label.clone()
        };
        let inputs: Vec<&str> = node
            .0
            .edges
            .iter()
            .filter_map(|edge| names.get(&edge.input.0.id))
            .map(String::as_str)
            .collect();
        let origin = if inputs.is_empty() {
            String::new()
        } else {
            format!(" = {}({})", node.0.op, inputs.join(", "))
        };
        let grad = description
            .grad
            .as_ref()
            .map_or_else(String::new, |grad| format!(" | grad {grad}"));
        let shape = if description.shape.is_empty() {
            String::new()
        } else {
            format!(" | {}", description.shape)
        };
        let _ = writeln!(
            text,
            "{name}{origin}{shape} | value {}{grad}",
            description.value
        );
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
            let _ = writeln!(
                dot,
                "  op{id} [shape=ellipse, label=\"{}\"];\n  op{id} -> v{id};",
                symbol(node.0.op)
            );
            for edge in &node.0.edges {
                let _ = writeln!(dot, "  v{} -> op{id};", edge.input.0.id);
            }
        }
    }
    dot.push_str("}\n");
    dot
}
