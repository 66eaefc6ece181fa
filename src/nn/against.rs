//! How good predicted classes are: figures that compare two tensors of one type, so each has a name
//! at the call.

use crate::Float;
use crate::operands::class_indices;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// How well one class is told from the others: [`precision`], [`recall`], [`f1_score`] or
/// [`roc_auc`] of what was predicted, which needs to know what is true.
///
/// Which of two tensors comes first differs between libraries, and precision of the two turned
/// round is recall. So the labels have a name of their own.
#[must_use = "the figure comes with .against(&labels)"]
#[derive(Clone, Debug)]
pub struct Predicted {
    predicted: Tensor,
    class: usize,
    measure: Measure,
}

#[derive(Clone, Copy, Debug)]
enum Measure {
    Precision,
    Recall,
    F1,
    Area,
}

impl Predicted {
    fn new(predicted: &Tensor, measure: Measure) -> Predicted {
        Predicted {
            predicted: predicted.clone(),
            class: 1,
            measure,
        }
    }

    /// The class that is looked for; 1 unless set.
    pub fn class(mut self, class: usize) -> Predicted {
        self.class = class;
        self
    }

    /// The figure, given the true classes: whole numbers, `[n]`, one for each prediction.
    ///
    /// Panics if there are not as many labels as predictions.
    #[track_caller]
    pub fn against(self, labels: &Tensor) -> Float {
        let share = |part: Float, whole: Float| if whole == 0.0 { 0.0 } else { part / whole };
        let Predicted {
            predicted,
            class,
            measure,
        } = &self;
        if let Measure::Area = measure {
            return area(predicted, labels, *class);
        }
        let (hits, taken, there) = count(predicted, labels, *class);
        match measure {
            Measure::Precision => share(hits, taken),
            Measure::Recall => share(hits, there),
            _ => share(2.0 * hits, taken + there),
        }
    }
}

/// A [`confusion_matrix`] of what was predicted, which needs to know what is true.
///
/// A matrix that is turned over looks as good as the right one, so the labels have a name of their
/// own.
#[must_use = "the matrix comes with .against(&labels)"]
#[derive(Clone, Debug)]
pub struct Confusion {
    predicted: Tensor,
    classes: Option<usize>,
}

impl Confusion {
    /// How many classes there are; unless set, as many as occur.
    pub fn classes(mut self, classes: usize) -> Confusion {
        self.classes = Some(classes);
        self
    }

    /// The matrix, given the true classes: whole numbers, `[n]`, one for each prediction.
    ///
    /// Panics if there are not as many labels as predictions, or if one of them is not a class.
    #[track_caller]
    pub fn against(self, labels: &Tensor) -> Tensor {
        let predicted = &self.predicted;
        pairs("confusion_matrix", predicted, labels);
        let highest = predicted
            .to_vec()
            .into_iter()
            .chain(labels.to_vec())
            .fold(0.0, Float::max);
        let classes = self.classes.unwrap_or(highest as usize + 1);
        let (columns, rows) = (
            class_indices("confusion_matrix", predicted, classes),
            class_indices("confusion_matrix", labels, classes),
        );
        if classes > MOST_CLASSES {
            fail(
                &format!("confusion_matrix: {classes} classes"),
                &[("predicted", predicted), ("labels", labels)],
                "classes are counted from 0; for targets that are numbers use a mean distance",
            );
        }
        let mut counts = vec![0.0 as Float; classes * classes];
        for (row, column) in rows.into_iter().zip(columns) {
            counts[row * classes + column] += 1.0;
        }
        Tensor::from_vec(counts, &[classes, classes])
    }
}

/// A matrix of more would take hundreds of megabytes, and a label is a price or a year.
const MOST_CLASSES: usize = 5000;

/// How often each class was taken for each: `[classes, classes]`, a row for each true class, a
/// column for each predicted one. `predicted`: classes `[n]`, as `model.predict_classes(&x)`
/// returns them.
///
/// ```
/// # use chainrule::prelude::*;
/// let (predicted, labels) = (tensor([0, 1, 1]), tensor([0, 0, 1]));
/// let matrix = confusion_matrix(&predicted).against(&labels);
/// assert_eq!(matrix.to_vec(), [1.0, 1.0, 0.0, 1.0]);
/// assert_eq!(confusion_matrix(&predicted).classes(10).against(&labels).shape(), [10, 10]);
/// ```
pub fn confusion_matrix(predicted: &Tensor) -> Confusion {
    Confusion {
        predicted: predicted.clone(),
        classes: None,
    }
}

