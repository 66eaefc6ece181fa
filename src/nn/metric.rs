//! Metrics: what people look at, beside the loss, which is what training looks at.

use super::{
    CategoricalCrossentropy, Loss, MeanAbsoluteError, MeanSquaredError,
    SparseCategoricalCrossentropy,
};
use crate::Float;
use crate::display::say;
use crate::operands::class_indices;
use crate::tensor::Tensor;
use crate::tensor::fail::{fail, warn_once};
use crate::tensor::node::NoGrad;

/// A figure of merit that `fit` and `evaluate` report beside the loss, under its name.
///
/// One of one's own, the share of predictions that are right to within 0.1:
///
/// ```
/// # use chainrule::prelude::*;
/// struct Close;
/// impl Metric for Close {
///     fn measure(&self, prediction: &Tensor, target: &Tensor) -> Float {
///         (prediction - target).abs().lt(&tensor(0.1)).mean().item()
///     }
///     fn name(&self) -> String { "close".to_string() }
/// }
/// # let mut model = Sequential::new().add(Dense::new(2, 1));
/// model.compile(Sgd::new(0.1), MeanSquaredError, (Close, MeanAbsoluteError));
/// let history = model.fit(&data::xor()).epochs(2).verbose(false).run();
/// assert_eq!(history.get("close").len(), 2);
/// ```
pub trait Metric: Send + Sync + 'static {
    /// The mean over the batch.
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Float;

    /// What the figure is called in [`History`](crate::model::History).
    #[track_caller] // in the trait, so that a cell finds it in the library's shared object
    fn name(&self) -> String;
}

/// What `compile` takes: one [`Metric`], several as a tuple such as `(Accuracy, TopK(3))`, or `()`
/// for none. Keras's names are known as well: `"accuracy"`, `["accuracy", "mae"]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no metric",
    label = "give `Accuracy`, several as `(Accuracy, TopK(3))`, none as `()`"
)]
pub trait Metrics {
    /// The metrics, in order.
    fn list(self) -> Vec<Box<dyn Metric>>;
}

impl<M: Metric> Metrics for M {
    fn list(self) -> Vec<Box<dyn Metric>> {
        vec![Box::new(self)]
    }
}

macro_rules! metrics {
    ($($names:ident),*) => {
        impl<$($names: Metric),*> Metrics for ($($names,)*) {
            #[allow(non_snake_case)] // the names of the types are those of the values, too
            fn list(self) -> Vec<Box<dyn Metric>> {
                let ($($names,)*) = self;
                vec![$(Box::new($names)),*]
            }
        }
    };
}
metrics!();
metrics!(A, B);
metrics!(A, B, C);
metrics!(A, B, C, D);

/// The share of right answers: [`accuracy`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Accuracy;

impl Metric for Accuracy {
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Float {
        accuracy(prediction, target)
    }

    fn name(&self) -> String {
        "accuracy".to_owned()
    }
}

/// The share of rows whose label is among the `k` largest of the columns: [`top_k_accuracy`].
#[derive(Clone, Copy, Debug)]
pub struct TopK(
    /// k.
    pub usize,
);

impl Metric for TopK {
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Float {
        top_k_accuracy(prediction, target, self.0)
    }

    fn name(&self) -> String {
        format!("top_{}", self.0)
    }
}

impl Metric for MeanSquaredError {
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Float {
        self.loss(&prediction.detach(), target).item()
    }

    fn name(&self) -> String {
        "mean_squared_error".to_owned()
    }
}

impl Metric for MeanAbsoluteError {
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Float {
        self.loss(&prediction.detach(), target).item()
    }

    fn name(&self) -> String {
        "mean_absolute_error".to_owned()
    }
}

/// Among how many classes the network is as undecided as if it guessed: e to the power of the
/// cross-entropy of predictions `[n, classes]` or `[n, length, classes]`. 1 is certain and right;
/// of several batches the mean is reported.
#[derive(Clone, Copy, Debug, Default)]
pub struct Perplexity;

impl Metric for Perplexity {
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Float {
        let _constants = NoGrad::new();
        let is_one_hot = prediction.shape() == target.shape();
        let loss: &dyn Loss = if is_one_hot {
            &CategoricalCrossentropy::new()
        } else {
            &SparseCategoricalCrossentropy::new()
        };
        loss.loss(prediction, target).item().exp()
    }

    fn name(&self) -> String {
        "perplexity".to_owned()
    }
}

/// The class that a prediction stands for: of several columns the largest; of a single one, class 1
/// above 0.5.
pub(crate) fn classes(prediction: &Tensor) -> Vec<Float> {
    match *prediction.shape() {
        [_, columns] | [_, _, columns] if columns > 1 => prediction.argmax(-1).to_vec(),
        _ => prediction
            .to_vec()
            .into_iter()
            .map(|p| Float::from(u8::from(p > 0.5)))
            .collect(),
    }
}

/// Labels as class indices, one for each row of a prediction `[…, classes]`: one-hot rows, and rows
/// of probabilities, stand for their largest column.
#[track_caller]
fn indices(prediction: &Tensor, labels: &Tensor) -> Tensor {
    let is_one_hot = labels.shape() == prediction.shape()
        && prediction.shape().last().is_some_and(|size| *size > 1);
    if is_one_hot {
        labels.argmax(-1)
    } else {
        labels.clone()
    }
}

