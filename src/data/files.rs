//! The learner's own files: MNIST and its relatives (IDX), tables (CSV), sound (WAV), text.
//!
//! Files can be missing or damaged, so these return a `Result`; in a cell, end the call with `?`.

use super::{Dataset, Text};
use crate::Float;
use crate::tensor::Tensor;
use flate2::read::GzDecoder;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::Path;

pub(super) fn wrong(path: &str, what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidData, format!("{path}: {what}"))
}

/// The file with its name in the error, and unpacked if it is a `.gz`.
pub(super) fn read(path: &str) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path).map_err(|error| Error::new(error.kind(), format!("{path}: {error}")))?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    GzDecoder::new(&bytes[..])
        .read_to_end(&mut unpacked)
        .map_err(|error| wrong(path, format!("damaged gzip: {error}")))?;
    Ok(unpacked)
}

/// Writes a file so that it is whole or as it was: under another name first, which then takes its place.
pub(super) fn write_whole(path: &str, bytes: &[u8]) -> Result<()> {
    let unfinished = format!("{path}.{}.unfinished", std::process::id());
    let written = std::fs::File::create(&unfinished).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&unfinished, path)).map_err(|error| {
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
        return Err(wrong(path, "this is no IDX file: it does not begin with two zeros"));
    };
    let (sizes, values) = rest.split_at_checked(4 * usize::from(axes)).ok_or_else(|| wrong(path, "it ends early"))?;
    let (sizes, _) = sizes.as_chunks::<4>();
    let shape: Vec<usize> = sizes.iter().map(|size| u32::from_be_bytes(*size) as usize).collect();
    let numbers: Vec<Float> = match kind {
        0x08 => values.iter().map(|value| Float::from(*value)).collect(),
        0x09 => values.iter().map(|value| Float::from(*value as i8)).collect(),
        0x0b => values.as_chunks().0.iter().map(|bytes| Float::from(i16::from_be_bytes(*bytes))).collect(),
        0x0c => values.as_chunks().0.iter().map(|bytes| i32::from_be_bytes(*bytes) as Float).collect(),
        0x0d => values.as_chunks().0.iter().map(|bytes| f32::from_be_bytes(*bytes) as Float).collect(),
        0x0e => values.as_chunks().0.iter().map(|bytes| f64::from_be_bytes(*bytes) as Float).collect(),
        _ => return Err(wrong(path, format!("{kind:#04x} is no type of numbers of IDX"))),
    };
    let expected = shape.iter().try_fold(1usize, |all, size| all.checked_mul(*size));
    if expected != Some(numbers.len()) {
        return Err(wrong(path, format!("it holds {} numbers, but its header says {shape:?}", numbers.len())));
    }
    Ok(Tensor::from_vec(numbers, &shape))
}

/// MNIST, or another set in its files (Fashion-MNIST, KMNIST), from a folder with `train-images-idx3-ubyte`,
/// `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each as it is or with `.gz`: the
/// examples to learn from and those to test with. `x` is `[n, 784]` from 0 to 1, `y` the class, `[n]`.
///
/// ```no_run
/// # use chainrule::prelude::*;
/// let (train, test) = data::mnist("mnist")?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn mnist(folder: &str) -> Result<(Dataset, Dataset)> {
    let file = |name: &str| {
        let path = |ending: &str| Path::new(folder).join(format!("{name}{ending}")).to_string_lossy().into_owned();
        let (plain, packed) = (path(""), path(".gz"));
        read_idx(if Path::new(&packed).exists() && !Path::new(&plain).exists() { &packed } else { &plain })
    };
    let part = |name: &str| {
        let (images, labels) =
            (file(&format!("{name}-images-idx3-ubyte"))?, file(&format!("{name}-labels-idx1-ubyte"))?);
        let n = labels.len();
        match *images.shape() {
            [count, height, width] if count == n && n > 0 => {
                Ok(Dataset::new(&(images.reshape(&[n, height * width]) / 255.0), &labels))
            }
            _ => Err(wrong(folder, format!("{name}: pictures of shape {:?} for {n} labels", images.shape()))),
        }
    };
    Ok((part("train")?, part("t10k")?))
}

