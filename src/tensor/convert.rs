//! From numbers and arrays of Rust to tensors.

use super::Tensor;
use super::fail::warn_once;
use crate::Float;
use crate::display::say;
use ndarray::{Array, ArrayBase, Data, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, IxDyn};

/// A number that can stand in a tensor. Tensors hold [`Float`]s; literals and counts of other types
/// are converted.
pub trait Number: Copy {
    /// The numbers as the tensor stores them. Not generic and not inlined: a cell with a tensor in
    /// it would compile the loop, and what a loop into a vector brings with it.
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
numbers!(f32, u8);

impl Number for f64 {
    #[inline(never)]
    fn floats(numbers: &[f64]) -> Vec<Float> {
        let floats: Vec<Float> = numbers.iter().map(|number| *number as Float).collect();
        if let Some((number, float)) = beyond(numbers, &floats) {
            warn_of_reach(&format!("{number:e}"), float);
        }
        floats
    }
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl Number for $number {
            #[inline(never)]
            fn floats(numbers: &[$number]) -> Vec<Float> {
                let floats = numbers.iter().map(|number| *number as Float).collect();
                let mut pairs = numbers.iter().zip(&floats as &Vec<Float>);
                let is_rounded =
                    |(number, float): &(&$number, &Float)| is_rounded(**number as i128, **float);
                if let Some((number, float)) = pairs.find(is_rounded) {
                    warn_of_rounding(number, *float);
                }
                floats
            }
        }
    )*};
}
whole_numbers!(i32, i64, u32, u64, usize);

/// Up to here every whole number is a [`Float`].
const MOST_EXACT: u64 = 1 << Float::MANTISSA_DIGITS;

/// Whether a whole number has become another one.
pub(crate) fn is_rounded(number: i128, float: Float) -> bool {
    float.abs() >= MOST_EXACT as Float && float as i128 != number
}

/// Says of a whole number that it is not one of those that a [`Float`] can be.
#[cold]
pub(crate) fn warn_of_rounding(number: &impl std::fmt::Display, float: Float) {
    let english = format!(
        "the whole number {number} becomes {float}: tensors hold numbers with a fraction, which \
         are exact for whole numbers only up to {MOST_EXACT}. Numbers of members and the like are \
         no numbers to compute with: leave them out, or count them from 0"
    );
    let chinese = format!(
        "整数 {number} 变成了 {float}：张量里存的是小数，只有不超过 {MOST_EXACT} 的整数才能精确表示。\
         编号之类的数不是用来计算的：请去掉，或者改成从 0 开始编号"
    );
    warn_once("rounded whole numbers", &say(english, chinese));
}

/// A number that is too large for a [`Float`]; or, where nothing but 0 is left of them, the
/// largest: beside larger numbers, 0 is right for what is so near to it.
fn beyond(numbers: &[f64], floats: &[Float]) -> Option<(f64, Float)> {
    let mut pairs = numbers.iter().copied().zip(floats.iter().copied());
    let too_large = pairs.find(|(number, float)| float.is_infinite() && number.is_finite());
    too_large.or_else(|| {
        let is_nothing_left = floats.iter().all(|float| *float == 0.0);
        let largest = numbers
            .iter()
            .copied()
            .max_by(|a, b| a.abs().total_cmp(&b.abs()));
        let largest = largest.filter(|number| is_nothing_left && *number != 0.0)?;
        Some((largest, 0.0))
    })
}

/// Says of a number that a [`Float`] does not reach so far.
#[cold]
pub(crate) fn warn_of_reach(number: &impl std::fmt::Display, float: Float) {
    let (least, most) = (Float::from_bits(1), Float::MAX);
    let english = format!(
        "the number {number} becomes {float}: the numbers of tensors reach from {least:e} to \
         {most:e} (f32). Compute with another unit, or with the logarithm"
    );
    let chinese = format!(
        "数 {number} 变成了 {float}：张量里的数（f32）只能从 {least:e} 到 {most:e}。\
         请换一个单位，或者用它的对数来计算"
    );
    warn_once("numbers out of reach", &say(english, chinese));
}

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
                &format!(
                    "tensor: row {row} has {} values, row 0 has {columns}",
                    rows[row].len()
                ),
                &[],
                "all rows of a matrix have the same length",
            );
        }
        Tensor::from_vec(N::floats(&rows.concat()), &[rows.len(), columns])
    }
}

/// An array of `ndarray`, of any rank and of numbers of any type.
///
/// ```
/// # use chainrule::prelude::*;
/// let array = ndarray::Array2::<f64>::eye(2);
/// assert_eq!(Tensor::from(&array).shape(), [2, 2]);
/// let back: ndarray::Array2<Float> = tensor([[1.0, 2.0]]).into();
/// assert_eq!(back[[0, 1]], 2.0);
/// ```
impl<N: Number, S: Data<Elem = N>, D: Dimension> From<&ArrayBase<S, D>> for Tensor {
    fn from(array: &ArrayBase<S, D>) -> Tensor {
        let values: Vec<N> = array.iter().copied().collect();
        Tensor::from_vec(N::floats(&values), array.shape())
    }
}

/// As of a reference to it.
impl<N: Number, S: Data<Elem = N>, D: Dimension> From<ArrayBase<S, D>> for Tensor {
    fn from(array: ArrayBase<S, D>) -> Tensor {
        Tensor::from(&array)
    }
}

macro_rules! into_arrays {
    ($($D:ty)*) => {$(
        /// A copy of the values. Panics if the tensor has another number of axes.
        impl From<&Tensor> for Array<Float, $D> {
            #[track_caller]
            fn from(tensor: &Tensor) -> Array<Float, $D> {
                tensor.value().into_dimensionality().unwrap_or_else(|_| other_rank(tensor))
            }
        }

        /// As of a reference to it.
        impl From<Tensor> for Array<Float, $D> {
            #[track_caller]
            fn from(tensor: Tensor) -> Array<Float, $D> {
                Self::from(&tensor)
            }
        }
    )*};
}
into_arrays!(Ix0 Ix1 Ix2 Ix3 Ix4 IxDyn);

#[cold]
#[track_caller]
fn other_rank(tensor: &Tensor) -> ! {
    let (rank, shape) = (tensor.rank(), tensor.shape());
    super::fail(
        &format!(
            "into: the shape {shape:?} has {rank} axes, which the type of the array does not have"
        ),
        &[("tensor", tensor)],
        &format!("write ndarray::Array{rank}<f32>, or ndarray::ArrayD<f32>, which fits always"),
    )
}

/// All values in row-major order, as [`Tensor::to_vec`].
impl From<Tensor> for Vec<Float> {
    fn from(tensor: Tensor) -> Vec<Float> {
        tensor.to_vec()
    }
}

/// All values in row-major order, as [`Tensor::to_vec`].
impl From<&Tensor> for Vec<Float> {
    fn from(tensor: &Tensor) -> Vec<Float> {
        tensor.to_vec()
    }
}

impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Tensor {
        tensor.clone()
    }
}
