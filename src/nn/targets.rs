//! What is seen of predictions and targets before a loss is computed: that they stand in the other
//! order, that targets are none.

use crate::Float;
use crate::display::say;
use crate::tensor::Tensor;
use crate::tensor::fail::{fail, warn_once};

/// Both are tensors, and Keras writes the target first. A target that was computed from parameters,
/// for a prediction that was not, is one that was taken for the other.
pub(super) fn look_at_order(loss: &str, prediction: &Tensor, target: &Tensor) {
    if target.is_tracked() && !prediction.is_tracked() {
        warn_of_order(
            loss,
            "the target depends on parameters, and the prediction does not",
            "目标依赖参数，而预测不依赖参数",
        );
    }
}

/// Predictions of two classes that are the classes themselves, for targets that are not.
pub(super) fn look_at_values(prediction: &Tensor, target: &Tensor) {
    let is_class = |value: &Float| *value == 0.0 || *value == 1.0;
    let is_between = |value: &Float| *value > 0.0 && *value < 1.0;
    if !prediction.is_tracked()
        && prediction.array().iter().all(is_class)
        && target.array().iter().any(is_between)
    {
        warn_of_order(
            "BinaryCrossentropy",
            "the predictions are just 0 and 1, and the targets are not",
            "预测值只有 0 和 1，而目标却不是",
        );
    }
}

/// Targets that are neither of two classes, nor a probability between them.
#[track_caller]
pub(super) fn refuse_no_probabilities(prediction: &Tensor, target: &Tensor) {
    let targets = target.array();
    // Rounding counts for nothing.
    let is_beyond = |value: &&Float| !value.is_nan() && !(-1e-3..=1.001).contains(*value);
    let Some(beyond) = targets.iter().find(is_beyond) else {
        return;
    };
    let all = |is: fn(&Float) -> bool| targets.iter().all(is);
    let is_class = |value: &Float| *value == 0.0 || *value == 1.0;
    let has_several = prediction.rank() > 1 && prediction.shape().last() != Some(&1);
    let hint = if !prediction.is_tracked() && prediction.array().iter().all(is_class) {
        "the prediction comes first: BinaryCrossentropy.loss(&prediction, &target)"
    } else if all(|value| value.abs() == 1.0) {
        "targets of -1 and 1 become 0 and 1 by (&y + 1.0) / 2.0"
    } else if all(|value| *value == 1.0 || *value == 2.0) {
        "targets of 1 and 2 become 0 and 1 by &y - 1.0"
    } else if has_several && all(|value| (0.0..=255.0).contains(value)) {
        "pixels and the like come between 0 and 1 by / 255.0, in the inputs, too"
    } else if all(|value| *value >= 0.0 && value.fract() == 0.0) {
        "more than two classes go with SparseCategoricalCrossentropy::new() and .softmax(), with \
         one output for each class"
    } else {
        "values are learnt with MeanSquaredError and without an activation at the end; or bring \
         them between 0 and 1"
    };
    fail(
        &format!("BinaryCrossentropy: a target is {beyond}, and has to be between 0 and 1"),
        &[("prediction", prediction), ("target", target)],
        hint,
    );
}

fn warn_of_order(loss: &str, english: &str, chinese: &str) {
    let right = format!("{loss}.loss(&prediction, &target)");
    let english = format!("{loss}: {english}. The prediction comes first: {right}");
    let chinese = format!("{loss}：{chinese}，两者可能写反了。预测在前：{right}");
    warn_once("order", &say(english, chinese));
}