/// A table from a CSV file whose first line names the columns; `target` is the name of the column to predict. `x` is
/// `[n, columns]`: numbers as they are, a column of words as one column of 0 and 1 for each word. `y` is `[n]`: the number of
/// the class if the target is a word or a whole number, else the value, `[n, 1]`.
///
/// ```
/// # use chainrule::prelude::*;
/// # let path = std::env::temp_dir().join(format!("chainrule-{}.csv", std::process::id()));
/// # let path = path.to_str().unwrap();
/// std::fs::write(path, "height,colour,kind\n1.5,red,apple\n2.5,green,pear\n2.0,red,pear\n")?;
/// let fruit = data::read_csv(path, "kind")?;
/// assert_eq!(fruit.x.shape(), [3, 3]); // height, colour=green, colour=red
/// assert_eq!(fruit.classes, ["apple", "pear"]);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_csv(path: &str, target: &str) -> Result<Dataset> {
    let bytes = read(path)?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(&bytes[..]);
    let names: Vec<String> = reader.headers().map_err(|error| wrong(path, error))?.iter().map(str::to_owned).collect();
    let Some(target_column) = names.iter().position(|name| name == target) else {
        return Err(wrong(path, format!("no column is called {target:?}; there are {names:?}")));
    };
    let mut rows: Vec<csv::StringRecord> = Vec::new();
    for row in reader.records() {
        rows.push(row.map_err(|error| wrong(path, error))?);
    }
    if rows.is_empty() {
        return Err(wrong(path, "there is no row below the names of the columns"));
    }
    let mut columns: Vec<Vec<Float>> = Vec::new();
    for (c, name) in names.iter().enumerate().filter(|(c, _)| *c != target_column) {
        let cells: Vec<&str> = rows.iter().map(|row| &row[c]).collect();
        if let Some(row) = cells.iter().position(|cell| cell.is_empty()) {
            return Err(wrong(path, format!("line {}: nothing stands in the column {name:?}", row + 2)));
        }
        match numbers(&cells) {
            Some(numbers) => columns.push(numbers),
            None => {
                let words = words(&cells);
                if words.len() > 50 {
                    let advice = "take it out, or write numbers";
                    return Err(wrong(
                        path,
                        format!("{} different words in the column {name:?}: {advice}", words.len()),
                    ));
                }
                let of = |word: &str| cells.iter().map(|cell| Float::from(u8::from(*cell == word))).collect();
                columns.extend(words.iter().map(|word| of(word)));
            }
        }
    }
    if columns.is_empty() {
        return Err(wrong(path, format!("there is no column beside {target:?}")));
    }
    let n = rows.len();
    let x = (0..n).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
    let x = Tensor::from_vec(x, &[n, columns.len()]);
    let cells: Vec<&str> = rows.iter().map(|row| &row[target_column]).collect();
    Ok(match numbers(&cells) {
        Some(values) if values.iter().all(|value| value.fract() == 0.0 && (0.0..1000.0).contains(value)) => {
            Dataset::new(&x, &Tensor::from_vec(values, &[n]))
        }
        Some(values) => Dataset::new(&x, &Tensor::from_vec(values, &[n, 1])),
        None => {
            let classes = words(&cells);
            let number = |cell: &&str| classes.iter().position(|class| class == cell).unwrap_or(0) as Float;
            let y = Tensor::from_vec(cells.iter().map(number).collect(), &[n]);
            Dataset::new(&x, &y).class_names(&classes)
        }
    })
}

fn numbers(cells: &[&str]) -> Option<Vec<Float>> {
    cells.iter().map(|cell| cell.parse().ok()).collect()
}

/// The different words, in alphabetical order.
fn words<'a>(cells: &[&'a str]) -> Vec<&'a str> {
    let mut words = cells.to_vec();
    words.sort_unstable();
    words.dedup();
    words
}

