use super::{Optimizer, for_each};
use crate::Float;
use crate::tensor::Tensor;

/// Stochastic gradient descent: w ← w − η g (Robbins & Monro 1951).
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor([1.0, 2.0]).requires_grad();
/// Sgd::new(0.1).apply_gradients(&[tensor([1.0, -1.0])], &[w.clone()]);
/// assert_eq!(w.to_vec(), [0.9, 2.1]);
/// ```
#[derive(Clone, Debug)]
pub struct Sgd {
    learning_rate: Float,
}

impl Sgd {
    /// With learning rate η.
    pub fn new(learning_rate: Float) -> Sgd {
        Sgd { learning_rate }
    }
}

impl Optimizer for Sgd {
    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let rate = self.learning_rate;
        for_each(parameter, gradient, |w, g| *w -= rate * g);
    }

    fn learning_rate(&self) -> Float {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: Float) {
        self.learning_rate = learning_rate;
    }
}
