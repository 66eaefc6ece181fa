//! The vector units of this processor: not known when the library is compiled.

use std::sync::OnceLock;

/// What loops are compiled for, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
// Each kind of processor makes its own.
#[allow(dead_code)]
pub(crate) enum Simd {
    /// What every processor of its kind has, at least.
    Portable,
    /// Vectors of 256 bits, and a · b + c in one instruction.
    Avx2,
    /// Vectors of 512 bits.
    Avx512,
    /// Those of ARM, of 128 bits.
    Neon,
}

/// The best that there is, or less if `CHAINRULE_SIMD` says so (`portable`, `avx2`): to see what
/// other processors would.
#[inline]
pub(crate) fn simd() -> Simd {
    static SIMD: OnceLock<Simd> = OnceLock::new();
    *SIMD.get_or_init(|| {
        let most = match std::env::var("CHAINRULE_SIMD").as_deref() {
            Ok("portable") => Simd::Portable,
            Ok("avx2") => Simd::Avx2,
            _ => Simd::Neon,
        };
        best().min(most)
    })
}

/// Whether loops may use vectors of 256 bits.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn has_avx2() -> bool {
    simd() >= Simd::Avx2
}

/// Whether they may use vectors of 512 bits.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn has_avx512() -> bool {
    simd() >= Simd::Avx512
}

#[cfg(target_arch = "x86_64")]
fn best() -> Simd {
    // The second generation of AVX-512 and all since (Intel 2017, AMD 2022).
    let has_avx512 = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512bw");
    if !(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")) {
        Simd::Portable
    } else if has_avx512 {
        Simd::Avx512
    } else {
        Simd::Avx2
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn best() -> Simd {
    if cfg!(target_arch = "aarch64") {
        Simd::Neon
    } else {
        Simd::Portable
    }
}
