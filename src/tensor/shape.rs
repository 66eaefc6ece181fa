//! Shapes: which fit together, what broadcasting does, and how it is undone for gradients.

use super::fail::fail;
use super::node::Tensor;
use crate::Float;
use crate::kernels::array::Array;
pub(crate) use crate::kernels::array::{array, slice, slice_mut};
use crate::kernels::copy;
use crate::kernels::reduce::{Along, Sum, reduce};
use ndarray::{ArrayViewD, IxDyn};

/// Row-major again after a view has been permuted, sliced or broadcast.
pub(crate) fn contiguous(array: Array) -> Array {
    if array.is_standard_layout() {
        array
    } else {
        row_major(array.view())
    }
}

/// A copy in row-major order.
pub(crate) fn row_major(view: ArrayViewD<Float>) -> Array {
    let shape = view.raw_dim();
    array(copy::row_major(view), ndarray::Dimension::slice(&shape))
}

/// How many values a shape holds, for making one. Sizes can come from a computation that went
/// wrong: a product that is no number, or more than there are addresses, is said here in words.
#[track_caller]
pub(crate) fn count(op: &str, shape: &[usize]) -> usize {
    match values_in(shape) {
        Some(count) => count,
        None => fail(
            &format!("{op}: no computer can hold the shape {shape:?}"),
            &[],
            "multiplied, its sizes are more than there are addresses; a size such as \
             18446744073709551615 was a subtraction that went below 0, or -1 as usize",
        ),
    }
}

/// The same, or nothing. An array counts no size that is 0, so that its other axes have a meaning.
pub(crate) fn values_in(shape: &[usize]) -> Option<usize> {
    let sizes = shape.iter().filter(|size| **size > 0);
    let product = sizes
        .into_iter()
        .try_fold(1usize, |product, size| product.checked_mul(*size))?;
    let most = isize::MAX as usize / size_of::<Float>();
    (product <= most).then_some(if shape.contains(&0) { 0 } else { product })
}

/// The shape that two shapes broadcast to: aligned at the last axis, sizes must agree or be 1
/// (NumPy's rule).
pub(crate) fn broadcast_shape(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let size = |shape: &[usize], axis: usize| {
        (axis + shape.len())
            .checked_sub(rank)
            .map_or(1, |axis| shape[axis])
    };
    (0..rank)
        .map(|axis| match (size(a, axis), size(b, axis)) {
            (m, n) if m == n => Some(m),
            (1, n) => Some(n),
            (m, 1) => Some(m),
            _ => None,
        })
        .collect()
}

/// As [`broadcast_shape`], or a panic that shows where the shapes clash.
#[track_caller]
pub(crate) fn broadcast(op: &str, left: &Tensor, right: &Tensor) -> Vec<usize> {
    match broadcast_shape(left.shape(), right.shape()) {
        Some(shape) => shape,
        None => clash(op, left, right),
    }
}

#[cold]
#[track_caller]
fn clash(op: &str, left: &Tensor, right: &Tensor) -> ! {
    let (a, b) = (left.shape(), right.shape());
    let from_end = (1..=a.len().min(b.len()))
        .find(|&i| a[a.len() - i] != b[b.len() - i] && a[a.len() - i] != 1 && b[b.len() - i] != 1)
        .unwrap_or(1);
    let (m, n) = (a[a.len() - from_end], b[b.len() - from_end]);
    fail(
        &format!(
            "{op}: shapes do not broadcast: {a:?} and {b:?} (axis {from_end} from the right: {m} \
            against {n})"
        ),
        &[("left", left), ("right", right)],
        "shapes are aligned at the right; sizes must be equal or 1. Insert an axis of size 1 with \
        .unsqueeze(axis)",
    )
}

/// Repeats `a` to `shape`, to which it must broadcast. Costs nothing if it has that shape.
pub(crate) fn expand(a: &Array, shape: &[usize]) -> Array {
    if a.shape() == shape {
        return a.clone();
    }
    // Values repeated, and then all of them (a bias, for each row or each channel; a mean of each
    // row), are common, and ndarray's general iteration is slower.
    let values = slice(a);
    let own = &a.shape()[a.shape().iter().take_while(|&&size| size == 1).count()..];
    let after = own.iter().rev().take_while(|&&size| size == 1).count();
    let (outer, inner) = shape.split_at(shape.len() - after);
    let (count, each): (usize, usize) = (shape.iter().product(), inner.iter().product());
    if outer.ends_with(&own[..own.len() - after]) && count > 0 {
        let mut block = Vec::with_capacity(values.len() * each);
        values
            .iter()
            .for_each(|&value| block.resize(block.len() + each, value));
        return array(
            if block.len() == count {
                block
            } else {
                block.repeat(count / block.len())
            },
            shape,
        );
    }
    row_major(a.broadcast(IxDyn(shape)).expect("shapes were checked"))
}

/// Undoes broadcasting for a gradient: what was repeated forward is summed backward.
pub(crate) fn unbroadcast(g: Array, shape: &[usize]) -> Array {
    if g.shape() == shape {
        return g;
    }
    let (own, new) = (g.shape().to_vec(), g.ndim() - shape.len());
    let is_summed = |axis: usize| axis < new || (shape[axis - new] == 1 && own[axis] != 1);
    let (mut sizes, mut values) = (own.clone(), None::<Vec<Float>>);
    // Axes that are summed and lie side by side are one; the last ones first, because they leave
    // the least.
    let mut end = own.len();
    while let Some(last) = (0..end).rev().find(|axis| is_summed(*axis)) {
        let first = (0..last)
            .rev()
            .find(|axis| !is_summed(*axis) && own[*axis] != 1)
            .map_or(0, |axis| axis + 1);
        let along = Along::axes(&sizes, first..last + 1);
        values = Some(reduce(
            Sum,
            values.as_deref().unwrap_or(slice(&g)),
            along,
            |sum| sum as Float,
        ));
        sizes[first..=last].fill(1);
        end = first;
    }
    array(values.unwrap_or_else(|| slice(&g).to_vec()), shape)
}

/// The axis as an index; negative axes count from the end.
#[track_caller]
pub(crate) fn axis(op: &str, tensor: &Tensor, axis: isize) -> usize {
    let rank = tensor.rank() as isize;
    if axis < -rank || axis >= rank {
        let hint = if rank == 0 {
            "the tensor is a single number and has no axes".to_owned()
        } else {
            format!(
                "axes of this tensor are 0 to {}, or -1 (the last) to -{rank}",
                rank - 1
            )
        };
        fail(
            &format!("{op}: no axis {axis} in the shape {:?}", tensor.shape()),
            &[("tensor", tensor)],
            &hint,
        );
    }
    axis.rem_euclid(rank) as usize
}
