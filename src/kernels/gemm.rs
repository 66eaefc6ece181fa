//! The product of two matrices: blocks of it, on the threads of the pool, each by the crate `gemm`,
//! which knows the vectors of this processor. Its own threads are not asked: they would die in a
//! fork. Without vectors, and for `f64`, ndarray computes it.
//!
//! Each value of the result is a sum over the inner axis in an order that the sizes decide,
//! whatever the threads are. Where that axis is long, as for the gradient of a weight over all
//! samples, its parts are added up in `f64`.

use super::copy::row_major;
use super::loops::{Shared, ranges};
#[cfg(not(feature = "f64"))]
use super::simd::{Simd, simd};
use crate::Float;
#[cfg(not(feature = "f64"))]
use gemm_common::Parallelism;
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayView3, Axis, ShapeBuilder};

/// Multiplications for which other threads are asked to help.
const LARGE: usize = 400_000;
/// About as many a task shall have, and as many tasks are enough.
const TASK: usize = 800_000;
const TASKS: usize = 32;
/// Rows of a block are a multiple of this, columns at most so many. The crate computes six rows at
/// once (four on ARM); two that are left over take half as long as six.
const LOW: usize = 12;
const WIDTH: usize = 256;
/// A sum of more products than this is held in `f64`.
const LONG: usize = 16_384;
/// Places of a long inner axis that are summed in `f32` before they are added to the rest.
const PART: usize = 128;
/// Values of a long result up to which parts of the inner axis are tasks of their own: there are
/// too few otherwise.
const FEW: usize = 4096;

/// What is in the result before the products are added.
#[derive(Clone, Copy)]
enum Start<'a> {
    Nothing,
    Values,
    /// In each row the same.
    Row(&'a [Float]),
}

/// out += a · b, for `out` in row-major order.
///
/// Panics if the sizes do not fit.
pub(crate) fn gemm(a: &ArrayView2<Float>, b: &ArrayView2<Float>, out: &mut [Float]) {
    assert!(out.len() == a.dim().0 * b.dim().1);
    // SAFETY: `out` has that many values.
    unsafe { add(a, b, Start::Values, Shared::new(out)) };
}

/// a · b in row-major order.
///
/// Panics if the sizes do not fit.
pub(crate) fn matrix_product(a: &ArrayView2<Float>, b: &ArrayView2<Float>) -> Vec<Float> {
    computed(a, b, Start::Nothing)
}

/// a · b + row, in row-major order; `row` is added to each row.
///
/// Panics if the sizes do not fit.
pub(crate) fn affine(a: &ArrayView2<Float>, b: &ArrayView2<Float>, row: &[Float]) -> Vec<Float> {
    computed(a, b, Start::Row(row))
}

fn computed(a: &ArrayView2<Float>, b: &ArrayView2<Float>, start: Start) -> Vec<Float> {
    let len = a.dim().0 * b.dim().1;
    let mut out = Vec::with_capacity(len);
    // SAFETY: there is place for so many values, and each is written.
    unsafe {
        add(a, b, start, Shared(out.as_mut_ptr()));
        out.set_len(len);
    }
    out
}

/// How high and how wide the blocks are that make a task each: by the sizes alone, never by the
/// number of threads, because the crate may add up differently for a block of another size.
fn blocks(rows: usize, inner: usize, columns: usize) -> [usize; 2] {
    if rows * columns * inner < LARGE {
        return [rows.max(1), columns.max(1)];
    }
    let width = columns.min(WIDTH);
    let tasks = (rows * columns * inner / TASK).clamp(1, TASKS);
    let down = tasks.div_ceil(columns.div_ceil(width));
    [rows.div_ceil(down).next_multiple_of(LOW), width]
}

/// # Safety
/// `out` has place for the result, with values if it starts with them.
unsafe fn add(a: &ArrayView2<Float>, b: &ArrayView2<Float>, start: Start, out: Shared<Float>) {
    let ((rows, inner), columns) = (a.dim(), b.dim().1);
    assert!(b.dim().0 == inner);
    if let Start::Row(row) = start {
        assert!(row.len() == columns);
    }
    if is_long(inner) {
        // SAFETY: as above.
        return unsafe { add_long(a, b, start, out) };
    }
    let [height, width] = blocks(rows, inner, columns);
    let (down, across) = (rows.div_ceil(height), columns.div_ceil(width));
    // Turned once for all blocks that would each do so.
    let turned = if down > 1 && b.strides()[1] != 1 {
        row_major(b.into_dyn())
    } else {
        Vec::new()
    };
    let b = match turned.len() {
        0 => b.view(),
        _ => ArrayView2::from_shape([inner, columns], &turned).expect("as many values"),
    };
    ranges(down * across, 1, |tasks| {
        for i in tasks {
            let (top, left) = (i / across * height, i % across * width);
            let (bottom, right) = (rows.min(top + height), columns.min(left + width));
            let (a, b) = (
                a.slice(ndarray::s![top..bottom, ..]),
                b.slice(ndarray::s![.., left..right]),
            );
            // SAFETY: no other task has this part of the result.
            unsafe {
                if let Start::Row(row) = start {
                    let row = &row[left..right];
                    (top..bottom).for_each(|i| {
                        let out = out.at(i * columns + left);
                        out.copy_from_nonoverlapping(row.as_ptr(), row.len());
                    });
                }
                let keep = !matches!(start, Start::Nothing);
                block(&a, &b, out.at(top * columns + left), columns, keep);
            }
        }
    });
}

