//! Many values to one: of the whole tensor, or along an axis.

use super::values::{map, zip};
use crate::Float;
use crate::kernels::extreme::{Extreme, Largest, Smallest, first, same};
use crate::kernels::lanes::{Change, lanes};
use crate::kernels::reduce::{Along, Fold, Product, Squares, Sum, reduce, running};
use crate::tensor::shape::{array, axis as check_axis, contiguous, expand, slice};
use crate::tensor::{Array, Tensor, op, op_on};
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
        op_on(self, "sum", array(vec![total(&x, 1.0)], &[]), move |g| {
            expand(g, x.shape())
        })
    }

    /// The mean of all n values, a single number. Derivative: 1/n for each value.
    #[track_caller]
    pub fn mean(&self) -> Tensor {
        self.some_values("mean");
        let (x, n) = (self.array(), self.len() as Float);
        let value = total(&x, self.len() as f64);
        op_on(self, "mean", array(vec![value], &[]), move |g| {
            expand(&map(g, |g| g / n), x.shape())
        })
    }

    /// The sums along one axis, which disappears, or keeps size 1 with `keepdim`. Negative axes
    /// count from the end. Derivative: 1 for each value.
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
        let value = drop_axis(over(Sum, &x, axis, |sum| sum as Float), axis, keepdim);
        op_on(self, "sum_axis", value, move |g| {
            expand(&keep_axis(g, axis, keepdim), x.shape())
        })
    }

    /// The sums over several axes, which disappear, or keep size 1 with `keepdim`. Derivative: 1
    /// for each value.
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

    /// The means over several axes, which disappear, or keep size 1 with `keepdim`. Derivative: 1/n
    /// for each of the n values of a mean.
    #[track_caller]
    pub fn mean_axes(&self, axes: &[isize], keepdim: bool) -> Tensor {
        for &axis in axes {
            self.not_empty("mean_axes", check_axis("mean_axes", self, axis));
        }
        let sum = self.sum_axes(axes, keepdim);
        let n = self.len() as Float / sum.len() as Float;
        sum / n
    }

    /// The means along one axis, which disappears, or keeps size 1 with `keepdim`. Derivative: 1/n
    /// for each value.
    #[track_caller]
    pub fn mean_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("mean_axis", self, axis);
        self.not_empty("mean_axis", axis);
        let x = self.array();
        let n = x.shape()[axis] as Float;
        let mean = over(Sum, &x, axis, |sum| (sum / n as f64) as Float);
        op_on(
            self,
            "mean_axis",
            drop_axis(mean, axis, keepdim),
            move |g| expand(&keep_axis(&map(g, |g| g / n), axis, keepdim), x.shape()),
        )
    }
}

/// Variances, products, running sums.
impl Tensor {
    /// The variance of all values about their mean, divided by n (not n − 1): Σ (x − x̄)² / n.
    /// Derivative: 2 (x − x̄) / n.
    #[track_caller]
    pub fn var(&self) -> Tensor {
        self.some_values("var");
        self.reshape(&[self.len()]).spread("var", 0, false)
    }

    /// The standard deviation of all values, √[`var`](Tensor::var). Derivative: (x − x̄) / (n ·
    /// std), 0 if all are equal.
    #[track_caller]
    pub fn std(&self) -> Tensor {
        self.some_values("std");
        self.reshape(&[self.len()]).spread("std", 0, false)
    }

