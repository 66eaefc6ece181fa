//! Functions of each value. Large arrays are divided among the threads; each value is computed by
//! itself, so it does not matter how.

use super::flush::Flush;
use super::{pool, vectorised};
use crate::Float;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Values that one thread computes at a time; fewer are not worth the way to another thread.
pub(super) const CHUNK: usize = 16_384;

/// A pointer that threads may share: each writes to its own part.
#[derive(Clone, Copy)]
pub(crate) struct Shared<T>(pub *mut T);

// SAFETY: see `part`.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: see `part`.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub fn new(values: &mut [T]) -> Shared<T> {
        Shared(values.as_mut_ptr())
    }

    /// # Safety
    /// There is such a place.
    pub unsafe fn at(&self, place: usize) -> *mut T {
        // SAFETY: as above.
        unsafe { self.0.add(place) }
    }

    /// # Safety
    /// The range lies in the slice, which is borrowed for as long, and no other thread has a part
    /// that overlaps.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn part<'a>(&self, range: Range<usize>) -> &'a mut [T] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(range.start), range.len()) }
    }
}

/// Calls `work` with ranges that together are `0..len`, in steps of `chunk`.
pub(crate) fn ranges(len: usize, chunk: usize, work: impl Fn(Range<usize>) + Sync) {
    let _flushed = Flush::new();
    match len.div_ceil(chunk) {
        0 | 1 => work(0..len),
        chunks => pool::parallel(chunks, &|i| work(i * chunk..len.min((i + 1) * chunk))),
    }
}

vectorised! {
    fn write[](
        out: &mut [MaybeUninit<Float>],
        a: &[Float],
        b: &[Float],
        c: &[Float],
        f: &impl Fn(Float, Float, Float) -> Float
    ) {
        for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
            out.write(f(a, b, c));
        }
    }
}

/// `f` of each triple of values. Panics if there are not as many of all.
pub(crate) fn map3(
    a: &[Float],
    b: &[Float],
    c: &[Float],
    f: impl Fn(Float, Float, Float) -> Float + Sync,
) -> Vec<Float> {
    assert!(a.len() == b.len() && b.len() == c.len());
    let mut values = Vec::with_capacity(a.len());
    let out = Shared::new(&mut values.spare_capacity_mut()[..a.len()]);
    ranges(a.len(), CHUNK, |range| {
        // SAFETY: the ranges do not overlap.
        let out = unsafe { out.part(range.clone()) };
        write(out, &a[range.clone()], &b[range.clone()], &c[range], &f);
    });
    // SAFETY: every value was written.
    unsafe { values.set_len(a.len()) };
    values
}

/// `f` of each value. What is not used is not read.
pub(crate) fn map1(a: &[Float], f: impl Fn(Float) -> Float + Sync) -> Vec<Float> {
    map3(a, a, a, |a, _, _| f(a))
}

/// `f` of each pair of values. Panics if there are not as many of both.
pub(crate) fn map2(
    a: &[Float],
    b: &[Float],
    f: impl Fn(Float, Float) -> Float + Sync,
) -> Vec<Float> {
    map3(a, b, b, |a, b, _| f(a, b))
}

/// Replaces each value of `a` by `f` of it and its partner in `b`.
pub(crate) fn update(a: &mut [Float], b: &[Float], f: impl Fn(Float, Float) -> Float + Sync) {
    step(a, b, &mut [], |a, b, []| *a = f(*a, b));
}

vectorised! {
    fn change_rows[](
        values: &mut [Float], width: usize, first: usize, f: &impl Fn(usize, &mut [Float])
    ) {
        for (i, row) in values.chunks_exact_mut(width).enumerate() {
            f(first + i, row);
        }
    }
}

/// Calls `f` with the number of each row of `width` values, and the row. `cost` is what a value
/// costs, 1 for a few instructions.
pub(crate) fn rows(
    values: &mut [Float],
    width: usize,
    cost: usize,
    f: impl Fn(usize, &mut [Float]) + Sync,
) {
    if values.is_empty() {
        return;
    }
    let (shared, count) = (Shared::new(values), values.len() / width);
    ranges(count, (CHUNK / (width * cost.max(1))).max(1), |range| {
        // SAFETY: the ranges do not overlap.
        change_rows(
            unsafe { shared.part(range.start * width..range.end * width) },
            width,
            range.start,
            &f,
        );
    });
}

