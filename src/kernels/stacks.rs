//! Products of stacks of matrices.

use super::array::{Array, array, slice};
use super::gemm::{gemm, is_long, long_sum, matrix_product};
use super::loops::{rows, update};
use crate::Float;
use ndarray::{ArrayView2, ArrayView3, Axis};

/// A stack of matrices as a view: `[matrices, rows, columns]`.
pub(crate) fn view(x: &Array, shape: [usize; 3]) -> ArrayView3<'_, Float> {
    ArrayView3::from_shape(shape, slice(x)).expect("as many values as before")
}

/// A matrix as a view.
pub(crate) fn matrix(x: &Array, sizes: [usize; 2]) -> ArrayView2<'_, Float> {
    ArrayView2::from_shape(sizes, slice(x)).expect("as many values as before")
}

/// A stack of one matrix.
pub(crate) fn single(x: &Array, [rows, columns]: [usize; 2]) -> ArrayView3<'_, Float> {
    view(x, [1, rows, columns])
}

/// Each matrix transposed; copies nothing.
pub(crate) fn transposed(x: ArrayView3<'_, Float>) -> ArrayView3<'_, Float> {
    x.permuted_axes([0, 2, 1])
}

/// How many products two stacks of matrices make. A stack of one goes with every other, also with
/// an empty one.
pub(crate) fn stack(a: usize, b: usize) -> usize {
    if a == 1 { b } else { a }
}

/// The products of two stacks of matrices, summed into `matrices` results. A stack of one is used
/// for every product, so this serves forward (a single right side for a whole batch) and backward
/// (its gradient is the sum over the batch).
pub(crate) fn product(
    a: ArrayView3<Float>,
    b: ArrayView3<Float>,
    matrices: usize,
    shape: &[usize],
) -> Array {
    let (each, count) = (a.dim().1 * b.dim().2, stack(a.dim().0, b.dim().0));
    if (matrices, count) == (1, 1) {
        let (a, b) = (a.index_axis(Axis(0), 0), b.index_axis(Axis(0), 0));
        return array(matrix_product(&a, &b), shape);
    }
    let mut values = vec![0.0; matrices * each];
    let add = |i: usize, out: &mut [Float]| {
        let (a, b) = (
            a.index_axis(Axis(0), i % a.dim().0),
            b.index_axis(Axis(0), i % b.dim().0),
        );
        gemm(&a, &b, out);
    };
    if matrices == count {
        rows(&mut values, each, a.dim().2 / 16, add);
    } else {
        // In eight sums, whatever the number of threads is, so that the result does not depend on
        // it.
        if is_long(count * a.dim().2) {
            return array(long_sum(a, b, count), shape);
        }
        let mut sums = vec![0.0; 8.min(count) * each];
        rows(&mut sums, each, count * a.dim().2 / 128, |sum, out| {
            (sum..count).step_by(8).for_each(|i| add(i, out))
        });
        sums.chunks_exact(each.max(1))
            .for_each(|sum| update(&mut values, sum, |all, sum| all + sum));
    }
    array(values, shape)
}
