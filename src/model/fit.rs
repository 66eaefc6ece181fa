//! `fit`: the training loop.

use super::callback::OnEpoch;
use super::compiled::{Compiled, Mean, Means, TRAINED_ON, named, not_compiled, some_examples};
use super::diagnose::not_numbers;
use super::spoiled::spoiled;
use super::{Callback, Diagnosis, History, Run, weights};
use crate::Float;
use crate::base::interrupt;
use crate::data::{Dataset, agree};
use crate::display::say;
use crate::model::Sequential;
use crate::optim::zero_grad;
use crate::plot::{EpochRow, Live};
use crate::tensor::fail::{fail, notice};
use crate::tensor::{Tensor, random};

/// The settings of a training run; [`run`](Fit::run) starts it.
///
/// ```
/// # use chainrule::prelude::*;
/// # let (train, test) = data::two_moons(100, 0.1).split(0.8);
/// # let mut model = Sequential::new()
/// #     .add(Dense::new(2, 8).relu())
/// #     .add(Dense::new(8, 2).softmax());
/// # model.compile(Adam::new(0.01), SparseCategoricalCrossentropy::new(), Accuracy);
/// let history = model.fit(&train).epochs(3).batch_size(16).validation(&test).run();
/// assert_eq!(history.epochs(), 3);
/// ```
#[must_use = "training starts with .run()"]
pub struct Fit<'a> {
    model: &'a mut Sequential,
    data: Dataset,
    validation: Option<Dataset>,
    epochs: usize,
    batch_size: usize,
    verbose: bool,
    live: bool,
    callbacks: Vec<Box<dyn Callback + 'a>>,
    class_weight: Option<Vec<Float>>,
}

impl<'a> Fit<'a> {
    pub(super) fn new(model: &'a mut Sequential, data: Dataset) -> Fit<'a> {
        Fit {
            model,
            data,
            validation: None,
            epochs: 1,
            batch_size: 32,
            verbose: true,
            live: true,
            callbacks: Vec::new(),
            class_weight: None,
        }
    }

    /// How often to go through the data; 1 unless set.
    pub fn epochs(mut self, epochs: usize) -> Fit<'a> {
        self.epochs = epochs;
        self
    }

