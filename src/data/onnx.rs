//! ONNX, the format in which networks go from one program to another: a graph of operations and the tensors that it needs,
//! as messages of Protocol Buffers. Here are the bytes; what the operations mean to a model is in `models`.
//!
//! The numbers of the fields are those of `onnx.proto` (IR version 9, operations of version 20).

use super::files::{read, write_whole, wrong};
use super::tensors::{numbers, shaped};
use crate::Float;
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
        if let Attribute::Ints(ints) = self.attributes.get(name)? { Some(ints) } else { None }
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

    fn all<T>(self, items: impl IntoIterator<Item = T>, add: impl Fn(Message, T) -> Message) -> Message {
        items.into_iter().fold(self, add)
    }
}

const FLOAT: i64 = if size_of::<Float>() == 8 { 11 } else { 1 };
const INT64: i64 = 7;

fn tensor_message(name: &str, tensor: &Tensor, is_int: bool) -> Message {
    let values = tensor.to_vec();
    let data: Vec<u8> = if is_int {
        values.iter().flat_map(|value| (*value as i64).to_le_bytes()).collect()
    } else {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    };
    let message = Message::default().all(tensor.shape(), |message, size| message.int(1, *size as i64));
    message.int(2, if is_int { INT64 } else { FLOAT }).bytes(8, name).bytes(9, data)
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
                Attribute::Ints(values) if values.len() == 1 && name == "axis" => own.int(3, values[0]).int(20, 2),
                Attribute::Ints(values) => own.all(values, |own, value| own.int(8, *value)).int(20, 7),
                Attribute::Text(text) => own.bytes(4, text).int(20, 3),
                Attribute::Tensor(tensor) => own.bytes(5, tensor_message("", tensor, false).0).int(20, 4),
            }
            .0,
        )
    };
    let message = Message::default().all(&node.inputs, |message, input| message.bytes(1, input));
    let message = message.all(&node.outputs, |message, output| message.bytes(2, output));
    message.bytes(3, format!("{}_{}", node.op, node.outputs[0])).bytes(4, &node.op).all(&node.attributes, attribute)
}

fn value_message(name: &str, shape: &[Option<usize>]) -> Message {
    let sizes = Message::default().all(shape.iter().enumerate(), |message, (axis, size)| {
        let size = match size {
            Some(size) => Message::default().int(1, *size as i64),
            None => Message::default().bytes(2, if axis == 0 { "n".to_owned() } else { format!("{name}_{axis}") }),
        };
        message.bytes(1, size.0)
    });
    let tensor = Message::default().int(1, FLOAT).bytes(2, sizes.0);
    Message::default().bytes(1, name).bytes(2, Message::default().bytes(1, tensor.0).0)
}

/// Writes a file that is whole or not there.
pub(super) fn write(path: &str, graph: &Graph) -> Result<()> {
    let message = Message::default().all(&graph.nodes, |message, node| message.bytes(1, node_message(node).0));
    let message = message.bytes(2, "model").all(&graph.tensors, |message, (name, tensor)| {
        // What is a shape is in whole numbers.
        message.bytes(5, tensor_message(name, tensor, name.ends_with(".shape")).0)
    });
    let message = message.bytes(11, value_message(&graph.input, &graph.shape).0);
    let message = message.bytes(12, value_message(&graph.output, &vec![None; graph.output_rank]).0);
    let operations = Message::default().bytes(1, "").int(2, 20);
    let model = Message::default().int(1, 9).bytes(2, "chainrule").bytes(7, message.0).bytes(8, operations.0);
    write_whole(path, &model.0)
}

// --- reading ---

/// What a field holds.
enum Field<'a> {
    Int(u64),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    /// Takes a number from the front of the bytes.
    fn varint(bytes: &mut &'a [u8]) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (first, rest) = bytes.split_first()?;
            *bytes = rest;
            value |= u64::from(first & 0x7f) << shift;
            if first & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// The fields of a message, or None if it is damaged.
    fn all(mut bytes: &'a [u8]) -> Option<Vec<(u64, Field<'a>)>> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let key = Field::varint(&mut bytes)?;
            let size = match key & 7 {
                0 => {
                    fields.push((key >> 3, Field::Int(Field::varint(&mut bytes)?)));
                    continue;
                }
                1 => 8,
                2 => usize::try_from(Field::varint(&mut bytes)?).ok()?,
                5 => 4,
                _ => return None,
            };
            let (content, rest) = bytes.split_at_checked(size)?;
            fields.push((key >> 3, Field::Bytes(content)));
            bytes = rest;
        }
        Some(fields)
    }

    fn text(&self) -> Option<String> {
        if let Field::Bytes(bytes) = self { String::from_utf8(bytes.to_vec()).ok() } else { None }
    }

    fn bytes(&self) -> Option<&'a [u8]> {
        if let Field::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    fn float(&self) -> Option<Float> {
        Some(f32::from_le_bytes(self.bytes()?.try_into().ok()?) as Float)
    }

    /// Whole numbers: one, or several in one field.
    fn ints(&self) -> Option<Vec<i64>> {
        match *self {
            Field::Int(value) => Some(vec![value as i64]),
            Field::Bytes(mut bytes) => {
                let mut values = Vec::new();
                while !bytes.is_empty() {
                    values.push(Field::varint(&mut bytes)? as i64);
                }
                Some(values)
            }
        }
    }
}

