//! Many values to one: of the whole tensor, or along an axis.

use super::arithmetic::{larger, smaller, zip};
use super::unary::map;
use crate::Float;
use crate::autograd::{op, wrt};
use crate::kernels::loops::{rows, sum};
use crate::tensor::fail::fail;
use crate::tensor::shape::{array, axis as check_axis, contiguous, expand, slice};
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
        self.some_values("mean");
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

    /// The sums over several axes, which disappear, or keep size 1 with `keepdim`.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(Tensor::ones(&[2, 3, 4]).sum_axes(&[0, 2], false).to_vec(), [8.0, 8.0, 8.0]);
    /// ```
    #[track_caller]
    pub fn sum_axes(&self, axes: &[isize], keepdim: bool) -> Tensor {
        let mut sum = self.clone();
        let mut shape = self.shape().to_vec();
        for &axis in axes {
            sum = sum.sum_axis(axis, true);
            shape[axis.rem_euclid(self.rank() as isize) as usize] = usize::MAX;
        }
        shape.retain(|&size| size != usize::MAX);
        if keepdim { sum } else { sum.reshape(&shape) }
    }

    /// The means over several axes, which disappear, or keep size 1 with `keepdim`.
    #[track_caller]
    pub fn mean_axes(&self, axes: &[isize], keepdim: bool) -> Tensor {
        for &axis in axes {
            self.not_empty("mean_axes", check_axis("mean_axes", self, axis));
        }
        let sum = self.sum_axes(axes, keepdim);
        let n = self.len() as Float / sum.len() as Float;
        sum / n
    }

    /// The means along one axis, which disappears, or keeps size 1 with `keepdim`. Derivative: 1/n for each value.
    #[track_caller]
    pub fn mean_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("mean_axis", self, axis);
        self.not_empty("mean_axis", axis);
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

/// Variances, products, running sums.
impl Tensor {
    /// The variance of all values about their mean, divided by n (not n − 1): Σ (x − x̄)² / n. Derivative: 2 (x − x̄) / n.
    #[track_caller]
    pub fn var(&self) -> Tensor {
        self.some_values("var");
        self.reshape(&[self.len()]).spread("var", 0, false)
    }

    /// The standard deviation of all values, √[`var`](Tensor::var). Derivative: (x − x̄) / (n · std), 0 if all are equal.
    #[track_caller]
    pub fn std(&self) -> Tensor {
        self.some_values("std");
        self.reshape(&[self.len()]).spread("std", 0, false)
    }

    /// The variances along one axis, which disappears, or keeps size 1 with `keepdim`; as [`var`](Tensor::var).
    #[track_caller]
    pub fn var_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("var_axis", self, axis);
        self.spread("var_axis", axis, keepdim)
    }

    /// The standard deviations along one axis, which disappears, or keeps size 1 with `keepdim`; as [`std`](Tensor::std).
    #[track_caller]
    pub fn std_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("std_axis", self, axis);
        self.spread("std_axis", axis, keepdim)
    }

    #[track_caller]
    fn spread(&self, name: &'static str, axis: usize, keepdim: bool) -> Tensor {
        self.not_empty(name, axis);
        let (x, n, is_root) = (self.array(), self.shape()[axis] as Float, name.starts_with("std"));
        let centred = along(&x, axis, |row| {
            let mean = sum(row, |x| x) / n;
            row.iter_mut().for_each(|x| *x -= mean);
        });
        let value =
            contiguous(centred.map_axis(Axis(axis), |lane| lane.dot(&lane) / n).insert_axis(Axis(axis)).into_shared());
        let value = if is_root { map(&value, Float::sqrt) } else { value };
        // 2 for a variance, 1 / std for its root.
        let slope = map(&value, |y| {
            if !is_root {
                2.0
            } else if y == 0.0 {
                0.0
            } else {
                1.0 / y
            }
        });
        op(
            name,
            drop_axis(value, axis, keepdim),
            [wrt(self, move |g| {
                let share = zip(&keep_axis(g, axis, keepdim), &slope, |g, slope| g * slope / n);
                zip(&expand(&share, centred.shape()), &centred, |share, centred| share * centred)
            })],
        )
    }

    /// The product of all values. Derivative: the product of all others, also where a value is 0.
    #[track_caller]
    pub fn prod(&self) -> Tensor {
        self.reshape(&[self.len()]).prod_axis(0, false)
    }

    /// The products along one axis, which disappears, or keeps size 1 with `keepdim`; as [`prod`](Tensor::prod).
    #[track_caller]
    pub fn prod_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("prod_axis", self, axis);
        let x = self.array();
        let value = x.map_axis(Axis(axis), |lane| lane.product()).insert_axis(Axis(axis)).into_shared();
        op(
            "prod_axis",
            drop_axis(value, axis, keepdim),
            [wrt(self, move |g| {
                // All before times all after: a quotient would fail at 0.
                let others = along(&x, axis, |row| {
                    let mut after = row.to_vec();
                    after.push(1.0);
                    (0..row.len()).rev().for_each(|i| after[i] *= after[i + 1]);
                    let mut before = 1.0;
                    for (x, after) in row.iter_mut().zip(&after[1..]) {
                        (*x, before) = (before * after, before * *x);
                    }
                });
                zip(&expand(&keep_axis(g, axis, keepdim), x.shape()), &others, |g, others| g * others)
            })],
        )
    }

    /// The sums of all values so far along one axis. Derivative: the sum of the gradients from there on.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([1.0, 2.0, 3.0]).cumsum(0).to_vec(), [1.0, 3.0, 6.0]);
    /// ```
    #[track_caller]
    pub fn cumsum(&self, axis: isize) -> Tensor {
        fn running<'a>(row: impl Iterator<Item = &'a mut Float>) {
            let mut sum = 0.0;
            for x in row {
                sum += *x;
                *x = sum;
            }
        }
        let axis = check_axis("cumsum", self, axis);
        op(
            "cumsum",
            along(&self.array(), axis, |row| running(row.iter_mut())),
            [wrt(self, move |g| along(g, axis, |row| running(row.iter_mut().rev())))],
        )
    }
}