/// out = a · b, or out += a · b to `keep` what is there.
///
/// # Safety
/// `out` has place for the result in rows of `stride` values, and no other thread uses it.
unsafe fn block(
    a: &ArrayView2<Float>,
    b: &ArrayView2<Float>,
    out: *mut Float,
    stride: usize,
    keep: bool,
) {
    #[cfg(not(feature = "f64"))]
    if let Some(multiply) = multiply() {
        let ((rows, inner), columns) = (a.dim(), b.dim().1);
        let (a, b) = (
            (a.as_ptr(), a.strides()[0], a.strides()[1]),
            (b.as_ptr(), b.strides()[0], b.strides()[1]),
        );
        let stride = stride as isize;
        // The crate is quick where columns of the result lie side by side, which is what our rows
        // do if all is transposed, unless they are shorter than its vectors.
        let (size, steps, left, right) = if columns < 16 && a.1 == 1 {
            (
                [rows, columns],
                [1, stride],
                (a.0, a.2, a.1),
                (b.0, b.2, b.1),
            )
        } else {
            (
                [columns, rows],
                [stride, 1],
                (b.0, b.1, b.2),
                (a.0, a.1, a.2),
            )
        };
        let one = Parallelism::None;
        // SAFETY: the places are there: those of the views, and those of the result.
        return unsafe {
            multiply(
                size[0], size[1], inner, out, steps[0], steps[1], keep, left.0, left.1, left.2,
                right.0, right.1, right.2, 1.0, 1.0, false, false, false, one,
            )
        };
    }
    let size = [a.dim().0, b.dim().1];
    // SAFETY: as above; written before it is read.
    unsafe {
        if !keep {
            (0..size[0]).for_each(|i| out.add(i * stride).write_bytes(0, size[1]));
        }
        let mut out = ndarray::ArrayViewMut2::from_shape_ptr(size.strides([stride, 1]), out);
        general_mat_mul(1.0, a, b, 1.0, &mut out);
    }
}

/// What the crate is given: the sizes of the result and of the inner axis, then of each matrix
/// where it begins and how far apart its columns and its rows lie.
#[cfg(not(feature = "f64"))]
#[rustfmt::skip]
type Multiply = unsafe fn(
    usize, usize, usize, *mut f32, isize, isize, bool, *const f32, isize, isize, *const f32,
    isize, isize, f32, f32, bool, bool, bool, Parallelism,
);

/// The product for the vectors that there are; none where the crate would compute value by value.
#[cfg(not(feature = "f64"))]
fn multiply() -> Option<Multiply> {
    match simd() {
        Simd::Portable => None,
        #[cfg(target_arch = "x86_64")]
        Simd::Avx2 if is_x86_feature_detected!("avx512f") => Some(with_avx2),
        _ => Some(gemm_f32::gemm::f32::get_gemm_fn()),
    }
}

/// As for a processor that has nothing better.
#[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
#[rustfmt::skip]
#[allow(clippy::too_many_arguments)]
unsafe fn with_avx2(
    m: usize, n: usize, k: usize, out: *mut f32, out_cs: isize, out_rs: isize, keep: bool,
    a: *const f32, a_cs: isize, a_rs: isize, b: *const f32, b_cs: isize, b_rs: isize,
    alpha: f32, beta: f32, x: bool, y: bool, z: bool, threads: Parallelism,
) {
    use gemm_common::gemm::gemm_basic_generic;
    use gemm_common::simd::{MixedSimd, V3};
    use gemm_f32::microkernel::fma::f32::{H_M, H_N, H_UKR, MR_DIV_N, NR, UKR};
    let Some(simd) = <V3 as MixedSimd<f32, f32, f32, f32>>::try_new() else {
        unreachable!("the caller asked")
    };
    // SAFETY: as the caller says.
    unsafe {
        gemm_basic_generic::<_, f32, 8, { 8 * MR_DIV_N }, NR, MR_DIV_N, H_M, H_N>(
            simd, m, n, k, out, out_cs, out_rs, keep, a, a_cs, a_rs, b, b_cs, b_rs, alpha, beta,
            x, y, z, |a, b, c| a * b + c, &UKR, &H_UKR, false, threads,
        )
    }
}

