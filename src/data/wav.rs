//! Sound in WAV files.

use super::files::{read, write_whole, wrong};
use super::formats::not_of_its_kind;
use super::numbers::{Kind, Order};
use crate::Float;
use crate::display::say;
use crate::tensor::Tensor;
use std::io::{Error, Result};

/// Sound from a WAV file: the samples from −1 to 1, `[n]`, several channels as their mean, and how
/// many there are in a second. Understands whole numbers of 8 to 32 bits, floating-point numbers of
/// 32 and 64, and the 8 bits of telephones (µ-law and A-law); also files of recorders that were
/// stopped before they wrote how long the sound is.
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
    let is_wave = bytes.len() >= 12
        && [b"RIFF", b"RF64", b"BW64"].contains(&bytes[..4].as_array().unwrap_or(b"    "));
    if !is_wave || &bytes[8..12] != b"WAVE" {
        let missed = say("this is no WAV file", "这不是 WAV 文件");
        return Err(wrong(path, not_of_its_kind(&bytes, missed)));
    }
    let (mut rest, mut format, mut long) = (&bytes[12..], None, None);
    while let Some((head, body)) = rest.split_first_chunk::<8>() {
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let is_sound = &head[..4] == b"data";
        let size = if is_sound {
            size_of_sound(size, long, body)
        } else {
            size as usize
        };
        // Some programs leave the size of the last part open.
        let (part, after) = body.split_at(size.min(body.len()));
        match (&head[..4], &format) {
            (b"ds64", _) => {
                long = part
                    .get(8..16)
                    .and_then(|bytes| Some(u64::from_le_bytes(*bytes.as_array()?)))
            }
            (b"fmt ", _) if part.len() >= 16 => format = Some(Format::read(part)),
            (b"data", Some(format)) => return Ok((format.sound(path, part)?, format.rate)),
            _ => {}
        }
        rest = after.get(size % 2..).unwrap_or_default();
    }
    Err(no_sound(path))
}

fn no_sound(path: &str) -> Error {
    wrong(path, say("there is no sound in it", "里面没有声音"))
}

/// How many bytes of sound there are. A recorder does not know that when it begins to write, and
/// what it wrote instead (0, or the largest number) stays there if it is stopped, or if it writes
/// to a pipe. A file of more than 4 GB says it elsewhere.
fn size_of_sound(size: u32, long: Option<u64>, body: &[u8]) -> usize {
    match (size, long) {
        (u32::MAX, Some(long)) => usize::try_from(long).unwrap_or(usize::MAX),
        (0, _) if !are_parts(body) => body.len(),
        _ => size as usize,
    }
}

/// Whether there is nothing but further parts of the file, so that a sound of length 0 is one.
fn are_parts(mut rest: &[u8]) -> bool {
    while let Some((head, body)) = rest.split_first_chunk::<8>() {
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let is_name = head[..4]
            .iter()
            .all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        if !is_name || size > body.len() {
            return false;
        }
        rest = body.get(size + size % 2..).unwrap_or_default();
    }
    rest.len() < 2
}

/// What the samples of a file are.
struct Format {
    kind: usize,
    channels: usize,
    rate: usize,
    bits: usize,
}

impl Format {
    /// From the part "fmt ", of at least 16 bytes.
    fn read(part: &[u8]) -> Format {
        let number = |at: usize| usize::from(u16::from_le_bytes([part[at], part[at + 1]]));
        // "Extensible" says what it really is further on.
        let kind = if number(0) == 0xfffe && part.len() >= 26 {
            number(24)
        } else {
            number(0)
        };
        let rate = u32::from_le_bytes([part[4], part[5], part[6], part[7]]) as usize;
        Format {
            kind,
            channels: number(2),
            rate,
            bits: number(14),
        }
    }

