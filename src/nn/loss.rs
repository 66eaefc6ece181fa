//! Losses as values, for `compile`: made of operations, so that their derivatives need no rule of
//! their own.

use super::targets::{look_at_order, look_at_values, refuse_no_probabilities};
use crate::Float;
use crate::display::say;
use crate::operands::class_indices;
use crate::tensor::Tensor;
use crate::tensor::fail::{fail, warn_once};

/// What training makes small: a single number computed from a batch of predictions and the targets.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no loss",
    label = "give one such as `MeanSquaredError` or a function of two tensors, `|prediction: \
            &Tensor, target: &Tensor| …`"
)]
pub trait Loss: Send + Sync + 'static {
    /// The mean loss of the batch.
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor;

    /// Looks at all targets of a run that gives such predictions, before its first step: of a
    /// shuffled batch no message could say which example is wrong.
    #[track_caller]
    fn check_targets(&self, _prediction: &Tensor, _targets: &Tensor) {}

    /// The name, for figures and messages.
    #[track_caller] // in the trait, so that a cell finds it in the library's shared object
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

/// What the cross-entropies of several classes have in common: how they are made.
macro_rules! crossentropy {
    ($Loss:ident) => {
        impl $Loss {
            /// For a model that ends in softmax.
            pub fn new() -> $Loss {
                $Loss::default()
            }

            /// For a model that ends in plain scores.
            pub fn from_logits() -> $Loss {
                $Loss {
                    from_logits: true,
                    smoothing: 0.0,
                }
            }

            /// Takes the share `smoothing` of the target from the right class and gives it to all
            /// classes equally, so that the network does not become surer than it should (Szegedy
            /// et al. 2016). 0.1 is usual.
            pub fn label_smoothing(mut self, smoothing: Float) -> $Loss {
                self.smoothing = smoothing;
                self
            }
        }
    };
}

/// Cross-entropy for classes given as numbers 0, 1, 2, …: −ln of the probability that the
/// prediction gives to the right class, averaged over the batch.
///
/// The prediction, `[n, classes]`, is the output of a softmax. The loss is computed from what the
/// softmax was applied to, as [`Tensor::cross_entropy`], because ln of a probability that was
/// rounded to 0 is no use to anyone.
///
/// ```
/// # use chainrule::prelude::*;
/// let prediction = tensor([[0.0, 300.0], [5.0, 5.0]]).softmax(-1);
/// let loss = SparseCategoricalCrossentropy::new().loss(&prediction, &tensor([0, 1]));
/// assert!((loss.item() - (300.0 + (2.0 as Float).ln()) / 2.0).abs() < 1e-4); // not infinite
/// ```
///
/// A prediction for each step of a sequence, `[n, length, classes]`, goes with targets
/// `[n, length]`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SparseCategoricalCrossentropy {
    from_logits: bool,
    smoothing: Float,
}

crossentropy!(SparseCategoricalCrossentropy);

/// As [`SparseCategoricalCrossentropy::new`].
#[allow(non_upper_case_globals)] // a loss without settings is its bare name, as the others
pub const SparseCategoricalCrossentropy: SparseCategoricalCrossentropy =
    SparseCategoricalCrossentropy {
        from_logits: false,
        smoothing: 0.0,
    };

impl Loss for SparseCategoricalCrossentropy {
    #[track_caller]
    fn check_targets(&self, prediction: &Tensor, targets: &Tensor) {
        if let (&[_, classes], 1) = (prediction.shape(), targets.rank()) {
            class_indices("SparseCategoricalCrossentropy", targets, classes);
        }
    }

    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        let classes = prediction.shape().last().copied().unwrap_or(0);
        if self.smoothing > 0.0 {
            let soft = target.one_hot(classes) * (1.0 - self.smoothing)
                + self.smoothing / classes as Float;
            let from_logits = self.from_logits;
            return CategoricalCrossentropy {
                from_logits,
                smoothing: 0.0,
            }
            .loss(prediction, &soft);
        }
        // Of sequences, each step is a row.
        let is_sequence = prediction.rank() == 3
            && target.rank() == 2
            && prediction.shape()[..2] == *target.shape();
        let rows = |scores: &Tensor| {
            if is_sequence {
                scores.reshape(&[target.len(), classes])
            } else {
                scores.clone()
            }
        };
        let target = &if is_sequence {
            target.reshape(&[target.len()])
        } else {
            target.clone()
        };
        match scores(
            prediction,
            self.from_logits,
            "SparseCategoricalCrossentropy",
        ) {
            Scores::Logits(logits) => rows(logits).cross_entropy(target),
            Scores::LogProbabilities(log_p) => rows(&log_p).nll_loss(target),
        }
    }

    fn name(&self) -> &'static str {
        "cross-entropy"
    }
}

