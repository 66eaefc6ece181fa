//! Arrays of NumPy in files: one as npy, several with their names as npz.

use super::files::{read, write_whole, wrong};
use super::formats::not_of_its_kind;
use super::numbers::{Kind, Order};
use super::tensors::{shaped, without};
use crate::Float;
use crate::display::say;
use crate::tensor::Tensor;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::io::{Read, Result};
use std::path::Path;

/// Tensors with their names, from a file that NumPy wrote with `savez` or `savez_compressed`; from
/// one that `save` wrote, its only one, under the name of the file ([`read_npy`] gives it without).
/// Whole numbers and numbers of 16, 32 and 64 bits all become numbers of the library, which hold
/// whole numbers exactly up to 16,777,216. What is no number (text, structs, Python objects,
/// complex numbers) is left out, with a line that says so; it is an error if nothing else is there.
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
    if bytes.starts_with(NPY) {
        let name = Path::new(path)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        return Ok(vec![(name, read_npy(path)?)]);
    }
    let entries = unzip(&bytes).ok_or_else(|| {
        let missed = say(
            "this is no npz file, or it is damaged",
            "这不是 npz 文件，或者文件已损坏",
        );
        match bytes.starts_with(b"PK") {
            true => wrong(path, missed),
            false => wrong(path, not_of_its_kind(&bytes, missed)),
        }
    })?;
    let (mut tensors, mut others) = (Vec::new(), Vec::new());
    for (title, content) in entries {
        let name = title.strip_suffix(".npy").unwrap_or(&title);
        match Array::read(&content) {
            Some(Array::Numbers(array)) => {
                tensors.push((name.to_owned(), array.tensor(path, name)?))
            }
            Some(Array::Others(what)) => {
                others.push(say(format!("{name} ({what})"), format!("{name}（{what}）")))
            }
            None if content.starts_with(NPY) => {
                return Err(wrong(
                    path,
                    say(format!("{name} is damaged"), format!("{name} 已损坏")),
                ));
            }
            None => others.push(say(
                format!("{name} (no array)"),
                format!("{name}（不是数组）"),
            )),
        }
    }
    without(path, &others, tensors.is_empty())?;
    Ok(tensors)
}

/// The tensor in a file that NumPy wrote with `save`.
///
/// ```
/// # use chainrule::prelude::*;
/// # let path = std::env::temp_dir().join(format!("chainrule-tensors-{}.npy", std::process::id()));
/// # let path = path.to_str().unwrap();
/// data::write_npy(path, &tensor([[1.0, 2.0, 3.0]]))?;
/// assert_eq!(data::read_npy(path)?.shape(), [1, 3]);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_npy(path: &str) -> Result<Tensor> {
    let bytes = read(path)?;
    match Array::read(&bytes) {
        Some(Array::Numbers(array)) => array.tensor(path, say("the array", "数组")),
        Some(Array::Others(what)) => Err(wrong(
            path,
            say(
                format!("it holds {what}, and a tensor holds only numbers"),
                format!("张量只能存放数字，而这里的内容是：{what}"),
            ),
        )),
        None => {
            let missed = say(
                "this is no npy file, or it is damaged",
                "这不是 npy 文件，或者文件已损坏",
            );
            Err(match bytes.starts_with(NPY) {
                true => wrong(path, missed),
                false => wrong(path, not_of_its_kind(&bytes, missed)),
            })
        }
    }
}

/// Writes a tensor to a file that NumPy's `load` reads. A file that is there is replaced only when
/// the new one is complete.
pub fn write_npy(path: &str, tensor: &Tensor) -> Result<()> {
    write_whole(path, &npy(tensor))
}

/// The number of so many bytes at a place, the lowest first.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | usize::from(*byte)),
    )
}

