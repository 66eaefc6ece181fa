//! Softmax and the losses that belong to it. All of them subtract the maximum before they
//! exponentiate, so that no score is too large for them, and the losses never take the logarithm of
//! a probability that was rounded to 0.

use super::index::class_indices;
use super::reduce::{along, drop_axis, keep_axis, over, total};
use super::values::{map, zip, zip3};
use crate::Float;
use crate::display::say;
use crate::kernels::loops::{max, sum};
use crate::kernels::math::{exp, sigmoid, softplus};
use crate::kernels::reduce::{Largest, Sum};
use crate::tensor::fail::{fail, warn_once};
use crate::tensor::shape::{array, axis as check_axis, expand, slice};
use crate::tensor::{Array, Tensor, op, wrt};
use std::sync::Arc;

/// eˣ / Σ eˣ for each row along the axis.
fn softmax(x: &Array, axis: usize) -> Array {
    along(x, axis, |row| {
        let max = max(row);
        row.iter_mut().for_each(|x| *x = exp(*x - max));
        let sum = sum(row, |x| x) as Float;
        row.iter_mut().for_each(|e| *e /= sum);
    })
}

/// x − ln Σ eˣ for each row along the axis.
fn log_softmax(x: &Array, axis: usize) -> Array {
    along(x, axis, |row| {
        let max = max(row);
        row.iter_mut().for_each(|x| *x -= max);
        let log_sum = sum(row, exp).ln() as Float;
        row.iter_mut().for_each(|x| *x -= log_sum);
    })
}

/// Each value along the axis replaced by the sum of all.
fn sums(x: &Array, axis: usize) -> Array {
    if axis + 1 == x.ndim() && x.shape()[axis] <= 1024 {
        // Of short rows faster than two passes.
        return along(x, axis, |row| row.fill(sum(row, |x| x) as Float));
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
        let y = op(
            "softmax",
            p.clone(),
            [wrt(self, move |g| {
                zip3(
                    &p,
                    g,
                    &sums(&zip(g, &p, |g, p| g * p), axis),
                    |p, g, mean| p * (g - mean),
                )
            })],
        );
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
        op(
            "log_softmax",
            y.clone(),
            [wrt(self, move |g| {
                zip3(g, &y, &sums(g, axis), |g, y, sum| g - exp(y) * sum)
            })],
        )
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
        op(
            "logsumexp",
            drop_axis(
                zip(&max, &log_sum, |max, log_sum| max + log_sum),
                axis,
                keepdim,
            ),
            [wrt(self, move |g| {
                let powers = powers(&x, &max);
                zip3(
                    &expand(&keep_axis(g, axis, keepdim), x.shape()),
                    &powers,
                    &sums(&powers, axis),
                    |g, e, sum| g * e / sum,
                )
            })],
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
        if self.0.op == "softmax" {
            warn_once(
                "softmax twice",
                say(
                    "cross_entropy: these scores went through softmax already, and it would be \
                     applied twice. Pass the scores before softmax, or use \
                     SparseCategoricalCrossentropy::new(), which takes probabilities",
                    "cross_entropy：这些分数已经经过 softmax，再算就是两次了。请传入 softmax 之前的分数，或者用接收概率的 \
                     SparseCategoricalCrossentropy::new()",
                ),
            );
        }
        let labels = self.row_labels("cross_entropy", labels);
        let log_p = log_softmax(&self.array(), 1);
        op(
            "cross_entropy",
            picked_mean(&log_p, &labels),
            [wrt(self, move |g| {
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
            })],
        )
    }

    /// The negative log-likelihood of class labels, given the logarithms x of probabilities: the
    /// mean of −x at the label. With [`log_softmax`](Tensor::log_softmax) before it, it is
    /// [`cross_entropy`](Tensor::cross_entropy). Derivative: −1/n at the label, else 0.
    #[track_caller]
    pub fn nll_loss(&self, labels: &Tensor) -> Tensor {
        let labels = self.row_labels("nll_loss", labels);
        let x = self.array();
        op(
            "nll_loss",
            picked_mean(&x, &labels),
            [wrt(self, move |g| {
                let mut values = vec![0.0; x.len()];
                for (row, label) in labels.iter().enumerate() {
                    values[row * x.shape()[1] + label] = -slice(g)[0] / labels.len() as Float;
                }
                array(values, x.shape())
            })],
        )
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
        if self.0.op == "sigmoid" {
            warn_once(
                "sigmoid twice",
                say(
                    "bce_with_logits: these scores went through sigmoid already; pass those before \
                    it",
                    "bce_with_logits：这些分数已经经过 sigmoid；请传入 sigmoid 之前的分数",
                ),
            );
        }
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

    /// For a loss that compares value with value.
    #[track_caller]
    pub(crate) fn same_shape(&self, op: &str, target: &Tensor) {
        if self.shape() != target.shape() {
            let counts_classes = op == "CategoricalCrossentropy" || op == "KlDivergence";
            let (rows, classes) = (
                self.shape().first().copied(),
                self.shape().last().copied().unwrap_or(0),
            );
            let sparse;
            let hint = if counts_classes && classes > 1 && Some(target.len()) == rows {
                sparse = format!(
                    "the targets are the numbers of classes: use \
                     SparseCategoricalCrossentropy::new(), or turn them into rows of probabilities \
                     with y.one_hot({classes})"
                );
                &sparse
            } else if self.len() == target.len() {
                "the same number of values: bring the target into shape, as in y.reshape(&[n, 1])"
            } else {
                "prediction and target need the same shape"
            };
            fail(
                &format!(
                    "{op}: shapes differ: {:?} and {:?}",
                    self.shape(),
                    target.shape()
                ),
                &[("prediction", self), ("target", target)],
                hint,
            );
        }
        self.some_values(op);
    }

    /// For a loss with one class label per row of scores.
    #[track_caller]
    fn row_labels(&self, op: &str, labels: &Tensor) -> Vec<usize> {
        let operands = [("scores", self), ("labels", labels)];
        if self.len() == 0 {
            fail(
                &format!("{op}: no row to average over: scores {:?}", self.shape()),
                &operands,
                "the batch is empty",
            );
        }
        let &[rows, classes] = self.shape() else {
            fail(
                &format!(
                    "{op}: scores must have the shape [rows, classes], but have {:?}",
                    self.shape()
                ),
                &operands,
                "one row for each sample, one column for each class",
            );
        };
        if labels.shape() == self.shape() && classes > 1 {
            fail(
                &format!(
                    "{op}: one label for each row, but labels have the shape {:?}, as the scores",
                    labels.shape()
                ),
                &operands,
                "these look one-hot: use CategoricalCrossentropy::new(), or turn them into numbers \
                 of classes with labels.argmax(-1)",
            );
        }
        if labels.shape() != [rows] && labels.shape() != [rows, 1] {
            fail(
                &format!(
                    "{op}: one label for each row: scores {:?}, labels {:?}",
                    self.shape(),
                    labels.shape()
                ),
                &operands,
                &format!("labels for these scores have the shape [{rows}]"),
            );
        }
        class_indices(op, labels, classes)
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
