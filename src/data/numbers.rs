//! Numbers as files hold them: from a byte to eight, whole or with a fraction, the lowest byte
//! first or the highest.
//!
//! One list for all formats, so that a kind that one of them understands is understood by the
//! others.

use crate::Float;
use crate::tensor::Number;

/// What a number in a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    /// IEEE 754, half precision.
    F16,
    /// The upper half of an `f32` ("brain float").
    BF16,
    F32,
    F64,
    /// Eight bits (Micikevicius et al. 2022): four of exponent and three of fraction, without
    /// infinity.
    F8E4M3,
    /// Eight bits: five of exponent and two of fraction, the upper half of an [`F16`](Kind::F16).
    F8E5M2,
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    LowestFirst,
    HighestFirst,
}

impl Kind {
    /// Bytes that a number takes.
    pub fn size(self) -> usize {
        match self {
            Kind::Bool | Kind::U8 | Kind::I8 | Kind::F8E4M3 | Kind::F8E5M2 => 1,
            Kind::U16 | Kind::I16 | Kind::F16 | Kind::BF16 => 2,
            Kind::U32 | Kind::I32 | Kind::F32 => 4,
            Kind::U64 | Kind::I64 | Kind::F64 => 8,
        }
    }

    /// The numbers that bytes stand for; none if there is a rest.
    pub fn read(self, bytes: &[u8], order: Order) -> Option<Vec<Float>> {
        match self {
            Kind::Bool => numbers(bytes, order, |[byte]| Float::from(u8::from(byte != 0))),
            Kind::U8 => numbers(bytes, order, |[byte]| Float::from(byte)),
            Kind::I8 => numbers(bytes, order, |[byte]| Float::from(byte as i8)),
            Kind::U16 => numbers(bytes, order, |bytes| Float::from(u16::from_le_bytes(bytes))),
            Kind::I16 => numbers(bytes, order, |bytes| Float::from(i16::from_le_bytes(bytes))),
            Kind::U32 => converted(bytes, order, u32::from_le_bytes),
            Kind::I32 => converted(bytes, order, i32::from_le_bytes),
            Kind::U64 => converted(bytes, order, u64::from_le_bytes),
            Kind::I64 => converted(bytes, order, i64::from_le_bytes),
            Kind::F16 => numbers(bytes, order, |bytes| half(u16::from_le_bytes(bytes))),
            Kind::BF16 => numbers(bytes, order, |bytes| {
                f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16) as Float
            }),
            Kind::F32 => numbers(bytes, order, |bytes| f32::from_le_bytes(bytes) as Float),
            Kind::F64 => converted(bytes, order, f64::from_le_bytes),
            Kind::F8E4M3 => numbers(bytes, order, |[byte]| quarter(byte)),
            Kind::F8E5M2 => numbers(bytes, order, |[byte]| half(u16::from(byte) << 8)),
        }
    }
}

/// Numbers that may be no [`Float`]s, whole ones or ones too large: that is said.
fn converted<N: Number, const SIZE: usize>(
    bytes: &[u8],
    order: Order,
    read: impl Fn([u8; SIZE]) -> N,
) -> Option<Vec<Float>> {
    Some(N::floats(&numbers(bytes, order, read)?))
}

fn numbers<N, const SIZE: usize>(
    bytes: &[u8],
    order: Order,
    read: impl Fn([u8; SIZE]) -> N,
) -> Option<Vec<N>> {
    let (chunks, rest) = bytes.as_chunks::<SIZE>();
    let number = |bytes: &[u8; SIZE]| {
        let mut bytes = *bytes;
        if order == Order::HighestFirst {
            bytes.reverse();
        }
        read(bytes)
    };
    rest.is_empty().then(|| chunks.iter().map(number).collect())
}

/// The number that a half has the bits of.
pub(crate) fn half(bits: u16) -> Float {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    let magnitude = match (exponent, bits & 1023) {
        (0, _) => fraction * 2f32.powi(-24),
        (31, 0) => f32::INFINITY,
        (31, _) => f32::NAN,
        _ => (1024.0 + fraction) * 2f32.powi(exponent - 25),
    };
    (sign * magnitude) as Float
}

/// The number of eight bits with an exponent of four.
fn quarter(bits: u8) -> Float {
    let sign = if bits >> 7 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 3 & 15), f32::from(bits & 7));
    let magnitude = match (exponent, bits & 7) {
        (15, 7) => f32::NAN,
        (0, _) => fraction * 2f32.powi(-9),
        _ => (8.0 + fraction) * 2f32.powi(exponent - 10),
    };
    (sign * magnitude) as Float
}