/// Names and contents of what is in a zip file, by its list at the end; None if it is damaged.
fn unzip(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let end = bytes
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")?;
    bytes.get(end..end + 22)?;
    let (count, mut at) = (number(bytes, end + 10, 2)?, number(bytes, end + 16, 4)?);
    let mut entries = Vec::new();
    for _ in 0..count {
        if bytes.get(at..)?.get(..4)? != b"PK\x01\x02" {
            return None;
        }
        let field = |offset: usize, size: usize| number(bytes, at + offset, size);
        let (method, checksum, packed, size) =
            (field(10, 2)?, field(16, 4)?, field(20, 4)?, field(24, 4)?);
        let (name, others, local) = (field(28, 2)?, field(30, 2)? + field(32, 2)?, field(42, 4)?);
        let title = String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name)?).into_owned();
        let start = local + 30 + number(bytes, local + 26, 2)? + number(bytes, local + 28, 2)?;
        let packed = bytes.get(start..start.checked_add(packed)?)?;
        let mut content = Vec::new();
        match method {
            0 => content.extend_from_slice(packed),
            // Not more than it says: a small file can unpack to a very large one.
            8 => drop(
                DeflateDecoder::new(packed)
                    .take(size as u64)
                    .read_to_end(&mut content)
                    .ok()?,
            ),
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

/// How an array of NumPy begins.
const NPY: &[u8] = b"\x93NUMPY";

/// What stands in a file of NumPy.
enum Array {
    Numbers(Numbers),
    /// Something that a tensor does not hold, in words.
    Others(String),
}

struct Numbers {
    numbers: Vec<Float>,
    shape: Vec<usize>,
    /// Whether the first axis runs fastest.
    is_fortran: bool,
}

impl Array {
    /// None if it is damaged.
    fn read(bytes: &[u8]) -> Option<Array> {
        // The length of the header has two bytes in the first version of the format, four in the
        // others.
        let size = if *bytes.strip_prefix(NPY)?.first()? == 1 {
            2
        } else {
            4
        };
        let start: usize = 8 + size;
        let end = start.checked_add(number(bytes, 8, size)?)?;
        // In UTF-8 in the third version of the format, in Latin-1 before: names of fields may have
        // accents.
        let (header, data) = (bytes.get(start..end)?, &bytes[end..]);
        let header = match std::str::from_utf8(header) {
            Ok(text) => text.to_owned(),
            Err(_) => header.iter().copied().map(char::from).collect(),
        };
        let after = |key: &str| Some(header.split_once(key)?.1.trim_start_matches([':', ' ']));
        let description = after("'descr'")?;
        let Some(description) = description
            .strip_prefix('\'')
            .and_then(|rest| rest.split('\'').next())
        else {
            return description
                .starts_with('[')
                .then(|| Array::Others(say("structs", "结构体").to_owned()));
        };
        let Some((kind, order)) = kind(description) else {
            return Some(Array::Others(in_words(description)));
        };
        let numbers = kind.read(data, order)?;
        let sizes = after("'shape'")?.strip_prefix('(')?.split_once(')')?.0;
        let sizes: std::result::Result<Vec<usize>, _> = sizes
            .split(',')
            .map(str::trim)
            .filter(|size| !size.is_empty())
            .map(str::parse)
            .collect();
        let is_fortran = after("'fortran_order'")?.starts_with("True");
        Some(Array::Numbers(Numbers {
            numbers,
            shape: sizes.ok()?,
            is_fortran,
        }))
    }
}

impl Numbers {
    fn tensor(self, path: &str, name: &str) -> Result<Tensor> {
        let mut shape = self.shape;
        if !self.is_fortran {
            return shaped(path, name, Some(self.numbers), &shape);
        }
        shape.reverse();
        let backwards: Vec<usize> = (0..shape.len()).rev().collect();
        Ok(shaped(path, name, Some(self.numbers), &shape)?.permute(&backwards))
    }
}

/// What the numbers of an array are, by NumPy's letters for it: `<f4` is four bytes of a fraction,
/// the lowest first.
fn kind(description: &str) -> Option<(Kind, Order)> {
    let order = if description.starts_with('>') {
        Order::HighestFirst
    } else {
        Order::LowestFirst
    };
    let kind = match description.trim_start_matches(['<', '>', '|', '=']) {
        "b1" => Kind::Bool,
        "u1" => Kind::U8,
        "i1" => Kind::I8,
        "u2" => Kind::U16,
        "i2" => Kind::I16,
        "u4" => Kind::U32,
        "i4" => Kind::I32,
        "u8" => Kind::U64,
        "i8" => Kind::I64,
        "f2" => Kind::F16,
        "f4" => Kind::F32,
        "f8" => Kind::F64,
        _ => return None,
    };
    Some((kind, order))
}

fn in_words(description: &str) -> String {
    let letters = description.trim_start_matches(['<', '>', '|', '=']);
    match letters.bytes().next() {
        Some(b'U' | b'S' | b'a' | b'T') => say("text", "文本").to_owned(),
        Some(b'O') => say("Python objects", "Python 对象").to_owned(),
        Some(b'c') => say("complex numbers", "复数").to_owned(),
        Some(b'M' | b'm') => say("dates or times", "日期或时间").to_owned(),
        _ => say(
            format!("values of NumPy's type {description:?}"),
            format!("NumPy 的 {description:?} 类型的值"),
        ),
    }
}

/// The bytes of a file with one array.
fn npy(tensor: &Tensor) -> Vec<u8> {
    let kind = size_of::<Float>();
    let sizes: String = tensor
        .shape()
        .iter()
        .map(|size| format!("{size},"))
        .collect();
    let header = format!("{{'descr': '<f{kind}', 'fortran_order': False, 'shape': ({sizes}), }}");
    // The numbers begin at a multiple of 64.
    let length = (header.len() + 11).next_multiple_of(64) - 10;
    let header = format!("{header:0$}\n", length - 1);
    let mut content = [
        NPY,
        &[1, 0],
        &(length as u16).to_le_bytes(),
        header.as_bytes(),
    ]
    .concat();
    content.extend(tensor.to_vec().iter().flat_map(|value| value.to_le_bytes()));
    content
}

/// Writes tensors with their names to a file that NumPy's `load` reads. A file that is there is
/// replaced only when the new one is complete.
pub fn write_npz(path: &str, tensors: &[(&str, &Tensor)]) -> Result<()> {
    let (mut file, mut list) = (Vec::new(), Vec::new());
    for (name, tensor) in tensors {
        let (content, name) = (npy(tensor), format!("{name}.npy"));
        let Ok(size) = u32::try_from(content.len()) else {
            return Err(wrong(
                path,
                say(
                    format!("{name} is too large for this format; write it as safetensors"),
                    format!("{name} 太大，这种格式放不下；请写成 safetensors"),
                ),
            ));
        };
        // As it is, without compression; 0x21 is the first day that the format knows.
        let numbers = [crc(&content), size, size];
        let about = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..],
            &numbers.map(u32::to_le_bytes).concat(),
        ]
        .concat();
        let about = [&about, &(name.len() as u16).to_le_bytes()[..], &[0, 0]].concat();
        let local = (file.len() as u32).to_le_bytes();
        list.extend(
            [
                b"PK\x01\x02\x14\x00",
                &about[..],
                &[0; 10],
                &local,
                name.as_bytes(),
            ]
            .concat(),
        );
        file.extend([b"PK\x03\x04", &about[..], name.as_bytes(), &content].concat());
    }
    let (count, place) = (
        (tensors.len() as u16).to_le_bytes(),
        (file.len() as u32).to_le_bytes(),
    );
    let size = (list.len() as u32).to_le_bytes();
    file.extend(
        [
            &list[..],
            b"PK\x05\x06\0\0\0\0",
            &count,
            &count,
            &size,
            &place,
            &[0, 0],
        ]
        .concat(),
    );
    write_whole(path, &file)
}