    /// How many samples make one step; 32 unless set.
    pub fn batch_size(mut self, batch_size: usize) -> Fit<'a> {
        self.batch_size = batch_size;
        self
    }

    /// Data to evaluate on after each epoch; it is not trained on.
    pub fn validation(mut self, data: &Dataset) -> Fit<'a> {
        self.validation = Some(data.clone());
        self
    }

    /// Keeps this share of the data, drawn at random, to evaluate on: as [`Dataset::split`] and
    /// [`validation`](Fit::validation).
    #[track_caller]
    pub fn validation_split(mut self, share: f64) -> Fit<'a> {
        let (held_out, rest) = self.data.split(share);
        (self.data, self.validation) = (rest, Some(held_out));
        self
    }

    /// How much the examples of each class count in the loss of the training, by the number of the
    /// class; 1 unless set. For classes of which one is rare:
    /// `.class_weight(&train.class_weights())`.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let mut model = Sequential::new().add(Dense::new(2, 2).softmax());
    /// # model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);
    /// model.fit(&data::xor()).class_weight(&[1.0, 5.0]).verbose(false).run();
    /// ```
    ///
    /// Panics if a weight is negative, and in the run if there is a class without one.
    #[track_caller]
    pub fn class_weight(mut self, weights: impl AsRef<[Float]>) -> Fit<'a> {
        self.class_weight = Some(weights::checked(weights.as_ref()));
        self
    }

    /// Whether to show anything; yes unless set.
    pub fn verbose(mut self, verbose: bool) -> Fit<'a> {
        self.verbose = verbose;
        self
    }

    /// Whether to show a picture that moves (unless not verbose); otherwise one line of text for
    /// each epoch.
    pub fn live(mut self, live: bool) -> Fit<'a> {
        self.live = live;
        self
    }

    /// Something to do after each epoch, given its number, from 1, and its figures.
    pub fn on_epoch(self, callback: impl FnMut(usize, &EpochRow) + 'a) -> Fit<'a> {
        self.callback(OnEpoch(callback))
    }

    /// Something to do beside the steps, such as [`EarlyStopping`](super::EarlyStopping) or a
    /// [`Schedule`](crate::optim::Schedule); may be called several times.
    pub fn callback(mut self, callback: impl Callback + 'a) -> Fit<'a> {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Trains: for each epoch, shuffles the data, and for each batch takes one step. Returns the
    /// figures.
    ///
    /// An interrupt or a panic ends it at once; the model keeps the weights that it has by then,
    /// the figures of what was completed in its [`history`](Sequential::history), and can be
    /// trained on. A loss that is no longer a number ends the run, too.
    #[track_caller]
    pub fn run(self) -> History {
        let Fit {
            model,
            data,
            validation,
            epochs,
            batch_size,
            verbose,
            live,
            callbacks,
            class_weight,
        } = self;
        // Taken out, so that the model can be borrowed beside it; goes back also when the stack
        // unwinds.
        let mut lease = Lease::new(model);
        let Lease {
            model,
            compiled: Some(compiled),
            parameters,
            ..
        } = &mut lease
        else {
            not_compiled("fit")
        };
        check(&data, validation.as_ref(), batch_size, epochs);
        compiled.classes.clone_from(&data.classes);
        compiled.columns.clone_from(&data.columns);
        *parameters = parameters_of(model);
        // Kept in the model from the start: what unwinds returns nothing.
        *model.history = History::default();
        model
            .input
            .get_or_insert_with(|| data.x.shape()[1..].to_vec());
        let steps = data.len().div_ceil(batch_size) * epochs;
        let view = Live::new(compiled.loss.name(), steps, epochs, verbose && live);
        let mut training = Training {
            model,
            compiled,
            parameters,
            data: &data,
            class_weight,
            callbacks,
            view,
            step: 0,
            steps,
            is_sound: true,
            spoiled: spoiled(parameters),
        };
        for epoch in 1..=epochs {
            let Some(mut row) = training.epoch(epoch, batch_size) else {
                training.is_sound = false;
                break;
            };
            training.validate(&mut row, validation.as_ref());
            training.keep(&row, verbose && !live);
            if training.is_stopped_after(&row) {
                break;
            }
        }
        training.end();
        model.history().clone()
    }
}

/// What has to be there to train on.
#[track_caller]
fn check(data: &Dataset, validation: Option<&Dataset>, batch_size: usize, epochs: usize) {
    if epochs == 0 {
        fail(
            "fit: 0 epochs: nothing would be trained",
            &[],
            "epochs must be at least 1: .epochs(1)",
        );
    }
    if batch_size == 0 {
        fail(
            "fit: a batch of 0 samples",
            &[],
            "batch_size must be at least 1; 32 is usual",
        );
    }
    some_examples("fit", data);
    if let Some(validation) = validation {
        some_examples("fit, validation", validation);
        let names = (&data.classes[..], &data.columns[..]);
        agree("validation", TRAINED_ON, names, validation);
    }
}

/// What there is to train.
#[track_caller]
fn parameters_of(model: &Sequential) -> Vec<Tensor> {
    let parameters = model.parameters();
    if parameters.is_empty() {
        let hint = "add a layer that has some, such as Dense::new(…), or make one trainable again";
        fail("fit: the model has no parameters to train", &[], hint);
    }
    parameters
}

/// A run on its way.
struct Training<'a> {
    model: &'a mut Sequential,
    compiled: &'a mut Compiled,
    parameters: &'a [Tensor],
    data: &'a Dataset,
    class_weight: Option<Vec<Float>>,
    callbacks: Vec<Box<dyn Callback + 'a>>,
    view: Live,
    /// Of all that there are.
    step: usize,
    steps: usize,
    /// Whether the loss is still a number.
    is_sound: bool,
    /// What is wrong with the weights that the run began with.
    spoiled: Option<String>,
}

impl Training<'_> {
    /// One pass over the data, and its figures; None if the loss is no longer a number.
    #[track_caller]
    fn epoch(&mut self, epoch: usize, batch_size: usize) -> Option<EpochRow> {
        let order = random::permutation(self.data.len());
        let mut mean_loss = Mean::default();
        let mut metrics = Means::new(&self.compiled.metrics);
        for rows in order.chunks(batch_size) {
            interrupt::check();
            let x = named(self.data.x.select_rows(rows), &self.data.x);
            let y = named(self.data.y.select_rows(rows), &self.data.y);
            let prediction = self.model.forward(&x);
            if self.step == 0 {
                self.compiled.loss.check_targets(&prediction, &self.data.y);
            }
            let loss = self.loss(&prediction, &y);
            let value = loss.item();
            mean_loss.add(value, rows.len());
            metrics.add(&self.compiled.metrics, &prediction, &y);
            self.model.history.push_batch(value);
            self.view.step(value);
            if !value.is_finite() {
                let cause = self.spoiled.clone();
                let cause = cause.unwrap_or_else(|| why_not_a_number(self.data, &loss));
                notice(&say(
                    format!("fit stopped in epoch {epoch}: the loss is {value}. {cause}"),
                    format!("fit 在第 {epoch} 轮停止：损失是 {value}。{cause}"),
                ));
                return None;
            }
            self.look(&x, &prediction);
            // Frees the graph, so that the step changes the weights in place.
            drop((prediction, loss));
            self.change_weights();
        }
        Some(EpochRow {
            epoch,
            loss: mean_loss.value().unwrap_or_default(),
            others: metrics.values(),
            ..EpochRow::default()
        })
    }

    /// The loss of a batch; its gradients, too, if it is a number.
    #[track_caller]
    fn loss(&self, prediction: &Tensor, y: &Tensor) -> Tensor {
        let loss = match &self.class_weight {
            Some(each) => weights::weighted(&*self.compiled.loss, prediction, y, each),
            None => self.compiled.loss.loss(prediction, y),
        };
        if loss.item().is_finite() {
            zero_grad(self.parameters);
            loss.backward();
        }
        loss
    }

    /// Warns of what keeps the model from learning, at both ends of the run: some mistakes are
    /// there from the start, others come from training.
    #[track_caller]
    fn look(&self, x: &Tensor, prediction: &Tensor) {
        if self.step > 0 && self.step + 1 < self.steps {
            return;
        }
        let mut diagnosis = Diagnosis::of(self.model, x, &self.data.y, prediction);
        if self.step == 0 && self.callbacks.is_empty() {
            let optimizer = &self.compiled.optimizer;
            diagnosis.rate(optimizer.learning_rate(), self.parameters, optimizer.name());
        }
        diagnosis.warn();
    }

    #[track_caller]
    fn change_weights(&mut self) {
        let mut run = Run {
            model: self.model,
            optimizer: &mut *self.compiled.optimizer,
            is_stopped: false,
        };
        for callback in &mut self.callbacks {
            callback.before_step(self.step, &mut run);
        }
        self.compiled.optimizer.step(self.parameters);
        self.step += 1;
    }

    /// Adds the figures of the data that is not trained on.
    #[track_caller]
    fn validate(&mut self, row: &mut EpochRow, validation: Option<&Dataset>) {
        if let Some(validation) = validation {
            let evaluation = self.compiled.evaluate(self.model, validation);
            row.val_loss = Some(evaluation.loss);
            let figures = evaluation.metrics.into_iter();
            row.others
                .extend(figures.map(|(name, value)| (format!("val_{name}"), value)));
        }
        let mut take = |name| {
            let mut found = row.others.extract_if(.., |(other, _)| other == name);
            Some(found.next()?.1)
        };
        (row.accuracy, row.val_accuracy) = (take("accuracy"), take("val_accuracy"));
    }

    /// The figures go into the history, and to who looks on: the picture, or lines of text.
    fn keep(&mut self, row: &EpochRow, in_text: bool) {
        self.model.history.push(row);
        self.view.epoch(row);
        if in_text {
            println!("{}", self.model.history.line(row.epoch - 1));
        }
    }

    #[track_caller]
    fn is_stopped_after(&mut self, row: &EpochRow) -> bool {
        let mut run = Run {
            model: self.model,
            optimizer: &mut *self.compiled.optimizer,
            is_stopped: false,
        };
        for callback in &mut self.callbacks {
            callback.after_epoch(row, &mut run);
        }
        interrupt::check();
        run.is_stopped
    }

    #[track_caller]
    fn end(mut self) {
        let mut run = Run {
            model: self.model,
            optimizer: &mut *self.compiled.optimizer,
            is_stopped: true,
        };
        for callback in &mut self.callbacks {
            callback.at_end(&mut run);
        }
        if self.is_sound {
            self.view.finish();
        }
    }
}

