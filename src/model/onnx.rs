//! ONNX, the format in which networks go from one program to another: a graph of operations and the
//! tensors that it needs, as messages of Protocol Buffers. Here are the bytes; what the operations
//! mean to a model is in `models`.
//!
//! The numbers of the fields are those of `onnx.proto` (IR version 9, operations of version 20).

use crate::Float;
use crate::data::files::write_whole;
use crate::tensor::Tensor;
use std::collections::BTreeMap;
use std::io::Result;

/// An operation.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub op: String,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub attributes: BTreeMap<String, Attribute>,
}

#[derive(Clone, Debug)]
pub(super) enum Attribute {
    Float(Float),
    Ints(Vec<i64>),
    Text(String),
    Tensor(Tensor),
}

impl Node {
    /// An attribute of whole numbers.
    pub fn ints(&self, name: &str) -> Option<&[i64]> {
        if let Attribute::Ints(ints) = self.attributes.get(name)? {
            Some(ints)
        } else {
            None
        }
    }

    /// An attribute that is a number, or what it is if it is not there.
    pub fn number(&self, name: &str, otherwise: Float) -> Float {
        match self.attributes.get(name) {
            Some(Attribute::Float(number)) => *number,
            Some(Attribute::Ints(ints)) => ints.first().map_or(otherwise, |int| *int as Float),
            _ => otherwise,
        }
    }
}

/// Operations in the order in which they are computed.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    pub tensors: BTreeMap<String, Tensor>,
    pub input: String,
    /// The sizes of the input; None where any will do.
    pub shape: Vec<Option<usize>>,
    pub output: String,
    /// How many axes the output has.
    pub output_rank: usize,
}

// --- writing ---

/// A message under construction.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(mut self, field: u64, value: i64) -> Message {
        self.varint(field << 3);
        self.varint(value as u64);
        self
    }

    fn bytes(mut self, field: u64, bytes: impl AsRef<[u8]>) -> Message {
        self.varint(field << 3 | 2);
        self.varint(bytes.as_ref().len() as u64);
        self.0.extend_from_slice(bytes.as_ref());
        self
    }

    fn all<T>(
        self,
        items: impl IntoIterator<Item = T>,
        add: impl Fn(Message, T) -> Message,
    ) -> Message {
        items.into_iter().fold(self, add)
    }
}

const FLOAT: i64 = if size_of::<Float>() == 8 { 11 } else { 1 };
const INT64: i64 = 7;

fn tensor_message(name: &str, tensor: &Tensor, is_int: bool) -> Message {
    let values = tensor.to_vec();
    let data: Vec<u8> = if is_int {
        values
            .iter()
            .flat_map(|value| (*value as i64).to_le_bytes())
            .collect()
    } else {
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    };
    let message =
        Message::default().all(tensor.shape(), |message, size| message.int(1, *size as i64));
    message
        .int(2, if is_int { INT64 } else { FLOAT })
        .bytes(8, name)
        .bytes(9, data)
}

fn node_message(node: &Node) -> Message {
    let attribute = |message: Message, (name, attribute): (&String, &Attribute)| {
        let own = Message::default().bytes(1, name);
        message.bytes(
            5,
            match attribute {
                Attribute::Float(value) => {
                    let mut own = own;
                    own.varint(2 << 3 | 5);
                    #[allow(clippy::unnecessary_cast)] // not with the feature `f64`
                    own.0.extend((*value as f32).to_le_bytes());
                    own.int(20, 1)
                }
                Attribute::Ints(values) if values.len() == 1 && name == "axis" => {
                    own.int(3, values[0]).int(20, 2)
                }
                Attribute::Ints(values) => {
                    own.all(values, |own, value| own.int(8, *value)).int(20, 7)
                }
                Attribute::Text(text) => own.bytes(4, text).int(20, 3),
                Attribute::Tensor(tensor) => {
                    own.bytes(5, tensor_message("", tensor, false).0).int(20, 4)
                }
            }
            .0,
        )
    };
    let message = Message::default().all(&node.inputs, |message, input| message.bytes(1, input));
    let message = message.all(&node.outputs, |message, output| message.bytes(2, output));
    message
        .bytes(3, format!("{}_{}", node.op, node.outputs[0]))
        .bytes(4, &node.op)
        .all(&node.attributes, attribute)
}

fn value_message(name: &str, shape: &[Option<usize>]) -> Message {
    let sizes = Message::default().all(shape.iter().enumerate(), |message, (axis, size)| {
        let size = match size {
            Some(size) => Message::default().int(1, *size as i64),
            None => Message::default().bytes(
                2,
                if axis == 0 {
                    "n".to_owned()
                } else {
                    format!("{name}_{axis}")
                },
            ),
        };
        message.bytes(1, size.0)
    });
    let tensor = Message::default().int(1, FLOAT).bytes(2, sizes.0);
    Message::default()
        .bytes(1, name)
        .bytes(2, Message::default().bytes(1, tensor.0).0)
}

/// Writes a file that is whole or not there.
pub(super) fn write(path: &str, graph: &Graph) -> Result<()> {
    let message = Message::default().all(&graph.nodes, |message, node| {
        message.bytes(1, node_message(node).0)
    });
    let message = message
        .bytes(2, "model")
        .all(&graph.tensors, |message, (name, tensor)| {
            // What is a shape is in whole numbers.
            message.bytes(5, tensor_message(name, tensor, name.ends_with(".shape")).0)
        });
    let message = message.bytes(11, value_message(&graph.input, &graph.shape).0);
    let message = message.bytes(
        12,
        value_message(&graph.output, &vec![None; graph.output_rank]).0,
    );
    let operations = Message::default().bytes(1, "").int(2, 20);
    let model = Message::default()
        .int(1, 9)
        .bytes(2, "chainrule")
        .bytes(7, message.0)
        .bytes(8, operations.0);
    write_whole(path, &model.0)
}
