//! Reads the bytes of ONNX: the graph, its tensors, and the numbers that stand in a file beside it.

use super::onnx::{Attribute, Graph, Node};
use super::onnx_fields::{
    attribute, dimension, entry, graph, model, node, tensor, tensor_type, value_info, value_type,
};
use crate::Float;
use crate::data::files::{read, wrong};
use crate::data::formats::not_of_its_kind;
use crate::data::numbers::{Kind, Order};
use crate::data::tensors::{not_as_many, shaped};
use crate::display::say;
use crate::tensor::Tensor;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Result;
use std::path::{Component, Path};

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
        if let Field::Bytes(bytes) = self {
            String::from_utf8(bytes.to_vec()).ok()
        } else {
            None
        }
    }

    fn bytes(&self) -> Option<&'a [u8]> {
        if let Field::Bytes(bytes) = self {
            Some(bytes)
        } else {
            None
        }
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

/// A tensor as it stands in the file: its numbers, or where they are.
#[derive(Default)]
struct Stored<'a> {
    name: String,
    shape: Vec<usize>,
    /// The number that the format has for what the numbers are.
    kind: i64,
    /// Numbers in fields of their own, as some programs write them.
    floats: Vec<Float>,
    ints: Vec<i64>,
    raw: Option<&'a [u8]>,
    /// What is said of a file beside this one: `location`, `offset`, `length`.
    elsewhere: BTreeMap<String, String>,
}

/// What the numbers of a tensor are, by the number that the format has for it.
fn kind(number: i64) -> Option<Kind> {
    Some(match number {
        1 => Kind::F32,
        2 => Kind::U8,
        3 => Kind::I8,
        4 => Kind::U16,
        5 => Kind::I16,
        6 => Kind::I32,
        7 => Kind::I64,
        9 => Kind::Bool,
        10 => Kind::F16,
        11 => Kind::F64,
        12 => Kind::U32,
        13 => Kind::U64,
        16 => Kind::BF16,
        17 => Kind::F8E4M3,
        19 => Kind::F8E5M2,
        _ => return None,
    })
}

