//! The largest and smallest values along an axis, and where they are.

use super::loops::{Along, Shared};
use super::reduce::{Fold, each_rows, each_tile};
use super::vectorised;
use crate::Float;

/// Of what one can ask where it is.
pub(crate) trait Extreme: Fold<Total = Float> {
    /// Whether `a` is more of it than `b`. No number is, and none is more than what is no number.
    fn beats(a: Float, b: Float) -> bool;
}

macro_rules! extreme {
    ($(#[$doc:meta])* $Extreme:ident, $start:expr, |$a:ident, $b:ident| $beats:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $Extreme;

        impl Extreme for $Extreme {
            #[inline(always)]
            fn beats($a: Float, $b: Float) -> bool {
                $beats
            }
        }

        impl Fold for $Extreme {
            type Total = Float;
            const START: Float = $start;
            #[inline(always)]
            fn of(x: Float) -> Float {
                x
            }
            #[inline(always)]
            fn join(a: Float, b: Float) -> Float {
                more::<$Extreme>(a, b)
            }
            #[inline(always)]
            fn of_row(row: &[Float]) -> Float {
                if row.len() < 32 {
                    of_row::<$Extreme, 8>(row)
                } else {
                    of_row::<$Extreme, 32>(row)
                }
            }
        }
    };
}
extreme!(Largest, Float::NEG_INFINITY, |a, b| a > b);
extreme!(Smallest, Float::INFINITY, |a, b| a < b);

/// Not `Float::max`, which would hide a NaN: whoever looks for the cause has to see it. In this
/// form it is one instruction after another number, and the NaN is looked for beside it.
#[inline(always)]
fn more<F: Extreme>(a: Float, b: Float) -> Float {
    if b.is_nan() { b } else { better::<F>(a, b) }
}

#[inline(always)]
fn better<F: Extreme>(a: Float, b: Float) -> Float {
    if F::beats(b, a) { b } else { a }
}

#[inline(always)]
pub(crate) fn larger(a: Float, b: Float) -> Float {
    more::<Largest>(a, b)
}

#[inline(always)]
pub(crate) fn smaller(a: Float, b: Float) -> Float {
    more::<Smallest>(a, b)
}

/// The extreme of a row, `N` values at a time, the last `N` of them perhaps for the second time. No
/// step waits for whether there was a NaN: that is asked beside it, and told at the end.
#[inline(always)]
fn of_row<F: Extreme, const N: usize>(row: &[Float]) -> Float {
    let Some(last) = row.last_chunk::<N>() else {
        return row.iter().fold(F::START, |best, x| more::<F>(best, *x));
    };
    let (mut best, mut is_nan) = ([F::START; N], [0; N]);
    for chunk in row.as_chunks::<N>().0 {
        take_in::<F, N>(chunk, &mut best, &mut is_nan);
    }
    take_in::<F, N>(last, &mut best, &mut is_nan);
    let mut half = N / 2;
    while half > 0 {
        for k in 0..half {
            best[k] = better::<F>(best[k], best[k + half]);
            is_nan[k] |= is_nan[k + half];
        }
        half /= 2;
    }
    if is_nan[0] == 0 { best[0] } else { Float::NAN }
}

#[inline(always)]
fn take_in<F: Extreme, const N: usize>(
    x: &[Float; N],
    best: &mut [Float; N],
    is_nan: &mut [u32; N],
) {
    for k in 0..N {
        best[k] = better::<F>(best[k], x[k]);
        is_nan[k] |= if x[k].is_nan() { u32::MAX } else { 0 };
    }
}

vectorised! { [256]
    fn first_in_rows[F: Extreme](
        _fold: &F, x: &[Float], len: usize, out: &mut [Float]
    ) {
        for (out, row) in out.iter_mut().zip(x.chunks_exact(len)) {
            let best = F::of_row(row);
            if best.is_nan() {
                let first = row.iter().position(|x| x.is_nan());
                *out = first.expect("a NaN was seen") as Float;
                continue;
            }
            // Without branches, to the end of the row: where it is nobody can foretell.
            let mut first = u32::MAX;
            for (i, x) in row.iter().enumerate() {
                first = first.min(if *x == best { i as u32 } else { u32::MAX });
            }
            *out = first as Float;
        }
    }
}

vectorised! { [256]
    fn first_in_columns[F: Extreme](
        _fold: &F, x: &[Float], step: usize, height: usize, out: &mut [Float]
    ) {
        match out.len() {
            16.. => first_at_once::<F, 16>(x, step, height, out),
            8.. => first_at_once::<F, 8>(x, step, height, out),
            4.. => first_at_once::<F, 4>(x, step, height, out),
            _ => first_at_once::<F, 1>(x, step, height, out),
        }
    }
}

/// `N` columns are looked through at once, the last `N` of them perhaps for the second time: what
/// is known of them stays in registers. Kept in memory, it is stored under a mask, which takes
/// older processors 20 times as long as a store.
#[inline(always)]
fn first_at_once<F: Extreme, const N: usize>(
    x: &[Float],
    step: usize,
    height: usize,
    out: &mut [Float],
) {
    for left in (0..out.len()).step_by(N) {
        let left = left.min(out.len() - N);
        let mut places = [0.0; N];
        let (mut best, mut is_nan) = ([F::START; N], [0; N]);
        for i in 0..height {
            let row = x[left + i * step..].first_chunk::<N>();
            let row = row.expect("as many columns");
            for k in 0..N {
                let is_better = F::beats(row[k], best[k]);
                places[k] = if is_better { i as Float } else { places[k] };
            }
            take_in::<F, N>(row, &mut best, &mut is_nan);
        }
        for k in (0..N).filter(|k| is_nan[*k] != 0) {
            let column = x[left + k..].iter().step_by(step);
            let first = column.take(height).position(|x| x.is_nan());
            places[k] = first.expect("a NaN was seen") as Float;
        }
        out[left..left + N].copy_from_slice(&places);
    }
}

/// Whether these are equal, or both no numbers.
#[inline(always)]
pub(crate) fn same(a: Float, b: Float) -> bool {
    (a == b) | (a.is_nan() & b.is_nan())
}

vectorised! { [256]
    /// In one pass, which is faster for a few values.
    fn first_of_few[F: Extreme](
        _fold: &F, x: &[Float], len: usize, out: &mut [Float]
    ) {
        for (out, row) in out.iter_mut().zip(x.chunks_exact(len)) {
            let (mut best, mut place) = (row[0], 0);
            for (i, x) in row.iter().enumerate().skip(1) {
                // What is no number stays.
                if (F::beats(*x, best) | x.is_nan()) & !best.is_nan() {
                    (best, place) = (*x, i);
                }
            }
            *out = place as Float;
        }
    }
}

/// Where along the axis, which has entries, the largest or smallest value comes first.
pub(crate) fn first<F: Extreme>(fold: F, x: &[Float], along: Along) -> Vec<Float> {
    let Along { outer, len, inner } = along;
    let mut out = vec![0.0; outer * inner];
    if inner == 1 {
        each_rows(x, len, &mut out, |rows, out| {
            if len < 16 {
                first_of_few(&fold, rows, len, out)
            } else {
                first_in_rows(&fold, rows, len, out)
            }
        });
        return out;
    }
    let shared = Shared::new(&mut out);
    each_tile(along, |block, columns| {
        let x = &x[block * len * inner + columns.start..];
        let place = block * inner + columns.start..block * inner + columns.end;
        // SAFETY: no other task has these columns of this block.
        let out = unsafe { shared.part(place) };
        first_in_columns(&fold, x, inner, len, out);
    });
    out
}
