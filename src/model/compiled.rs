//! What a model is compiled with, and the means of its loss and its metrics over batches.

use crate::Float;
use crate::data::Dataset;
use crate::nn::{Loss, Metric};
use crate::optim::Optimizer;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// What `compile` was given.
pub(crate) struct Compiled {
    pub optimizer: Box<dyn Optimizer>,
    pub loss: Box<dyn Loss>,
    pub metrics: Vec<Box<dyn Metric>>,
    /// What the classes of the data are called that the model was trained on.
    pub classes: Vec<String>,
    /// And the columns, if it was a table.
    pub columns: Vec<String>,
}

/// Samples that are predicted at once; more would not be faster and would take more memory.
pub(super) const PREDICT_BATCH: usize = 512;
pub(super) const TRAINED_ON: &str = "the data that the model was trained on";

/// Part of a tensor goes by the name of the whole in messages.
pub(super) fn named(part: Tensor, whole: &Tensor) -> Tensor {
    match whole.name() {
        Some(name) => part.label(&name),
        None => part,
    }
}

/// For what has no result, or a misleading one, without any example.
#[track_caller]
pub(super) fn some_examples(op: &str, data: &Dataset) {
    if data.is_empty() {
        let problem = format!(
            "{op}: there is no example: x is {:?}, y is {:?}",
            data.x.shape(),
            data.y.shape()
        );
        fail(
            &problem,
            &[],
            "look at what was selected before, with .take(…), .select(…) or a range, and print it",
        );
    }
}

#[cold]
#[track_caller]
pub(super) fn not_compiled(op: &str) -> ! {
    fail(
        &format!("{op}: the model is not compiled, so it has neither a loss nor an optimiser"),
        &[],
        "model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy); first",
    )
}

/// A mean over batches of different sizes.
#[derive(Default)]
pub(super) struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    pub(super) fn add(&mut self, mean: Float, count: usize) {
        self.sum += mean as f64 * count as f64;
        self.count += count;
    }

    pub(super) fn value(&self) -> Option<Float> {
        (self.count > 0).then(|| (self.sum / self.count as f64) as Float)
    }
}

/// The means of metrics.
pub(super) struct Means(Vec<(String, Mean)>);

impl Means {
    pub(super) fn new(metrics: &[Box<dyn Metric>]) -> Means {
        Means(
            metrics
                .iter()
                .map(|metric| (metric.name(), Mean::default()))
                .collect(),
        )
    }

    #[track_caller]
    pub(super) fn add(
        &mut self,
        metrics: &[Box<dyn Metric>],
        prediction: &Tensor,
        target: &Tensor,
    ) {
        for (metric, (_, mean)) in metrics.iter().zip(&mut self.0) {
            mean.add(metric.measure(prediction, target), target.shape()[0]);
        }
    }

    pub(super) fn values(self) -> Vec<(String, Float)> {
        self.0
            .into_iter()
            .filter_map(|(name, mean)| Some((name, mean.value()?)))
            .collect()
    }
}