/// Sound from a WAV file: the samples from −1 to 1, `[n]`, several channels as their mean, and how many there are in a
/// second. Understands whole numbers of 8 to 32 bits and floating-point numbers of 32, uncompressed.
///
/// ```
/// # use chainrule::prelude::*;
/// # let path = std::env::temp_dir().join(format!("chainrule-{}.wav", std::process::id()));
/// # let path = path.to_str().unwrap();
/// data::write_wav(path, &tensor([0.0, 0.5, -0.5]), 8000)?;
/// let (sound, rate) = data::read_wav(path)?;
/// assert_eq!((sound.len(), rate), (3, 8000));
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_wav(path: &str) -> Result<(Tensor, usize)> {
    let bytes = read(path)?;
    if bytes.len() < 12 || &bytes[..4] != b"RIFF" || &bytes[8..12] != b"WAVE" {
        return Err(wrong(path, "this is no WAV file"));
    }
    let (mut rest, mut format) = (&bytes[12..], None);
    while let Some((head, body)) = rest.split_first_chunk::<8>() {
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        // Some programs leave the size of the last part open.
        let (part, after) = body.split_at(size.min(body.len()));
        match (&head[..4], format) {
            (b"fmt ", _) if part.len() >= 16 => {
                let number = |at: usize| usize::from(u16::from_le_bytes([part[at], part[at + 1]]));
                // "Extensible" says what it really is further on.
                let kind = if number(0) == 0xfffe && part.len() >= 26 { number(24) } else { number(0) };
                let rate = u32::from_le_bytes([part[4], part[5], part[6], part[7]]) as usize;
                format = Some((kind, number(2), rate, number(14)));
            }
            (b"data", Some((kind, channels, rate, bits))) => {
                let sample = |bytes: &[u8]| match (kind, bytes) {
                    (1, [a]) => Some((Float::from(*a) - 128.0) / 128.0),
                    (1, [a, b]) => Some(Float::from(i16::from_le_bytes([*a, *b])) / 32768.0),
                    (1, [a, b, c]) => Some((i32::from_le_bytes([0, *a, *b, *c]) >> 8) as Float / 8_388_608.0),
                    (1, [a, b, c, d]) => Some(i32::from_le_bytes([*a, *b, *c, *d]) as Float / 2_147_483_648.0),
                    (3, [a, b, c, d]) => Some(f32::from_le_bytes([*a, *b, *c, *d]) as Float),
                    _ => None,
                };
                let size = (bits / 8).max(1);
                let samples: Option<Vec<Float>> = part.chunks_exact(size).map(sample).collect();
                let (Some(samples), true, true) = (samples, channels > 0, rate > 0) else {
                    return Err(wrong(path, format!("samples of {bits} bits in form {kind} are not understood")));
                };
                let mean = |frame: &[Float]| frame.iter().sum::<Float>() / channels as Float;
                let mono: Vec<Float> = samples.chunks_exact(channels).map(mean).collect();
                if mono.is_empty() {
                    return Err(wrong(path, "there is no sound in it"));
                }
                let n = mono.len();
                return Ok((Tensor::from_vec(mono, &[n]), rate));
            }
            _ => {}
        }
        rest = after.get(size % 2..).unwrap_or_default();
    }
    Err(wrong(path, "there is no sound in it"))
}

/// Writes sound, samples from −1 to 1, to a WAV file of 16 bits that every program plays.
pub fn write_wav(path: &str, samples: &Tensor, rate: usize) -> Result<()> {
    write_whole(path, &wav(samples, rate))
}

/// The bytes of a WAV file.
pub(crate) fn wav(samples: &Tensor, rate: usize) -> Vec<u8> {
    let samples = samples.to_vec();
    let (size, rate) = (2 * samples.len() as u32, rate as u32);
    let mut bytes = [&b"RIFF"[..], &(36 + size).to_le_bytes(), b"WAVEfmt ", &16u32.to_le_bytes()].concat();
    for number in [1u16, 1] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([rate.to_le_bytes(), (2 * rate).to_le_bytes()].concat());
    bytes.extend([2u16.to_le_bytes(), 16u16.to_le_bytes()].concat());
    bytes.extend([&b"data"[..], &size.to_le_bytes()].concat());
    bytes.extend(samples.iter().flat_map(|value| ((value.clamp(-1.0, 1.0) * 32767.0) as i16).to_le_bytes()));
    bytes
}

/// The text of a file, ready to be learnt: [`Text`].
pub fn read_text(path: &str) -> Result<Text> {
    let text = String::from_utf8(read(path)?).map_err(|_| wrong(path, "this is no text in UTF-8"))?;
    if text.is_empty() {
        return Err(wrong(path, "the file is empty"));
    }
    Ok(Text::new(&text))
}
