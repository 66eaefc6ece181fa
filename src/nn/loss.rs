//! Losses as values, for `compile`. The mathematics is in the operations of the same names.

use crate::Float;
use crate::tensor::Tensor;
use crate::tensor::fail::warn_once;
use std::sync::atomic::AtomicBool;

/// What training makes small: a single number computed from a batch of predictions and the targets.
pub trait Loss: Send + Sync + 'static {
    /// The mean loss of the batch.
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor;

    /// The name, for figures and messages.
    fn name(&self) -> &'static str;
}

/// Mean squared error, for regression: [`Tensor::mse_loss`].
///
/// ```
/// # use chainrule::prelude::*;
/// let loss = MeanSquaredError.loss(&tensor([[1.0], [2.0]]), &tensor([[1.0], [4.0]]));
/// assert_eq!(loss.item(), 2.0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanSquaredError;

impl Loss for MeanSquaredError {
    /// A target `[n]` for a prediction `[n, 1]` is taken as a column.
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        prediction.mse_loss(&as_column(prediction, target))
    }

    fn name(&self) -> &'static str {
        "mean squared error"
    }
}

/// Cross-entropy for classes given as numbers 0, 1, 2, …: −ln of the probability that the prediction gives to the
/// right class, averaged over the batch.
///
/// The prediction, `[n, classes]`, is the output of a softmax. The loss is computed from what the softmax was applied
/// to, as [`Tensor::cross_entropy`], because ln of a probability that was rounded to 0 is no use to anyone.
///
/// ```
/// # use chainrule::prelude::*;
/// let prediction = tensor([[0.0, 300.0], [5.0, 5.0]]).softmax(-1);
/// let loss = SparseCategoricalCrossentropy::new().loss(&prediction, &tensor([0, 1]));
/// assert!((loss.item() - (300.0 + (2.0 as Float).ln()) / 2.0).abs() < 1e-4); // not infinite
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SparseCategoricalCrossentropy {
    from_logits: bool,
}

impl SparseCategoricalCrossentropy {
    /// For a model that ends in softmax.
    pub fn new() -> SparseCategoricalCrossentropy {
        SparseCategoricalCrossentropy::default()
    }

    /// For a model that ends in plain scores.
    pub fn from_logits() -> SparseCategoricalCrossentropy {
        SparseCategoricalCrossentropy { from_logits: true }
    }
}

impl Loss for SparseCategoricalCrossentropy {
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        static NO_PROBABILITIES: AtomicBool = AtomicBool::new(false);
        if self.from_logits {
            return prediction.cross_entropy(target);
        }
        if let Some(logits) = prediction.logits() {
            return logits.cross_entropy(target);
        }
        if are_probabilities(prediction) {
            return prediction.clamp(Float::MIN_POSITIVE, 1.0).ln().nll_loss(target);
        }
        warn_once(
            &NO_PROBABILITIES,
            "SparseCategoricalCrossentropy: the predictions are no probabilities, so they are taken as logits. \
             End the model with .softmax(), or say SparseCategoricalCrossentropy::from_logits()",
        );
        prediction.cross_entropy(target)
    }

    fn name(&self) -> &'static str {
        "cross-entropy"
    }
}

/// Cross-entropy for two classes, targets 0 and 1, and one output through a sigmoid: −t ln p − (1 − t) ln (1 − p).
/// Computed from what the sigmoid was applied to, as [`Tensor::bce_with_logits`].
///
/// ```
/// # use chainrule::prelude::*;
/// let prediction = tensor([[0.0], [40.0]]).sigmoid();
/// let loss = BinaryCrossentropy.loss(&prediction, &tensor([1, 1]));
/// assert!((loss.item() - (2.0 as Float).ln() / 2.0).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct BinaryCrossentropy;

impl Loss for BinaryCrossentropy {
    /// A target `[n]` for a prediction `[n, 1]` is taken as a column.
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        let target = &as_column(prediction, target);
        match prediction.logits() {
            Some(logits) => logits.bce_with_logits(target),
            None => {
                // The logit of a probability is ln p − ln (1 − p).
                let p = prediction.clamp(Float::EPSILON, 1.0 - Float::EPSILON);
                (p.ln() - (1.0 - &p).ln()).bce_with_logits(target)
            }
        }
    }

    fn name(&self) -> &'static str {
        "binary cross-entropy"
    }
}

/// One target per row, as data sets have it, for a prediction of one column.
#[track_caller]
fn as_column(prediction: &Tensor, target: &Tensor) -> Tensor {
    match *prediction.shape() {
        [n, 1] if *target.shape() == [n] => target.reshape(&[n, 1]),
        _ => target.clone(),
    }
}

/// Whether every row has no negative value and sums to 1.
fn are_probabilities(prediction: &Tensor) -> bool {
    let classes = prediction.shape().last().copied().unwrap_or(1).max(1);
    let values = prediction.array();
    crate::tensor::shape::slice(&values)
        .chunks(classes)
        .all(|row| row.iter().all(|&p| p >= 0.0) && (row.iter().sum::<Float>() - 1.0).abs() < 1e-3)
}