/// Cross-entropy for targets that are probabilities, such as one-hot rows: −Σ t ln p, averaged over
/// the batch. Prediction and target have the same shape, with the classes along the last axis. As
/// [`SparseCategoricalCrossentropy`] it is computed from what the softmax was applied to.
///
/// ```
/// # use chainrule::prelude::*;
/// let prediction = tensor([[0.0, 300.0], [5.0, 5.0]]).softmax(-1);
/// let loss = CategoricalCrossentropy::new().loss(&prediction, &tensor([0, 1]).one_hot(2));
/// assert!((loss.item() - (300.0 + (2.0 as Float).ln()) / 2.0).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CategoricalCrossentropy {
    from_logits: bool,
    smoothing: Float,
}

crossentropy!(CategoricalCrossentropy);

/// As [`CategoricalCrossentropy::new`].
#[allow(non_upper_case_globals)]
pub const CategoricalCrossentropy: CategoricalCrossentropy = CategoricalCrossentropy {
    from_logits: false,
    smoothing: 0.0,
};

impl Loss for CategoricalCrossentropy {
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        look_at_order("CategoricalCrossentropy", prediction, target);
        prediction.same_shape("CategoricalCrossentropy", target);
        let classes = target.shape().last().copied().unwrap_or(1);
        let soft = target * (1.0 - self.smoothing) + self.smoothing / classes as Float;
        let log_p = log_probabilities(prediction, self.from_logits, "CategoricalCrossentropy");
        -(soft * log_p).sum() / (target.len() / classes) as Float
    }

    fn name(&self) -> &'static str {
        "cross-entropy"
    }
}

/// How far the predicted probabilities are from those of the target: Σ t ln (t / p), averaged over
/// the batch (Kullback & Leibler 1951). 0 if they agree. Shapes as for [`CategoricalCrossentropy`].
///
/// ```
/// # use chainrule::prelude::*;
/// let p = tensor([[0.0, 1.0]]).softmax(-1);
/// assert!(KlDivergence.loss(&p, &p.detach()).item().abs() < 1e-6);
/// ```
#[doc(alias = "KLDivergence")]
#[derive(Clone, Copy, Debug, Default)]
pub struct KlDivergence;

impl Loss for KlDivergence {
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        prediction.same_shape("KlDivergence", target);
        let rows = target.len() / target.shape().last().copied().unwrap_or(1);
        let log_p = log_probabilities(prediction, false, "KlDivergence");
        // 0 ln 0 is 0.
        let log_t = target.clamp(Float::MIN_POSITIVE, Float::INFINITY).ln();
        (target * (log_t - log_p)).sum() / rows as Float
    }

    fn name(&self) -> &'static str {
        "divergence"
    }
}

/// Mean absolute error, for regression where a few targets may be far off: Σ |x − t| / n.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(MeanAbsoluteError.loss(&tensor([[1.0], [2.0]]), &tensor([1.0, 6.0])).item(), 2.0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MeanAbsoluteError;

impl Loss for MeanAbsoluteError {
    /// A target `[n]` for a prediction `[n, 1]` is taken as a column.
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        let target = one_for_each("MeanAbsoluteError", prediction, target);
        (prediction - target).abs().mean()
    }

    fn name(&self) -> &'static str {
        "mean absolute error"
    }
}

