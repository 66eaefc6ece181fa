//! Tensors in files that other programs read, too: safetensors and, from NumPy, npz.

use super::files::{read, write_whole, wrong};
use crate::Float;
use crate::tensor::Tensor;
use serde_json::{Map, Value, json};
use std::io::Result;

/// Tensors with their names, from a file in the format safetensors, as PyTorch and others write it: the length of a header,
/// the header as JSON, the numbers.
///
/// ```
/// # use chainrule::prelude::*;
/// # let path = std::env::temp_dir().join(format!("chainrule-tensors-{}.safetensors", std::process::id()));
/// # let path = path.to_str().unwrap();
/// data::write_safetensors(path, &[("weight", &Tensor::eye(2)), ("bias", &tensor([0.5, 1.5]))])?;
/// let tensors = data::read_safetensors(path)?;
/// assert_eq!((tensors[0].0.as_str(), tensors[0].1.to_vec()), ("weight", vec![1.0, 0.0, 0.0, 1.0]));
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_safetensors(path: &str) -> Result<Vec<(String, Tensor)>> {
    let bytes = read(path)?;
    let parts = bytes
        .split_first_chunk::<8>()
        .and_then(|(length, rest)| rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?));
    let (header, data) = parts.ok_or_else(|| wrong(path, "this is no safetensors file, or it ends early"))?;
    let header: Map<String, Value> = serde_json::from_slice(header).map_err(|error| wrong(path, error))?;
    let mut tensors = Vec::new();
    for (name, entry) in header.into_iter().filter(|(name, _)| name != "__metadata__") {
        let sizes = |key: &str| -> Option<Vec<usize>> {
            entry[key].as_array()?.iter().map(|size| usize::try_from(size.as_u64()?).ok()).collect()
        };
        let (Some(shape), Some(&[start, end])) = (sizes("shape"), sizes("data_offsets").as_deref()) else {
            return Err(wrong(path, format!("the header does not say where {name} is")));
        };
        let bytes = data.get(start..end).ok_or_else(|| wrong(path, format!("the numbers of {name} are not in it")))?;
        let numbers = match entry["dtype"].as_str() {
            Some("F32") => numbers(bytes, |bytes| f32::from_le_bytes(bytes) as Float),
            Some("F64") => numbers(bytes, |bytes| f64::from_le_bytes(bytes) as Float),
            Some("I64") => numbers(bytes, |bytes| i64::from_le_bytes(bytes) as Float),
            Some("I32") => numbers(bytes, |bytes| i32::from_le_bytes(bytes) as Float),
            Some("U8" | "BOOL") => numbers(bytes, |[byte]| Float::from(byte)),
            _ => return Err(wrong(path, format!("{name} has numbers of the type {}", entry["dtype"]))),
        };
        tensors.push((name.clone(), shaped(path, &name, numbers, &shape)?));
    }
    Ok(tensors)
}

/// The numbers that bytes stand for; none if there is a rest.
pub(super) fn numbers<const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> Float) -> Option<Vec<Float>> {
    let (chunks, rest) = bytes.as_chunks::<N>();
    rest.is_empty().then(|| chunks.iter().map(|bytes| read(*bytes)).collect())
}

/// A tensor, if there are as many numbers as the shape says.
pub(super) fn shaped(path: &str, name: &str, numbers: Option<Vec<Float>>, shape: &[usize]) -> Result<Tensor> {
    let count = shape.iter().try_fold(1usize, |all, size| all.checked_mul(*size));
    match numbers {
        Some(numbers) if count == Some(numbers.len()) => Ok(Tensor::from_vec(numbers, shape)),
        _ => Err(wrong(path, format!("{name} has not as many numbers as its shape {shape:?}"))),
    }
}

/// Writes tensors with their names to a file in the format safetensors. A file that is there is replaced only when the new
/// one is complete.
pub fn write_safetensors(path: &str, tensors: &[(&str, &Tensor)]) -> Result<()> {
    const DTYPE: &str = if size_of::<Float>() == 8 { "F64" } else { "F32" };
    let (mut header, mut data) = (Map::new(), Vec::new());
    for (name, tensor) in tensors {
        let start = data.len();
        data.extend(tensor.to_vec().iter().flat_map(|value| value.to_le_bytes()));
        let entry = json!({"dtype": DTYPE, "shape": tensor.shape(), "data_offsets": [start, data.len()]});
        header.insert((*name).to_owned(), entry);
    }
    let mut header = Value::Object(header).to_string().into_bytes();
    // The numbers begin at a multiple of 8.
    header.resize(header.len().next_multiple_of(8), b' ');
    write_whole(path, &[&(header.len() as u64).to_le_bytes()[..], &header, &data].concat())
}
