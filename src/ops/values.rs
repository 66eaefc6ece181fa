//! Functions of the values of arrays of one shape.

use crate::Float;
use crate::kernels::loops::{map1, map2, map3};
use crate::tensor::Array;
use crate::tensor::shape::{array, slice};

/// `f` of each value.
pub(super) fn map(x: &Array, f: impl Fn(Float) -> Float + Sync) -> Array {
    array(map1(slice(x), f), x.shape())
}

/// `f` for each pair of values of two arrays of one shape.
pub(super) fn zip(a: &Array, b: &Array, f: impl Fn(Float, Float) -> Float + Sync) -> Array {
    array(map2(slice(a), slice(b), f), a.shape())
}

/// `f` for each triple of values of three arrays of one shape.
pub(super) fn zip3(
    a: &Array,
    b: &Array,
    c: &Array,
    f: impl Fn(Float, Float, Float) -> Float + Sync,
) -> Array {
    array(map3(slice(a), slice(b), slice(c), f), a.shape())
}