    /// The variances along one axis, which disappears, or keeps size 1 with `keepdim`; as
    /// [`var`](Tensor::var). Derivative: 2 (x − x̄) / n, with the mean x̄ of the n values along the
    /// axis.
    #[track_caller]
    pub fn var_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("var_axis", self, axis);
        self.spread("var_axis", axis, keepdim)
    }

    /// The standard deviations along one axis, which disappears, or keeps size 1 with `keepdim`; as
    /// [`std`](Tensor::std). Derivative: (x − x̄) / (n · std), 0 where all n values along the axis
    /// are equal.
    #[track_caller]
    pub fn std_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("std_axis", self, axis);
        self.spread("std_axis", axis, keepdim)
    }

    #[track_caller]
    fn spread(&self, name: &'static str, axis: usize, keepdim: bool) -> Tensor {
        self.not_empty(name, axis);
        let (x, n) = (self.array(), self.shape()[axis] as Float);
        let is_root = name.starts_with("std");
        let mean = |x: &Array| over(Sum, x, axis, |sum| (sum / n as f64) as Float);
        let centre = |x: &Array, mean: &Array| zip(x, &expand(mean, x.shape()), |x, mean| x - mean);
        let variance = |centred: &Array| {
            over(Squares, centred, axis, |sum| {
                let variance = sum / n as f64;
                (if is_root { variance.sqrt() } else { variance }) as Float
            })
        };
        let middle = mean(&x);
        let mut centred = centre(&x, &middle);
        let mut value = variance(&centred);
        // Where all values are far from 0, the mean is rounded by more than they differ: what is
        // left of it is taken away.
        let is_far =
            |(mean, y): (&Float, &Float)| mean.abs() * 1e-3 > if is_root { *y } else { y.sqrt() };
        if slice(&middle).iter().zip(slice(&value)).any(is_far) {
            centred = centre(&centred, &mean(&centred));
            value = variance(&centred);
        }
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
        op_on(self, name, drop_axis(value, axis, keepdim), move |g| {
            let share = zip(&keep_axis(g, axis, keepdim), &slope, |g, slope| {
                g * slope / n
            });
            zip(
                &expand(&share, centred.shape()),
                &centred,
                |share, centred| share * centred,
            )
        })
    }

    /// The product of all values. Derivative: the product of all others, also where a value is 0.
    #[track_caller]
    pub fn prod(&self) -> Tensor {
        self.reshape(&[self.len()]).prod_axis(0, false)
    }

    /// The products along one axis, which disappears, or keeps size 1 with `keepdim`; as
    /// [`prod`](Tensor::prod). Derivative: the product of all others along the axis.
    #[track_caller]
    pub fn prod_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("prod_axis", self, axis);
        let x = self.array();
        let product = over(Product, &x, axis, |product| product as Float);
        let value = drop_axis(product, axis, keepdim);
        op_on(self, "prod_axis", value, move |g| {
            // All before times all after: a quotient would fail at 0.
            let others = along(&x, axis, |row: &mut [Float]| {
                let mut after: Vec<f64> = row.iter().map(|x| *x as f64).collect();
                after.push(1.0);
                (0..row.len()).rev().for_each(|i| after[i] *= after[i + 1]);
                let mut before = 1.0;
                for (x, after) in row.iter_mut().zip(&after[1..]) {
                    (*x, before) = ((before * after) as Float, before * *x as f64);
                }
            });
            zip(
                &expand(&keep_axis(g, axis, keepdim), x.shape()),
                &others,
                |g, others| g * others,
            )
        })
    }

    /// The sums of all values so far along one axis. Derivative: the sum of the gradients from
    /// there on.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([1.0, 2.0, 3.0]).cumsum(0).to_vec(), [1.0, 3.0, 6.0]);
    /// ```
    #[track_caller]
    pub fn cumsum(&self, axis: isize) -> Tensor {
        let axis = check_axis("cumsum", self, axis);
        let running = move |x: &Array, from_end: bool| {
            array(
                running(slice(x), Along::axis(x.shape(), axis), from_end),
                x.shape(),
            )
        };
        op_on(self, "cumsum", running(&self.array(), false), move |g| {
            running(g, true)
        })
    }
}

/// Largest and smallest values.
impl Tensor {
    /// The largest value. The gradient goes to it alone; values that tie share it equally.
    #[track_caller]
    pub fn max(&self) -> Tensor {
        self.some_values("max");
        let flat = self.reshape(&[self.len()]);
        flat.extremum(Largest, "max", 0, false)
    }

    /// The smallest value. The gradient goes to it alone; values that tie share it equally.
    #[track_caller]
    pub fn min(&self) -> Tensor {
        self.some_values("min");
        let flat = self.reshape(&[self.len()]);
        flat.extremum(Smallest, "min", 0, false)
    }

