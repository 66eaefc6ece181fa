//! What has to be fast: the loops under the operations. Only here, and only where it was measured,
//! is `unsafe`.
//!
//! * `vectorised!` (here): one body of code, compiled for the vector units that there are, chosen
//!   when it runs; `simd`: which there are;
//! * `math`: eˣ and its relatives without branches, so that a loop over them is vectorised;
//! * `loops`: a function of each value, on several threads where that pays;
//! * `lanes`: a function of each row along an axis;
//! * `reduce`: sums and other totals along an axis; `extreme`: the largest, and where it is;
//! * `copy`: values that move, such as axes in another order;
//! * `gemm`: the product of two matrices; `stacks`: of many;
//! * `picks`: values that are picked by index;
//! * `windows`: what the windows of convolution and pooling see;
//! * `pool`: the threads; `flush`: in them, subnormal numbers are 0.
//!
//! Not here: what is computed and how it is differentiated ([`ops`](crate::ops)). Whatever is
//! divided among threads is divided so that no sum depends on it: the same seed gives the same bits
//! on any number of threads.

pub(crate) mod array;
pub(crate) mod copy;
pub(crate) mod extreme;
pub(crate) mod flush;
pub(crate) mod gemm;
pub(crate) mod lanes;
pub(crate) mod loops;
pub(crate) mod lstm;
pub(crate) mod math;
pub(crate) mod picks;
pub(crate) mod pool;
pub(crate) mod reduce;
pub(crate) mod simd;
pub(crate) mod stacks;
pub(crate) mod windows;

/// A function whose body is compiled for any processor, for one with AVX2, and for one with
/// AVX-512. Functions that are called in it are, too, if they are inlined. Vectors of 512 bits were
/// twice as fast for tanh and sigmoid, and half as fast again for Adam, where they were measured
/// (AMD Zen 5); what compares and picks was slower, and is marked `[256]`.
macro_rules! vectorised {
    ([256] $($function:tt)*) => {
        crate::kernels::vectorised!(@ false, $($function)*);
    };
    (@ $is_wide:expr, $(#[$note:meta])* fn $name:ident[$($generics:tt)*](
        $($argument:ident: $Type:ty),*
    ) $body:block) => {
        $(#[$note])*
        #[inline]
        fn $name<$($generics)*>($($argument: $Type),*) {
            #[inline(always)]
            fn body<$($generics)*>($($argument: $Type),*) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn avx2<$($generics)*>($($argument: $Type),*) {
                    body($($argument),*);
                }
                #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
                fn avx512<$($generics)*>($($argument: $Type),*) {
                    body($($argument),*);
                }
                if $is_wide && crate::kernels::simd::has_avx512() {
                    // SAFETY: the processor was asked whether it has these instructions.
                    return unsafe { avx512($($argument),*) };
                }
                if crate::kernels::simd::has_avx2() {
                    // SAFETY: the processor was asked whether it has these instructions.
                    return unsafe { avx2($($argument),*) };
                }
            }
            body($($argument),*);
        }
    };
    ($($function:tt)*) => {
        crate::kernels::vectorised!(@ true, $($function)*);
    };
}
pub(crate) use vectorised;
