use super::{Memory, Optimizer, checked_rate, rate_and_memory};
use crate::Float;
use crate::base::compiled_here;
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
    weight_decay: Float,
    /// Nothing.
    memory: Memory<0>,
}

impl Sgd {
    /// With learning rate η.
    #[track_caller]
    pub fn new(learning_rate: Float) -> Sgd {
        Sgd {
            learning_rate: checked_rate(learning_rate),
            weight_decay: 0.0,
            memory: Memory::default(),
        }
    }

    /// Adds λ w to each gradient, which is what a penalty of ½ λ w² in the loss would do.
    pub fn weight_decay(mut self, lambda: Float) -> Sgd {
        self.weight_decay = lambda;
        self
    }
}

impl Optimizer for Sgd {
    compiled_here!(Optimizer);

    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let (rate, lambda) = (self.learning_rate, self.weight_decay);
        self.memory.step(parameter, gradient, |w, g, []| {
            *w -= rate * (g + lambda * *w)
        });
    }

    rate_and_memory!();
}
