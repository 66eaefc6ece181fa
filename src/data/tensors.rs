//! Tensors in files that other programs read, too: safetensors and, from NumPy, npz.

use super::files::{read, write_whole, wrong};
use crate::Float;
use crate::tensor::Tensor;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use serde_json::{Map, Value, json};
use std::io::{Read, Result};

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

/// Tensors with their names, from a file that NumPy wrote with `savez` or `savez_compressed`.
///
/// ```
/// # use chainrule::prelude::*;
/// # let path = std::env::temp_dir().join(format!("chainrule-tensors-{}.npz", std::process::id()));
/// # let path = path.to_str().unwrap();
/// data::write_npz(path, &[("x", &tensor([[1.0, 2.0, 3.0]]))])?;
/// assert_eq!(data::read_npz(path)?[0].1.shape(), [1, 3]);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_npz(path: &str) -> Result<Vec<(String, Tensor)>> {
    let bytes = read(path)?;
    let entries = unzip(&bytes).ok_or_else(|| wrong(path, "this is no npz file, or it is damaged"))?;
    let one = |(name, content): (String, Vec<u8>)| {
        let name = name.strip_suffix(".npy").unwrap_or(&name).to_owned();
        let array =
            npy(&content).ok_or_else(|| wrong(path, format!("{name} is no array of numbers, or is damaged")))?;
        let (numbers, mut shape, is_fortran) = array;
        if is_fortran {
            shape.reverse();
        }
        let tensor = shaped(path, &name, Some(numbers), &shape)?;
        let backwards: Vec<usize> = (0..shape.len()).rev().collect();
        Ok((name, if is_fortran { tensor.permute(&backwards) } else { tensor }))
    };
    entries.into_iter().map(one).collect()
}

/// The number of so many bytes at a place, the lowest first.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// Names and contents of what is in a zip file, by its list at the end; None if it is damaged.
fn unzip(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    bytes.get(end..end + 22)?;
    let (count, mut at) = (number(bytes, end + 10, 2)?, number(bytes, end + 16, 4)?);
    let mut entries = Vec::new();
    for _ in 0..count {
        if bytes.get(at..)?.get(..4)? != b"PK\x01\x02" {
            return None;
        }
        let field = |offset: usize, size: usize| number(bytes, at + offset, size);
        let (method, checksum, packed, size) = (field(10, 2)?, field(16, 4)?, field(20, 4)?, field(24, 4)?);
        let (name, others, local) = (field(28, 2)?, field(30, 2)? + field(32, 2)?, field(42, 4)?);
        let title = String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name)?).into_owned();
        let start = local + 30 + number(bytes, local + 26, 2)? + number(bytes, local + 28, 2)?;
        let packed = bytes.get(start..start.checked_add(packed)?)?;
        let mut content = Vec::new();
        match method {
            0 => content.extend_from_slice(packed),
            // Not more than it says: a small file can unpack to a very large one.
            8 => drop(DeflateDecoder::new(packed).take(size as u64).read_to_end(&mut content).ok()?),
            _ => return None,
        }
        if content.len() != size || crc(&content) as usize != checksum {
            return None;
        }
        entries.push((title, content));
        at += 46 + name + others;
    }
    Some(entries)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The numbers of an array of NumPy, its shape, and whether its first axis runs fastest.
fn npy(bytes: &[u8]) -> Option<(Vec<Float>, Vec<usize>, bool)> {
    // The length of the header has two bytes in the first version of the format, four in the others.
    let size = if *bytes.strip_prefix(b"\x93NUMPY")?.first()? == 1 { 2 } else { 4 };
    let start: usize = 8 + size;
    let end = start.checked_add(number(bytes, 8, size)?)?;
    let (header, data) = (std::str::from_utf8(bytes.get(start..end)?).ok()?, &bytes[end..]);
    let after = |key: &str| Some(header.split_once(key)?.1.trim_start_matches([':', ' ', '\'']));
    let numbers = match after("'descr'")?.split('\'').next()? {
        "<f4" => numbers(data, |bytes| f32::from_le_bytes(bytes) as Float),
        "<f8" => numbers(data, |bytes| f64::from_le_bytes(bytes) as Float),
        "<i8" => numbers(data, |bytes| i64::from_le_bytes(bytes) as Float),
        "<i4" => numbers(data, |bytes| i32::from_le_bytes(bytes) as Float),
        "|u1" | "|b1" => numbers(data, |[byte]| Float::from(byte)),
        _ => None,
    }?;
    let sizes = after("'shape'")?.strip_prefix('(')?.split_once(')')?.0;
    let sizes: std::result::Result<Vec<usize>, _> =
        sizes.split(',').map(str::trim).filter(|size| !size.is_empty()).map(str::parse).collect();
    Some((numbers, sizes.ok()?, after("'fortran_order'")?.starts_with("True")))
}

/// Writes tensors with their names to a file that NumPy's `load` reads. A file that is there is replaced only when the new one
/// is complete.
pub fn write_npz(path: &str, tensors: &[(&str, &Tensor)]) -> Result<()> {
    let (mut file, mut list) = (Vec::new(), Vec::new());
    for (name, tensor) in tensors {
        let (kind, name) = (size_of::<Float>(), format!("{name}.npy"));
        let sizes: String = tensor.shape().iter().map(|size| format!("{size},")).collect();
        let header = format!("{{'descr': '<f{kind}', 'fortran_order': False, 'shape': ({sizes}), }}");
        // The numbers begin at a multiple of 64.
        let length = (header.len() + 11).next_multiple_of(64) - 10;
        let header = format!("{header:0$}\n", length - 1);
        let mut content = [&b"\x93NUMPY\x01\x00"[..], &(length as u16).to_le_bytes(), header.as_bytes()].concat();
        content.extend(tensor.to_vec().iter().flat_map(|value| value.to_le_bytes()));
        let Ok(size) = u32::try_from(content.len()) else {
            return Err(wrong(path, format!("{name} is too large for this format; write it as safetensors")));
        };
        // As it is, without compression; 0x21 is the first day that the format knows.
        let numbers = [crc(&content), size, size];
        let about = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &numbers.map(u32::to_le_bytes).concat()].concat();
        let about = [&about, &(name.len() as u16).to_le_bytes()[..], &[0, 0]].concat();
        let local = (file.len() as u32).to_le_bytes();
        list.extend([b"PK\x01\x02\x14\x00", &about[..], &[0; 10], &local, name.as_bytes()].concat());
        file.extend([b"PK\x03\x04", &about[..], name.as_bytes(), &content].concat());
    }
    let (count, place) = ((tensors.len() as u16).to_le_bytes(), (file.len() as u32).to_le_bytes());
    let size = (list.len() as u32).to_le_bytes();
    file.extend([&list[..], b"PK\x05\x06\0\0\0\0", &count, &count, &size, &place, &[0, 0]].concat());
    write_whole(path, &file)
}
