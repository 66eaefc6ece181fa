//! Tensors in files that PyTorch and others read, too: safetensors.

use super::files::{read, write_whole, wrong};
use super::formats::not_of_its_kind;
use super::numbers::{Kind, Order};
use crate::Float;
use crate::display::say;
use crate::tensor::{Tensor, fail::notice};
use serde_json::{Map, Value, json};
use std::io::{Error, Result};

/// Tensors with their names, from a file in the format safetensors, as PyTorch and others write it:
/// the length of a header, the header as JSON, the numbers. Whole numbers and numbers of 8, 16, 32
/// and 64 bits all become numbers of the library, which hold whole numbers exactly up to
/// 16,777,216. A tensor of something else is left out, with a line that says so.
///
/// ```
/// # use chainrule::prelude::*;
/// # let name = format!("chainrule-tensors-{}.safetensors", std::process::id());
/// # let path = std::env::temp_dir().join(name);
/// # let path = path.to_str().unwrap();
/// data::write_safetensors(path, &[("weight", &Tensor::eye(2)), ("bias", &tensor([0.5, 1.5]))])?;
/// let tensors = data::read_safetensors(path)?;
/// let (name, weight) = &tensors[0];
/// assert_eq!((name.as_str(), weight.to_vec()), ("weight", vec![1.0, 0.0, 0.0, 1.0]));
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_safetensors(path: &str) -> Result<Vec<(String, Tensor)>> {
    Ok(read_with_note(path)?.0)
}

/// Tensors with their names.
type Named = Vec<(String, Tensor)>;

/// The name, in what a file says beside its tensors, of what this library says there.
const NOTE: &str = "chainrule";

/// The tensors of a file, and what [`write_with_note`] wrote beside them, if it was this library.
pub(crate) fn read_with_note(path: &str) -> Result<(Named, Option<String>)> {
    let bytes = read(path)?;
    let parts = bytes.split_first_chunk::<8>().and_then(|(length, rest)| {
        rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
    });
    let (header, data) = parts.ok_or_else(|| {
        let missed = say(
            "this is no safetensors file, or it ends early",
            "这不是 safetensors 文件，或者文件不完整",
        );
        wrong(path, not_of_its_kind(&bytes, missed))
    })?;
    let header: Map<String, Value> =
        serde_json::from_slice(header).map_err(|error| wrong(path, no_json(&error)))?;
    let note = header
        .get("__metadata__")
        .and_then(|texts| texts[NOTE].as_str().map(str::to_owned));
    let (mut tensors, mut others) = (Vec::new(), Vec::new());
    for (name, entry) in header
        .into_iter()
        .filter(|(name, _)| name != "__metadata__")
    {
        let sizes = |key: &str| -> Option<Vec<usize>> {
            entry[key]
                .as_array()?
                .iter()
                .map(|size| usize::try_from(size.as_u64()?).ok())
                .collect()
        };
        let (Some(shape), Some(&[start, end])) = (sizes("shape"), sizes("data_offsets").as_deref())
        else {
            return Err(wrong(
                path,
                say(
                    format!("the header does not say where {name} is"),
                    format!("文件头没有说明 {name} 在哪里"),
                ),
            ));
        };
        let bytes = data.get(start..end).ok_or_else(|| {
            let english = format!("the numbers of {name} are not in it");
            wrong(path, say(english, format!("里面没有 {name} 的数")))
        })?;
        let Some(kind) = entry["dtype"].as_str().and_then(kind) else {
            let what = entry["dtype"].as_str();
            let what = what.unwrap_or(say("no type", "没有类型"));
            others.push(say(format!("{name} ({what})"), format!("{name}（{what}）")));
            continue;
        };
        let numbers = kind.read(bytes, Order::LowestFirst);
        tensors.push((name.clone(), shaped(path, &name, numbers, &shape)?));
    }
    without(path, &others, tensors.is_empty())?;
    Ok((tensors, note))
}

/// That a header is no JSON, or no table of tensors.
fn no_json(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    say(
        error.to_string(),
        format!("文件头不是 safetensors 的 JSON（第 {line} 行，第 {column} 个字节）"),
    )
}

