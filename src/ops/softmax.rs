//! Softmax and the losses that belong to it. All of them subtract the maximum before they
//! exponentiate, so that no score is too large for them, and the losses never take the logarithm of
//! a probability that was rounded to 0.

use super::reduce::{along, drop_axis, keep_axis, over, total};
use super::values::{map, zip, zip3};
use crate::Float;
use crate::kernels::extreme::Largest;
use crate::kernels::lanes::Change;
use crate::kernels::loops::{max, sum};
use crate::kernels::math::{exp, sigmoid, softplus};
use crate::kernels::reduce::Sum;
use crate::operands::losses::{warn_of_sigmoid_twice, warn_of_softmax_twice};
use crate::tensor::shape::{array, axis as check_axis, expand, slice};
use crate::tensor::{Array, Tensor, op, op_on, wrt};
use std::sync::Arc;

/// eˣ / Σ eˣ for each row along the axis.
fn softmax(x: &Array, axis: usize) -> Array {
    along(x, axis, Softmax)
}

struct Softmax;

impl Change for Softmax {
    #[inline(always)]
    fn change(&self, row: &mut [Float]) {
        let max = max(row);
        row.iter_mut().for_each(|x| *x = exp(*x - max));
        let sum = sum(row, |x| x) as Float;
        row.iter_mut().for_each(|e| *e /= sum);
    }
}

/// x − ln Σ eˣ for each row along the axis.
fn log_softmax(x: &Array, axis: usize) -> Array {
    along(x, axis, LogSoftmax)
}

struct LogSoftmax;

impl Change for LogSoftmax {
    #[inline(always)]
    fn change(&self, row: &mut [Float]) {
        let max = max(row);
        row.iter_mut().for_each(|x| *x -= max);
        let log_sum = sum(row, exp).ln() as Float;
        row.iter_mut().for_each(|x| *x -= log_sum);
    }
}

/// Each value along the axis replaced by the sum of all.
fn sums(x: &Array, axis: usize) -> Array {
    if axis + 1 == x.ndim() && x.shape()[axis] <= 1024 {
        // Of short rows faster than two passes.
        return along(x, axis, |row: &mut [Float]| {
            row.fill(sum(row, |x| x) as Float)
        });
    }
    expand(&over(Sum, x, axis, |sum| sum as Float), x.shape())
}

/// Scores to probabilities.
impl Tensor {
    /// Scores to probabilities along one axis: pᵢ = eˣⁱ / Σⱼ eˣʲ. Derivative: pᵢ (gᵢ − Σⱼ gⱼ pⱼ).
    ///
    /// The result remembers the scores, its *logits*: a
    /// [cross-entropy](crate::nn::SparseCategoricalCrossentropy) is computed from those, without
    /// loss of precision.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let p = tensor([1000.0, 1000.0]).softmax(-1);
    /// assert_eq!(p.to_vec(), [0.5, 0.5]);
    /// ```
    #[track_caller]
    pub fn softmax(&self, axis: isize) -> Tensor {
        let axis = check_axis("softmax", self, axis);
        let p = softmax(&self.array(), axis);
        let y = op_on(self, "softmax", p.clone(), move |g| {
            zip3(
                &p,
                g,
                &sums(&zip(g, &p, |g, p| g * p), axis),
                |p, g, mean| p * (g - mean),
            )
        });
        if axis + 1 == self.rank() {
            y.with_logits(self)
        } else {
            y
        }
    }

    /// The logarithm of [`softmax`](Tensor::softmax), xᵢ − ln Σⱼ eˣʲ. Derivative: gᵢ − pᵢ Σⱼ gⱼ.
    #[track_caller]
    pub fn log_softmax(&self, axis: isize) -> Tensor {
        let axis = check_axis("log_softmax", self, axis);
        let y = log_softmax(&self.array(), axis);
        op_on(self, "log_softmax", y.clone(), move |g| {
            zip3(g, &y, &sums(g, axis), |g, y, sum| g - exp(y) * sum)
        })
    }

    /// ln Σ eˣ along one axis, which disappears, or keeps size 1 with `keepdim`: a smooth maximum.
    /// Derivative: softmax.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([1000.0, 0.0]).logsumexp(0, false).item(), 1000.0);
    /// ```
    #[track_caller]
    pub fn logsumexp(&self, axis: isize, keepdim: bool) -> Tensor {
        let axis = check_axis("logsumexp", self, axis);
        self.not_empty("logsumexp", axis);
        let x = self.array();
        let max = over(Largest, &x, axis, |max| max);
        // e^(x − max). What is the largest gives 1, also if it is infinite: ∞ − ∞ would be no
        // number.
        let powers = move |x: &Array, max: &Array| {
            zip(x, &expand(max, x.shape()), |x, max| {
                exp(if x == max { 0.0 } else { x - max })
            })
        };
        let log_sum = over(Sum, &powers(&x, &max), axis, |sum| sum.ln() as Float);
        op_on(
            self,
            "logsumexp",
            drop_axis(
                zip(&max, &log_sum, |max, log_sum| max + log_sum),
                axis,
                keepdim,
            ),
            move |g| {
                let powers = powers(&x, &max);
                zip3(
                    &expand(&keep_axis(g, axis, keepdim), x.shape()),
                    &powers,
                    &sums(&powers, axis),
                    |g, e, sum| g * e / sum,
                )
            },
        )
    }

