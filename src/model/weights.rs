//! Classes that count more than others.

use crate::Float;
use crate::nn::Loss;
use crate::operands::class_indices;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// The loss in which each example counts as much as its class: Σ wᵢ lᵢ / n, as Keras has it.
/// Computed from the means of the classes, because a loss gives the mean of what it is given: Σ
/// over classes of w · (examples of the class / n) · mean.
#[track_caller]
pub(super) fn weighted(
    loss: &dyn Loss,
    prediction: &Tensor,
    target: &Tensor,
    weights: &[Float],
) -> Tensor {
    let is_one_hot = target.rank() == 2 && target.shape()[1] == weights.len();
    let labels = if is_one_hot {
        target.argmax(-1)
    } else {
        target.clone()
    };
    let n = prediction.shape().first().copied().unwrap_or(0);
    if labels.len() != n {
        fail(
            &format!(
                "class_weight: a class for each example is needed, the targets are {:?}",
                target.shape()
            ),
            &[("prediction", prediction), ("target", target)],
            "targets are class indices [n], or one-hot rows [n, classes]",
        );
    }
    if let Some(class) = labels
        .to_vec()
        .into_iter()
        .find(|class| *class >= weights.len() as Float)
    {
        fail(
            &format!(
                "class_weight: there are {} weights, none for class {class}",
                weights.len()
            ),
            &[("target", target)],
            "one number for each class, in the order of their numbers, from 0",
        );
    }
    let classes = class_indices("class_weight", &labels, weights.len());
    let mut sum = None;
    for (class, &weight) in weights.iter().enumerate() {
        let rows: Vec<usize> = (0..n).filter(|&row| classes[row] == class).collect();
        if !rows.is_empty() {
            let part = loss.loss(&rows_of(prediction, &rows), &target.select_rows(&rows));
            let part = part * (weight * rows.len() as Float / n as Float);
            sum = Some(sum.map_or_else(|| part.clone(), |sum: Tensor| sum + &part));
        }
    }
    sum.unwrap_or_else(|| loss.loss(prediction, target))
}

/// Rows of a prediction, which remember the scores that they were made of, as the whole does.
#[track_caller]
fn rows_of(prediction: &Tensor, rows: &[usize]) -> Tensor {
    match (prediction.0.op, prediction.logits()) {
        ("softmax", Some(logits)) => logits.select_rows(rows).softmax(-1),
        ("sigmoid", Some(logits)) => logits.select_rows(rows).sigmoid(),
        _ => prediction.select_rows(rows),
    }
}

/// Weights that can be used: one for each class, none negative.
#[track_caller]
pub(super) fn checked(weights: &[Float]) -> Vec<Float> {
    if weights.is_empty()
        || weights
            .iter()
            .any(|weight| !weight.is_finite() || *weight < 0.0)
    {
        fail(
            &format!("class_weight: {weights:?} are no weights"),
            &[],
            "one number for each class, in order, 1 for what counts as usual: .class_weight(&[1.0, \
            5.0])",
        );
    }
    weights.to_vec()
}
