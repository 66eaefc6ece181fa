//! Many values to one: the one mechanism under every sum, mean, product and extremum (`extreme`),
//! and under every gradient that undoes broadcasting.
//!
//! Sums are held in `f64`: in `f32`, 10⁷ values added one after the other lose three digits of
//! seven, and from 2²⁴ on a 1 is lost altogether. That costs nothing that can be measured, because
//! memory is slower than the additions. The values are divided into parts by the shape alone, never
//! by the number of threads, and the totals of the parts are joined in order.

use super::lanes::lanes;
pub(crate) use super::loops::Along;
use super::loops::{Shared, ranges};
use super::vectorised;
use crate::Float;
use std::ops::Range;

/// Values that one thread combines at a time.
const BLOCK: usize = 32_768;
/// Columns whose totals are held at once: they fit into the fastest cache.
const TILE: usize = 1024;
/// Totals that are kept side by side where a row has fewer values, so that several are computed at
/// once.
const LANES: usize = 32;

/// A way to combine values.
pub(crate) trait Fold: Copy + Sync {
    type Total: Copy + Send + Sync;
    const START: Self::Total;
    /// The total of a single value.
    fn of(x: Float) -> Self::Total;
    fn join(a: Self::Total, b: Self::Total) -> Self::Total;
    /// The total of a row, always in the same order.
    #[inline(always)]
    fn of_row(row: &[Float]) -> Self::Total
    where
        Self: Sized,
    {
        if row.len() < 256 {
            in_lanes::<Self, 16>(row)
        } else {
            in_lanes::<Self, 32>(row)
        }
    }
}

macro_rules! fold {
    ($(#[$doc:meta])* $Fold:ident, $Total:ty, $start:expr,
        |$x:ident| $of:expr, |$a:ident, $b:ident| $join:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $Fold;

        impl Fold for $Fold {
            type Total = $Total;
            const START: $Total = $start;
            #[inline(always)]
            fn of($x: Float) -> $Total {
                $of
            }
            #[inline(always)]
            fn join($a: $Total, $b: $Total) -> $Total {
                $join
            }
        }
    };
}
fold!(Sum, f64, 0.0, |x| x as f64, |a, b| a + b);
fold!(
    /// The sum of the squares.
    Squares, f64, 0.0, |x| x as f64 * x as f64, |a, b| a + b
);
fold!(Product, f64, 1.0, |x| x as f64, |a, b| a * b);
/// The total of a row, `N` values at a time. The lanes are joined eight at a time, these one after
/// the other: by halves, the compiler would keep them in pairs all the way, which takes twice as
/// long.
#[inline(always)]
fn in_lanes<F: Fold, const N: usize>(row: &[Float]) -> F::Total {
    let (chunks, rest) = row.as_chunks::<N>();
    let mut total = F::START;
    if !chunks.is_empty() {
        let mut lanes = [F::START; N];
        for chunk in chunks {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane = F::join(*lane, F::of(*x));
            }
        }
        let mut few = [F::START; 8];
        for lanes in lanes.as_chunks::<8>().0 {
            for (few, lane) in few.iter_mut().zip(lanes) {
                *few = F::join(*few, *lane);
            }
        }
        total = few.iter().fold(total, |total, lane| F::join(total, *lane));
    }
    rest.iter()
        .fold(total, |total, x| F::join(total, F::of(*x)))
}

vectorised! {
    /// The total of each row of `len` values.
    fn of_rows[F: Fold](
        _fold: &F, x: &[Float], len: usize, out: &mut [Float], end: &impl Fn(F::Total) -> Float
    ) {
        for (out, row) in out.iter_mut().zip(x.chunks_exact(len)) {
            *out = end(F::of_row(row));
        }
    }
}

vectorised! {
    /// Joins to `totals`, which begin with the start, the first values of `height` rows that lie
    /// `step` apart.
    fn of_columns[F: Fold](
        _fold: &F, x: &[Float], step: usize, height: usize, totals: &mut [F::Total]
    ) {
        let width = totals.len();
        if step == 1 {
            totals[0] = F::of_row(&x[..height]);
            return;
        }
        if step == width && width <= LANES / 2 {
            let mut lanes = [F::START; LANES];
            let lanes = &mut lanes[..LANES / width * width];
            for rows in x[..height * width].chunks(lanes.len()) {
                lanes.iter_mut().zip(rows).for_each(|(lane, x)| *lane = F::join(*lane, F::of(*x)));
            }
            for rows in lanes.chunks_exact(width) {
                for (total, lane) in totals.iter_mut().zip(rows) {
                    *total = F::join(*total, *lane);
                }
            }
            return;
        }
        let row = |i: usize| &x[i * step..][..width];
        // Two rows at a time: the totals are loaded and stored half as often.
        for i in (0..height / 2 * 2).step_by(2) {
            for ((total, x), y) in totals.iter_mut().zip(row(i)).zip(row(i + 1)) {
                *total = F::join(F::join(*total, F::of(*x)), F::of(*y));
            }
        }
        if height % 2 == 1 {
            for (total, x) in totals.iter_mut().zip(row(height - 1)) {
                *total = F::join(*total, F::of(*x));
            }
        }
    }
}

