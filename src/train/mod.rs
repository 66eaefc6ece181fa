//! Training a model, in Keras's words: `compile`, `fit`, `evaluate`, `predict`.
//!
//! ```
//! # use chainrule::prelude::*;
//! seed(1);
//! let data = data::xor();
//! let mut model = Sequential::new().add(Dense::new(2, 8).tanh()).add(Dense::new(8, 2).softmax());
//! model.compile(Adam::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);
//! let history = model.fit(&data).epochs(100).batch_size(4).verbose(false).run();
//! assert!(history.loss()[99] < history.loss()[0]);
//! assert_eq!(model.evaluate(&data).accuracy, 1.0);
//! assert_eq!(model.predict_classes(&data.x).to_vec(), data.y.to_vec());
//! ```
//!
//! What `fit` does can be written in six lines, and should be, once:
//!
//! ```
//! # use chainrule::prelude::*;
//! # let data = data::xor();
//! # let model = Sequential::new().add(Dense::new(2, 8).tanh()).add(Dense::new(8, 2).softmax());
//! let mut optimizer = Adam::new(0.1);
//! for epoch in 0..100 {
//!     for batch in data.shuffled().batches(4) {
//!         let prediction = model.forward(&batch.x);                                             // forward
//!         let loss = SparseCategoricalCrossentropy::new().loss(&prediction, &batch.y);          // how wrong?
//!         zero_grad(&model.parameters());
//!         loss.backward();                                                                      // whose fault?
//!         optimizer.step(&model.parameters());                                                  // a little better
//!     }
//! }
//! ```

mod callback;
mod diagnose;
mod fit;
mod history;
mod sample;
mod search;
mod weights;

pub use callback::{Callback, Checkpoint, ClipNorm, EarlyStopping, ReduceOnPlateau, Run};
pub use diagnose::Diagnosis;
pub use fit::Fit;
pub use history::{Evaluation, History};
pub use search::LearningRateSearch;

use crate::Float;
use crate::autograd::NoGrad;
use crate::data::{Dataset, agree};
use crate::nn::{Loss, Metric, Metrics, Sequential, metric};
use crate::optim::{IntoOptimizer, Optimizer};
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// What `compile` was given.
pub(crate) struct Compiled {
    optimizer: Box<dyn Optimizer>,
    loss: Box<dyn Loss>,
    metrics: Vec<Box<dyn Metric>>,
    /// What the classes of the data are called that the model was trained on.
    classes: Vec<String>,
    /// And the columns, if it was a table.
    columns: Vec<String>,
}

/// Samples that are predicted at once; more would not be faster and would take more memory.
const PREDICT_BATCH: usize = 512;
const TRAINED_ON: &str = "the data that the model was trained on";

/// Training and using a model.
impl Sequential {
    /// Says how the model is to be trained: the optimiser, the loss, and what to report beside it: a metric such as
    /// [`Accuracy`](crate::nn::Accuracy), several as `(Accuracy, TopK(3))`, or `()` for none.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let mut model = Sequential::new().add(Dense::new(784, 128).relu()).add(Dense::new(128, 10).softmax());
    /// model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy);
    /// ```
    ///
    /// A loss can also be a function, `|prediction: &Tensor, target: &Tensor| …`. Keras's names are known, too:
    /// `model.compile("adam", "mse", ["mae"])`; panics at a name that is none.
    #[track_caller]
    pub fn compile(&mut self, optimizer: impl IntoOptimizer, loss: impl Loss, metrics: impl Metrics) {
        let (optimizer, loss, metrics) = (optimizer.boxed(), Box::new(loss), metrics.list());
        self.set_compiled(Compiled { optimizer, loss, metrics, classes: Vec::new(), columns: Vec::new() });
    }

    /// Not in a generic function: what was there before is dropped.
    #[track_caller]
    fn set_compiled(&mut self, compiled: Compiled) {
        // A name that is none is found here, and not in the first step.
        compiled.loss.name();
        compiled.metrics.iter().for_each(|metric| drop(metric.name()));
        *self.compiled = Some(compiled);
    }