    /// The largest values along one axis, which disappears, or keeps size 1 with `keepdim`. Values
    /// that tie share the gradient equally.
    #[track_caller]
    pub fn max_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("max_axis", self, axis);
        self.extremum(Largest, "max_axis", axis, keepdim)
    }

    /// As [`max_axis`](Tensor::max_axis), for the smallest, which get the gradient.
    #[track_caller]
    pub fn min_axis(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("min_axis", self, axis);
        self.extremum(Smallest, "min_axis", axis, keepdim)
    }

    #[track_caller]
    fn extremum<F: Fold<Total = Float>>(
        &self,
        fold: F,
        name: &'static str,
        axis: usize,
        keepdim: bool,
    ) -> Tensor {
        self.not_empty(name, axis);
        let x = self.array();
        let best = over(fold, &x, axis, |best| best);
        let value = drop_axis(best.clone(), axis, keepdim);
        op_on(self, name, value, move |g| {
            let is_best = zip(&x, &expand(&best, x.shape()), |x, best| {
                Float::from(u8::from(same(x, best)))
            });
            let ties = over(Sum, &is_best, axis, |ties| ties as Float);
            let share = zip(&keep_axis(g, axis, keepdim), &ties, |g, ties| g / ties);
            zip(&expand(&share, x.shape()), &is_best, |share, is_best| {
                share * is_best
            })
        })
    }

    /// The index of the largest value along one axis, which disappears; of several that tie, the
    /// first. Has no gradient.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let scores = tensor([[0.1, 0.9], [0.8, 0.2]]);
    /// assert_eq!(scores.argmax(-1).to_vec(), [1.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn argmax(&self, axis: isize) -> Tensor {
        self.first_of(Largest, "argmax", axis)
    }

    /// The index of the smallest value along one axis; otherwise as [`argmax`](Tensor::argmax). Has
    /// no gradient.
    #[track_caller]
    pub fn argmin(&self, axis: isize) -> Tensor {
        self.first_of(Smallest, "argmin", axis)
    }

    #[track_caller]
    fn first_of<F: Extreme>(&self, fold: F, name: &'static str, axis: isize) -> Tensor {
        let axis = check_axis(name, self, axis);
        self.not_empty(name, axis);
        let x = self.array();
        let places = first(fold, slice(&x), Along::axis(x.shape(), axis));
        let mut shape = x.shape().to_vec();
        shape.remove(axis);
        op(name, array(places, &shape), [])
    }
}

/// `end` of the total of the values along an axis, which keeps size 1.
pub(super) fn over<F: Fold>(
    fold: F,
    x: &Array,
    axis: usize,
    end: impl Fn(F::Total) -> Float + Sync,
) -> Array {
    let mut shape = x.shape().to_vec();
    shape[axis] = 1;
    array(
        reduce(fold, slice(x), Along::axis(x.shape(), axis), end),
        &shape,
    )
}

/// The sum of all values, divided by `n` before it is rounded.
pub(super) fn total(x: &Array, n: f64) -> Float {
    let x = slice(x);
    reduce(Sum, x, Along::all(x), |sum| (sum / n) as Float)[0]
}

/// `change` applied to a copy of each row of values of `x` along `axis`.
pub(super) fn along(x: &Array, axis: usize, change: impl Change) -> Array {
    array(
        lanes(slice(x), Along::axis(x.shape(), axis), change),
        x.shape(),
    )
}

/// A result that still has the reduced axis, with or without it.
pub(super) fn drop_axis(kept: Array, axis: usize, keepdim: bool) -> Array {
    contiguous(if keepdim {
        kept
    } else {
        kept.remove_axis(Axis(axis))
    })
}

/// The reduced axis put back, so that the gradient broadcasts against the input.
pub(super) fn keep_axis(g: &Array, axis: usize, keepdim: bool) -> Array {
    let g = g.clone();
    if keepdim {
        g
    } else {
        g.insert_axis(Axis(axis))
    }
}
