//! Functions of one number of which a loop can be vectorised: no branches, no calls. Within 2 units
//! of the last place of those of the standard library; what would be too small for a normal number
//! is 0.

use crate::Float;

/// eˣ = 2ⁿ eʳ with n = x / ln 2, rounded, and |r| ≤ ln 2 / 2, where a polynomial will do (Cody &
/// Waite 1980; its coefficients are those of Cephes).
#[cfg(not(feature = "f64"))]
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Added, it leaves no place for what is behind the point, so that n stands in the last bits.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts: n times the first is exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2[0]) - n * LN_2[1];
    const P: [f32; 6] = [
        1.987_569_1e-4,
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.5,
    ];
    let p = polynomial(P, r) * r * r + r + 1.0;
    let y = f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23));
    let y = if x < -87.336_54 { 0.0 } else { y };
    if x > 88.722_83 { f32::INFINITY } else { y }
}

/// The highest power first.
#[cfg(not(feature = "f64"))]
#[inline(always)]
fn polynomial<const N: usize>(coefficients: [f32; N], x: f32) -> f32 {
    coefficients
        .iter()
        .fold(0.0, |p, coefficient| p * x + coefficient)
}

/// tanh x = 1 − 2 / (e²ˣ + 1), and where that would lose digits x + x³ P(x²) (Cephes).
#[cfg(not(feature = "f64"))]
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let (size, square) = (x.abs(), x * x);
    const P: [f32; 5] = [
        -5.704_988_7e-3,
        2.063_909e-2,
        -5.373_971_5e-2,
        1.333_144_2e-1,
        -3.333_328e-1,
    ];
    let near = x + x * square * polynomial(P, square);
    let far = (1.0 - 2.0 / (exp(2.0 * size) + 1.0)).copysign(x);
    if size < 0.625 { near } else { far }
}

#[cfg(feature = "f64")]
pub(crate) fn exp(x: Float) -> Float {
    x.exp()
}

#[cfg(feature = "f64")]
pub(crate) fn tanh(x: Float) -> Float {
    x.tanh()
}

/// ln(1 + eˣ) = max(x, 0) + ln(1 + t) for t = e^−|x|, which does not overflow. With s = t / (2 +
/// t), ln(1 + t) = 2 artanh s, and s is at most ⅓, so that a few terms of the series s + s³/3 +
/// s⁵/5 + … will do.
#[cfg(not(feature = "f64"))]
#[inline(always)]
pub(crate) fn softplus(x: f32) -> f32 {
    let t = exp(-x.abs());
    let s = t / (2.0 + t);
    const P: [f32; 7] = [
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        0.2,
        1.0 / 3.0,
    ];
    let large = if x > 0.0 { x } else { 0.0 };
    large + 2.0 * (s + s * (s * s) * polynomial(P, s * s))
}

/// eˣ − 1 for x ≤ 0, exact also where the difference would lose its digits: 2 tanh ½x / (1 − tanh
/// ½x).
#[cfg(not(feature = "f64"))]
#[inline(always)]
pub(crate) fn exp_m1_below_0(x: f32) -> f32 {
    let half = tanh(0.5 * x);
    2.0 * half / (1.0 - half)
}

#[cfg(feature = "f64")]
pub(crate) fn softplus(x: Float) -> Float {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(feature = "f64")]
pub(crate) fn exp_m1_below_0(x: Float) -> Float {
    x.exp_m1()
}

/// 1 / (1 + e⁻ˣ), computed so that neither a large nor a small x overflows.
#[inline(always)]
pub(crate) fn sigmoid(x: Float) -> Float {
    let e = exp(-x.abs());
    let part = if x >= 0.0 { 1.0 } else { e };
    part / (1.0 + e)
}
