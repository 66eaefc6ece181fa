//! The array that a tensor holds, and its values as a slice.

use crate::Float;
use ndarray::{ArcArray, IxDyn};

/// Values as they are stored and as gradients flow: shared, copied on write, row-major.
pub(crate) type Array = ArcArray<Float, IxDyn>;

/// The values in row-major order. All arrays here are contiguous; see the introduction of `tensor`.
pub(crate) fn slice(array: &Array) -> &[Float] {
    array.as_slice().expect("tensors are stored contiguously")
}

/// The values for writing; copied first if others use them, too.
pub(crate) fn slice_mut(array: &mut Array) -> &mut [Float] {
    array
        .as_slice_mut()
        .expect("tensors are stored contiguously")
}

/// An array from values in row-major order that are known to fit.
pub(crate) fn array(values: Vec<Float>, shape: &[usize]) -> Array {
    Array::from_shape_vec(IxDyn(shape), values).expect("as many values as the shape holds")
}
