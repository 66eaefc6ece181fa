//! Many values to one: of the whole tensor, or along an axis.

use super::arithmetic::{larger, smaller, zip};
use super::unary::map;
use crate::Float;
use crate::autograd::{op, wrt};
use crate::tensor::fail::fail;
use crate::tensor::shape::{array, axis as check_axis, contiguous, expand};
use crate::tensor::{Array, Tensor};
use ndarray::Axis;

/// Sums and means.
impl Tensor {
    /// The sum of all values, a single number. Derivative: 1 for each value.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([[1.0, 2.0], [3.0, 4.0]]).sum().item(), 10.0);
    /// ```
    #[track_caller]
    pub fn sum(&self) -> Tensor {
        let x = self.array();
        op("sum", array(vec![x.sum()], &[]), [wrt(self, move |g| expand(g, x.shape()))])
    }

    /// The mean of all n values, a single number. Derivative: 1/n for each value.
    #[track_caller]
    pub fn mean(&self) -> Tensor {
        let (x, n) = (self.array(), self.len() as Float);
        op("mean", array(vec![x.sum() / n], &[]), [wrt(self, move |g| expand(&map(g, |g| g / n), x.shape()))])
    }

    /// The sums along one axis, which disappears, or keeps size 1 with `keepdim`. Negative axes count from the end.
    /// Derivative: 1 for each value.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let a = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.sum_axis(0, false).to_vec(), [4.0, 6.0]);
    /// assert_eq!(a.sum_axis(-1, true).shape(), [2, 1]);
    /// ```
    #[track_caller]
    pub fn sum_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("sum_axis", self, axis);
        let x = self.array();
        let value = drop_axis(x.sum_axis(Axis(axis)).insert_axis(Axis(axis)).into_shared(), axis, keepdim);
        op("sum_axis", value, [wrt(self, move |g| expand(&keep_axis(g, axis, keepdim), x.shape()))])
    }

    /// The means along one axis, which disappears, or keeps size 1 with `keepdim`. Derivative: 1/n for each value.
    #[track_caller]
    pub fn mean_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("mean_axis", self, axis);
        let x = self.array();
        let n = x.shape()[axis] as Float;
        let sums = x.sum_axis(Axis(axis)).insert_axis(Axis(axis)).into_shared();
        op(
            "mean_axis",
            drop_axis(map(&contiguous(sums), |sum| sum / n), axis, keepdim),
            [wrt(self, move |g| expand(&keep_axis(&map(g, |g| g / n), axis, keepdim), x.shape()))],
        )
    }
}

/// Largest and smallest values.
impl Tensor {
    /// The largest value. The gradient goes to it alone; values that tie share it equally.
    #[track_caller]
    pub fn max(&self) -> Tensor {
        let flat = self.reshape(&[self.len()]);
        flat.extremum("max", 0, false, larger)
    }

    /// The smallest value. The gradient goes to it alone; values that tie share it equally.
    #[track_caller]
    pub fn min(&self) -> Tensor {
        let flat = self.reshape(&[self.len()]);
        flat.extremum("min", 0, false, smaller)
    }

    /// The largest values along one axis, which disappears, or keeps size 1 with `keepdim`. Values that tie share the
    /// gradient equally.
    #[track_caller]
    pub fn max_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("max_axis", self, axis);
        self.extremum("max_axis", axis, keepdim, larger)
    }

    /// As [`max_axis`](Tensor::max_axis), for the smallest.
    #[track_caller]
    pub fn min_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("min_axis", self, axis);
        self.extremum("min_axis", axis, keepdim, smaller)
    }

    #[track_caller]
    fn extremum(&self, name: &'static str, axis: usize, keepdim: bool, better: fn(Float, Float) -> Float) -> Tensor {
        self.not_empty(name, axis);
        let x = self.array();
        let best = x.map_axis(Axis(axis), |lane| lane.iter().copied().reduce(better).unwrap_or(Float::NAN));
        let best = contiguous(best.insert_axis(Axis(axis)).into_shared());
        op(
            name,
            drop_axis(best.clone(), axis, keepdim),
            [wrt(self, move |g| {
                let is_best = zip(&x, &expand(&best, x.shape()), |x, best| Float::from(u8::from(x == best)));
                let ties = contiguous(is_best.sum_axis(Axis(axis)).insert_axis(Axis(axis)).into_shared());
                let share = zip(&keep_axis(g, axis, keepdim), &ties, |g, ties| g / ties);
                zip(&expand(&share, x.shape()), &is_best, |share, is_best| share * is_best)
            })],
        )
    }

    /// The index of the largest value along one axis, which disappears; of several that tie, the first. Has no
    /// gradient.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let scores = tensor([[0.1, 0.9], [0.8, 0.2]]);
    /// assert_eq!(scores.argmax(-1).to_vec(), [1.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn argmax(&self, axis: isize) -> Tensor {
        let axis = check_axis("argmax", self, axis);
        self.not_empty("argmax", axis);
        let winners = self.array().map_axis(Axis(axis), |lane| {
            let best = lane.iter().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
            best.map_or(0.0, |(index, _)| index as Float)
        });
        op("argmax", contiguous(winners.into_shared()), [])
    }

    #[track_caller]
    fn not_empty(&self, op: &str, axis: usize) {
        if self.shape()[axis] == 0 {
            fail(
                &format!("{op}: nothing to choose from in the shape {:?}", self.shape()),
                &[("tensor", self)],
                "the axis has size 0",
            );
        }
    }
}

/// A result that still has the reduced axis, with or without it.
fn drop_axis(kept: Array, axis: usize, keepdim: bool) -> Array {
    contiguous(if keepdim { kept } else { kept.remove_axis(Axis(axis)) })
}

/// The reduced axis put back, so that the gradient broadcasts against the input.
fn keep_axis(g: &Array, axis: usize, keepdim: bool) -> Array {
    let g = g.clone();
    if keepdim { g } else { g.insert_axis(Axis(axis)) }
}
