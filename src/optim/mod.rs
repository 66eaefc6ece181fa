//! Optimisers: how a gradient changes a parameter. In order of complexity: [`Sgd`], [`Momentum`],
//! [`Adagrad`], [`RmsProp`], [`Adadelta`], [`Adam`], [`AdamW`]. Beside them: [`Schedule`], how the
//! learning rate changes with the steps, and limits for gradients that are too large.

mod adagrad;
mod adam;
mod clip;
mod momentum;
mod named;
mod schedule;
mod sgd;

pub use adagrad::{Adadelta, Adagrad, RmsProp};
pub use adam::{Adam, AdamW};
pub use clip::{clip_grad_norm, clip_grad_value};
pub use momentum::Momentum;
pub use named::IntoOptimizer;
pub use schedule::Schedule;
pub use sgd::Sgd;

use crate::Float;
use crate::base::Outlined;
use crate::base::last_part;
use crate::kernels::loops;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;
use crate::tensor::shape::{slice, slice_mut};
use std::collections::HashMap;

/// A learning rate; 0 changes nothing, as at the end of a schedule.
#[track_caller]
fn checked_rate(rate: Float) -> Float {
    if rate.is_nan() || rate < 0.0 {
        fail(
            &format!("the learning rate is {rate}"),
            &[],
            "a learning rate is above 0, as in Adam::new(0.01): below it, the loss would grow",
        );
    }
    rate
}

/// Changes parameters so that the loss becomes smaller.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor(5.0).requires_grad();
/// let mut optimizer = Sgd::new(0.1);
/// for _ in 0..50 {
///     zero_grad(&[w.clone()]);
///     w.square().backward();
///     optimizer.step(&[w.clone()]);
/// }
/// assert!(w.item().abs() < 1e-3);
/// ```
///
/// An optimiser of one's own has a learning rate and a rule, `update`; the rest follows from them.
pub trait Optimizer: Send + Sync + 'static {
    /// The rule: changes one parameter, given the gradient of the loss with respect to it.
    fn update(&mut self, parameter: &Tensor, gradient: &Tensor);

    /// The size of the steps.
    fn learning_rate(&self) -> Float;

    /// Changes the size of the steps.
    fn set_learning_rate(&mut self, learning_rate: Float);

    /// Forgets what it remembers of the steps before, such as a momentum.
    fn reset(&mut self) {}

    /// What kind of optimiser this is, for messages: the name of its type.
    fn name(&self) -> &'static str {
        last_part(std::any::type_name::<Self>())
    }

    /// One step for all `parameters`, with the gradients that `backward` left in their `.grad()`.
    ///
    /// Panics if there are no parameters, or if one has no gradient.
    #[track_caller]
    fn step(&mut self, parameters: &[Tensor]) {
        self.apply_gradients(&gradients_of(parameters), parameters);
    }

    /// One step with the given gradients, as [`GradientTape`](crate::autograd::GradientTape)
    /// returns them.
    ///
    /// Panics if there are no parameters, or if gradients and parameters do not fit together.
    #[track_caller]
    fn apply_gradients(&mut self, gradients: &[Tensor], parameters: &[Tensor]) {
        for_each(gradients, parameters, &mut |gradient, parameter| {
            self.update(parameter, gradient)
        });
    }

    /// The optimiser as a model keeps it.
    #[doc(hidden)]
    fn into_dyn(self) -> Box<dyn Optimizer>
    where
        Self: Sized,
    {
        Box::new(self)
    }
}

// Not in the trait itself: a cell with an optimiser compiles the methods that it did not write.

#[track_caller]
fn gradients_of(parameters: &[Tensor]) -> Vec<Tensor> {
    if let Some(without) = parameters.iter().find(|parameter| !parameter.has_grad()) {
        without.no_gradient("step");
    }
    parameters.iter().map(Tensor::grad).collect()
}

/// Nothing is changed if one of them does not fit.
#[track_caller]
fn for_each(gradients: &[Tensor], parameters: &[Tensor], update: &mut dyn FnMut(&Tensor, &Tensor)) {
    if parameters.is_empty() {
        fail(
            "step: the optimiser has no parameters",
            &[],
            "pass the tensors to train: optimizer.step(&model.parameters())",
        );
    }
    if gradients.len() != parameters.len() {
        fail(
            &format!(
                "apply_gradients: {} gradients for {} parameters",
                gradients.len(),
                parameters.len()
            ),
            &[],
            "ask for the gradients of the same parameters: tape.gradient(&loss, &parameters)",
        );
    }
    for (gradient, parameter) in gradients.iter().zip(parameters) {
        if gradient.shape() != parameter.shape() {
            fail(
                &format!(
                    "apply_gradients: shapes differ: gradient {:?}, parameter {:?}",
                    gradient.shape(),
                    parameter.shape()
                ),
                &[("gradient", gradient), ("parameter", parameter)],
                "gradients and parameters must come in the same order",
            );
        }
        if !parameter.is_leaf() {
            fail(
                &format!(
                    "step: a parameter must be a leaf, this one is the result of `{}`",
                    parameter.0.op
                ),
                &[("parameter", parameter)],
                "pass the tensor that .requires_grad() was called on, not one computed from it",
            );
        }
    }
    gradients
        .iter()
        .zip(parameters)
        .for_each(|(gradient, parameter)| update(gradient, parameter));
}

/// What an optimiser remembers: by the id of the parameter's tensor, how many steps there were, and
/// for each value `N` numbers, 0 at first.
#[derive(Clone, Debug, Default)]
struct Memory<const N: usize>(Outlined<HashMap<u64, Steps<N>>>);
type Steps<const N: usize> = (i32, [Vec<Float>; N]);

impl<const N: usize> Memory<N> {
    fn steps(&self, parameter: &Tensor) -> i32 {
        self.0.get(&parameter.0.id).map_or(0, |(steps, _)| *steps)
    }

    /// Calls `change(w, g, memory)` for each value of a parameter and its gradient. No operation
    /// and so no interrupt comes between: a step is done as a whole.
    fn step(
        &mut self,
        parameter: &Tensor,
        gradient: &Tensor,
        change: impl Fn(&mut Float, Float, &mut [Float; N]) + Sync,
    ) {
        let zeros = || std::array::from_fn(|_| vec![0.0; parameter.len()]);
        let (steps, memory) = self.0.entry(parameter.0.id).or_insert_with(|| (0, zeros()));
        *steps += 1;
        let gradient = gradient.array();
        parameter.update(|array| loops::step(slice_mut(array), slice(&gradient), memory, change));
    }
}

/// A coefficient β and 1 − β, which in `f32` would have lost five of its seven digits for 0.999.
fn blend(beta: f64) -> (Float, Float) {
    (beta as Float, (1.0 - beta) as Float)
}

/// The learning rate and the memory, which most optimisers have.
macro_rules! rate_and_memory {
    () => {
        fn learning_rate(&self) -> Float {
            self.learning_rate
        }

        fn set_learning_rate(&mut self, learning_rate: Float) {
            self.learning_rate = learning_rate;
        }

        fn reset(&mut self) {
            self.memory = Default::default();
        }
    };
}
use rate_and_memory;

/// Forgets the gradients of all `parameters`; call it before each `backward`, or they add up.
pub fn zero_grad(parameters: &[Tensor]) {
    for parameter in parameters {
        parameter.zero_grad();
    }
}