/// Half of the squared error up to an error of δ, and from there on straight (Huber 1964): smooth
/// at 0 and not led by outliers. With d = |x − t|: ½ d² for d ≤ δ, else δ (d − ½ δ), averaged.
///
/// ```
/// # use chainrule::prelude::*;
/// let loss = Huber::new(1.0).loss(&tensor([0.0, 0.0]), &tensor([0.5, 3.0]));
/// assert_eq!(loss.item(), (0.125 + 2.5) / 2.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Huber {
    delta: Float,
}

impl Huber {
    /// With the given δ; 1 is usual.
    pub fn new(delta: Float) -> Huber {
        Huber { delta }
    }
}

/// As `Huber::new(1.0)`.
#[allow(non_upper_case_globals)]
pub const Huber: Huber = Huber { delta: 1.0 };

impl Default for Huber {
    fn default() -> Huber {
        Huber
    }
}

impl Loss for Huber {
    /// A target `[n]` for a prediction `[n, 1]` is taken as a column.
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        let target = one_for_each("Huber", prediction, target);
        let d = (prediction - target).abs();
        let near = d.minimum(&Tensor::from(self.delta));
        (near.square() * 0.5 + (d - near) * self.delta).mean()
    }

    fn name(&self) -> &'static str {
        "Huber loss"
    }
}

/// What lies on the wrong side of a margin: max(1 − t x, 0), averaged, for targets −1 and 1 (or 0
/// and 1, which are taken as these) and one score x for each; the loss of support vector machines
/// (Cortes & Vapnik 1995).
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(Hinge.loss(&tensor([2.0, -0.5]), &tensor([1, 0])).item(), 0.25);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Hinge;

impl Loss for Hinge {
    /// A target `[n]` for a prediction `[n, 1]` is taken as a column.
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        look_at_order("Hinge", prediction, target);
        let target = one_for_each("Hinge", prediction, target);
        let sign = target.gt(&Tensor::from(0.0)) * 2.0 - 1.0;
        (1.0 - sign * prediction).relu().mean()
    }

    fn name(&self) -> &'static str {
        "hinge loss"
    }
}

/// What a prediction is to be taken for.
enum Scores<'a> {
    /// What softmax was, or is to be, applied to.
    Logits(&'a Tensor),
    LogProbabilities(Tensor),
}

/// What a prediction remembers is used only if it is of the function that the loss belongs to.
#[track_caller]
fn scores<'a>(prediction: &'a Tensor, from_logits: bool, loss: &str) -> Scores<'a> {
    if from_logits {
        if prediction.0.op == "softmax" {
            let advice = format!("Say {loss}::new(), which takes probabilities");
            let english =
                format!("{loss}: the predictions have gone through softmax already. {advice}");
            let chinese =
                format!("{loss}：预测值已经经过 softmax 了。请用接收概率的 {loss}::new()");
            warn_once("softmax twice", &say(english, chinese));
        }
        return Scores::Logits(prediction);
    }
    match (prediction.0.op, prediction.logits()) {
        ("softmax", Some(logits)) => {
            if let Some((english, chinese)) = ends_twice(prediction) {
                let said = say(format!("{loss}: {english}"), format!("{loss}：{chinese}"));
                warn_once("softmax twice", &said);
            }
            return Scores::Logits(logits);
        }
        ("sigmoid", Some(logits)) => {
            let problem = format!(
                "{loss}: the predictions come from a sigmoid, so they do not add up to 1 over the \
                classes."
            );
            let advice = "End the model with .softmax(); .sigmoid() goes with BinaryCrossentropy";
            let chinese = format!(
                "{loss}：预测值来自 sigmoid，各类别加起来不等于 1。请以 .softmax() 结尾；.sigmoid() 要搭配 \
                BinaryCrossentropy"
            );
            warn_once(
                "sigmoid for classes",
                &say(format!("{problem} {advice}"), chinese),
            );
            return Scores::LogProbabilities(logits.log_sigmoid());
        }
        _ if are_probabilities(prediction) => {
            return Scores::LogProbabilities(prediction.clamp(Float::MIN_POSITIVE, 1.0).ln());
        }
        _ => {}
    }
    let problem =
        format!("{loss}: the predictions are no probabilities, so they are taken as logits.");
    let advice = format!("End the model with .softmax(), or say {loss}::from_logits()");
    let chinese = format!(
        "{loss}：预测值不是概率，所以当作 logits（未归一化的分数）处理。请让模型以 .softmax() 结尾，或者写 {loss}::from_logits()"
    );
    warn_once(
        "no probabilities",
        &say(format!("{problem} {advice}"), chinese),
    );
    Scores::Logits(prediction)
}