/// The sum of `f` of the values of a row. So few that nothing is lost are not worth the way to
/// `f64`.
#[inline(always)]
pub(crate) fn sum(row: &[Float], f: impl Fn(Float) -> Float) -> f64 {
    if row.len() < 16 {
        return row.iter().fold(0.0, |sum, x| sum + f(*x)) as f64;
    }
    fold(row, 0.0, |x| f(x) as f64, |sum, x| sum + x)
}

/// The largest value of a row; what is not a number is passed over.
#[inline(always)]
pub(crate) fn max(row: &[Float]) -> Float {
    fold(
        row,
        Float::NEG_INFINITY,
        |x| x,
        |max, x| if x > max { x } else { max },
    )
}

/// `of` the values of a row combined by `f`: sixteen at a time, always in the same order.
#[inline(always)]
fn fold<T: Copy>(row: &[Float], start: T, of: impl Fn(Float) -> T, f: impl Fn(T, T) -> T) -> T {
    let mut sums = [start; 16];
    let (chunks, rest) = row.as_chunks::<16>();
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum = f(*sum, of(*value));
        }
    }
    let start = rest.iter().fold(start, |sum, value| f(sum, of(*value)));
    if chunks.is_empty() {
        start
    } else {
        // Eight at once, then one after the other.
        let (first, second) = sums.split_at(8);
        let few: [T; 8] = std::array::from_fn(|i| f(first[i], second[i]));
        few.iter().fold(start, |sum, value| f(sum, *value))
    }
}

vectorised! {
    // over one index it is vectorised, a zip of so many is not
    #[allow(clippy::needless_range_loop)]
    fn change_step[const N: usize](
        w: &mut [Float],
        g: &[Float],
        memory: [&mut [Float]; N],
        change: &impl Fn(&mut Float, Float, &mut [Float; N])
    ) {
        // Cut to one length, known to be that of all, so that the loop needs no checks.
        let (n, mut memory) = (w.len(), memory);
        let g = &g[..n];
        for k in 0..N {
            memory[k] = &mut std::mem::take(&mut memory[k])[..n];
        }
        for i in 0..n {
            let mut own = [0.0; N];
            for k in 0..N {
                own[k] = memory[k][i];
            }
            change(&mut w[i], g[i], &mut own);
            for k in 0..N {
                memory[k][i] = own[k];
            }
        }
    }
}

/// A step of an optimiser: calls `change(w, g, memory)` for each value of `w`, with its `N` numbers
/// of memory.
pub(crate) fn step<const N: usize>(
    w: &mut [Float],
    g: &[Float],
    memory: &mut [Vec<Float>; N],
    change: impl Fn(&mut Float, Float, &mut [Float; N]) + Sync,
) {
    assert!(w.len() == g.len() && memory.iter().all(|memory| memory.len() == w.len()));
    let (values, memory) = (
        Shared::new(w),
        memory.each_mut().map(|memory| Shared::new(memory)),
    );
    ranges(g.len(), CHUNK, |range| {
        // SAFETY: the ranges do not overlap.
        let (w, memory) = unsafe {
            (
                values.part(range.clone()),
                memory.map(|memory| memory.part(range.clone())),
            )
        };
        change_step(w, &g[range], memory, &change);
    });
}

/// A shape seen along one axis, or several that lie side by side: `outer` blocks of `len` rows of
/// `inner` values.
#[derive(Clone, Copy)]
pub(crate) struct Along {
    pub outer: usize,
    pub len: usize,
    pub inner: usize,
}

impl Along {
    pub fn axis(shape: &[usize], axis: usize) -> Along {
        Along::axes(shape, axis..axis + 1)
    }

    pub fn axes(shape: &[usize], axes: Range<usize>) -> Along {
        let size = |axes: &[usize]| axes.iter().product();
        Along {
            outer: size(&shape[..axes.start]),
            len: size(&shape[axes.clone()]),
            inner: size(&shape[axes.end..]),
        }
    }

    /// All values as one row.
    pub fn all(values: &[Float]) -> Along {
        Along {
            outer: 1,
            len: values.len(),
            inner: 1,
        }
    }
}