/// What the numbers of a tensor are, by the name that the format has for it.
fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "BOOL" => Kind::Bool,
        "U8" => Kind::U8,
        "I8" => Kind::I8,
        "U16" => Kind::U16,
        "I16" => Kind::I16,
        "U32" => Kind::U32,
        "I32" => Kind::I32,
        "U64" => Kind::U64,
        "I64" => Kind::I64,
        "F16" => Kind::F16,
        "BF16" => Kind::BF16,
        "F32" => Kind::F32,
        "F64" => Kind::F64,
        "F8_E4M3" => Kind::F8E4M3,
        "F8_E5M2" => Kind::F8E5M2,
        _ => return None,
    })
}

/// Says which parts of a file are left out because they are no numbers. If there is nothing else,
/// that is an error.
pub(crate) fn without(path: &str, others: &[String], is_all: bool) -> Result<()> {
    let names = others.join(say(", ", "、"));
    match (others, is_all) {
        ([], _) => Ok(()),
        (_, true) => Err(wrong(
            path,
            say(
                format!("there are no numbers in it that a tensor can hold, only {names}"),
                format!("里面没有张量能存放的数字，只有：{names}"),
            ),
        )),
        _ => {
            notice(&say(
                format!("{path}: left out, for a tensor holds only numbers: {names}"),
                format!("{path}：张量只能存放数字，跳过了：{names}"),
            ));
            Ok(())
        }
    }
}

/// NumPy's limit; a file that goes beyond it is damaged.
const MOST_AXES: usize = 64;

/// A tensor, if there are as many numbers as the shape says.
pub(crate) fn shaped(
    path: &str,
    name: &str,
    numbers: Option<Vec<Float>>,
    shape: &[usize],
) -> Result<Tensor> {
    if shape.len() > MOST_AXES {
        let axes = shape.len();
        return Err(wrong(
            path,
            say(
                format!("{name} would have {axes} axes; {MOST_AXES} are the most"),
                format!("最多只能有 {MOST_AXES} 个轴，而这里有 {axes} 个（{name}）"),
            ),
        ));
    }
    numbers
        .and_then(|numbers| Tensor::filled(numbers, shape).ok())
        .ok_or_else(|| not_as_many(path, name, shape))
}

/// That there are more numbers, or fewer, than the shape says.
pub(crate) fn not_as_many(path: &str, name: &str, shape: &[usize]) -> Error {
    wrong(
        path,
        say(
            format!("{name} has not as many numbers as its shape {shape:?}"),
            format!("数的个数与形状 {shape:?} 不符（{name}）"),
        ),
    )
}

/// Writes tensors with their names to a file in the format safetensors. A file that is there is
/// replaced only when the new one is complete. Errors if two tensors have one name: only one of
/// them could be read again.
pub fn write_safetensors(path: &str, tensors: &[(&str, &Tensor)]) -> Result<()> {
    write_with_note(path, tensors, None)
}

/// As [`write_safetensors`], with a text for this library, which other programs pass over.
pub(crate) fn write_with_note(
    path: &str,
    tensors: &[(&str, &Tensor)],
    note: Option<&str>,
) -> Result<()> {
    const DTYPE: &str = if size_of::<Float>() == 8 {
        "F64"
    } else {
        "F32"
    };
    let (mut header, mut data) = (Map::new(), Vec::new());
    if let Some(note) = note {
        header.insert("__metadata__".to_owned(), json!({ NOTE: note }));
    }
    for (name, tensor) in tensors {
        let start = data.len();
        data.extend(tensor.to_vec().iter().flat_map(|value| value.to_le_bytes()));
        let entry =
            json!({"dtype": DTYPE, "shape": tensor.shape(), "data_offsets": [start, data.len()]});
        if header.insert((*name).to_owned(), entry).is_some() {
            return Err(wrong(
                path,
                say(
                    format!("two tensors are called {name:?}; give each a name of its own"),
                    format!("有两个张量都叫 {name:?}；请给每个张量起不同的名字"),
                ),
            ));
        }
    }
    let mut header = Value::Object(header).to_string().into_bytes();
    // The numbers begin at a multiple of 8.
    header.resize(header.len().next_multiple_of(8), b' ');
    write_whole(
        path,
        &[&(header.len() as u64).to_le_bytes()[..], &header, &data].concat(),
    )
}