/// That scores have gone through softmax or sigmoid twice, in English and in Chinese; nothing if
/// they have not.
pub(crate) fn ends_twice(prediction: &Tensor) -> Option<(String, String)> {
    let is_probability = |op: &&str| ["softmax", "sigmoid"].contains(op);
    let last = Some(prediction.0.op).filter(is_probability)?;
    let first = Some(prediction.logits()?.0.op).filter(is_probability)?;
    let (what, what_chinese) = match last == first {
        true => (format!("{last} twice"), format!("有两次 {last}")),
        false => (
            format!("{first} and then {last}"),
            format!("先用 {first} 再用 {last}"),
        ),
    };
    let advice = format!("Leave the first out: a layer before .{last}() gives plain scores");
    Some((
        format!("the model ends in {what}, which evens out all differences. {advice}"),
        format!(
            "模型的最后{what_chinese}，差别都被抹平了。请去掉前一个：.{last}() 之前的层应该直接给出分数"
        ),
    ))
}

/// ln p along the last axis.
#[track_caller]
fn log_probabilities(prediction: &Tensor, from_logits: bool, loss: &str) -> Tensor {
    match scores(prediction, from_logits, loss) {
        Scores::Logits(logits) => logits.log_softmax(-1),
        Scores::LogProbabilities(log_p) => log_p,
    }
}

/// Cross-entropy for two classes, targets 0 and 1, and one output through a sigmoid: −t ln p − (1 −
/// t) ln (1 − p). Computed from what the sigmoid was applied to, as [`Tensor::bce_with_logits`].
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
        look_at_order("BinaryCrossentropy", prediction, target);
        look_at_values(prediction, target);
        refuse_no_probabilities(prediction, target);
        let target = &as_column(prediction, target);
        if prediction.0.op == "softmax" && prediction.shape() != target.shape() {
            fail(
                &format!(
                    "BinaryCrossentropy: shapes differ: {:?} and {:?}",
                    prediction.shape(),
                    target.shape()
                ),
                &[("prediction", prediction), ("target", target)],
                "a softmax goes with SparseCategoricalCrossentropy::new(), this loss with one \
                output through .sigmoid()",
            );
        }
        match prediction.logits() {
            Some(logits) if prediction.0.op == "sigmoid" => logits.bce_with_logits(target),
            _ if !prediction.array().iter().all(|p| (0.0..=1.0).contains(p)) => {
                let problem = "BinaryCrossentropy: the predictions are not between 0 and 1, so \
                              they are taken as logits.";
                let chinese = "BinaryCrossentropy：预测值不在 0 和 1 之间，所以当作 logits（未归一化的分数）处理。请让模型以 \
                               .sigmoid() 结尾";
                let english = format!("{problem} End the model with .sigmoid()");
                warn_once("no probabilities", &say(english, chinese.to_owned()));
                prediction.bce_with_logits(target)
            }
            _ => {
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

/// As [`as_column`], and of the same shape.
#[track_caller]
fn one_for_each(loss: &str, prediction: &Tensor, target: &Tensor) -> Tensor {
    let target = as_column(prediction, target);
    prediction.same_shape(loss, &target);
    target
}

/// Whether every row has no negative value and sums to 1.
fn are_probabilities(prediction: &Tensor) -> bool {
    let classes = prediction.shape().last().copied().unwrap_or(1).max(1);
    let values = prediction.array();
    crate::tensor::shape::slice(&values)
        .chunks(classes)
        .all(|row| row.iter().all(|&p| p >= 0.0) && (row.iter().sum::<Float>() - 1.0).abs() < 1e-3)
}
