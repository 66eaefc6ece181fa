//! Shapes: which fit together, what broadcasting does, and how it is undone for gradients.

use super::fail::fail;
use super::{Array, Tensor};
use crate::Float;
use ndarray::{ArrayViewD, Axis, IxDyn};

/// The values in row-major order. All arrays here are contiguous; see the folder's introduction.
pub(crate) fn slice(array: &Array) -> &[Float] {
    array.as_slice().expect("tensors are stored contiguously")
}

/// The values for writing; copied first if others use them, too.
pub(crate) fn slice_mut(array: &mut Array) -> &mut [Float] {
    array.as_slice_mut().expect("tensors are stored contiguously")
}

/// An array from values in row-major order that are known to fit.
pub(crate) fn array(values: Vec<Float>, shape: &[usize]) -> Array {
    Array::from_shape_vec(IxDyn(shape), values).expect("as many values as the shape holds")
}

/// Row-major again after a view has been permuted, sliced or broadcast.
pub(crate) fn contiguous(array: Array) -> Array {
    if array.is_standard_layout() { array } else { row_major(array.view()) }
}

/// A copy in row-major order. It is made row by row: ndarray would go from value to value.
pub(crate) fn row_major(view: ArrayViewD<Float>) -> Array {
    let mut values = Vec::with_capacity(view.len());
    for row in view.rows() {
        match row.as_slice() {
            Some(row) => values.extend_from_slice(row),
            None => values.extend(row),
        }
    }
    array(values, view.shape())
}

/// The shape that two shapes broadcast to: aligned at the last axis, sizes must agree or be 1 (NumPy's rule).
pub(crate) fn broadcast_shape(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let size = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |axis| shape[axis]);
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
        &format!("{op}: shapes do not broadcast: {a:?} and {b:?} (axis {from_end} from the right: {m} against {n})"),
        &[("left", left), ("right", right)],
        "shapes are aligned at the right; sizes must be equal or 1. Insert an axis of size 1 with .unsqueeze(axis)",
    )
}

/// Repeats `a` to `shape`, to which it must broadcast. Costs nothing if it has that shape.
pub(crate) fn expand(a: &Array, shape: &[usize]) -> Array {
    if a.shape() == shape {
        return a.clone();
    }
    // Values repeated, and then all of them (a bias, for each row or each channel; a mean of each row), are common, and
    // ndarray's general iteration is slower.
    let values = slice(a);
    let own = &a.shape()[a.shape().iter().take_while(|&&size| size == 1).count()..];
    let after = own.iter().rev().take_while(|&&size| size == 1).count();
    let (outer, inner) = shape.split_at(shape.len() - after);
    let (count, each): (usize, usize) = (shape.iter().product(), inner.iter().product());
    if outer.ends_with(&own[..own.len() - after]) && count > 0 {
        let mut block = Vec::with_capacity(values.len() * each);
        values.iter().for_each(|&value| block.resize(block.len() + each, value));
        return array(if block.len() == count { block } else { block.repeat(count / block.len()) }, shape);
    }
    row_major(a.broadcast(IxDyn(shape)).expect("shapes were checked"))
}

/// Undoes broadcasting for a gradient: what was repeated forward is summed backward.
pub(crate) fn unbroadcast(mut g: Array, shape: &[usize]) -> Array {
    if g.shape() == shape {
        return g;
    }
    if shape.iter().all(|&size| size == 1) {
        return array(vec![slice(&g).iter().sum()], shape);
    }
    while g.ndim() > shape.len() {
        g = g.sum_axis(Axis(0)).into_shared();
    }
    for (axis, &size) in shape.iter().enumerate() {
        if size == 1 && g.shape()[axis] != 1 {
            g = g.sum_axis(Axis(axis)).insert_axis(Axis(axis)).into_shared();
        }
    }
    contiguous(g)
}

/// The axis as an index; negative axes count from the end.
#[track_caller]
pub(crate) fn axis(op: &str, tensor: &Tensor, axis: isize) -> usize {
    let rank = tensor.rank() as isize;
    if axis < -rank || axis >= rank {
        let hint = if rank == 0 {
            "the tensor is a single number and has no axes".to_owned()
        } else {
            format!("axes of this tensor are 0 to {}, or -1 (the last) to -{rank}", rank - 1)
        };
        fail(&format!("{op}: no axis {axis} in the shape {:?}", tensor.shape()), &[("tensor", tensor)], &hint);
    }
    axis.rem_euclid(rank) as usize
}