/// The name of a tensor, and the tensor.
fn read_tensor(bytes: &[u8]) -> Option<(String, Tensor)> {
    let (mut shape, mut kind, mut name, mut raw, mut own) = (Vec::new(), 0, String::new(), None, Vec::new());
    for (field, value) in Field::all(bytes)? {
        match field {
            1 => shape.extend(value.ints()?.into_iter().map(|size| usize::try_from(size).ok())),
            2 => kind = *value.ints()?.first()?,
            4 => own.extend(numbers(value.bytes()?, |bytes| f32::from_le_bytes(bytes) as Float)?),
            7 => own.extend(value.ints()?.into_iter().map(|value| value as Float)),
            8 => name = value.text()?,
            9 => raw = Some(value.bytes()?),
            _ => {}
        }
    }
    let shape: Vec<usize> = shape.into_iter().collect::<Option<_>>()?;
    let values = match (raw, kind) {
        (None, _) => Some(own),
        (Some(raw), 1) => numbers(raw, |bytes| f32::from_le_bytes(bytes) as Float),
        (Some(raw), 11) => numbers(raw, |bytes| f64::from_le_bytes(bytes) as Float),
        (Some(raw), 7) => numbers(raw, |bytes| i64::from_le_bytes(bytes) as Float),
        _ => None,
    };
    let tensor = shaped("", &name, values, &shape).ok()?;
    Some((name, tensor))
}

fn read_node(bytes: &[u8]) -> Option<Node> {
    let mut node = Node::default();
    for (field, value) in Field::all(bytes)? {
        match field {
            1 => node.inputs.push(value.text()?),
            2 => node.outputs.push(value.text()?),
            4 => node.op = value.text()?,
            5 => {
                let (mut name, mut ints, mut found) = (String::new(), Vec::new(), None);
                for (field, value) in Field::all(value.bytes()?)? {
                    match field {
                        1 => name = value.text()?,
                        2 => found = Some(Attribute::Float(value.float()?)),
                        3 | 8 => ints.extend(value.ints()?),
                        4 => found = Some(Attribute::Text(value.text()?)),
                        5 => found = Some(Attribute::Tensor(read_tensor(value.bytes()?)?.1)),
                        _ => {}
                    }
                }
                node.attributes.insert(name, found.unwrap_or(Attribute::Ints(ints)));
            }
            _ => {}
        }
    }
    Some(node).filter(|node| !node.outputs.is_empty())
}

/// The name of an input, and its sizes.
fn read_value(bytes: &[u8]) -> Option<(String, Vec<Option<usize>>)> {
    let (mut name, mut shape) = (String::new(), Vec::new());
    for (field, value) in Field::all(bytes)? {
        match field {
            1 => name = value.text()?,
            2 => {
                let inner = |bytes: &[u8], number: u64| {
                    let found = Field::all(bytes)?.into_iter().find(|(field, _)| *field == number)?;
                    Some(found.1.bytes()?.to_vec())
                };
                let sizes = inner(value.bytes()?, 1).and_then(|tensor| inner(&tensor, 2)).unwrap_or_default();
                for (_, size) in Field::all(&sizes)? {
                    let fields = Field::all(size.bytes()?)?;
                    let size = fields.iter().find(|(field, _)| *field == 1).and_then(|(_, size)| size.ints());
                    shape.push(size.and_then(|size| usize::try_from(*size.first()?).ok()));
                }
            }
            _ => {}
        }
    }
    Some((name, shape))
}

fn read_graph(bytes: &[u8]) -> Option<Graph> {
    let model = Field::all(bytes)?;
    let (_, graph) = model.iter().find(|(field, _)| *field == 7)?;
    let (mut inputs, mut read) = (Vec::new(), Graph::default());
    for (field, value) in Field::all(graph.bytes()?)? {
        match field {
            1 => read.nodes.push(read_node(value.bytes()?)?),
            5 => read.tensors.extend(Some(read_tensor(value.bytes()?)?)),
            11 => inputs.push(read_value(value.bytes()?)?),
            12 => read.output = read_value(value.bytes()?)?.0,
            _ => {}
        }
    }
    // Older files list the tensors among the inputs.
    (read.input, read.shape) = inputs.into_iter().find(|(name, _)| !read.tensors.contains_key(name))?;
    Some(read)
}

/// The graph in a file.
pub(super) fn read_file(path: &str) -> Result<Graph> {
    read_graph(&read(path)?).ok_or_else(|| wrong(path, "this is no ONNX file, or it is damaged"))
}
