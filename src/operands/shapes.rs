//! Shapes that values can have, and parts that are there.

use crate::tensor::Tensor;
use crate::tensor::fail::fail;
use crate::tensor::shape::{broadcast, broadcast_shape, count};
use std::ops::Range;

/// The shape that a condition and the two it chooses between have after broadcasting.
#[track_caller]
pub(crate) fn choice(condition: &Tensor, a: &Tensor, b: &Tensor) -> Vec<usize> {
    let (own, both) = (condition.shape(), broadcast("where_", a, b));
    match broadcast_shape(own, &both) {
        Some(shape) => shape,
        None => fail(
            &format!("where_: the condition {own:?} does not broadcast with the choices {both:?}"),
            &[("condition", condition), ("a", a), ("b", b)],
            "shapes are aligned at the right; sizes must be equal or 1",
        ),
    }
}

/// As many values as the shape holds.
#[track_caller]
pub(crate) fn must_fill(x: &Tensor, shape: &[usize]) {
    let size = count("reshape", shape);
    let (own, count) = (x.shape(), x.len());
    if size != count {
        fail(
            &format!("reshape: sizes differ: {own:?} has {count} values, {shape:?} holds {size}"),
            &[("tensor", x)],
            "the sizes of the new shape multiplied must give the number of values",
        );
    }
}

/// Where in a shape a new axis goes; negative places count from the end.
#[track_caller]
pub(crate) fn place_of_new_axis(x: &Tensor, axis: isize) -> usize {
    let (shape, places) = (x.shape(), x.rank() as isize + 1);
    if axis < -places || axis >= places {
        fail(
            &format!("unsqueeze: no place {axis} for a new axis in the shape {shape:?}"),
            &[("tensor", x)],
            &format!("places are 0 to {}, or -1 (last) to -{places}", places - 1),
        );
    }
    axis.rem_euclid(places) as usize
}

/// An axis of size 1, which can go.
#[track_caller]
pub(crate) fn must_be_1(x: &Tensor, axis: usize) {
    let (shape, size) = (x.shape(), x.shape()[axis]);
    if size != 1 {
        fail(
            &format!("squeeze: axis {axis} of the shape {shape:?} has size {size}, not 1"),
            &[("tensor", x)],
            "only an axis of size 1 can go; use .sum_axis(…), .mean_axis(…) or .slice(…) to get \
            rid of a longer one",
        );
    }
}

/// The order that undoes an order of axes, in which each axis stands once.
#[track_caller]
pub(crate) fn inverse_order(x: &Tensor, axes: &[usize]) -> Vec<usize> {
    let mut inverse = vec![usize::MAX; x.rank()];
    for (to, &from) in axes.iter().enumerate() {
        if let Some(slot) = inverse.get_mut(from) {
            *slot = to;
        }
    }
    if axes.len() != x.rank() || inverse.contains(&usize::MAX) {
        let last = x.rank().saturating_sub(1);
        fail(
            &format!(
                "permute: {axes:?} is no order of the axes of {:?}",
                x.shape()
            ),
            &[("tensor", x)],
            &format!("name each axis from 0 to {last} once"),
        );
    }
    inverse
}

/// Two axes that can be exchanged.
#[track_caller]
pub(crate) fn must_be_matrix(x: &Tensor) {
    if x.rank() < 2 {
        let shape = x.shape();
        fail(
            &format!("t: the shape {shape:?} has no two axes to exchange"),
            &[("tensor", x)],
            "make a vector a column with .unsqueeze(-1) or a row with .unsqueeze(0)",
        );
    }
}

/// A shape to which the tensor can be repeated.
#[track_caller]
pub(crate) fn must_stretch(x: &Tensor, shape: &[usize]) {
    if broadcast_shape(x.shape(), shape).as_deref() != Some(shape) {
        fail(
            &format!("expand: {:?} cannot be repeated to {shape:?}", x.shape()),
            &[("tensor", x)],
            "shapes are aligned at the right; only axes of size 1 can be stretched",
        );
    }
    count("expand", shape);
}

/// Entries that are there.
#[track_caller]
pub(crate) fn must_lie_in(x: &Tensor, axis: usize, range: &Range<usize>) {
    let (shape, size) = (x.shape(), x.shape()[axis]);
    if range.start > range.end || range.end > size {
        fail(
            &format!("slice: {range:?} does not lie in axis {axis} of the shape {shape:?}"),
            &[("tensor", x)],
            &format!("the axis has indices 0..{size}"),
        );
    }
}

/// Parts that make up the whole axis.
#[track_caller]
pub(crate) fn must_add_up(x: &Tensor, axis: usize, sizes: &[usize]) {
    let (shape, whole) = (x.shape(), x.shape()[axis]);
    let sum = sizes
        .iter()
        .fold(0usize, |sum, size| sum.saturating_add(*size));
    if sum != whole {
        fail(
            &format!(
                "split: sizes {sizes:?} add up to {sum}, axis {axis} of {shape:?} has {whole}"
            ),
            &[("tensor", x)],
            "every entry must belong to one part",
        );
    }
}

/// Something said of each axis; the shape with what is put around.
#[track_caller]
pub(crate) fn with_around(x: &Tensor, around: &[(usize, usize)]) -> Vec<usize> {
    if around.len() != x.rank() {
        let (count, shape) = (around.len(), x.shape());
        fail(
            &format!("pad: {count} axes are given for the shape {shape:?}"),
            &[("tensor", x)],
            "give (before, after) for each axis, (0, 0) where nothing is added",
        );
    }
    let sizes = x.shape().iter().zip(around);
    let shape: Vec<usize> = sizes
        .map(|(size, (before, after))| size.saturating_add(*before).saturating_add(*after))
        .collect();
    count("pad", &shape);
    shape
}

/// The first of several tensors.
#[track_caller]
pub(crate) fn first<'a>(tensors: &[&'a Tensor]) -> &'a Tensor {
    match tensors {
        [first, ..] => first,
        [] => fail("concat: no tensors", &[], "give at least one: &[&a, &b]"),
    }
}

/// Sizes that agree with those of the first, but along the axis.
#[track_caller]
pub(crate) fn must_agree(tensors: &[&Tensor], axis: usize) {
    let first = first(tensors);
    for other in tensors {
        let (own, new) = (first.shape(), other.shape());
        let fits = new.len() == own.len() && (0..own.len()).all(|i| i == axis || new[i] == own[i]);
        if !fits {
            fail(
                &format!("concat: shapes do not fit along axis {axis}: {own:?} and {new:?}"),
                &[("first", first), ("other", other)],
                "all sizes except that of the axis must agree",
            );
        }
    }
}