    /// Prepares training on `data`; see [`Fit`] for the settings, and end with `.run()`.
    pub fn fit<'a>(&'a mut self, data: &Dataset) -> Fit<'a> {
        Fit::new(self, data.clone())
    }

    /// As [`fit`](Sequential::fit), with inputs and targets as two tensors.
    #[track_caller]
    pub fn fit_tensors<'a>(&'a mut self, x: &Tensor, y: &Tensor) -> Fit<'a> {
        Fit::new(self, Dataset::new(x, y))
    }

    /// The figures of the last `fit`, also if it was interrupted or panicked: what was completed by then. Empty before
    /// the first.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let mut model = Sequential::new().add(Dense::new(2, 2).softmax());
    /// # model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);
    /// model.fit(&data::xor()).epochs(5).verbose(false).run();
    /// assert_eq!(model.history().epochs(), 5);
    /// ```
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The loss and the metrics on `data`, without training.
    ///
    /// Panics if the model was not compiled, or if a number stands for another class in `data` than in what the model was
    /// trained on.
    #[track_caller]
    pub fn evaluate(&self, data: &Dataset) -> Evaluation {
        let Some(compiled) = &*self.compiled else { not_compiled("evaluate") };
        some_examples("evaluate", data);
        agree("evaluate", TRAINED_ON, (&compiled.classes, &compiled.columns), data);
        compiled.evaluate(self, data)
    }

    /// The output for inputs `x`, as constants; in batches, so `x` may be large. If `x` is a single sample, without an axis
    /// for the batch, so is the output.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let model = Sequential::new().add(Dense::new(2, 3).softmax());
    /// assert_eq!(model.predict(&Tensor::zeros(&[5, 2])).shape(), [5, 3]);
    /// ```
    #[track_caller]
    pub fn predict(&self, x: &Tensor) -> Tensor {
        if sample::is_one(self, x) { self.predict_batch(&x.unsqueeze(0)).squeeze(0) } else { self.predict_batch(x) }
    }

    #[track_caller]
    fn predict_batch(&self, x: &Tensor) -> Tensor {
        let _constants = NoGrad::new();
        let rows = x.shape().first().copied().unwrap_or(0);
        // Without another axis these may be no rows, and the message should show all of it.
        if rows <= PREDICT_BATCH || x.rank() == 1 {
            return self.forward(x).detach();
        }
        let mut parts = Vec::new();
        for start in (0..rows).step_by(PREDICT_BATCH) {
            parts.push(self.forward(&x.slice(0, start..rows.min(start + PREDICT_BATCH))));
        }
        Tensor::concat(&parts.iter().collect::<Vec<_>>(), 0)
    }

    /// The predicted class of each input, `[n]`: the largest output, or, of a single output, 1 above 0.5. Of a single sample,
    /// `[1]`.
    #[track_caller]
    pub fn predict_classes(&self, x: &Tensor) -> Tensor {
        let x = if sample::is_one(self, x) { x.unsqueeze(0) } else { x.clone() };
        Tensor::from_iter(metric::classes(&self.predict_batch(&x)).into_iter())
    }
}

impl Compiled {
    #[track_caller]
    fn evaluate(&self, model: &Sequential, data: &Dataset) -> Evaluation {
        let _constants = NoGrad::new();
        let (mut loss, mut metrics) = (Mean::default(), Means::new(&self.metrics));
        for start in (0..data.len()).step_by(PREDICT_BATCH) {
            let rows = start..data.len().min(start + PREDICT_BATCH);
            let (x, y) = (data.x.slice(0, rows.clone()), named(data.y.slice(0, rows.clone()), &data.y));
            let prediction = model.forward(&x);
            loss.add(self.loss.loss(&prediction, &y).item(), rows.len());
            metrics.add(&self.metrics, &prediction, &y);
        }
        let metrics = metrics.values();
        let accuracy = metrics.iter().find(|(name, _)| name == "accuracy").map_or(Float::NAN, |(_, value)| *value);
        Evaluation { loss: loss.value().unwrap_or(Float::NAN), accuracy, metrics }
    }
}

/// Part of a tensor goes by the name of the whole in messages.
fn named(part: Tensor, whole: &Tensor) -> Tensor {
    match whole.name() {
        Some(name) => part.label(&name),
        None => part,
    }
}

/// For what has no result, or a misleading one, without any example.
#[track_caller]
fn some_examples(op: &str, data: &Dataset) {
    if data.is_empty() {
        let problem = format!("{op}: there is no example: x is {:?}, y is {:?}", data.x.shape(), data.y.shape());
        fail(&problem, &[], "look at what was selected before, with .take(…), .select(…) or a range, and print it");
    }
}

#[cold]
#[track_caller]
fn not_compiled(op: &str) -> ! {
    fail(
        &format!("{op}: the model is not compiled, so it has neither a loss nor an optimiser"),
        &[],
        "model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy); first",
    )
}

/// A mean over batches of different sizes.
#[derive(Default)]
struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    fn add(&mut self, mean: Float, count: usize) {
        self.sum += mean as f64 * count as f64;
        self.count += count;
    }

    fn value(&self) -> Option<Float> {
        (self.count > 0).then(|| (self.sum / self.count as f64) as Float)
    }
}

/// The means of metrics.
struct Means(Vec<(String, Mean)>);

impl Means {
    fn new(metrics: &[Box<dyn Metric>]) -> Means {
        Means(metrics.iter().map(|metric| (metric.name(), Mean::default())).collect())
    }

    #[track_caller]
    fn add(&mut self, metrics: &[Box<dyn Metric>], prediction: &Tensor, target: &Tensor) {
        for (metric, (_, mean)) in metrics.iter().zip(&mut self.0) {
            mean.add(metric.measure(prediction, target), target.shape()[0]);
        }
    }

    fn values(self) -> Vec<(String, Float)> {
        self.0.into_iter().filter_map(|(name, mean)| Some((name, mean.value()?))).collect()
    }
}