/// Largest and smallest values.
impl Tensor {
    /// The largest value. The gradient goes to it alone; values that tie share it equally.
    #[track_caller]
    pub fn max(&self) -> Tensor {
        self.some_values("max");
        let flat = self.reshape(&[self.len()]);
        flat.extremum("max", 0, false, larger)
    }

    /// The smallest value. The gradient goes to it alone; values that tie share it equally.
    #[track_caller]
    pub fn min(&self) -> Tensor {
        self.some_values("min");
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
        self.first_of("argmax", axis, Float::gt)
    }

    /// The index of the smallest value along one axis; otherwise as [`argmax`](Tensor::argmax).
    #[track_caller]
    pub fn argmin(&self, axis: isize) -> Tensor {
        self.first_of("argmin", axis, Float::lt)
    }

    #[track_caller]
    fn first_of(&self, name: &'static str, axis: isize, better: fn(&Float, &Float) -> bool) -> Tensor {
        let axis = check_axis(name, self, axis);
        self.not_empty(name, axis);
        let winners = self.array().map_axis(Axis(axis), |lane| {
            let best = lane.iter().enumerate().reduce(|best, next| if better(next.1, best.1) { next } else { best });
            best.map_or(0.0, |(index, _)| index as Float)
        });
        op(name, contiguous(winners.into_shared()), [])
    }

    /// For what is not defined of no values at all.
    #[track_caller]
    pub(super) fn some_values(&self, op: &str) {
        if self.len() == 0 {
            fail(
                &format!("{op}: there are no values in the shape {:?}", self.shape()),
                &[("tensor", self)],
                "an axis has size 0: is the batch or the selection empty?",
            );
        }
    }

    /// As [`some_values`](Tensor::some_values), along one axis.
    #[track_caller]
    pub(super) fn not_empty(&self, op: &str, axis: usize) {
        if self.shape()[axis] == 0 {
            fail(
                &format!("{op}: there are no values along axis {axis} of the shape {:?}", self.shape()),
                &[("tensor", self)],
                "the axis has size 0",
            );
        }
    }
}

/// `change` applied to a copy of each row of values of `x` along `axis`.
pub(super) fn along(x: &Array, axis: usize, change: impl Fn(&mut [Float]) + Sync) -> Array {
    let last = x.ndim() - 1;
    let swapped = |x: &Array| {
        let mut x = x.clone();
        x.swap_axes(axis, last);
        contiguous(x)
    };
    let x = if axis == last { x.clone() } else { swapped(x) };
    let mut values = slice(&x).to_vec();
    rows(&mut values, x.shape()[last], 1, |_, row| change(row));
    let y = array(values, x.shape());
    if axis == last { y } else { swapped(&y) }
}

/// A result that still has the reduced axis, with or without it.
pub(super) fn drop_axis(kept: Array, axis: usize, keepdim: bool) -> Array {
    contiguous(if keepdim { kept } else { kept.remove_axis(Axis(axis)) })
}

/// The reduced axis put back, so that the gradient broadcasts against the input.
pub(super) fn keep_axis(g: &Array, axis: usize, keepdim: bool) -> Array {
    let g = g.clone();
    if keepdim { g } else { g.insert_axis(Axis(axis)) }
}
