//! The learner's own files: their bytes, packed or not; MNIST and its relatives (IDX); text.
//!
//! Files can be missing or damaged, so these return a `Result`; in a cell, end the call with `?`.

use super::formats::{is_no_text, not_of_its_kind};
use super::numbers::{Kind, Order};
use super::{Dataset, Text};
use crate::display::say;
use crate::tensor::Tensor;
use flate2::bufread::GzDecoder;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::{Path, PathBuf};

/// An error that says what is wrong with a file. Names and shapes in it come from the file, and can
/// be of any length: what nobody would read is left out.
pub(crate) fn wrong(path: &str, what: impl std::fmt::Display) -> Error {
    let mut what = what.to_string();
    if let Some((end, _)) = what.char_indices().nth(1500) {
        what.truncate(end);
        what.push('…');
    }
    let said = say(format!("{path}: {what}"), format!("{path}：{what}"));
    Error::new(ErrorKind::InvalidData, said)
}

/// The file with its name in the error, and unpacked if it is a `.gz`.
pub(crate) fn read(path: &str) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path)
        .map_err(|error| Error::new(error.kind(), format!("{path}: {error}")))?;
    if bytes.starts_with(GZIP) {
        unpack(path, &bytes)
    } else {
        Ok(bytes)
    }
}

const GZIP: &[u8] = &[0x1f, 0x8b];

/// All members of a gzip file, one after the other: who packs in parts, or puts two packed files
/// together, makes several.
fn unpack(path: &str, mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    while rest.starts_with(GZIP) {
        let mut member = GzDecoder::new(rest);
        member
            .read_to_end(&mut unpacked)
            .map_err(|error| wrong(path, damaged_gzip(&error)))?;
        rest = member.into_inner();
    }
    // Tapes, and some programs, fill up with zeros.
    match rest.iter().any(|byte| *byte != 0) {
        true => Err(wrong(
            path,
            say(
                format!(
                    "damaged gzip: {} bytes that are not packed follow it",
                    rest.len()
                ),
                format!("gzip 文件已损坏：后面还有 {} 个没有压缩的字节", rest.len()),
            ),
        )),
        false => Ok(unpacked),
    }
}

fn damaged_gzip(error: &Error) -> String {
    let chinese = match error.kind() {
        ErrorKind::UnexpectedEof => "gzip 文件不完整：请重新下载或复制",
        _ => "gzip 文件已损坏：请重新下载或复制",
    };
    say(format!("damaged gzip: {error}"), chinese.to_owned())
}

/// The text of a file: UTF-8, or UTF-16 with a mark in front that says so, as Windows writes it.
/// The mark itself is no part of it, and a line ends with `\n`, also where it ends with `\r\n` in
/// the file.
pub(crate) fn read_as_text(path: &str) -> Result<String> {
    let bytes = read(path)?;
    let is_other = is_no_text(&bytes);
    let said = match is_other {
        true => not_of_its_kind(&bytes, say("this is no text", "这不是文本")),
        false => say(
            "this is no text in UTF-8: open it in an editor and save it as UTF-8",
            "这不是 UTF-8 编码的文本：请用编辑器打开，另存为 UTF-8",
        )
        .to_owned(),
    };
    let text = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        // Of a zip file or a tar archive, each byte may be a character.
        all if is_other && (all.starts_with(b"PK") || all.contains(&0)) => None,
        _ => String::from_utf8(bytes).ok(),
    };
    let text = text.ok_or_else(|| wrong(path, said))?;
    Ok(if text.contains('\r') {
        text.replace("\r\n", "\n")
    } else {
        text
    })
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let text = String::from_utf16(&units.iter().map(|bytes| unit(*bytes)).collect::<Vec<_>>());
    text.ok().filter(|_| rest.is_empty())
}

/// Writes a file so that it is whole or as it was: under another name first, which then takes its
/// place.
pub(crate) fn write_whole(path: &str, bytes: &[u8]) -> Result<()> {
    let unfinished = format!("{path}.{}.unfinished", std::process::id());
    let written = std::fs::File::create(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&unfinished, path))
        .map_err(|error| {
            let _ = std::fs::remove_file(&unfinished);
            Error::new(error.kind(), format!("{path}: {error}"))
        })
}