    /// The samples from −1 to 1, the mean of all channels.
    fn sound(&self, path: &str, bytes: &[u8]) -> Result<Tensor> {
        if self.channels == 0 || self.rate == 0 {
            let (channels, rate) = (self.channels, self.rate);
            return Err(wrong(
                path,
                say(
                    format!(
                        "its header is damaged: it says {channels} channels and {rate} samples a \
                         second"
                    ),
                    format!("文件头已损坏：上面写着 {channels} 个声道，每秒 {rate} 个采样"),
                ),
            ));
        }
        let Some(samples) = self.samples(bytes) else {
            let (bits, kind) = (self.bits, self.kind);
            let call = "sox IN.wav -b 16 -e signed OUT.wav";
            return Err(wrong(
                path,
                say(
                    format!(
                        "samples of {bits} bits in form {kind} are not understood; export it as \
                         16-bit PCM, for example: {call}"
                    ),
                    format!(
                        "读不懂这种采样（{bits} 位，格式 {kind}）；请导出为 16 位 PCM，例如：{call}"
                    ),
                ),
            ));
        };
        let mean = |frame: &[Float]| frame.iter().sum::<Float>() / self.channels as Float;
        let mono: Vec<Float> = samples.chunks_exact(self.channels).map(mean).collect();
        if mono.is_empty() {
            return Err(no_sound(path));
        }
        let n = mono.len();
        Ok(Tensor::from_vec(mono, &[n]))
    }

    fn samples(&self, bytes: &[u8]) -> Option<Vec<Float>> {
        let size = (self.bits / 8).max(1);
        let whole = &bytes[..bytes.len() - bytes.len() % size];
        let scaled = |kind: Kind, scale: Float| {
            let samples = kind.read(whole, Order::LowestFirst)?;
            Some(samples.into_iter().map(|sample| sample / scale).collect())
        };
        match (self.kind, self.bits) {
            // From 0 to 255, with silence in the middle.
            (1, 8) => Some(
                whole
                    .iter()
                    .map(|byte| (Float::from(*byte) - 128.0) / 128.0)
                    .collect(),
            ),
            (1, 16) => scaled(Kind::I16, 32768.0),
            (1, 24) => {
                let samples = whole.as_chunks::<3>().0.iter();
                Some(
                    samples
                        .map(|[a, b, c]| {
                            (i32::from_le_bytes([0, *a, *b, *c]) >> 8) as Float / 8_388_608.0
                        })
                        .collect(),
                )
            }
            (1, 32) => scaled(Kind::I32, 2_147_483_648.0),
            (3, 32) => scaled(Kind::F32, 1.0),
            (3, 64) => scaled(Kind::F64, 1.0),
            (6, 8) => Some(whole.iter().map(|byte| a_law(*byte)).collect()),
            (7, 8) => Some(whole.iter().map(|byte| mu_law(*byte)).collect()),
            _ => None,
        }
    }
}

/// A sample of eight bits, finer where it is quiet (ITU-T G.711, µ-law).
fn mu_law(byte: u8) -> Float {
    let bits = !byte;
    let magnitude = (((i32::from(bits & 15) << 3) + 132) << (bits >> 4 & 7)) - 132;
    (if bits >> 7 == 1 {
        -magnitude
    } else {
        magnitude
    }) as Float
        / 32768.0
}

/// A sample of eight bits, finer where it is quiet (ITU-T G.711, A-law).
fn a_law(byte: u8) -> Float {
    let bits = byte ^ 0x55;
    let (fraction, exponent) = (i32::from(bits & 15) << 4, bits >> 4 & 7);
    let magnitude = if exponent == 0 {
        fraction + 8
    } else {
        (fraction + 264) << (exponent - 1)
    };
    (if bits >> 7 == 1 {
        magnitude
    } else {
        -magnitude
    }) as Float
        / 32768.0
}

/// Writes sound, samples from −1 to 1, to a WAV file of 16 bits that every program plays.
pub fn write_wav(path: &str, samples: &Tensor, rate: usize) -> Result<()> {
    write_whole(path, &wav(samples, rate))
}

/// The bytes of a WAV file.
pub(crate) fn wav(samples: &Tensor, rate: usize) -> Vec<u8> {
    let samples = samples.to_vec();
    let (size, rate) = (2 * samples.len() as u32, rate as u32);
    let mut bytes = [
        &b"RIFF"[..],
        &(36 + size).to_le_bytes(),
        b"WAVEfmt ",
        &16u32.to_le_bytes(),
    ]
    .concat();
    for number in [1u16, 1] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([rate.to_le_bytes(), (2 * rate).to_le_bytes()].concat());
    bytes.extend([2u16.to_le_bytes(), 16u16.to_le_bytes()].concat());
    bytes.extend([&b"data"[..], &size.to_le_bytes()].concat());
    bytes.extend(
        samples
            .iter()
            .flat_map(|value| ((value.clamp(-1.0, 1.0) * 32767.0) as i16).to_le_bytes()),
    );
    bytes
}