    /// Notes what this tensor, fresh from `softmax` or `sigmoid`, was computed from.
    pub(super) fn with_logits(mut self, logits: &Tensor) -> Tensor {
        if let Some(node) = Arc::get_mut(&mut self.0) {
            node.logits = Some(logits.clone());
        }
        self
    }

    /// What `softmax` or `sigmoid` was applied to, if this is the result of one of them.
    pub(crate) fn logits(&self) -> Option<&Tensor> {
        self.0.logits.as_ref()
    }
}

/// Losses: a single number that is the smaller, the better the prediction.
impl Tensor {
    /// Mean squared error, Σ (x − target)² / n. Derivative: 2 (x − target) / n.
    ///
    /// Panics if the shapes differ: they would broadcast, and the result would look reasonable but
    /// be wrong.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([1.0, 2.0]).mse_loss(&tensor([0.0, 4.0])).item(), 2.5);
    /// ```
    #[track_caller]
    pub fn mse_loss(&self, target: &Tensor) -> Tensor {
        self.same_shape("mse_loss", target);
        (self - target).square().mean()
    }

    /// The cross-entropy of class labels and scores (logits, *before* softmax), averaged over the n
    /// rows: the mean of −ln p for the probability p that softmax gives to the label, computed as
    /// ln Σ eˣ − x at the label.
    ///
    /// Scores have the shape `[n, classes]`, labels `[n]` with whole numbers from 0 to
    /// `classes - 1`. Derivative: (softmax(x) − one_hot(label)) / n, which is "prediction minus
    /// truth".
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let untrained = Tensor::zeros(&[4, 10]);
    /// let loss = untrained.cross_entropy(&tensor([3, 1, 4, 1])).item();
    /// assert!((loss - (10.0 as Float).ln()).abs() < 1e-6); // ten classes, no idea: ln 10 = 2.303
    /// ```
    #[track_caller]
    pub fn cross_entropy(&self, labels: &Tensor) -> Tensor {
        warn_of_softmax_twice(self);
        let labels = self.row_labels("cross_entropy", labels);
        let log_p = log_softmax(&self.array(), 1);
        op_on(
            self,
            "cross_entropy",
            picked_mean(&log_p, &labels),
            move |g| {
                let (g, n, classes) = (slice(g)[0], labels.len() as Float, log_p.shape()[1]);
                let mut p = map(&log_p, |log_p| g / n * exp(log_p));
                // `p` is not shared, so nothing is copied here.
                for (row, &label) in p
                    .as_slice_mut()
                    .into_iter()
                    .flat_map(|p| p.chunks_mut(classes))
                    .zip(&labels)
                {
                    row[label] -= g / n;
                }
                p
            },
        )
    }

    /// The negative log-likelihood of class labels, given the logarithms x of probabilities: the
    /// mean of −x at the label. With [`log_softmax`](Tensor::log_softmax) before it, it is
    /// [`cross_entropy`](Tensor::cross_entropy). Derivative: −1/n at the label, else 0.
    #[track_caller]
    pub fn nll_loss(&self, labels: &Tensor) -> Tensor {
        let labels = self.row_labels("nll_loss", labels);
        let x = self.array();
        op_on(self, "nll_loss", picked_mean(&x, &labels), move |g| {
            let mut values = vec![0.0; x.len()];
            for (row, label) in labels.iter().enumerate() {
                values[row * x.shape()[1] + label] = -slice(g)[0] / labels.len() as Float;
            }
            array(values, x.shape())
        })
    }

    /// Binary cross-entropy of targets from 0 to 1 and scores (logits, *before* sigmoid), averaged
    /// over all n values: −t ln σ(x) − (1 − t) ln(1 − σ(x)), computed as ln(1 + eˣ) − x t.
    /// Derivative: (σ(x) − t) / n.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let loss = tensor([100.0, -100.0]).bce_with_logits(&tensor([1.0, 0.0]));
    /// assert!(loss.item() < 1e-6);
    /// ```
    #[track_caller]
    pub fn bce_with_logits(&self, target: &Tensor) -> Tensor {
        self.same_shape("bce_with_logits", target);
        warn_of_sigmoid_twice(self);
        let (x, t, n) = (self.array(), target.array(), self.len() as Float);
        let value = total(&zip(&x, &t, |x, t| softplus(x) - x * t), self.len() as f64);
        let saved_x = x.clone();
        op(
            "bce_with_logits",
            array(vec![value], &[]),
            [
                wrt(self, move |g| {
                    zip(&x, &t, |x, t| slice(g)[0] * (sigmoid(x) - t) / n)
                }),
                wrt(target, move |g| map(&saved_x, |x| -slice(g)[0] * x / n)),
            ],
        )
    }
}

/// −Σᵢ x[i, labelᵢ] / n.
fn picked_mean(x: &Array, labels: &[usize]) -> Array {
    let classes = x.shape()[1];
    let sum: f64 = labels
        .iter()
        .enumerate()
        .map(|(row, label)| slice(x)[row * classes + label] as f64)
        .sum();
    array(vec![(-sum / labels.len() as f64) as Float], &[])
}