/// A tensor from an IDX file, the format of MNIST (LeCun 1998), as it is or packed with gzip.
///
/// ```no_run
/// # use chainrule::prelude::*;
/// let labels = data::read_idx("train-labels-idx1-ubyte.gz")?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_idx(path: &str) -> Result<Tensor> {
    let bytes = read(path)?;
    let &[0, 0, kind, axes, ref rest @ ..] = bytes.as_slice() else {
        let missed = say(
            "this is no IDX file: it does not begin with two zeros",
            "这不是 IDX 文件：开头不是两个零",
        );
        return Err(wrong(path, not_of_its_kind(&bytes, missed)));
    };
    let (sizes, values) = rest
        .split_at_checked(4 * usize::from(axes))
        .ok_or_else(|| wrong(path, say("it ends early", "文件不完整")))?;
    let (sizes, _) = sizes.as_chunks::<4>();
    let shape: Vec<usize> = sizes
        .iter()
        .map(|size| u32::from_be_bytes(*size) as usize)
        .collect();
    let kind = match kind {
        0x08 => Kind::U8,
        0x09 => Kind::I8,
        0x0b => Kind::I16,
        0x0c => Kind::I32,
        0x0d => Kind::F32,
        0x0e => Kind::F64,
        _ => {
            return Err(wrong(
                path,
                say(
                    format!("{kind:#04x} is no type of numbers of IDX"),
                    format!("IDX 里没有 {kind:#04x} 这种数字类型"),
                ),
            ));
        }
    };
    let whole = values.len() - values.len() % kind.size();
    let numbers = kind
        .read(&values[..whole], Order::HighestFirst)
        .unwrap_or_default();
    Tensor::filled(numbers, &shape).map_err(|count| {
        wrong(
            path,
            say(
                format!("it holds {count} numbers, but its header says {shape:?}"),
                format!("里面有 {count} 个数，而文件头写的形状是 {shape:?}"),
            ),
        )
    })
}

/// MNIST, or another set in its files (Fashion-MNIST, KMNIST), from a folder with
/// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
/// `t10k-labels-idx1-ubyte`, or with `.idx3-ubyte` and `.idx1-ubyte` in their names, each as it is
/// or with `.gz`: the examples to learn from and those to test with. They are also found where
/// PyTorch puts them, below that folder in `MNIST/raw`. `x` is `[n, 784]` from 0 to 1, `y` the
/// class, `[n]`.
///
/// ```no_run
/// # use chainrule::prelude::*;
/// let (train, test) = data::mnist("mnist")?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn mnist(folder: &str) -> Result<(Dataset, Dataset)> {
    let part = |part: &str| {
        let file = |kind: &str| read_idx(&find_idx(folder, part, kind)?.to_string_lossy());
        let (images, labels) = (file("images-idx3-ubyte")?, file("labels-idx1-ubyte")?);
        let n = labels.len();
        let shape = images.shape();
        match *shape {
            [count, height, width] if count == n && n > 0 => Ok(Dataset::new(
                &(images.reshape(&[n, height * width]) / 255.0),
                &labels,
            )),
            _ => Err(wrong(
                folder,
                say(
                    format!("{part}: pictures of shape {shape:?} for {n} labels"),
                    format!("{part}：图片的形状是 {shape:?}，标签有 {n} 个"),
                ),
            )),
        }
    };
    Ok((part("train")?, part("t10k")?))
}

/// The file of MNIST with this name, in one of the spellings and the places in which it is found.
fn find_idx(folder: &str, part: &str, kind: &str) -> Result<PathBuf> {
    if let Err(error) = std::fs::metadata(folder) {
        return Err(Error::new(error.kind(), format!("{folder}: {error}")));
    }
    let name = format!("{part}-{kind}");
    let spellings = [
        name.clone(),
        format!("{part}-{}", kind.replacen('-', ".", 1)),
    ];
    let mut places = vec![PathBuf::from(folder)];
    // Some unpack each file into a folder of its name; torchvision makes a folder for the set, and
    // one for what it fetched.
    places.extend(
        spellings
            .iter()
            .map(|spelling| Path::new(folder).join(spelling)),
    );
    places.push(Path::new(folder).join("raw"));
    let sets = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut sets: Vec<PathBuf> = sets.map(|entry| entry.path().join("raw")).collect();
    sets.sort();
    places.extend(sets);
    for place in &places {
        for file in spellings
            .iter()
            .flat_map(|name| [name.clone(), format!("{name}.gz")])
        {
            if place.join(&file).is_file() {
                return Ok(place.join(&file));
            }
        }
    }
    let other = &spellings[1];
    let problem = say(
        format!("{folder}: there is no file {name} in this folder, nor {name}.gz, nor {other}"),
        format!("{folder}：这个文件夹里没有文件 {name}，也没有 {name}.gz 或 {other}"),
    );
    Err(Error::new(ErrorKind::NotFound, problem))
}

/// The text of a file, ready to be learnt: [`Text`]. It is in UTF-8, or in UTF-16 with a mark in
/// front, as Windows writes it; the mark is no letter, and lines end with `\n`, also where they end
/// with `\r\n` in the file.
pub fn read_text(path: &str) -> Result<Text> {
    let text = read_as_text(path)?;
    if text.is_empty() {
        return Err(wrong(path, say("the file is empty", "文件是空的")));
    }
    Ok(Text::new(&text))
}