/// Of what was taken for the class ([`class`](Predicted::class), 1 unless set), the share that is
/// of that class; 0 if nothing was.
///
/// ```
/// # use chainrule::prelude::*;
/// let (predicted, labels) = (tensor([1, 1, 0, 0]), tensor([1, 0, 0, 0]));
/// assert_eq!(precision(&predicted).against(&labels), 0.5);
/// assert_eq!(precision(&predicted).class(0).against(&labels), 1.0);
/// ```
pub fn precision(predicted: &Tensor) -> Predicted {
    Predicted::new(predicted, Measure::Precision)
}

/// Of what is of the class ([`class`](Predicted::class), 1 unless set), the share that was taken
/// for it; 0 if there is none.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(recall(&tensor([1, 1, 0, 0])).against(&tensor([1, 0, 0, 1])), 0.5);
/// ```
pub fn recall(predicted: &Tensor) -> Predicted {
    Predicted::new(predicted, Measure::Recall)
}

/// The harmonic mean of [`precision`] and [`recall`]: 2 p r / (p + r), 0 if both are.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(f1_score(&tensor([1, 1, 0, 0])).against(&tensor([1, 0, 0, 1])), 0.5);
/// ```
pub fn f1_score(predicted: &Tensor) -> Predicted {
    Predicted::new(predicted, Measure::F1)
}

/// The area under the curve of [`plot::roc`](crate::plot::roc): how likely a random example of the
/// class scores higher than one of the others. 1 is perfect, 0.5 is guessing; not a number if one
/// of the two is missing. `scores`, `[n]`: those of the class, [`class`](Predicted::class), 1
/// unless set.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(roc_auc(&tensor([0.9, 0.4, 0.6, 0.1])).against(&tensor([1, 1, 0, 0])), 0.75);
/// ```
pub fn roc_auc(scores: &Tensor) -> Predicted {
    Predicted::new(scores, Measure::Area)
}

#[track_caller]
fn area(scores: &Tensor, labels: &Tensor, class: usize) -> Float {
    pairs("roc_auc", scores, labels);
    // Unless one of several is asked for, there are two.
    let highest = if class > 1 {
        labels.to_vec().into_iter().fold(0.0, Float::max) as usize
    } else {
        1
    };
    let (scores, labels) = (
        scores.to_vec(),
        class_indices("roc_auc", labels, highest.max(class) + 1),
    );
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let (mut wins, mut below, mut ones) = (0.0, 0.0, 0.0);
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let one = tied.iter().filter(|&&i| labels[i] == class).count() as f64;
        let zero = tied.len() as f64 - one;
        wins += one * (below + zero / 2.0);
        (below, ones) = (below + zero, ones + one);
    }
    (wins / (below * ones)) as Float
}

/// How many were taken for the class and are of it, how many were taken for it, how many are of it.
#[track_caller]
fn count(predicted: &Tensor, labels: &Tensor, class: usize) -> (Float, Float, Float) {
    pairs("precision, recall, f1_score", predicted, labels);
    let class = Tensor::full(&[], class as Float);
    let is_class = |tensor: &Tensor| tensor.eq(&class).reshape(&[tensor.len()]);
    let (predicted, labels) = (is_class(predicted), is_class(labels));
    (
        (&predicted * &labels).sum().item(),
        predicted.sum().item(),
        labels.sum().item(),
    )
}

/// For what compares predicted classes with labels.
#[track_caller]
fn pairs(op: &str, predicted: &Tensor, labels: &Tensor) {
    if predicted.len() != labels.len() {
        fail(
            &format!(
                "{op}: {} predictions and {} labels",
                predicted.len(),
                labels.len()
            ),
            &[("predicted", predicted), ("labels", labels)],
            match labels.rank() {
                2 => {
                    "labels are class indices of the shape [n]; of one-hot rows, labels.argmax(-1) \
                    gives them"
                }
                _ => {
                    "both are class indices of the shape [n]; model.predict_classes(&x) gives the \
                    predicted ones"
                }
            },
        );
    }
}
