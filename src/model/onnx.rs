//! ONNX, the format in which networks go from one program to another: a graph of operations and the
//! tensors that it needs, as messages of Protocol Buffers. Here are the bytes; what the operations
//! mean to a model is in `models`.
//!
//! The numbers of the fields are in `onnx_fields`; the operations are those of version 20.

use super::onnx_fields::attribute::{self, kind};
use super::onnx_fields::{
    dimension, graph, model, node, operator_set, shape, tensor, tensor_type, value_info, value_type,
};
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

    /// In four bytes, whatever a number of the library has.
    #[allow(clippy::unnecessary_cast)] // not with the feature `f64`
    fn float(mut self, field: u64, value: Float) -> Message {
        self.varint(field << 3 | 5);
        self.0.extend((value as f32).to_le_bytes());
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
    let message = Message::default().all(tensor.shape(), |message, size| {
        message.int(tensor::DIMS, *size as i64)
    });
    message
        .int(tensor::DATA_TYPE, if is_int { INT64 } else { FLOAT })
        .bytes(tensor::NAME, name)
        .bytes(tensor::RAW_DATA, data)
}

fn node_message(node: &Node) -> Message {
    let name = format!("{}_{}", node.op, node.outputs[0]);
    Message::default()
        .all(&node.inputs, |message, input| {
            message.bytes(node::INPUT, input)
        })
        .all(&node.outputs, |message, output| {
            message.bytes(node::OUTPUT, output)
        })
        .bytes(node::NAME, name)
        .bytes(node::OP_TYPE, &node.op)
        .all(&node.attributes, |message, (name, value)| {
            message.bytes(node::ATTRIBUTE, attribute_message(name, value).0)
        })
}

fn attribute_message(name: &str, value: &Attribute) -> Message {
    let own = Message::default().bytes(attribute::NAME, name);
    match value {
        Attribute::Float(value) => own
            .float(attribute::FLOAT, *value)
            .int(attribute::TYPE, kind::FLOAT),
        Attribute::Ints(values) if values.len() == 1 && name == "axis" => own
            .int(attribute::INT, values[0])
            .int(attribute::TYPE, kind::INT),
        Attribute::Ints(values) => own
            .all(values, |own, value| own.int(attribute::INTS, *value))
            .int(attribute::TYPE, kind::INTS),
        Attribute::Text(text) => own
            .bytes(attribute::STRING, text)
            .int(attribute::TYPE, kind::STRING),
        Attribute::Tensor(tensor) => own
            .bytes(attribute::TENSOR, tensor_message("", tensor, false).0)
            .int(attribute::TYPE, kind::TENSOR),
    }
}

fn value_message(name: &str, shape: &[Option<usize>]) -> Message {
    let sizes = Message::default().all(shape.iter().enumerate(), |message, (axis, size)| {
        let size = match size {
            Some(size) => Message::default().int(dimension::DIM_VALUE, *size as i64),
            None if axis == 0 => Message::default().bytes(dimension::DIM_PARAM, "n"),
            None => Message::default().bytes(dimension::DIM_PARAM, format!("{name}_{axis}")),
        };
        message.bytes(shape::DIM, size.0)
    });
    let tensor = Message::default()
        .int(tensor_type::ELEM_TYPE, FLOAT)
        .bytes(tensor_type::SHAPE, sizes.0);
    let kind = Message::default().bytes(value_type::TENSOR_TYPE, tensor.0);
    Message::default()
        .bytes(value_info::NAME, name)
        .bytes(value_info::TYPE, kind.0)
}

/// Writes a file that is whole or not there.
pub(super) fn write(path: &str, graph: &Graph) -> Result<()> {
    let output = vec![None; graph.output_rank];
    let content = Message::default()
        .all(&graph.nodes, |message, node| {
            message.bytes(graph::NODE, node_message(node).0)
        })
        .bytes(graph::NAME, "model")
        .all(&graph.tensors, |message, (name, tensor)| {
            // What is a shape is in whole numbers.
            let tensor = tensor_message(name, tensor, name.ends_with(".shape"));
            message.bytes(graph::INITIALIZER, tensor.0)
        })
        .bytes(graph::INPUT, value_message(&graph.input, &graph.shape).0)
        .bytes(graph::OUTPUT, value_message(&graph.output, &output).0);
    let operations = Message::default()
        .bytes(operator_set::DOMAIN, "")
        .int(operator_set::VERSION, 20);
    let model = Message::default()
        .int(model::IR_VERSION, 9)
        .bytes(model::PRODUCER_NAME, "chainrule")
        .bytes(model::GRAPH, content.0)
        .bytes(model::OPSET_IMPORT, operations.0);
    write_whole(path, &model.0)
}
