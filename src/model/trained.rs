//! `compile`, `fit`, `evaluate`, `predict`: training a model and using it.

use super::compiled::{Compiled, PREDICT_BATCH, TRAINED_ON, not_compiled, some_examples};
use super::fit::Fit;
use super::history::{Evaluation, History};
use super::sample;
use super::sequential::Sequential;
use crate::data::{Dataset, agree};
use crate::nn::{Loss, Metrics, metric};
use crate::optim::IntoOptimizer;
use crate::tensor::{NoGrad, Tensor};

/// Training and using a model.
impl Sequential {
    /// Says how the model is to be trained: the optimiser, the loss, and what to report beside it:
    /// a metric such as [`Accuracy`](crate::nn::Accuracy), several as `(Accuracy, TopK(3))`, or
    /// `()` for none.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let mut model = Sequential::new()
    ///     .add(Dense::new(784, 128).relu())
    ///     .add(Dense::new(128, 10).softmax());
    /// model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy);
    /// ```
    ///
    /// A loss can also be a function, `|prediction: &Tensor, target: &Tensor| …`. Keras's names are
    /// known, too: `model.compile("adam", "mse", ["mae"])`; panics at a name that is none.
    #[track_caller]
    pub fn compile(
        &mut self,
        optimizer: impl IntoOptimizer,
        loss: impl Loss,
        metrics: impl Metrics,
    ) {
        let (optimizer, loss, metrics) = (optimizer.boxed(), Box::new(loss), metrics.list());
        self.set_compiled(Compiled {
            optimizer,
            loss,
            metrics,
            classes: Vec::new(),
            columns: Vec::new(),
        });
    }

    /// Not in a generic function: what was there before is dropped.
    #[track_caller]
    fn set_compiled(&mut self, compiled: Compiled) {
        // A name that is none is found here, and not in the first step.
        compiled.loss.name();
        compiled
            .metrics
            .iter()
            .for_each(|metric| drop(metric.name()));
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

    /// The figures of the last `fit`, also if it was interrupted or panicked: what was completed by
    /// then. Empty before the first.
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
    /// Panics if the model was not compiled, or if a number stands for another class in `data` than
    /// in what the model was trained on.
    #[track_caller]
    pub fn evaluate(&self, data: &Dataset) -> Evaluation {
        let Some(compiled) = &*self.compiled else {
            not_compiled("evaluate")
        };
        some_examples("evaluate", data);
        agree(
            "evaluate",
            TRAINED_ON,
            (&compiled.classes, &compiled.columns),
            data,
        );
        compiled.evaluate(self, data)
    }

    /// The output for inputs `x`, as constants; in batches, so `x` may be large. If `x` is a single
    /// sample, without an axis for the batch, so is the output.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let model = Sequential::new().add(Dense::new(2, 3).softmax());
    /// assert_eq!(model.predict(&Tensor::zeros(&[5, 2])).shape(), [5, 3]);
    /// ```
    #[track_caller]
    pub fn predict(&self, x: &Tensor) -> Tensor {
        if sample::is_one(self, x) {
            self.predict_batch(&x.unsqueeze(0)).squeeze(0)
        } else {
            self.predict_batch(x)
        }
    }

    #[track_caller]
    fn predict_batch(&self, x: &Tensor) -> Tensor {
        let _constants = NoGrad::new();
        let rows = x.shape().first().copied().unwrap_or(0);
        // Without another axis these may be no rows, and the message should show all of it.
        if rows <= PREDICT_BATCH || x.rank() == 1 || !sample::fits(self, x) {
            return self.forward(x).detach();
        }
        let mut parts = Vec::new();
        for start in (0..rows).step_by(PREDICT_BATCH) {
            parts.push(self.forward(&x.slice(0, start..rows.min(start + PREDICT_BATCH))));
        }
        Tensor::concat(&parts.iter().collect::<Vec<_>>(), 0)
    }

    /// The predicted class of each input, `[n]`: the largest output, or, of a single output, 1
    /// above 0.5. Of a single sample, `[1]`.
    #[track_caller]
    pub fn predict_classes(&self, x: &Tensor) -> Tensor {
        let x = if sample::is_one(self, x) {
            x.unsqueeze(0)
        } else {
            x.clone()
        };
        Tensor::from_iter(metric::classes(&self.predict_batch(&x)).into_iter())
    }
}
