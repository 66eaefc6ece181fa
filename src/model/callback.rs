//! What can happen beside the steps of a training run.

use super::Sequential;
use crate::Float;
use crate::display::say;
use crate::nn::full_name;
use crate::optim::{Optimizer, Schedule, clip_grad_norm};
use crate::plot::EpochRow;
use crate::tensor::Tensor;
use crate::tensor::fail::{fail, notice};

/// Something that `fit` calls while it trains, given with [`Fit::callback`](super::Fit::callback).
///
/// ```
/// # use chainrule::prelude::*;
/// # use chainrule::model::{Callback, Run};
/// # use chainrule::plot::EpochRow;
/// # let mut model = Sequential::new().add(Dense::new(2, 2).softmax());
/// # model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);
/// struct GoodEnough;
/// impl Callback for GoodEnough {
///     fn after_epoch(&mut self, row: &EpochRow, run: &mut Run) {
///         if row.loss < 10.0 {
///             run.stop();
///         }
///     }
/// }
/// let history = model.fit(&data::xor()).epochs(50).callback(GoodEnough).verbose(false).run();
/// assert_eq!(history.epochs(), 1);
/// ```
pub trait Callback {
    /// Before the optimiser's step number `step`, counted from 0 over all epochs; the gradients are
    /// there.
    #[track_caller]
    fn before_step(&mut self, _step: usize, _run: &mut Run) {}

    /// After each epoch, given its figures.
    #[track_caller]
    fn after_epoch(&mut self, _row: &EpochRow, _run: &mut Run) {}

    /// At the end, also if a callback or a loss that is no number has stopped the run; not after an
    /// interrupt or a panic.
    #[track_caller]
    fn at_end(&mut self, _run: &mut Run) {}
}

/// A training run, as a [`Callback`] sees it.
pub struct Run<'a> {
    /// What is trained.
    pub model: &'a Sequential,
    /// What trains it; after the run it has the learning rate again that it had before.
    pub optimizer: &'a mut dyn Optimizer,
    pub(super) is_stopped: bool,
}

impl Run<'_> {
    /// Ends the run after this epoch.
    pub fn stop(&mut self) {
        self.is_stopped = true;
    }
}

/// A closure that is called after each epoch.
pub(super) struct OnEpoch<F>(pub F);

impl<F: FnMut(usize, &EpochRow)> Callback for OnEpoch<F> {
    fn after_epoch(&mut self, row: &EpochRow, _: &mut Run) {
        self.0(row.epoch, row);
    }
}

impl Callback for Schedule {
    fn before_step(&mut self, step: usize, run: &mut Run) {
        run.optimizer.set_learning_rate(self.at(step));
    }
}

/// Limits how long the gradients are together: [`clip_grad_norm`] before each step.
#[derive(Clone, Copy, Debug)]
pub struct ClipNorm(
    /// The longest that is allowed; 1 is usual.
    pub Float,
);

impl ClipNorm {
    /// The same as `ClipNorm(longest)`.
    pub fn new(longest: Float) -> ClipNorm {
        ClipNorm(longest)
    }
}

impl Callback for ClipNorm {
    fn before_step(&mut self, _: usize, run: &mut Run) {
        clip_grad_norm(&run.model.parameters(), self.0);
    }
}

/// A figure that is watched, and for how many epochs it has not become better.
#[derive(Clone, Debug)]
struct Monitor {
    /// None: the validation loss, or the loss if there is none.
    figure: Option<String>,
    least: Float,
    patience: usize,
    best: Option<Float>,
    waited: usize,
}

impl Monitor {
    fn new(patience: usize) -> Monitor {
        Monitor {
            figure: None,
            least: 0.0,
            patience: patience.max(1),
            best: None,
            waited: 0,
        }
    }

    /// Takes in the figures of an epoch, and says whether they are the best so far.
    #[track_caller]
    fn is_better(&mut self, row: &EpochRow) -> bool {
        let name = self.figure.as_deref().unwrap_or(if row.val_loss.is_some() {
            "val_loss"
        } else {
            "loss"
        });
        let Some(value) = row.figure(name) else {
            let figures: Vec<&str> = row.figures().into_iter().map(|(name, _)| name).collect();
            fail(
                &format!("monitor: there is no {name:?} to watch, only {figures:?}"),
                &[],
                "give .validation(&test) to fit, and the metric to compile",
            )
        };
        // A loss falls, an accuracy grows.
        let falls = ["loss", "error", "perplexity"]
            .iter()
            .any(|end| name.ends_with(end));
        let value = if falls { value } else { -value };
        let is_better = self.best.is_none_or(|best| value < best - self.least);
        if is_better {
            (self.best, self.waited) = (Some(value), 0);
        } else {
            self.waited += 1;
        }
        is_better
    }

    fn is_out_of_patience(&self) -> bool {
        self.waited >= self.patience
    }
}

