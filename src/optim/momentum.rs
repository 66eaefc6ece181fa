use super::{Memory, Optimizer, checked_rate, rate_and_memory};
use crate::Float;
use crate::base::compiled_here;
use crate::tensor::Tensor;

/// Gradient descent with momentum (Polyak 1964): v ← β v + g, then w ← w − η v. Steps in a
/// direction that stays the same grow up to 1 / (1 − β) times; steps back and forth cancel.
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
    is_nesterov: bool,
    /// v.
    memory: Memory<1>,
}

impl Momentum {
    /// With learning rate η and friction β, usually 0.9.
    #[track_caller]
    pub fn new(learning_rate: Float, beta: Float) -> Momentum {
        Momentum {
            learning_rate: checked_rate(learning_rate),
            beta,
            is_nesterov: false,
            memory: Memory::default(),
        }
    }

    /// Looks ahead to where the momentum leads: w ← w − η (g + β v) (Nesterov 1983, in the form of
    /// Sutskever et al. 2013).
    pub fn nesterov(mut self) -> Momentum {
        self.is_nesterov = true;
        self
    }
}

impl Optimizer for Momentum {
    compiled_here!(Optimizer);

    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let (rate, beta, is_nesterov) = (self.learning_rate, self.beta, self.is_nesterov);
        self.memory.step(parameter, gradient, |w, g, [v]| {
            *v = beta * *v + g;
            *w -= rate * if is_nesterov { g + beta * *v } else { *v };
        });
    }

    rate_and_memory!();
}
