//! What losses ask of predictions and targets.

use super::class_indices;
use crate::Float;
use crate::display::say;
use crate::tensor::Tensor;
use crate::tensor::fail::{fail, warn_once};

/// Scores that were made probabilities already.
pub(crate) fn warn_of_softmax_twice(scores: &Tensor) {
    if scores.0.op == "softmax" {
        warn_once(
            "softmax twice",
            say(
                "cross_entropy: these scores went through softmax already, and it would be \
                 applied twice. Pass the scores before softmax, or use \
                 SparseCategoricalCrossentropy::new(), which takes probabilities",
                "cross_entropy：这些分数已经经过 softmax，再算就是两次了。请传入 softmax \
                 之前的分数，或者用接收概率的 SparseCategoricalCrossentropy::new()",
            ),
        );
    }
}

/// As [`warn_of_softmax_twice`], for two classes.
pub(crate) fn warn_of_sigmoid_twice(scores: &Tensor) {
    if scores.0.op == "sigmoid" {
        warn_once(
            "sigmoid twice",
            say(
                "bce_with_logits: these scores went through sigmoid already; pass those before it",
                "bce_with_logits：这些分数已经经过 sigmoid；请传入 sigmoid 之前的分数",
            ),
        );
    }
}

/// Whether these may be the numbers of so many classes, one for each example.
fn are_numbers_of_classes(target: &Tensor, classes: usize) -> bool {
    let values = target.array();
    let mut values = values.iter();
    target.rank() == 1
        && values.all(|one| one.fract() == 0.0 && (0.0..classes as Float).contains(one))
}

impl Tensor {
    /// For a loss that compares value with value.
    #[track_caller]
    pub(crate) fn same_shape(&self, op: &str, target: &Tensor) {
        if self.shape() != target.shape() {
            let (rows, classes) = (
                self.shape().first().copied(),
                self.shape().last().copied().unwrap_or(0),
            );
            let counts_classes = op == "CategoricalCrossentropy"
                || op == "KlDivergence"
                || are_numbers_of_classes(target, classes);
            let sparse;
            let hint = if counts_classes && classes > 1 && Some(target.len()) == rows {
                let flat = if target.shape().len() > 1 {
                    ".squeeze(-1)"
                } else {
                    ""
                };
                sparse = format!(
                    "the targets are the numbers of classes: use \
                     SparseCategoricalCrossentropy::new(), or turn them into rows of probabilities \
                     with y{flat}.one_hot({classes})"
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
    pub(crate) fn row_labels(&self, op: &str, labels: &Tensor) -> Vec<usize> {
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
