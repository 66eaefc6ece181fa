//! The product of two matrices, in the manner of Goto & van de Geijn (2008): blocks that fit into a
//! cache, in them tiles that fit into the registers. For the processors that most learners have; on
//! others, and for `f64`, ndarray computes it.
//!
//! Each value of the result is a sum over the inner axis in order, whatever the blocks and the
//! threads are. Where that axis is long, as for the gradient of a weight over all samples, its
//! parts are added up in `f64`.

use super::loops::{Shared, ranges};
use super::pool;
use crate::Float;
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayView3, Axis, ShapeBuilder};

/// Multiplications for which other threads are asked to help.
const LARGE: usize = 400_000;
/// A sum of more products than this is held in `f64`.
const LONG: usize = 65_536;
/// Places of a long inner axis that are summed in `f32` before they are added to the rest.
const PART: usize = 512;
/// Values of a long result up to which parts of the inner axis are tasks of their own: there are
/// too few otherwise.
const FEW: usize = 4096;

/// out += a · b, for `out` in row-major order.
///
/// Panics if the sizes do not fit.
pub(crate) fn gemm(a: &ArrayView2<Float>, b: &ArrayView2<Float>, out: &mut [Float]) {
    assert!(out.len() == a.dim().0 * b.dim().1);
    // SAFETY: `out` has that many values.
    unsafe { add(a, b, None, Shared::new(out)) };
}

/// a · b + row, in row-major order; `row` is added to each row.
///
/// Panics if the sizes do not fit.
pub(crate) fn affine(a: &ArrayView2<Float>, b: &ArrayView2<Float>, row: &[Float]) -> Vec<Float> {
    let len = a.dim().0 * b.dim().1;
    let mut out = Vec::with_capacity(len);
    // SAFETY: there is place for so many values, and each is written.
    unsafe {
        add(a, b, Some(row), Shared(out.as_mut_ptr()));
        out.set_len(len);
    }
    out
}

/// # Safety
/// `out` has place for the result, with values to add to if there is no `start`.
unsafe fn add(
    a: &ArrayView2<Float>,
    b: &ArrayView2<Float>,
    start: Option<&[Float]>,
    out: Shared<Float>,
) {
    let ((rows, inner), columns) = (a.dim(), b.dim().1);
    assert!(b.dim().0 == inner && start.is_none_or(|row| row.len() == columns));
    if is_long(inner) {
        // SAFETY: as above.
        return unsafe { add_long(a, b, start, out) };
    }
    // A part that waits for others costs little if there are many; where the inner axis is long,
    // laying out `b` costs more.
    let each = if inner > 4096 { 2 } else { 4 };
    let parts = if rows * columns * inner < LARGE || pool::threads() == 1 {
        1
    } else {
        each * pool::threads()
    };
    let height = rows.div_ceil(parts).next_multiple_of(6).clamp(6, 396);
    let (down, across) = (rows.div_ceil(height), columns.div_ceil(128));
    let task = |i: usize| {
        let (top, left) = (i / across * height, i % across * 128);
        let (bottom, right) = (rows.min(top + height), columns.min(left + 128));
        let (a, b) = (
            a.slice(ndarray::s![top..bottom, ..]),
            b.slice(ndarray::s![.., left..right]),
        );
        for (i, start) in (top..bottom).flat_map(|i| start.map(|start| (i, &start[left..right]))) {
            // SAFETY: no other task has this part of the result.
            unsafe {
                start
                    .as_ptr()
                    .copy_to_nonoverlapping(out.0.add(i * columns + left), start.len())
            };
        }
        // SAFETY: no other task has this part of the result.
        unsafe { piece(&a, &b, out.at(top * columns + left), columns, PART) };
    };
    match parts {
        1 => ranges(down * across, usize::MAX, |all| all.for_each(task)),
        _ => pool::parallel(down * across, &task),
    }
}

/// out += a · b, for a few rows and up to 128 columns; sums are written after `step` places of the
/// inner axis.
///
/// # Safety
/// `out` has place for the result in rows of `stride` values, and no other thread uses it.
unsafe fn piece(
    a: &ArrayView2<Float>,
    b: &ArrayView2<Float>,
    out: *mut Float,
    stride: usize,
    step: usize,
) {
    #[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
    if super::has_avx2() {
        let mut packed = tiles::PACKED.take();
        // SAFETY: the processor has the instructions; the rest as above.
        unsafe { tiles::block(a, b, out, stride, step, &mut packed) };
        return tiles::PACKED.set(packed);
    }
    let _ = step;
    let size = [a.dim().0, b.dim().1];
    // SAFETY: as above.
    let mut out = unsafe { ndarray::ArrayViewMut2::from_shape_ptr(size.strides([stride, 1]), out) };
    general_mat_mul(1.0, a, b, 1.0, &mut out);
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
                unsafe { piece(&a, &b, self.part.as_mut_ptr().add(left), columns, 32) };
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
unsafe fn add_long(
    a: &ArrayView2<Float>,
    b: &ArrayView2<Float>,
    start: Option<&[Float]>,
    out: Shared<Float>,
) {
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
            // SAFETY: the place is there, and holds a value unless there is a start.
            unsafe {
                let out = out.at(row * columns + column);
                *out = (start.map_or_else(|| *out, |start| start[column]) as f64 + sum) as Float;
            }
        }
    }
}

