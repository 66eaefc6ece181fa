//! From numbers and arrays of Rust to tensors.

use super::Tensor;
use crate::Float;
use ndarray::ArrayD;

/// A number that can stand in a tensor. Tensors hold [`Float`]s; literals and counts of other types are converted.
pub trait Number: Copy {
    /// The numbers as the tensor stores them. Not generic and not inlined: a cell with a tensor in it would compile the loop,
    /// and what a loop into a vector brings with it.
    fn floats(numbers: &[Self]) -> Vec<Float>;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Number for $number {
            #[inline(never)]
            fn floats(numbers: &[$number]) -> Vec<Float> {
                numbers.iter().map(|number| *number as Float).collect()
            }
        }
    )*};
}
numbers!(f32, f64, i32, i64, u8, u32, u64, usize);

/// A tensor from a number, an array, or a `Vec`, nested up to three deep.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(tensor(2.0).rank(), 0);
/// assert_eq!(tensor([1.0, 2.0, 3.0]).shape(), [3]);
/// assert_eq!(tensor([[0, 0], [0, 1], [1, 0], [1, 1]]).shape(), [4, 2]);
/// ```
#[track_caller]
pub fn tensor(values: impl Into<Tensor>) -> Tensor {
    values.into()
}

impl<N: Number> From<N> for Tensor {
    fn from(value: N) -> Tensor {
        Tensor::from_vec(N::floats(&[value]), &[])
    }
}

impl<N: Number> From<Vec<N>> for Tensor {
    fn from(values: Vec<N>) -> Tensor {
        values.as_slice().into()
    }
}

impl<N: Number> From<&[N]> for Tensor {
    fn from(values: &[N]) -> Tensor {
        Tensor::from_vec(N::floats(values), &[values.len()])
    }
}

impl<N: Number> From<&Vec<N>> for Tensor {
    fn from(values: &Vec<N>) -> Tensor {
        values.as_slice().into()
    }
}

impl<N: Number, const A: usize> From<[N; A]> for Tensor {
    fn from(values: [N; A]) -> Tensor {
        values.as_slice().into()
    }
}

impl<N: Number, const A: usize, const B: usize> From<[[N; B]; A]> for Tensor {
    fn from(values: [[N; B]; A]) -> Tensor {
        Tensor::from_vec(N::floats(values.as_flattened()), &[A, B])
    }
}

impl<N: Number, const A: usize, const B: usize, const C: usize> From<[[[N; C]; B]; A]> for Tensor {
    fn from(values: [[[N; C]; B]; A]) -> Tensor {
        Tensor::from_vec(N::floats(values.as_flattened().as_flattened()), &[A, B, C])
    }
}

impl<N: Number> From<Vec<Vec<N>>> for Tensor {
    /// Panics if the rows differ in length.
    #[track_caller]
    fn from(rows: Vec<Vec<N>>) -> Tensor {
        let columns = rows.first().map_or(0, Vec::len);
        if let Some(row) = rows.iter().position(|row| row.len() != columns) {
            super::fail(
                &format!("tensor: row {row} has {} values, row 0 has {columns}", rows[row].len()),
                &[],
                "all rows of a matrix have the same length",
            );
        }
        Tensor::from_vec(N::floats(&rows.concat()), &[rows.len(), columns])
    }
}

impl From<ArrayD<Float>> for Tensor {
    fn from(array: ArrayD<Float>) -> Tensor {
        Tensor::from_array(super::shape::contiguous(array.into_shared()))
    }
}

impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Tensor {
        tensor.clone()
    }
}