/// Whether every column answers a question of its own, yes or no: the outputs of sigmoids, or
/// targets with several ones.
fn are_answers(prediction: &Tensor, labels: &Tensor) -> bool {
    let columns = prediction.shape().last().copied().unwrap_or(0);
    let adds_up = |row: &[Float]| (row.iter().sum::<Float>() - 1.0).abs() < 1e-3;
    columns > 1
        && labels.shape() == prediction.shape()
        && (prediction.0.op == "sigmoid" || !labels.to_vec().chunks(columns).all(adds_up))
}

/// Whether these are classes already, `[n]`, as `predict_classes` returns them, and not what they
/// are read from.
fn are_classes(prediction: &Tensor) -> bool {
    prediction.rank() == 1 && prediction.to_vec().iter().all(|value| value.fract() == 0.0)
}

/// What is wrong with targets that no predicted class can be equal to: numbers to be predicted, and
/// not classes.
pub(crate) fn not_classes(prediction: &Tensor, labels: &Tensor) -> Option<String> {
    // One output tells two classes apart, 0 and 1; rows of the prediction's shape are one-hot, or
    // probabilities.
    let is_share = |label: &Float| (0.0..=1.0).contains(label);
    let has_columns = prediction.shape() == labels.shape()
        && prediction.shape().last().is_some_and(|size| *size > 1);
    let has_columns = has_columns && prediction.rank() > 1;
    let has_one_output = prediction.len() == labels.len() && !are_classes(prediction);
    let is_class = |label: &Float| match has_columns {
        true => is_share(label),
        false => label.fract() == 0.0 && (!has_one_output || is_share(label)),
    };
    let other = labels
        .to_vec()
        .into_iter()
        .find(|label| !is_class(label) && label.is_finite())?;
    let english = format!(
        "Accuracy counts how often the predicted class is the label, and here the targets are no \
         classes: one of them is {other}. For numbers give another metric, the mean distance: \
         model.compile(…, MeanSquaredError, MeanAbsoluteError)"
    );
    let chinese = format!(
        "Accuracy 统计预测类别与标签相同的比例，而这里的目标不是类别：其中有一个是 {other}。目标是数值时请换一个指标，例如平均绝对\
         误差：model.compile(…, MeanSquaredError, MeanAbsoluteError)"
    );
    Some(say(english, chinese))
}

/// The share of rows whose predicted class is the label: the largest of the columns, or, of a
/// single column, 1 above 0.5. Labels are class indices `[n]` or one-hot rows `[n, classes]`. Where
/// every column is a question of its own (after a sigmoid, or if the rows of the labels do not add
/// up to 1), the share of answers that are right, 1 above 0.5. Predicted classes `[n]` are taken as
/// they are.
///
/// ```
/// # use chainrule::prelude::*;
/// let prediction = tensor([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]]);
/// assert_eq!(accuracy(&prediction, &tensor([0, 1, 1, 1])), 0.75);
/// ```
#[track_caller]
pub fn accuracy(prediction: &Tensor, labels: &Tensor) -> Float {
    if let Some(problem) = not_classes(prediction, labels) {
        warn_once("accuracy", &problem);
    }
    let (predicted, labels) = if are_classes(prediction) {
        (prediction.to_vec(), labels)
    } else if are_answers(prediction, labels) {
        let answers = |tensor: &Tensor| tensor.gt(&Tensor::from(0.5));
        (answers(prediction).to_vec(), &answers(labels))
    } else {
        (classes(prediction), &indices(prediction, labels))
    };
    if predicted.len() != labels.len() || predicted.is_empty() {
        fail(
            &format!(
                "accuracy: one label for each row: {:?} and {:?}",
                prediction.shape(),
                labels.shape()
            ),
            &[("prediction", prediction), ("labels", labels)],
            "labels are class indices of the shape [n], or one-hot rows of the shape of the \
            prediction",
        );
    }
    let right = predicted
        .iter()
        .zip(labels.to_vec())
        .filter(|&(&predicted, label)| predicted == label)
        .count();
    right as Float / predicted.len() as Float
}

/// The share of rows whose label is among the `k` columns with the largest values; of values that
/// tie, the first count.
///
/// ```
/// # use chainrule::prelude::*;
/// let scores = tensor([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]]);
/// assert_eq!(top_k_accuracy(&scores, &tensor([1, 2]), 2), 0.5);
/// ```
#[track_caller]
pub fn top_k_accuracy(prediction: &Tensor, labels: &Tensor, k: usize) -> Float {
    let columns = prediction.shape().last().copied().unwrap_or(0);
    let labels = &indices(prediction, labels);
    if columns * labels.len() != prediction.len() || labels.len() == 0 {
        fail(
            &format!(
                "top_k_accuracy: one label for each row: {:?}, {:?}",
                prediction.shape(),
                labels.shape()
            ),
            &[("prediction", prediction), ("labels", labels)],
            "predictions are [n, classes], labels are class indices of the shape [n]",
        );
    }
    let labels = class_indices("top_k_accuracy", labels, columns);
    let values = prediction.to_vec();
    let is_among = |(row, &label): (&[Float], &usize)| {
        row.iter()
            .enumerate()
            .filter(|&(i, &x)| x > row[label] || (x == row[label] && i < label))
            .count()
            < k
    };
    let right = values
        .chunks(columns)
        .zip(&labels)
        .filter(|&pair| is_among(pair))
        .count();
    right as Float / labels.len() as Float
}