/// Tiles of 6 × 16 values, in 12 of the 16 vector registers of AVX2.
#[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
mod tiles {
    use ndarray::ArrayView2;
    use std::arch::x86_64::*;
    use std::cell::Cell;

    const R: usize = 6;
    const C: usize = 16;
    /// Places of the inner axis that are summed before the result is written.
    const DEPTH: usize = 256;

    thread_local! {
        /// Where parts of both matrices are laid out in the order in which they are read.
        pub static PACKED: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    }

    /// Where values lie: the first, the distance from row to row, and from column to column.
    #[derive(Clone, Copy)]
    struct Matrix(*const f32, isize, isize);

    impl Matrix {
        /// # Safety
        /// There is such a place.
        #[inline(always)]
        unsafe fn at(&self, row: usize, column: usize) -> *const f32 {
            // SAFETY: as above.
            unsafe {
                self.0
                    .offset(row as isize * self.1 + column as isize * self.2)
            }
        }
    }

    /// out += a · b, for a few rows and up to 128 columns. Closures are compiled for other
    /// instructions, so there are none.
    ///
    /// # Safety
    /// `out` has place for the result in rows of `stride` values.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn block(
        a: &ArrayView2<f32>,
        b: &ArrayView2<f32>,
        out: *mut f32,
        stride: usize,
        step: usize,
        packed: &mut Vec<f32>,
    ) {
        let ((rows, inner), columns) = (a.dim(), b.dim().1);
        let a = Matrix(a.as_ptr(), a.strides()[0], a.strides()[1]);
        let b = Matrix(b.as_ptr(), b.strides()[0], b.strides()[1]);
        let places = DEPTH * rows.next_multiple_of(R);
        packed.resize(
            packed
                .len()
                .max(places + DEPTH * columns.next_multiple_of(C)),
            0.0,
        );
        let (packed_a, packed_b) = packed.split_at_mut(places);
        // Rows of `b` that lie in order and are read a few times only are read where they are.
        let is_direct = b.2 == 1 && rows <= 4 * R;
        for first in (0..inner).step_by(DEPTH) {
            let depth = DEPTH.min(inner - first);
            // SAFETY: `depth` rows of `b` and columns of `a` are there.
            unsafe {
                lay_out_columns(b, [first, depth, columns], is_direct, packed_b);
                lay_out_rows(a, [first, depth, rows], packed_a);
            }
            for top in (0..rows).step_by(R) {
                let height = R.min(rows - top);
                if a.2 != 1 {
                    // Each tile asks for a share.
                    let share = top * DEPTH / rows..(top + R) * DEPTH / rows;
                    let next = share.map(|p| first + DEPTH + p);
                    ask_for(a, next.filter(|_| first + DEPTH < inner), rows);
                }
                let part = if a.2 != 1 || height < R {
                    Matrix(packed_a[top * depth..].as_ptr(), 1, R as isize)
                } else {
                    // SAFETY: the place is there.
                    Matrix(unsafe { a.at(top, first) }, a.1, a.2)
                };
                for left in (0..columns).step_by(C) {
                    let width = C.min(columns - left);
                    let panel = if is_direct && width == C {
                        // SAFETY: the place is there.
                        Matrix(unsafe { b.at(first, left) }, b.1, 1)
                    } else {
                        Matrix(packed_b[left * depth..].as_ptr(), C as isize, 1)
                    };
                    let size = [height, width];
                    // SAFETY: `depth` columns of `R` and rows of `C` values are there, and the
                    // place in the result.
                    unsafe {
                        let out = out.add(top * stride + left);
                        match height {
                            1 | 2 => tile::<2>(part, panel, [depth, step], out, stride, size),
                            3 | 4 => tile::<4>(part, panel, [depth, step], out, stride, size),
                            _ => tile::<R>(part, panel, [depth, step], out, stride, size),
                        }
                    }
                }
            }
        }
    }

    /// Lays out `depth` rows of `b`, from `first` on, in panels of `C` columns.
    ///
    /// # Safety
    /// So many rows of so many columns are there.
    #[inline(always)]
    unsafe fn lay_out_columns(
        b: Matrix,
        [first, depth, columns]: [usize; 3],
        is_direct: bool,
        packed: &mut [f32],
    ) {
        for left in (0..columns).step_by(C) {
            let width = C.min(columns - left);
            if is_direct && width == C {
                continue;
            }
            let panel = &mut packed[left * depth..][..C * depth];
            // SAFETY: `depth` rows of `width` values are there.
            unsafe { pack::<C>(b.at(first, left), b.2, b.1, width, panel) };
        }
    }

    /// Lays out `depth` columns of `a`, from `first` on, in panels of `R` rows, where they do not
    /// lie so.
    ///
    /// # Safety
    /// So many columns of so many rows are there.
    #[inline(always)]
    unsafe fn lay_out_rows(a: Matrix, [first, depth, rows]: [usize; 3], packed: &mut [f32]) {
        // A few columns at a time, for where `a` is transposed these are what lies side by side.
        for p in (0..depth).step_by(16) {
            for top in (0..rows).step_by(R) {
                if a.2 == 1 && rows - top >= R {
                    continue;
                }
                let place = &mut packed[top * depth + p * R..][..R * 16.min(depth - p)];
                // SAFETY: as many columns of as many values are there.
                unsafe { pack::<R>(a.at(top, first + p), a.1, a.2, R.min(rows - top), place) };
            }
        }
    }

    /// Has columns of `a` come into the cache, which the next round lays out, while this one
    /// computes: where `a` is transposed, the processor does not expect it. In lines of sixteen
    /// values.
    #[inline(always)]
    fn ask_for(a: Matrix, columns: impl Iterator<Item = usize>, rows: usize) {
        for column in columns {
            for i in (0..rows).step_by(16) {
                let place = i as isize * a.1 + column as isize * a.2;
                // SAFETY: every processor with AVX has this; it reads nothing, wherever it points.
                unsafe { _mm_prefetch::<_MM_HINT_T1>(a.0.wrapping_offset(place).cast()) };
            }
        }
    }

    /// Lays out groups of `N` values one after the other, of which the first `size` are there and
    /// the others 0. Within a group values are `across` apart, groups `along`.
    ///
    /// # Safety
    /// As many values are there as is said.
    #[inline(always)]
    unsafe fn pack<const N: usize>(
        from: *const f32,
        across: isize,
        along: isize,
        size: usize,
        to: &mut [f32],
    ) {
        for (p, group) in to.as_chunks_mut::<N>().0.iter_mut().enumerate() {
            let start = from.wrapping_offset(p as isize * along);
            if across == 1 && size == N {
                // SAFETY: as above.
                *group = unsafe { *start.cast::<[f32; N]>() };
                continue;
            }
            for (i, value) in group.iter_mut().enumerate() {
                *value = if i < size {
                    // SAFETY: as above.
                    unsafe { *start.offset(i as isize * across) }
                } else {
                    0.0
                };
            }
        }
    }

    /// `H` values of a column of `a` times a row of `b`, summed over `step` places of the inner
    /// axis in registers, then added to `size` values, until all `depth` places are.
    ///
    /// # Safety
    /// As many values are there as is said.
    #[allow(clippy::needless_range_loop)] // so that everything is unrolled
    #[target_feature(enable = "avx2,fma")]
    unsafe fn tile<const H: usize>(
        a: Matrix,
        b: Matrix,
        [depth, step]: [usize; 2],
        out: *mut f32,
        stride: usize,
        size: [usize; 2],
    ) {
        // SAFETY: as above.
        unsafe {
            let mut rows = [a.0; H];
            for i in 0..H {
                rows[i] = a.at(i, 0);
            }
            let mut p = 0;
            while p < depth {
                let end = depth.min(p + step);
                let mut sums = [[_mm256_setzero_ps(); 2]; H];
                while p < end {
                    let row = b.at(p, 0);
                    let row = [_mm256_loadu_ps(row), _mm256_loadu_ps(row.add(8))];
                    for i in 0..H {
                        let x = _mm256_set1_ps(*rows[i].offset(p as isize * a.2));
                        sums[i][0] = _mm256_fmadd_ps(x, row[0], sums[i][0]);
                        sums[i][1] = _mm256_fmadd_ps(x, row[1], sums[i][1]);
                    }
                    p += 1;
                }
                for i in 0..H {
                    let at = out.wrapping_add(i * stride);
                    if i < size[0] && size[1] == C {
                        _mm256_storeu_ps(at, _mm256_add_ps(_mm256_loadu_ps(at), sums[i][0]));
                        _mm256_storeu_ps(
                            at.add(8),
                            _mm256_add_ps(_mm256_loadu_ps(at.add(8)), sums[i][1]),
                        );
                    } else if i < size[0] {
                        let sums: [f32; C] = std::mem::transmute(sums[i]);
                        for j in 0..size[1] {
                            *at.add(j) += sums[j];
                        }
                    }
                }
            }
        }
    }
}