/// Ends a run when a figure has not become better for some epochs, and brings back the weights of
/// the best epoch. It watches the validation loss, or the training loss if there is no validation
/// data.
///
/// ```
/// # use chainrule::prelude::*;
/// # let (train, test) = data::two_moons(100, 0.1).split(0.8);
/// # let mut model = Sequential::new()
/// #     .add(Dense::new(2, 8).relu())
/// #     .add(Dense::new(8, 2).softmax());
/// # model.compile(Adam::new(0.01), SparseCategoricalCrossentropy::new(), Accuracy);
/// let fit = model.fit(&train).epochs(20).validation(&test);
/// fit.callback(EarlyStopping::new(5)).run();
/// ```
#[derive(Clone, Debug)]
pub struct EarlyStopping {
    monitor: Monitor,
    restores: bool,
    weights: Vec<Tensor>,
}

impl EarlyStopping {
    /// Ends the run after `patience` epochs in a row that are not better than the best.
    pub fn new(patience: usize) -> EarlyStopping {
        EarlyStopping {
            monitor: Monitor::new(patience),
            restores: true,
            weights: Vec::new(),
        }
    }

    /// Watches another figure, by its name in [`History`](super::History): "loss", "accuracy",
    /// "val_accuracy". What ends in `loss`, `error` or `perplexity` is better the lower it is,
    /// anything else the higher.
    pub fn monitor(mut self, figure: &str) -> EarlyStopping {
        self.monitor.figure = Some(full_name(figure));
        self
    }

    /// By how much an epoch must be better in order to count; by anything unless set.
    pub fn min_delta(mut self, least: Float) -> EarlyStopping {
        self.monitor.least = least;
        self
    }

    /// Whether the weights of the best epoch come back at the end; yes unless set, unlike in Keras.
    pub fn restore_best_weights(mut self, restores: bool) -> EarlyStopping {
        self.restores = restores;
        self
    }
}

impl Callback for EarlyStopping {
    #[track_caller]
    fn after_epoch(&mut self, row: &EpochRow, run: &mut Run) {
        if self.monitor.is_better(row) {
            self.weights = run.model.state().iter().map(Tensor::detach).collect();
        } else if self.monitor.is_out_of_patience() {
            run.stop();
        }
    }

    fn at_end(&mut self, run: &mut Run) {
        if self.restores {
            run.model
                .state()
                .iter()
                .zip(&self.weights)
                .for_each(|(now, best)| now.set_value(best));
        }
    }
}

/// Makes the learning rate `factor` times as large when a figure has not become better for some
/// epochs; the figure is that of [`EarlyStopping`].
#[doc(alias = "ReduceLROnPlateau")]
#[derive(Clone, Debug)]
pub struct ReduceOnPlateau {
    monitor: Monitor,
    factor: Float,
    lowest: Float,
}

impl ReduceOnPlateau {
    /// After `patience` epochs in a row that are not better than the best.
    pub fn new(factor: Float, patience: usize) -> ReduceOnPlateau {
        ReduceOnPlateau {
            monitor: Monitor::new(patience),
            factor,
            lowest: 0.0,
        }
    }

    /// Watches another figure, as [`EarlyStopping::monitor`].
    pub fn monitor(mut self, figure: &str) -> ReduceOnPlateau {
        self.monitor.figure = Some(full_name(figure));
        self
    }

    /// The learning rate does not fall below this.
    pub fn lowest(mut self, rate: Float) -> ReduceOnPlateau {
        self.lowest = rate;
        self
    }
}

impl Callback for ReduceOnPlateau {
    #[track_caller]
    fn after_epoch(&mut self, row: &EpochRow, run: &mut Run) {
        if !self.monitor.is_better(row) && self.monitor.is_out_of_patience() {
            self.monitor.waited = 0;
            let rate = run.optimizer.learning_rate();
            run.optimizer
                .set_learning_rate((rate * self.factor).max(self.lowest).min(rate));
        }
    }
}

/// Saves the model after each epoch that is the best so far, by the figure of [`EarlyStopping`].
/// What cannot be written does not end the run: a warning says so.
///
/// ```no_run
/// # use chainrule::prelude::*;
/// # let mut model = Sequential::new().add(Dense::new(2, 2).softmax());
/// # model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);
/// model.fit(&data::xor()).epochs(9).callback(Checkpoint::new("best.safetensors")).run();
/// let best = Sequential::load("best.safetensors").unwrap();
/// ```
#[doc(alias = "ModelCheckpoint")]
#[derive(Clone, Debug)]
pub struct Checkpoint {
    monitor: Monitor,
    path: String,
}

impl Checkpoint {
    /// Writes to this file, in the form of [`Sequential::save`].
    pub fn new(path: &str) -> Checkpoint {
        Checkpoint {
            monitor: Monitor::new(1),
            path: path.to_owned(),
        }
    }

    /// Watches another figure, as [`EarlyStopping::monitor`].
    pub fn monitor(mut self, figure: &str) -> Checkpoint {
        self.monitor.figure = Some(full_name(figure));
        self
    }
}

impl Callback for Checkpoint {
    #[track_caller]
    fn after_epoch(&mut self, row: &EpochRow, run: &mut Run) {
        if self.monitor.is_better(row)
            && let Err(error) = run.model.save(&self.path)
        {
            notice(&say(
                format!("warning: epoch {} was not saved: {error}", row.epoch),
                format!("警告：第 {} 轮没有保存成功：{error}", row.epoch),
            ));
        }
    }
}