/// Whether sums of so many products are held in `f64`.
pub(crate) fn is_long(inner: usize) -> bool {
    inner > LONG
}

/// A sum of products of matrices, which together have a long inner axis.
struct Long<'a> {
    totals: &'a mut [f64],
    part: Vec<Float>,
    /// How many places of the inner axis are in the part.
    held: usize,
}

impl Long<'_> {
    /// Adds to the totals, in row-major order.
    fn new(totals: &mut [f64]) -> Long<'_> {
        Long {
            part: vec![0.0; totals.len()],
            totals,
            held: 0,
        }
    }

    fn add(&mut self, a: &ArrayView2<Float>, b: &ArrayView2<Float>) {
        let ((rows, inner), columns) = (a.dim(), b.dim().1);
        assert!(b.dim().0 == inner && self.part.len() == rows * columns);
        for first in (0..inner).step_by(PART) {
            let end = inner.min(first + PART);
            if self.held + end - first > PART {
                self.flush();
            }
            self.held += end - first;
            let (a, b) = (
                a.slice(ndarray::s![.., first..end]),
                b.slice(ndarray::s![first..end, ..]),
            );
            for left in (0..columns).step_by(128) {
                let b = b.slice(ndarray::s![.., left..columns.min(left + 128)]);
                // SAFETY: the part has as many values as the result.
                unsafe { block(&a, &b, self.part.as_mut_ptr().add(left), columns, true) };
            }
        }
    }

    fn flush(&mut self) {
        for (total, part) in self.totals.iter_mut().zip(&mut self.part) {
            *total += std::mem::take(part) as f64;
        }
        self.held = 0;
    }
}

impl Drop for Long<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}

/// The sum of the `count` products of two stacks, of which one may have a single matrix for all: in
/// eight sums, whatever the number of threads is.
pub(crate) fn long_sum(a: ArrayView3<Float>, b: ArrayView3<Float>, count: usize) -> Vec<Float> {
    let each = a.dim().1 * b.dim().2;
    let mut totals = vec![0.0; 8 * each];
    let shared = Shared::new(&mut totals);
    ranges(8, 1, |sums| {
        for sum in sums {
            // SAFETY: each has its own totals.
            let mut long = Long::new(unsafe { shared.part(sum * each..(sum + 1) * each) });
            for i in (sum..count).step_by(8) {
                long.add(
                    &a.index_axis(Axis(0), i % a.dim().0),
                    &b.index_axis(Axis(0), i % b.dim().0),
                );
            }
        }
    });
    (0..each)
        .map(|i| totals[i..].iter().step_by(each).sum::<f64>() as Float)
        .collect()
}

/// As [`add`], for a long inner axis.
///
/// # Safety
/// As for [`add`].
unsafe fn add_long(a: &ArrayView2<Float>, b: &ArrayView2<Float>, start: Start, out: Shared<Float>) {
    let ((rows, inner), columns) = (a.dim(), b.dim().1);
    let (down, across) = (rows.div_ceil(198), columns.div_ceil(128));
    let along = if rows * columns <= FEW {
        inner.div_ceil(2 * LONG)
    } else {
        1
    };
    let (depth, count) = (inner.div_ceil(along), down * across);
    // Each task has its own totals, one after the other.
    let each = rows.min(198) * columns.min(128);
    let mut totals = vec![0.0; along * count * each];
    let shared = Shared::new(&mut totals);
    let place = |i: usize| {
        let (top, left) = (i % count / across * 198, i % across * 128);
        [
            top..rows.min(top + 198),
            left..columns.min(left + 128),
            i / count * depth..inner.min((i / count + 1) * depth),
        ]
    };
    ranges(along * count, 1, |tasks| {
        for i in tasks {
            let [down, across, along] = place(i);
            let (a, b) = (
                a.slice(ndarray::s![down, along.clone()]),
                b.slice(ndarray::s![along, across]),
            );
            let first = i * each;
            // SAFETY: no other task has these totals.
            Long::new(unsafe { shared.part(first..first + a.dim().0 * b.dim().1) }).add(&a, &b);
        }
    });
    for i in 0..count {
        let [down, across, _] = place(i);
        for (n, (row, column)) in down
            .flat_map(|row| across.clone().map(move |column| (row, column)))
            .enumerate()
        {
            let sum: f64 = (0..along)
                .map(|part| totals[(part * count + i) * each + n])
                .sum();
            // SAFETY: the place is there, and holds a value if it starts with one.
            unsafe {
                let out = out.at(row * columns + column);
                let start = match start {
                    Start::Nothing => 0.0,
                    Start::Values => *out,
                    Start::Row(row) => row[column],
                };
                *out = (start as f64 + sum) as Float;
            }
        }
    }
}
