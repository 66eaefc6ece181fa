use super::{Optimizer, for_each};
use crate::Float;
use crate::tensor::Tensor;
use std::collections::HashMap;

/// Gradient descent with momentum (Polyak 1964): v ← β v + g, then w ← w − η v. Steps in a direction that stays the
/// same grow up to 1 / (1 − β) times; steps back and forth cancel.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor([1.0]).requires_grad();
/// let mut optimizer = Momentum::new(0.1, 0.5);
/// for _ in 0..2 {
///     optimizer.apply_gradients(&[tensor([1.0])], &[w.clone()]); // steps of 0.1 and 0.15
/// }
/// assert!((w.item() - 0.75).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct Momentum {
    learning_rate: Float,
    beta: Float,
    /// v of each parameter, by the id of its tensor.
    velocity: HashMap<u64, Vec<Float>>,
}

impl Momentum {
    /// With learning rate η and friction β, usually 0.9.
    pub fn new(learning_rate: Float, beta: Float) -> Momentum {
        Momentum { learning_rate, beta, velocity: HashMap::new() }
    }
}

impl Optimizer for Momentum {
    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let (rate, beta) = (self.learning_rate, self.beta);
        let velocity = self.velocity.entry(parameter.0.id).or_insert_with(|| vec![0.0; parameter.len()]);
        let mut velocity = velocity.iter_mut();
        for_each(parameter, gradient, |w, g| {
            let Some(v) = velocity.next() else { return };
            *v = beta * *v + g;
            *w -= rate * *v;
        });
    }

    fn learning_rate(&self) -> Float {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: Float) {
        self.learning_rate = learning_rate;
    }
}
