//! Other forms in which a loss or a metric can be given: made with `new()` or without, as a
//! function, by Keras's name.
//!
//! One rule for all of them: what needs no setting is its bare name, `Accuracy`, and
//! `Accuracy::new()` is the same.

use super::{
    Accuracy, BinaryCrossentropy, CategoricalCrossentropy, Hinge, Huber, KlDivergence, Loss,
    MeanAbsoluteError,
};
use super::{MeanSquaredError, Metric, Metrics, Perplexity, SparseCategoricalCrossentropy, TopK};
use crate::Float;
use crate::base::last_part;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// What has nothing to set can be made with `new()`, as the others are.
macro_rules! new_as_well {
    ($($Name:ident)*) => {$(
        impl $Name {
            /// The same as the name alone.
            #[allow(clippy::new_without_default)] // each has one
            pub fn new() -> $Name {
                $Name
            }
        }
    )*};
}
new_as_well!(MeanSquaredError MeanAbsoluteError BinaryCrossentropy KlDivergence Hinge);
new_as_well!(Accuracy Perplexity);

impl TopK {
    /// The same as `TopK(k)`.
    pub fn new(k: usize) -> TopK {
        TopK(k)
    }
}

/// A function of predictions and targets is a loss, if it gives a single number, the mean over the
/// batch. In a closure the types have to be said.
///
/// ```
/// # use chainrule::prelude::*;
/// # let mut model = Sequential::new().add(Dense::new(2, 1));
/// fn cubic(prediction: &Tensor, target: &Tensor) -> Tensor {
///     (prediction - target.reshape(&[target.len(), 1])).abs().powf(3.0).mean()
/// }
/// model.compile(Sgd::new(0.1), cubic, ());
/// model.compile(Sgd::new(0.1), |x: &Tensor, t: &Tensor| (x - t.unsqueeze(-1)).abs().mean(), ());
/// # model.fit(&data::xor()).verbose(false).run();
/// ```
#[diagnostic::do_not_recommend]
impl<F: Fn(&Tensor, &Tensor) -> Tensor + Send + Sync + 'static> Loss for F {
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        self(prediction, target)
    }

    fn name(&self) -> &'static str {
        "loss"
    }
}

/// The loss that Keras calls so, such as `"mse"`; `compile` panics if there is none.
impl Loss for &'static str {
    #[track_caller]
    fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
        loss_named(self).loss(prediction, target)
    }

    #[track_caller]
    fn name(&self) -> &'static str {
        loss_named(self).name()
    }
}

#[track_caller]
fn loss_named(name: &str) -> Box<dyn Loss> {
    match name {
        "mse" | "mean_squared_error" => Box::new(MeanSquaredError),
        "mae" | "mean_absolute_error" => Box::new(MeanAbsoluteError),
        "binary_crossentropy" => Box::new(BinaryCrossentropy),
        "categorical_crossentropy" => Box::new(CategoricalCrossentropy::new()),
        "sparse_categorical_crossentropy" => Box::new(SparseCategoricalCrossentropy::new()),
        "huber" => Box::new(Huber::default()),
        "hinge" => Box::new(Hinge),
        "kld" | "kl_divergence" => Box::new(KlDivergence),
        _ => fail(
            &format!("compile: there is no loss {name:?}"),
            &[],
            "a loss is a value, such as MeanSquaredError or SparseCategoricalCrossentropy, or one \
             of \"mse\", \"mae\", \"huber\", \"hinge\", \"kld\", \"binary_crossentropy\", \
             \"categorical_crossentropy\", \"sparse_categorical_crossentropy\"",
        ),
    }
}

/// A function of predictions and targets is a metric, if it gives a number.
#[diagnostic::do_not_recommend]
impl<F: Fn(&Tensor, &Tensor) -> Float + Send + Sync + 'static> Metric for F {
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Float {
        self(prediction, target)
    }

    /// That of the function: `close` for `fn close(…)`; `metric` for a closure.
    fn name(&self) -> String {
        name_of_metric(std::any::type_name::<F>())
    }
}

fn name_of_metric(path: &str) -> String {
    let name = last_part(path);
    if name.contains('{') {
        "metric".to_owned()
    } else {
        name.to_owned()
    }
}

/// The metric that Keras calls so, such as `"accuracy"`; `compile` panics if there is none.
impl Metric for &'static str {
    #[track_caller]
    fn measure(&self, prediction: &Tensor, target: &Tensor) -> Float {
        metric_named(self).measure(prediction, target)
    }

    #[track_caller]
    fn name(&self) -> String {
        metric_named(self).name()
    }
}

#[track_caller]
fn metric_named(name: &str) -> Box<dyn Metric> {
    match name {
        "accuracy"
        | "acc"
        | "binary_accuracy"
        | "categorical_accuracy"
        | "sparse_categorical_accuracy" => Box::new(Accuracy),
        "mse" | "mean_squared_error" => Box::new(MeanSquaredError),
        "mae" | "mean_absolute_error" => Box::new(MeanAbsoluteError),
        "perplexity" => Box::new(Perplexity),
        "top_k_categorical_accuracy" | "sparse_top_k_categorical_accuracy" => Box::new(TopK(5)),
        _ => fail(
            &format!("compile: there is no metric {name:?}"),
            &[],
            "a metric is a value, such as Accuracy or TopK(3), or one of \"accuracy\", \"mse\", \
             \"mae\", \"perplexity\"; several as (Accuracy, TopK(3)), none as ()",
        ),
    }
}

/// What a figure is called in a history, for the short names that Keras has:
/// "val_mean_absolute_error" for "val_mae".
pub(crate) fn full_name(name: &str) -> String {
    let (before, short) = name
        .strip_prefix("val_")
        .map_or(("", name), |short| ("val_", short));
    let full = match short {
        "acc" => "accuracy",
        "mae" => "mean_absolute_error",
        "mse" => "mean_squared_error",
        short => short,
    };
    format!("{before}{full}")
}

/// As many as one likes, of one kind: `["accuracy", "mae"]`.
impl<M: Metric, const N: usize> Metrics for [M; N] {
    fn list(self) -> Vec<Box<dyn Metric>> {
        self.into_iter()
            .map(|metric| Box::new(metric) as Box<dyn Metric>)
            .collect()
    }
}

impl<M: Metric + Clone, const N: usize> Metrics for &[M; N] {
    fn list(self) -> Vec<Box<dyn Metric>> {
        self.clone().list()
    }
}

impl<M: Metric> Metrics for Vec<M> {
    fn list(self) -> Vec<Box<dyn Metric>> {
        self.into_iter()
            .map(|metric| Box::new(metric) as Box<dyn Metric>)
            .collect()
    }
}

/// `None` is none, as `()` is.
impl Metrics for Option<Accuracy> {
    fn list(self) -> Vec<Box<dyn Metric>> {
        self.map_or_else(Vec::new, Metrics::list)
    }
}