/// `end` of the total of what lies along the axis, for each place of the other axes. `end` of the
/// start where there is nothing along it.
pub(crate) fn reduce<F: Fold>(
    fold: F,
    x: &[Float],
    along: Along,
    end: impl Fn(F::Total) -> Float + Sync,
) -> Vec<Float> {
    let Along { outer, len, inner } = along;
    if len == 0 || outer * inner == 0 {
        return vec![end(F::START); outer * inner];
    }
    let mut out = vec![0.0; outer * inner];
    if inner == 1 && len <= BLOCK {
        each_rows(x, len, &mut out, |rows, out| {
            of_rows(&fold, rows, len, out, &end)
        });
        return out;
    }
    let height = (BLOCK / inner.min(TILE)).min(len);
    let parts = len.div_ceil(height);
    if parts == 1 {
        totals(&fold, x, along, height, &mut out, &end);
        return out;
    }
    let mut all = vec![F::START; outer * parts * inner];
    totals(&fold, x, along, height, &mut all, &|total| total);
    for (out, all) in out
        .chunks_exact_mut(inner)
        .zip(all.chunks_exact(parts * inner))
    {
        for (i, out) in out.iter_mut().enumerate() {
            let parts = all[i..].iter().step_by(inner);
            *out = end(parts.fold(F::START, |total, part| F::join(total, *part)));
        }
    }
    out
}

/// The totals of the columns of each part of `height` rows, `[outer, parts, inner]`.
fn totals<F: Fold, T: Send>(
    fold: &F,
    x: &[Float],
    Along { outer, len, inner }: Along,
    height: usize,
    out: &mut [T],
    end: &(impl Fn(F::Total) -> T + Sync),
) {
    let (parts, tiles) = (len.div_ceil(height), inner.div_ceil(TILE));
    let shared = Shared::new(out);
    ranges(
        outer * parts * tiles,
        (BLOCK / (height * inner.min(TILE))).max(1),
        |range| {
            let mut totals = Vec::with_capacity(inner.min(TILE));
            for task in range {
                let (block, left) = (task / tiles, task % tiles * TILE);
                let (top, width) = (block % parts * height, TILE.min(inner - left));
                totals.clear();
                totals.resize(width, F::START);
                let first = (block / parts * len + top) * inner + left;
                of_columns(fold, &x[first..], inner, height.min(len - top), &mut totals);
                let place = block * inner + left;
                // SAFETY: each task has its own part of a block.
                let out = unsafe { shared.part(place..place + width) };
                out.iter_mut()
                    .zip(&totals)
                    .for_each(|(out, total)| *out = end(*total));
            }
        },
    );
}

vectorised! {
    /// The sums so far of columns `left..left + sums.len()` of `height` rows, from the first row on
    /// or from the last.
    fn run_columns[](
        x: &[Float], step: usize, left: usize, rows: Rows, sums: &mut [f64], out: Shared<Float>
    ) {
        for i in 0..rows.count {
            let row = rows.first + if rows.from_end { rows.count - 1 - i } else { i };
            let place = row * step + left..row * step + left + sums.len();
            // SAFETY: no other task has these columns of these rows.
            let out = unsafe { out.part(place.clone()) };
            for ((sum, x), out) in sums.iter_mut().zip(&x[place]).zip(out) {
                *sum += *x as f64;
                *out = *sum as Float;
            }
        }
    }
}

/// Rows, and where to begin.
#[derive(Clone, Copy)]
struct Rows {
    first: usize,
    count: usize,
    from_end: bool,
}

/// The sums so far of a row. Four at a time, so that not each addition waits for the last.
#[inline(always)]
fn run_row(row: &mut [Float]) {
    let (fours, rest) = row.as_chunks_mut::<4>();
    let mut sum = 0.0;
    for four in fours {
        let [a, b, c, d] = four.map(|x| x as f64);
        let so_far = [a, a + b, a + b + c, (a + b) + (c + d)];
        *four = so_far.map(|part| (sum + part) as Float);
        sum += so_far[3];
    }
    for x in rest {
        sum += *x as f64;
        *x = sum as Float;
    }
}

/// The sums of all values so far along the axis, from its start on or from its end.
pub(crate) fn running(x: &[Float], along: Along, from_end: bool) -> Vec<Float> {
    let Along { len, inner, .. } = along;
    if inner == 1 {
        return lanes(x, along, |row: &mut [Float]| {
            if from_end {
                row.reverse();
            }
            run_row(row);
            if from_end {
                row.reverse();
            }
        });
    }
    let mut out = vec![0.0; x.len()];
    let shared = Shared::new(&mut out);
    each_tile(along, |block, columns| {
        let rows = Rows {
            first: block * len,
            count: len,
            from_end,
        };
        let mut sums = vec![0.0; columns.len()];
        run_columns(x, inner, columns.start, rows, &mut sums, shared);
    });
    out
}

/// `work` on some rows of `len` values at a time: the rows, and the value of the result for each.
pub(super) fn each_rows(
    x: &[Float],
    len: usize,
    out: &mut [Float],
    work: impl Fn(&[Float], &mut [Float]) + Sync,
) {
    let (count, shared) = (out.len(), Shared::new(out));
    ranges(count, (BLOCK / len.max(1)).max(1), |range| {
        // SAFETY: the ranges do not overlap.
        let out = unsafe { shared.part(range.clone()) };
        work(&x[range.start * len..range.end * len], out);
    });
}

/// `work` on all rows of some columns at a time, of each block of `len` rows.
pub(super) fn each_tile(
    Along { outer, len, inner }: Along,
    work: impl Fn(usize, Range<usize>) + Sync,
) {
    let tiles = inner.div_ceil(TILE);
    let at_once = BLOCK / (len * inner.min(TILE)).max(1);
    ranges(outer * tiles, at_once.max(1), |range| {
        for task in range {
            let left = task % tiles * TILE;
            work(task / tiles, left..inner.min(left + TILE));
        }
    });
}