/// Why a loss is no number: the data come first, for what is wrong in them no learning rate mends.
#[cold]
fn why_not_a_number(data: &Dataset, loss: &Tensor) -> String {
    if let Some(found) = not_numbers(&data.x, &data.y) {
        return say(
            format!("That comes from the data: {found}"),
            format!("原因在数据：{found}"),
        );
    }
    let origin = loss.find_nan().unwrap_or_default();
    say(
        format!(
            "It came up first in {origin}. Usual causes: a learning rate that is too large, inputs \
            that are not scaled"
        ),
        format!("它最先出现在 {origin}。常见原因：学习率太大，或者输入没有缩放"),
    )
}

/// A model without its optimiser and loss, and those; put together again at the end, however it
/// ends.
struct Lease<'a> {
    model: &'a mut Sequential,
    compiled: Option<Compiled>,
    /// What is trained; without gradients at the end, so that none reaches another loop.
    parameters: Vec<Tensor>,
    /// The learning rate at the start. A schedule that has ended at 0, or was interrupted, does not
    /// reach the next run.
    rate: Option<Float>,
}

impl<'a> Lease<'a> {
    fn new(model: &'a mut Sequential) -> Lease<'a> {
        let compiled = model.compiled.take();
        let rate = compiled
            .as_ref()
            .map(|compiled| compiled.optimizer.learning_rate());
        Lease {
            model,
            compiled,
            parameters: Vec::new(),
            rate,
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some((compiled, rate)) = self.compiled.as_mut().zip(self.rate) {
            compiled.optimizer.set_learning_rate(rate);
        }
        *self.model.compiled = self.compiled.take();
        zero_grad(&self.parameters);
    }
}
