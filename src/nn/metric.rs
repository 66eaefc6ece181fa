//! Metrics: what people look at, beside the loss, which is what training looks at.

use crate::Float;
use crate::ops::class_indices;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// A figure of merit that `fit` and `evaluate` report beside the loss. `()` stands for none.
pub trait Metric: Send + Sync + 'static {
    /// The mean over the batch; None if there is nothing to measure.
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Option<Float>;
}

/// The share of right answers: [`accuracy`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Accuracy;

impl Metric for Accuracy {
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Option<Float> {
        Some(accuracy(prediction, target))
    }
}

impl Metric for () {
    fn measure(&self, _: &Tensor, _: &Tensor) -> Option<Float> {
        None
    }
}

/// The class that a prediction stands for: of several columns the largest; of a single one, class 1 above 0.5.
pub(crate) fn classes(prediction: &Tensor) -> Vec<Float> {
    match *prediction.shape() {
        [_, columns] if columns > 1 => prediction.argmax(1).to_vec(),
        _ => prediction.to_vec().into_iter().map(|p| Float::from(u8::from(p > 0.5))).collect(),
    }
}

/// The share of rows whose predicted class is the label: the largest of the columns, or, of a single column, 1 above
/// 0.5.
///
/// ```
/// # use chainrule::prelude::*;
/// let prediction = tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]]);
/// assert_eq!(accuracy(&prediction, &tensor([0, 1, 1, 1])), 0.75);
/// ```
#[track_caller]
pub fn accuracy(prediction: &Tensor, labels: &Tensor) -> Float {
    let predicted = classes(prediction);
    if predicted.len() != labels.len() || predicted.is_empty() {
        fail(
            &format!(
                "accuracy: one label for each row: predictions {:?}, labels {:?}",
                prediction.shape(),
                labels.shape()
            ),
            &[("prediction", prediction), ("labels", labels)],
            "labels are class indices of the shape [n]; turn one-hot targets into them with .argmax(-1)",
        );
    }
    let right = predicted.iter().zip(labels.to_vec()).filter(|&(&predicted, label)| predicted == label).count();
    right as Float / predicted.len() as Float
}

/// How often each class was taken for each: `[classes, classes]`, a row for each true class, a column for each
/// predicted one.
///
/// ```
/// # use chainrule::prelude::*;
/// let matrix = confusion_matrix(&tensor([0, 1, 1]), &tensor([0, 0, 1]), 2);
/// assert_eq!(matrix.to_vec(), [1.0, 1.0, 0.0, 1.0]);
/// ```
#[track_caller]
pub fn confusion_matrix(predicted: &Tensor, labels: &Tensor, classes: usize) -> Tensor {
    if predicted.len() != labels.len() {
        fail(
            &format!("confusion_matrix: {} predictions and {} labels", predicted.len(), labels.len()),
            &[("predicted", predicted), ("labels", labels)],
            "both are class indices of the shape [n]; model.predict_classes(&x) gives the predicted ones",
        );
    }
    let (columns, rows) =
        (class_indices("confusion_matrix", predicted, classes), class_indices("confusion_matrix", labels, classes));
    let mut counts = vec![0.0 as Float; classes * classes];
    for (row, column) in rows.into_iter().zip(columns) {
        counts[row * classes + column] += 1.0;
    }
    Tensor::from_vec(counts, &[classes, classes])
}