impl<'a> Stored<'a> {
    fn read(bytes: &'a [u8]) -> Option<Stored<'a>> {
        let (mut stored, mut shape) = (Stored::default(), Vec::new());
        for (field, value) in Field::all(bytes)? {
            match field {
                tensor::DIMS => shape.extend(value.ints()?),
                tensor::DATA_TYPE => stored.kind = *value.ints()?.first()?,
                tensor::FLOAT_DATA => stored
                    .floats
                    .extend(Kind::F32.read(value.bytes()?, Order::LowestFirst)?),
                tensor::INT32_DATA | tensor::INT64_DATA | tensor::UINT64_DATA => {
                    stored.ints.extend(value.ints()?);
                }
                tensor::NAME => stored.name = value.text()?,
                tensor::RAW_DATA => stored.raw = Some(value.bytes()?),
                tensor::DOUBLE_DATA => stored
                    .floats
                    .extend(Kind::F64.read(value.bytes()?, Order::LowestFirst)?),
                tensor::EXTERNAL_DATA => {
                    let pair = Field::all(value.bytes()?)?;
                    let part = |number| pair.iter().find(|(field, _)| *field == number)?.1.text();
                    stored
                        .elsewhere
                        .insert(part(entry::KEY)?, part(entry::VALUE)?);
                }
                _ => {}
            }
        }
        stored.shape = shape
            .into_iter()
            .map(|size| usize::try_from(size).ok())
            .collect::<Option<_>>()?;
        Some(stored)
    }

    /// The tensor, if its numbers stand here and are of a kind that is understood.
    fn tensor(&self) -> Option<Tensor> {
        let kind = kind(self.kind)?;
        let numbers = match self.raw {
            Some(raw) => kind.read(raw, Order::LowestFirst),
            None if self.floats.is_empty() => self.of_ints(kind),
            None => Some(self.floats.clone()),
        };
        shaped("", &self.name, numbers, &self.shape).ok()
    }

    /// Numbers that stand in a field of whole numbers. What has a fraction stands there by its
    /// bits.
    fn of_ints(&self, kind: Kind) -> Option<Vec<Float>> {
        let has_fraction = matches!(kind, Kind::F16 | Kind::BF16 | Kind::F8E4M3 | Kind::F8E5M2);
        if !has_fraction {
            return Some(self.ints.iter().map(|int| *int as Float).collect());
        }
        let bytes: Vec<u8> = self
            .ints
            .iter()
            .flat_map(|int| int.to_le_bytes()[..kind.size()].to_vec())
            .collect();
        kind.read(&bytes, Order::LowestFirst)
    }

    /// As [`tensor`](Stored::tensor), with the files beside the one at `path`, each of which is
    /// read once.
    fn found(&self, path: &str, beside: &mut BTreeMap<String, Vec<u8>>) -> Result<Tensor> {
        let name = &self.name;
        let Some(kind) = kind(self.kind) else {
            let kind = self.kind;
            return Err(wrong(
                path,
                say(
                    format!("{name} is no tensor of numbers (kind {kind} of ONNX)"),
                    format!("{name} 不是数字的张量（ONNX 的第 {kind} 种类型）"),
                ),
            ));
        };
        let Some(location) = self.elsewhere.get("location") else {
            let found = self.tensor();
            return found.ok_or_else(|| not_as_many(path, name, &self.shape));
        };
        if !beside.contains_key(location) {
            beside.insert(location.clone(), read_beside(path, location)?);
        }
        let number = |key: &str| {
            self.elsewhere
                .get(key)
                .and_then(|number| number.parse::<usize>().ok())
        };
        let (bytes, start) = (&beside[location], number("offset").unwrap_or(0));
        let size = self
            .shape
            .iter()
            .try_fold(kind.size(), |all, size| all.checked_mul(*size));
        let end = number("length")
            .or(size)
            .and_then(|length| start.checked_add(length));
        let part = end.and_then(|end| bytes.get(start..end));
        let missing = || {
            wrong(
                path,
                say(
                    format!("the numbers of {name} are not in {location}: that file ends before"),
                    format!("{location} 里没有 {name} 的数：那个文件不完整"),
                ),
            )
        };
        let numbers = kind.read(part.ok_or_else(missing)?, Order::LowestFirst);
        shaped(path, name, numbers, &self.shape)
    }
}

/// The bytes of a file that stands in the same folder, or below it.
fn read_beside(path: &str, location: &str) -> Result<Vec<u8>> {
    let is_below = Path::new(location)
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !is_below {
        return Err(wrong(
            path,
            say(
                format!("its weights would be in {location:?}, outside its folder"),
                format!("它的权重应在 {location:?} 里，而那里不属于它所在的文件夹"),
            ),
        ));
    }
    let file = Path::new(path)
        .parent()
        .unwrap_or(Path::new(""))
        .join(location);
    std::fs::read(&file).map_err(|error| {
        let file = file.display();
        let english = format!(
            "{path}: its weights are in {file}, beside it, which cannot be read ({error}); copy \
             it there under this name, or export with external_data=False"
        );
        let chinese = format!(
            "{path}：它的权重在旁边的 {file} 里，而这个文件无法读取（{error}）；\
             请把它以这个名字放到那里，或者导出时写上 external_data=False"
        );
        std::io::Error::new(error.kind(), say(english, chinese))
    })
}

fn read_node(bytes: &[u8]) -> Option<Node> {
    let mut read = Node::default();
    for (field, value) in Field::all(bytes)? {
        match field {
            node::INPUT => read.inputs.push(value.text()?),
            node::OUTPUT => read.outputs.push(value.text()?),
            node::OP_TYPE => read.op = value.text()?,
            node::ATTRIBUTE => read.attributes.extend([read_attribute(value.bytes()?)?]),
            _ => {}
        }
    }
    Some(read).filter(|node| !node.outputs.is_empty())
}

/// An attribute with its name.
fn read_attribute(bytes: &[u8]) -> Option<(String, Attribute)> {
    let (mut name, mut ints, mut floats, mut found) = (String::new(), Vec::new(), Vec::new(), None);
    for (field, value) in Field::all(bytes)? {
        match field {
            attribute::NAME => name = value.text()?,
            attribute::FLOAT => found = Some(Attribute::Float(value.float()?)),
            attribute::INT | attribute::INTS => ints.extend(value.ints()?),
            attribute::STRING => found = Some(Attribute::Text(value.text()?)),
            attribute::TENSOR => {
                let stored = Stored::read(value.bytes()?)?;
                found = stored.tensor().map(Attribute::Tensor);
            }
            attribute::FLOATS => {
                floats.extend(Kind::F32.read(value.bytes()?, Order::LowestFirst)?);
            }
            _ => {}
        }
    }
    if !floats.is_empty() {
        found = Some(Attribute::Tensor(Tensor::from(floats)));
    }
    Some((name, found.unwrap_or(Attribute::Ints(ints))))
}

/// The name of an input, and its sizes.
fn read_value(bytes: &[u8]) -> Option<(String, Vec<Option<usize>>)> {
    let (mut name, mut shape) = (String::new(), Vec::new());
    for (field, value) in Field::all(bytes)? {
        match field {
            value_info::NAME => name = value.text()?,
            value_info::TYPE => {
                let inner = |bytes: &[u8], number: u64| {
                    let found = Field::all(bytes)?
                        .into_iter()
                        .find(|(field, _)| *field == number)?;
                    Some(found.1.bytes()?.to_vec())
                };
                let sizes = inner(value.bytes()?, value_type::TENSOR_TYPE)
                    .and_then(|tensor| inner(&tensor, tensor_type::SHAPE))
                    .unwrap_or_default();
                for (_, size) in Field::all(&sizes)? {
                    let fields = Field::all(size.bytes()?)?;
                    let size = fields
                        .iter()
                        .find(|(field, _)| *field == dimension::DIM_VALUE)
                        .and_then(|(_, size)| size.ints());
                    shape.push(size.and_then(|size| usize::try_from(*size.first()?).ok()));
                }
            }
            _ => {}
        }
    }
    Some((name, shape))
}

/// A graph whose tensors are not looked for yet, and the batch that it was made for.
fn read_graph(bytes: &[u8]) -> Option<(Graph, Vec<Stored<'_>>)> {
    let model = Field::all(bytes)?;
    let (_, graph) = model.iter().find(|(field, _)| *field == model::GRAPH)?;
    let (mut inputs, mut read, mut tensors) = (Vec::new(), Graph::default(), Vec::new());
    for (field, value) in Field::all(graph.bytes()?)? {
        match field {
            graph::NODE => read.nodes.push(read_node(value.bytes()?)?),
            graph::INITIALIZER => tensors.push(Stored::read(value.bytes()?)?),
            graph::INPUT => inputs.push(read_value(value.bytes()?)?),
            graph::OUTPUT => read.output = read_value(value.bytes()?)?.0,
            _ => {}
        }
    }
    // Older files list the tensors among the inputs.
    let given: BTreeSet<&String> = tensors.iter().map(|tensor| &tensor.name).collect();
    (read.input, read.shape) = inputs.into_iter().find(|(name, _)| !given.contains(name))?;
    Some((read, tensors))
}

/// The graph in a file, with all of its tensors that an operation takes.
pub(super) fn read_file(path: &str) -> Result<Graph> {
    let bytes = read(path)?;
    let found = read_graph(&bytes);
    let (mut graph, tensors) = found.ok_or_else(|| {
        let missed = say(
            "this is no ONNX file, or it is damaged",
            "这不是 ONNX 文件，或者文件已损坏",
        );
        wrong(path, not_of_its_kind(&bytes, missed))
    })?;
    let taken = graph.nodes.iter().flat_map(|node| node.inputs.clone());
    let taken: BTreeSet<String> = taken.collect();
    let mut beside = BTreeMap::new();
    for tensor in tensors {
        if taken.contains(&tensor.name) {
            let found = tensor.found(path, &mut beside)?;
            graph.tensors.insert(tensor.name, found);
        }
    }
    Ok(graph)
}
